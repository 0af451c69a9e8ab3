import VigieWire

/// Looks for counts that stay low for days: the last 4, 8, 16 and 32 days against the level of the weeks before them.
///
/// The level that serves tests of hours follows a lasting drop within days and forgets it. Here each window is set against the level as
/// it stood when the window began, so that a drop is not absorbed by what it is measured with. How far such comparisons swing by
/// themselves is learned length by length, seasons and moods included. A window's sum is about normal; with few windows behind it, it
/// is Student's. A normal process crosses a height of z deviations √q/2π·e^(−z²/2) times a day, q the square of its steps from day to
/// day over its variance (Rice 1944): that sets the threshold.
struct LastingDrop: Sendable, BitwiseCopyable {
    /// Lengths of 4, 8, 16 and 32 days.
    static let lengths = 4
    private static let shortest = 4
    /// Weeks until all lengths are judged.
    static let weeksToLearn = 10.6
    /// Days within which a drop must be seen to be announced.
    private static let horizon = 42
    /// Days over which the level is averaged.
    static let levelDays = 28.0
    /// Before so many days nothing is judged.
    static let daysToLearn = 42
    /// Variance of a comparison that is taken for usual before any was seen: 5 % beside chance.
    private static let priorMood = 0.05
    private static let priorWindows = 3.0

    private struct Day: Sendable, BitwiseCopyable {
        var count: Float = 0
        var share: Float = 0
        /// The level before it.
        var level: Float = 0
    }

    // The last 32 days; the one after `newest` is the oldest.
    private var days: InlineArray<32, Day> = InlineArray(repeating: Day())
    private var newest = 31
    private(set) var learned = 0
    private var level = 0.0
    /// Counts of a usual day, in units of the level.
    private var usualShare = 0.0
    private var squares: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var weights: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var heights: InlineArray<4, Double> = InlineArray(repeating: 0)
    /// The comparisons of the day before, and the squares of their steps.
    private var last: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var steps: InlineArray<4, Double> = InlineArray(repeating: 0)
    /// How many standard deviations are an alarm.
    private var limits: InlineArray<4, Double> = InlineArray(repeating: .infinity)
    private var isLow = false

    /// Sets how rarely each length may alarm by chance.
    mutating func set(daysBetweenAlarms: Double) {
        for length in 0..<Self.lengths {
            let crossings = stepShare(length).squareRoot() / 6.283_185 * max(1, daysBetweenAlarms)
            let z = (2 * Logarithm.natural(max(10, crossings))).squareRoot()
            // Student's quantile by its first correction (Cornish and Fisher).
            limits[length] = z * (1 + (z * z + 1) / (4 * freedom(length)))
        }
    }

    /// Square of the steps from day to day over the variance; chance alone moves a window by two days' worth of its own.
    private func stepShare(_ length: Int) -> Double {
        let days = Double(Self.shortest << length)
        let known = weights[length] / days
        let learned = squares[length] > 0 ? steps[length] / squares[length] : 0
        return (learned * known + 2 / days * Self.priorWindows) / (known + Self.priorWindows)
    }

    /// Windows that overlap tell half as much again as those that follow each other.
    private func freedom(_ length: Int) -> Double {
        1.5 * weights[length] / Double(Self.shortest << length) + Self.priorWindows
    }

    /// Takes in a day.
    ///
    /// - Parameter share: what the shape of the week brings in the hours that were seen when the level is 1.
    mutating func add(_ count: Double, share: Double) {
        guard share > 0 else { return }
        guard learned > 0 else {
            level = count / share
            usualShare = share
            learned = 1
            return
        }
        usualShare += (share - usualShare) / Double(min(learned, 28))
        newest = (newest + 1) & 31
        days[newest] = Day(count: Float(count), share: Float(share), level: Float(level))
        learned += 1
        var counts = 0.0
        var shares = 0.0
        var lately = 0.0
        for back in 0..<min(32, learned - 1) {
            let day = days[(newest - back) & 31]
            counts += Double(day.count)
            shares += Double(day.share)
            let length = back + 1
            guard length >= Self.shortest, length & (length - 1) == 0 else { continue }
            compare(length.trailingZeroBitCount - 2, counts, shares, Double(day.level), lately: &lately)
        }
        learn(count / share)
        let top = self.top
        // What was found stays found until it is clearly over.
        isLow = top >= 1 || isLow && top > 0.6
        height = isLow ? max(1, top) : top
    }

