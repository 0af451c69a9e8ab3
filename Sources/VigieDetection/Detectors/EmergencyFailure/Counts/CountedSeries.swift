import VigieWire

/// The counts of one centre, or of one service in one department, interval after interval: what is expected, how far it swings, and
/// the tests for counts that are missing. About 8 KiB for hourly counts.
struct CountedSeries: Sendable {
    /// Weeks before it is judged.
    static let weeksToLearn = 4.0

    let key: StreamKey
    let intervalSeconds: Int
    private var shape: CountShape
    private(set) var swing = CountSwing()
    private var tests: InlineArray<4, CountTest> = InlineArray(repeating: CountTest())
    /// Swings of up to eight days matter; the level follows longer ones.
    private let scales: Int
    private var sinceSet = UInt32(1_000)
    private var suspicious = 0
    /// End of the last interval, in seconds of data time.
    private(set) var until: UInt32 = 0
    private(set) var began: UInt32 = 0
    /// Expected for the next interval like the last one; 0 until known.
    private(set) var expectedNow = 0.0
    /// Missing counts since the highest test left 0.
    private(set) var missing = 0.0

    init(_ key: StreamKey, intervalSeconds: Int) {
        self.key = key
        self.intervalSeconds = intervalSeconds
        shape = CountShape(intervalSeconds: intervalSeconds)
        var scales = 3
        while scales < CountSwing.scales, intervalSeconds << (scales - 1) < 691_200 { scales += 1 }
        self.scales = scales
    }

    /// Takes in an interval.
    ///
    /// - Parameters:
    ///   - isFeast: a public holiday: fewer call, and nothing is learned.
    ///   - isRushed: many more people call than usual, and nothing is learned.
    ///   - intervalsBetweenAlarms: the mean time between false alarms that each test is allowed.
    mutating func add(
        _ count: Double, start: UInt32, secondOfWeek: Int, isFeast: Bool, isRushed: Bool = false,
        intervalsBetweenAlarms: Double
    ) {
        if began == 0 { began = start }
        until = start &+ UInt32(intervalSeconds)
        let slots = Double(intervalSeconds) / Double(shape.slotSeconds)
        let usual = shape.expected(secondOfWeek: secondOfWeek, intervals: slots)
        expectedNow = usual ?? 0
        guard let usual else {
            shape.learn(count / slots, secondOfWeek: secondOfWeek, weight: 1, exposure: slots)
            return
        }
        let isJudged =
            Double(until - began) >= Self.weeksToLearn * 604_800
            && shape.seen(secondOfWeek: secondOfWeek) >= 1.9
        if isJudged {
            sinceSet += 1
            if sinceSet >= UInt32(max(1, 43_200 / intervalSeconds)) {
                sinceSet = 0
                for size in 0..<4 {
                    tests[size].set(
                        size: size, swing: swing, scales: scales,
                        intervalsBetweenAlarms: intervalsBetweenAlarms)
                }
            }
            // On a feast three in ten may stay at home, or not.
            let expected = isFeast ? 0.7 * usual : usual
            let wasQuiet = height <= 0
            for size in 0..<4 { tests[size].add(count, expected: expected, second: start) }
            missing = wasQuiet ? 0 : max(0, missing + expected - count)
        }
        let isSuspicious = height > 0.5
        suspicious = isSuspicious ? suspicious + 1 : 0
        // What lasts two days is how things are now.
        let isSettled = suspicious * intervalSeconds > 172_800
        if !isFeast, !isRushed {
            // Only what was not learned yet tells how far expectations miss; in the first week none was made.
            if shape.seen(secondOfWeek: secondOfWeek) >= 0.95 { swing.add(count, expected: usual) }
            let spread = (swing.ratio(0) * max(usual, 0.5)).squareRoot()
            let deviation = abs(count - usual) / spread
            let weight = deviation < 2.6 ? 1 : (2.6 / deviation) * (2.6 / deviation)
            if !isSuspicious || isSettled {
                shape.learn(count / slots, secondOfWeek: secondOfWeek, weight: weight, exposure: slots)
            }
        }
        if isSettled, suspicious * intervalSeconds > 259_200 { reset() }
    }

    /// The highest test against its threshold; 1 and above is an alarm.
    var height: Double {
        var height = 0.0
        for size in 0..<4 where tests[size].isSet { height = max(height, tests[size].height) }
        return height
    }

    /// Evidence of the highest test beyond its threshold, the second at which it left 0, and its size.
    var highest: (excess: Double, since: UInt32, drop: Double) {
        var best = 0
        for size in 1..<4
        where tests[size].isSet && (!tests[best].isSet || tests[size].height > tests[best].height) {
            best = size
        }
        guard tests[best].isSet else { return (-.infinity, until, 0) }
        return (tests[best].score - tests[best].threshold, tests[best].since, CountTest.sizes[best])
    }

    mutating func reset() {
        for size in 0..<4 { tests[size].reset() }
        suspicious = 0
        missing = 0
    }

    /// Counts a minute expected over the day.
    var perMinute: Double { swing.mean * 60 / Double(intervalSeconds) }

    /// Seconds until a drop of `share` would be seen at the mean rate: whole intervals, and one for the interval in which it begins;
    /// `nil` when counts alone cannot show it.
    func delay(drop share: Double) -> Double? {
        guard swing.mean > 0 else { return nil }
        var best: Double?
        for size in 0..<4 {
            guard let expected = tests[size].expectedToSee(drop: share) else { continue }
            best = min(best ?? expected, expected)
        }
        // What takes longer than the level's own memory is followed by it, and never seen.
        let limit = max(CountShape.levelDays * 86_400, 8 * Double(intervalSeconds))
        return best.map { ($0 / swing.mean).rounded(.up) * Double(intervalSeconds) }.flatMap {
            $0 <= limit ? $0 : nil
        }
    }

    mutating func code(_ state: inout StateCoder) {
        shape.code(&state)
        state.code(&swing)
        state.code(&began)
        state.code(&until)
        state.code(&expectedNow)
    }
}
