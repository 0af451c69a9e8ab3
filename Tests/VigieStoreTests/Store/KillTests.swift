import Foundation
import Glibc
import Testing
import VigieCalls
import VigieStore
import VigieWire

/// A child process that writes and says what was acknowledged, until it is killed.
enum StoreChild {
    static let variable = "VIGIE_STORE_TEST_CHILD"
    static let directory = ProcessInfo.processInfo.environment[variable]
    static let callsInAnAddition = 7

    /// Writes numbered transactions and calls from where the store stands; each acknowledged number goes to `acknowledged`.
    static func run(in directory: String) throws {
        let parent = getppid()
        let store = try SQLiteStore(directory: directory)
        let file = unsafe open(directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(file >= 0)
        var number = (try store.lastAuditLine()?.sequence ?? 0) + 1
        var second = store.callDays().reduce(0) { $0 + $1.calls }
        var counted = try attempts(store)
        // Ends with its parent, or after a minute.
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end, getppid() == parent {
            var filter = StoreSample.filter(1)
            filter.document = Array("\(number)".utf8)
            var incident = StoreSample.incident(Int(number % 50))
            incident.document = filter.document
            try store.apply([.audit(StoreSample.audit(number)), .filter(filter), .incident(incident)])
            let calls = (0..<callsInAnAddition).map { StoreSample.call(second + $0) }
            try #require(store.append(calls, at: StoreSample.noon).stored == calls.count)
            second += calls.count
            let minute = EmergencyMinute(
                MinuteSample.noon, hearing: .heard,
                rows: [
                    .init(MinuteSample.series[0], MinuteSample.totals([.attempts: UInt32(number - counted)]))
                ])
            try #require(store.append([minute], at: StoreSample.noon).stored == 1)
            counted = number
            if number % 10 == 0 {
                try store.saveState("line", Array(repeating: UInt8(number % 251), count: 40_000))
            }
            let line = Array("\(number) \(second)\n".utf8)
            try #require(unsafe write(file, line, line.count) == line.count)
            number += 1
        }
    }

    /// What the minutes add up to: the number of the last addition.
    static func attempts(_ store: any Store) throws -> UInt64 {
        let query = MinuteSample.query(MinuteSample.noon..<MinuteSample.noon + 1, .minute, isSummed: true)
        return UInt64(try store.emergencyHistory(query).totals[0][.attempts])
    }

    /// Starts this test program again as a child.
    static func start(in directory: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "--testing-library", "swift-testing", "--filter", "KillTests", "--no-parallel",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([variable: directory]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}

@Suite(.serialized) struct KillTests {
    @Test(.enabled(if: StoreChild.directory != nil, "runs only as the child of the test below"))
    func `a child that writes until it is killed`() throws {
        try StoreChild.run(in: try #require(StoreChild.directory))
    }

    @Test(.enabled(if: StoreChild.directory == nil))
    func `after kill -9 nothing acknowledged is lost or doubled`() async throws {
        let rounds = Int(ProcessInfo.processInfo.environment["VIGIE_KILL_ROUNDS"] ?? "") ?? 6
        let root = try TemporaryDirectory()
        let seed = UInt64.random(in: 1...1_000_000)
        var state = seed
        print("kill rounds: \(rounds), seed \(seed)")
        var before = (number: UInt64(0), calls: 0)
        for round in 0..<rounds {
            let child = try StoreChild.start(in: root.path)
            // Until it has acknowledged something new, then a random while.
            while Self.acknowledged(root.path).number <= before.number, child.isRunning {
                try await Task.sleep(for: .milliseconds(5))
            }
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            try await Task.sleep(for: .microseconds(Int64(state >> 33 % 150_000)))
            try #require(child.isRunning, "the child ended by itself in round \(round)")
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            before = try Self.check(root.path, before, "round \(round), seed \(seed)")
        }
    }

    /// The last line that the child wrote whole.
    private static func acknowledged(_ directory: String) -> (number: UInt64, calls: Int) {
        guard let text = try? String(contentsOfFile: directory + "/acknowledged", encoding: .utf8),
            let end = text.lastIndex(of: "\n"),
            let line = text[..<end].split(separator: "\n").last
        else { return (0, 0) }
        let parts = line.split(separator: " ")
        return (UInt64(parts.first ?? "") ?? 0, Int(parts.last ?? "") ?? 0)
    }

    private static func check(
        _ directory: String, _ before: (number: UInt64, calls: Int), _ comment: String
    ) throws -> (number: UInt64, calls: Int) {
        let acknowledged = acknowledged(directory)
        let store = try SQLiteStore(directory: directory)
        defer { store.close() }
        let comment = Comment(rawValue: comment)
        // The audit: whole, chained, everything acknowledged, at most one more.
        var lines: [StoredAuditLine] = []
        while true {
            let some = try store.audit(from: UInt64(lines.count) + 1, limit: 1_000)
            if some.isEmpty { break }
            lines += some
        }
        let last = UInt64(lines.count)
        #expect(lines == (1...max(last, 1)).map { StoreSample.audit($0) }, comment)
        #expect(last == acknowledged.number || last == acknowledged.number + 1, comment)
        #expect(last >= before.number, comment)
        // What was written in the same transaction.
        #expect(try store.filter("filter-1")?.document == Array("\(last)".utf8), comment)
        #expect(try store.incident("incident-\(last % 50)")?.document == Array("\(last)".utf8), comment)
        // The calls: each once, in order.
        var starts: [Int64] = []
        try store.replay(.distantPast ... .distantFuture) {
            starts.append($0.start.seconds - StoreSample.noon.seconds)
        }
        #expect(starts == (0..<starts.count).map(Int64.init), comment)
        #expect(starts.count >= acknowledged.calls, comment)
        #expect(starts.count <= acknowledged.calls + StoreChild.callsInAnAddition, comment)
        // The minutes: each addition once.
        let attempts = try StoreChild.attempts(store)
        #expect(attempts >= acknowledged.number && attempts <= last, comment)
        // The state: whole, whichever it is.
        if let blob = try store.state("line") {
            #expect(blob == Array(repeating: blob[0], count: 40_000), comment)
        }
        return (last, starts.count)
    }
}
