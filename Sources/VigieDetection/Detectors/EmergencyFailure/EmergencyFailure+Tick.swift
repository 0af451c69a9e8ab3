import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// Judges all streams: time passes for missing callers, tests are compared with their thresholds, hours are learned.
    mutating func tick(report: (Finding) -> Void) {
        let passed = now - lastTick
        lastTick = now
        stopWaiting()
        noticeBlindness()
        expectCallers()
        if now / 900 != quarter { endQuarter() }
        if now / 3_600 != hour { endHour() }
        // Young streams settle often: their thresholds hang on a level that is hardly known.
        let age = now - began
        if now - lastSettled >= (age < 7_200 ? 120 : age < 172_800 ? 600 : 3_600) || passed >= 600 {
            lastSettled = now
            for index in streams.indices { settle(index) }
        }
        judge(report: report)
    }

    // MARK: Blindness

    private mutating func noticeBlindness() {
        let silence = now &- feeds.last
        if now > feeds.last, silence > feeds.deathAfter(now) {
            if blindSince == nil { blindSince = feeds.last }
        } else {
            blindSince = nil
        }
        let factor = nationSeason.factor(minuteOfWeek: minuteOfWeek(now)).factor
        isAnyFeedBlind =
            !feeds.silentNodes(at: now, factor: factor).isEmpty
            || !feeds.silentOperators(at: now, factor: factor).isEmpty
    }

    mutating func minuteOfWeek(_ second: UInt32) -> Int {
        let moment = Timestamp(seconds: Int64(second))
        return clock.hourOfWeek(at: moment) * 60 + Int(second / 60 % 60)
    }

    // MARK: Missing callers

    /// Adds what was to be expected since the last time, where something was seen; a hole in the feeds counts for nothing.
    private mutating func expectCallers() {
        let until = min(now, max(seenUntil, feeds.last))
        var seconds = until > seenUntil ? until - seenUntil : 0
        if seconds > max(7_200, feeds.deathAfter(now)) || blindSince != nil { seconds = 0 }
        seenUntil = max(seenUntil, until)
        let middle = minuteOfWeek(until &- seconds / 2)
        let minutes = Double(seconds) / 60
        let nation = nationSeason.factor(minuteOfWeek: middle)
        var factors: [EmergencyService: (factor: Double, doubt: Double)] = [:]
        for (service, season) in seasons { factors[service] = season.factor(minuteOfWeek: middle) }
        let minute = until / 60
        for index in streams.indices {
            var season = nation
            switch streams[index].key.level {
            case .service, .cell, .serviceOperator, .receiver:
                season = factors[streams[index].key.service] ?? nation
            default: break
            }
            streams[index].expect(
                minutes: minutes, season: season, minute: minute)
        }
        // A rush of the nation is one everywhere: what was half seen in its first minute is not to be finished by it in places where it shows
        // less.
        if let nation = places[StreamKey.nation.rawValue], streams[Int(nation)].isRushed {
            for index in streams.indices {
                streams[index].answerTest.reset()
                streams[index].redialTest.reset()
            }
        }
        countMinutes()
    }

    /// Tells the counted series how many people called in the minutes that are over; a minute in which feeds were blind tells nothing.
    private mutating func countMinutes() {
        let minute = now / 60
        guard minute > countedMinute else { return }
        let passed = countedMinute == 0 ? 0 : min(minute - countedMinute, 120)
        countedMinute = minute
        let isSeen = blindSince == nil && !isAnyFeedBlind
        for step in 0..<passed {
            let moment = CountWatch.Moment((minute - passed + step) * 60, &clock, home)
            for index in streams.indices where streams[index].key.level.watchesVolume {
                let callers = streams[index].minuteCallers
                streams[index].minuteCallers = 0
                guard isSeen else { continue }
                let key = streams[index].key
                let minutes = budget.minutesBetweenAlarms(
                    .volume, levels: 6, streams: max(1, population[Int(key.level.rawValue)]),
                    sizes: CountedSeries.tests)
                counted.put(
                    key, Double(callers), moment, 60, isRushed: streams[index].isRushed, minutes: minutes,
                    hint: &streams[index].countedPlace)
            }
        }
    }

    // MARK: Learning

    private mutating func endQuarter() {
        quarter = now / 900
        for index in streams.indices {
            streams[index].endQuarter()
            if streams[index].height > 0.5 || isFailing(streams[index].key) { streams[index].tainted = true }
        }
    }

    private mutating func endHour() {
        let moment = Timestamp(seconds: Int64(hour) * 3_600)
        let hourOfWeek = clock.hourOfWeek(at: moment)
        hour = now / 3_600
        let isSound = !episodes.contains { keepsFromLearning($0, seconds: 3_600) }
        let civil = CivilTime(moment, offsetSeconds: clock.offsetSeconds(at: moment))
        let isFeast = PublicHolidays.contains(civil, home: home)
        for index in streams.indices {
            let key = streams[index].key
            let exposure = min(1, streams[index].hourSeenMinutes / 60)
            if isSound, !isFeast, exposure > 0.2, !streams[index].tainted || key.level == .nation {
                if key.level == .service {
                    seasons[key.service, default: EmergencySeason()].learn(
                        callers: streams[index].hourCallers, hourOfWeek: hourOfWeek, exposure: exposure)
                } else if key.level == .nation {
                    nationSeason.learn(
                        callers: streams[index].hourCallers, hourOfWeek: hourOfWeek, exposure: exposure)
                }
            }
            streams[index].endHour(isSound: isSound)
        }
    }

    private func isFailing(_ key: StreamKey) -> Bool {
        guard key.level == .nation || key.level == .service else { return false }
        return episodes.contains { keepsFromLearning($0, seconds: 1_800) }
    }

    /// Whether what is seen while a failure goes on, or for so long after it, is not to be learned: what a centre counts says nothing of
    /// other calls, and callers who are missing for two days are how things are now.
    private func keepsFromLearning(_ episode: EmergencyEpisode, seconds: UInt32) -> Bool {
        guard now &- episode.lastAlarm <= seconds else { return false }
        guard episode.isOfCounts else { return true }
        return episode.scope.sign == Alarm.Sign.volume.rawValue && now &- episode.onset < 172_800
    }

    // MARK: Thresholds

    static let failureSizes: InlineArray<4, Double> = [0.04, 0.11, 0.30, 0.70]
    /// Calls of a stream after which its answers are watched.
    private static let answersToLearn = 100.0
    private static let answerSizes: InlineArray<4, Double> = [0.15, 0.30, 0.60, 0.90]
    private static let shortSizes: InlineArray<4, Double> = [0.08, 0.15, 0.30, 0.70]
    private static let redialSizes: InlineArray<4, Double> = [0.12, 0.20, 0.40, 0.70]

    /// Sets what a stream's tests take for usual, and how high they must climb.
    mutating func settle(_ index: Int) {
        let nationPlace = places[StreamKey.nation.rawValue].map(Int.init)
        var stream = streams[index]
        let level = stream.key.level
        let streamCount = max(1, population[Int(level.rawValue)])
        var parentFailure = 0.01
        var parentSilence = 0.12
        var parentShort = 0.03
        var parentRedial = 0.10
        var strength = 150.0
        if let nationPlace, level != .nation {
            let nation = streams[nationPlace]
            parentFailure = nation.failures.share(parent: 0.01, strength: 200)
            parentSilence = nation.silences.share(parent: 0.12, strength: 10)
            parentShort = nation.shorts.share(parent: 0.03, strength: 100)
            parentRedial = nation.redials.share(parent: 0.10, strength: 100)
            if level == .cell || level == .serviceOperator,
                let place = places[StreamKey.service(stream.key.service).rawValue]
            {
                parentSilence = streams[Int(place)].silences.share(parent: parentSilence, strength: 100)
            }
        } else {
            strength = 200
        }
        stream.usualFailure = max(0.003, stream.failures.cautious(parent: parentFailure, strength: strength))
        stream.usualSilence = max(
            0.02, stream.silences.cautious(parent: parentSilence, strength: 10, deviations: 2.5))
        let usualShort = max(0.01, stream.shorts.cautious(parent: parentShort, strength: 60))
        let usualRedial = max(0.02, stream.redials.cautious(parent: parentRedial, strength: 60))
        // A stream of which little was seen is taken for busy: its thresholds are high until it shows.
        let isYoung = now &- stream.firstSecond < 1_800
        let perMinute = max(isYoung ? 1 : 0.002, stream.level)
        func attempts(_ kind: AlarmBudget.Kind, _ levels: Int, _ sizes: Int = BernoulliBank.sizes) -> Double {
            perMinute * budget.minutesBetweenAlarms(kind, levels: levels, streams: streamCount, sizes: sizes)
        }
        // A machine has hours in which it loses twice as many: that is no outage, and the test must not climb in them.
        stream.testedFailure = min(0.5, stream.usualFailure * stream.failures.badHour)
        stream.failureTest.set(
            usual: stream.testedFailure, added: Self.failureSizes,
            attemptsBetweenAlarms: attempts(.failures, 13), runs: &runs)
        // Which share of calls is answered differs from place to place: until it was seen here, none is missing.
        if level.watchesAnswers, stream.silences.learned >= Self.answersToLearn {
            stream.answerTest.set(
                usual: stream.usualSilence, added: Self.answerSizes, dispersion: 1.6,
                attemptsBetweenAlarms: attempts(.answers, 8), runs: &runs)
        }
        if level.watchesHabits {
            stream.shortTest.set(
                usual: usualShort, added: Self.shortSizes, dispersion: 1.3,
                attemptsBetweenAlarms: attempts(.cuts, 5), runs: &runs)
            stream.redialTest.set(
                usual: usualRedial, added: Self.redialSizes, dispersion: 2,
                attemptsBetweenAlarms: attempts(.retries, 5), runs: &runs)
        }
        if level == .receiver {
            stream.receiverTest.set(
                usual: DeliveryWatch.usual, added: Self.failureSizes, dispersion: 1.3,
                attemptsBetweenAlarms: attempts(.receiver, receiverLevels), runs: &runs)
        }
        streams[index] = stream
    }
}

