import VigieCalls
import VigieWire

/// Writes the SIP messages of one simulated call, as the operator's border sees them (RFC 3261, RFC 3264).
struct SIPText: Sendable {
    /// One end of the signalling.
    struct Side: Sendable {
        var endpoint: IPEndpoint
        var host: [UInt8]

        init(_ endpoint: IPEndpoint) {
            self.endpoint = endpoint
            host = Array((endpoint.isIPv4 ? endpoint.address : "[\(endpoint.address)]").utf8)
        }
    }

    let seed: UInt64
    /// Whether the peer signs its calls: the header makes the INVITE longer than an Ethernet frame.
    let signs: Bool

    private static let allow = Array("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK\r\n".utf8)

    func hash(_ call: SimulatedCall, _ topic: UInt64) -> UInt64 {
        SeededRandom.hash(seed ^ topic &* 0x1_0001, call.serial)
    }

    /// A request within or before the dialog.
    func request(
        _ method: String, _ call: SimulatedCall, from peer: Side, to node: Side, isFromCaller: Bool,
        cseq: UInt64,
        to text: inout TextBuffer
    ) {
        let isInitial = method == "INVITE" || method == "CANCEL"
        let source = isFromCaller ? peer : node
        let target = isFromCaller ? node : peer
        text.put(method)
        text.put(" sip:")
        putUser(isFromCaller ? call.called : callerIdentity(call), to: &text)
        text.byte(0x40)
        text.put(target.host)
        if isInitial || method == "ACK" { text.put(";user=phone") }
        text.put(" SIP/2.0\r\n")
        via(call, source, method: method, cseq: cseq, to: &text)
        text.put("Max-Forwards: 68\r\n")
        fromTo(
            call, peer, node, swapped: !isFromCaller, answeredTag: !isInitial, to: &text)
        common(call, cseq: cseq, method: method, peer: peer, to: &text)
        if method == "INVITE" {
            contact(source, to: &text)
            text.put(Self.allow)
            identity(call, peer, to: &text)
            text.put("P-Charging-Vector: icid-value=")
            text.hex(hash(call, 5))
            text.put(";orig-ioi=")
            text.put(source.host)
            text.put("\r\n")
            description(call, source, to: &text)
        } else {
            if method == "BYE" { text.put("Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\n") }
            text.put("Content-Length: 0\r\n\r\n")
        }
    }

    /// A response; `method` and `cseq` are the request's.
    func response(
        _ status: UInt16, _ method: String, _ call: SimulatedCall, peer: Side, node: Side, isToCaller: Bool,
        cseq: UInt64, reason: UInt8 = 0, to text: inout TextBuffer
    ) {
        text.put("SIP/2.0 ")
        text.put(UInt64(status))
        text.byte(0x20)
        text.put(Self.phrase(status))
        text.put("\r\n")
        via(call, isToCaller ? peer : node, method: method, cseq: cseq, to: &text)
        fromTo(call, peer, node, swapped: !isToCaller, answeredTag: status > 100, to: &text)
        common(call, cseq: cseq, method: method, peer: peer, to: &text)
        if reason != 0 {
            text.put("Reason: Q.850;cause=")
            text.put(UInt64(reason))
            text.put("\r\n")
        }
        if method == "INVITE", status == 200 || status == 183 {
            contact(node, to: &text)
            text.put(Self.allow)
            description(call, node, to: &text)
        } else {
            if status == 180 { contact(node, to: &text) }
            text.put("Content-Length: 0\r\n\r\n")
        }
    }

    private static func phrase(_ status: UInt16) -> String {
        switch status {
        case 100: "Trying"
        case 180: "Ringing"
        case 183: "Session Progress"
        case 200: "OK"
        case 404: "Not Found"
        case 480: "Temporarily Unavailable"
        case 484: "Address Incomplete"
        case 486: "Busy Here"
        case 487: "Request Terminated"
        case 500: "Server Internal Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Server Time-out"
        case 603: "Decline"
        default: "Unknown"
        }
    }

    private func callerIdentity(_ call: SimulatedCall) -> PhoneNumber {
        call.caller == .absent ? call.asserted : call.caller
    }

    private func putUser(_ number: PhoneNumber, to text: inout TextBuffer) {
        if number == .absent { text.put("anonymous") } else { text.put(number) }
    }

