import Foundation
import GRDB
import VigieWire

extension SQLiteStore {
    /// Incidents, latest first call first.
    public func incidents(_ query: IncidentQuery) throws(StoreError) -> StorePage<StoredIncident> {
        var conditions = PageConditions(time: "first_seen")
        conditions.any("state", of: query.states)
        conditions.any("kind", of: query.kinds)
        if let window = query.window {
            conditions.add(
                "first_seen <= ? AND last_seen >= ?",
                [window.upperBound.rawValue, window.lowerBound.rawValue])
        }
        try conditions.behind(query.cursor)
        let columns = "id, kind, state, severity, first_seen, last_seen, document"
        return try page("incident", columns, conditions, query.limit) {
            StoredIncident($0)
        } key: {
            PageCursor(at: $0.firstSeen, id: $0.id)
        }
    }

    /// The incident with this id.
    public func incident(_ id: String) throws(StoreError) -> StoredIncident? {
        try read { db in
            try Row.fetchOne(
                db,
                sql:
                    "SELECT id, kind, state, severity, first_seen, last_seen, document FROM incident WHERE id = ?",
                arguments: [id]
            ).map { StoredIncident($0) }
        }
    }

    /// The evidence samples of an incident, by ordinal.
    public func evidence(of incident: String) throws(StoreError) -> [StoredEvidence] {
        try read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT incident, ordinal, kind, at, document FROM evidence WHERE incident = ? ORDER BY ordinal",
                arguments: [incident]
            ).map {
                StoredEvidence(
                    incident: $0[0], ordinal: $0[1], kind: $0[2], at: Timestamp(rawValue: $0[3]),
                    document: $0.bytes(4))
            }
        }
    }

    /// Filters, latest created first.
    public func filters(_ query: FilterQuery) throws(StoreError) -> StorePage<StoredFilter> {
        var conditions = PageConditions(time: "created")
        conditions.any("state", of: query.states)
        if let incident = query.incident { conditions.add("incident = ?", [incident]) }
        try conditions.behind(query.cursor)
        let columns = "id, state, incident, created, expires, document"
        return try page("filter", columns, conditions, query.limit) {
            StoredFilter($0)
        } key: {
            PageCursor(at: $0.created, id: $0.id)
        }
    }

    /// The filter with this id.
    public func filter(_ id: String) throws(StoreError) -> StoredFilter? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT id, state, incident, created, expires, document FROM filter WHERE id = ?",
                arguments: [id]
            ).map { StoredFilter($0) }
        }
    }

    private func page<Record: Sendable>(
        _ table: String, _ columns: String, _ conditions: PageConditions, _ limit: Int,
        _ make: (Row) -> Record,
        key: (Record) -> PageCursor
    ) throws(StoreError) -> StorePage<Record> {
        let limit = MemoryStore.limit(limit)
        let sql = "SELECT \(columns) FROM \(table)\(conditions.sql) LIMIT \(limit + 1)"
        var records = try read { db in
            try Row.fetchAll(db, sql: sql, arguments: StatementArguments(conditions.arguments)).map(make)
        }
        let hasMore = records.count > limit
        if hasMore { records.removeLast() }
        return StorePage(records: records, next: hasMore ? records.last.map { key($0).text } : nil)
    }

    /// Audit lines from `sequence` on.
    public func audit(from sequence: UInt64, limit: Int) throws(StoreError) -> [StoredAuditLine] {
        try read { db in
            try Row.fetchAll(
                db, sql: "\(Self.auditLine) WHERE sequence >= ? ORDER BY sequence LIMIT ?",
                arguments: [Int64(clamping: sequence), MemoryStore.limit(limit)]
            ).map { StoredAuditLine($0) }
        }
    }

    /// The last audit line.
    public func lastAuditLine() throws(StoreError) -> StoredAuditLine? {
        try read { db in
            try Row.fetchOne(db, sql: "\(Self.auditLine) ORDER BY sequence DESC LIMIT 1").map {
                StoredAuditLine($0)
            }
        }
    }

    private static let auditLine =
        "SELECT sequence, at, actor, action, subject, previous, hash, document FROM audit"

    /// All tokens, by id.
    public func tokens() throws(StoreError) -> [StoredToken] {
        try read { db in
            try Row.fetchAll(db, sql: "\(Self.token) ORDER BY id").map { StoredToken($0) }
        }
    }

    /// The token whose secret has this hash.
    public func token(hash: [UInt8]) throws(StoreError) -> StoredToken? {
        try read { db in
            try Row.fetchOne(db, sql: "\(Self.token) WHERE hash = ?", arguments: [Data(hash)]).map {
                StoredToken($0)
            }
        }
    }

    private static let token = "SELECT id, hash, created, expires, document FROM token"

    /// The value of a setting.
    public func setting(_ key: String) throws(StoreError) -> [UInt8]? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key]).map {
                $0.bytes(0)
            }
        }
    }

    /// The names of all symbols from raw value 2 on.
    public func symbolNames() throws(StoreError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT name FROM symbol ORDER BY raw") }
    }

    /// Gives a made-up name to symbols that stand in stored calls and whose names were lost with the process before.
    func nameLostSymbols() throws(StoreError) {
        let names = try symbolNames()
        let padded = SymbolNames.padded(names, highest: callFiles.highestSymbol)
        guard padded.count > names.count else { return }
        try apply([.symbols(first: UInt32(names.count + 2), names: Array(padded[names.count...]))])
    }
}

