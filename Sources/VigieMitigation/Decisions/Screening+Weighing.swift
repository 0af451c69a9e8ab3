import VigieCalls
import VigieDetection
import VigieWire

extension Screening {
    /// What is worked out once about a call for all filters.
    private struct Facts {
        var country: UInt16 = 0
        var minuteOfWeek = 0
        var callerLists: UInt32 = 0
        var calledLists: UInt32 = 0
        var paddedCaller: UInt64 = 0
        var paddedCalled: UInt64 = 0
        var shareHash: UInt64 = 0
        var minutesKnown: Int64 = -1
        /// The longer known of the two ties; -1: there is none.
        var tieKnown: Int64 = -1
        var minute: Int64 = 0
    }

    /// What the filters of a table say of a call that is no emergency call.
    mutating func weigh(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ contact: ContactMemory.Contact,
        _ ties: Ties,
        minute: Int64
    ) -> Decision {
        var facts = Facts()
        facts.minute = minute
        facts.minutesKnown = contact.place >= 0 ? contact.minutesKnown : -1
        facts.tieKnown = ties.minutesKnown
        if table.usesCountry { facts.country = plans.country(of: call.caller).rawValue }
        if table.usesHours { facts.minuteOfWeek = clock.minuteOfWeek(at: call.at) }
        if table.usesCalledLists { facts.calledLists = table.listIndex.lists(of: call.called.rawValue) }
        if table.usesCallerLists { facts.callerLists = table.listIndex.lists(of: call.caller.rawValue) }
        if table.usesPairs { facts.shareHash = KeyHash.of(call.caller.rawValue ^ salt, call.called.rawValue) }
        facts.paddedCaller = call.caller.padded
        facts.paddedCalled = call.called.padded
        var met = MetRules()
        collect(call, table, facts, &met)
        guard met.count > 0 else { return .pass }
        if met.isCrowded { counts.crowded &+= 1 }
        return settle(call, table, facts, met)
    }

    /// Looks under every key of the call.
    private mutating func collect(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ facts: Facts, _ met: inout MetRules
    ) {
        if table.called.count > 0 { look(call, table, table.called, call.called.rawValue, facts, &met) }
        if table.caller.count > 0 { look(call, table, table.caller, call.caller.rawValue, facts, &met) }
        var bits = table.calledLists.count > 0 ? facts.calledLists : 0
        while bits != 0 {
            look(call, table, table.calledLists, UInt64(bits.trailingZeroBitCount + 1), facts, &met)
            bits &= bits - 1
        }
        bits = table.callerLists.count > 0 ? facts.callerLists : 0
        while bits != 0 {
            look(call, table, table.callerLists, UInt64(bits.trailingZeroBitCount + 1), facts, &met)
            bits &= bits - 1
        }
        if table.calledLengths != 0, call.called.isE164 {
            prefixes(call, table, table.calledPrefixes, table.calledLengths, call.called, facts, &met)
        }
        if table.callerLengths != 0, call.caller.isE164 {
            prefixes(call, table, table.callerPrefixes, table.callerLengths, call.caller, facts, &met)
        }
        if table.ingress.count > 0 {
            look(call, table, table.ingress, UInt64(call.ingress.rawValue) + 1, facts, &met)
        }
        if table.country.count > 0 {
            look(call, table, table.country, UInt64(facts.country) + 1, facts, &met)
        }
        // By index: unoptimised code allocates for each element of an array that it iterates.
        var index = 0
        while index < table.unindexed.count {
            consider(call, table, table.unindexed[index], facts, &met)
            index += 1
        }
    }

    @inline(__always)
    private mutating func look(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ index: BucketIndex, _ key: UInt64,
        _ facts: Facts,
        _ met: inout MetRules
    ) {
        for member in index.find(key) { consider(call, table, index.members[member], facts, &met) }
    }

    private mutating func prefixes(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ index: BucketIndex, _ lengths: UInt16,
        _ number: PhoneNumber, _ facts: Facts, _ met: inout MetRules
    ) {
        // From the whole number down, one digit less at a time.
        var count = number.count
        var digits = number.digits
        while count > 0 {
            if lengths >> UInt16(count) & 1 == 1 {
                look(call, table, index, NumberSpan.key(digits: digits, count: count), facts, &met)
            }
            digits /= 10
            count -= 1
        }
    }

