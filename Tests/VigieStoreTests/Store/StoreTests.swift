import Testing
import VigieStore

@Suite struct StoreTests {
    @Test func `the store in memory keeps what every store keeps`() async throws {
        try await StoreConformance { MemoryStore(retention: $0) }.check()
    }

    @Test func `the store on SQLite keeps what every store keeps, also when it is closed and opened again`()
        async throws
    {
        let root = try TemporaryDirectory()
        var opened = 0
        try await StoreConformance { retention in
            opened += 1
            return try SQLiteStore(directory: "\(root.path)/\(opened)", retention: retention)
        } reopen: { store in
            let store = try #require(store as? SQLiteStore)
            store.close()
            return try SQLiteStore(directory: store.directory, retention: store.retention)
        }
        .check()
    }

    @Test func `the resilient store keeps what every store keeps while its disk is well`() async throws {
        let root = try TemporaryDirectory()
        var opened = 0
        try await StoreConformance { retention in
            opened += 1
            return try ResilientStore.open(directory: "\(root.path)/\(opened)", retention: retention)
        }
        .check()
    }
}
