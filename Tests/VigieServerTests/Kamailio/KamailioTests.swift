import Foundation
import Testing
import VigieCalls
import VigieServer
import VigieWire

/// Docs/guides/kamailio.md, played: the files are the guide's own.
@Suite(.serialized) struct KamailioTests {
    private static let caller = "+33199001299"
    private static let filters = [
        #"{"match":{"called_numbers":["+33199001202"]},"action":"reject"}"#,
        #"{"match":{"called_numbers":["+33199001203"]},"action":"redirect"}"#,
        #"{"match":{"called_numbers":["+33199001204"]},"action":"mask"}"#,
        #"{"match":{"caller_numbers":["+33199001298"]},"action":"reject"}"#,
    ]

    @Test func `Kamailio asks about each call and obeys`() async throws {
        let plant = try await Plant.start(filters: Self.filters)

        // Continue: the call reaches the person called, its number as it was.
        #expect(try await plant.call("+33199001201", SIPpScenario.answered(from: Self.caller)))
        let carried = plant.messages(of: "callee")
        #expect(carried.contains("INVITE sip:+33199001201@"))
        #expect(carried.contains("From: <sip:+33199001299@caller.example>"))

        // Block: the caller's side is told, with an id to quote and where to complain.
        #expect(
            try await plant.call(
                "+33199001202",
                SIPpScenario.refused(
                    from: Self.caller, status: 603,
                    reason:
                        "SIP;cause=603;text=.v=analytics1;url=https://operator.example/blocked-call;id=[A-Za-z0-9_-]+.;location=TN"
                )))
        #expect(!plant.messages(of: "callee").contains("+33199001202"))

        // Redirect: the announcement answers.
        #expect(try await plant.call("+33199001203", SIPpScenario.answered(from: Self.caller)))
        #expect(plant.messages(of: "announcement").contains("INVITE sip:announcement@127.0.0.1"))
        #expect(!plant.messages(of: "callee").contains("+33199001203"))

        // Mask: the call arrives and the caller's number does not.
        #expect(try await plant.call("+33199001204", SIPpScenario.answered(from: Self.caller)))
        let masked = plant.messages(of: "callee").components(separatedBy: "INVITE sip:+33199001204@")
            .dropFirst().joined()
        #expect(masked.contains("sip:anonymous@anonymous.invalid"))
        #expect(masked.contains("Privacy: id"))
        #expect(!masked.contains(Self.caller))

        // A caller whose every call is rejected still reaches the emergency services.
        #expect(
            try await plant.call(
                "+33199001201", SIPpScenario.refused(from: "+33199001298", status: 603, reason: "cause=603")))
        for number in ["15", "17", "18", "112"] {
            #expect(try await plant.call(number, SIPpScenario.answered(from: "+33199001298")))
            #expect(plant.messages(of: "callee").contains("INVITE sip:\(number)@"))
        }
        await plant.stop()
    }

    @Test func `without Vigie every call carries on`() async throws {
        let plant = try await Plant.start(filters: Self.filters)
        await plant.stopVigie()
        for number in ["112", "+33199001202", "15"] {
            #expect(try await plant.call(number, SIPpScenario.answered(from: Self.caller)))
            #expect(plant.messages(of: "callee").contains("INVITE sip:\(number)@"))
        }
        await plant.stop()
    }

    @Test func `siptrace feeds HEP, and mirrored messages become calls`() async throws {
        let yaml = try String(contentsOf: Repository.kamailio.appending(path: "vigie.yaml"), encoding: .utf8)
        let node = try await NodeProcess.start(in: try NodeProcess.place("hep"), yaml)
        defer { node.remove() }
        let plant = try await Plant.start(filters: Self.filters, hep: node.ports.hep_udp.first)
        for number in ["+33199001201", "+33199001205"] {
            #expect(try await plant.call(number, SIPpScenario.answered(from: Self.caller)))
        }
        #expect(
            try await plant.call(
                "+33199001202", SIPpScenario.refused(from: Self.caller, status: 603, reason: "cause=603")))
        // Kamailio sends its copies on their own time; the last one is the answer to the last call.
        let end = ContinuousClock.now + .seconds(60)
        var line = try await Self.line(node)
        while (line["calls_total"] ?? 0) < 3, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(250))
            line = try await Self.line(node)
        }
        await plant.stop()
        #expect(line["calls_total"] == 3, "\(line)")
        #expect(line["calls_answered_total"] == 2, "\(line)")
    }

    /// What the node's line counts.
    private static func line(_ node: NodeProcess) async throws -> [String: Double] {
        let groups = try await node.get("/counters")["groups"]?.arrayValue ?? []
        var counts: [String: Double] = [:]
        for group in groups where group["group"]?.stringValue == "line" {
            for sample in group["samples"]?.arrayValue ?? [] {
                guard let name = sample["name"]?.stringValue, let value = sample["value"]?.numberValue else {
                    continue
                }
                counts[name.replacingOccurrences(of: "vigie_line_", with: ""), default: 0] += value
            }
        }
        return counts
    }
}
