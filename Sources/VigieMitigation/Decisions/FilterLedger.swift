public import VigieCalls
public import VigieWire

/// A stopped call, kept so that a person can look at it.
public struct StoppedCall: Hashable, Sendable {
    /// When it was stopped.
    public var at: Timestamp
    /// What was done.
    public var decision: Decision
    /// The number displayed.
    public var caller: PhoneNumber
    /// The number called.
    public var called: PhoneNumber
    /// The trunk.
    public var ingress: Symbol
    /// A hash of the Call-ID.
    public var callKey: UInt64
}

/// What one deciding thread did since its last report.
public struct ScreeningReport: Sendable {
    /// What a filter did.
    public struct FilterCount: Hashable, Sendable {
        /// The filter.
        public var id: FilterID
        /// Calls that it met.
        public var matched: UInt64
        /// Of those, calls that it decided, or in shadow would have: no filter before it did.
        public var decided: UInt64
    }

    /// Filters that met a call since the last report, in no order.
    public var filters: [FilterCount] = []
    /// Stopped calls, the first of each filter and then ever fewer, oldest first.
    public var samples: [StoppedCall] = []
    /// Samples that nobody took in time.
    public var samplesDropped: UInt64 = 0
    /// Calls by decision since the start.
    public var counts = Screening.Counts()
    /// Pairs forgotten before their time since the start.
    public var pairsEvicted: UInt64 = 0
    /// Keys of rates forgotten since the start.
    public var ratesEvicted: UInt64 = 0
    /// Keys of allowances forgotten since the start.
    public var allowancesEvicted: UInt64 = 0

    /// Nothing happened.
    public init() {}
}

/// What each filter of the table did: counts, allowance, samples. Room is made when a table is taken over, then never again.
struct FilterLedger: Sendable {
    private struct Page {
        var matched: UInt64 = 0
        var decided: UInt64 = 0
        var reportedMatched: UInt64 = 0
        var reportedDecided: UInt64 = 0
        var bucket = TokenBucket()
        var isDirty = false
    }

    // counts of filters that went since the last report, 24 bytes each
    private static let maxLeftovers = 4_096

    private var pages: [Page] = []
    private var dirty: [UInt32] = []
    private var leftovers: [ScreeningReport.FilterCount] = []
    private var ring: [StoppedCall]
    private var ringStart = 0
    private var ringCount = 0
    private var dropped: UInt64 = 0

    init(samples: Int) {
        ring = Array(
            repeating: StoppedCall(
                at: .distantPast, decision: .pass, caller: .absent, called: .absent, ingress: .none,
                callKey: 0),
            count: max(1, samples))
    }

    var byteCount: Int {
        pages.count * (MemoryLayout<Page>.stride + 4) + ring.count * MemoryLayout<StoppedCall>.stride
    }

    /// Notes that the rule at `place` met a call, and whether it decided it or in shadow would have.
    mutating func note(_ place: Int, didDecide: Bool) {
        pages[place].matched &+= 1
        if didDecide { pages[place].decided &+= 1 }
        if !pages[place].isDirty {
            pages[place].isDirty = true
            dirty.append(UInt32(truncatingIfNeeded: place))  // room for every rule is reserved
        }
    }

    mutating func takeToken(_ place: Int, _ limit: Filter.Rate, nanoseconds: Int64) -> Bool {
        pages[place].bucket.take(limit, nanoseconds: nanoseconds)
    }

    /// Keeps the first 32 stopped calls of a filter and then one in 64.
    mutating func sample(_ call: borrowing ScreenedCall, _ decision: Decision, _ place: Int) {
        let decided = pages[place].decided
        guard decided <= 32 || decided % 64 == 0 else { return }
        let sample = StoppedCall(
            at: call.at, decision: decision, caller: call.caller, called: call.called, ingress: call.ingress,
            callKey: call.callKey)
        let end = (ringStart + ringCount) % ring.count
        ring[end] = sample
        if ringCount < ring.count {
            ringCount += 1
        } else {
            ringStart = (ringStart + 1) % ring.count
            dropped &+= 1
        }
    }

    mutating func adopt(_ table: DecisionTable, from old: DecisionTable) {
        var fresh = [Page](repeating: Page(), count: table.rules.count)
        var marked: [UInt32] = []
        marked.reserveCapacity(table.rules.count)
        // Both tables list their rules by id: one walk through the two.
        var new = 0
        for place in old.byID {
            let id = old.rules[Int(place)].id
            while new < table.byID.count, table.rules[Int(table.byID[new])].id < id { new += 1 }
            let page = pages[Int(place)]
            if new < table.byID.count, table.rules[Int(table.byID[new])].id == id {
                fresh[Int(table.byID[new])] = page
                if page.isDirty { marked.append(table.byID[new]) }
            } else if page.isDirty, leftovers.count < Self.maxLeftovers {
                leftovers.append(Self.count(id, page))
            }
        }
        pages = fresh
        dirty = marked
    }

    private static func count(_ id: FilterID, _ page: Page) -> ScreeningReport.FilterCount {
        ScreeningReport.FilterCount(
            id: id, matched: page.matched &- page.reportedMatched,
            decided: page.decided &- page.reportedDecided)
    }

    mutating func take(_ table: DecisionTable, into report: inout ScreeningReport) {
        report.filters = leftovers
        leftovers.removeAll()
        for place in dirty {
            report.filters.append(Self.count(table.rules[Int(place)].id, pages[Int(place)]))
            pages[Int(place)].reportedMatched = pages[Int(place)].matched
            pages[Int(place)].reportedDecided = pages[Int(place)].decided
            pages[Int(place)].isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
        for index in 0..<ringCount { report.samples.append(ring[(ringStart + index) % ring.count]) }
        ringStart = 0
        ringCount = 0
        report.samplesDropped = dropped
    }
}
