public import VigieWire

/// One test call as a user agent client makes it, over UDP: a state machine that is told messages and time, and says what to send.
///
/// RFC 3261 §17.1.1.2 (INVITE: timers A and B), §17.1.2.2 (BYE, OPTIONS: timers E and F), §13.2.2.4 (ACK of a 2xx), §9.1 (CANCEL
/// after a provisional response only). An answer is taken, held for `talk`, and ended.
public struct ProbeCall: Sendable {
    /// What is asked for, and by whom.
    public struct Plan: Sendable {
        /// Where the call goes.
        public var target: ProbeTarget
        /// The egress: `192.0.2.1:5060`, the host of request and target.
        public var host: String
        /// Our own address, `192.0.2.9:40000`.
        public var local: String
        /// The number that we show.
        public var caller: String
        /// Unique.
        public var callID: String
        /// Unpredictable letters and digits: the From tag and the beginning of branches.
        public var tag: String
        /// How long it may ring.
        public var ring: Duration
        /// How long an answered call lasts.
        public var talk: Duration

        /// All fields at once.
        public init(
            target: ProbeTarget, host: String, local: String, caller: String, callID: String, tag: String,
            ring: Duration = .seconds(20), talk: Duration = .seconds(2)
        ) {
            self.target = target
            self.host = host
            self.local = local
            self.caller = caller
            self.callID = callID
            self.tag = tag
            self.ring = ring
            self.talk = talk
        }
    }

    /// What became of it.
    public struct Outcome: Sendable {
        /// When the first request was sent.
        public var start: Timestamp
        /// When somebody answered.
        public var answer: Timestamp?
        /// When it was over.
        public var end: Timestamp
        /// SIP status of the final answer; 408 when there was none in time.
        public var status: UInt16
        /// Whether it rang.
        public var hasRung = false
        /// Who ended an answered call.
        public var releasedBy = "caller"

        /// Nothing heard yet.
        public init(start: Timestamp, end: Timestamp, status: UInt16) {
            self.start = start
            self.end = end
            self.status = status
        }
    }

    /// What to do after a step.
    public struct Step: Sendable {
        /// To be sent, in this order.
        public var datagrams: [[UInt8]] = []
        /// When to come again if nothing is heard before; `nil`: it is over.
        public var next: Timestamp?
    }

    private enum State { case calling, ringing, cancelled, talking, ending, over }

    // §17.1.1.1: an estimate of the round trip; §17.1.2.1: the longest pause between two tries.
    private static let t1 = Duration.milliseconds(500)
    private static let t2 = Duration.seconds(4)
    private static let timeout = Duration.seconds(32)  // 64 × T1

    private let plan: Plan
    private var state = State.calling
    private var pause = t1
    private var retryAt = Timestamp.distantFuture
    private var deadline = Timestamp.distantFuture
    private var last: [UInt8] = []
    private var toLine = ""
    private var remote = ""
    private var routes: [String] = []
    /// What became of it so far.
    public private(set) var outcome: Outcome

    /// A call that is not begun.
    public init(_ plan: Plan) {
        self.plan = plan
        outcome = Outcome(start: .distantPast, end: .distantPast, status: 0)
        toLine = "<\(Self.uri(plan))>"
        remote = Self.uri(plan)
    }

    /// Whether it is over.
    public var isOver: Bool { state == .over }

    // MARK: Steps

    /// Sends the first request.
    public mutating func begin(at now: Timestamp) -> Step {
        outcome.start = now
        outcome.end = now
        last = Array(request(isOptions ? "OPTIONS" : "INVITE", branch: 1, sequence: 1, to: remote).utf8)
        retryAt = now + pause
        deadline = now + (isOptions ? min(plan.ring, Self.timeout) : Self.timeout)
        return step([last])
    }

    /// Takes in a datagram; what is not about this call is left alone.
    public mutating func receive(_ datagram: [UInt8], at now: Timestamp) -> Step {
        guard state != .over, let message = Heard(datagram), message.callID == plan.callID else {
            return step([])
        }
        if let status = message.status {
            switch message.method {
            case "INVITE": return invited(status, message, now)
            case "OPTIONS", "BYE":
                guard status >= 200 else { return step([]) }
                if message.method == "OPTIONS" { outcome.status = status }
                return over(now)
            default: return step([])
            }
        }
        // A request of the other side within the call.
        guard state == .talking || state == .ending else { return step([]) }
        let answer = message.answer
        guard message.method == "BYE" else { return step([answer]) }
        if state == .talking { outcome.releasedBy = "called" }
        var done = over(now)
        done.datagrams = [answer]
        return done
    }

    /// Lets time pass.
    public mutating func wake(at now: Timestamp) -> Step {
        guard state != .over else { return step([]) }
        if now >= deadline { return late(now) }
        guard now >= retryAt else { return step([]) }
        pause = state == .ending || isOptions ? min(pause * 2, Self.t2) : pause * 2
        retryAt = now + pause
        return step([last])
    }

