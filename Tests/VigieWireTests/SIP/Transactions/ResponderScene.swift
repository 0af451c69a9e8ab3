import VigieWire

/// A responder, and the other side of it.
struct ResponderScene: ~Copyable {
    var responder = SIPResponder(key: 0x1234_5678_9ABC_DEF0, transactions: 1_024)
    var answer = SIPAnswer()
    /// Moved by hand.
    var now = Timestamp(seconds: 1_000)
    var lines = OctetBuffer()
    /// Calls that were put up for decision.
    var decisions = 0

    static let sbc = IPEndpoint(ipv4: 0xC000_020A, port: 5_060)  // 192.0.2.10

    /// What one message led to.
    struct Outcome {
        var tally: SIPTally?
        /// Empty: nothing went back.
        var text = ""
        /// Octets of the answer; `text` shows those that are no UTF-8 as three.
        var octets = 0
        var destination = IPEndpoint(high: 0, low: 0, port: 0)
        var status: Int { Int(text.dropFirst(8).prefix(3)) ?? 0 }

        func lines(_ name: String) -> [String] {
            text.split(separator: "\r\n").filter { $0.hasPrefix(name + ":") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
    }

    /// Sends a message; an INVITE that is put up for decision is answered 404 with `extra` as header lines.
    mutating func send(
        _ text: String, from source: IPEndpoint = ResponderScene.sbc,
        over transport: SignallingPacket.Transport = .udp, isKnown: Bool = true, isEmergency: Bool = false,
        status: SIPStatus = SIPStatus(404), extra: String = ""
    ) -> Outcome {
        send(
            Array(text.utf8), from: source, over: transport, isKnown: isKnown, isEmergency: isEmergency,
            status: status, extra: extra)
    }

    mutating func send(
        _ bytes: [UInt8], from source: IPEndpoint = ResponderScene.sbc,
        over transport: SignallingPacket.Transport = .udp, isKnown: Bool = true, isEmergency: Bool = false,
        status: SIPStatus = SIPStatus(404), extra: String = ""
    ) -> Outcome {
        if let tally = SIPResponder.classify(bytes.span) {
            responder.count(tally)
            return Outcome(tally: tally)
        }
        let message = SIPMessage(scanning: bytes.span)
        let sender = SIPSender(source: source, transport: transport, isKnown: isKnown)
        switch responder.take(message, from: sender, isEmergency: isEmergency, at: now, into: &answer) {
        case .done(let tally):
            guard tally.isAnswered else { return Outcome(tally: tally) }
            return Outcome(
                tally: tally, text: answer.bytes.text, octets: answer.bytes.count,
                destination: answer.destination)
        case .decide(let invite):
            decisions += 1
            lines.clear()
            lines.append(extra)
            responder.answer(
                message, invite, from: sender, status: status, tally: invite.isInDialog ? .inDialog : .passed,
                lines: lines, into: &answer)
            return Outcome(
                tally: invite.isInDialog ? .inDialog : .passed, text: answer.bytes.text,
                octets: answer.bytes.count,
                destination: answer.destination)
        }
    }

    /// A request with the header fields that every request has.
    static func request(
        _ method: String = "INVITE", uri: String = "sip:+33199001234@192.0.2.20",
        via: String = "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-1;rport",
        to: String = "<sip:+33199001234@192.0.2.20>",
        callID: String = "call-1@192.0.2.10", cSeq: Int = 1, _ more: String...
    ) -> String {
        var text = "\(method) \(uri) SIP/2.0\r\nVia: \(via)\r\nFrom: <sip:+33261910042@192.0.2.10>;tag=a1\r\n"
        text += "To: \(to)\r\nCall-ID: \(callID)\r\nCSeq: \(cSeq) \(method)\r\nMax-Forwards: 70\r\n"
        for line in more { text += line + "\r\n" }
        return text + "Content-Length: 0\r\n\r\n"
    }
}
