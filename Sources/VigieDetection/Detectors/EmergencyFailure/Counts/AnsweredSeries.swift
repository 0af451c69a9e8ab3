import VigieWire

/// Which share of the calls that reached it a centre answers, hour of the day by hour, and the tests for answers that are missing.
///
/// Answers are counts like others: as many are expected as the share of that hour says of the calls that came, times the level of the
/// last days; how far they swing around it is learned at every length of time, and a fall that days bring by themselves is not tested.
/// About 3 KiB, and 4 more once calls came.
struct AnsweredSeries: Sendable {
    /// Seconds before it is judged.
    static let secondsToLearn = 14.0 * 86_400
    /// Calls of a time of day over which its share is averaged.
    private static let memory: Float = 20_000
    /// Days over which the level is averaged.
    private static let levelDays = 4.0
    /// Calls with which a time of day leans on all others.
    private static let lent: Float = 30

    let key: StreamKey
    private(set) var swing = CountSwing()
    private var tests: InlineArray<4, CountTest> = InlineArray(repeating: CountTest())
    /// Calls and answers by hour, on working days, Saturdays and Sundays.
    private var calls = [Float](repeating: 0, count: 72)
    private var answers = [Float](repeating: 0, count: 72)
    private var allCalls: Float = 0
    private var allAnswers: Float = 0
    /// What came of the last days over what the shares would bring.
    private var level = 1.0
    private var levelWeight = 0.0
    private(set) var history = CountHistory()
    private(set) var began: UInt32 = 0
    private(set) var until: UInt32 = 0
    private(set) var intervalSeconds = 0
    private var sinceSet = UInt32(1_000)
    private var suspicious = 0
    /// The highest test against its threshold.
    private(set) var testHeight = 0.0
    /// What is missing now, set against the shares before it, and how far these swing.
    private(set) var open: OpenDrop?
    private var openSwing = CountSwing()
    private var openLevel = 0.0

    init(_ key: StreamKey) { self.key = key }

    /// The highest test against its threshold; 1 and above is an alarm.
    var height: Double { max(open == nil ? 0 : 1, testHeight) }

    /// Takes in an interval.
    ///
    /// - Parameters:
    ///   - came: calls that reached the centre.
    ///   - usual: as many as usually come; 0 while it is not known.
    ///   - learns: nothing but this is to be said against the interval.
    mutating func add(
        _ answered: Double, of came: Double, usual: Double, start: UInt32, seconds: Int, secondOfWeek: Int,
        learns: Bool, intervalsBetweenAlarms: Double
    ) {
        if began == 0 { began = start }
        intervalSeconds = seconds
        until = start &+ UInt32(seconds)
        guard came > 0 else { return }
        // In a rush a centre answers what it can: it is asked for no more than in a busy hour, and nothing is learned.
        let busy = 1.25 * usual + 2 * usual.squareRoot()
        let isRush = usual > 0 && came > busy
        let calls = isRush ? busy : came
        let place = Self.place(secondOfWeek)
        guard allCalls > 0 else {
            learn(answered, came, place)
            return
        }
        let share = share(place)
        let expected = calls * min(1, share * level)
        history.add(answered, expected: expected, level: level, start: start, seconds: seconds)
        if Double(until - began) >= Self.secondsToLearn, expected > 0 {
            test(answered, expected, start, intervalsBetweenAlarms)
        }
        let isSuspicious = testHeight > 0.5
        suspicious = isSuspicious ? suspicious + 1 : 0
        // What lasts two days is how things are now.
        let isSettled = suspicious * seconds > 172_800
        if learns, !isRush {
            if open == nil, Double(until - began) > 172_800 { swing.add(answered, expected: expected) }
            if !isSuspicious || isSettled {
                follow(answered, calls * share)
                learn(answered, came, place)
            }
        }
        if isSettled, suspicious * seconds > 259_200 { reset() }
        track(answered, calls * share)
    }

