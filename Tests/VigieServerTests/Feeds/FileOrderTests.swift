import Testing
import VigieCalls
import VigieReports
import VigieWire

@testable import VigieServer

/// Files whose rows are not in the order of time, and rows whose clocks are wrong.
struct FileOrderTests {
    private static let header = "start,answer,end,caller,called,ingress,sip_status,call_id\n"
    private static let start = 1_600_000_000

    private static func row(_ second: Int, _ id: Int) -> String {
        let time = start + second
        return "\(time),\(time + 5),\(time + 60),+33199001234,+33199005678,ic-1,200,id-\(id)\n"
    }

    /// What an analysis says of rows that begin at these seconds.
    private func report(_ seconds: [Int]) throws -> AnalysisReport {
        let folder = try Folder()
        let text = Self.header + seconds.enumerated().map { Self.row($1, $0) }.joined()
        return try Analysis().run([folder.file("calls.csv", text)])
    }

    private func last(_ report: AnalysisReport) -> Int {
        Int(report.statistics.last?.seconds ?? 0) - Self.start
    }

    // MARK: Order

    @Test func `newest first, shuffled or one machine after the other finds what in order is found`() throws {
        let folder = try Folder()
        let text = String(decoding: try records("rabat-2009", seed: 43, rate: 10_000), as: UTF8.self)
        var lines = text.split(whereSeparator: \.isNewline).map(String.init)
        let header = lines.removeFirst()
        func found(_ name: String, _ lines: [String]) throws -> AnalysisReport {
            try Analysis().run([folder.file(name, ([header] + lines).joined(separator: "\n") + "\n")])
        }
        let plain = try found("plain.csv", lines)
        #expect(!plain.isSorted && plain.entries.count == 1)
        var random = TestOrder(state: 7)
        let shuffled = lines.map { ($0, random.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
        let machines = lines.enumerated().sorted { ($0.offset % 3, $0.offset) < ($1.offset % 3, $1.offset) }
        for (name, order) in [
            ("newest.csv", lines.reversed()), ("shuffled.csv", shuffled),
            ("machines.csv", machines.map(\.element)),
        ] {
            let report = try found(name, order)
            #expect(report.isSorted && report.late == 0 && !report.isOutOfOrder, "\(name)")
            #expect(report.statistics.attempts == plain.statistics.attempts, "\(name)")
            #expect(report.entries.map(\.incident.kind) == plain.entries.map(\.incident.kind), "\(name)")
            #expect(
                report.entries.map(\.incident.firstSeen) == plain.entries.map(\.incident.firstSeen), "\(name)"
            )
        }
    }

    @Test func `rows some minutes late are put in their places without a second reading`() throws {
        let seconds = (0..<600).map { $0 * 10 - ($0 % 5 == 0 ? min($0 * 10, 400) : 0) }
        let report = try report(seconds)
        #expect(!report.isSorted && report.late == 0 && report.statistics.attempts == 600)
    }

    @Test(arguments: [1_000, 60])
    func `what has no room in memory is read stretch by stretch`(room: Int) throws {
        let folder = try Folder()
        let seconds = (0..<500).map { $0 * 7_919 % 500 * 10 }
        let path = try folder.file(
            "calls.csv", Self.header + seconds.enumerated().map { Self.row($1, $0) }.joined())
        var symbols = SymbolTable()
        var openings = 0
        let calls = SortedCalls(room: room, symbols: &symbols) { ceiling in
            openings += 1
            var settings = AnalysisSettings()
            (settings.isOrdered, settings.ceiling) = (false, ceiling)
            return try? OpenedFeeds([path], settings: settings)
        }
        var sorted = try #require(calls)
        var told: [Int] = []
        sorted.tell(&symbols) { event, _ in told.append(Int(event.start.seconds) - Self.start) }
        #expect(told == seconds.sorted())
        #expect(openings == (room == 60 ? 10 : 1))
        #expect(sorted.opened.records.map(\.summary.records) == [500])
    }

    @Test func `more than can be put in order is not read for ever`() {
        let row = Self.row(0, 0)
        let folder = try? Folder()
        let path = try? folder?.file(
            "calls.csv", Self.header + (0..<40).map { Self.row(0, $0) }.joined() + row)
        var symbols = SymbolTable()
        let calls = SortedCalls(room: 10, symbols: &symbols) { _ in
            path.flatMap { try? OpenedFeeds([$0], settings: AnalysisSettings()) }
        }
        #expect(calls == nil)
    }

    // MARK: Rows of another time

    @Test(arguments: [100, 1, 199, 0, 200], [86_400, 2_480_000_000])
    func `one row stamped far ahead is refused with its place and ends nobody's time`(place: Int, ahead: Int)
        throws
    {
        var seconds = (0..<200).map { $0 * 10 }
        seconds.insert(ahead, at: place)
        let report = try report(seconds)
        #expect(last(report) == 1_990)
        #expect(report.statistics.attempts == 200)
        #expect(report.inputs[0].malformed.entries.map { "\($0.name)" } == ["start_far_ahead"])
        #expect(report.inputs[0].problems.map(\.row) == [UInt64(place + 1)])
    }

    @Test func `a hole in the feed is none of that, even where a stray stands at its edge`() throws {
        let before = (0..<200).map { $0 * 10 }
        let after = (0..<200).map { 20_000 + $0 * 10 }
        let plain = try report(before + after)
        #expect(plain.statistics.attempts == 400 && plain.inputs[0].malformed.total == 0)
        #expect(last(plain) == 21_990 && !plain.isSorted)
        let stray = try report(before + [2_400_000_000] + after)
        #expect(last(stray) == 21_990 && stray.inputs[0].malformed.total == 1)
        #expect(stray.statistics.attempts == 400)
    }

    @Test func `calls hours apart are no strays, and a machine whose clock is ahead loses none`() throws {
        let sparse = try report((0..<40).map { $0 * 18_000 })
        #expect(sparse.statistics.attempts == 40 && sparse.inputs[0].malformed.total == 0)
        let skewed = try report((0..<400).map { $0 * 10 + ($0 % 4 == 0 ? 7_200 : 0) })
        #expect(skewed.statistics.attempts == 400 && skewed.inputs[0].malformed.total == 0)
        #expect(skewed.isSorted)
    }
}

/// Numbers that look like chance and are the same each time.
private struct TestOrder {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 20
    }
}
