import VigieCalls
import VigieWire

/// The calls of one displayed number, one block of numbers, or one ingress: sums that fade with a half-life of an hour.
struct DialerRun: RecentEntry {
    /// What the calls have in common.
    enum Scope: UInt8, Sendable { case number, block, ingress }

    var scope = Scope.number
    var ingress = Symbol.none
    var caller = PhoneNumber.absent
    var callerKind = NumberKind.unknown
    var calledCountry = Country.none
    var began = Timestamp.distantPast
    var last = Timestamp.distantPast
    var knownAt = Timestamp.distantPast

    // Sums, over calls to numbers that the caller never spoke with.
    var calls = 0.0
    var answered = 0.0
    var silent = 0.0
    var short = 0.0
    var dead = 0.0
    var forged = 0.0
    var malformed = 0.0
    var freshForged = 0.0
    var neighbour = 0.0
    var fresh = 0.0
    var near = 0.0
    var ringOnly = 0.0
    var forbiddenHours = 0.0
    /// Calls to a number that is among the last eight called.
    var sameCalled = 0.0
    /// All calls, also to known numbers.
    var all = 0.0
    /// Calls in all, not faded.
    var total: UInt32 = 0
    var distinctCalled = DistinctCount()
    var distinctCallers = DistinctCount()
    /// Blocks of ten thousand that hold the callers that cannot be.
    var forgedBlocks = DistinctCount()

    private var ring: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    private var place = 0
    private var fadedSecond: Int64 = 0

    /// A call is worth a minute.
    var worth: Int64 { last.seconds / 60 + Int64(calls) }

    /// Says whose calls these are.
    mutating func name(_ scope: Scope, _ event: borrowing CallEvent, _ facts: borrowing CallFacts) {
        self.scope = scope
        ingress = event.ingress
        if scope == .number { caller = event.caller }
        callerKind = facts.caller.kind
        calledCountry = facts.called.country
    }

    /// Counts one call.
    mutating func count(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, _ marks: DialerMarks, isPermitted: Bool
    ) {
        fade(to: event.start)
        if began == .distantPast { began = event.start }
        last = max(last, event.start)
        all += 1
        guard marks.isFirstContact, isStep(event.called) else { return }
        total &+= 1
        distinctCalled.insert(facts.calledHash)
        distinctCallers.insert(facts.callerHash)
        calls += 1
        if marks.isAnswered {
            answered += 1
            if marks.isSilent { silent += 1 }
            if marks.isShort { short += 1 }
            if let answer = event.answer {
                let told = answer.adding(seconds: DialerMarks.short / 1_000_000_000)
                knownAt = max(knownAt, min(event.knownAt, told))
            }
        } else {
            knownAt = max(knownAt, event.start)
            if marks.isRingOnly { ringOnly += 1 }
        }
        if marks.isDead { dead += 1 }
        if marks.isForged {
            forged += 1
            if marks.isMalformed { malformed += 1 }
            if marks.isFresh { freshForged += 1 }
            forgedBlocks.insert(KeyHash.of(event.caller.digits / 10_000))
        }
        if marks.isNeighbour && marks.isFresh { neighbour += 1 }
        if marks.isFresh { fresh += 1 }
        if !isPermitted { forbiddenHours += 1 }
    }

    /// Whether the called number is another than the last eight: a flood upon one number is no campaign. Counts the
    /// steps of a sequence: a number within twenty of one of the last eight.
    private mutating func isStep(_ called: PhoneNumber) -> Bool {
        let value = called.rawValue
        var isNear = false
        for index in 0..<8 {
            let distance = value > ring[index] ? value - ring[index] : ring[index] - value
            if distance == 0 {
                sameCalled += 1
                return false
            }
            if distance <= 20 { isNear = true }
        }
        if isNear { near += 1 }
        ring[place] = value
        place = (place + 1) & 7
        return true
    }

    private mutating func fade(to moment: Timestamp) {
        // Once a minute is often enough for sums that last an hour.
        guard moment.seconds - fadedSecond >= 60 else { return }
        let age = Double(moment.seconds - max(fadedSecond, moment.seconds - 1_000_000))
        fadedSecond = moment.seconds
        let factor = Logarithm.exponential(-0.693_147 * age / 3_600)
        calls *= factor
        answered *= factor
        silent *= factor
        short *= factor
        dead *= factor
        forged *= factor
        malformed *= factor
        freshForged *= factor
        neighbour *= factor
        fresh *= factor
        near *= factor
        ringOnly *= factor
        forbiddenHours *= factor
        sameCalled *= factor
        all *= factor
        if calls < 0.5 {
            // A new hour's work: what was long ago is no part of it.
            began = moment
            total = 0
            distinctCalled = DistinctCount()
            distinctCallers = DistinctCount()
            forgedBlocks = DistinctCount()
        }
    }
}
