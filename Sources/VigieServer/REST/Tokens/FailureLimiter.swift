import VigieWire

/// Slows down whoever guesses secrets: ten wrong ones from one place, then one in six seconds.
///
/// Bounded: 4,096 places; the one that failed longest ago goes.
struct FailureLimiter: Sendable {
    /// Places remembered at most.
    static let capacity = 4_096
    /// Wrong secrets that a place may show at once: a person with an old token in three browser tabs.
    static let burst = 10.0
    /// Wrong secrets a second after that.
    static let perSecond = 1.0 / 6

    private var places: [String: (failures: Double, at: Timestamp)] = [:]

    /// Seconds for which a place must wait before it is listened to; 0: none.
    func wait(_ place: String, now: Timestamp) -> Int {
        guard let known = places[place] else { return 0 }
        let failures = Self.decayed(known, now)
        return failures < Self.burst ? 0 : Int((((failures - Self.burst + 1) / Self.perSecond)).rounded(.up))
    }

    /// Remembers a wrong secret from a place.
    mutating func fail(_ place: String, now: Timestamp) {
        if places[place] == nil, places.count >= Self.capacity {
            if let oldest = places.min(by: { $0.value.at < $1.value.at })?.key { places[oldest] = nil }
        }
        let before = places[place].map { Self.decayed($0, now) } ?? 0
        places[place] = (min(before + 1, Self.burst), now)
    }

    private static func decayed(_ known: (failures: Double, at: Timestamp), _ now: Timestamp) -> Double {
        max(0, known.failures - max(0, Double((now - known.at).wholeNanoseconds) / 1e9) * perSecond)
    }
}
