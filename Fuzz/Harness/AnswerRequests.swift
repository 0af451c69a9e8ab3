import VigieWire

/// Gives a responder each of the requests between NUL octets, twice; the first octet of the input says who asks.
func answerRequests(_ bytes: [UInt8]) -> Int {
    var responder = SIPResponder(key: 7, transactions: 64)
    var answer = SIPAnswer()
    var lines = OctetBuffer()
    lines.append("Reason: SIP;cause=603\r\n")
    let mode = bytes.first ?? 0
    if mode & 4 != 0 {
        responder.overload = SIPOverloadReport(lossPercent: 30, callsPerSecond: 700, sequence: 9)
    }
    responder.isDraining = mode & 8 != 0
    let sender = SIPSender(
        source: IPEndpoint(ipv4: 0xC000_0201, port: 5_060), transport: mode & 16 != 0 ? .tcp : .udp,
        isKnown: mode & 1 == 0)
    var sum = 0
    var framer = SIPStreamFramer()
    for request in bytes.dropFirst().split(separator: 0) {
        let octets = Array(request)
        if let piece = try? framer.next(octets.span), case .message(let count) = piece { sum &+= count }
        for _ in 0..<2 {
            if SIPResponder.classify(octets.span) != nil { continue }
            let message = SIPMessage(scanning: octets.span)
            switch responder.take(
                message, from: sender, isEmergency: mode & 2 != 0, at: Timestamp(seconds: Int64(sum & 63)),
                into: &answer)
            {
            case .done(let tally): sum &+= Int(tally.rawValue) &+ answer.bytes.count
            case .decide(let invite):
                responder.answer(
                    message, invite, from: sender, status: .networkBlocked, tally: .rejected, lines: lines,
                    into: &answer)
                sum &+= answer.bytes.count
            }
        }
    }
    precondition(responder.tallies.received == responder.tallies.answered &+ responder.tallies.dropped)
    return sum
}
