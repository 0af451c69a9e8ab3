/// Four Page tests side by side on missing callers: a tenth, three in ten, half, and silence.
///
/// In time the score of a drop by δ rises by δ·μ and falls by −ln(1−δ) at each caller (the log-likelihood ratio of two Poisson
/// processes). It climbs without jumps, so the mean time to a false alarm has a closed form: with I = (1−δ)ln(1−δ)+δ, it is
/// (e^h − 1)/I − … expected callers (scale function of a spectrally negative process), hence h = ln(γ·μ·I).
public struct VolumeBank: Sendable, BitwiseCopyable {
    /// How many sizes stand side by side.
    public static let sizes = 4
    /// The sizes: shares of callers who are missing.
    public static let drops: InlineArray<4, Double> = [0.15, 0.30, 0.50, 0.98]

    private var scores: InlineArray<4, Float> = InlineArray(repeating: 0)
    private var thresholds: InlineArray<4, Float> = InlineArray(repeating: .infinity)
    private var since: InlineArray<4, UInt32> = InlineArray(repeating: 0)
    private var dispersion: Float = 1

    private static let perCaller: InlineArray<4, Float> = [
        Float(Logarithm.ofOnePlus(-0.15)), Float(Logarithm.ofOnePlus(-0.30)), Float(Logarithm.ofOnePlus(-0.50)),
        Float(Logarithm.ofOnePlus(-0.98)),
    ]
    private static let perExpected: InlineArray<4, Float> = [0.15, 0.30, 0.50, 0.98]

    /// Tests that never fire until they are set.
    public init() {}

    /// I(δ) of the type's comment, for one expected caller.
    public static func information(_ drop: Double) -> Double {
        drop >= 1 ? 1 : (1 - drop) * Logarithm.ofOnePlus(-drop) + drop
    }

    /// The threshold for a mean time between false alarms, in expected callers.
    public static func threshold(drop: Double, expectedBetweenAlarms: Double) -> Double {
        max(2, Logarithm.natural(max(2, expectedBetweenAlarms * information(drop))))
    }

    /// Sets what is looked for.
    ///
    /// - Parameters:
    ///   - dispersion: variance over mean of the counts, at least 1; evidence counts for less by it.
    ///   - expectedBetweenAlarms: expected callers between false alarms of one size.
    public mutating func set(dispersion: Double, expectedBetweenAlarms: Double) {
        self.dispersion = Float(max(1, dispersion))
        for size in 0..<Self.sizes {
            thresholds[size] = Float(
                Self.threshold(
                    drop: Self.drops[size], expectedBetweenAlarms: expectedBetweenAlarms / max(1, dispersion)))
        }
    }

    /// Never fires until it is set again.
    public mutating func disarm() {
        for size in 0..<Self.sizes {
            thresholds[size] = .infinity
            scores[size] = 0
        }
    }

    /// Whether it may fire.
    public var isArmed: Bool { thresholds[0].isFinite }

    /// Counts an interval as a whole.
    public mutating func add(callers: Int, expected: Double, second: UInt32) {
        let dispersion = dispersion
        for size in 0..<Self.sizes {
            if scores[size] <= 0 { since[size] = second }
            let step =
                (Self.perExpected[size] * Float(expected) + Self.perCaller[size] * Float(callers)) / dispersion
            scores[size] = min(max(0, scores[size] + step), 2 * thresholds[size])
        }
    }

    /// The score of a size.
    public func score(_ size: Int) -> Double { Double(scores[size]) }
    /// The threshold of a size.
    public func threshold(_ size: Int) -> Double { Double(thresholds[size]) }

    /// The largest score against its threshold; 1 and above is an alarm.
    public var height: Double {
        var height: Float = 0
        for size in 0..<Self.sizes { height = max(height, scores[size] / thresholds[size]) }
        return Double(height)
    }

    /// Evidence beyond the threshold of the highest test, the second at which it left 0, and its size.
    public var highest: (excess: Double, since: UInt32, drop: Double) {
        var best = 0
        for size in 1..<Self.sizes where scores[size] / thresholds[size] > scores[best] / thresholds[best] {
            best = size
        }
        return (Double(scores[best] - thresholds[best]), since[best], Self.drops[best])
    }

    /// Expected callers' worth of time until a drop of `share` is seen, from a score of 0; `nil` when it never is.
    ///
    /// `slack`: how far below the expectation the null stands for doubt, `0...1`.
    public func expectedToSee(drop share: Double, slack: Double) -> Double? {
        var best: Double?
        for size in 0..<Self.sizes {
            let drift =
                (Double(Self.perExpected[size]) * (1 - slack) + (1 - share) * Double(Self.perCaller[size]))
                / Double(dispersion)
            guard drift > 0.002, thresholds[size].isFinite else { continue }
            let expected = Double(thresholds[size]) / drift
            best = min(best ?? expected, expected)
        }
        return best
    }

    /// Forgets the evidence, keeps the settings.
    public mutating func reset() { for size in 0..<Self.sizes { scores[size] = 0 } }
}
