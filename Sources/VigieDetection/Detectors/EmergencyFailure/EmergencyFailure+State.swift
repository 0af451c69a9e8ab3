public import VigieWire
import VigieCalls

extension EmergencyFailure {
    /// Writes or reads what it has learned, and the failures that go on: streams, seasons, recent callers, what is missing.
    ///
    /// While a failure goes on the attempts of the last two hours are part of it: it is followed as if nothing had stopped, with the same
    /// callers. Where none does, tests begin anew: which calls raised one is forgotten, and what is left of it would accuse nobody or
    /// everybody.
    public mutating func code(_ state: inout StateCoder) {
        let capacity = StreamKey.Level.allCases.reduce(0) { $0 + $1.capacity }
        if state.version >= 6 {
            state.code(&streams, counts: 0...capacity)
        } else {
            state.code(
                &streams, counts: 0...capacity, prefix: EmergencyStream.sizeInVersion5,
                rest: EmergencyStream(.nation))
        }
        var services = seasons.keys.map(\.rawValue).sorted()
        var learned = services.map { seasons[EmergencyService(rawValue: $0)] ?? EmergencySeason() }
        state.code(&services, counts: 0...64)
        state.code(&learned, counts: 0...64)
        state.code(&nationSeason)
        callers.code(&state)
        counted.code(&state)
        for value in [
            \EmergencyFailure.now, \.began, \.lastTick, \.seenUntil, \.lastSettled, \.hour, \.quarter,
        ] {
            state.code(&self[keyPath: value])
        }
        if state.version >= 6 {
            answered.code(&state)
            deliveries.code(&state)
            codeEpisodes(&state)
        } else if state.direction == .reading {
            episodes = []
        }
        guard state.direction == .reading, state.mismatch == nil, services.count == learned.count else {
            return
        }
        seasons = Dictionary(
            zip(services.map { EmergencyService(rawValue: $0) }, learned),
            uniquingKeysWith: { first, _ in first })
        places = [:]
        population = Array(repeating: 0, count: StreamKey.Level.allCases.count)
        for (index, stream) in streams.enumerated() {
            places[stream.key.rawValue] = Int32(index)
            population[Int(stream.key.level.rawValue)] += 1
            if episodes.isEmpty { streams[index].resetTests() }
        }
        if episodes.isEmpty {
            counted.reset()
            answered.reset()
        }
        restored = now
        feeds.begin(now)
    }

    /// Seconds without anything after which what was half seen before a restart says nothing any more.
    private static let freshSeconds: UInt32 = 300

    /// After a restart: what was seen before it goes on where calls do, and begins anew where nobody listened for long.
    mutating func goOn(at second: UInt32) {
        guard let last = restored else { return }
        restored = nil
        guard second &- last > Self.freshSeconds else { return }
        for index in streams.indices { streams[index].resetTests() }
        counted.reset()
        answered.reset()
    }

    private mutating func codeEpisodes(_ state: inout StateCoder) {
        var count = UInt8(clamping: min(16, episodes.count))
        state.code(&count)
        guard state.mismatch == nil else { return }
        if state.direction == .reading {
            guard count <= 16 else { return state.refuse("the failures that go on") }
            episodes = (0..<count).map { _ in
                EmergencyEpisode(
                    key: "", onset: 0, detected: 0, lastAlarm: 0, lastLost: 0, settledUntil: 0)
            }
        }
        for index in 0..<Int(count) { episodes[index].code(&state) }
        state.code(&lastFinding)
        state.code(&countedMinute)
        var recent = count > 0 ? ring.recent(since: now &- 7_200, limit: Self.keptAttempts) : []
        state.code(&recent, counts: 0...Self.keptAttempts)
        guard state.direction == .reading, state.mismatch == nil else { return }
        ring.clear()
        for entry in recent { ring.append(entry) }
    }

    /// Attempts that a state holds at most, 48 bytes each.
    private static let keptAttempts = 131_072
}
