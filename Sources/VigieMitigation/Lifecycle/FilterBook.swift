import Crypto
public import VigieCalls
public import VigieWire

/// All filters and lists with their lives, as a pure state machine: an order comes in, what changes comes out.
///
/// `plan` says what an order would change and changes nothing; the server writes that in one transaction, and then `adopt`
/// takes it over. If the write fails, nothing has happened. Time is in the order; the book reads no clock.
public struct FilterBook: Sendable {
    /// Who expires filters.
    public static let clockActor = "vigie"
    /// Who the filters of the configuration file belong to.
    public static let configurationActor = "configuration"

    /// Who may do what.
    public var policy: FilterPolicy
    /// The last line of the audit, to which the next one is chained; `nil` before the first.
    public internal(set) var lastAudit: AuditLine?
    var records: [FilterID: FilterRecord] = [:]
    var numberLists: [String: NumberList] = [:]
    var ended: [FilterID] = []
    var live: Set<FilterID> = []

    /// An empty book.
    public init(policy: FilterPolicy = FilterPolicy()) { self.policy = policy }

    /// A book as a store kept it.
    ///
    /// - Parameter lastAudit: the last line of the audit in the store; check the chain with `AuditChain.verify` before.
    public init(
        policy: FilterPolicy = FilterPolicy(), records: some Sequence<FilterRecord>,
        lists: some Sequence<NumberList>,
        lastAudit: AuditLine?
    ) {
        self.policy = policy
        self.lastAudit = lastAudit
        for list in lists { numberLists[list.name] = list }
        let over = records.filter(\.state.isOver).sorted {
            ($0.endedAt ?? $0.proposedAt) < ($1.endedAt ?? $1.proposedAt)
        }
        for record in over { keep(record) }
        for record in records where !record.state.isOver { keep(record) }
    }

    /// The filter with this id.
    public func record(_ id: FilterID) -> FilterRecord? { records[id] }

    /// All filters, the last proposed first.
    public var all: [FilterRecord] {
        records.values.sorted { ($0.proposedAt, $0.id) > ($1.proposedAt, $1.id) }
    }

    /// Filters that are in shadow or in force, in no order.
    public var liveRecords: [FilterRecord] { live.compactMap { records[$0] } }

    /// How many filters are in each state.
    public var counts: [FilterRecord.State: Int] {
        records.values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    /// The number lists, by name.
    public var lists: [String: NumberList] { numberLists }

    /// When the first live filter ends; `nil` when none is live. Call `planExpiry` then.
    public var nextExpiry: Timestamp? { live.compactMap { records[$0]?.expiresAt }.min() }

    /// Takes over what `plan` said, after it was written.
    public mutating func adopt(_ changes: FilterChanges) {
        for name in changes.removedLists { numberLists[name] = nil }
        for list in changes.lists { numberLists[list.name] = list }
        for record in changes.records { keep(record) }
        if let last = changes.audit.last { lastAudit = last }
    }

    /// Goes on from a line that somebody else added to the audit: a notice that was approved, for example.
    public mutating func follow(_ last: AuditLine?) { lastAudit = last }

    private mutating func keep(_ record: FilterRecord) {
        let wasOver = records[record.id]?.state.isOver ?? false
        records[record.id] = record
        if record.state.isLive { live.insert(record.id) } else { live.remove(record.id) }
        guard record.state.isOver, !wasOver else { return }
        ended.append(record.id)
        if ended.count > policy.maxEnded {
            for id in ended.prefix(ended.count - policy.maxEnded) { records[id] = nil }
            ended.removeFirst(ended.count - policy.maxEnded)
        }
    }

    /// The table that calls are to be held against.
    ///
    /// - Parameters:
    ///   - previous: the table so far; its index of lists is taken over when the lists are the same.
    ///   - symbol: the symbol of a trunk's name, made when it is new.
    /// - Returns: the table, and the live filters that do nothing in it, each with what is wrong: the list it names went, or there is
    ///   no room for it.
    public func table(previous: DecisionTable? = nil, symbol: (String) -> Symbol)
        -> (table: DecisionTable, idle: [FilterID: FilterRefusal])
    {
        var entries: [DecisionTable.Entry] = []
        var idle: [FilterID: FilterRefusal] = [:]
        entries.reserveCapacity(live.count)
        for id in live {
            guard let record = records[id] else { continue }
            let filter: Filter
            do throws(FilterRefusal) {
                filter = try record.form.filter(lists: numberLists, symbol: symbol)
            } catch {
                idle[id] = error
                continue
            }
            entries.append(
                DecisionTable.Entry(
                    id: id, filter: filter, isEnforced: record.state == .enforced, share: record.share,
                    until: record.expiresAt ?? .distantPast))
        }
        let table = DecisionTable(entries, previous: previous)
        for id in table.refused { idle[id] = .tableFull(id) }
        return (table, idle)
    }

    /// The first eight bytes of SHA-256 over what makes a proposal one of its kind: the same on every node.
    static func id(_ form: FilterForm, author: String, at: Timestamp, after last: AuditLine?) -> FilterID {
        let text = "\(at.rawValue) \(author) \(last?.hash ?? AuditLine.genesis) \(form.json.text())"
        var value: UInt64 = 0
        for byte in SHA256.hash(data: Array(text.utf8)).prefix(8) { value = value << 8 | UInt64(byte) }
        return FilterID(rawValue: value == 0 ? 1 : value)
    }
}