    private mutating func invited(_ status: UInt16, _ message: Heard, _ now: Timestamp) -> Step {
        switch status {
        case ..<200:
            if status == 180 || status == 183 { outcome.hasRung = true }
            if state == .calling {
                state = .ringing
                retryAt = .distantFuture
                deadline = now + plan.ring
            }
            return step([])
        case 200..<300:
            let isFirst = state == .calling || state == .ringing || state == .cancelled
            if isFirst {
                outcome.answer = now
                outcome.status = status
                toLine = message.to
                if !message.contact.isEmpty { remote = message.contact }
                routes = message.recordRoutes.reversed()
                state = .talking
                retryAt = .distantFuture
                deadline = now + plan.talk
            }
            // Every copy of the answer is acknowledged (§13.2.2.4).
            return step([Array(request("ACK", branch: 2, sequence: 1, to: remote).utf8)])
        default:
            guard state == .calling || state == .ringing || state == .cancelled else { return step([]) }
            outcome.status = state == .cancelled ? 408 : status
            toLine = message.to
            let acknowledgement = request("ACK", branch: 1, sequence: 1, to: Self.uri(plan))
            var done = over(now)
            done.datagrams = [Array(acknowledgement.utf8)]
            return done
        }
    }

    private mutating func late(_ now: Timestamp) -> Step {
        switch state {
        case .calling, .cancelled:
            outcome.status = 408
            return over(now)
        case .ringing:
            // Nobody answered in time: it is taken back, and 487 is awaited.
            state = .cancelled
            deadline = now + .seconds(8)
            return step([Array(request("CANCEL", branch: 1, sequence: 1, to: remote).utf8)])
        case .talking:
            state = .ending
            last = Array(request("BYE", branch: 3, sequence: 2, to: remote).utf8)
            outcome.end = now
            pause = Self.t1
            retryAt = now + pause
            deadline = now + .seconds(8)
            return step([last])
        case .ending, .over: return over(now)
        }
    }

    private mutating func over(_ now: Timestamp) -> Step {
        if state != .ending { outcome.end = now }
        state = .over
        return step([])
    }

    private func step(_ datagrams: [[UInt8]]) -> Step {
        Step(datagrams: datagrams, next: state == .over ? nil : min(retryAt, deadline))
    }

    // MARK: Messages

    private var isOptions: Bool { plan.target == .node }

    private static func uri(_ plan: Plan) -> String {
        switch plan.target.address {
        case .number(let number): "sip:\(number.description)@\(plan.host);user=phone"
        case .testService(let urn): urn
        case .node: "sip:\(plan.host)"
        }
    }

    private func request(_ method: String, branch: Int, sequence: Int, to uri: String) -> String {
        let hasBody = method == "INVITE"
        let host = plan.local.split(separator: ":").dropLast().joined(separator: ":")
        let body =
            hasBody
            ? "v=0\r\no=vigie 1 1 IN IP4 \(host)\r\ns=test\r\nc=IN IP4 \(host)\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=inactive\r\n"
            : ""
        // Where the request is a service, the proxy that decides stands in Route (RFC 6881 §9.2).
        var via = routes.map { "Route: \($0)\r\n" }.joined()
        if routes.isEmpty, uri.hasPrefix("urn:") { via = "Route: <sip:\(plan.host);lr>\r\n" }
        return
            "\(method) \(uri) SIP/2.0\r\nVia: SIP/2.0/UDP \(plan.local);rport;branch=z9hG4bK\(plan.tag)\(branch)\r\n\(via)Max-Forwards: 70\r\n"
            + "From: <sip:\(plan.caller)@\(host);user=phone>;tag=\(plan.tag)\r\nTo: \(toLine)\r\nCall-ID: \(plan.callID)\r\nCSeq: \(sequence) \(method)\r\n"
            + (hasBody || method == "OPTIONS" ? "Contact: <sip:vigie@\(plan.local)>\r\n" : "")
            + "User-Agent: vigie-probe\r\n"
            + (hasBody ? "Subject: test call\r\nContent-Type: application/sdp\r\n" : "")
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

/// A message as the probe hears it: copies of the few fields that it needs.
private struct Heard {
    var status: UInt16?
    var method: String
    var callID: String
    var to: String
    var contact = ""
    var recordRoutes: [String] = []
    /// 200 to this request.
    var answer: [UInt8] = []

    init?(_ datagram: [UInt8]) {
        guard datagram.count <= 65_535, let message = try? SIPMessage.parse(datagram.span),
            let sequence = message.cSeq
        else {
            return nil
        }
        func text(_ span: Span<UInt8>) -> String {
            var bytes: [UInt8] = []
            for index in span.indices { bytes.append(span[index]) }
            return String(decoding: bytes, as: UTF8.self)
        }
        method = text(message[sequence.methodSlice])
        callID = text(message[message.callID])
        to = message.value(.to).map { text(message[$0]) } ?? ""
        if let contact = message.contact { self.contact = text(message[contact.uri.slice]) }
        var index = message.index(of: .recordRoute)
        while let at = index, recordRoutes.count < 32 {
            recordRoutes += Self.parts(text(message[message.header(at: at).value]))
            index = message.index(of: .recordRoute, from: at + 1)
        }
        if message.statusCode > 0 {
            status = message.statusCode
        } else {
            var lines = "SIP/2.0 200 OK\r\n"
            var via = message.index(of: .via)
            var count = 0
            while let at = via, count < 16 {
                lines += "Via: \(text(message[message.header(at: at).value]))\r\n"
                via = message.index(of: .via, from: at + 1)
                count += 1
            }
            let from = message.value(.from).map { text(message[$0]) } ?? ""
            lines +=
                "From: \(from)\r\nTo: \(to)\r\nCall-ID: \(callID)\r\nCSeq: \(sequence.number) \(method)\r\nContent-Length: 0\r\n\r\n"
            answer = Array(lines.utf8)
        }
    }

    /// The values of a list, split at commas outside of `<…>`.
    private static func parts(_ line: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in line {
            if character == "<" { depth += 1 } else if character == ">" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append(part)
                part = ""
            } else {
                part.append(character)
            }
        }
        return (parts + [part]).map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
    }
}
