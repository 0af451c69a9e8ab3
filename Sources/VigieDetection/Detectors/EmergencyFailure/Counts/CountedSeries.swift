import VigieWire

/// The counts of one centre, or of one service in one department, interval after interval: what is expected, how far it swings, and
/// the tests for counts that are missing. About 10 KiB for hourly counts.
struct CountedSeries: Sendable {
    /// Weeks before it is judged.
    static let weeksToLearn = 4.0
    /// What a series spends of a budget: its four sizes, and two for drops that last.
    static let tests = 6

    let key: StreamKey
    let intervalSeconds: Int
    var shape: CountShape
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
    private(set) var lasting = LastingDrop()
    var silence = FirstSilence()
    private(set) var history = CountHistory()
    /// What is missing now.
    var open: Missing?
    /// The days that look low are those of a drop that is over or has become usual, since so long.
    var lastingIsKnown = false
    var knownSince: UInt32 = 0
    /// Counted of the present day, what its hours bring when the level is 1, and the day of the week.
    private(set) var dayCount = 0.0
    private(set) var dayShare = 0.0
    private var day = -1
    /// The present day, since 1970.
    private var dayNumber: UInt32 = 0
    /// Second at which the present day began.
    private(set) var dayStart: UInt32 = 0

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
        if key.level.neverFallsSilent {
            if Double(start - min(start, began)) < Self.weeksToLearn * 604_800 {
                silence.add(
                    count, start: start, secondOfWeek: secondOfWeek, seconds: intervalSeconds,
                    isNext: start == until, least: isFeast ? 0.7 : 1,
                    intervalsBetweenAlarms: intervalsBetweenAlarms)
            } else {
                silence.reset()
            }
        }
        until = start &+ UInt32(intervalSeconds)
        let slots = Double(intervalSeconds) / Double(shape.slotSeconds)
        let place = shape.place(secondOfWeek: secondOfWeek)
        if place.day != day { endDay(intervalsBetweenAlarms) }
        day = place.day
        dayNumber = start / 86_400
        dayStart = start &- UInt32(max(0, secondOfWeek - place.day * 86_400))
        defer {
            if secondOfWeek - place.day * 86_400 + intervalSeconds >= 86_400 {
                endDay(intervalsBetweenAlarms)
            }
        }
        // On a feast three in ten may stay at home, or not.
        let least = isFeast ? 0.7 : 1
        if let share = shape.believed(place), let usual = shape.expected(share: share, intervals: slots) {
            history.add(
                count, expected: least * usual, level: Double(shape.level), start: start,
                seconds: intervalSeconds)
        }
        test(
            count, place, start: start, slots: slots, least: least, learns: !isFeast && !isRushed,
            intervalsBetweenAlarms: intervalsBetweenAlarms)
        follow(count, place: place, least: least)
    }

    private mutating func test(
        _ count: Double, _ place: CountShape.Place, start: UInt32, slots: Double, least: Double, learns: Bool,
        intervalsBetweenAlarms: Double
    ) {
        // What is missing is not learned, until it has lasted for two days.
        let isMissing = open.map { until &- $0.drop.onset < 172_800 } ?? false
        guard let share = shape.share(place), let usual = shape.expected(share: share, intervals: slots)
        else {
            expectedNow = 0
            if !isMissing { shape.learn(count / slots, place, weight: 1, exposure: slots) }
            return
        }
        expectedNow = usual
        if least >= 1 {
            dayCount += count
            dayShare += share * slots
        }
        let seen = shape.seen(place)
        let age = Double(until - began)
        let isJudged = age >= Self.weeksToLearn * 604_800 && seen >= 1.9
        if isJudged {
            sinceSet += 1
            // Young series learn fast.
            let settles = age < 2 * Self.weeksToLearn * 604_800 ? 43_200 : 86_400
            if sinceSet >= UInt32(max(1, settles / intervalSeconds)) {
                sinceSet = 0
                for size in 0..<4 {
                    tests[size].set(
                        size: size, swing: swing, scales: scales,
                        intervalsBetweenAlarms: intervalsBetweenAlarms)
                }
            }
            pageHeight = 0
            for size in 0..<4 where tests[size].isSet {
                tests[size].add(count, expected: least * usual, second: start)
                pageHeight = max(pageHeight, tests[size].height)
            }
        }
        let isSuspicious = pageHeight > 0.5
        suspicious = isSuspicious ? suspicious + 1 : 0
        // What lasts two days is how things are now.
        let isSettled = suspicious * intervalSeconds > 172_800
        if learns {
            // Only what was not learned yet tells how far expectations miss; in the first week none was made.
            if seen >= 0.95 { swing.add(count, expected: usual) }
            if !isMissing, !isSuspicious || isSettled {
                // Beyond 2.6 deviations it counts for less; what is within chance needs no closer look.
                let square = (count - usual) * (count - usual)
                let chance = 6.76 * max(usual, 0.5)
                let weight = square <= chance ? 1 : min(1, chance * swing.ratio(0) / square)
                shape.learn(count / slots, place, weight: weight, exposure: slots)
            }
        }
        if isSettled, suspicious * intervalSeconds > 259_200 { resetPage() }
    }

    private mutating func endDay(_ intervalsBetweenAlarms: Double) {
        guard dayShare > 0 else { return }
        // Two tests' worth of the budget for all lengths together, and that of the sizes that hours cannot show.
        var share = 2.0
        for size in 0..<4 where !tests[size].isSet { share += 1 }
        let days = intervalsBetweenAlarms * Double(intervalSeconds) / 86_400
        lasting.set(daysBetweenAlarms: days * Double(LastingDrop.lengths) / LastingDrop.independent / share)
        lasting.add(dayCount, share: dayShare, day: Int(dayNumber))
        (dayCount, dayShare) = (0, 0)
    }

    /// The highest test against its threshold; 1 and above is an alarm.
    var height: Double { max(open == nil ? 0 : 1, testHeight) }

    /// The same of the tests alone.
    var testHeight: Double { max(pageHeight, lastingIsKnown ? 0 : lasting.height, silence.height) }

    /// The highest of the tests of hours.
    private(set) var pageHeight = 0.0

    /// Evidence of the highest test beyond its threshold, the second at which it left 0, and its size.
    var highest: (excess: Double, since: UInt32, drop: Double) {
        var best = 0
        for size in 1..<4
        where tests[size].isSet && (!tests[best].isSet || tests[size].height > tests[best].height) {
            best = size
        }
        if silence.height >= max(1, pageHeight, lasting.height) { return (silence.excess, silence.since, 1) }
        let lastingHighest = lasting.highest
        if !lastingIsKnown, lastingHighest.height > pageHeight {
            return (lastingHighest.excess, until &- UInt32(lastingHighest.days * 86_400), lastingHighest.drop)
        }
        guard tests[best].isSet else { return (-.infinity, until, 0) }
        return (tests[best].score - tests[best].threshold, tests[best].since, CountTest.sizes[best])
    }

    /// Tests begin anew; what is missing goes on being so.
    mutating func reset() {
        resetPage()
        lasting.reset()
        silence.reset()
    }

    /// What is missing is forgotten.
    mutating func close() { open = nil }

    mutating func resetPage() {
        for size in 0..<4 { tests[size].reset() }
        pageHeight = 0
        suspicious = 0
    }

    /// Counts a minute expected over the day.
    var perMinute: Double { swing.mean * 60 / Double(intervalSeconds) }

    /// Seconds until half of the drops of `share` are seen that begin at any time of the week; `nil` when counts alone cannot show it.
    func delay(drop share: Double) -> Double? {
        guard swing.mean > 0 else { return nil }
        let days = lasting.days(toSee: share).map { $0 * 86_400 }
        let page = pageDelay(drop: share)
        return page.map { min($0, days ?? $0) } ?? days
    }

    /// Why a drop of `share` is not seen; `nil` when it is.
    func unseen(drop share: Double) -> EmergencyBoard.Unseen? {
        guard delay(drop: share) == nil else { return nil }
        let weeks = Double(until &- began) / 604_800
        return weeks < Self.weeksToLearn + LastingDrop.weeksToLearn ? .learning : .swing
    }

    private func pageDelay(drop share: Double) -> Double? {
        let calendar = ExpectedWeek(shape, intervalSeconds: intervalSeconds)
        // What takes longer than the level's own memory is followed by it, and never seen.
        let memory = shape.levelSeconds
        var best: Double?
        for size in 0..<4 where tests[size].isSet {
            let delay = calendar.median { luck in
                tests[size].expectedToSee(
                    drop: share, luck: luck, mean: swing.mean, intervalSeconds: intervalSeconds,
                    memory: memory)
            }
            guard let delay, delay <= 2 * memory else { continue }
            best = min(best ?? delay, delay)
        }
        return best
    }

    mutating func code(_ state: inout StateCoder) {
        shape.code(&state)
        state.code(&swing)
        state.code(&lasting)
        state.code(&silence)
        state.code(&dayCount)
        state.code(&dayShare)
        state.code(&day)
        state.code(&dayNumber)
        state.code(&began)
        state.code(&until)
        state.code(&expectedNow)
        guard state.version >= 6 else { return }
        history.code(&state)
        var isKnown: UInt8 = lastingIsKnown ? 1 : 0
        state.code(&isKnown)
        lastingIsKnown = isKnown == 1
        state.code(&knownSince)
        Missing.code(&open, CountShape(intervalSeconds: intervalSeconds), &state)
    }
}
