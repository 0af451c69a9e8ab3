import GRDB
import Testing
import VigieCalls
import VigieStore
import VigieWire

/// What happens when files hold what nobody wrote.
@Suite struct DamageTests {
    private typealias Sample = StoreSample

    private func starts(_ store: any Store) throws -> [Int64] {
        var starts: [Int64] = []
        try store.replay(.distantPast ... .distantFuture) {
            starts.append($0.start.seconds - Sample.noon.seconds)
        }
        return starts
    }

    @Test func `a day's file cut at any byte keeps the calls before, says so, and goes on`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/calls/2009-02-17.calls"
        let store = try SQLiteStore(directory: root.path)
        for second in 0..<5 { _ = store.append([Sample.call(second)], at: Sample.noon) }
        let before = try TestFile.read(file).count
        _ = store.append([Sample.call(5)], at: Sample.noon)
        store.close()
        let whole = try TestFile.read(file)
        #expect(whole.count > before)
        for count in before..<whole.count {
            try TestFile.write(file, Array(whole[0..<count]))
            let again = try SQLiteStore(directory: root.path)
            #expect(try starts(again) == [0, 1, 2, 3, 4])
            let torn = again.counters.first { $0.name == "calls_torn_bytes_cut" }?.value
            #expect(torn == UInt64(count - before))
            #expect(again.problems.contains { $0.contains("half-written") } == (count > before))
            #expect(again.append([Sample.call(6)], at: Sample.noon).stored == 1)
            again.close()
            let last = try SQLiteStore(directory: root.path)
            #expect(try starts(last) == [0, 1, 2, 3, 4, 6])
            #expect(last.problems.isEmpty)
            last.close()
        }
    }

    @Test func `a flipped byte costs the calls behind it in its block and no others`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/calls/2009-02-17.calls"
        let store = try SQLiteStore(directory: root.path)
        for first in stride(from: 0, to: 8_000, by: 100) {
            _ = store.append((first..<first + 100).map { Sample.call($0) }, at: Sample.noon)
        }
        store.close()
        let whole = try TestFile.read(file)
        #expect(whole.count > 4 * 131_072)
        // In records, in a frame's header, in the block's header, in its filter, and beyond the frames.
        for place in [
            131_072 + 60_000, 131_072 + 8_192 + 2, 2 * 131_072 + 20, 131_072 + 4_000, 131_072 + 3, 7,
        ] {
            var damaged = whole
            damaged[place] ^= 0x10
            try TestFile.write(file, damaged)
            let again = try SQLiteStore(directory: root.path)
            let found = try starts(again)
            #expect(found == found.sorted())
            #expect(Set(found).count == found.count)
            if place == 7 {
                // Not the beginning of such a file at all.
                #expect(found.isEmpty)
                #expect(again.problems.contains { $0.contains("2009-02-17.calls.damaged-1") })
            } else {
                #expect(found.count >= 8_000 - 1_600, "\(place)")
                #expect(found.suffix(2_000) == (6_000..<8_000).map { Int64($0) }[...], "\(place)")
            }
            // What the search says is what the replay says.
            var query = CallQuery()
            query.limit = 1_000
            query.number = Sample.call(77).caller
            let searched = try again.calls(query).records.map { $0.start.seconds - Sample.noon.seconds }
            #expect(searched == found.filter { $0 % 1_000 == 77 }.reversed(), "\(place)")
            if found.count < 8_000 { #expect(!again.problems.isEmpty) }
            #expect(again.append([Sample.call(9_000)], at: Sample.noon).stored == 1)
            #expect(try starts(again).last == 9_000)
            again.close()
        }
    }

    @Test func `a file of a later version is left alone and named`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/calls/2009-02-17.calls"
        let store = try SQLiteStore(directory: root.path)
        _ = store.append([Sample.call(1)], at: Sample.noon)
        store.close()
        var bytes = try TestFile.read(file)
        bytes[8] = 2
        try TestFile.write(file, bytes)
        let again = try SQLiteStore(directory: root.path)
        let result = again.append([Sample.call(2)], at: Sample.noon)
        #expect(result.error == .wrongVersion(path: file, found: "version 2"))
        #expect(try starts(again).isEmpty)
        #expect(again.problems.contains { $0.contains("another version of Vigie (version 2)") })
        // Other days go on.
        #expect(again.append([Sample.call(86_400)], at: Sample.noon).stored == 1)
        again.close()
        #expect(try TestFile.read(file) == bytes)
    }

    @Test(arguments: [0, 100, 4_096, 20_000])
    func `a damaged database is set aside and a fresh one begun`(place: Int) throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/vigie.sqlite"
        let store = try SQLiteStore(directory: root.path)
        try store.apply((0..<500).map { .incident(Sample.incident($0)) })
        _ = store.append([Sample.call(1)], at: Sample.noon)
        store.close()
        var bytes = try TestFile.read(file)
        for index in place..<min(place + 4_000, bytes.count) {
            bytes[index] = UInt8(truncatingIfNeeded: index &* 13)
        }
        try TestFile.write(file, bytes)
        let again = try SQLiteStore(directory: root.path)
        #expect(
            again.problems.first?.contains("moved to \(file).damaged-1 and a fresh one was begun") == true)
        #expect(try again.incidents(IncidentQuery()).records.isEmpty)
        try again.apply([.incident(Sample.incident(1)), .audit(Sample.audit(1))])
        // Calls are other files.
        #expect(try starts(again) == [1])
        again.close()
        #expect(try TestFile.read(file + ".damaged-1").count >= bytes.count)
        let last = try SQLiteStore(directory: root.path)
        #expect(last.problems.isEmpty)
        #expect(try last.lastAuditLine()?.sequence == 1)
    }

    @Test func `a database of a later version is refused and left as it is`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/vigie.sqlite"
        try SQLiteStore(directory: root.path).close()
        let queue = try DatabaseQueue(path: file)
        try queue.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('of the future')")
        }
        try queue.close()
        #expect(throws: StoreError.wrongVersion(path: file, found: "a later one")) {
            try SQLiteStore(directory: root.path)
        }
        #expect(!TemporaryDirectory.names(root.path).contains { $0.contains("damaged") })
    }

    @Test func `a database that another process holds is waited for, then named`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/vigie.sqlite"
        let store = try SQLiteStore(directory: root.path, busySeconds: 1)
        try store.apply([.filter(Sample.filter(1))])
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        #expect(throws: StoreError.locked(path: file, waitedSeconds: 1)) {
            try store.apply([.filter(Sample.filter(2))])
        }
        #expect(store.problems.first?.contains("is locked by another process for more than 1 s") == true)
        // Readers do not wait, and calls are other files.
        #expect(try store.filter("filter-1") != nil)
        #expect(try store.filter("filter-2") == nil)
        #expect(store.append([Sample.call(1)], at: Sample.noon).stored == 1)
        // What may wait does not wait for the lock a second time.
        let resilient = ResilientStore(store)
        for number in 0..<200 { try resilient.apply([.incident(Sample.incident(number % 20))]) }
        #expect(resilient.counters.first { $0.name == "pending_records" }?.value == 20)
        #expect(store.counters.first { $0.name == "failed_locked" }?.value == 2)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        try resilient.flush()
        #expect(try store.incidents(IncidentQuery()).records.count == 20)
        try store.apply([.filter(Sample.filter(2))])
        #expect(store.problems.isEmpty)
    }

    @Test func `a second store on the same directory is refused until the first is closed`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        #expect(throws: StoreError.locked(path: root.path + "/vigie.lock", waitedSeconds: 0)) {
            try SQLiteStore(directory: root.path)
        }
        store.close()
        try SQLiteStore(directory: root.path).close()
    }

    @Test func `a damaged state is set aside, a half-written one is removed`() throws {
        let root = try TemporaryDirectory()
        let file = root.path + "/state/line.state"
        let store = try SQLiteStore(directory: root.path)
        try store.saveState("line", Array(repeating: 7, count: 1_000))
        var bytes = try TestFile.read(file)
        bytes[500] = 8
        try TestFile.write(file, bytes)
        #expect(throws: StoreError.corrupted(path: file, movedTo: file + ".damaged-1")) {
            try store.state("line")
        }
        #expect(try store.state("line") == nil)
        try store.saveState("line", [1])
        try TestFile.write(file, Array(try TestFile.read(file).dropLast()))
        #expect(throws: StoreError.corrupted(path: file, movedTo: file + ".damaged-2")) {
            try store.state("line")
        }
        store.close()
        try TestFile.write(file + ".new", [1, 2, 3])
        let again = try SQLiteStore(directory: root.path)
        #expect(!TemporaryDirectory.names(root.path + "/state").contains("line.state.new"))
        again.close()
    }
}

