import Foundation
import Testing
import VigieCalls
import VigieMitigation
import VigieStore
import VigieWire

@testable import VigieServer

/// `kill -9` at random moments: nothing that was answered for is lost, nothing comes twice, and filters are in force again.
@Suite(.serialized) struct KillTests {
    private static let yaml = "approvals: 1\nstorage:\n  snapshot_interval: 1s\n"
    /// `VIGIE_KILL_ROUNDS=50` for the long run (`make soak`).
    private static let rounds =
        ProcessInfo.processInfo.environment["VIGIE_KILL_ROUNDS"].flatMap { Int($0) } ?? 8

    /// When all calls begin.
    /// Noon two days ago: the calls that the node itself is asked about are today's, and are counted apart.
    private static let base = Timestamp(seconds: (NodeClock.real.now.seconds / 86_400 - 2) * 86_400 + 43_200)

    /// What somebody outside knows to be true, since the node said so.
    private struct Told {
        var filters: [String: String] = [:]  // id: state
        var enforced: [String: String] = [:]  // id: the number that it blocks
        var batches: [String: Int] = [:]
        var auditLines = 0
    }

    @Test(.timeLimit(.minutes(10)))
    func `nothing is lost or doubled when the node is killed while filters and calls come`() async throws {
        var node = try await NodeProcess.start(in: try NodeProcess.place("kill"), Self.yaml)
        defer { node.remove() }
        var random = SystemRandomNumberGenerator()
        var told = Told()
        var (slowest, longest) = (Duration.zero, Duration.zero)
        for round in 0..<Self.rounds {
            let work = Task { [node, told] in await Self.work(node, told, round) }
            try await Task.sleep(for: .milliseconds(Int.random(in: 30...900, using: &random)))
            node.kill()
            let (after, unsure) = await work.value
            told = after

            node = try await node.again(Self.yaml, name: "round-\(round)")
            let up = ContinuousClock.now
            // From the first moment, while filters, detectors and calls are being checked below.
            let emergencies = try EmergencyCaller(port: node.udp, every: .milliseconds(5))
            try await Self.check(node, told, unsure, round)
            if let unsure {
                // The order that was not answered was obeyed whole or not at all; from now on it is known which.
                let state = try await node.get("/filters/\(unsure)")["state"]?.stringValue ?? "gone"
                let next = [
                    "proposed": "approved", "approved": "shadow", "shadow": "enforced",
                    "enforced": "reverted",
                ]
                let before = told.filters[unsure] ?? ""
                #expect(
                    state == before || state == next[before], "filter \(unsure) was \(before) and is \(state)"
                )
                told.filters[unsure] = state
                if state != "enforced" { told.enforced[unsure] = nil }
            }
            let asker = try await SIPAsker(port: node.udp)
            for (filter, number) in told.enforced where unsure != filter {
                asker.ask(number, caller: "+33612000001", id: "round-\(round)-\(filter)")
                let status = await asker.answer("round-\(round)-\(filter)")
                #expect(status == 603, "filter \(filter) is not in force after round \(round)")
            }
            slowest = max(slowest, ContinuousClock.now - up)
            let heard = await emergencies.finish()
            #expect(heard.isGood(fewest: 3), "after round \(round): \(heard)")
            longest = max(longest, heard.longest)
        }
        let calls = told.batches.values.reduce(0, +)
        print(
            "\(Self.rounds) kills: \(told.filters.count) filters, \(told.enforced.count) in force, \(calls) calls in \(told.batches.count) batches, "
                + "\(told.auditLines) audit lines or more; all checked in \(slowest) after the ports were open at most; the longest emergency call then took \(longest)"
        )
    }

    /// Works until the node is gone; what it confirmed, and the filter whose last order was not answered.
    private static func work(_ node: NodeProcess, _ told: Told, _ round: Int) async -> (Told, String?) {
        var told = told
        var unsure: String?
        do {
            for turn in 0..<1_000 {
                // A batch of calls, sent again under its name in the next round when no answer came.
                let batch = "round-\(round)-\(turn)"
                let answer = try await node.send(Self.records(batch), batch: batch)
                told.batches[batch] = Int(answer["accepted"]?.integerValue ?? 0)

                let number = "+3332700\(1_000 + round * 60 + turn % 60)"
                let proposal = try await node.post(
                    "/filters",
                    #"{"filter":{"match":{"called_numbers":["\#(number)"]},"action":"reject"},"reason":"kill test"}"#
                )
                guard let id = proposal["id"]?.stringValue else { throw TestFailure("no id") }
                told.filters[id] = "proposed"
                told.auditLines += 1
                let steps: [(String, String, String)] =
                    [
                        ("approve", "amal", "approved"), ("shadow", "claire", "shadow"),
                        ("enforce", "claire", "enforced"), ("renew", "claire", "enforced"),
                    ] + (turn % 3 == 2 ? [("revert", "claire", "reverted")] : [])
                for (step, person, state) in steps {
                    unsure = id
                    try await node.post("/filters/\(id)/\(step)", as: person)
                    unsure = nil
                    told.filters[id] = state
                    told.auditLines += 1
                    told.enforced[id] = state == "enforced" ? number : nil
                }
            }
        } catch {
            // The end of every round, unless the node was still there to say no.
            if "\(error)".contains("POST") || "\(error)".contains("batch ") { Issue.record(error) }
        }
        return (told, unsure)
    }

    private static func records(_ batch: String) -> [UInt8] {
        var text = ""
        for row in 0..<20 {
            let start = base + .seconds(Int64(row))
            text +=
                #"{"start":"\#(start.rfc3339())","caller":"+33612\#(100_000 + row)","called":"+33327\#(200_000 + row)","sip_status":200,"answer":"\#((start + .seconds(5)).rfc3339())","end":"\#((start + .seconds(65)).rfc3339())","call_id":"\#(batch)-\#(row)"}"#
                + "\n"
        }
        return Array(text.utf8)
    }

    private static func check(_ node: NodeProcess, _ told: Told, _ unsure: String?, _ round: Int) async throws
    {
        // Filters: each once, in the state that was answered; only the last order may have gone one step further.
        for (id, state) in told.filters where id != unsure {
            let now = try await node.get("/filters/\(id)")["state"]?.stringValue
            #expect(now == state, "filter \(id) was \(state) and is \(now ?? "gone") after round \(round)")
        }
        // The audit: whole, in sequence, and nothing that was answered for is missing.
        let audit = try await node.get("/audit/verify")
        #expect(
            audit["valid"]?.boolValue == true,
            "the audit after round \(round): \(audit["failure"]?.stringValue ?? "")")
        #expect((audit["lines"]?.integerValue ?? 0) >= Int64(told.auditLines))
        // Calls: as often as they were sent. A batch sent again under its name brings nothing new.
        let stored = try await Self.stored(node)
        let confirmed = told.batches.values.reduce(0, +)
        #expect(stored >= confirmed, "\(stored) calls stored, \(confirmed) confirmed, after round \(round)")
        #expect(
            stored <= confirmed + 20 * (round + 1),
            "\(stored) calls stored, \(confirmed) confirmed, after round \(round)")
        if let (batch, count) = told.batches.randomElement() {
            let again = try await node.send(Self.records(batch), batch: batch)
            #expect(Int(again["accepted"]?.integerValue ?? -1) == count)
            #expect(try await Self.stored(node) == stored, "batch \(batch) was taken in twice")
        }
    }

    private static func stored(_ node: NodeProcess) async throws -> Int {
        let days = try await node.get("/status")["days"]?.arrayValue ?? []
        let sent = days.filter { $0["day"]?.stringValue?.contains(String(base.rfc3339().prefix(10))) == true }
        return sent.reduce(0) { $0 + Int($1["calls"]?.integerValue ?? 0) }
    }
}
