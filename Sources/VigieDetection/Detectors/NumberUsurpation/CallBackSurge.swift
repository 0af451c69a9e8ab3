import VigieCalls
import VigieWire

/// A surge of calls to one line that is normally quiet, and what is remembered of it.
struct CallBackSurge: RecentEntry {
    /// A trunk that carried calls which displayed the line's number, and how many of those rung called back.
    struct Presenter: Sendable {
        var ingress: UInt16 = 0
        var pairs: UInt32 = 0
    }

    var number = PhoneNumber.absent
    var sums = SurgeSums()
    /// One bit for each hash of a caller: who called in this surge already.
    private var seen: InlineArray<32, UInt64> = InlineArray(repeating: 0)
    var began = Timestamp.distantPast
    var last = Timestamp.distantPast
    /// Latest moment at which something that was counted became known.
    var knownAt = Timestamp.distantPast
    private var minute: Int64 = .min
    private var inMinute = 0.0
    /// Calls of the whole network before the surge, and of this line.
    var networkBefore: UInt64 = 0
    var ownPast = 0.0
    var busiestBefore = 0.0

    // Whole-surge totals, which do not fade.
    var callBacks: UInt32 = 0
    var newCallers: UInt32 = 0
    var firstContacts: UInt32 = 0
    var pairs: UInt32 = 0
    var presenters: InlineArray<4, Presenter> = InlineArray(repeating: Presenter())
    var presenterCount = 0
    /// Up to six countries of callers.
    private var countries: InlineArray<6, Country> = InlineArray(repeating: .none)
    private(set) var countryCount = 0
    /// Areas of callers, for a line that has none itself: the one most seen and its margin (majority vote).
    private var area: UInt64 = 0
    private var areaVotes = 0.0
    private var foreignCountry = Country.none
    private var foreignVotes = 0.0
    // Ends of the two answered calls that end last.
    private var firstEnd = Timestamp.distantPast
    private var secondEnd = Timestamp.distantPast

    var isConvicted = false
    var reportedMinute: Int64 = .min
    /// Place in the pool of samples, -1: none.
    var samples: Int32 = -1

    /// How a caller stands to the line.
    enum Relation {
        case firstContact
        /// The line had rung this caller, from an ingress that is not its own.
        case pairedFromElsewhere
        /// The line had rung this caller from an ingress that its neighbours do not use; itself it may.
        case pairedPresumed
        /// The line, which never called before, had rung this caller; where it calls from is not known.
        case pairedUnplaced
        case known
    }

    /// A caller is worth a minute, a surge that was reported a day.
    var worth: Int64 { last.seconds / 60 + Int64(newCallers) + (isConvicted ? 1_440 : 0) }

    /// Lets the sums fade up to `moment`.
    mutating func fade(to moment: Timestamp) {
        guard last != .distantPast, moment > last else { return }
        let age = moment.seconds(since: last)
        if age > 1 { sums.fade(Logarithm.exponential(-0.693_147 * age / SurgeSums.halfLifeSeconds)) }
    }

    /// Counts a call-back. Returns whether its caller is new in this surge.
    mutating func count(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, relation: Relation, ingress: UInt16
    ) -> Bool {
        fade(to: event.start)
        if began == .distantPast { began = event.start }
        last = max(last, event.start)
        callBacks &+= 1
        sums.calls += 1
        countOutcome(event)
        let bit = Int(truncatingIfNeeded: facts.callerHash >> 21 & 2_047)
        let isNew = event.caller.isE164 && seen[bit >> 6] & 1 << UInt64(bit & 63) == 0
        guard isNew else {
            // Withheld callers are no repeats: nobody knows.
            if event.caller.isE164 { sums.repeats += 1 }
            return false
        }
        seen[bit >> 6] |= 1 << UInt64(bit & 63)
        newCallers &+= 1
        sums.callers += 1
        countMinute(event.start)
        switch relation {
        case .firstContact:
            sums.firstContacts += 1
            firstContacts &+= 1
        case .pairedFromElsewhere, .pairedPresumed:
            sums.paired += 1
            if relation == .pairedFromElsewhere { sums.proven += 1 }
            pairs &+= 1
            countPresenter(ingress)
        case .pairedUnplaced:
            sums.unplaced += 1
            pairs &+= 1
            countPresenter(ingress)
        case .known: sums.known += 1
        }
        countPlace(event, facts)
        return true
    }

