import Foundation
import NIOCore
import Testing
import VigieWire

@testable import VigieServer

/// What happens to a real node when its peers, its network or its certificate fail, while people call 15, 17, 18 and 112.
///
/// Every emergency call must be told *continue*, and in time: see `EmergencyCaller.limit`. `make faults` holds a release build to 50 ms.
@Suite(.serialized) struct FaultTests {
    private static let yaml = """
        approvals: 1
        peers:
          - name: honest
            addresses: [127.0.0.1]
          - name: hostile
            addresses: [127.0.2.0/24]
            calls_per_second: 500/s
        """

    /// Starts a node, lets `body` do its worst, and sees that emergency calls and ordinary ones went through.
    private static func during(
        _ name: String, _ body: (NodeProcess) async throws -> Void
    ) async throws {
        let node = try await NodeProcess.start(in: try NodeProcess.place("fault"), yaml)
        defer { node.remove() }
        let caller = try EmergencyCaller(port: node.udp, every: .milliseconds(20))
        try await body(node)
        let heard = await caller.finish()
        print("\(name): \(heard)")
        #expect(heard.isGood(), "\(heard)")
        // And life goes on for everybody else.
        let asker = try await SIPAsker(port: node.udp)
        var status = 0
        for turn in 0..<50 where status != 404 {
            asker.ask("+33327145678", caller: "+33612345678", id: "afterwards-\(turn)")
            status = await asker.answer("afterwards-\(turn)")
            // it may shed load for some seconds
            if status != 404 { try await Task.sleep(for: .milliseconds(100)) }
        }
        #expect(status == 404)
        #expect(try await node.get("/status")["ready"]?.boolValue == true)
        #expect(node.program.process.isRunning)
    }

    /// A figure of the node's counters, all labels together.
    private static func figure(_ name: String, _ node: NodeProcess) async throws -> Double {
        let groups = try await node.get("/counters")["groups"]?.arrayValue ?? []
        return groups.flatMap { $0["samples"]?.arrayValue ?? [] }.filter { $0["name"]?.stringValue == name }
            .reduce(0) { $0 + ($1["value"]?.numberValue ?? 0) }
    }