    // RFC 3261 §8.1.1.7 and §17.2.3: the branch names the transaction; ACK to a failure and CANCEL share the INVITE's.
    private func via(
        _ call: SimulatedCall, _ source: Side, method: String, cseq: UInt64, to text: inout TextBuffer
    ) {
        text.put("Via: SIP/2.0/UDP ")
        text.put(source.host)
        text.put(":5060;branch=z9hG4bK")
        let isAnsweredACK = method == "ACK" && call.isAnswered
        text.hex(hash(call, method == "BYE" ? 21 : isAnsweredACK ? 22 : 20))
        text.put("\r\n")
    }

    private func fromTo(
        _ call: SimulatedCall, _ peer: Side, _ node: Side, swapped: Bool, answeredTag: Bool,
        to text: inout TextBuffer
    ) {
        func caller(_ text: inout TextBuffer) {
            if call.caller == .absent {
                text.put("\"Anonymous\" <sip:anonymous@anonymous.invalid>")
            } else {
                text.put("<sip:")
                text.put(call.caller)
                text.byte(0x40)
                text.put(peer.host)
                text.put(";user=phone>")
            }
            text.put(";tag=")
            text.hex(hash(call, 2))
        }
        func called(_ text: inout TextBuffer) {
            text.put("<sip:")
            putUser(call.called, to: &text)
            text.byte(0x40)
            text.put(node.host)
            text.put(";user=phone>")
            if answeredTag {
                text.put(";tag=")
                text.hex(hash(call, 3))
            }
        }
        text.put("From: ")
        if swapped { called(&text) } else { caller(&text) }
        text.put("\r\nTo: ")
        if swapped { caller(&text) } else { called(&text) }
        text.put("\r\n")
    }

    private func common(
        _ call: SimulatedCall, cseq: UInt64, method: String, peer: Side, to text: inout TextBuffer
    ) {
        text.put("Call-ID: ")
        text.hex(SeededRandom.hash(seed ^ 0x1D, call.serial))
        text.byte(0x40)
        text.put(peer.host)
        text.put("\r\nCSeq: ")
        text.put(cseq)
        text.byte(0x20)
        text.put(method)
        text.put("\r\n")
    }

    private func contact(_ side: Side, to text: inout TextBuffer) {
        text.put("Contact: <sip:")
        text.put(side.host)
        text.put(":5060>\r\n")
    }

    // RFC 3325: the network's word, and the wish that it stay in the network.
    private func identity(_ call: SimulatedCall, _ peer: Side, to text: inout TextBuffer) {
        if call.asserted != .absent {
            text.put("P-Asserted-Identity: <sip:")
            text.put(call.asserted)
            text.byte(0x40)
            text.put(peer.host)
            text.put(";user=phone>\r\n")
        }
        if call.caller == .absent { text.put("Privacy: id\r\n") }
        guard signs, call.attestation != 0 else { return }
        // RFC 8224 §4: a compact token would do; full ones of about 700 bytes are what networks send. The signature is noise.
        text.put("Identity: eyJhbGciOiJFUzI1NiIsInBwdCI6InNoYWtlbiIsInR5cCI6InBhc3Nwb3J0In0.")
        noise(call, count: 560, to: &text)
        text.byte(0x2E)
        noise(call, count: 86, to: &text)
        text.put(";info=<https://certificates.example/sti.pem>;alg=ES256;ppt=shaken\r\n")
    }

    private func noise(_ call: SimulatedCall, count: Int, to text: inout TextBuffer) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var state = hash(call, 9)
        for index in 0..<count {
            if index % 10 == 0 { state = SeededRandom.mix(state &+ 1) }
            text.byte(letters[Int(state >> UInt64(6 * (index % 10)) & 63)])
        }
    }

    private func description(_ call: SimulatedCall, _ side: Side, to text: inout TextBuffer) {
        var body = TextBuffer(capacity: 256)
        let family = side.endpoint.isIPv4 ? "IP4 " : "IP6 "
        body.put("v=0\r\no=- ")
        body.put(hash(call, 7) >> 34)
        body.put(" 1 IN \(family)")
        body.put(side.endpoint.address)
        body.put("\r\ns=-\r\nc=IN \(family)")
        body.put(side.endpoint.address)
        body.put("\r\nt=0 0\r\nm=audio ")
        body.put(16_384 + hash(call, 8) % 16_000 * 2)
        body.put(" RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n")
        body.put("a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n")
        text.put("Content-Type: application/sdp\r\nContent-Length: ")
        text.put(UInt64(body.count))
        text.put("\r\n\r\n")
        text.put(body.bytes)
    }
}