    /// Distinct callers of the whole surge; corrected for callers that share a bit.
    var distinctCallers: Int {
        var set = 0
        for index in 0..<32 { set += seen[index].nonzeroBitCount }
        guard set < 2_048 else { return Int(newCallers) }
        return max(Int(newCallers), Int((2_048 * Logarithm.natural(2_048 / Double(2_048 - set))).rounded()))
    }

    private mutating func countMinute(_ moment: Timestamp) {
        let minute = moment.seconds / 60
        if minute != self.minute {
            self.minute = minute
            inMinute = 0
            sums.minutes += 1
        }
        // The sum of squares grows by the odd numbers: 1, 3, 5, …
        sums.crowding += 2 * inMinute + 1
        inMinute += 1
    }

    private mutating func countOutcome(_ event: borrowing CallEvent) {
        guard let answer = event.answer else {
            sums.unanswered += 1
            knownAt = max(knownAt, event.start)
            return
        }
        let end = event.end ?? answer
        // A minute after the answer it is known whether the talk is short.
        let known = min(max(end, answer), answer.adding(seconds: 60))
        knownAt = max(knownAt, known)
        if end.nanoseconds(since: answer) < 60_000_000_000 {
            sums.answeredShort += 1
        } else {
            sums.answeredLong += 1
        }
        if answer < secondEnd { sums.overlapping += 1 }
        if end > firstEnd {
            secondEnd = firstEnd
            firstEnd = end
        } else if end > secondEnd {
            secondEnd = end
        }
    }

    private mutating func countPresenter(_ ingress: UInt16) {
        for index in 0..<presenterCount where presenters[index].ingress == ingress {
            presenters[index].pairs &+= 1
            return
        }
        guard presenterCount < 4 else { return }
        presenters[presenterCount] = Presenter(ingress: ingress, pairs: 1)
        presenterCount += 1
    }

    private mutating func countPlace(_ event: borrowing CallEvent, _ facts: borrowing CallFacts) {
        let caller = facts.caller
        if (!caller.isValid && caller.kind != .fiction) || caller.isGivenToNobody { sums.forged += 1 }
        let country = caller.country
        guard country != .none else { return }
        countCountry(country)
        let calledCountry = facts.called.country
        if calledCountry != .none, country != calledCountry {
            sums.foreign += 1
            if foreignVotes <= 0 { foreignCountry = country }
            foreignVotes += country == foreignCountry ? 1 : -1
            if country == foreignCountry { sums.oneForeign += 1 }
            return
        }
        guard let area = Self.area(of: event.caller, facts.caller) else { return }
        let home: UInt64
        if let own = Self.area(of: event.called, facts.called) {
            home = own
        } else {
            if areaVotes <= 0 { self.area = area }
            areaVotes += area == self.area ? 1 : -1
            home = self.area
        }
        if area == home { sums.sameArea += 1 } else { sums.otherArea += 1 }
    }

    private mutating func countCountry(_ country: Country) {
        for index in 0..<countryCount where countries[index] == country { return }
        guard countryCount < 6 else { return }
        countries[countryCount] = country
        countryCount += 1
    }

    /// The area of a number whose plan ties it to one; `nil` for mobiles and services.
    static func area(of number: PhoneNumber, _ facts: NumberFacts) -> UInt64? {
        guard number.isE164, facts.areaDigits > facts.countryDigits else { return nil }
        switch facts.kind {
        case .geographic, .fixedOrMobile, .fiction, .unknown: return number.leading(Int(facts.areaDigits))
        default: return nil
        }
    }
}
