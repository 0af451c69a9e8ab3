import Foundation
import GRDB
import VigieWire

extension StoreChange {
    /// Applies one change that passed `check()` within a transaction.
    func apply(to db: Database) throws {
        switch self {
        case .incident(let incident):
            try Self.run(
                db,
                """
                INSERT INTO incident (id, kind, state, severity, first_seen, last_seen, document) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, state = excluded.state, severity = excluded.severity,
                    first_seen = excluded.first_seen, last_seen = excluded.last_seen, document = excluded.document
                """,
                [
                    incident.id, incident.kind, incident.state, incident.severity,
                    incident.firstSeen.rawValue,
                    incident.lastSeen.rawValue, Data(incident.document),
                ])
        case .evidence(let samples):
            for sample in samples {
                try Self.run(
                    db,
                    "INSERT OR REPLACE INTO evidence (incident, ordinal, kind, at, document) VALUES (?, ?, ?, ?, ?)",
                    [sample.incident, sample.ordinal, sample.kind, sample.at.rawValue, Data(sample.document)])
            }
        case .filter(let filter):
            try Self.run(
                db,
                """
                INSERT INTO filter (id, state, incident, created, expires, document) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET state = excluded.state, incident = excluded.incident,
                    created = excluded.created, expires = excluded.expires, document = excluded.document
                """,
                [
                    filter.id, filter.state, filter.incident, filter.created.rawValue,
                    filter.expires?.rawValue,
                    Data(filter.document),
                ])
        case .audit(let line): try Self.append(line, to: db)
        case .token(let token):
            try Self.run(
                db,
                "INSERT OR REPLACE INTO token (id, hash, created, expires, document) VALUES (?, ?, ?, ?, ?)",
                [
                    token.id, Data(token.hash), token.created.rawValue, token.expires?.rawValue,
                    Data(token.document),
                ])
        case .removeToken(let id): try Self.run(db, "DELETE FROM token WHERE id = ?", [id])
        case .batch(let batch):
            try Self.run(
                db, "INSERT OR IGNORE INTO batch (id, received, document) VALUES (?, ?, ?)",
                [batch.id, batch.received.rawValue, Data(batch.document)])
            if db.changesCount == 0 { throw StoreError.batchSeen(id: batch.id) }
        case .spool(let file):
            try Self.run(
                db,
                "INSERT OR REPLACE INTO spool (identity, path, offset, is_done, updated) VALUES (?, ?, ?, ?, ?)",
                [file.identity, file.path, Int64(clamping: file.offset), file.isDone, file.updated.rawValue])
        case .symbols(let first, let names): try Self.append(names, from: first, to: db)
        case .setting(let key, let value?):
            try Self.run(db, "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", [key, Data(value)])
        case .setting(let key, nil): try Self.run(db, "DELETE FROM setting WHERE key = ?", [key])
        case .alert(let alert): try Self.put(alert, into: db)
        case .removeAlert(let id): try Self.run(db, "DELETE FROM alert WHERE id = ?", [id])
        }
    }

    private static func run(_ db: Database, _ sql: String, _ arguments: [(any DatabaseValueConvertible)?])
        throws
    {
        try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    private static func append(_ line: StoredAuditLine, to db: Database) throws {
        let last = try Row.fetchOne(
            db, sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        let expected = UInt64(last.map { $0[0] as Int64 } ?? 0) + 1
        guard line.sequence == expected else {
            throw StoreError.auditNotContiguous(expected: expected, got: line.sequence)
        }
        let previous = last.map { [UInt8]($0[1] as Data) } ?? []
        guard line.previous == previous else { throw StoreError.auditChainBroken(sequence: line.sequence) }
        try run(
            db,
            "INSERT INTO audit (sequence, at, actor, action, subject, previous, hash, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                Int64(clamping: line.sequence), line.at.rawValue, line.actor, line.action, line.subject,
                Data(line.previous), Data(line.hash), Data(line.document),
            ])
    }

    private static func append(_ names: [String], from first: UInt32, to db: Database) throws {
        let stored = try String.fetchAll(db, sql: "SELECT name FROM symbol ORDER BY raw")
        let fresh = try SymbolNames.fresh(first, names, stored: stored)
        for (index, name) in fresh.enumerated() {
            try run(db, "INSERT INTO symbol (raw, name) VALUES (?, ?)", [stored.count + 2 + index, name])
        }
    }

    private static func put(_ alert: StoredAlert, into db: Database) throws {
        try run(
            db,
            """
            INSERT INTO alert (id, receiver, due, attempts, document) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET receiver = excluded.receiver, due = excluded.due,
                attempts = excluded.attempts, document = excluded.document
            """,
            [alert.id, alert.receiver, alert.due.rawValue, alert.attempts, Data(alert.document)])
        let count = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM alert") ?? 0
        if count > StoreLimits.alerts {
            throw StoreError.full(what: "outbound alerts", limit: StoreLimits.alerts)
        }
    }
}
