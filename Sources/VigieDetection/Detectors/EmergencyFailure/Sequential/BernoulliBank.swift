/// Four Page tests side by side on a share: of failed attempts, of unanswered ones, of cut calls, of redials.
///
/// Each adds ln(p₁/p₀) for a bad attempt and ln((1−p₁)/(1−p₀)) for a good one, and never falls below 0 (Page 1954;
/// Moustakides 1986 for its optimality). The sizes p₁ stand in parallel, so that a failure of 5 in a hundred and one of 95 are
/// both seen near their own limit. Sums of such scores over places, nodes or operators are log-likelihoods too.
public struct BernoulliBank: Sendable, BitwiseCopyable {
    /// How many sizes stand side by side.
    public static let sizes = 4
    /// Seconds in which evidence may grow by half a threshold at most: a stumble of seconds is no outage.
    static let slotSeconds: UInt32 = 20

    private var scores: InlineArray<4, Float> = InlineArray(repeating: 0)
    private var ceilings: InlineArray<4, Float> = InlineArray(repeating: 0)
    private var up: InlineArray<4, Float> = InlineArray(repeating: 0)
    private var down: InlineArray<4, Float> = InlineArray(repeating: 0)
    private var thresholds: InlineArray<4, Float> = InlineArray(repeating: .infinity)
    private var since: InlineArray<4, UInt32> = InlineArray(repeating: 0)
    private var slot: UInt32 = 0
    /// The largest score against its threshold; 1 and above is an alarm.
    public private(set) var height = 0.0

    /// Tests that never fire until they are set.
    public init() {}

    /// Sets what is usual and what is looked for.
    ///
    /// - Parameters:
    ///   - usual: p₀, in `0...1`.
    ///   - added: shares of the good attempts that go bad, one for each size.
    ///   - dispersion: variance over the binomial one, at least 1; evidence counts for less by it.
    ///   - attemptsBetweenAlarms: mean number of attempts between false alarms of one size.
    public mutating func set(
        usual: Double, added: InlineArray<4, Double>, dispersion: Double = 1, attemptsBetweenAlarms: Double,
        runs: inout RunLengths
    ) {
        let p0 = min(max(usual, 1e-4), 0.98)
        for size in 0..<Self.sizes {
            let p1 = min(0.995, p0 + added[size] * (1 - p0))
            up[size] = Float(Logarithm.natural(p1 / p0) / dispersion)
            down[size] = Float(Logarithm.natural((1 - p1) / (1 - p0)) / dispersion)
            let extra = runs.constant(usual: p0, changed: p1)
            thresholds[size] = Float(max(3, Logarithm.natural(max(2, attemptsBetweenAlarms)) - extra))
        }
        measure()
    }

    /// Counts one attempt at a second of data time.
    public mutating func add(isBad: Bool, second: UInt32) {
        if second &- slot >= Self.slotSeconds {
            slot = second
            for size in 0..<Self.sizes { ceilings[size] = scores[size] + max(4, thresholds[size] / 2) }
        }
        for size in 0..<Self.sizes {
            let old = scores[size]
            // Twice the threshold at most: so it is over soon after the trouble is.
            let new = min(old + (isBad ? up[size] : down[size]), ceilings[size], 2 * thresholds[size])
            if new <= 0 {
                scores[size] = 0
            } else {
                if old <= 0 { since[size] = second }
                scores[size] = new
            }
        }
        measure()
    }

    // Kept, because it is asked for much more often than it changes.
    private mutating func measure() {
        var height: Float = 0
        for size in 0..<Self.sizes { height = max(height, scores[size] / thresholds[size]) }
        self.height = Double(height)
    }

    /// Counts many attempts of one interval at once: the order within it is not known, so the good ones come first.
    public mutating func add(good: Int, bad: Int, second: UInt32) {
        if second &- slot >= Self.slotSeconds {
            slot = second
            for size in 0..<Self.sizes { ceilings[size] = scores[size] + max(4, thresholds[size] / 2) }
        }
        for size in 0..<Self.sizes {
            let old = scores[size]
            let new = min(
                max(0, old + Float(good) * down[size] + Float(bad) * up[size]), ceilings[size],
                2 * thresholds[size])
            if old <= 0, new > 0 { since[size] = second }
            scores[size] = new
        }
        measure()
    }

    /// The score of a size.
    public func score(_ size: Int) -> Double { Double(scores[size]) }
    /// The threshold of a size.
    public func threshold(_ size: Int) -> Double { Double(thresholds[size]) }

