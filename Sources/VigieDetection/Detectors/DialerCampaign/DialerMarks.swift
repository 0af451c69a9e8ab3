import VigieCalls
import VigieWire

/// What one call shows that machine-made calls show more often than people's do.
struct DialerMarks: Sendable {
    /// An answered call that its caller, or nobody we know of, ended within so many nanoseconds said nothing.
    static let silence: Int64 = 4_000_000_000
    /// 94.6 % of the measured flood's calls end within six seconds, 1…35 % on ordinary routes.
    static let short: Int64 = 6_000_000_000

    /// A call from a number, or trunk, to somebody it never spoke with.
    var isFirstContact = false
    var isAnswered = false
    var isSilent = false
    var isShort = false
    /// Rang and was given up by the caller within eight seconds.
    var isRingOnly = false
    /// The called number is not in use: Q.850 cause 1 or 28, SIP 404, 484, 604, or not given out by the plan.
    var isDead = false
    /// The displayed number cannot be: badly formed, not given out, or the called number itself.
    var isForged = false
    var isMalformed = false
    /// The displayed number is in the called number's own block of ten thousand.
    var isNeighbour = false
    /// The displayed number was hardly ever seen before.
    var isFresh = false

    init(_ event: borrowing CallEvent, _ facts: borrowing CallFacts) {
        isFirstContact = facts.isFirstContact
        if let answer = event.answer {
            isAnswered = true
            if let end = event.end, end >= answer {
                let talk = end.nanoseconds(since: answer)
                isShort = talk <= Self.short
                let releasedBy = event.releasedBy
                isSilent = talk <= Self.silence && releasedBy != .called
            }
        } else {
            let (releasedBy, status, cause) = (event.releasedBy, event.sipStatus, event.q850)
            let isReleased = releasedBy == .caller || status == 487 || (releasedBy == .unknown && cause == 16)
            if isReleased, let end = event.end {
                isRingOnly = end.nanoseconds(since: event.start) <= 8_000_000_000
            }
            switch (event.sipStatus, event.q850) {
            case (404, _), (484, _), (604, _), (_, 1), (_, 28): isDead = true
            default: break
            }
        }
        if facts.called.isGivenToNobody { isDead = true }
        let caller = event.caller
        let plan = facts.caller
        isMalformed = caller.form == .malformed || (caller.isE164 && !plan.isValid && plan.kind != .fiction)
        isForged = isMalformed || (caller.isE164 && plan.isGivenToNobody)
        isFresh = facts.callerActivity.made <= 1
        let called = event.called
        if caller.isE164, called.isE164, caller.count == called.count, called.count >= 8 {
            if caller == called {
                isForged = true
                isNeighbour = true
            } else {
                isNeighbour = caller.digits / 10_000 == called.digits / 10_000
            }
        }
    }

    /// Whether a watch on its caller is worth opening for this call alone.
    var isSuspicious: Bool { isSilent || isDead || isForged }
}

/// The hours at which French law lets telemarketers call: Monday to Friday, 10…13 and 14…20, Paris time.
///
/// Holidays are not known here; a campaign on one looks permitted. Decree 2022-1313 (Code de la consommation D. 223-9).
struct PermittedHours: Sendable {
    private var minute: Int64 = .min
    private var isPermittedNow = true

    /// Whether `moment` is within them; the answer is worked out once a minute.
    mutating func contains(_ moment: Timestamp) -> Bool {
        let minute = moment.seconds / 60
        if minute != self.minute {
            self.minute = minute
            let local = CivilTime(moment, offsetSeconds: Self.parisOffset(moment))
            isPermittedNow =
                local.weekday < 5 && ((10..<13).contains(local.hour) || (14..<20).contains(local.hour))
        }
        return isPermittedNow
    }

    /// Seconds by which Paris is east of UTC: summer time from the last Sunday of March to that of October, 01:00 UTC.
    static func parisOffset(_ moment: Timestamp) -> Int {
        let civil = CivilTime(moment)
        switch civil.month {
        case 4...9: return 7_200
        case 1, 2, 11, 12: return 3_600
        default:
            // The last Sunday of a month of 31 days: the day of the month of the Sunday on or before the 31st.
            let last = CivilTime(year: civil.year, month: civil.month, day: 31)
            let sunday = 31 - (last.weekday + 1) % 7
            let isAfter = civil.day > sunday || (civil.day == sunday && civil.hour >= 1)
            return isAfter == (civil.month == 3) ? 7_200 : 3_600
        }
    }
}

extension NumberFacts {
    /// Whether the regulator gave the block to nobody. Numbers kept for fiction count as given: films, tests and
    /// examples use them.
    var isGivenToNobody: Bool { isAllocated == false && kind != .fiction }
}