    private mutating func test(
        _ answered: Double, _ expected: Double, _ start: UInt32, _ intervalsBetweenAlarms: Double
    ) {
        sinceSet += 1
        if sinceSet >= UInt32(max(1, 43_200 / intervalSeconds)) {
            sinceSet = 0
            for size in 0..<4 {
                tests[size].set(
                    size: size, swing: swing, scales: scales, intervalsBetweenAlarms: intervalsBetweenAlarms)
            }
        }
        testHeight = 0
        for size in 0..<4 where tests[size].isSet {
            tests[size].add(answered, expected: expected, second: start)
            testHeight = max(testHeight, tests[size].height)
        }
    }

    private mutating func track(_ answered: Double, _ shares: Double) {
        guard var drop = open else {
            if testHeight >= 1 { begin() }
            return
        }
        drop.add(
            answered, expected: shares * openLevel, ratio: openSwing.ratio(0),
            longRatio: openSwing.ratio(scale(of: until &- drop.onset)), until: until)
        open = drop.isOver || drop.isSettled ? nil : drop
        guard open == nil else { return }
        if drop.isOver { level = openLevel }
        reset()
    }

    private mutating func begin() {
        guard let sums = history.onset(ratio: { swing.ratio(scale(of: $0)) }) else { return }
        var drop = OpenDrop(
            onset: sums.since, expected: sums.expected, seen: sums.count, until: until, doubt: 0.02)
        drop.set(longRatio: swing.ratio(scale(of: until &- sums.since)))
        (open, openSwing, openLevel) = (drop, swing, sums.level)
    }

    private static func place(_ secondOfWeek: Int) -> Int {
        let day = secondOfWeek / 86_400
        return (day < 5 ? 0 : day == 5 ? 24 : 48) + secondOfWeek % 86_400 / 3_600
    }

    private func share(_ place: Int) -> Double {
        let all = allAnswers / max(1, allCalls)
        return Double((answers[place] + Self.lent * all) / (calls[place] + Self.lent))
    }

    private mutating func learn(_ answered: Double, _ came: Double, _ place: Int) {
        calls[place] += Float(came)
        answers[place] += Float(answered)
        allCalls += Float(came)
        allAnswers += Float(answered)
        if calls[place] > Self.memory {
            answers[place] *= Self.memory / calls[place]
            calls[place] = Self.memory
        }
        if allCalls > 24 * Self.memory {
            allAnswers *= 24 * Self.memory / allCalls
            allCalls = 24 * Self.memory
        }
    }

    private mutating func follow(_ answered: Double, _ shares: Double) {
        guard shares > 0 else { return }
        // As much weight as the calls of so many days have.
        let days = Double(until &- began) / 86_400
        let usual = max(1, swing.mean * Self.levelDays * 86_400 / Double(max(1, intervalSeconds)))
        levelWeight = min(levelWeight + shares, days < 4 ? .infinity : usual)
        level += (answered / shares - level) * min(0.5, shares / max(levelWeight, shares, 50))
    }

    private func scale(of seconds: UInt32) -> Int {
        var scale = 0
        while scale < CountSwing.scales - 1, intervalSeconds << scale < Int(seconds) { scale += 1 }
        return scale
    }

    /// Swings of up to eight days matter; the level follows longer ones.
    private var scales: Int { max(3, scale(of: 691_200) + 1) }

    /// Evidence of the highest test beyond its threshold.
    var excess: Double {
        var excess = 0.0
        for size in 0..<4 where tests[size].isSet {
            excess = max(excess, tests[size].score - tests[size].threshold)
        }
        return excess
    }

    /// Tests begin anew; what is missing goes on being so.
    mutating func reset() {
        for size in 0..<4 { tests[size].reset() }
        testHeight = 0
        suspicious = 0
    }

    mutating func code(_ state: inout StateCoder) {
        state.code(&swing)
        state.code(&calls, counts: 72...72)
        state.code(&answers, counts: 72...72)
        state.code(&allCalls)
        state.code(&allAnswers)
        state.code(&level)
        state.code(&levelWeight)
        history.code(&state)
        state.code(&began)
        state.code(&until)
        state.code(&intervalSeconds)
        var drop = open ?? OpenDrop(onset: 0, expected: 0, seen: 0, until: 0, doubt: 0)
        state.code(&drop)
        open = drop.until == 0 ? nil : drop
        state.code(&openSwing)
        state.code(&openLevel)
        if !(0...604_800).contains(intervalSeconds) { state.refuse("an interval's length") }
    }
}
