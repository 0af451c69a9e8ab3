/// Changes that wait for a store that cannot take them now: the latest of each record, in the order in which records were first met.
struct PendingChanges: Sendable {
    // An outage of a night with a thousand incidents that change; beyond it callers are told.
    static let mostRecords = 20_000
    static let mostBytes = 64 << 20

    private var changes: [String: (order: UInt64, change: StoreChange, bytes: Int)] = [:]
    private var next: UInt64 = 0
    private(set) var bytes = 0

    var count: Int { changes.count }

    /// Whether a transaction may wait: what it says is still true later, and somebody says it again in any case.
    ///
    /// Filters, audit lines, tokens, batches and settings that come alone may not: who asks for them must know that they are kept.
    static func mayWait(_ transaction: [StoreChange]) -> Bool {
        var hasRecord = false
        for change in transaction {
            switch change {
            case .incident, .evidence, .spool, .symbols, .alert, .removeAlert: hasRecord = true
            case .setting: break
            case .filter, .audit, .token, .removeToken, .batch: return false
            }
        }
        return hasRecord
    }

    /// Takes a transaction in; `false`, and nothing is taken, when there is no room.
    mutating func add(_ transaction: [StoreChange]) -> Bool {
        let keyed = transaction.flatMap(Self.keyed)
        var copy = self
        for (key, change) in keyed {
            let size = Self.size(change)
            let old = copy.changes[key]
            copy.bytes += size - (old?.bytes ?? 0)
            // The latest word takes the place of the one before; names of symbols keep their order among themselves.
            copy.changes[key] = (old?.order ?? copy.next, change, size)
            copy.next += 1
        }
        guard copy.changes.count <= Self.mostRecords, copy.bytes <= Self.mostBytes else { return false }
        self = copy
        return true
    }

    /// All of them, in order; they stay until `remove`.
    var ordered: [(key: String, change: StoreChange)] {
        changes.sorted { $0.value.order < $1.value.order }.map { ($0.key, $0.value.change) }
    }

    /// Forgets what was written, unless something newer came meanwhile.
    mutating func remove(_ written: [(key: String, change: StoreChange)]) {
        for (key, change) in written where changes[key]?.change == change {
            bytes -= changes[key]?.bytes ?? 0
            changes[key] = nil
        }
    }

    private static func keyed(_ change: StoreChange) -> [(String, StoreChange)] {
        switch change {
        case .incident(let incident): [("incident " + incident.id, change)]
        case .evidence(let samples):
            samples.map { ("evidence \($0.ordinal) " + $0.incident, .evidence([$0])) }
        case .spool(let file): [("spool " + file.identity, change)]
        case .symbols(let first, let names): [("symbols \(first) \(names.count)", change)]
        case .alert(let alert): [("alert " + alert.id, change)]
        case .removeAlert(let id): [("alert " + id, change)]
        case .setting(let key, _): [("setting " + key, change)]
        case .filter, .audit, .token, .removeToken, .batch: []
        }
    }

    private static func size(_ change: StoreChange) -> Int {
        let overhead = 256
        switch change {
        case .incident(let incident): return overhead + incident.document.count
        case .evidence(let samples): return samples.reduce(overhead) { $0 + $1.document.count }
        case .symbols(_, let names): return names.reduce(overhead) { $0 + $1.utf8.count }
        case .alert(let alert): return overhead + alert.document.count
        case .setting(_, let value): return overhead + (value?.count ?? 0)
        case .filter, .audit, .token, .removeToken, .batch, .spool, .removeAlert: return overhead
        }
    }
}
