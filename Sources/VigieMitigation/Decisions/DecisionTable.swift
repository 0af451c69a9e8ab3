import VigieCalls
public import VigieWire

/// All filters that calls are held against, built once, never changed, swapped whole.
///
/// **Which filter decides.** Emergency calls are none of the table's business: `Screening` passes them before it looks here. Of
/// the enforced filters that match, the first in this order decides: `pass` before every other action (allow lists); then the
/// higher priority; then the narrower match (numbers before lists before long prefixes before short ones, caller and called
/// added up, then trunk, then any other key); then the lower id. A `limit` that has allowance left lets the call go on to the
/// next filter.
///
/// **How it is found.** A filter stands in the index of its most selective key: called or caller number, list, called or
/// caller prefix, trunk, country. A key leads to `maxPerKey` filters at most; a filter that finds all its keys full, or has
/// none, goes to a short list of `maxUnindexed` that every call is held against; beyond that it is refused by name.
public final class DecisionTable: Sendable {
    /// One filter and how it stands.
    public struct Entry: Sendable {
        /// Its id.
        public var id: FilterID
        /// What it means and does.
        public var filter: Filter
        /// Whether it acts; otherwise it is in shadow and only counts.
        public var isEnforced: Bool
        /// The share of pairs of numbers that it acts on, in `0...1`; it counts all of them.
        public var share: Double
        /// From this moment on it does nothing, whether or not a new table came.
        public var until: Timestamp

        /// A filter and how it stands.
        public init(
            id: FilterID, filter: Filter, isEnforced: Bool, share: Double = 1,
            until: Timestamp = .distantFuture
        ) {
            self.id = id
            self.filter = filter
            self.isEnforced = isEnforced
            self.share = share
            self.until = until
        }
    }

    /// Filters under one key at most: what one call may be held against. Beyond it a filter is refused by name.
    public static let maxPerKey = 64
    /// Filters without a selective key at most.
    public static let maxUnindexed = 64
    /// Keys of all filters together at most, 20 to 36 bytes each.
    public static let maxKeys = 4_000_000

    /// No filter at all.
    public static let empty = DecisionTable([])

    /// Filters that the table has no room for; they do nothing.
    public let refused: [FilterID]
    /// How many filters it holds.
    public var count: Int { rules.count }

    let rules: [Rule]
    let answers: [Filter.Answer]
    /// Numbers of rules, by id.
    let byID: [UInt32]
    let called: BucketIndex
    let caller: BucketIndex
    let calledPrefixes: BucketIndex
    let callerPrefixes: BucketIndex
    let ingress: BucketIndex
    let country: BucketIndex
    /// A bit for each length of a prefix that some filter has.
    let calledLengths: UInt16
    let callerLengths: UInt16
    let listIndex: ListIndex
    let calledLists: BucketIndex
    let callerLists: BucketIndex
    let unindexed: [UInt32]
    let usesCountry: Bool
    let usesHours: Bool
    let usesPairs: Bool
    let usesCalledLists: Bool
    let usesCallerLists: Bool
    let symbols: [UInt32]
    let countries: [UInt16]
    let spans: [NumberSpan]
    let numbers: [UInt64]
    let stretches: [WeeklyHours.Stretch]

    /// Builds the table.
    ///
    /// - Parameters:
    ///   - entries: the filters; of two with one id the first counts.
    ///   - previous: a table whose index of lists is taken over when the lists are the same.
    /// - Complexity: proportional to the number of keys; 100,000 filters take a fraction of a second.
    public init(_ entries: [Entry], previous: DecisionTable? = nil) {
        var builder = DecisionTableBuilder(entries, previous: previous)
        builder.build()
        rules = builder.rules
        answers = builder.answers
        refused = builder.refused
        byID = rules.indices.map { UInt32($0) }.sorted { [rules] in rules[Int($0)].id < rules[Int($1)].id }
        called = BucketIndex(builder.called)
        caller = BucketIndex(builder.caller)
        calledPrefixes = BucketIndex(builder.calledPrefixes)
        callerPrefixes = BucketIndex(builder.callerPrefixes)
        ingress = BucketIndex(builder.ingress)
        country = BucketIndex(builder.country)
        calledLists = BucketIndex(builder.calledLists)
        callerLists = BucketIndex(builder.callerLists)
        calledLengths = builder.lengths(of: builder.calledPrefixes)
        callerLengths = builder.lengths(of: builder.callerPrefixes)
        listIndex = builder.listIndex
        unindexed = builder.unindexed
        symbols = builder.symbols
        countries = builder.countries
        spans = builder.spans
        numbers = builder.numbers
        stretches = builder.stretches
        usesCountry = country.count > 0 || rules.contains { $0.checks.contains(.country) }
        usesHours = rules.contains { $0.checks.contains(.hours) }
        usesPairs = rules.contains { $0.shareBelow != .max }
        usesCalledLists = rules.contains { $0.calledLists != 0 }
        usesCallerLists = rules.contains { $0.callerLists != 0 }
    }

    /// What the caller's operator is told by a filter; `nil` when the table does not hold it. Allocates nothing.
    public func answer(_ id: FilterID) -> Filter.Answer? {
        place(of: id).map { answers[$0] }
    }

    /// Where a filter stands in the order of decision, 0 first; `nil` when the table does not hold it.
    public func place(of id: FilterID) -> Int? {
        var low = 0
        var high = byID.count
        while low < high {
            let middle = (low + high) / 2
            if rules[Int(byID[middle])].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < byID.count, rules[Int(byID[low])].id == id else { return nil }
        return Int(byID[low])
    }

    /// Bytes held, lists shared with other tables included.
    public var byteCount: Int {
        let indices = [called, caller, calledPrefixes, callerPrefixes, ingress, country].reduce(0) {
            $0 + $1.byteCount
        }
        return indices + listIndex.byteCount + rules.count * (MemoryLayout<Rule>.stride + 68) + spans.count
            * 24
            + numbers.count * 8
    }
}