/// The conditions of a page, and their values.
private struct PageConditions {
    private let time: String
    private var texts: [String] = []
    private(set) var arguments: [any DatabaseValueConvertible] = []

    init(time: String) { self.time = time }

    mutating func add(_ text: String, _ values: [any DatabaseValueConvertible]) {
        texts.append(text)
        arguments += values
    }

    mutating func any(_ column: String, of values: [String]) {
        guard !values.isEmpty else { return }
        // More than there are kinds or states is somebody's mistake; SQLite takes 32,766 values.
        let values = Array(values.prefix(64))
        add("\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))", values)
    }

    mutating func behind(_ text: String?) throws(StoreError) {
        guard let cursor = try PageCursor.of(text) else { return }
        add("(\(time), id) < (?, ?)", [cursor.at.rawValue, cursor.id])
    }

    var sql: String {
        (texts.isEmpty ? "" : " WHERE " + texts.joined(separator: " AND "))
            + " ORDER BY \(time) DESC, id DESC"
    }
}

extension Row {
    /// The bytes of a column; none when it holds something else.
    fileprivate func bytes(_ column: Int) -> [UInt8] { (self[column] as Data?).map { [UInt8]($0) } ?? [] }
    fileprivate func time(_ column: Int) -> Timestamp? {
        (self[column] as Int64?).map { Timestamp(rawValue: $0) }
    }
}

extension StoredIncident {
    fileprivate init(_ row: Row) {
        self.init(
            id: row[0], kind: row[1], state: row[2], severity: row[3], firstSeen: Timestamp(rawValue: row[4]),
            lastSeen: Timestamp(rawValue: row[5]), document: row.bytes(6))
    }
}

extension StoredFilter {
    fileprivate init(_ row: Row) {
        self.init(
            id: row[0], state: row[1], incident: row[2], created: Timestamp(rawValue: row[3]),
            expires: row.time(4),
            document: row.bytes(5))
    }
}

extension StoredAuditLine {
    fileprivate init(_ row: Row) {
        self.init(
            sequence: UInt64(clamping: row[0] as Int64), at: Timestamp(rawValue: row[1]), actor: row[2],
            action: row[3],
            subject: row[4], previous: row.bytes(5), hash: row.bytes(6), document: row.bytes(7))
    }
}

extension StoredToken {
    fileprivate init(_ row: Row) {
        self.init(
            id: row[0], hash: row.bytes(1), created: Timestamp(rawValue: row[2]), expires: row.time(3),
            document: row.bytes(4))
    }
}
