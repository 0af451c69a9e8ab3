public import VigieWire
import VigieCalls

extension EmergencyFailure {
    /// Writes or reads what it has learned: streams, seasons and recent callers.
    ///
    /// A failure that goes on is found again, from nothing: which calls raised a test is forgotten, and what is left of it would accuse
    /// nobody or everybody.
    public mutating func code(_ state: inout StateCoder) {
        let capacity = StreamKey.Level.allCases.reduce(0) { $0 + $1.capacity }
        state.code(&streams, counts: 0...capacity)
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
            streams[index].resetTests()
        }
        counted.reset()
        feeds.begin(now)
    }
}
