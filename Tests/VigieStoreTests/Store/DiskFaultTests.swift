import Testing
import VigieCalls
import VigieStore
import VigieWire

/// What happens when the disk does not do what it should.
@Suite(.enabled(if: TinyDisk.isPossible, "mounting a small disk needs root"))
struct DiskFaultTests {
    private typealias Sample = StoreSample

    private func starts(_ store: any Store) throws -> [Int64] {
        var starts: [Int64] = []
        try store.replay(.distantPast ... .distantFuture) {
            starts.append($0.start.seconds - Sample.noon.seconds)
        }
        return starts
    }

    @Test
    func `a full disk is said plainly, nothing acknowledged is lost, and it goes on when there is room`()
        throws
    {
        let disk = try TinyDisk(megabytes: 4)
        let directory = disk.path + "/store"
        let store = try SQLiteStore(directory: directory)
        try store.apply([.audit(Sample.audit(1)), .filter(Sample.filter(1))])
        #expect(store.append((0..<100).map { Sample.call($0) }, at: Sample.noon).stored == 100)
        try disk.fill()
        var stored = 100
        var error: StoreError?
        for second in 100..<20_000 {
            let result = store.append([Sample.call(second)], at: Sample.noon)
            stored += result.stored
            error = result.error ?? error
            if result.dropped > 0 { break }
        }
        #expect(error == .diskFull(path: directory + "/calls/2009-02-17.calls"))
        #expect(error?.sentence.contains("no space left on the disk") == true)
        #expect(store.problems.contains { $0.contains("no space left") })
        var refused: StoreError?
        for sequence in 2..<2_000 where refused == nil {
            do throws(StoreError) {
                try store.apply([.audit(Sample.audit(UInt64(sequence))), .filter(Sample.filter(1))])
            } catch {
                refused = error
            }
        }
        #expect(refused == .diskFull(path: directory + "/vigie.sqlite"))
        let last = try #require(try store.lastAuditLine()?.sequence)
        #expect(try store.filter("filter-1") == Sample.filter(1))
        #expect(try starts(store) == (0..<stored).map(Int64.init))
        disk.empty()
        try store.apply([.audit(Sample.audit(last + 1))])
        #expect(store.append([Sample.call(stored)], at: Sample.noon).stored == 1)
        #expect(store.problems.isEmpty)
        store.close()
        let again = try SQLiteStore(directory: directory)
        #expect(again.problems.isEmpty)
        #expect(try starts(again) == (0...stored).map(Int64.init))
        #expect(try again.lastAuditLine()?.sequence == last + 1)
    }

    @Test func `incidents wait for a full disk, filters are refused with a sentence`() throws {
        let disk = try TinyDisk(megabytes: 4)
        let store = try ResilientStore.open(directory: disk.path + "/store")
        try store.apply([.filter(Sample.filter(1)), .audit(Sample.audit(1))])
        try disk.fill()
        // The log of the database still has some room of its own.
        var isFull = false
        for number in 0..<2_000 where !isFull {
            try store.apply([.incident(Sample.incident(number))])
            isFull = store.counters.first { $0.name == "pending_records" }?.value ?? 0 > 0
        }
        #expect(isFull)
        try store.apply([.incident(Sample.incident(1, state: "resolved"))])
        #expect(store.problems.first?.contains("records wait in memory") == true)
        #expect(throws: StoreError.self) {
            try store.apply([.filter(Sample.filter(2)), .audit(Sample.audit(2))])
        }
        #expect(throws: StoreError.self) { try store.flush() }
        disk.empty()
        try store.flush()
        #expect(store.counters.first { $0.name == "pending_records" }?.value == 0)
        #expect(try store.incident("incident-1")?.state == "resolved")
        #expect(store.problems.isEmpty)
        try store.apply([.filter(Sample.filter(2)), .audit(Sample.audit(2))])
    }

    @Test
    func `a start on a read-only disk reads the records from memory and comes back when it can be written`()
        throws
    {
        let disk = try TinyDisk(megabytes: 8)
        let memory = try TemporaryDirectory()
        let directory = disk.path + "/store"
        let first = try SQLiteStore(directory: directory)
        try first.apply([.filter(Sample.filter(1)), .audit(Sample.audit(1)), .incident(Sample.incident(1))])
        try first.saveState("line", [1, 2, 3])
        first.close()
        disk.setReadOnly(true)
        #expect(throws: StoreError.readOnly(path: directory)) { try SQLiteStore(directory: directory) }
        let store = try ResilientStore.open(directory: directory, memory: memory.path)
        #expect(store.problems.first?.contains("permission denied or read-only") == true)
        #expect(store.problems.first?.contains("filters cannot be changed") == true)
        #expect(try store.filter("filter-1") == Sample.filter(1))
        #expect(try store.lastAuditLine()?.sequence == 1)
        #expect(try store.state("line") == [1, 2, 3])
        #expect(throws: StoreError.readOnly(path: directory)) { try store.apply([.audit(Sample.audit(2))]) }
        #expect(throws: StoreError.readOnly(path: directory)) { try store.saveState("line", [4]) }
        try store.apply([.incident(Sample.incident(2))])
        #expect(try store.incident("incident-2") != nil)
        #expect(store.append([Sample.call(1), Sample.call(2)], at: Sample.noon).stored == 2)
        #expect(throws: StoreError.readOnly(path: directory)) { try store.flush() }
        disk.setReadOnly(false)
        try store.flush()
        #expect(store.problems.isEmpty)
        try store.apply([.audit(Sample.audit(2))])
        store.close()
        #expect(TemporaryDirectory.names(memory.path).isEmpty)
        let again = try SQLiteStore(directory: directory)
        #expect(try again.incident("incident-2") != nil)
        #expect(try again.lastAuditLine()?.sequence == 2)
        #expect(try starts(again) == [1, 2])
    }

    @Test func `a state that finds no room leaves the one before`() throws {
        let disk = try TinyDisk(megabytes: 4)
        let store = try SQLiteStore(directory: disk.path + "/store")
        try store.saveState("line", [1, 2, 3])
        #expect(throws: StoreError.diskFull(path: disk.path + "/store/state/line.state.new")) {
            try store.saveState("line", Array(repeating: 9, count: 5 << 20))
        }
        #expect(try store.state("line") == [1, 2, 3])
        #expect(store.problems.contains { $0.contains("no space left") })
        try store.saveState("line", [4])
        #expect(store.problems.isEmpty)
        #expect(TemporaryDirectory.names(disk.path + "/store/state") == ["line.state"])
    }
}
