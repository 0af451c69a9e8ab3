import GRDB

/// Opens the database of records: checks it, sets a damaged one aside, brings its shape up to date.
enum DatabaseFile {
    // 4 KiB pages: 8 GiB. Records are thousands of incidents and filters of some KiB; beyond this something writes in a loop.
    private static let maxPages = 2_097_152

    /// The open database, and where a damaged one was moved to.
    /// - Throws: `StoreError`.
    static func open(_ path: String, busySeconds: Int) throws(StoreError) -> (
        pool: DatabasePool, movedTo: String?
    ) {
        do {
            return (try openOnce(path, busySeconds), nil)
        } catch .corrupted {
            let moved = try setAside(path)
            return (try openOnce(path, busySeconds), moved)
        }
    }

    private static func openOnce(_ path: String, _ busySeconds: Int) throws(StoreError) -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(busySeconds))
        configuration.maximumReaderCount = 4
        configuration.label = "vigie"
        configuration.prepareDatabase { db in
            guard !db.configuration.readonly else { return }
            // Before the first table: space that a sweep frees can be given back.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // FULL: a commit is on the disk before it is acknowledged. There are a few a second at most, each one or two milliseconds.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            try db.execute(sql: "PRAGMA max_page_count = \(maxPages)")
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            let answer = try pool.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard answer == "ok" else { throw StoreError.corrupted(path: path, movedTo: nil) }
            let migrator = Migrations.all
            if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
                throw StoreError.wrongVersion(path: path, found: "a later one")
            }
            try migrator.migrate(pool)
            return pool
        } catch {
            throw StoreError(error, path: path, busySeconds: busySeconds)
        }
    }

    /// Moves the database and what belongs to it to the first free `<name>.damaged-<n>`.
    private static func setAside(_ path: String) throws(StoreError) -> String {
        let moved = try FreeName.beside(path)
        try FileNames.move(path, to: moved)
        // The log of a damaged database must not be applied to the fresh one.
        for suffix in ["-wal", "-shm"] where FileNames.exists(path + suffix) {
            try FileNames.move(path + suffix, to: moved + suffix)
        }
        return moved
    }
}

/// Names for what is set aside.
enum FreeName {
    /// The first `<path>.damaged-<n>` that does not exist, `n` from 1 to 99: nobody keeps more damaged copies than that.
    /// - Throws: `StoreError.unusable`.
    static func beside(_ path: String) throws(StoreError) -> String {
        for number in 1...99 {
            let name = "\(path).damaged-\(number)"
            if !FileNames.exists(name) { return name }
        }
        throw .unusable(
            path: path, reason: "it is damaged, and 99 damaged copies are kept already; remove some")
    }
}
