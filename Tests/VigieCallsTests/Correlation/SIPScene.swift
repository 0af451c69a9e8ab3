import VigieCalls
import VigieWire

/// Machines of the scenes; addresses of RFC 5737.
enum Machine {
    static let caller = IPEndpoint(ipv4: 0xC000_0201, port: 5060)  // 192.0.2.1
    static let proxy = IPEndpoint(ipv4: 0xC633_6401, port: 5060)  // 198.51.100.1
    static let inner = IPEndpoint(ipv4: 0xC633_6402, port: 5060)  // 198.51.100.2
    static let gateway = IPEndpoint(ipv4: 0xCB00_7101, port: 5060)  // 203.0.113.1
    static let backup = IPEndpoint(ipv4: 0xCB00_7102, port: 5060)  // 203.0.113.2
}

/// Plays SIP messages to a joiner and keeps what it tells.
struct SIPScene {
    /// A call leg: what its messages have in common.
    struct Leg {
        var callID = "leg-a@example.org"
        var fromTag = "a1"
        var toTag = "b1"
        var caller = "+33199000001"
        var called = "+33261910001"
        var to: String?
        var cSeq = 1
        var branch = "z9hG4bK1"
        var headers: [String] = []

        func with(_ change: (inout Leg) -> Void) -> Leg {
            var copy = self
            change(&copy)
            return copy
        }
    }

    var joiner: CallJoiner
    var symbols = SymbolTable()
    var events: [CallEvent] = []
    /// Milliseconds of the next message.
    var clock = 1_000_000
    /// Every message so far: time in milliseconds, hop and text.
    var log: [(time: Int, from: IPEndpoint, to: IPEndpoint, text: String, correlation: UInt64)] = []
    /// How often each message is played; 2 stands for two probes.
    var copies = 1
    var correlation: UInt64 = 0

    init(settings: CallJoiner.Settings = CallJoiner.Settings()) { joiner = CallJoiner(settings: settings) }

    mutating func request(
        _ method: String, _ leg: Leg, _ from: IPEndpoint, _ to: IPEndpoint, inDialog: Bool = false,
        reverse: Bool = false
    ) {
        let target = leg.to ?? leg.called
        var fromLine = "From: <sip:\(leg.caller)@example.org;user=phone>;tag=\(leg.fromTag)"
        var toLine = "To: <sip:\(target)@example.org;user=phone>" + (inDialog ? ";tag=\(leg.toTag)" : "")
        if reverse {
            fromLine = "From: <sip:\(target)@example.org;user=phone>;tag=\(leg.toTag)"
            toLine = "To: <sip:\(leg.caller)@example.org;user=phone>;tag=\(leg.fromTag)"
        }
        send(
            "\(method) sip:\(leg.called)@\(to.address);user=phone SIP/2.0\r\n"
                + "Via: SIP/2.0/UDP \(from);branch=\(leg.branch)\r\nMax-Forwards: 70\r\n\(fromLine)\r\n\(toLine)\r\n"
                + "Call-ID: \(leg.callID)\r\nCSeq: \(leg.cSeq) \(method)\r\n"
                + leg.headers.map { $0 + "\r\n" }.joined() + "Content-Length: 0\r\n\r\n", from, to)
    }

    mutating func response(
        _ status: Int, _ leg: Leg, _ from: IPEndpoint, _ to: IPEndpoint, method: String = "INVITE",
        reverse: Bool = false, headers: [String] = []
    ) {
        let target = leg.to ?? leg.called
        var fromLine = "From: <sip:\(leg.caller)@example.org;user=phone>;tag=\(leg.fromTag)"
        var toLine = "To: <sip:\(target)@example.org;user=phone>" + (status > 100 ? ";tag=\(leg.toTag)" : "")
        if reverse { (fromLine, toLine) = ("From:" + toLine.dropFirst(3), "To:" + fromLine.dropFirst(5)) }
        send(
            "SIP/2.0 \(status) Whatever\r\nVia: SIP/2.0/UDP \(to);branch=\(leg.branch)\r\n\(fromLine)\r\n\(toLine)\r\n"
                + "Call-ID: \(leg.callID)\r\nCSeq: \(leg.cSeq) \(method)\r\n"
                + headers.map { $0 + "\r\n" }.joined() + "Content-Length: 0\r\n\r\n", from, to)
    }

    mutating func wait(_ milliseconds: Int) { clock += milliseconds }

    private mutating func send(_ text: String, _ from: IPEndpoint, _ to: IPEndpoint) {
        for _ in 0..<copies {
            log.append((clock, from, to, text, correlation))
            play(clock, from, to, text, correlation)
            clock += copies > 1 ? 3 : 0
        }
        clock += 10
    }

    mutating func play(
        _ time: Int, _ from: IPEndpoint, _ to: IPEndpoint, _ text: String, _ correlation: UInt64
    ) {
        let packet = SignallingPacket(
            time: Timestamp(rawValue: Int64(time) * 1_000_000), source: from, destination: to,
            transport: .udp,
            correlation: correlation)
        let bytes = Array(text.utf8)
        let message = SIPMessage(scanning: bytes.span)
        joiner.take(packet, message, symbols: &symbols) { events.append($0) }
    }

    /// Lets time pass without a message.
    mutating func advance(_ milliseconds: Int = 0) {
        joiner.advance(to: Timestamp(rawValue: Int64(clock + milliseconds) * 1_000_000)) { events.append($0) }
    }

    mutating func finish() -> [CallEvent] {
        joiner.finish { events.append($0) }
        return events
    }

    func name(_ symbol: Symbol) -> String { symbols.name(symbol) }

    // MARK: Usual courses

    /// Caller → proxy → gateway under one Call-ID, up to the 180.
    mutating func ring(_ leg: Leg) {
        request("INVITE", leg, Machine.caller, Machine.proxy)
        response(100, leg, Machine.proxy, Machine.caller)
        request("INVITE", leg.with { $0.branch += "p" }, Machine.proxy, Machine.gateway)
        wait(500)
        response(180, leg.with { $0.branch += "p" }, Machine.gateway, Machine.proxy)
        response(180, leg, Machine.proxy, Machine.caller)
    }

    /// The final response on both hops.
    mutating func end(_ status: Int, _ leg: Leg, headers: [String] = []) {
        response(status, leg.with { $0.branch += "p" }, Machine.gateway, Machine.proxy, headers: headers)
        response(status, leg, Machine.proxy, Machine.caller, headers: headers)
    }

    /// A BYE by the caller, and its 200, on both hops.
    mutating func hangUp(_ leg: Leg, headers: [String] = []) {
        let bye = leg.with {
            $0.cSeq += 1
            $0.branch += "bye"
            $0.headers = headers
        }
        request("BYE", bye, Machine.caller, Machine.proxy, inDialog: true)
        request("BYE", bye, Machine.proxy, Machine.gateway, inDialog: true)
        response(200, bye, Machine.gateway, Machine.proxy, method: "BYE")
        response(200, bye, Machine.proxy, Machine.caller, method: "BYE")
    }
}
