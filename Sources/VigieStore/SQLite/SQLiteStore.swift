import GRDB
import Synchronization

/// A store in a directory: records in SQLite (`vigie.sqlite`, WAL), calls in one file a day (`calls/`),
/// minutes of emergency calls likewise (`emergency/`), state in `state/`.
///
/// One process at a time: a lock on `vigie.lock` refuses a second one, and is gone with the process.
public final class SQLiteStore: Store {
    /// The directory.
    public let directory: String
    let path: String
    let busySeconds: Int
    /// How long things are kept.
    public let retention: StoreRetention
    let pool: DatabasePool
    let callFiles: CallFiles
    let minuteFiles: MinuteFiles
    let stateFiles: StateFiles
    private let lock: DirectoryLock
    let status: Mutex<Status>

    /// What is told about the store beside its contents.
    struct Status: Sendable {
        var isClosed = false
        var problem: String?
        var repairs: [String] = []
        var failures: [String: UInt64] = [:]
        var commits: UInt64 = 0
        var clock = SweepClock()
        // Names stored so far; all of them, so that a change need not read the table. Bounded by `SymbolTable`.
        var symbols: [String]?
    }

    /// Opens the store in `directory`, which is made when it is not there, readable by its owner only.
    ///
    /// A damaged database or day file is set aside under another name, a torn one is cut, and `problems` tells so.
    /// - Parameter busySeconds: how long a call waits for another process that holds the database; then it throws `locked`.
    /// - Throws: `StoreError`: `readOnly`, `diskFull`, `locked`, `wrongVersion`, `unusable`.
    public init(
        directory: String, retention: StoreRetention = StoreRetention(), busySeconds: Int = 5
    ) throws(StoreError) {
        self.directory = directory
        self.retention = retention
        self.busySeconds = max(0, busySeconds)
        path = directory + "/vigie.sqlite"
        try Directory.make(directory)
        lock = try DirectoryLock(directory + "/vigie.lock")
        let (pool, moved) = try DatabaseFile.open(path, busySeconds: self.busySeconds)
        self.pool = pool
        callFiles = try CallFiles(directory: directory + "/calls", retention: retention)
        minuteFiles = try MinuteFiles(directory: directory + "/emergency", retention: retention)
        stateFiles = try StateFiles(directory: directory + "/state")
        var status = Status()
        if let moved { status.repairs.append(StoreError.corrupted(path: path, movedTo: moved).sentence) }
        self.status = Mutex(status)
        // A disk that refuses says so in `problems`; the names are made up again at the next start.
        try? nameLostSymbols()
    }

    /// Applies all changes as one transaction, or none of them.
    public func apply(_ changes: [StoreChange]) throws(StoreError) {
        for change in changes { try change.check() }
        guard !changes.isEmpty else { return }
        try write { db in
            for change in changes { try change.apply(to: db) }
        }
    }

    /// One transaction.
    func write<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        guard !status.withLock({ $0.isClosed }) else { throw .closed }
        do {
            let result = try pool.write(body)
            status.withLock { status in
                status.commits += 1
                status.problem = nil
            }
            return result
        } catch {
            throw note(error)
        }
    }

    /// One look at the records as they are at one moment.
    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        guard !status.withLock({ $0.isClosed }) else { throw .closed }
        do {
            return try pool.read(body)
        } catch {
            throw note(error)
        }
    }

    private func note(_ error: any Error) -> StoreError {
        let error = StoreError(error, path: path, busySeconds: busySeconds)
        status.withLock { status in
            status.failures[error.name, default: 0] += 1
            if error.isStoreFault { status.problem = error.sentence }
        }
        return error
    }

    /// What was refused, dropped, cut or repaired so far, and sizes.
    public var counters: [StoreCounter] {
        let (commits, failures) = status.withLock { ($0.commits, $0.failures) }
        var counters = [StoreCounter("transactions", commits)]
        for (name, count) in failures.sorted(by: { $0.key < $1.key }) {
            counters.append(StoreCounter("failed_" + String(name.map { $0 == "-" ? "_" : $0 }), count))
        }
        counters.append(StoreCounter("database_bytes", FileSize.of(path) + FileSize.of(path + "-wal")))
        return counters + callFiles.counters + minuteFiles.counters
    }

    /// What is wrong now, and what was repaired when the store was opened.
    public var problems: [String] {
        let own = status.withLock { $0.repairs + ($0.problem.map { [$0] } ?? []) }
        return own + callFiles.problems + minuteFiles.problems + stateFiles.problems
    }

    /// Writes what waits, and closes the files.
    public func close() {
        let wasClosed = status.withLock { status in
            defer { status.isClosed = true }
            return status.isClosed
        }
        guard !wasClosed else { return }
        callFiles.close()
        minuteFiles.close()
        // The log goes into the database, so that a copy of one file is a backup; a disk that refuses leaves both, which is as good.
        try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try? pool.close()
        lock.release()
    }
}
