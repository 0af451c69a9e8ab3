import VigieWire

/// Looks for counts that stay low for days: the last 4, 8, 16 and 32 days against the level of the weeks before them.
///
/// The level that serves tests of hours follows a lasting drop within days and forgets it. Here each window is set against the level as
/// it stood when the window began, so that a drop is not absorbed by what it is measured with, and moved as the years before moved
/// since then (`YearlyCourse`), as far as that has proved true. How far such comparisons swing by themselves is learned length by
/// length, a month late, so that a drop does not widen its own measure. A window's sum is about normal; with few windows behind it, it
/// is Student's. A normal process crosses a height of z deviations √q/2π·e^(−z²/2) times a day, q the square of its steps from day to
/// day over its variance (Rice 1944): that sets the threshold.
struct LastingDrop: Sendable, BitwiseCopyable {
    /// Lengths of 4, 8, 16 and 32 days.
    static let lengths = 4
    private static let shortest = 4
    /// The windows lie within each other and alarm together: about as often as so many that know nothing of each other.
    static let independent = 2.0
    /// What one window knows beside the others where a drop lasts: √½, the correlation of neighbours.
    private static let shareKnown = 0.707
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
    private static let priorWindows = 2.0
    /// From so many days on what swings is learned a month late; before that there is nothing to spare.
    private static let daysOfYouth = 120
    /// A season of 2 % that did not come again, in ten windows: what a season must outweigh to be believed.
    private static let priorSeason = 10 * 0.0004

    struct Day: Sendable, BitwiseCopyable {
        var count: Float = 0
        var share: Float = 0
        /// The level before it, and where the year's course stood then; the course of the day itself.
        var level: Float = 0
        var courseBefore: Float = 0
        var course: Float = 0
        /// What was compared at its end, and which lengths were.
        var lows: InlineArray<4, Float> = InlineArray(repeating: 0)
        var compared: UInt8 = 0
    }

    // The last 32 days; the one after `newest` is the oldest.
    private(set) var days: InlineArray<32, Day> = InlineArray(repeating: Day())
    private(set) var newest = 31
    private(set) var learned = 0
    private var level = 0.0
    private var course = YearlyCourse()
    /// Mean height of the course over the days of the level.
    private var levelCourse = 0.0
    /// What came against what the course said: products and squares of logarithms.
    private var proven: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var courseSquares: InlineArray<4, Double> = InlineArray(repeating: 0)
    /// Counts of a usual day, in units of the level.
    private var usualShare = 0.0
    private var squares: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var weights: InlineArray<4, Double> = InlineArray(repeating: 0)
    private var heights: InlineArray<4, Double> = InlineArray(repeating: 0)
    /// The comparisons learned last, and the squares of their steps.
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
            // Student's quantile by its first two corrections (Cornish and Fisher).
            let (square, freedom) = (z * z, freedom(length))
            limits[length] =
                z
                * (1 + (square + 1) / (4 * freedom)
                    + (5 * square * square + 16 * square + 3) / (96 * freedom * freedom))
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
    /// - Parameters:
    ///   - share: what the shape of the week brings in the hours that were seen when the level is 1.
    ///   - day: days since 1970.
    mutating func add(_ count: Double, share: Double, day: Int) {
        guard share > 0 else { return }
        course.add(count, share: share, day: day, learns: !isLow)
        guard learned > 0 else {
            level = count / share
            usualShare = share
            levelCourse = course.height
            learned = 1
            return
        }
        usualShare += (share - usualShare) / Double(min(learned, 28))
        newest = (newest + 1) & 31
        if learned > 32 { learn(newest) }
        days[newest] = Day(
            count: Float(count), share: Float(share), level: Float(level), courseBefore: Float(levelCourse),
            course: Float(course.height))
        learned += 1
        var sums = Sums()
        for back in 0..<min(32, learned - 1) {
            let day = days[(newest - back) & 31]
            sums.counts += Double(day.count)
            sums.shares += Double(day.share)
            sums.course += Double(day.course)
            let length = back + 1
            guard length >= Self.shortest, length & (length - 1) == 0 else { continue }
            compare(length.trailingZeroBitCount - 2, day, &sums)
        }
        if learned < Self.daysOfYouth { learn(newest) }
        follow(count / share)
        let top = self.top
        // What was found stays found until it is clearly over.
        isLow = top >= 1 || isLow && top > 0.6
        height = isLow ? max(1, top) : top
    }

    private struct Sums {
        var counts = 0.0
        var shares = 0.0
        var course = 0.0
        /// Share missing of the next shorter window.
        var lately = 0.0
    }

