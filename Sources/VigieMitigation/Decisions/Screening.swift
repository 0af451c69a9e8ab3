public import VigieCalls
public import VigieDetection
public import VigieWire

/// Decides about calls: the mutable state of one deciding thread, all of it allocated once and bounded.
///
/// `decide` allocates nothing, never waits and never fails. A new table is taken over at its first call.
public struct Screening: Sendable {
    /// How much is remembered.
    public struct Limits: Hashable, Sendable {
        /// Pairs of numbers that spoke, 8 bytes each.
        public var pairs = 4_194_304
        /// How long a pair is remembered after its last call; 364 days at most.
        public var pairSpan: Duration = .seconds(90 * 86_400)
        /// Keys of rates, 24 bytes each.
        public var rates = 65_536
        /// Keys of allowances, 32 bytes each.
        public var allowances = 16_384
        /// Stopped calls kept until somebody takes them, 64 bytes each.
        public var samples = 1_024

        /// 32 MiB of pairs, 2 MiB of everything else.
        public init() {}
    }

    /// How many calls were decided how, since the start.
    public struct Counts: Hashable, Sendable {
        /// Calls to emergency services, passed before anything else was asked.
        public var emergency: UInt64 = 0
        /// Calls that went on unmarked.
        public var passed: UInt64 = 0
        /// Calls that went on, marked.
        public var flagged: UInt64 = 0
        /// Calls that went on without their number.
        public var masked: UInt64 = 0
        /// Calls that were stopped.
        public var rejected: UInt64 = 0
        /// Calls that were led to an announcement.
        public var redirected: UInt64 = 0
        /// Calls beyond an allowance.
        public var limited: UInt64 = 0
        /// Calls that more filters met than are weighed at once; the best of them decided.
        public var crowded: UInt64 = 0

        /// Nothing counted.
        public init() {}

        /// All calls.
        public var total: UInt64 {
            emergency &+ passed &+ flagged &+ masked &+ rejected &+ redirected &+ limited
        }
    }

    /// How many calls were decided how, since the start.
    public private(set) var counts = Counts()

    private let home: Country
    private let salt: UInt64
    private let protected: [UInt64]
    private let plans: NumberingPlans
    private var table: DecisionTable
    private var ledger: FilterLedger
    private var contacts: ContactMemory
    private var rates: RateTable
    private var allowances: TokenTable
    private var clock: LocalClock
    private var sinceSweep = 0

    /// - Parameters:
    ///   - home: the country whose short numbers are dialled here.
    ///   - protected: numbers that are treated as emergency numbers besides those of the law: the long numbers behind 15, 17,
    ///     18 and 112, at most 100,000.
    ///   - clock: tells the hours of filters.
    ///   - salt: which pairs come first when a filter is ramped up; the same on every node that shares filters.
    public init(
        home: Country = .france, protected: [PhoneNumber] = [], clock: LocalClock = LocalClock(),
        salt: UInt64 = 0,
        limits: Limits = Limits(), plans: NumberingPlans = .standard
    ) {
        self.clock = clock
        self.home = home
        self.salt = salt
        self.plans = plans
        self.protected = Set(protected.prefix(100_000).map(\.rawValue)).subtracting([0]).sorted()
        table = .empty
        ledger = FilterLedger(samples: limits.samples)
        contacts = ContactMemory(span: limits.pairSpan, capacity: limits.pairs)
        rates = RateTable(capacity: limits.rates)
        allowances = TokenTable(capacity: limits.allowances)
    }

    /// Decides about one call.
    ///
    /// - Complexity: constant in the number of filters and of listed numbers; no allocation unless `table` is new.
    public mutating func decide(_ call: borrowing ScreenedCall, _ table: DecisionTable) -> Decision {
        // Emergency calls pass. Nothing stands before these lines: no table, no filter, no limit, no memory, no clock.
        let (caller, called) = (call.caller, call.called)
        if call.isEmergency || isEmergency(called) {
            counts.emergency &+= 1
            return .pass
        }
        if table !== self.table { adopt(table) }
        let minute = ContactMemory.minute(call.at)
        let hash = KeyHash.ofPair(caller, called)
        let hasPair = caller != .absent && called != .absent
        let contact = hasPair ? contacts.find(hash, minute: minute) : .none
        var ties = Ties(caller, called, plans)
        if ties.crossesBorder {
            ties.ofCaller = contacts.find(ties.callerHash, minute: minute)
            ties.ofCalled = contacts.find(ties.calledHash, minute: minute)
        }
        let decision = table.count == 0 ? .pass : weigh(call, table, contact, ties, minute: minute)
        count(decision)
        if !decision.isStopped, hasPair {
            contacts.remember(hash, contact, minute: minute)
            if ties.crossesBorder {
                // Looked up again: what was remembered just before may have taken the slot.
                contacts.learn(ties.callerHash, minute: minute)
                contacts.learn(ties.calledHash, minute: minute)
            }
        }
        sinceSweep += 1
        if sinceSweep >= 16 {
            sinceSweep = 0
            contacts.sweep(buckets: 16, minute: minute)
        }
        return decision
    }

    /// Learns that two numbers spoke: a call that was not screened here, or one on record, in whatever order.
    public mutating func learn(caller: PhoneNumber, called: PhoneNumber, at moment: Timestamp) {
        guard caller != .absent, called != .absent else { return }
        let minute = ContactMemory.minute(moment)
        contacts.learn(KeyHash.ofPair(caller, called), minute: minute)
        let ties = Ties(caller, called, plans)
        guard ties.crossesBorder else { return }
        contacts.learn(ties.callerHash, minute: minute)
        contacts.learn(ties.calledHash, minute: minute)
    }

