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
    public internal(set) var counts = Counts()

    private let home: Country
    let salt: UInt64
    private let protected: [UInt64]
    let plans: NumberingPlans
    private var table: DecisionTable
    var ledger: FilterLedger
    private var contacts: ContactMemory
    var rates: RateTable
    var allowances: TokenTable
    var clock: LocalClock
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