/// What keeps the disk bounded.
@Suite struct CallBoundTests {
    private typealias Sample = StoreSample

    @Test func `a day has a cap, and all days together have one: the oldest day goes`() throws {
        let root = try TemporaryDirectory()
        var retention = StoreRetention()
        retention.dayBytes = 3 * 131_072
        retention.callBytes = 7 * 131_072
        let store = try SQLiteStore(directory: root.path, retention: retention)
        func fill(_ day: Int) -> CallAppendResult {
            var sum = CallAppendResult()
            for first in stride(from: 0, to: 10_000, by: 500) {
                let result = store.append(
                    (first..<first + 500).map { Sample.call(day * 86_400 + $0) }, at: Sample.noon)
                sum.stored += result.stored
                sum.dropped += result.dropped
                sum.error = result.error ?? sum.error
            }
            return sum
        }
        let first = fill(-3)
        #expect(first.stored + first.dropped == 10_000)
        #expect(first.error == .full(what: "bytes of calls of one day", limit: 3 * 131_072))
        #expect((2_000..<5_000).contains(first.stored))
        let second = fill(-2)
        #expect(second.stored == first.stored)
        #expect(store.callDays().map(\.name) == ["2009-02-14", "2009-02-15"])
        _ = fill(-1)
        #expect(store.callDays().map(\.name) == ["2009-02-15", "2009-02-16"])
        func counter(_ name: String) -> UInt64? { store.counters.first { $0.name == name }?.value }
        #expect(counter("call_days_removed_for_space") == 1)
        #expect(counter("calls_removed_for_space") == UInt64(first.stored))
        #expect(try #require(counter("calls_bytes")) <= 7 * 131_072)
        // A late call of the oldest day does not push out a newer one.
        let late = store.append([Sample.call(-10 * 86_400)], at: Sample.noon)
        #expect(late.stored + late.dropped == 1)
        #expect(store.callDays().last?.name == "2009-02-16")
    }

    @Test func `calls of many days in turn need no more than four open files`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        var expected: [Int: Int] = [:]
        for round in 0..<300 {
            let day = -(round * 7 % 10)
            expected[day, default: 0] += 1
            #expect(store.append([Sample.call(day * 86_400 + round)], at: Sample.noon).stored == 1)
        }
        let open = TemporaryDirectory.names("/proc/self/fd").filter { _ in true }.count
        #expect(store.callDays().map(\.calls) == expected.sorted { $0.key < $1.key }.map(\.value))
        #expect(store.problems.isEmpty)
        #expect(open < 500)
        store.close()
        let again = try SQLiteStore(directory: root.path)
        #expect(again.callDays().map(\.calls) == expected.sorted { $0.key < $1.key }.map(\.value))
        #expect(again.problems.isEmpty)
    }
}