    @Test func `a peer that floods far beyond its limit is told to slow down`() async throws {
        try await Self.during("flood") { node in
            var askers: [SIPAsker] = []
            for index in 1...8 { askers.append(try await SIPAsker(port: node.udp, from: "127.0.2.\(index)")) }
            let end = ContinuousClock.now + .seconds(3)
            var sent = 0
            while ContinuousClock.now < end {
                for asker in askers {
                    for _ in 0..<20 {
                        sent += 1
                        asker.ask(
                            "+3332714\(1_000 + sent % 9_000)", caller: "+33612\(100_000 + sent % 899_999)",
                            id: "flood-\(sent)")
                    }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            let refused = askers.flatMap { $0.questions.values }.count { $0.status == 503 }
            #expect(sent > 5_000 && refused > sent / 4, "\(sent) sent, \(refused) told to slow down")
        }
    }

    @Test func `peers that write and never read lose their connection, nobody else waits`() async throws {
        try await Self.during("slow readers") { node in
            let port = node.tcp
            try await offPool {
                let peers = RawConnections(50, to: port, from: ["127.0.2.1"], receiveBuffer: 2_048)
                let end = ContinuousClock.now + .seconds(3)
                var turn = 0
                while ContinuousClock.now < end {
                    for index in peers.descriptors.indices {
                        turn += 1
                        peers.write(
                            Array(SIPText.request("OPTIONS", callID: "slow-\(turn)", transport: "TCP").utf8),
                            to: index)
                    }
                    usleep(5_000)
                }
            }
        }
    }

    @Test func `connections that stop in the middle of a message cost nobody anything`() async throws {
        try await Self.during("half-open") { node in
            let port = node.tcp
            try await offPool {
                let peers = RawConnections(400, to: port, from: ["127.0.2.1", "127.0.2.2"])
                for index in peers.descriptors.indices where index % 4 != 0 {
                    let text = SIPText.request(
                        callID: "half-\(index)", transport: "TCP", "Content-Type: application/sdp")
                    peers.write(Array(text.utf8.prefix(20 + index)), to: index)
                }
                usleep(1_500_000)
                // One of them wakes up and ends its message.
                let whole = SIPText.request("OPTIONS", callID: "woken", transport: "TCP")
                peers.write(Array(whole.utf8), to: 0)
                guard SIPText.status(peers.read(0)) == 200 else {
                    throw TestFailure("the connection that woke up heard nothing")
                }
            }
        }
    }

    @Test func `ten thousand connections are served`() async throws {
        guard RawConnections.allowManyFiles() >= 11_000 else {
            print("skipped: fewer than 11,000 files may be open here (ulimit -n)")
            return
        }
        try await Self.during("10,000 connections") { node in
            let port = node.tcp
            let open = try await offPool {
                let peers = RawConnections(10_000, to: port, from: (1...20).map { "127.0.2.\($0)" })
                for index in stride(from: 0, to: peers.descriptors.count, by: 500) {
                    peers.write(
                        Array(SIPText.request("OPTIONS", callID: "many-\(index)", transport: "TCP").utf8),
                        to: index)
                    guard SIPText.status(peers.read(index, within: .seconds(10))) == 200 else {
                        throw TestFailure(
                            "connection \(index) of \(peers.descriptors.count) was not answered")
                    }
                }
                return peers.descriptors.count
            }
            #expect(open == 10_000)
        }
    }

    @Test func `malformed, mutated and scanning traffic is counted by name and changes nothing`() async throws
    {
        try await Self.during("hostile messages") { node in
            let known = try await SIPAsker(port: node.udp, from: "127.0.2.9")
            let unknown = try await SIPAsker(port: node.udp, from: "127.0.9.9")
            var messages = HostileMessages(seed: 4_475)
            for turn in 0..<6_000 {
                (turn % 2 == 0 ? known : unknown).send(messages.next())
                if turn % 50 == 0 { try await Task.sleep(for: .milliseconds(20)) }
            }
            let port = node.tcp
            try await offPool { [messages] in
                var messages = messages
                for _ in 0..<40 {
                    let peers = RawConnections(5, to: port, from: ["127.0.2.9"])
                    for index in peers.descriptors.indices { peers.write(messages.next(), to: index) }
                    usleep(10_000)
                }
            }
            let dropped = try await node.get("/status")["dropped"]?.objectValue ?? []
            #expect(!dropped.isEmpty, "nothing was counted")
        }
    }

    @Test
    func
        `an expired certificate is named by the check, the start and the reload, and takes nothing else down`()
        async throws
    {
        let place = try NodeProcess.place("expired")
        func openssl(_ arguments: [String]) throws {
            let program = try RunningProgram("/usr/bin/openssl", arguments, in: place, output: "openssl.out")
            program.process.waitUntilExit()
            try #require(program.process.terminationStatus == 0, "\(program.printed)")
        }
        for (name, days) in [("old", "0"), ("new", "30")] {
            try openssl([
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=node",
                "-keyout", "\(name).key", "-out", "\(name).csr",
            ])
            try openssl([
                "x509", "-req", "-in", "\(name).csr", "-signkey", "\(name).key", "-days", days, "-out",
                "\(name).pem",
            ])
        }
        // a certificate of no days lasts until the end of its second
        try await Task.sleep(for: .milliseconds(1_100))
        func yaml(_ name: String) -> String {
            Self.yaml
                + "\nsip:\n  tls: [127.0.0.1:0]\n  certificate: \(place)/\(name).pem\n  key: \(place)/\(name).key\n"
        }
        try yaml("old").write(toFile: "\(place)/check.yaml", atomically: true, encoding: .utf8)
        let check = try RunningProgram(
            Repository.vigie.path,
            ["serve", "--check", "--any-port", "--config", "\(place)/check.yaml", "--data", "\(place)/data"],
            in: place, output: "check.out")
        #expect(await check.finish(within: .seconds(20)) == 1)
        #expect(check.printed.contains("old.pem expired at "))

        let node = try await NodeProcess.start(in: place, yaml("old"))
        defer { node.remove() }
        #expect(node.program.printed.contains("the certificate has expired"))
        let caller = try EmergencyCaller(port: node.udp, every: .milliseconds(5))
        let asker = try await SIPAsker(port: node.udp)
        asker.ask("+33327145678", caller: "+33612345678", id: "udp")
        #expect(await asker.answer("udp") == 404)
        let port = node.tcp
        let overTCP = try await offPool {
            let peer = RawConnections(1, to: port, from: ["127.0.0.1"])
            peer.write(Array(SIPText.request(callID: "tcp", transport: "TCP").utf8), to: 0)
            return peer.read(0)
        }
        #expect(SIPText.status(overTCP) == 404)

        // A new certificate comes with a reload, and nobody is hung up on.
        try yaml("new").write(toFile: place + "/vigie.yaml", atomically: true, encoding: .utf8)
        kill(node.program.process.processIdentifier, SIGHUP)
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end, !node.program.printed.contains("configuration read again") {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(node.program.printed.contains("configuration read again"))
        asker.ask("+33327145678", caller: "+33612345678", id: "reloaded")
        #expect(await asker.answer("reloaded") == 404)
        let heard = await caller.finish()
        print("expired certificate: \(heard)")
        #expect(heard.isGood(), "\(heard)")
    }
}