    private mutating func compare(_ index: Int, _ first: Day, _ sums: inout Sums) {
        let days = Double(Self.shortest << index)
        let plain = sums.shares * Double(first.level)
        // The level must be older than the window.
        guard plain > 0, Double(learned) > Self.levelDays / 2 + days else {
            heights[index] = 0
            return
        }
        let fade = 1 - 1 / 730.0
        let season = min(max(sums.course / days - Double(first.courseBefore), -0.3), 0.3)
        let expected = plain * Logarithm.exponential(belief(index) * season)
        let came = min(max(Logarithm.natural(max(0.1, sums.counts / plain)), -0.2), 0.2)
        proven[index] = proven[index] * fade + came * season
        courseSquares[index] = courseSquares[index] * fade + season * season
        let low = 1 - sums.counts / expected
        heights[index] = Double(learned) > Double(Self.daysToLearn) + days ? low / deviation(index) : 0
        // What is over is not found late: the newest part of a window must be low as well.
        if index > 0, sums.lately < 0.5 * low { heights[index] = min(0, heights[index]) }
        sums.lately = low
        self.days[newest].lows[index] = Float(low)
        self.days[newest].compared |= 1 << UInt8(index)
    }

    /// How much of the year's course has come true, in `0...1`.
    private func belief(_ index: Int) -> Double {
        let prior = Self.priorSeason * Double(Self.shortest << index)
        return min(1, max(0, proven[index] / (courseSquares[index] + prior)))
    }

    private mutating func learn(_ place: Int) {
        let (lows, compared) = (days[place].lows, days[place].compared)
        days[place].compared = 0
        let fade = 1 - 1 / 730.0
        for index in 0..<Self.lengths where compared & 1 << UInt8(index) != 0 {
            // A window in which everything was wrong does not set the measure.
            let greatest = 9 * deviation(index) * deviation(index)
            let low = Double(lows[index])
            squares[index] = squares[index] * fade + min(low * low, greatest)
            let step = low - last[index]
            let days = Double(Self.shortest << index)
            steps[index] = steps[index] * fade + min(step * step, greatest * 2 / days)
            last[index] = low
            weights[index] = weights[index] * fade + 1
        }
    }

    private mutating func follow(_ value: Double) {
        let deviation = max(2 * self.deviation(0), 0.02)
        let bounded = min(max(value / max(level, 1e-9), 1 - 2 * deviation), 1 + 2 * deviation)
        let isYoung = learned < 14
        let memory = min(Double(learned), Self.levelDays)
        level += (isYoung ? value - level : (bounded - 1) * level) / memory
        levelCourse += (course.height - levelCourse) / memory
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
    /// A comparison climbs while its window fills with low days and falls when the level behind it follows them. Chance renews itself in
    /// 2/q days: the last look counts whole, each of the days before for so much less. Neighbouring windows share half of their days, so
    /// all together know less than each for itself.
    func days(toSee share: Double) -> Double? {
        var before: InlineArray<4, Double> = InlineArray(repeating: 1)
        for day in 1...Self.horizon {
            let passed = Double(day)
            var all = 1.0
            var least = 1.0
            for length in 0..<Self.lengths where limits[length].isFinite {
                let days = Double(Self.shortest << length)
                guard Double(learned) > Double(Self.daysToLearn) + days else { continue }
                let whole = share / deviation(length)
                let mean =
                    passed <= days
                    ? whole * passed / days
                    : whole * Logarithm.exponential((days - passed) / Self.levelDays)
                let missed = Self.below(limits[length] - mean)
                all *= before[length] * missed
                least = min(least, before[length] * missed)
                let renewal = min(1, stepShare(length) / 2)
                before[length] *= Logarithm.exponential(
                    renewal * Logarithm.natural(max(missed, 1e-12)))
            }
            let together = Logarithm.exponential(Self.shareKnown * Logarithm.natural(max(all, 1e-12)))
            // A day is judged when it is over; a drop begins in the middle of one.
            if min(least, together) <= 0.5 { return passed + 0.5 }
        }
        return nil
    }

    /// The share of a normal law that lies below so many deviations (Abramowitz and Stegun 26.2.17).
    private static func below(_ deviations: Double) -> Double {
        let x = abs(deviations)
        let t = 1 / (1 + 0.231_641_9 * x)
        let sum =
            t
            * (0.319_381_530 + t
                * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
        let above = 0.398_942_280 * Logarithm.exponential(-x * x / 2) * sum
        return deviations >= 0 ? 1 - above : above
    }
}
