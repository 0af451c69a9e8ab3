import Foundation
import NIOHTTP1
import Testing
import VigieCalls
import VigieSimulator
import VigieWire

@testable import VigieServer

/// 2 June 2021, live: failing calls, the draft that Vigie writes, two people, what the public reads, an update and the all-clear.
@Suite struct PublicationNightTests {
    private static let speed = 200.0
    /// OASIS's own schema, when `Scripts/schemas.sh` could fetch it.
    private static let schema = Repository.root.appending(path: ".build/schemas/CAP-v1.2.xsd").path

    /// The first half hour of the failure, and the hour after its end as if it followed at once.
    private struct Night {
        var records: [UInt8] = []
        var begin = Timestamp.distantPast
        var failure = Timestamp.distantPast

        init() throws {
            let scenario = try #require(Scenario.named("orange-2021"))
            var simulation = scenario.simulation(SimulationSettings(seed: 2021))
            var calls: [SimulatedCall] = []
            while let call = simulation.next() { calls.append(call) }
            failure = try #require(calls.first { $0.label != 0 }).start
            let over = try #require(calls.last { $0.label != 0 }).end
            begin = failure - .seconds(1_200)
            let cut = failure + .seconds(1_800)
            let form = CallRecordText(.csv, names: simulation.names, seed: 2021)
            var text = TextBuffer()
            form.writeHeader(to: &text)
            for var call in calls {
                if call.start > over, call.start < over + .seconds(4_200) {
                    let back = over - cut
                    call.start = call.start - back
                    call.answer = call.answer.map { $0 - back }
                    call.end = call.end - back
                } else if call.start < begin || call.start >= cut {
                    continue
                }
                form.write(call, to: &text)
            }
            records = text.bytes
        }
    }

    @Test func `the night of 2 June 2021, from failing calls to the public and back`() async throws {
        let night = try Night()
        let place = try NodeProcess.place("public")
        try Data(night.records).write(to: URL(filePath: place + "/night.csv"))
        var centres = CentreDirectory.fictional(at: night.begin).centres
        // The test call to the 15 of the Pas-de-Calais is two months old.
        for index in centres.indices where centres[index].place == "62" && centres[index].shortNumber == "15"
        {
            centres[index].lastTested = night.begin - .seconds(60 * 86_400)
        }
        let stale = try #require(
            centres.first { $0.place == "62" && $0.shortNumber == "15" }?.fallbacks.first
        ).description
        let fresh = try #require(
            centres.first { $0.place == "59" && $0.shortNumber == "15" }?.fallbacks.first
        ).description
        try CentreDirectory(centres).csv.write(
            toFile: place + "/centres.csv", atomically: true, encoding: .utf8)
        let node = try await NodeProcess.start(
            in: place,
            """
            public:
              name: Opérateur
              sender: op.example
              address: https://u.example
              directory: \(place)/centres.csv
              export: \(place)/export

            """,
            arguments: [
                "--clock-start", night.begin.rfc3339(), "--clock-speed", "\(Self.speed)", "--replay",
                place + "/night.csv",
            ])
        defer { node.remove() }
        func read(_ path: String) async throws -> String {
            let reply = try await node.site.send(.GET, "/public" + path)
            #expect(reply.status == 200, "\(path)")
            return reply.text
        }

        // Detected, and drafted by nobody but Vigie; the public reads nothing of it yet.
        let first = try await Self.draft(node, kinds: ["alert"])
        let incident = try #require(
            try await node.get("/incidents?kind=emergency-failure")["items"]?.arrayValue?.first)
        let detected = try #require(
            incident["detected_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
        #expect(detected > night.failure && detected - night.failure < .seconds(300))
        #expect(first["incident"]?.stringValue == incident["id"]?.stringValue)
        #expect(try await read("/59").contains("Aucune perturbation"))
        #expect(FileManager.default.fileExists(atPath: place + "/export/en/59.html"))

        // Two people, and the public reads it in both languages, with the fallback that was tested and not the one that was not.
        let alert = try await Self.publish(node, kinds: ["alert"])
        for (path, text) in [("/59", "des appels échouent"), ("/en/59", "some calls fail")] {
            let page = try await read(path)
            #expect(page.contains(text) && page.contains("tel:" + fresh), "\(path)")
        }
        for path in ["/", "/62", "/en/62", "/feed.atom", "/summary.json", "/cap/\(alert).xml"] {
            #expect(try await read(path).contains(stale) == false, "\(path)")
        }
        // More is known now: an update, again by two people.
        try await node.post("/notices", "{\"incident\":\"\(incident["id"]?.stringValue ?? "")\"}")
        let update = try await Self.publish(node, kinds: ["update"])
        // Calls get through again: the all-clear waits for people as well.
        let clear = try await Self.publish(node, kinds: ["all-clear"])
        #expect(try await read("/59").contains("Aucune perturbation"))
        #expect(try await read("/feed.atom").contains("fonctionnent de nouveau"))

        var files: [String] = []
        for (name, type) in [(alert, "Alert"), (update, "Update"), (clear, "Cancel")] {
            #expect(try await read("/cap/\(name).xml").contains("<msgType>\(type)</msgType>"))
            files.append(place + "/export/cap/\(name).xml")
        }
        try await Self.validate(files, in: place)
        #expect(try await node.get("/audit/verify")["valid"]?.boolValue == true)
    }

    /// The newest draft, once there is one of a kind.
    private static func draft(_ node: NodeProcess, kinds: Set<String>) async throws -> JSONValue {
        let end = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < end {
            let notices = try await node.get("/notices")["items"]?.arrayValue ?? []
            let draft = notices.first {
                $0["state"]?.stringValue == "draft" && kinds.contains($0["kind"]?.stringValue ?? "")
            }
            if let draft { return draft }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestFailure("no draft of \(kinds); \(node.program.printed.suffix(1_000))")
    }

    /// Has two people approve the newest draft, a newer one when it is overtaken; the name of its CAP message.
    private static func publish(_ node: NodeProcess, kinds: Set<String>) async throws -> String {
        for _ in 0..<20 {
            let draft = try await draft(node, kinds: kinds)
            let id = draft["id"]?.stringValue ?? ""
            let version = draft["version"]?.integerValue ?? 0
            do {
                for person in ["amal", "benoit"] {
                    try await node.post("/notices/\(id)/approve", "{\"version\":\(version)}", as: person)
                }
                return "\(id)-\(version)"
            } catch let failure as TestFailure where failure.description.contains(": 409") {
                continue
            }
        }
        throw TestFailure("no draft of \(kinds) stood still long enough")
    }

    /// Judges CAP messages by OASIS's schema.
    private static func validate(_ files: [String], in place: String) async throws {
        guard FileManager.default.fileExists(atPath: schema) else {
            print("skipped: CAP's schema is not there; Scripts/schemas.sh fetches it")
            return
        }
        let xmllint = try RunningProgram(
            "/usr/bin/xmllint", ["--noout", "--nonet", "--schema", schema] + files, in: place,
            output: "xmllint.log")
        let status = await xmllint.finish()
        #expect(status == 0, "\(xmllint.printed)")
    }
}