    /// Evidence beyond the threshold of the highest test, in nats, and the second at which it left 0.
    public var highest: (excess: Double, since: UInt32) {
        var best = 0
        for size in 1..<Self.sizes where scores[size] / thresholds[size] > scores[best] / thresholds[best] {
            best = size
        }
        return (Double(scores[best] - thresholds[best]), since[best])
    }

    /// Expected attempts until a failure of `share` of the good attempts is seen, from a score of 0; `nil` when it never is.
    public func attemptsToSee(added share: Double, usual: Double) -> Double? {
        let p0 = min(max(usual, 1e-4), 0.98)
        let q = p0 + share * (1 - p0)
        var best: Double?
        for size in 0..<Self.sizes {
            let drift = q * Double(up[size]) + (1 - q) * Double(down[size])
            guard drift > 0.001, thresholds[size].isFinite else { continue }
            // The last step overshoots by about half an upward one.
            let attempts = (Double(thresholds[size]) + 0.5 * Double(up[size])) / drift
            best = min(best ?? attempts, attempts)
        }
        return best
    }

    /// Forgets the evidence, keeps the settings.
    public mutating func reset() {
        for size in 0..<Self.sizes {
            scores[size] = 0
            ceilings[size] = max(4, thresholds[size] / 2)
        }
        height = 0
    }
}

/// How long Page tests on a share run until a false alarm, exactly, by first passage on the lattice of their steps.
///
/// Down-steps are one unit, up-steps m of them (Reynolds and Stoumbos 1999). From the top down: s(i) is the chance to get from i to
/// i−1 without an alarm, t(i) the attempts it takes; both follow from those above, all terms positive, so nothing cancels.
/// ln(mean run) − h hardly depends on h: it is worked out once for each pair of shares and remembered.
public struct RunLengths: Sendable {
    private static let reference = 12.0
    /// Good attempts that weigh as much as one bad attempt, from which on a lattice of the former tells the latter's to a twentieth.
    private static let fineLattice = 12.0
    private var known: [UInt64: Double] = [:]

    /// Nothing worked out yet.
    public init() {}

    /// ln(mean attempts between false alarms) − threshold.
    public mutating func constant(usual p0: Double, changed p1: Double) -> Double {
        let key = Self.bucket(p0) << 32 | Self.bucket(p1)
        if let value = known[key] { return value }
        let unit = -Logarithm.natural((1 - p1) / (1 - p0))
        let up = Logarithm.natural(p1 / p0)
        let value: Double
        if up >= Self.fineLattice * unit {
            let height = (Self.reference / unit).rounded(.up) * unit
            value = Logarithm.natural(Self.mean(usual: p0, changed: p1, threshold: height)) - height
        } else {
            // On a coarse lattice rounding makes another test of it. Where much is bad on ordinary days the walk is about normal: e^(h + 1.166 σ)
            // over its mean step (Siegmund 1985, chapter 10); where little is, that errs on the safe side.
            let deviation = (p0 * (1 - p0)).squareRoot() * (up + unit)
            value = max(0, 1.166 * deviation - Logarithm.natural((1 - p0) * unit - p0 * up))
        }
        if known.count > 4_096 { known.removeAll() }
        known[key] = value
        return value
    }

    private static func bucket(_ share: Double) -> UInt64 {
        UInt64(max(0, (Logarithm.natural(share) + 12) * 25).rounded())
    }

    /// Mean attempts between false alarms of one test with this threshold.
    public static func mean(usual p0: Double, changed p1: Double, threshold: Double) -> Double {
        let p = p0
        let q = 1 - p0
        let unit = -Logarithm.natural((1 - p1) / (1 - p0))
        let step = max(1, Int((Logarithm.natural(p1 / p0) / unit).rounded()))
        let top = min(20_000, max(1, Int((threshold / unit).rounded(.up))))
        var descent = [Double](repeating: 0, count: top)  // s(i)
        var time = [Double](repeating: 0, count: top)  // t(i)
        func excursion(from low: Int) -> (chance: Double, time: Double) {
            guard low + step < top else { return (0, 0) }
            var chance = 1.0
            var spent = 0.0
            var level = low + step
            while level > low {
                spent += chance * time[level]
                chance *= descent[level]
                level -= 1
            }
            return (chance, spent)
        }
        for level in stride(from: top - 1, through: 1, by: -1) {
            let above = excursion(from: level)
            descent[level] = q / (1 - p * above.chance)
            time[level] = (1 + p * above.time) / (1 - p * above.chance)
        }
        let first = excursion(from: 0)
        return (1 + p * first.time) / (p * (1 - first.chance))
    }
}
