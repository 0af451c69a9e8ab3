import VigieCalls

/// What is known and tested of one stream of attempts; plain, about 1 KiB.
struct EmergencyStream: Sendable {
    let key: StreamKey
    // What is usual.
    var failures = UsualShare()
    var silences = UsualShare()  // delivered and not answered
    var shorts = UsualShare()  // answered and over at once
    var redials = UsualShare()
    /// Callers that were learned, and the minutes they came in, each weighed by the season's factor.
    private(set) var learnedCallers = 0.0
    private(set) var learnedMinutes = 0.0
    /// Variance over mean of quarter hours against the expectation.
    var dispersion: Double = 1.25
    // What is tested.
    var failureTest = BernoulliBank()
    var answerTest = BernoulliBank()
    var shortTest = BernoulliBank()
    var redialTest = BernoulliBank()
    /// Calls that the network delivered and the receiver did not count.
    var receiverTest = BernoulliBank()
    // What was counted.
    var recent = QuarterHour()
    /// Callers since the last tick, and of the present hour with its minutes.
    var pendingCallers = 0
    /// Callers of the minute that is not over yet.
    var minuteCallers = 0
    /// Where its minutes are counted; a hint only.
    var countedPlace: Int32 = -1
    var hourCallers = 0.0
    var hourMinutes = 0.0
    /// The same, not weighed.
    var hourSeenMinutes = 0.0
    var quarterCallers = 0.0
    var quarterMinutes = 0.0
    /// Callers of the last quarter of an hour over those expected; 1 until it is known.
    var load = 1.0
    /// Whether that is more than chance and the doubt about the season explain.
    var isRushed = false
    var wasRushed = false
    var loadMinute: UInt32 = 0
    var rushedHours = 0
    var firstSecond: UInt32 = 0
    var lastSecond: UInt32 = 0
    /// Until when failures of this hour keep it from being learned.
    var tainted = false
    // What tests use, set now and then.
    var usualFailure = 0.01
    /// The same in a bad hour.
    var testedFailure = 0.025
    var usualSilence = 0.12
    /// Callers a minute expected now.
    var ratePerMinute = 0.0
    // What versions 6 of a state and later hold; older ones end before it.
    /// Whether that many more call than usual that people should be told.
    var rush = RushTest()

    /// Bytes of it in a state of version 5.
    static let sizeInVersion5 =
        ((MemoryLayout<EmergencyStream>.offset(of: \.ratePerMinute) ?? 0) + MemoryLayout<Double>.size + 7) / 8
        * 8

    init(_ key: StreamKey) { self.key = key }

    /// The highest of its tests against its threshold.
    var height: Double {
        max(
            max(failureTest.height, answerTest.height, shortTest.height),
            max(redialTest.height, receiverTest.height))
    }

    mutating func resetTests() {
        failureTest.reset()
        answerTest.reset()
        shortTest.reset()
        redialTest.reset()
        receiverTest.reset()
    }

    /// Adds what another node learned of the same stream: levels add up, shares pool.
    mutating func merge(_ other: EmergencyStream) {
        failures.merge(other.failures)
        silences.merge(other.silences)
        shorts.merge(other.shorts)
        redials.merge(other.redials)
        learnedCallers += other.learnedCallers
        learnedMinutes = max(learnedMinutes, other.learnedMinutes)
        dispersion = max(dispersion, other.dispersion)
        lastSecond = max(lastSecond, other.lastSecond)
    }

    /// Callers a minute when the season's factor is 1; 0 until some were seen.
    var level: Double {
        let minutes = learnedMinutes + hourMinutes
        return minutes > 0 ? (learnedCallers + hourCallers) / minutes : 0
    }

    /// How far `level` may be wrong, as a share of it (one standard deviation).
    var levelDoubt: Double {
        (dispersion / max(1, learnedCallers)).squareRoot()
    }

    /// Ends the hour: learns its callers, a rush with less weight, or forgets them when something was wrong.
    ///
    /// Answers are learned also in an hour that only looked bad (`isSound`: nothing was found): a place of which too much was expected
    /// would else be learned from its best hours alone, and looked bad for ever.
    mutating func endHour(isSound: Bool) {
        let learns = isSound && !tainted
        failures.endHour(learns: learns)
        silences.endHour(learns: isSound)
        shorts.endHour(learns: learns)
        redials.endHour(learns: learns)
        defer {
            (hourCallers, hourMinutes, hourSeenMinutes) = (0, 0, 0)
            tainted = false
            wasRushed = false
        }
        guard learns, hourMinutes > 0 else { return }
        var callers = hourCallers
        rushedHours = wasRushed ? rushedHours + 1 : 0
        if learnedMinutes > 120 {
            let expected = learnedCallers / learnedMinutes * hourMinutes
            // A rush of hours is not the new measure of things; one of two days is.
            if wasRushed, rushedHours < 48 { callers = min(callers, expected) }
        }
        let fade = 1 - 1.0 / 504  // three weeks of hours
        learnedCallers = learnedCallers * fade + callers
        learnedMinutes = learnedMinutes * fade + hourMinutes
    }

    /// Ends a quarter of an hour: learns how far counts swing around the expectation.
    mutating func endQuarter() {
        defer { (quarterCallers, quarterMinutes) = (0, 0) }
        guard learnedMinutes > 240, quarterMinutes > 0 else { return }
        let expected = max(0.2, learnedCallers / learnedMinutes * quarterMinutes)
        let residual = (quarterCallers - expected) * (quarterCallers - expected) / expected
        dispersion += 0.01 * (min(residual, 10) - dispersion)
        dispersion = min(max(dispersion, 1), 6)
    }
}
