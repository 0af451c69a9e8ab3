import VigieCalls
import VigieWire

/// One number that receives far more calls than ever, and what these calls have in common.
struct FloodedNumber: Sendable {
    /// What a crowd does not have.
    enum Mark: String, Sendable {
        /// A handful of callers make nearly all calls, each at a pace that no finger keeps.
        case fewCallers
        /// Callers that no plan knows, or that no regulator gave out.
        case impossibleCallers
        /// Never-seen callers, by one trunk, in an even rhythm, nearly all abandoned or hung up at once.
        case scripted
    }

    var calls = 0
    var firstSeen = Timestamp.distantPast
    var lastSeen = Timestamp.distantPast
    var detectedAt = Timestamp.distantPast
    var reportedAt = Timestamp.distantPast
    var shortKnownAt = Timestamp.distantPast
    var isReported = false
    var busiestBefore = 0
    var callers = DistinctCount()
    private var impossible = 0
    private var withheld = 0
    private var new = 0
    private var short = 0
    private var answered = 0
    private var talk = 0.0
    /// The caller and the trunk that lead a running vote (Boyer and Moore), and their lead.
    private var leader = PhoneNumber.absent
    private var lead = 0
    private var ledCalls = 0
    private var ingress = Symbol.none
    private var ingressLead = 0
    private var ingressCalls = 0
    private var gaps = (count: 0, sum: 0.0, squares: 0.0)
    private var samples: InlineArray<5, CallID> = InlineArray(repeating: CallID())
    private var sampled = 0

    mutating func take(_ event: borrowing CallEvent, _ facts: borrowing CallFacts) {
        if calls == 0 {
            firstSeen = event.start
            busiestBefore = facts.calledActivity.busiestHour
        } else {
            let gap = max(0, event.start.seconds(since: lastSeen))
            gaps.count += 1
            gaps.sum += gap
            gaps.squares += gap * gap
        }
        calls += 1
        lastSeen = max(lastSeen, event.start)
        callers.insert(facts.callerHash)
        if event.caller == leader {
            lead += 1
            ledCalls += 1
        } else if lead == 0 {
            leader = event.caller
            lead = 1
            ledCalls = 1
        } else {
            lead -= 1
        }
        if event.ingress == ingress {
            ingressLead += 1
            ingressCalls += 1
        } else if ingressLead == 0 {
            ingress = event.ingress
            ingressLead = 1
            ingressCalls = 1
        } else {
            ingressLead -= 1
        }
        let isWithheld = event.caller.form == .absent
        // Ranges kept for films and tests are nobody's, and prove nothing.
        let isGivenOut = facts.caller.kind == .fiction ? true : facts.caller.isAllocated ?? true
        if isWithheld {
            withheld += 1
        } else if !facts.caller.isValid || !isGivenOut {
            impossible += 1
        } else if facts.callerActivity.isNew {
            new += 1
        }
        if event.answer != nil { answered += 1 }
        talk += Double(event.talkNanoseconds ?? 0) / 1e9
        if let end = event.end {
            var from = event.start
            if let answer = event.answer { from = answer }
            let seconds = end.seconds(since: from)
            let isAnswered = event.answer != nil
            let isGivenUp = event.outcome == .callerSide
            if isAnswered ? seconds < 4 : isGivenUp && seconds < 10 {
                short += 1
                shortKnownAt = max(shortKnownAt, event.knownAt)
            }
        }
        let hasID = !event.callID.isEmpty
        if sampled < 5, hasID {
            samples[sampled] = event.callID
            sampled += 1
        }
    }

    /// Spread of the gaps between calls over their mean: 1 for a crowd, near 0 for a clock.
    private var unevenness: Double {
        guard gaps.count > 10, gaps.sum > 0 else { return 1 }
        let mean = gaps.sum / Double(gaps.count)
        let variance = max(0, gaps.squares / Double(gaps.count) - mean * mean)
        return variance.squareRoot() / mean
    }

    /// The mark of machines that the calls bear, `nil` when a crowd could have made them.
    var mark: Mark? {
        let distinct = max(1, callers.estimate)
        if impossible * 10 >= calls * 3, impossible >= 20 { return .impossibleCallers }
        // Redialling fans and patients are many; five callers with twenty calls each within the watch are none of them.
        if distinct <= 5, calls >= 60, calls >= 20 * distinct, withheld * 2 < calls { return .fewCallers }
        if ledCalls * 10 >= calls * 7, ledCalls >= 50, withheld * 2 < calls { return .fewCallers }
        let oneTrunk = ingress != .none && ingressCalls * 10 >= calls * 9
        if oneTrunk, calls >= 40, short * 10 >= calls * 8, new * 10 >= calls * 7, unevenness < 0.6 {
            return .scripted
        }
        return nil
    }

    func finding(called: PhoneNumber, mark: Mark) -> Finding {
        let count = Double(max(1, calls))
        let oneTrunk = ingressCalls * 10 >= calls * 9 ? ingress : .none
        return Finding(
            kind: .telephonyDoS, key: "telephony-dos/\(called)",
            subject: .telephonyDoS(numbers: [called], ingress: oneTrunk), firstSeen: firstSeen,
            detectedAt: detectedAt, lastSeen: lastSeen,
            strength: max(0, count * Logarithm.natural(count / Double(max(1, busiestBefore))) - count / 2),
            metrics: [
                Metric("calls", count), Metric("distinct_callers", Double(callers.estimate)),
                Metric("busiest_hour_before", Double(busiestBefore)),
                Metric("impossible_caller_share", Double(impossible) / count),
                Metric("withheld_share", Double(withheld) / count),
                Metric("short_share", Double(short) / count),
                Metric("answered_share", Double(answered) / count), Metric("gap_unevenness", unevenness),
            ],
            samples: (0..<sampled).map { samples[$0] })
    }
}
