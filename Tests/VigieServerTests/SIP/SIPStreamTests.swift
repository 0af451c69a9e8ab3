import Glibc
import Testing
import VigieCalls
import VigieServer

/// Connections to the SIP server: framing, limits, and who is in the way.
struct SIPStreamTests {
    typealias Text = SIPText

    @Test func `messages in pieces and glued together are answered on their connection`() async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.tcp[0], stream: true)
        let first = Text.request(callID: "1", transport: "TCP")
        socket.send(String(first.prefix(40)))
        socket.send(
            String(first.dropFirst(40)) + "\r\n\r\n" + Text.request("OPTIONS", callID: "2", transport: "TCP"))
        var text = ""
        while text.components(of: "Content-Length: 0\r\n\r\n") < 2 {
            let more = socket.receive()
            if more.isEmpty { break }
            text += more
        }
        #expect(text.contains("SIP/2.0 404 Not Found") && text.contains("SIP/2.0 200 OK"))
        // RFC 5626: the double line end is answered with one.
        #expect(text.hasPrefix("\r\n") || text.contains("\r\n\r\n\r\n"))
        await lab.server.stop()
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "INVITE sip:a@b SIP/2.0\r\nContent-Length: 9999999\r\n\r\n"])
    func `a connection that loses its framing is closed and counted`(text: String) async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.tcp[0], stream: true)
        #expect(socket.ask(text).isEmpty)
        #expect(lab.figure("vigie_sip_connections_closed_total") == 1)
        await lab.server.stop()
    }

    @Test func `more connections than allowed are not taken, the others are served`() async throws {
        let lab = try await SIPLab { $0.sip.connections = 6 }
        let sockets = try (0..<5).map { _ in Held(try TestSocket(port: lab.ports.tcp[0], stream: true)) }
        for (index, held) in sockets.enumerated() {
            #expect(Text.status(held.socket.ask(Text.request(callID: "\(index)", transport: "TCP"))) == 404)
        }
        // Five of six are the most that one address may have.
        let further = try TestSocket(port: lab.ports.tcp[0], stream: true)
        #expect(further.ask(Text.request(callID: "x", transport: "TCP")).isEmpty)
        #expect(Text.status(sockets[0].socket.ask(Text.request(callID: "again", transport: "TCP"))) == 404)
        #expect(lab.figure("vigie_sip_connections_closed_total", "too-many-of-one-address") == 1)
        await lab.server.stop()
    }

    @Test func `a connection that reads nothing is closed, an emergency call on another one is answered`()
        async throws
    {
        let lab = try await SIPLab()
        let slow = try TestSocket(port: lab.ports.tcp[0], stream: true, receiveBuffer: 2_048)
        var text = ""
        for index in 0..<40 { text += Text.request("OPTIONS", callID: "slow-\(index)", transport: "TCP") }
        // The kernel takes a few megabytes for a reader that does not read; then the server's patience ends.
        var rounds = 0
        while lab.figure("vigie_sip_connections_closed_total", "slow-reader") == 0, rounds < 2_000 {
            slow.send(text)
            rounds += 1
        }
        #expect(lab.figure("vigie_sip_connections_closed_total", "slow-reader") == 1)
        let other = try TestSocket(port: lab.ports.tcp[0], stream: true)
        let answer = other.ask(Text.request("INVITE", "sip:112@127.0.0.1", callID: "e", transport: "TCP"))
        #expect(Text.status(answer) == 404)
        await lab.server.stop()
    }

    @Test func `a silent connection is closed after its time`() async throws {
        let lab = try await SIPLab { $0.sip.idle = .seconds(1) }
        let socket = try TestSocket(port: lab.ports.tcp[0], stream: true)
        #expect(socket.receive().isEmpty)
        #expect(lab.figure("vigie_sip_connections_closed_total", "idle") == 1)
        await lab.server.stop()
    }

    private final class Held {
        let socket: TestSocket
        init(_ socket: consuming TestSocket) { self.socket = socket }
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
