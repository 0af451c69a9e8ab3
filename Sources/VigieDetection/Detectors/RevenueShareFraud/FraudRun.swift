import VigieCalls
import VigieWire

/// Calls from one source to one foreign or premium destination; recent sums fade in an hour, the habit in a week.
struct FraudRun: RecentEntry {
    /// What the destination is.
    enum Scope: UInt8, Sendable { case block, country }

    var scope = Scope.block
    var ingress = Symbol.none
    var called = PhoneNumber.absent
    var calledFacts = NumberFacts()

    // Faded over an hour.
    var calls = 0.0
    var seconds = 0.0
    var night = 0.0
    var near = 0.0
    var fresh = 0.0
    /// Calls to numbers that this source, as far as it is known, never called.
    private(set) var parallel = 0
    /// Calls an hour that were usual before this surge, by day and by night.
    private(set) var usual = 0.0

    // Since the surge began.
    var total: UInt32 = 0
    var totalSeconds = 0.0
    var distinctCalled = DistinctCount()
    var distinctCallers = DistinctCount()
    var began = Timestamp.distantPast
    var last = Timestamp.distantPast
    var knownAt = Timestamp.distantPast
    private(set) var mostParallel = 0

    // The habit: calls faded with a half-life of a week, by work hours and by the rest.
    private var workHabit = 0.0
    private var restHabit = 0.0
    private var known = Timestamp.distantPast
    private var ends: InlineArray<8, Timestamp> = InlineArray(repeating: .distantPast)
    private var lastCalled: InlineArray<4, UInt64> = InlineArray(repeating: 0)
    private var place = 0

    /// A call is worth a minute, a habit of calls keeps the run for a week.
    var worth: Int64 { last.seconds / 60 + Int64(calls) + Int64(min(10_080, 60 * (workHabit + restHabit))) }

    /// Half-life of the habit: one week, in seconds.
    private static let habitSeconds = 604_800.0

    /// Counts one call.
    mutating func count(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, isNight: Bool, learned: Duration
    ) {
        if known == .distantPast { known = event.start }
        if last != .distantPast, event.start > last { fade(by: event.start.seconds(since: last)) }
        if calls < 1 { begin(at: event.start, isNight: isNight, learned: learned) }
        last = max(last, event.start)
        calls += 1
        total &+= 1
        if isNight {
            night += 1
            restHabit += 1
        } else {
            workHabit += 1
        }
        distinctCalled.insert(facts.calledHash)
        distinctCallers.insert(facts.callerHash)
        if facts.isFirstContact { fresh += 1 }
        countStep(event.called)
        guard let answer = event.answer else { return }
        let end = max(answer, event.end ?? answer)
        seconds += end.seconds(since: answer)
        totalSeconds += end.seconds(since: answer)
        knownAt = max(knownAt, min(end, event.start.adding(seconds: 240)))
        countParallel(from: event.start, to: end)
    }

    /// Whether a surge, once found, goes on in the memory of this run.
    private mutating func begin(at moment: Timestamp, isNight: Bool, learned: Duration) {
        // A week of half-life weighs like 1.44 weeks; work hours are 50 of 168, the rest 118.
        let weeks = min(max(learned.secondsAsDouble, 3_600), 1.44 * Self.habitSeconds)
        let share = isNight ? 118.0 / 168 : 50.0 / 168
        usual = (isNight ? restHabit : workHabit) / (weeks / 3_600 * share)
        began = moment
        total = 0
        totalSeconds = 0
        mostParallel = 0
        distinctCalled = DistinctCount()
        distinctCallers = DistinctCount()
    }

    private mutating func countParallel(from start: Timestamp, to end: Timestamp) {
        var running = 1
        var earliest = 0
        for index in 0..<8 {
            if ends[index] > start { running += 1 }
            if ends[index] < ends[earliest] { earliest = index }
        }
        ends[earliest] = end
        parallel = running
        mostParallel = max(mostParallel, running)
    }

    private mutating func countStep(_ called: PhoneNumber) {
        let value = called.rawValue
        for index in 0..<4 {
            let distance = value > lastCalled[index] ? value - lastCalled[index] : lastCalled[index] - value
            if distance > 0, distance <= 20 {
                near += 1
                break
            }
        }
        lastCalled[place] = value
        place = (place + 1) & 3
    }

    private mutating func fade(by age: Double) {
        guard age > 1 else { return }
        let factor = Logarithm.exponential(-0.693_147 * age / 3_600)
        calls *= factor
        seconds *= factor
        night *= factor
        near *= factor
        fresh *= factor
        let slow = Logarithm.exponential(-0.693_147 * age / Self.habitSeconds)
        workHabit *= slow
        restHabit *= slow
    }
}

/// What speaks for fraud besides the volume, in points.
struct FraudSigns: Sendable {
    var points = 0.0
    /// Whether the hour or the destination is one that thieves choose.
    var isTypical = false

    init(_ run: borrowing FraudRun, learned: Duration) {
        let calls = max(run.calls, 1)
        if learned >= .seconds(43_200), run.usual < 0.05 { points += 2 }  // never called before
        if run.night >= 0.6 * calls {
            points += 2
            isTypical = true
        }
        if RiskyDestinations.contains(run.called, run.calledFacts) {
            points += 2
            isTypical = true
        }
        if run.mostParallel >= 3 { points += run.mostParallel >= 4 ? 2 : 1 }
        let (called, callers) = (run.distinctCalled.estimate, run.distinctCallers.estimate)
        if run.near >= 0.4 * calls {
            points += 1.5
        } else if called * 4 <= Int(run.total) {
            points += 1
        }
        if callers <= 2 { points += 1 }
        if run.seconds >= 180 * calls { points += 1 }
    }
}

/// Destinations whose ranges are often sold for revenue share: small countries with high termination rates, satellite
/// and international premium codes. A prior, not a verdict: it is worth two points.
enum RiskyDestinations {
    // Country codes that appear again and again in public lists of test numbers and in GSMA's and CFCA's reports.
    private static let codes: Set<UInt64> = [
        53, 211, 216, 220, 221, 222, 224, 225, 226, 227, 228, 231, 232, 235, 236, 237, 238, 239, 240, 241,
        242, 243, 245, 247, 248, 252, 253,
        257, 258, 260, 261, 263, 265, 269, 290, 291, 297, 298, 299, 350, 355, 370, 371, 372, 373, 374, 375,
        381, 382, 386, 387,
        389, 420, 423, 500, 509, 592, 597, 670, 672, 674, 675, 676, 677, 678, 679, 680, 682, 683, 685, 686,
        687, 688, 690, 691, 692,
        850, 870, 878, 881, 882, 883, 888, 960, 967, 979, 992, 993, 994, 995, 996,
    ]

    /// Whether the destination is one of them, or of a premium or satellite kind.
    static func contains(_ number: PhoneNumber, _ facts: NumberFacts) -> Bool {
        switch facts.kind {
        case .premiumRate, .satellite: return true
        default: break
        }
        return codes.contains(number.leading(3)) || codes.contains(number.leading(2))
    }
}