    private mutating func compare(
        _ index: Int, _ counts: Double, _ shares: Double, _ before: Double, lately: inout Double
    ) {
        let days = Double(Self.shortest << index)
        let expected = shares * before
        // The level must be older than the window.
        guard expected > 0, Double(learned) > Self.levelDays / 2 + days else {
            heights[index] = 0
            return
        }
        let low = 1 - counts / expected
        let deviation = self.deviation(index)
        heights[index] = Double(learned) > Double(Self.daysToLearn) + days ? low / deviation : 0
        // What is over is not found late: the newest part of a window must be low as well.
        if index > 0, lately < 0.5 * low { heights[index] = min(0, heights[index]) }
        lately = low
        // A window in which everything was wrong does not set the measure.
        let fade = 1 - 1 / 730.0
        squares[index] = squares[index] * fade + min(low * low, 9 * deviation * deviation)
        let step = low - last[index]
        steps[index] = steps[index] * fade + min(step * step, 9 * deviation * deviation * 2 / days)
        last[index] = low
        weights[index] = weights[index] * fade + 1
    }

    private mutating func learn(_ value: Double) {
        let deviation = max(2 * self.deviation(0), 0.02)
        let bounded = min(max(value / max(level, 1e-9), 1 - 2 * deviation), 1 + 2 * deviation)
        let isYoung = learned < 14
        level += (isYoung ? value - level : (bounded - 1) * level) / min(Double(learned), Self.levelDays)
    }

    /// Standard deviation of a comparison, over its expectation.
    func deviation(_ index: Int) -> Double {
        let days = Double(Self.shortest << index)
        let expected = max(0.1, usualShare * level * days)
        let chance = 1 / expected
        let known = weights[index] / days
        let prior = Self.priorMood * Self.priorMood + 1.5 * chance
        let found = weights[index] > 0 ? squares[index] / weights[index] : 0
        let variance = (found * known + prior * Self.priorWindows) / (known + Self.priorWindows)
        return max(variance, chance).squareRoot()
    }

    /// The highest comparison against its limit; 1 and above is an alarm.
    private(set) var height = 0.0

    private var top: Double {
        var top = 0.0
        for length in 0..<Self.lengths { top = max(top, heights[length] / limits[length]) }
        return top
    }

    /// The window that stands out most: its height against its limit, evidence beyond the limit in nats, days, share missing.
    var highest: (height: Double, excess: Double, days: Int, drop: Double) {
        var best = 0
        for length in 1..<Self.lengths
        where heights[length] / limits[length] > heights[best] / limits[best] {
            best = length
        }
        let (height, limit) = (heights[best], limits[best])
        return (
            isLow ? max(1, height / limit) : height / limit, (height * height - limit * limit) / 2,
            Self.shortest << best, height * deviation(best)
        )
    }

    /// What stands out is known; until the day is over nothing does.
    mutating func reset() {
        for length in 0..<Self.lengths { heights[length] = 0 }
        isLow = false
        height = 0
    }

    /// Days until half of the drops of `share` are seen; `nil` when days swing too far for it.
    ///
    /// The comparison climbs while the window fills with low days and falls when the level behind it follows them; its crossings add
    /// up to ln 2 when half are seen.
    func days(toSee share: Double) -> Double? {
        var best: Double?
        for length in 0..<Self.lengths where limits[length].isFinite {
            let days = Double(Self.shortest << length)
            guard Double(learned) > Double(Self.daysToLearn) + days else { continue }
            let whole = share / deviation(length)
            let shake = stepShare(length).squareRoot() / 6.283_185
            var before = 0.0
            var crossings = 0.0
            for day in 1...Self.horizon {
                let passed = Double(day)
                let mean =
                    passed <= days
                    ? whole * passed / days
                    : whole * Logarithm.exponential((days - passed) / Self.levelDays)
                let below = limits[length] - mean
                let density = Logarithm.exponential(-below * below / 2)
                crossings += shake * density + max(0, mean - before) * 0.398_942 * density
                before = mean
                guard crossings < 0.693 else {
                    best = min(best ?? passed, passed)
                    break
                }
            }
        }
        // A day is judged when it is over; a drop begins in the middle of one.
        return best.map { $0 + 0.5 }
    }
}
