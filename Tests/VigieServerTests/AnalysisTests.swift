import Foundation
import Testing
import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
import VigieReports
import VigieSimulator
import VigieWire

@testable import VigieServer

/// Files of one test, removed when it ends.
final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "vigie-test-" + UUID().uuidString + "/"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + name))
        return path + name
    }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}

/// A scenario as `vigie.calls/1` CSV.
func records(_ name: String, seed: UInt64, rate: Double? = nil, days: Double? = nil) throws -> [UInt8] {
    let scenario = try #require(Scenario.named(name))
    var settings = SimulationSettings(seed: seed)
    settings.callsADay = rate
    settings.days = days
    var simulation = scenario.simulation(settings)
    let writer = CallRecordText(.csv, names: simulation.names, seed: seed)
    var text = TextBuffer()
    writer.writeHeader(to: &text)
    while let call = simulation.next() { writer.write(call, to: &text) }
    return text.bytes
}

private let header = "start,answer,end,caller,called,ingress,sip_status,call_id\n"

private func row(
    _ second: Int, caller: String = "+33199001234", called: String = "+33199005678", id: String? = nil
) -> String {
    "\(1_600_000_000 + second),\(1_600_000_005 + second),\(1_600_000_060 + second),\(caller),\(called),ic-1,200,\(id ?? "id-\(second)")\n"
}

@Suite struct AnalysisTests {
    @Test func `the night of Rabat is found, explained, and nobody is billed`() throws {
        let folder = try Folder()
        let report = try Analysis().run([folder.file("night.csv", records("rabat-2009", seed: 41))])
        let floods = report.entries.filter { $0.incident.kind == .misroutedFlood }
        #expect(report.entries.count == 1)
        let flood = try #require(floods.first)
        guard case .misroutedFlood(let origin, let landing) = flood.incident.subject else { return }
        #expect(origin.country.description == "MA")
        #expect(landing.allSatisfy { $0.description.hasPrefix("+333") })
        #expect(
            flood.incident.causes.first?.hypothesis.english.contains(
                "short code 333 (voicemail) entered as +333") == true)
        #expect(flood.dossier.free > flood.dossier.charged * 20)
        #expect((flood.proposal?.outcome.wantedShare ?? 0) > 0.9)
    }

    @Test func `the same calls in two files, one compressed, in any order, are the same calls`() throws {
        let folder = try Folder()
        var first = header
        var second = header
        for index in 0..<200 {
            if index % 2 == 0 { first += row(index * 10) } else { second += row(index * 10) }
        }
        let one = try folder.file("one.csv", first)
        let two = try folder.file("two.csv", second)
        let compress = Process()
        compress.executableURL = URL(fileURLWithPath: "/bin/gzip")
        compress.arguments = ["-k", two]
        try compress.run()
        compress.waitUntilExit()
        let plain = try Analysis().run([one, two])
        let mixed = try Analysis().run([two + ".gz", one])
        #expect(plain.statistics.attempts == 200)
        #expect(mixed.statistics.attempts == 200)
        #expect(plain.late == 0 && mixed.late == 0)
        #expect(mixed.inputs.map(\.records) == [100, 100])
    }

    @Test func `a row twice is one call, and the report says so`() throws {
        let folder = try Folder()
        let report = try Analysis().run([
            folder.file("twice.csv", header + row(0, id: "a") + row(0, id: "a") + row(1, id: "b"))
        ])
        #expect(report.statistics.attempts == 2)
        #expect(report.inputs[0].dropped.total == 1)
    }

    @Test func `what cannot be read is refused in one sentence that names the file`() throws {
        let folder = try Folder()
        func refusal(_ paths: [String]) -> String {
            do throws(Analysis.Failure) {
                _ = try Analysis().run(paths)
                return "read"
            } catch {
                return error.sentence
            }
        }
        #expect(refusal([folder.path]).contains("directory"))
        #expect(refusal([folder.path + "none.csv"]).contains("no such file"))
        #expect(refusal([try folder.file("empty", "")]).contains("empty"))
        #expect(
            refusal([try folder.file("junk", [UInt8](repeating: 7, count: 5_000))]).contains("no capture"))
        #expect(
            refusal([try folder.file("m.sip", "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: a\r\n\r\n")]).contains(
                "vigie decode"))
        for path in ["junk", "empty"] { #expect(refusal([folder.path + path]).contains(folder.path + path)) }
    }

    @Test func `a file that is missing does not keep the others from being read`() throws {
        let folder = try Folder()
        let report = try Analysis().run([
            folder.path + "none.csv", folder.file("good.csv", header + row(0) + row(10)),
            folder.file("empty", ""),
        ])
        #expect(report.statistics.attempts == 2)
        let refused = report.inputs.filter(\.isRefused)
        #expect(refused.map(\.path) == [folder.path + "none.csv", folder.path + "empty"])
        #expect(refused.allSatisfy { $0.stopped?.isEmpty == false })
    }

    @Test func `rows that cannot be read are counted by name and the others are used`() throws {
        let folder = try Folder()
        let report = try Analysis().run([
            folder.file(
                "bad.csv",
                header + row(0) + "not-a-time,,,+33199001234,+33199005678,ic-1,200,x\n" + row(10)
                    + ",,,,,,,\n" + row(20))
        ])
        #expect(report.statistics.attempts == 3)
        #expect(report.inputs[0].malformed.total == 2)
        #expect(report.inputs[0].problems.contains { $0.row == 2 })
    }

    @Test func `a sparse file of ten gigabytes is refused at once`() throws {
        let folder = try Folder()
        let path = try folder.file("sparse", [])
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 10 << 30)
        try handle.close()
        #expect(throws: Analysis.Failure.self) { try Analysis().run([path]) }
    }
}
