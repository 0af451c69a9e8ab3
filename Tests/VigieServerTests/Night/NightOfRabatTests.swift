import Foundation
import Testing
import VigieMitigation
import VigieStore
import VigieWire

@testable import VigieServer

/// February 2009, live: SIP servers ask about every call of the night, people act over the API, and the emergency numbers go through.
@Suite(.serialized) struct NightOfRabatTests {
    /// A night's peers: one source address a trunk.
    private static func configuration(_ trunks: [String]) -> String {
        var yaml = "clock:\n  speed: 100\npeers:\n"
        for (index, trunk) in trunks.enumerated() {
            yaml += "  - name: \(trunk)\n    addresses: [127.0.1.\(index + 1)]\n    ingress: \(trunk)\n"
        }
        return yaml + "  - name: services\n    addresses: [127.0.0.1]\n"
    }

    /// `VIGIE_NIGHT_SEEDS=1,2,3` plays other nights.
    static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["VIGIE_NIGHT_SEEDS"].map {
            $0.split(separator: ",").compactMap { UInt64($0) }
        }
        ?? [2009]

    @Test(arguments: seeds)
    func `the night is seen within minutes, filtered by two people, and given back`(seed: UInt64) async throws
    {
        let traffic = try #require(NightTraffic(seed: seed))
        let trunks = Set(traffic.calls.map(\.trunk)).sorted()
        let node = try await NodeProcess.start(
            in: try NodeProcess.place("night"), Self.configuration(trunks),
            arguments: ["--clock-start", traffic.begin.rfc3339()])
        defer { node.remove() }

        let receipt = try await node.send(traffic.records, batch: "days-before")
        #expect(receipt["accepted"]?.integerValue == Int64(traffic.recordCount))

        // Everybody's clock from here on: the node's, as the API shows it.
        let clock = try await NodeTime(node)
        #expect(clock.now < traffic.night, "the records took too long: the night would begin late")
        var askers: [String: SIPAsker] = [:]
        for (index, trunk) in trunks.enumerated() {
            askers[trunk] = try await SIPAsker(port: node.udp, from: "127.0.1.\(index + 1)")
        }
        let emergencies = try await EmergencyCaller(port: node.udp, every: .milliseconds(200))
        let player = Task { [askers] in
            for (index, call) in traffic.calls.enumerated() {
                await clock.sleep(until: call.at)
                if Task.isCancelled { return }
                askers[call.trunk]?.ask(call.called, caller: call.caller, id: "night-\(index)")
            }
        }
        defer { player.cancel() }

        // Seen.
        let (incident, told) = try await Self.incident(node, clock, until: traffic.end)
        let detected = try #require(incident["detected_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
        let first = try #require(traffic.calls.first { $0.isStray }).at
        let before = traffic.calls.count { $0.isStray && $0.at <= detected }
        #expect(incident["kind"]?.stringValue == "misrouted-flood")
        #expect(detected - first <= .seconds(180), "detected \(detected - first) after the first stray call")
        #expect(incident["subject"]?["origin"]?["country"]?.stringValue == "MA")

        // Proposed, with what it would cost; approved by two, put in force.
        let id = try #require(incident["id"]?.stringValue)
        let proposal = try await Self.proposal(node, against: id)
        let trial = try #require(proposal["trial"])
        #expect((trial["wanted_stopped"]?.numberValue ?? 0) >= 0.9)  // of some twenty calls
        let filter = try #require(proposal["id"]?.stringValue)
        await #expect(throws: (any Error).self) { try await node.post("/filters/\(filter)/enforce") }
        try await node.post("/filters/\(filter)/approve", #"{"reason":"collateral looked at"}"#, as: "amal")
        try await node.post("/filters/\(filter)/approve", as: "benoit")
        try await node.post("/filters/\(filter)/shadow")
        let enforced = try await node.post("/filters/\(filter)/enforce")
        #expect(enforced["state"]?.stringValue == "enforced")
        let inForce = ContinuousClock.now

        // The rest of the night.
        await clock.sleep(until: traffic.end)
        await player.value
        try await Task.sleep(for: .milliseconds(300))
        var (strays, straysStopped, wanted, wantedStopped, unanswered) = (0, 0, 0, 0, 0)
        for (index, call) in traffic.calls.enumerated() {
            guard let question = askers[call.trunk]?.question("night-\(index)") else { continue }
            if question.answered == nil { unanswered += 1 }
            guard question.sent > inForce else { continue }
            let isStopped = question.status >= 600 || question.status == 403
            if call.isStray {
                strays += 1
                if isStopped { straysStopped += 1 }
            } else if call.isWantedFromMorocco {
                wanted += 1
                if isStopped { wantedStopped += 1 }
            }
        }
        #expect(unanswered == 0)
        #expect(
            strays >= 100 && wanted >= 20, "too little traffic to tell: \(strays) strays, \(wanted) wanted")
        #expect(straysStopped * 100 >= strays * 95, "\(straysStopped) of \(strays) stray calls were stopped")
        #expect(wantedStopped * 100 <= wanted, "\(wantedStopped) of \(wanted) wanted calls were stopped")

        // Given back: the next stray call goes through.
        let stray = try #require(
            traffic.calls.last { $0.isStray && $0.called.hasPrefix("+3332") && $0.called.count == 12 })
        let asker = try #require(askers[stray.trunk])
        asker.ask(stray.called, caller: "+212661999001", id: "before-revert")
        #expect(await asker.answer("before-revert") == 603)
        let reverting = ContinuousClock.now
        try await node.post("/filters/\(filter)/revert", #"{"reason":"the translation is repaired"}"#)
        asker.ask(stray.called, caller: "+212661999002", id: "after-revert")
        #expect(await asker.answer("after-revert") == 404)
        let reverted = ContinuousClock.now - reverting
        #expect(reverted < .seconds(1))

        #expect(try await node.get("/audit/verify")["valid"]?.boolValue != false)
        for other in try await node.get("/incidents")["items"]?.arrayValue ?? []
        where other["kind"]?.stringValue != "misrouted-flood" {
            Issue.record("found what is not there: \(other["summary"]?.stringValue ?? "")")
        }
        let heard = await emergencies.finish()
        #expect(heard.continued == heard.asked)
        print(
            "night of seed \(seed): detected \(detected - first) after the first of \(before) stray calls, told after \(told - first) (data time, clock at 100×); "
                + "\(straysStopped) of \(strays) stray calls stopped, \(wantedStopped) of \(wanted) wanted calls from Morocco to +333; "
                + "trial: \(trial["wanted_stopped"]?.numberValue ?? 0) of the strays, \(trial["legitimate_stopped"]?.numberValue ?? 0) of \(trial["legitimate"]?.integerValue ?? 0) wanted; "
                + "reverted in \(reverted); \(heard); filter \(proposal["filter"]?["match"]?.text() ?? "")")
    }

