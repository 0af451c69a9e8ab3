import VigieWire

/// Counts that are missing since a moment, until they come again: what should have come, and what did.
///
/// Whether they come again is told by the odds of "what came is what is usual" against "as much is missing as was so far", summed up
/// since they spoke for it.
struct OpenDrop: Sendable, BitwiseCopyable {
    /// Evidence for an end in nats.
    private static let enough = 6.0
    /// What is as low for so long is how things are now.
    private static let longest: UInt32 = 28 * 86_400

    /// Second of the first interval that belongs to it.
    let onset: UInt32
    /// Counts that should have come since.
    private(set) var expected: Double
    /// Those that came.
    private(set) var seen: Double
    /// End of the last interval that was counted.
    private(set) var until: UInt32
    /// How far the sum swings around its expectation, as variance over mean, and how surely the level is known, as a share of it.
    private var ratio: Double
    private let doubt: Double
    /// Evidence that it is over, and since when it has gathered.
    private var back = 0.0
    private var backSince: UInt32 = 0

    init(onset: UInt32, expected: Double, seen: Double, until: UInt32, doubt: Double) {
        self.onset = onset
        self.expected = expected
        self.seen = seen
        self.until = until
        self.doubt = doubt
        ratio = 1
    }

    /// Takes in an interval.
    ///
    /// - Parameters:
    ///   - ratio: variance over mean of one interval.
    ///   - longRatio: the same of all intervals since the onset together.
    mutating func add(
        _ count: Double, expected usual: Double, ratio: Double, longRatio: Double, until end: UInt32
    ) {
        let left = 1 - min(max(share, 0.05), 0.9)
        back = max(
            0, back + (count * Logarithm.natural(1 / left) - usual * (1 - left)) / max(1, ratio))
        if back <= 0 { backSince = end }
        expected += usual
        seen += count
        until = end
        self.ratio = max(1, longRatio)
    }

    /// Sets how far the sum swings.
    mutating func set(longRatio: Double) { ratio = max(1, longRatio) }

    /// Counts that are missing.
    var missing: Double { max(0, expected - seen) }
    /// Share that is missing, in `0...1`.
    var share: Double { expected > 0 ? min(1, missing / expected) : 0 }
    /// Standard deviation of what is missing.
    var deviation: Double {
        (ratio * max(1, expected) + doubt * doubt * expected * expected).squareRoot()
    }
    /// Whether the counts come again.
    var isOver: Bool { back >= Self.enough }
    /// Whether it has lasted so long that it is how things are now.
    var isSettled: Bool { until &- onset > Self.longest }
    /// End of the last interval in which they were missing, as far as is known.
    var lastMissing: UInt32 { back > Self.enough / 2 ? max(onset, backSince) : until }
}
