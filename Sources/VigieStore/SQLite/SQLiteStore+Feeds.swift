import Foundation
import GRDB
import Synchronization
public import VigieWire

extension SQLiteStore {
    /// The batch with this id.
    public func batch(_ id: String) throws(StoreError) -> StoredBatch? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT id, received, document FROM batch WHERE id = ?", arguments: [id]
            ).map {
                StoredBatch(id: $0[0], received: Timestamp(rawValue: $0[1]), document: [UInt8]($0[2] as Data))
            }
        }
    }

    /// How far a spooled file was read.
    public func spoolProgress(_ identity: String) throws(StoreError) -> StoredSpoolProgress? {
        try read { db in
            try Row.fetchOne(db, sql: "\(Self.spool) WHERE identity = ?", arguments: [identity]).map(
                Self.spoolProgress)
        }
    }

    /// All spooled files that are not done.
    public func openSpoolFiles() throws(StoreError) -> [StoredSpoolProgress] {
        try read { db in
            try Row.fetchAll(db, sql: "\(Self.spool) WHERE is_done = 0 ORDER BY identity").map(
                Self.spoolProgress)
        }
    }

    private static let spool = "SELECT identity, path, offset, is_done, updated FROM spool"

    private static func spoolProgress(_ row: Row) -> StoredSpoolProgress {
        StoredSpoolProgress(
            identity: row[0], path: row[1], offset: UInt64(clamping: row[2] as Int64), isDone: row[3],
            updated: Timestamp(rawValue: row[4]))
    }

    /// Outbound alerts that are due.
    public func alerts(dueAt moment: Timestamp, limit: Int) throws(StoreError) -> [StoredAlert] {
        try read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT id, receiver, due, attempts, document FROM alert WHERE due <= ? ORDER BY due, id LIMIT ?",
                arguments: [moment.rawValue, MemoryStore.limit(limit)]
            ).map {
                StoredAlert(
                    id: $0[0], receiver: $0[1], due: Timestamp(rawValue: $0[2]), attempts: $0[3],
                    document: [UInt8]($0[4] as Data))
            }
        }
    }

    /// How many outbound alerts wait.
    public func alertCount() throws(StoreError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM alert") ?? 0 }
    }

    /// Removes what is older than the retention.
    public func sweep(at now: Timestamp) throws(StoreError) -> SweepReport {
        let incidentsUntil = (now - .seconds(86_400 * retention.incidentDays)).rawValue
        let feedsUntil = (now - .seconds(86_400 * retention.feedDays)).rawValue
        var report = SweepReport()
        let newest = [callFiles.newestDay, minuteFiles.newestDay].compactMap { $0 }.max()
        let minutesOver = minuteFiles.daysOver(at: now)
        let over = callFiles.days(before: CallDayName.accepted(at: now, retention: retention).lowerBound)
        // The same suspicion holds for records: a clock that jumped a year ahead must not take the incidents.
        let (mayRemove, held) = status.withLock {
            $0.clock.mayRemove(over.count + minutesOver.count, newest: newest, now: now)
        }
        report.held = held
        guard mayRemove else { return report }
        (report.incidents, report.feedRecords) = try write { db in
            let old = "state = 'resolved' AND last_seen < ?"
            try db.execute(
                sql: "DELETE FROM evidence WHERE incident IN (SELECT id FROM incident WHERE \(old))",
                arguments: [incidentsUntil])
            try db.execute(
                sql: "DELETE FROM setting WHERE key IN (SELECT 'incident/' || id FROM incident WHERE \(old))",
                arguments: [incidentsUntil])
            try db.execute(sql: "DELETE FROM incident WHERE \(old)", arguments: [incidentsUntil])
            let incidents = db.changesCount
            try db.execute(sql: "DELETE FROM batch WHERE received < ?", arguments: [feedsUntil])
            var feeds = db.changesCount
            try db.execute(
                sql: "DELETE FROM spool WHERE is_done = 1 AND updated < ?", arguments: [feedsUntil])
            feeds += db.changesCount
            return (incidents, feeds)
        }
        if report.incidents > 0 {
            do {
                try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA incremental_vacuum(10000)") }
            } catch {
                throw StoreError(error, path: path, busySeconds: busySeconds)
            }
        }
        try callFiles.remove(over, into: &report)
        try minuteFiles.remove(minutesOver, into: &report)
        return report
    }
}
