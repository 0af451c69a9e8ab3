import Testing
import VigieWire

/// What a request is answered (RFC 3261 §8.2), and where the answer goes (§18.2, RFC 3581).
struct SIPResponderTests {
    typealias Scene = ResponderScene

    @Test func `an answer copies Vias in order, From, Call-ID and CSeq, and adds a tag to To`() {
        var scene = Scene()
        let text = """
            INVITE sip:+33199001234@192.0.2.20 SIP/2.0\r
            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-1, SIP/2.0/TCP second.example;branch=z9hG4bK-2\r
            v: SIP/2.0/UDP third.example\r
             ;branch=z9hG4bK-3\r
            f: "A, B" <sip:+33261910042@192.0.2.10>;tag=a1\r
            t: <sip:+33199001234@192.0.2.20>\r
            i: call-1@192.0.2.10\r
            CSeq: 7 INVITE\r
            l: 0\r
            \r

            """
        let answer = scene.send(text)
        #expect(answer.status == 404)
        #expect(
            answer.lines("Via") == [
                "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-1, SIP/2.0/TCP second.example;branch=z9hG4bK-2",
                "SIP/2.0/UDP third.example   ;branch=z9hG4bK-3",
            ])
        #expect(answer.lines("From") == ["\"A, B\" <sip:+33261910042@192.0.2.10>;tag=a1"])
        #expect(answer.lines("Call-ID") == ["call-1@192.0.2.10"])
        #expect(answer.lines("CSeq") == ["7 INVITE"])
        let to = answer.lines("To").first ?? ""
        #expect(to.hasPrefix("<sip:+33199001234@192.0.2.20>;tag=") && to.count == 50)
        #expect(answer.text.hasSuffix("Content-Length: 0\r\n\r\n"))
    }

    @Test func `a retransmission gets the same bytes and is decided once`() {
        var scene = Scene()
        let request = Scene.request()
        let first = scene.send(request, status: SIPStatus(302), extra: "Contact: <sip:x@192.0.2.1>\r\n")
        scene.now = scene.now + .seconds(16)
        let second = scene.send(request, status: SIPStatus(603))
        #expect(second.text == first.text && second.tally == .retransmission)
        #expect(scene.decisions == 1)
        #expect(scene.responder.tallies[.retransmission] == 1 && scene.responder.tallies.received == 2)
        // Thirty-two seconds after the first one it is a new call.
        scene.now = scene.now + .seconds(17)
        #expect(scene.send(request).tally == .passed)
        #expect(scene.decisions == 2)
    }

    @Test func `the tag is the same for a retransmission and another one for another call`() {
        var scene = Scene()
        let first = scene.send(Scene.request("OPTIONS")).lines("To")
        #expect(scene.send(Scene.request("OPTIONS")).lines("To") == first)
        #expect(scene.send(Scene.request("OPTIONS", callID: "other")).lines("To") != first)
    }

    @Test(arguments: [
        ("SIP/2.0/UDP 192.0.2.10:5070;branch=z9hG4bK-1", ";branch=z9hG4bK-1", 5_070),
        ("SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK-1", ";branch=z9hG4bK-1", 5_060),
        ("SIP/2.0/UDP 192.0.2.10:5070;rport;branch=z9hG4bK-1", ";received=192.0.2.10;rport=5060", 5_060),
        ("SIP/2.0/UDP pc33.example:5070;branch=z9hG4bK-1", ";branch=z9hG4bK-1;received=192.0.2.10", 5_070),
        (
            "SIP/2.0/UDP 10.1.1.1:5070;rport;branch=z9hG4bK-1;received=1.2.3.4",
            ";received=192.0.2.10;rport=5060", 5_060
        ),
    ])
    func `received and rport tell where the packet came from, and the answer goes there`(
        via: String, ending: String, port: Int
    ) {
        var scene = Scene()
        let answer = scene.send(Scene.request(via: via))
        #expect(answer.lines("Via").first?.hasSuffix(ending) == true)
        #expect(answer.destination == IPEndpoint(ipv4: 0xC000_020A, port: UInt16(port)))
    }

    @Test func `maddr is followed for known peers, never for others`() {
        var scene = Scene()
        let request = Scene.request(via: "SIP/2.0/UDP 192.0.2.10:5070;maddr=198.51.100.7;branch=z9hG4bK-1")
        #expect(scene.send(request).destination == IPEndpoint(ipv4: 0xC633_6407, port: 5_070))
        #expect(
            scene.send(request, isKnown: false).destination == IPEndpoint(ipv4: 0xC000_020A, port: 5_070))
    }

    @Test func `an IPv6 sent-by in brackets is compared as an address`() {
        var scene = Scene()
        let source = IPEndpoint(high: 0x2001_0DB8_0000_0000, low: 9, port: 5_061)
        let same = scene.send(
            Scene.request(via: "SIP/2.0/UDP [2001:db8::9]:5061;branch=z9hG4bK-1"), from: source)
        #expect(same.lines("Via") == ["SIP/2.0/UDP [2001:db8::9]:5061;branch=z9hG4bK-1"])
        #expect(same.destination == source)
        let other = scene.send(
            Scene.request(via: "SIP/2.0/UDP [2001:db8::1];branch=z9hG4bK-2;rport", callID: "2"), from: source)
        #expect(other.lines("Via").first?.hasSuffix(";received=2001:db8::9;rport=5061") == true)
    }

    @Test func `over a connection the answer goes back on it`() {
        var scene = Scene()
        let answer = scene.send(
            Scene.request(via: "SIP/2.0/TCP other.example:9;branch=z9hG4bK-1;maddr=198.51.100.7"), over: .tcp)
        #expect(answer.destination == Scene.sbc)
        #expect(answer.lines("Via").first?.hasSuffix(";received=192.0.2.10") == true)
    }

    // MARK: Methods

    @Test func `an ACK is absorbed, whatever it holds`() {
        var scene = Scene()
        _ = scene.send(Scene.request())
        #expect(scene.send(Scene.request("ACK", "Require: nothing-known")).tally == .acknowledged)
        #expect(scene.send("ACK sip:x SIP/2.0\r\n\r\n").text.isEmpty)
        #expect(scene.responder.tallies[.acknowledged] == 2)
    }

    @Test func `a response is dropped and counted`() {
        var scene = Scene()
        #expect(scene.send("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x\r\n\r\n").tally == .response)
    }

    @Test func `a CANCEL of a known INVITE gets 200, of another one 481`() {
        var scene = Scene()
        let invite = scene.send(Scene.request())
        let cancel = scene.send(Scene.request("CANCEL"))
        #expect(cancel.status == 200 && cancel.tally == .cancelled)
        #expect(cancel.lines("To") == invite.lines("To"))
        #expect(scene.send(Scene.request("CANCEL", callID: "unknown")).status == 481)
        // After a final answer it changes nothing.
        #expect(scene.send(Scene.request()).text == invite.text)
    }

    @Test func `a CANCEL that comes before the decision makes it 487`() {
        var scene = Scene()
        let bytes = Array(Scene.request().utf8)
        let message = SIPMessage(scanning: bytes.span)
        let sender = SIPSender(source: Scene.sbc, transport: .udp, isKnown: true)
        guard
            case .decide(let invite) = scene.responder.take(
                message, from: sender, isEmergency: false, at: scene.now, into: &scene.answer)
        else {
            Issue.record("the INVITE is not up for decision")
            return
        }
        #expect(scene.send(Scene.request("CANCEL")).status == 200)
        scene.responder.answer(
            message, invite, from: sender, status: SIPStatus(404), tally: .passed, lines: scene.lines,
            into: &scene.answer)
        #expect(scene.answer.bytes.text.hasPrefix("SIP/2.0 487 Request Terminated\r\n"))
    }

    @Test(arguments: ["REGISTER", "SUBSCRIBE", "MESSAGE", "BYE", "PRACK", "invite", "FOO"])
    func `another method gets 405 with Allow`(method: String) {
        var scene = Scene()
        let answer = scene.send(Scene.request(method))
        #expect(answer.status == 405 && answer.lines("Allow") == ["INVITE, ACK, CANCEL, OPTIONS"])
    }

    @Test func `an OPTIONS ping gets 200 with what is understood, Max-Forwards 0 or not`() {
        var scene = Scene()
        let answer = scene.send(
            Scene.request("OPTIONS").replacing("Max-Forwards: 70", with: "Max-Forwards: 0"))
        #expect(answer.status == 200)
        for name in ["Allow", "Accept", "Accept-Encoding", "Accept-Language", "Supported"] {
            #expect(answer.lines(name).count == 1)
        }
    }

    @Test func `while draining, calls and pings get 503 with Retry-After, emergency calls go on`() {
        var scene = Scene()
        scene.responder.isDraining = true
        #expect(scene.send(Scene.request("OPTIONS")).lines("Retry-After") == ["30"])
        let call = scene.send(Scene.request())
        #expect(call.status == 503 && call.tally == .draining)
        #expect(
            scene.send(Scene.request(uri: "sip:112@192.0.2.20", callID: "2"), isEmergency: true).status == 404
        )
        scene.responder.isDraining = false
        #expect(scene.send(Scene.request()).status == 404)
    }

    // MARK: Refusals

    @Test(arguments: ["http://example.com", "nobodyKnowsThisScheme:totallyopaque", "mailto:a@example.com"])
    func `a URI of another scheme gets 416`(uri: String) {
        var scene = Scene()
        #expect(scene.send(Scene.request(uri: uri)).status == 416)
    }

    @Test func `an unknown option tag gets 420 and is named, known ones pass`() {
        var scene = Scene()
        let answer = scene.send(
            Scene.request("INVITE", "Require: 100rel, nothingSupportsThis", "Require: nor-This"))
        #expect(answer.status == 420 && answer.lines("Unsupported") == ["nothingSupportsThis, nor-This"])
        let known = "Require: 100rel, timer, replaces, path, outbound, histinfo, norefersub, precondition"
        #expect(scene.send(Scene.request("INVITE", known)).status == 404)
        // §8.2.2.3, §20.29: Proxy-Require is the proxies' business.
        #expect(scene.send(Scene.request(callID: "3", "Proxy-Require: foo")).status == 404)
    }

    @Test func `a body of an unknown kind gets 415 unless it may be left aside`() {
        var scene = Scene()
        func request(_ callID: String, _ type: String, _ more: String = "") -> String {
            Scene.request(callID: callID, "Content-Type: \(type)\(more)").replacing(
                "Content-Length: 0\r\n\r\n", with: "Content-Length: 2\r\n\r\nhi")
        }
        let answer = scene.send(request("1", "application/unknownformat"))
        #expect(answer.status == 415 && answer.lines("Accept").count == 1)
        #expect(scene.send(request("2", "application/sdp")).status == 404)
        #expect(scene.send(request("3", "multipart/mixed;boundary=x")).status == 404)
        #expect(
            scene.send(request("4", "application/x", "\r\nContent-Disposition: render;handling=optional"))
                .status
                == 404)
        #expect(scene.send(request("5", "application/sdp", "\r\nContent-Encoding: gzip")).status == 415)
    }

    @Test func `a merged request gets 482 while the first goes on, not after its ACK`() {
        var scene = Scene()
        _ = scene.send(Scene.request())
        let other = "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK-other"
        let merged = scene.send(Scene.request(via: other))
        #expect(merged.status == 482 && merged.tally == .merged)
        #expect(scene.send(Scene.request(via: other)).text == merged.text)
        _ = scene.send(Scene.request("ACK"))
        let third = "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK-third"
        #expect(scene.send(Scene.request(via: third)).status == 404)
        // A spiral or a merged emergency call is never refused.
        var again = Scene()
        _ = again.send(Scene.request(uri: "sip:15@x"), isEmergency: true)
        #expect(again.send(Scene.request(uri: "sip:15@x", via: other), isEmergency: true).status == 404)
    }

    @Test func `an INVITE of a dialog is told to go on and is no call`() {
        var scene = Scene()
        let answer = scene.send(Scene.request(to: "<sip:+33199001234@192.0.2.20>;tag=there"))
        #expect(answer.tally == .inDialog && answer.status == 404)
        #expect(answer.lines("To") == ["<sip:+33199001234@192.0.2.20>;tag=there"])
    }

    @Test func `an unknown sender gets 403, except for emergency calls`() {
        var scene = Scene()
        for method in ["INVITE", "OPTIONS", "REGISTER", "CANCEL"] {
            let answer = scene.send(Scene.request(method), isKnown: false)
            #expect(answer.status == 403 && answer.tally == .unknownPeer)
        }
        #expect(scene.send(Scene.request("ACK"), isKnown: false).text.isEmpty)
        #expect(scene.send(Scene.request(uri: "sip:18@x"), isKnown: false, isEmergency: true).status == 404)
    }

    @Test func `what is malformed gets 400 with the rule, 505 for another version`() {
        var scene = Scene()
        let request = Scene.request().replacing("CSeq: 1 INVITE", with: "CSeq: 1 OPTIONS")
        let answer = scene.send(request)
        #expect(answer.text.hasPrefix("SIP/2.0 400 Bad Request (cseq-method)\r\n"))
        #expect(answer.lines("Warning").first?.hasPrefix("399 vigie \"CSeq names another method") == true)
        #expect(scene.send(Scene.request().replacing("SIP/2.0\r\nVia", with: "SIP/7.0\r\nVia")).status == 505)
        // Without From, To, Call-ID or CSeq there is still somebody to tell.
        let bare = scene.send("INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10\r\n\r\n")
        #expect(bare.status == 400 && bare.lines("To").isEmpty)
        // Without a Via there is not.
        #expect(scene.send("INVITE sip:x@y SIP/2.0\r\nFrom: <sip:a@b>\r\n\r\n").tally == .unanswerable)
    }

    @Test func `a malformed emergency call is answered all the same`() {
        var scene = Scene()
        let request = Scene.request(uri: "sip:112@x").replacing(
            "Max-Forwards: 70", with: "Max-Forwards: many")
        #expect(scene.send(request, isEmergency: true).status == 404)
        #expect(scene.send(request).status == 400)
    }

    // MARK: RFC 2543, keep-alives, length

    @Test(arguments: ["SIP/2.0/UDP 192.0.2.10:5060", "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK"])
    func `without a unique branch a retransmission is told by what RFC 2543 compares`(via: String) {
        var scene = Scene()
        let first = scene.send(Scene.request(via: via))
        #expect(scene.send(Scene.request(via: via)).text == first.text)
        #expect(scene.decisions == 1)
        #expect(scene.send(Scene.request("CANCEL", via: via)).status == 200)
        #expect(scene.send(Scene.request(via: via, cSeq: 2)).tally == .passed)
        #expect(scene.decisions == 2)
    }

    @Test func `a client that never changes its branch still makes two calls`() {
        var scene = Scene()
        _ = scene.send(Scene.request(callID: "1"))
        #expect(scene.send(Scene.request(callID: "2")).tally == .passed)
    }

    @Test(
        arguments: [
            ([0x0D, 0x0A, 0x0D, 0x0A], SIPTally.keepAlive), ([0, 0, 0, 0], .keepAlive), ([], .keepAlive),
            ([0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 7, count: 12), .stun),
            ([1, 2, 3], .notSIP), (Array("GET / HTTP/1.1\r\n\r\n".utf8), .notSIP),
        ] as [([UInt8], SIPTally)])
    func `keep-alives, STUN and noise are told apart and get nothing`(bytes: [UInt8], tally: SIPTally) {
        var scene = Scene()
        let outcome = scene.send(bytes)
        #expect(outcome.tally == tally && outcome.text.isEmpty)
    }

    @Test func `an answer over 1,300 bytes is sent and counted`() {
        var scene = Scene()
        let vias = (0..<20).map {
            "Via: SIP/2.0/UDP hop\($0).a-rather-long-host-name.example.net:5060;branch=z9hG4bK-\($0)"
        }
        let request = Scene.request().replacing("From:", with: vias.joined(separator: "\r\n") + "\r\nFrom:")
        #expect(scene.send(request).lines("Via").count == 21)
        #expect(scene.responder.longAnswers == 1)
    }

    @Test func `what an attacker writes into a header field begins no line of the answer`() {
        var scene = Scene()
        let request = Scene.request().replacing(
            "Call-ID: call-1", with: "Call-ID: a\rX-Evil: 1\r\n Y-Evil: 2\r\n\tb")
        let answer = scene.send(request)
        #expect(!answer.text.isEmpty)
        for line in answer.text.split(separator: "\n") {
            #expect(!line.hasPrefix("X-Evil") && !line.hasPrefix("Y-Evil"))
        }
        #expect(!answer.text.replacing("\r\n", with: "").contains("\r"))
    }

    @Test func `every message ends under one name`() {
        var scene = Scene()
        let messages = [
            Scene.request(), Scene.request(), Scene.request("ACK"), Scene.request("OPTIONS"),
            Scene.request("BYE"),
            "\r\n\r\n", "noise", "SIP/2.0 200 OK\r\n\r\n", Scene.request(uri: "urn:x"),
            Scene.request("CANCEL"),
        ]
        for message in messages { _ = scene.send(message) }
        let tallies = scene.responder.tallies
        #expect(tallies.received == 10 && tallies.received == tallies.answered + tallies.dropped)
        #expect(Set(SIPTally.allCases.map(\.name.description)).count == SIPTally.allCases.count)
    }
}
