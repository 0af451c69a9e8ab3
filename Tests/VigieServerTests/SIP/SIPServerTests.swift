import Testing
import VigieCalls
import VigieMitigation
import VigieServer
import VigieWire

/// The SIP server over real sockets: what peers are told, and what the line learns.
struct SIPServerTests {
    typealias Text = SIPText

    @Test func `a call is told to go on and reaches the line once`() async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        let first = socket.ask(Text.request())
        #expect(Text.status(first) == 404)
        #expect(socket.ask(Text.request()) == first)
        await lab.server.stop()
        var events: [CallEvent] = []
        lab.ring.drain(into: &events)
        #expect(events.count == 1)
        #expect(events.first?.caller.description == "+33261910042")
        #expect(events.first?.called.description == "+33199001234")
        #expect(events.first.map { lab.symbols.name($0.ingress) } == "local")
        #expect(lab.figure("vigie_sip_answers_total", "passed") == 1)
        #expect(lab.figure("vigie_sip_answers_total", "retransmission") == 1)
    }

    @Test(arguments: [
        ("sip:0199001234@127.0.0.1", "+33199001234"),
        ("sip:0033199001234@127.0.0.1;user=phone", "+33199001234"),
        ("tel:+212537123456", "+212537123456"),
        ("sip:+33-1-99-00-12-34;phone-context=x@127.0.0.1", "+33199001234"),
    ])
    func `numbers are read by the country's habits`(uri: String, called: String) async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        #expect(Text.status(socket.ask(Text.request("INVITE", uri))) == 404)
        await lab.server.stop()
        var events: [CallEvent] = []
        lab.ring.drain(into: &events)
        #expect(events.map(\.called.description) == [called])
    }

    @Test(arguments: NodeConfiguration.Peer.Continue.allCases)
    func `each peer has its own continue code`(code: NodeConfiguration.Peer.Continue) async throws {
        let lab = try await SIPLab { $0.peers[0].continueWith = code }
        let answer = try TestSocket(port: lab.ports.udp[0]).ask(Text.request())
        #expect(Text.status(answer) == code.rawValue)
        let hasContact = code == .redirect || code == .alternative
        #expect(
            Text.line("Contact", answer) == (hasContact ? "<sip:+33199001234@127.0.0.1>;expires=0" : nil))
        await lab.server.stop()
    }

    @Test(arguments: NodeConfiguration.Peer.Block.allCases)
    func `each peer has its own block style, with an id to quote`(style: NodeConfiguration.Peer.Block)
        async throws
    {
        let lab = try await SIPLab { configuration in
            configuration.peers[0].blockWith = style
            configuration.sip.redressURL = "https://op.example/why"
            configuration.sip.redressPhone = "+33800000000"
        }
        lab.enforce(.reject) { $0.calledPrefixes = [NumberPrefix("+33199")].compactMap { $0 } }
        let answer = try TestSocket(port: lab.ports.udp[0]).ask(Text.request())
        let reason = Text.line("Reason", answer) ?? ""
        switch style {
        case .networkBlocked:
            #expect(answer.hasPrefix("SIP/2.0 603 Network Blocked\r\n"))
            #expect(
                reason.hasPrefix(
                    "SIP;cause=603;text=\"v=analytics1;url=https://op.example/why;tel=+33800000000;id=00000000000000f1-"
                ))
            #expect(reason.hasSuffix("\";location=TN"))
        case .rejected: #expect(Text.status(answer) == 608 && reason.hasPrefix("SIP;cause=608;text=\"id="))
        case .decline: #expect(answer.hasPrefix("SIP/2.0 603 Decline\r\n"))
        case .forbidden: #expect(Text.status(answer) == 403 && reason.hasPrefix("Q.850;cause=21;"))
        }
        // The next number is not meant.
        let other = try TestSocket(port: lab.ports.udp[0]).ask(
            Text.request("INVITE", "sip:+33299001234@127.0.0.1", callID: "2"))
        #expect(Text.status(other) == 404)
        await lab.server.stop()
        var events: [CallEvent] = []
        lab.ring.drain(into: &events)
        #expect(events.map(\.outcome) == [.callerSide, .indeterminate])
    }

    @Test(arguments: [(UInt16(404), 603), (503, 503), (486, 486)])
    func `a filter's own code never is the one that lets the call carry on`(code: UInt16, status: Int)
        async throws
    {
        let lab = try await SIPLab { $0.peers[0].blockWith = .decline }
        lab.enforce(.reject, code: code) { $0.calledPrefixes = [NumberPrefix("+33199")].compactMap { $0 } }
        let answer = try TestSocket(port: lab.ports.udp[0]).ask(Text.request())
        #expect(Text.status(answer) == status)
        #expect(Text.line("Reason", answer)?.hasPrefix("SIP;cause=\(status);") == true)
        await lab.server.stop()
    }

    @Test func `a masked call goes on without its number, as the peer understands it`() async throws {
        let lab = try await SIPLab()
        lab.enforce(.mask) { $0.calledPrefixes = [NumberPrefix("+33199")].compactMap { $0 } }
        let answer = try TestSocket(port: lab.ports.udp[0]).ask(Text.request())
        #expect(Text.status(answer) == 302 && Text.line("Privacy", answer) == "id")
        #expect(
            Text.line("P-Asserted-Identity", answer) == "\"Anonymous\" <sip:anonymous@anonymous.invalid>")
        #expect(Text.line("Contact", answer)?.hasPrefix("<sip:+33199001234@127.0.0.1>") == true)
        await lab.server.stop()
        let second = try await SIPLab { $0.peers[0].maskWith = .header }
        second.enforce(.mask) { $0.calledPrefixes = [NumberPrefix("+33199")].compactMap { $0 } }
        let header = try TestSocket(port: second.ports.udp[0]).ask(Text.request())
        #expect(Text.status(header) == 404 && Text.line("Privacy", header) == "id")
        await second.server.stop()
    }

    @Test func `a redirected call is led to the announcement`() async throws {
        let lab = try await SIPLab { $0.sip.announcement = "sip:why@announce.example" }
        lab.enforce(.redirect) { $0.calledPrefixes = [NumberPrefix("+33199")].compactMap { $0 } }
        let answer = try TestSocket(port: lab.ports.udp[0]).ask(Text.request())
        #expect(Text.status(answer) == 302 && Text.line("Contact", answer) == "<sip:why@announce.example>")
        await lab.server.stop()
    }

    @Test func `an asserted identity is heard from trusted peers only`() async throws {
        for isTrusted in [true, false] {
            let lab = try await SIPLab { $0.peers[0].trustedIdentity = isTrusted }
            let request = Text.request(
                "INVITE", caller: "sip:anonymous@anonymous.invalid",
                "P-Asserted-Identity: <sip:+33261910042;verstat=TN-Validation-Passed-A@op.example>")
            #expect(Text.status(try TestSocket(port: lab.ports.udp[0]).ask(request)) == 404)
            await lab.server.stop()
            var events: [CallEvent] = []
            lab.ring.drain(into: &events)
            #expect(events.first?.asserted.description == (isTrusted ? "+33261910042" : ""))
            #expect(events.first?.verstat == (isTrusted ? .passed : .absent))
            #expect(events.first?.attestation == (isTrusted ? .a : CallEvent.Attestation.none))
        }
    }

    @Test func `the narrowest network names the peer, and nobody's call gets 403`() async throws {
        let lab = try await SIPLab { configuration in
            var wide = NodeConfiguration.Peer(name: "wide")
            wide.networks = [IPNetwork("127.0.0.0/24")].compactMap { $0 }
            var narrow = NodeConfiguration.Peer(name: "narrow")
            narrow.networks = [IPNetwork("127.0.0.2")].compactMap { $0 }
            narrow.ingress = "TRUNK-2"
            narrow.continueWith = .unavailable
            configuration.peers = [wide, narrow]
        }
        let port = lab.ports.udp[0]
        #expect(Text.status(try TestSocket(port: port).ask(Text.request(callID: "1"))) == 404)
        #expect(
            Text.status(try TestSocket(port: port, from: "127.0.0.2").ask(Text.request(callID: "2"))) == 503)
        #expect(
            Text.status(try TestSocket(port: port, from: "127.0.9.9").ask(Text.request(callID: "3"))) == 403)
        let emergency = try TestSocket(port: port, from: "127.0.9.9").ask(
            Text.request("INVITE", "sip:15@127.0.0.1", callID: "4"))
        #expect(Text.status(emergency) == 404)
        await lab.server.stop()
        var events: [CallEvent] = []
        lab.ring.drain(into: &events)
        #expect(events.map { lab.symbols.name($0.ingress) } == ["wide", "TRUNK-2", ""])
        #expect(lab.figure("vigie_sip_answers_total", "unknown-peer") == 1)
        #expect(lab.figure("vigie_sip_emergency_calls_of_unknown_peers_total") == 1)
    }

    @Test func `a peer over its calls a second is told 503, its emergency calls go on`() async throws {
        let lab = try await SIPLab { $0.peers[0].callsPerSecond = 3 }
        let socket = try TestSocket(port: lab.ports.udp[0])
        let statuses = (0..<10).map { Text.status(socket.ask(Text.request(callID: "\($0)"))) }
        #expect(statuses.prefix(3) == [404, 404, 404] && statuses.contains(503))
        let retry = Text.line("Retry-After", socket.ask(Text.request(callID: "9")))
        #expect(retry == nil)
        #expect(
            Text.status(socket.ask(Text.request("INVITE", "sip:112@127.0.0.1", callID: "e"))) == 404)
        await lab.server.stop()
    }

    @Test(arguments: [
        "sip:15@127.0.0.1", "sip:112@127.0.0.1;user=phone", "tel:18", "tel:17;phone-context=+33",
        "urn:service:sos",
        "urn:service:sos.ambulance", "sip:+33112@127.0.0.1", "sip:%31%31%32@127.0.0.1", "sips:114@127.0.0.1",
        "sip:197;x=y@127.0.0.1",
    ])
    func `an emergency call goes on whatever filters say`(uri: String) async throws {
        let lab = try await SIPLab { configuration in
            configuration.peers[0].continueWith = .unavailable
        }
        lab.enforce(.reject) { $0.ingress = [lab.symbols.symbol("local")] }
        let socket = try TestSocket(port: lab.ports.udp[0])
        #expect(Text.status(socket.ask(Text.request(callID: "0"))) == 603)
        #expect(Text.status(socket.ask(Text.request("INVITE", uri, callID: "1"))) == 503)
        await lab.server.drain()
        #expect(Text.status(socket.ask(Text.request("OPTIONS", callID: "2"))) == 503)
        #expect(Text.status(socket.ask(Text.request("INVITE", uri, callID: "3"))) == 503)
        await lab.server.stop()
        #expect(lab.figure("vigie_sip_answers_total", "emergency") == 2)
    }

    @Test func `what was received is what was answered and what was dropped by name`() async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        let messages = [
            Text.request(), Text.request(), Text.request("ACK"), Text.request("OPTIONS"), "\r\n\r\n", "noise",
            "SIP/2.0 200 OK\r\n\r\n", Text.request("REGISTER"), Text.request("CANCEL", callID: "none"),
        ]
        for message in messages { socket.send(message) }
        for _ in 0..<5 { #expect(!socket.receive().isEmpty) }
        #expect(!socket.ask(Text.request("OPTIONS", callID: "last")).isEmpty)
        await lab.server.stop()
        let received = lab.figure("vigie_sip_messages_received_total")
        #expect(received == Double(messages.count + 1))
        #expect(
            received == lab.figure("vigie_sip_answers_total") + lab.figure("vigie_sip_messages_dropped_total")
        )
    }

    @Test func `an answer that no datagram holds is counted by name`() async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        let blank = Text.request("OPTIONS")
        let long = String(repeating: "x", count: 65_500 - blank.utf8.count)
        socket.send(blank.replacing(";branch=", with: ";p=\(long);branch="))
        #expect(Text.status(socket.ask(Text.request("OPTIONS", callID: "2"))) == 200)
        await lab.server.stop()
        #expect(lab.figure("vigie_sip_answers_not_sent_total", "too-long") == 1)
    }

    @Test func `IPv6 is answered too`() async throws {
        let lab = try await SIPLab { $0.sip.udp = [ListenAddress("::1", 0)] }
        let answer = try TestSocket(port: lab.ports.udp[0], ipv6: true).ask(Text.request())
        #expect(Text.status(answer) == 404 && answer.contains(";received=::1;rport="))
        await lab.server.stop()
    }

    @Test func `a taken port is told plainly`() async throws {
        let lab = try await SIPLab()
        let error = await #expect(throws: SIPServer.Failure.self) {
            _ = try await SIPLab { $0.sip.udp = [ListenAddress("127.0.0.1", lab.ports.udp[0])] }
        }
        #expect(error?.description.contains("the port is taken") == true)
        await lab.server.stop()
    }

    @Test func `a reload changes peers and texts without losing transactions`() async throws {
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        let first = socket.ask(Text.request())
        var other = NodeConfiguration()
        other.peers[0].continueWith = .unavailable
        try lab.server.prepare(other)()
        await lab.server.drain(false)  // behind the reload on the same thread
        #expect(Text.status(socket.ask(Text.request(callID: "2"))) == 503)
        #expect(socket.ask(Text.request()) == first)
        await lab.server.stop()
    }
}
