import Foundation
import Testing
import VigieCalls
import VigieStore
import VigieWire

@testable import VigieServer

struct SpoolFeedTests {
    private static let now = Timestamp(rfc3339: "2009-02-20T00:00:00Z") ?? .distantPast

    private func feed(_ running: RunningLine, _ folder: Folder) -> SpoolFeed {
        var settings = SpoolFeed.Settings()
        settings.directory = folder.path + "in"
        settings.done = folder.path + "done"
        settings.failed = folder.path + "failed"
        settings.interval = .milliseconds(20)
        settings.settle = .milliseconds(50)
        return SpoolFeed(
            settings, records: AnalysisSettings(), line: running.line, store: running.store, logger: silent)
    }

    private func drop(_ name: String, _ bytes: [UInt8], in folder: Folder) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "in", withIntermediateDirectories: true)
        // Written under a name that is not looked at, then named: as a careful sender does.
        _ = try folder.file("in/" + name + ".part", bytes)
        try FileManager.default.moveItem(
            atPath: folder.path + "in/" + name + ".part", toPath: folder.path + "in/" + name)
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test
    func `files are read and moved, unusable ones set aside with the reason, and a copy counts nothing`()
        async throws
    {
        let folder = try Folder()
        let rows = try records("background", seed: 3, rate: 2_000, days: 0.5)
        try await RunningLine.with(at: Self.now) { running in
            try drop("night.csv", rows, in: folder)
            try drop("noise.bin", Array("no records here".utf8), in: folder)
            try drop("empty.csv", [], in: folder)
            let feed = feed(running, folder)
            try await VigieServerTests.running([feed]) {
                try await eventually("all three are moved") {
                    self.exists(folder.path + "done/night.csv")
                        && self.exists(folder.path + "failed/noise.bin.reason")
                        && self.exists(folder.path + "failed/empty.csv.reason")
                }
                await running.line.settle()
                let known = running.line.status.calls
                try self.drop("again.csv", rows, in: folder)
                try await eventually("the copy is moved") { self.exists(folder.path + "done/again.csv") }
                await running.line.settle()
                #expect(running.line.status.calls == known)
            }
            let reason = try String(contentsOfFile: folder.path + "failed/noise.bin.reason", encoding: .utf8)
            #expect(reason.contains("no capture, no HEP stream and no call record file"))
            await running.line.settle()
            #expect(running.line.status.calls == UInt64(rows.filter { $0 == 0x0A }.count - 1))
        }
    }

    @Test func `after a crash in the middle a file goes on where it was, and no call counts twice`()
        async throws
    {
        let folder = try Folder()
        let rows = try records("rabat-2009", seed: 4, rate: 3_000)
        let total = rows.filter { $0 == 0x0A }.count - 1
        let store = MemoryStore()
        try drop("night.csv", rows, in: folder)
        let path = folder.path + "in/night.csv"
        let file = try #require(SpoolFile.list(folder.path + "in")?.first)
        let identity = try #require(file.identity())
        // What a crash leaves: some calls stored, and progress that lags behind them.
        try await RunningLine.with(store, at: Self.now) { running in
            let opened = try OpenedFeeds([path], settings: AnalysisSettings())
            let reading = SpoolReading(opened, symbols: running.line.symbols, skip: [0])
            let first = await reading.next(4_096)
            let second = await reading.next(4_096)
            _ = await running.line.take(first.events)
            try store.apply([
                .spool(
                    StoredSpoolProgress(
                        identity: identity, path: path, offset: first.told[0], isDone: false,
                        updated: Self.now))
            ])
            _ = await running.line.take(second.events)
        }
        try await RunningLine.with(store, at: Self.now) { running in
            let feed = feed(running, folder)
            try await VigieServerTests.running([feed]) {
                try await eventually("it is moved") { self.exists(folder.path + "done/night.csv") }
            }
        }
        #expect(store.callDays().reduce(0) { $0 + $1.calls } == total)
        #expect(try store.spoolProgress(identity)?.isDone == true)
    }

    @Test func `a file that still grows is left alone, and so are pipes, links and hidden files`() throws {
        let folder = try Folder()
        try drop("a.csv", [1, 2, 3], in: folder)
        _ = try folder.file("in/.hidden", [1])
        _ = try folder.file("in/b.tmp", [1])
        _ = try folder.file("target", [1])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "in/link", withDestinationPath: folder.path + "target")
        #expect(unsafe mkfifo(folder.path + "in/pipe", 0o600) == 0)
        #expect(SpoolFile.list(folder.path + "in")?.map(\.name) == ["a.csv"])
        var settings = SpoolFeed.Settings()
        settings.directory = folder.path + "in"
        settings.settle = .seconds(3_600)
        var look = SpoolLook(settings: settings)
        #expect(look.ready(SpoolCounts()).isEmpty)
        #expect(look.ready(SpoolCounts()).isEmpty)
    }
}
