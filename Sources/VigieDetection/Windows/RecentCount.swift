public import VigieWire

/// Counts events of the last hour in twelve steps of five minutes; 64 bytes, two counts can be merged.
///
/// The window's old end moves in steps: "the last hour" is 55 to 60 minutes.
public struct RecentCount: Sendable {
    /// Seconds in one step.
    public static let stepSeconds: Int64 = 300
    private var steps: InlineArray<12, UInt32> = InlineArray(repeating: 0)
    private var latest: Int64 = .min

    /// Nothing counted.
    public init() {}

    private static func step(_ moment: Timestamp) -> Int64 { moment.seconds / stepSeconds }

    private mutating func turn(to step: Int64) {
        guard step > latest else { return }
        if latest == .min || step - latest >= 12 {
            steps = InlineArray(repeating: 0)
        } else {
            for passed in latest + 1...step { steps[Self.slot(passed)] = 0 }
        }
        latest = step
    }

    private static func slot(_ step: Int64) -> Int { Int(((step % 12) + 12) % 12) }

    /// Counts `amount` events at `moment`; what is older than an hour is not counted.
    public mutating func add(_ amount: UInt32 = 1, at moment: Timestamp) {
        let step = Self.step(moment)
        turn(to: step)
        guard latest - step < 12 else { return }
        steps[Self.slot(step)] &+= amount
    }

    /// Events in the last `minutes` (rounded up to 5, at most 60) before `now`.
    public func total(minutes: Int = 60, at now: Timestamp) -> Int {
        let present = Self.step(now)
        let wanted = Int64(min(12, max(1, (minutes + 4) / 5)))
        guard latest != .min, present - latest < wanted else { return 0 }
        var sum = 0
        for step in max(present - wanted + 1, latest - 11)...max(latest, present - wanted + 1)
        where step <= latest {
            sum += Int(steps[Self.slot(step)])
        }
        return sum
    }

    /// Adds the counts of `other`.
    public mutating func merge(_ other: RecentCount) {
        guard other.latest != .min else { return }
        turn(to: other.latest)
        for step in other.latest - 11...other.latest where latest - step < 12 {
            steps[Self.slot(step)] &+= other.steps[Self.slot(step)]
        }
    }
}

/// A count that fades: an event weighs half as much after each half-life. 16 bytes; two can be merged.
public struct FadingCount: Sendable {
    private var value = 0.0
    private var seconds = 0.0

    /// Nothing counted.
    public init() {}

    /// Counts `amount` at `moment`.
    public mutating func add(_ amount: Double = 1, at moment: Timestamp, halfLife: Duration) {
        let now = Double(moment.rawValue) / 1e9
        if now >= seconds {
            value = value == 0 ? amount : value * Self.faded(now - seconds, halfLife) + amount
            seconds = now
        } else {
            value += amount * Self.faded(seconds - now, halfLife)
        }
    }

    /// The faded count at `moment`.
    public func total(at moment: Timestamp, halfLife: Duration) -> Double {
        value * Self.faded(max(0, Double(moment.rawValue) / 1e9 - seconds), halfLife)
    }

    /// Adds the count of `other`, which fades with the same half-life.
    public mutating func merge(_ other: FadingCount, halfLife: Duration) {
        let later = max(seconds, other.seconds)
        value =
            value * Self.faded(later - seconds, halfLife) + other.value
            * Self.faded(later - other.seconds, halfLife)
        seconds = later
    }

    private static func faded(_ age: Double, _ halfLife: Duration) -> Double {
        Logarithm.exponential(-0.693_147_180_559_945_3 * age / max(1e-3, halfLife.secondsAsDouble))
    }
}
