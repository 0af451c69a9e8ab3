import Foundation
import Glibc
import Testing
import UnixSignals
import VigieMitigation
import VigieWire

@testable import VigieServer

private typealias Text = SIPText

/// A running node whose configuration and lists change under it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ReloadTests {
    private struct Scene: Sendable {
        var node: LiveNode
        var directory: String
        var sip: Int
        var http: Int

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: directory + "/" + name, atomically: true, encoding: .utf8)
        }

        func status(_ called: String, _ id: String, from: String = "127.0.0.1") throws -> Int {
            Text.status(
                try TestSocket(port: sip, from: from).ask(
                    Text.request("INVITE", "sip:\(called)@127.0.0.1", callID: id)))
        }

        /// Asks the API to read the configuration again.
        func reload() async throws -> Reply {
            try await RunningSite(base: "http://127.0.0.1:\(http)", port: http).post(
                "/api/v1/settings/reload", "{}")
        }
    }

    private static let yaml = """
        lab: true
        peers:
          - name: sbc
            addresses: [127.0.0.1]
            continue: 503
            block: "603"
        lists:
          - name: north
            file: ../north.txt
        filters:
          - name: wrong-numbers
            why: test
            state: enforced
            approved_by: [a.martin]
            match:
              called_lists: [north]
            action: reject
        """

    /// A node with a list, a filter and a peer; `body` runs while it does.
    private func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "vigie-reload-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Self.yaml.write(toFile: directory + "/vigie.yaml", atomically: true, encoding: .utf8)
        try "+33327000001\n".write(toFile: directory + "/north.txt", atomically: true, encoding: .utf8)
        let read: @Sendable () throws -> NodeConfiguration = {
            let file = directory + "/vigie.yaml"
            var configuration = try NodeConfiguration(
                yaml: try String(contentsOfFile: file, encoding: .utf8), file: file)
            configuration.storage.directory = directory + "/data"
            configuration.http.tokens = false
            configuration.sip.udp = [ListenAddress("127.0.0.1", 0)]
            configuration.sip.tcp = []
            configuration.hep.udp = []
            configuration.hep.tcp = []
            // The file may ask for another port, and is refused then.
            if configuration.http.listen.port != 1 { configuration.http.listen.port = 0 }
            return configuration
        }
        let node = try LiveNode(try read(), logger: silent, reread: read)
        let (opened, told) = AsyncStream.makeStream(of: NodePorts.self)
        let notifier = ServiceNotifier([:])
        let running = Task {
            do {
                try await node.run(stoppingOn: [.sigusr1], with: notifier.services(node.desk, logger: silent))
                { told.yield($0) }
            } catch { Issue.record(error) }
            told.finish()
        }
        let ports = await opened.first { _ in true }
        do {
            try await body(
                Scene(
                    node: node, directory: directory, sip: try #require(ports?.sip_udp.first),
                    http: try #require(ports?.http)))
        } catch {
            Issue.record(error)
        }
        kill(getpid(), SIGUSR1)
        await running.value
    }

    @Test func `a good file is in force when the reload returns, a bad one changes nothing`() async throws {
        try await with { scene in
            #expect(try scene.status("+33327000001", "1") == 603)
            #expect(try scene.status("+33327000002", "2") == 503)
            #expect(try scene.status("+33327000002", "3", from: "127.0.0.2") == 403)

            // Each is wrong in another way; peers change too, and must not.
            let more = Self.yaml.replacing("addresses: [127.0.0.1]", with: "addresses: [127.0.0.0/24]")
            for (index, (name, list, yaml)) in [
                ("a key that is none", "+33327000002\n", more + "\nlist: []\n"),
                ("a list with a word in it", "+33327000002\nhello\n", more),
                ("a list with an emergency number", "+33327000002\n+33112\n", more),
                (
                    "a filter on a list that is not there", "+33327000002\n",
                    more.replacing("[north]", with: "[south]")
                ),
                (
                    "a port that cannot change", "+33327000002\n",
                    more + "\nhttp: {listen: \"127.0.0.1:1\"}\nhep: {capacity: 99}\n"
                ),
            ].enumerated() {
                try scene.write("north.txt", list)
                try scene.write("vigie.yaml", yaml)
                let reply = try await scene.reload()
                #expect(reply.status == 409, "\(name): \(reply.text)")
                #expect(try scene.status("+33327000001", "\(index)1") == 603, "\(name)")
                #expect(try scene.status("+33327000002", "\(index)2") == 503, "\(name)")
                #expect(try scene.status("+33327000002", "\(index)3", from: "127.0.0.2") == 403, "\(name)")
            }

            try scene.write("north.txt", "# another list\n+33 3 27 00 00 02\n")
            try scene.write("vigie.yaml", more)
            let reply = try await scene.reload()
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try scene.status("+33327000001", "g1") == 503)
            #expect(try scene.status("+33327000002", "g2") == 603)
            // Peers are taken over by the deciding thread, which answers in its turn.
            #expect(try scene.status("+33327000003", "g3", from: "127.0.0.2") == 503)
            #expect(scene.node.desk.counts == (1, 5))
        }
    }

    @Test func `SIGHUP does the same`() async throws {
        try await with { scene in
            #expect(try scene.status("+33327000001", "1") == 603)
            for (list, obeyed, refused) in [("hello\n", 0, 1), ("+33327000002\n", 1, 1)] {
                try scene.write("north.txt", list)
                kill(getpid(), SIGHUP)
                var waited = 0
                while scene.node.desk.counts != (obeyed, refused), waited < 500 {
                    try await Task.sleep(for: .milliseconds(20))
                    waited += 1
                }
                #expect(scene.node.desk.counts == (obeyed, refused))
                #expect(try scene.status("+33327000001", "a\(obeyed)") == (obeyed == 0 ? 603 : 503))
                #expect(try scene.status("+33327000002", "b\(obeyed)") == (obeyed == 0 ? 503 : 603))
            }
        }
    }
}
