import Testing
import VigieCalls
import VigieStore
import VigieWire

/// The files of minutes: what they add up to, and what happens when they hold what nobody wrote.
@Suite struct MinuteFilesTests {
    private typealias Sample = MinuteSample
    private let now = StoreSample.noon

    private func file(_ root: TemporaryDirectory, _ name: String = "2009-02-17.minutes") -> String {
        root.path + "/emergency/" + name
    }

    private func check(
        _ store: any Store, _ minutes: [EmergencyMinute], _ location: SourceLocation = #_sourceLocation
    ) throws {
        for step in EmergencyHistoryQuery.Step.allCases {
            let query = Sample.query(Sample.midnight..<Sample.midnight + 2_880, step)
            try StoreConformance.check(try store.emergencyHistory(query), query, minutes, location)
        }
    }

    @Test func `a day that is over is added up once, and again when it grew`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        var minutes = (0..<1_440).map { Sample.minute(Sample.midnight + $0) }
        #expect(store.append(minutes, at: now).stored == minutes.count)
        try store.flush()
        #expect(!TestFile.exists(file(root, "2009-02-17.quarters")))
        // The next day begins.
        let next = Sample.minute(Sample.midnight + 1_440)
        #expect(store.append([next], at: now).stored == 1)
        minutes.append(next)
        try check(store, minutes)
        try store.flush()
        #expect(TestFile.exists(file(root, "2009-02-17.quarters")))
        try check(store, minutes)
        // A late file: until the next flush the minutes themselves are read.
        let late = Sample.minute(Sample.midnight + 17, hearing: .blind)
        #expect(store.append([late], at: now).stored == 1)
        minutes.append(late)
        try check(store, minutes)
        try store.flush()
        try check(store, minutes)
        store.close()
        // What they add up to is made from the minutes: damaged or gone, it is made again.
        let quarters = try TestFile.read(file(root, "2009-02-17.quarters"))
        for place in [3, 9, 20, 41, 60, 240, quarters.count / 2] {
            var damaged = quarters
            damaged[place] ^= 0x40
            try TestFile.write(file(root, "2009-02-17.quarters"), damaged)
            let month = try TestFile.read(file(root, "2009-02.days"))
            var bent = month
            bent[min(place, month.count - 1)] ^= 0x40
            try TestFile.write(file(root, "2009-02.days"), bent)
            let again = try SQLiteStore(directory: root.path)
            try check(again, minutes)
            try again.flush()
            try check(again, minutes)
            again.close()
            #expect(try TestFile.read(file(root, "2009-02-17.quarters")) == quarters)
            #expect(try TestFile.read(file(root, "2009-02.days")) == month)
        }
    }

    @Test func `a day's file cut at any byte keeps the minutes before, says so, and goes on`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        let minutes = (0..<3).map { Sample.minute(Sample.noon + $0) }
        for minute in minutes { _ = store.append([minute], at: now) }
        let before = try TestFile.read(file(root)).count
        _ = store.append([Sample.minute(Sample.noon + 3)], at: now)
        store.close()
        let whole = try TestFile.read(file(root))
        for count in before..<whole.count {
            try TestFile.write(file(root), Array(whole[0..<count]))
            let again = try SQLiteStore(directory: root.path)
            try check(again, minutes)
            #expect(
                again.counters.first { $0.name == "minutes_torn_bytes_cut" }?.value == UInt64(count - before))
            #expect(again.problems.contains { $0.contains("half-written") } == (count > before))
            #expect(again.append([Sample.minute(Sample.noon + 5)], at: now).stored == 1)
            try check(again, minutes + [Sample.minute(Sample.noon + 5)])
            again.close()
        }
    }

    @Test func `a flipped byte costs its minute and no other, and is told`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        let minutes = (0..<60).map { Sample.minute(Sample.noon + $0) }
        var ends: [Int] = []
        for minute in minutes {
            _ = store.append([minute], at: now)
            ends.append(try TestFile.read(file(root)).count)
        }
        store.close()
        let whole = try TestFile.read(file(root))
        for victim in [0, 1, 30, 58] {
            let start = victim == 0 ? 16 : ends[victim - 1]
            for place in [start, start + 5, start + 9, start + 16, ends[victim] - 1] {
                var damaged = whole
                damaged[place] ^= 0x21
                try TestFile.write(file(root), damaged)
                let again = try SQLiteStore(directory: root.path)
                try check(again, minutes.enumerated().filter { $0.offset != victim }.map(\.element))
                #expect(again.problems.contains { $0.contains("1 minutes in the middle are damaged") })
                again.close()
            }
        }
    }

    @Test func `a file that is none of ours is set aside by name, and the other days are read`() throws {
        let root = try TemporaryDirectory()
        let store = try SQLiteStore(directory: root.path)
        let old = Sample.minute(Sample.noon)
        let new = Sample.minute(Sample.noon + 1_440)
        _ = store.append([old, new], at: now)
        store.close()
        var damaged = try TestFile.read(file(root))
        damaged[2] = 0
        try TestFile.write(file(root), damaged)
        let again = try SQLiteStore(directory: root.path)
        let query = Sample.query(Sample.midnight..<Sample.midnight + 2_880, .minute)
        let history = try again.emergencyHistory(query)
        #expect(history.unreadable == ["2009-02-17"])
        #expect(history.heardMinutes.reduce(0, +) == 1)
        #expect(again.problems.contains { $0.contains("2009-02-17.minutes is damaged; it was moved to") })
        #expect(TestFile.exists(file(root, "2009-02-17.minutes.damaged-1")))
        // A version that is not known stays where it is.
        again.close()
        damaged = try TestFile.read(file(root, "2009-02-18.minutes"))
        damaged[8] = 9
        try TestFile.write(file(root, "2009-02-18.minutes"), damaged)
        let third = try SQLiteStore(directory: root.path)
        #expect(try third.emergencyHistory(query).unreadable == ["2009-02-18"])
        #expect(third.append([new], at: now).error?.name == "wrong-version")
        #expect(third.append([old], at: now).stored == 1)
        third.close()
    }

    @Test(.enabled(if: TinyDisk.isPossible, "mounting a small disk needs root"))
    func `minutes that a full disk refuses are given back, and those before stay`() throws {
        let disk = try TinyDisk(megabytes: 4)
        let store = try SQLiteStore(directory: disk.path + "/store")
        var minutes: [EmergencyMinute] = []
        try disk.fill()
        var refused: MinuteAppendResult?
        for number in 0..<1_400 where refused == nil {
            let result = store.append([Sample.minute(Sample.midnight + Int64(number))], at: now)
            if result.error == nil {
                minutes.append(Sample.minute(Sample.midnight + Int64(number)))
            } else {
                refused = result
            }
        }
        #expect(refused?.error?.name == "disk-full" && refused?.dropped.count == 1)
        #expect(store.problems.contains { $0.contains("no space left") })
        try check(store, minutes)
        disk.empty()
        #expect(store.append(refused?.dropped ?? [], at: now).stored == 1)
        #expect(!store.problems.contains { $0.contains("no space left") })
        try check(store, minutes + (refused?.dropped ?? []))
        store.close()
    }

    @Test func `the oldest day goes when all days are too large, and a day has its own bound`() throws {
        let root = try TemporaryDirectory()
        var retention = StoreRetention()
        retention.minuteDayBytes = 60_000
        retention.minuteBytes = 160_000
        let store = try SQLiteStore(directory: root.path, retention: retention)
        var error: StoreError?
        for minute in 0..<1_440 where error == nil {
            error = store.append([Sample.minute(Sample.midnight + Int64(minute))], at: now).error
        }
        #expect(error == .full(what: "bytes of minutes of one day", limit: 60_000))
        for day in [-1, -2] as [Int64] {
            for minute in 0..<800 {
                _ = store.append([Sample.minute(Sample.midnight + day * 1_440 + Int64(minute))], at: now)
            }
        }
        #expect(store.append([Sample.minute(Sample.midnight + 1_440)], at: now).stored == 1)
        #expect(!TestFile.exists(file(root, "2009-02-15.minutes")))
        #expect(TestFile.exists(file(root)))
        #expect(store.counters.first { $0.name == "minute_days_removed_for_space" }?.value == 1)
        store.close()
    }

    @Test func `counts that are full stay full`() {
        var totals = MinuteSample.totals([.attempts: .max - 1])
        totals += MinuteSample.totals([.attempts: 5, .failed: 2])
        #expect(totals[.attempts] == .max && totals[.failed] == 2)
        totals.add(7, to: .attempts)
        totals.add(-3, to: .failed)
        #expect(totals[.attempts] == .max && totals[.failed] == 2)
    }
}
