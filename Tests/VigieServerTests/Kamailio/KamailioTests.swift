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

    @Test(.disabled("the node does not come up within this test; tried by hand only, issue 3"))
    func `siptrace feeds HEP, and mirrored messages become calls`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "vigie-hep-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let yaml = try String(contentsOf: Repository.kamailio.appending(path: "vigie.yaml"), encoding: .utf8)
        var configuration = try NodeConfiguration(yaml: yaml, file: "vigie.yaml")
        configuration.storage.directory = directory
        configuration.sip.udp = [ListenAddress("127.0.0.1", 0)]
        configuration.hep.udp = [ListenAddress("127.0.0.1", 0)]
        configuration.http.listen = ListenAddress("127.0.0.1", 0)
        let node = try LiveNode(configuration)
        let (opened, told) = AsyncStream.makeStream(of: NodePorts.self)
        let running = Task {
            do { try await node.run(stoppingOn: []) { told.yield($0) } } catch { Issue.record(error) }
            told.finish()
        }
        let ports = await opened.first { _ in true }
        let plant = try await Plant.start(filters: Self.filters, hep: try #require(ports?.hep_udp.first))
        for number in ["+33199001201", "+33199001205"] {
            #expect(try await plant.call(number, SIPpScenario.answered(from: Self.caller)))
        }
        #expect(
            try await plant.call(
                "+33199001202", SIPpScenario.refused(from: Self.caller, status: 603, reason: "cause=603")))
        // Kamailio sends its copies on their own time; the last one is the answer to the last call.
        let end = ContinuousClock.now + .seconds(20)
        while node.line.status.calls < 3, ContinuousClock.now < end {
            await node.line.settle()
            try await Task.sleep(for: .milliseconds(50))
        }
        let status = node.line.status
        #expect(status.calls == 3)
        #expect(status.answered == 2)
        #expect(status.malformed == 0)
        await plant.stop()
        running.cancel()
        await running.value
    }
}
