import VigieWire

/// A Page test on missing counts of one size, set so that neither chance nor the moods of days make it fire more often than allowed.
///
/// It weighs "only a of what is expected comes" against "b of it comes": each interval adds ((b−a)·μ + ln(a/b)·x)/φ, never below 0.
/// With φ the swing over the time that the test takes, the mean time between false alarms is about e^h·φ/(μ·I), I = a·ln(a/b)+b−a, in
/// expected counts, hence h = ln(γ·μ·I/φ). b stands below 1 where days have moods: the test must not drift upwards in a mood that
/// comes more often than a false alarm may. A size that cannot be told from the moods is not tested, and the board says so.
struct CountTest: Sendable, BitwiseCopyable {
    /// Shares of the counts that are missing.
    static let sizes: InlineArray<4, Double> = [0.11, 0.30, 0.50, 0.90]

    private(set) var threshold = Double.infinity
    private(set) var perExpected = 0.0
    private(set) var perCount = 0.0
    private(set) var score = 0.0
    /// Variance over mean that it reckons with.
    private(set) var ratio = 1.0
    /// Second at which the score left 0.
    private(set) var since: UInt32 = 0

    /// Whether it may fire.
    var isSet: Bool { threshold.isFinite }
    var height: Double { score / threshold }

    mutating func add(_ count: Double, expected: Double, second: UInt32) {
        guard isSet else { return }
        if score <= 0 { since = second }
        score = min(max(0, score + perExpected * expected + perCount * count), 1.5 * threshold)
    }

    mutating func reset() { score = 0 }

    /// Sets it for a size; `intervalsBetweenAlarms` is the mean time between its false alarms.
    mutating func set(
        size: Int, swing: CountSwing, scales: Int = CountSwing.scales, intervalsBetweenAlarms: Double
    ) {
        let a = 1 - Self.sizes[size]
        var best: (delay: Double, b: Double, ratio: Double, threshold: Double)?
        var b = 1.0
        while b > a + 0.02 {
            if let found = Self.fit(
                a: a, b: b, swing: swing, scales: scales, intervals: intervalsBetweenAlarms),
                found.delay < best?.delay ?? .infinity
            {
                best = (found.delay, b, found.ratio, found.threshold)
            }
            b -= 0.02
        }
        guard let best else {
            threshold = .infinity
            score = 0
            return
        }
        threshold = best.threshold
        ratio = best.ratio
        perExpected = (best.b - a) / best.ratio
        perCount = Logarithm.natural(a / best.b) / best.ratio
    }

    private static func fit(a: Double, b: Double, swing: CountSwing, scales: Int, intervals: Double)
        -> (delay: Double, ratio: Double, threshold: Double)?
    {
        let information = a * Logarithm.natural(a / b) + b - a
        // In a lasting mood beyond this the test would drift upwards.
        let edge = 1 - (b - a) / Logarithm.natural(b / a)
        let mean = max(swing.mean, 1e-6)
        var taken: (delay: Double, ratio: Double, threshold: Double, scale: Int)?
        for scale in 0..<scales {
            var ratio = swing.ratio(scale)
            let expected = mean * Double(1 << scale)
            // Whole intervals: the mean run is e^h of them at least (Lorden 1971), which is the tighter bound for busy series.
            let run = min(intervals * mean * information / ratio, intervals)
            let threshold = max(3, Logarithm.natural(max(2, run)))
            ratio = swing.ratio(scale, threshold: threshold)
            // What a failure of the size adds for each expected count.
            let drift = (b - a) + Logarithm.natural(a / b) * a
            if taken == nil, expected * drift >= threshold * ratio {
                taken = (threshold * ratio / drift / mean, ratio, threshold, scale)
            }
            guard let taken, scale >= taken.scale + 2 else { continue }
            // 2h is the square of the deviations that come as rarely as a false alarm may.
            guard edge * edge * expected >= 2 * taken.threshold * ratio else { return nil }
        }
        // What takes so long that nothing is known of longer moods is not tested.
        guard let taken, taken.scale + 2 < scales else { return nil }
        return (taken.delay, taken.ratio, taken.threshold)
    }

    /// Expected counts that must pass until a drop of `share` is seen, from a score of 0; `nil` when it never is.
    ///
    /// - Parameters:
    ///   - luck: standard deviations by which chance and moods help.
    ///   - mean: expected counts an interval.
    ///   - memory: seconds in which the expectation follows what comes; until half the threshold is reached it does.
    func expectedToSee(
        drop share: Double, luck: Double = 0, mean: Double = 1, intervalSeconds: Int = 1,
        memory: Double = .infinity
    ) -> Double? {
        guard isSet else { return nil }
        var left = share
        var expected: Double?
        for _ in 0..<6 {
            let drift = perExpected + (1 - left) * perCount
            guard drift > 1e-5 * perExpected else { return nil }
            // drift·u² + luck·spread·u = threshold, u the root of the expected counts.
            let spread = luck * abs(perCount) * (ratio * (1 - share)).squareRoot()
            let root = ((spread * spread + 4 * drift * threshold).squareRoot() - spread) / (2 * drift)
            expected = root * root
            guard memory.isFinite, mean > 0 else { break }
            let seconds = root * root / mean * Double(intervalSeconds)
            left = share * (1 - 0.75 * (1 - Logarithm.exponential(-0.5 * seconds / memory)))
        }
        return expected
    }
}