    /// Holds a call against one rule to which an index led; counts it in the rule's rate when everything else fits.
    private mutating func consider(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ place: UInt32, _ facts: Facts,
        _ met: inout MetRules
    ) {
        let rule = table.rules[Int(place)]
        let checks = rule.checks
        if !checks.isEmpty {
            if checks.contains(.ingress), !table.symbols.holds(call.ingress.rawValue, in: rule.ingress.range)
            {
                return
            }
            if checks.contains(.country), !table.countries.holds(facts.country, in: rule.countries.range) {
                return
            }
            if checks.contains(.withheld), call.caller != .absent { return }
            if checks.contains(.calledPrefix),
                !table.spans.cover(facts.paddedCalled, count: call.called.count, in: rule.calledSpans.range)
            {
                return
            }
            if checks.contains(.callerPrefix),
                !table.spans.cover(facts.paddedCaller, count: call.caller.count, in: rule.callerSpans.range)
            {
                return
            }
            if checks.contains(.calledNumber), rule.calledLists & facts.calledLists == 0,
                !table.numbers.holds(call.called.rawValue, in: rule.calledNumbers.range)
            {
                return
            }
            if checks.contains(.callerNumber), rule.callerLists & facts.callerLists == 0,
                !table.numbers.holds(call.caller.rawValue, in: rule.callerNumbers.range)
            {
                return
            }
            if checks.contains(.verification) {
                if rule.verstats >> call.verstat.rawValue & 1 == 0 { return }
                if rule.attestations >> call.attestation.rawValue & 1 == 0 { return }
            }
            if checks.contains(.firstContact), facts.minutesKnown >= 0,
                rule.strangersSince == .max || facts.minute &- facts.minutesKnown < rule.strangersSince
            {
                return
            }
            if checks.contains(.withoutTies), facts.tieKnown >= 0,
                rule.strangersSince == .max || facts.minute &- facts.tieKnown < rule.strangersSince
            {
                return
            }
            if checks.contains(.hours), !table.stretches.hold(facts.minuteOfWeek, in: rule.stretches.range) {
                return
            }
        }
        if call.at >= rule.until { return }
        if checks.contains(.rate) {
            let rate = rates.count(
                Self.key(rule.rate, rule.id, call), nanoseconds: call.at.rawValue, seconds: rule.rate.seconds)
            if rate <= Double(rule.rate.calls) { return }
        }
        met.insert(place)
    }

    /// Lets the rules that were met speak in their order, and counts what each did or would have done.
    private mutating func settle(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ facts: Facts, _ met: borrowing MetRules
    ) -> Decision {
        var decision = Decision.pass
        var isDecided = false
        for index in 0..<met.count {
            let place = met[index]
            let rule = table.rules[place]
            let acts = rule.isEnforced && (rule.shareBelow == .max || isInShare(rule, facts.shareHash))
            if isDecided {
                ledger.note(place, didDecide: false)
                continue
            }
            if rule.action == .limit, isAllowed(rule, place, call) {
                ledger.note(place, didDecide: false)
                continue
            }
            ledger.note(place, didDecide: true)
            guard acts else { continue }
            isDecided = true
            decision = Self.decision(rule)
            if decision.isStopped { ledger.sample(call, decision, place) }
        }
        return decision
    }

    private static func decision(_ rule: Rule) -> Decision {
        switch rule.action {
        case .pass: .pass
        case .flag: .flag(rule.id)
        case .mask: .mask(rule.id)
        case .reject: .reject(rule.id)
        case .redirect: .redirect(rule.id)
        case .limit: .limit(rule.id)
        }
    }

    /// Whether a pair is among those on which the rule acts already; more share never takes one out again.
    private func isInShare(_ rule: Rule, _ shareHash: UInt64) -> Bool {
        KeyHash.of(shareHash, rule.id.rawValue) < rule.shareBelow
    }

    private mutating func isAllowed(_ rule: Rule, _ place: Int, _ call: borrowing ScreenedCall) -> Bool {
        if rule.limit.per == .filter {
            return ledger.takeToken(place, rule.limit, nanoseconds: call.at.rawValue)
        }
        return allowances.take(Self.key(rule.limit, rule.id, call), rule.limit, nanoseconds: call.at.rawValue)
    }

    /// What a call is counted under.
    private static func key(_ rate: Filter.Rate, _ id: FilterID, _ call: borrowing ScreenedCall) -> UInt64 {
        let what: UInt64 =
            switch rate.per {
            case .filter: 0
            case .calledNumber: call.called.rawValue
            case .calledRange: UInt64(rate.digits) << 56 | call.called.leading(rate.digits)
            case .caller: call.caller.rawValue
            case .pair: KeyHash.of(call.caller.rawValue, call.called.rawValue)
            }
        return KeyHash.of(what, id.rawValue)
    }
}
