public import VigieWire
import VigieCalls

extension MisroutedFlood {
    /// Writes or reads what is usual, what stands out, and the floods that go on.
    public mutating func code(_ state: inout StateCoder) {
        leaves.code(&state)
        cells.code(&state)
        rows.code(&state)
        state.code(&everything)
        suspects.code(&state)
        var count = episodes.count
        state.code(&count)
        guard (0...4_096).contains(count) else { return state.refuse("the number of floods") }
        if state.direction == .reading { episodes = Array(repeating: FloodEpisode(), count: count) }
        for index in episodes.indices { episodes[index].code(&state) }
        state.code(&minute, counts: 0...1 << 20)
        state.code(&touched, counts: 0...65_536)
        callers.code(&state)
        blocks.code(&state)
        state.code(&began)
        state.code(&hour)
        state.code(&minutes)
        if state.direction == .reading { isResumed = true }
    }
}

extension SuspectRing {
    fileprivate mutating func code(_ state: inout StateCoder) {
        state.expect(capacity, "the number of suspect calls")
        state.code(&calls, counts: 0...capacity)
        state.code(&next)
        if next < 0 || next >= capacity { state.refuse("the ring of suspect calls") }
    }
}

extension CallerWatch {
    fileprivate mutating func code(_ state: inout StateCoder) {
        state.code(&places, counts: places.count...places.count)
    }
}

extension FloodEpisode {
    fileprivate init() {
        self.init(
            key: "", origins: [], landing: NumberPrefix(.absent, count: 0), firstSeen: .distantPast,
            detectedAt: .distantPast, lastSeen: .distantPast, settledAt: .distantPast)
    }

    fileprivate mutating func code(_ state: inout StateCoder) {
        state.code(&key)
        state.code(&origins, counts: 0...4_096)
        state.code(&landing)
        state.code(&firstSeen)
        state.code(&detectedAt)
        state.code(&lastSeen)
        state.code(&calls)
        state.code(&now)
        state.code(&peak)
        state.code(&settledAt)
        state.code(&reportedAt)
        state.code(&callers)
        state.code(&called)
        state.code(&samples, counts: 0...4_096)
        state.code(&prefixes, counts: 0...4_096)
        state.code(&origin)
    }
}

extension Origin: BitwiseCopyable {}