    /// Takes over a new table; filters that stay keep their counts and allowances. Done by `decide` when it must.
    public mutating func adopt(_ table: DecisionTable) {
        ledger.adopt(table, from: self.table)
        self.table = table
    }

    /// What happened since the last report: counts by filter, sampled calls.
    public mutating func takeReport() -> ScreeningReport {
        var report = ScreeningReport()
        report.counts = counts
        ledger.take(table, into: &report)
        report.pairsEvicted = contacts.evicted
        report.ratesEvicted = rates.evicted
        report.allowancesEvicted = allowances.evicted
        return report
    }

    /// Pairs of numbers that are remembered, and numbers with the countries they spoke with.
    ///
    /// - Complexity: reads the whole memory; for a status page, not for every call.
    public var pairsKnown: Int { contacts.count }

    /// The pairs of numbers that spoke, to be kept over a restart; `restorePairs` takes them back. 12 bytes a pair.
    public var pairs: [UInt8] {
        var bytes: [UInt8] = []
        for part in 0..<Self.parts { appendPairs(part, to: &bytes) }
        return bytes
    }

    /// In how many parts the pairs can be read: between two of them calls are decided.
    public static let parts = 64  // 512 KiB of 32 MiB, some tenths of a millisecond

    /// Adds one of the `parts` of the pairs; in their order they make `pairs`.
    public func appendPairs(_ part: Int, to bytes: inout [UInt8]) {
        if part == 0 { bytes += contacts.head }
        let size = (contacts.slotCount + Self.parts - 1) / Self.parts
        contacts.append(part * size..<(part + 1) * size, to: &bytes)
    }

    /// Takes back what `pairs` gave, in the place of what is known now.
    ///
    /// - Returns: `false` when the bytes are not of a memory of this size; nothing changes then.
    public mutating func restorePairs(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        contacts.restore(bytes)
    }

    /// Bytes held, the table apart.
    public var byteCount: Int {
        contacts.byteCount + rates.byteCount + allowances.byteCount + ledger.byteCount + protected.count * 8
    }

    /// Whether a number reaches an emergency service, by law or as a number protected by the node's owner.
    private func isEmergency(_ number: PhoneNumber) -> Bool {
        if EmergencyCheck.isEmergency(number, home: home) { return true }
        guard !protected.isEmpty else { return false }
        return protected.holds(number.rawValue)
    }

    private mutating func count(_ decision: Decision) {
        switch decision {
        case .pass: counts.passed &+= 1
        case .flag: counts.flagged &+= 1
        case .mask: counts.masked &+= 1
        case .reject: counts.rejected &+= 1
        case .redirect: counts.redirected &+= 1
        case .limit: counts.limited &+= 1
        }
    }
}

// MARK: Weighing

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

    /// The best rules that a call meets, in their order; of more than 32 the last ones are dropped.
    private struct Met {
        private var places: InlineArray<32, UInt32> = InlineArray(repeating: 0)
        private(set) var count = 0
        private(set) var isCrowded = false

        subscript(index: Int) -> Int { Int(places[index]) }

        mutating func insert(_ place: UInt32) {
            var index = count
            if count == 32 {
                isCrowded = true
                guard place < places[31] else { return }
                index = 31
            } else {
                count += 1
            }
            while index > 0, places[index - 1] > place {
                places[index] = places[index - 1]
                index -= 1
            }
            places[index] = place
        }
    }

    private mutating func weigh(
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
        var met = Met()
        collect(call, table, facts, &met)
        guard met.count > 0 else { return .pass }
        if met.isCrowded { counts.crowded &+= 1 }
        return settle(call, table, facts, met)
    }

    /// Looks under every key of the call.
    private mutating func collect(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ facts: Facts, _ met: inout Met
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
        _ met: inout Met
    ) {
        for member in index.find(key) { consider(call, table, index.members[member], facts, &met) }
    }

    private mutating func prefixes(
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ index: BucketIndex, _ lengths: UInt16,
        _ number: PhoneNumber, _ facts: Facts, _ met: inout Met
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
        _ met: inout Met
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
        _ call: borrowing ScreenedCall, _ table: DecisionTable, _ facts: Facts, _ met: borrowing Met
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

extension PhoneNumber {
    /// The digits of an E.164 number, padded with zeros to 15; `UInt64.max`, which no span holds, for anything else.
    var padded: UInt64 {
        isE164 ? digits &* PhoneNumber.powerOfTen(15 - count) : .max
    }
}

extension Array where Element: Comparable {
    /// Whether a sorted stretch of the array holds `value`.
    func holds(_ value: Element, in range: Range<Int>) -> Bool {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < range.upperBound && self[low] == value
    }

    /// Whether the sorted array holds `value`.
    func holds(_ value: Element) -> Bool { holds(value, in: indices) }
}

extension [NumberSpan] {
    /// Whether one of a stretch of disjoint sorted spans covers a padded number of `count` digits.
    func cover(_ padded: UInt64, count: Int, in range: Range<Int>) -> Bool {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if self[middle].low <= padded { low = middle + 1 } else { high = middle }
        }
        guard low > range.lowerBound else { return false }
        let span = self[low - 1]
        return padded < span.high && count >= Int(span.digits)
    }
}

extension [WeeklyHours.Stretch] {
    /// Whether one of a few stretches of the week holds a minute of it.
    func hold(_ minute: Int, in range: Range<Int>) -> Bool {
        for index in range where Int(self[index].from) <= minute && minute < Int(self[index].until) {
            return true
        }
        return false
    }
}