    private static func incident(_ node: NodeProcess, _ clock: NodeTime, until end: Timestamp) async throws
        -> (JSONValue, Timestamp)
    {
        while clock.now < end {
            let page = try await node.get("/incidents?kind=misrouted-flood")
            if let first = page["items"]?.arrayValue?.first { return (first, clock.now) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestFailure("no incident by the end of the night; \(node.program.printed.suffix(1_000))")
    }

    private static func proposal(_ node: NodeProcess, against incident: String) async throws -> JSONValue {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let page = try await node.get("/filters?incident=\(incident)")
            if let filter = page["items"]?.arrayValue?.first, filter["trial"]?.objectValue != nil {
                return filter
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let document = try await node.get("/incidents/\(incident)")

        throw TestFailure(
            "no filter was proposed; \(document["proposed_filter"]?.text() ?? "none in the document") \(node.program.printed.suffix(1_000))"
        )
    }
}

/// A node's clock, read once over the API and reckoned from there.
struct NodeTime: Sendable {
    private let read: Timestamp
    private let at: ContinuousClock.Instant
    private let speed: Double

    init(_ node: NodeProcess, speed: Double = 100) async throws {
        let status = try await node.get("/status")
        guard let now = status["now"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw TestFailure("the node does not tell its time")
        }
        read = now
        at = .now
        self.speed = speed
    }

    var now: Timestamp {
        read + .nanoseconds(Int64(Double((ContinuousClock.now - at).wholeNanoseconds) * speed))
    }

    func sleep(until moment: Timestamp) async {
        let wait = moment - now
        guard wait > .zero else { return }
        try? await Task.sleep(for: .nanoseconds(Int64(Double(wait.wholeNanoseconds) / speed)))
    }
}
