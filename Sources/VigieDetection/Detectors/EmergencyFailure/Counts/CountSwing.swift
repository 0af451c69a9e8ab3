/// How far counts swing around what was expected of them, by the length of time over which they are added up.
///
/// Chance alone gives a variance of about the mean at every length. Weather, moods and doubts about the expectation last, so that
/// variance over mean grows with the length; a test that takes hours must know the swing of hours. All of it is learned from
/// expectations made before the count came, so what is not known of the season is in it.
struct CountSwing: Sendable, BitwiseCopyable {
    /// Lengths of 1, 2, 4, … 32,768 intervals.
    static let scales = 16
    private var sums: InlineArray<16, Double> = InlineArray(repeating: 0)
    private var means: InlineArray<16, Double> = InlineArray(repeating: 0)
    private var squares: InlineArray<16, Double> = InlineArray(repeating: 0)
    private var weights: InlineArray<16, Double> = InlineArray(repeating: 0)
    private var intervals: UInt64 = 0
    private var meanCount = 0.0

    /// What is taken for the swing before any was seen: variance over mean, and the share by which all may be off for days.
    static let priorRatio = 1.5
    static let priorMood = 0.05
    /// Windows that the prior weighs.
    static let priorWindows = 6.0

    /// Counts an interval.
    mutating func add(_ count: Double, expected: Double) {
        intervals += 1
        meanCount += (expected - meanCount) / Double(min(intervals, 2_000))
        for scale in 0..<Self.scales {
            sums[scale] += count - expected
            means[scale] += expected
            guard intervals & (1 << UInt64(scale) - 1) == 0 else { break }
            if means[scale] > 0 {
                // Half a year of windows, or forty of the long ones.
                let fade = 1 - 1 / max(40, 4_380 / Double(1 << scale))
                // One window in which everything was wrong does not set the measure.
                let ratio = sums[scale] * sums[scale] / means[scale]
                let usual = self.ratio(scale)
                squares[scale] = squares[scale] * fade + min(ratio, 12 * usual)
                weights[scale] = weights[scale] * fade + 1
            }
            sums[scale] = 0
            means[scale] = 0
        }
    }

    /// Nothing seen yet.
    init() {}

    /// Counts that swing by chance alone around a mean that is known.
    init(knownMean mean: Double) {
        meanCount = mean
        for scale in 0..<Self.scales {
            squares[scale] = 1e9
            weights[scale] = 1e9
        }
    }

    /// Expected count of a mean interval.
    var mean: Double { meanCount }

    /// Variance over mean of sums over 2^scale intervals, as learned; at least 1.
    func ratio(_ scale: Int) -> Double {
        let prior = Self.priorRatio + Self.priorMood * Self.priorMood * meanCount * Double(1 << scale)
        let windows = weights[scale] + Self.priorWindows
        return max(1, (squares[scale] + Self.priorWindows * prior) / windows)
    }

    /// The same for a test that is to fire as rarely as a normal deviation of √(2·threshold): what is learned from few windows has
    /// Student's tails, wider by his quantile's first correction (Cornish and Fisher).
    func ratio(_ scale: Int, threshold: Double) -> Double {
        let windows = weights[scale] + Self.priorWindows
        let wider = 1 + (2 * threshold + 1) / (4 * windows)
        return ratio(scale) * wider * wider
    }
}