extension EmergencyStream {
    /// Minutes in which a rush shows that begins at once.
    private static let rushMinutes: UInt32 = 3
    /// Callers come in little crowds (one accident, three calls) that quiet weeks hardly show.
    private static let leastSpread = 1.25

    /// Time passes: expected callers against those who came.
    mutating func expect(
        minutes: Double, season: (factor: Double, doubt: Double), minute: UInt32
    ) {
        defer { pendingCallers = 0 }
        let weighted = minutes * season.factor
        hourMinutes += weighted
        hourSeenMinutes += minutes
        quarterMinutes += weighted
        hourCallers += Double(pendingCallers)
        minuteCallers += pendingCallers
        quarterCallers += Double(pendingCallers)
        let level = level
        if key.level.tellsRush, learnedMinutes > 30, minutes > 0 {
            rush.wait(came: Double(pendingCallers), weighted: weighted, minutes: minutes)
            if minute != loadMinute {
                let doubt = (season.doubt * season.doubt + levelDoubt * levelDoubt).squareRoot()
                rush.take(
                    level: learnedCallers / learnedMinutes, doubt: doubt,
                    dispersion: max(Self.leastSpread, dispersion))
            }
        }
        if level > 0, minutes > 0 {
            if minutes >= 15 {
                let expected = max(0.5, level * weighted)
                load = Double(pendingCallers) / expected
                isRushed = load > 1.2 + 0.8 / expected.squareRoot()
            } else if learnedMinutes > 30, minute != loadMinute {
                loadMinute = minute
                let expected = level * 15 * season.factor
                recent.advance(to: minute)
                let came = Double(recent.sum(.callers, minute: minute))
                load = came / max(0.5, expected)
                // One that begins at once shows within minutes, before a quarter of an hour does.
                let atOnce = level * Double(Self.rushMinutes) * season.factor
                let cameAtOnce = Double(recent.sum(.callers, minute: minute, over: Self.rushMinutes))
                isRushed =
                    load > 1.2 + 0.8 / max(0.25, expected).squareRoot()
                    || cameAtOnce > 1.5 * atOnce + 5 * max(0.25, atOnce).squareRoot()
            }
        }
        rush.end(load: load)
        if isRushed {
            // What was half seen before the rush is not to be finished by it.
            wasRushed = true
            answerTest.reset()
            redialTest.reset()
        }
        ratePerMinute = level * season.factor
    }
}
