import Foundation
import NIOCore
public import VigieCalls
public import VigieWire

/// Makes test calls over UDP, each on a socket of its own, at a bounded pace.
public struct ProbeRunner: Sendable {
    /// Test calls a minute at most, whatever is asked for: one each two seconds disturbs no centre.
    public static let maxPerMinute = 30
    /// The same number is not called again within this time, by whichever egress.
    public static let rest = Duration.seconds(20)

    /// A way out of the network.
    public struct Egress: Sendable {
        /// Its name in the results.
        public var name: String
        /// `192.0.2.1:5060` or `sbc.example:5060`.
        public var host: String

        /// Reads `lille=192.0.2.1:5060`; the port is 5060 when none is given. `nil`: it is none.
        public init?(_ text: String) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2, let name = parts.first, (1...64).contains(name.utf8.count),
                let place = parts.last, !place.isEmpty,
                place.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x40 && $0 != 0x3C && $0 != 0x3E })
            else { return nil }
            self.name = name
            host = place.contains(":") ? place : place + ":5060"
            guard let port = host.split(separator: ":").last.flatMap({ Int($0) }),
                (1...65_535).contains(port),
                host.split(separator: ":").count == 2
            else { return nil }
        }
    }

    /// One test call to make.
    public struct Job: Sendable {
        /// What is dialled.
        public var target: ProbeTarget
        /// By which way.
        public var egress: Egress

        /// A target by an egress.
        public init(target: ProbeTarget, egress: Egress) {
            self.target = target
            self.egress = egress
        }
    }

    /// What became of one.
    public struct Result: Sendable {
        /// What was dialled, and how.
        public var job: Job
        /// What the network said.
        public var outcome: ProbeCall.Outcome
        /// The call's id.
        public var callID: String
        /// Why nothing could be sent; `nil`: it was.
        public var failure: String?

        /// Whether it got through: a call was answered, a machine replied at all.
        public var isGood: Bool {
            failure == nil
                && (job.target == .node
                    ? outcome.status > 0 && outcome.status != 408 && outcome.status != 503
                    : outcome.answer != nil)
        }

        /// The call as a `vigie.calls/1` record, with the further column `probe`; `nil` for OPTIONS, which is no call.
        public func record(caller: String) -> JSONValue? {
            guard job.target != .node else { return nil }
            var members: [(String, JSONValue)] = [
                ("start", .string(outcome.start.rfc3339())),
                ("answer", .string(outcome.answer?.rfc3339() ?? "")),
                ("end", .string(outcome.end.rfc3339())),
                ("caller", .string(caller.hasPrefix("+") || caller.first?.isNumber == true ? caller : "")),
                ("called", .string(job.target.text)),
                ("egress", .string(job.egress.name)), ("sip_status", .integer(Int64(outcome.status))),
                ("call_id", .string(callID)), ("probe", .string("yes")),
            ]
            if outcome.answer != nil { members.append(("released_by", .string(outcome.releasedBy))) }
            return .object(members)
        }
    }

    /// The number that is shown.
    public var caller: String
    /// How long a call may ring.
    public var ring: Duration
    /// How long an answered call lasts.
    public var talk: Duration

    /// A runner.
    public init(caller: String = "vigie-probe", ring: Duration = .seconds(20), talk: Duration = .seconds(2)) {
        self.caller = caller
        self.ring = ring
        self.talk = talk
    }

    /// Makes the calls one after another, at most so many a minute, and tells each as it ends.
    public func run(_ jobs: [Job], perMinute: Int, told: (Result) -> Void) async {
        let pause = Duration.seconds(60) / max(1, min(perMinute, Self.maxPerMinute))
        var last: [ProbeTarget: ContinuousClock.Instant] = [:]
        var next = ContinuousClock.now
        for job in jobs {
            if job.target != .node, let before = last[job.target] { next = max(next, before + Self.rest) }
            try? await Task.sleep(until: next)
            if Task.isCancelled { return }
            last[job.target] = .now
            next = .now + pause
            told(await call(job))
        }
    }

    /// Makes one call and waits for its end.
    public func call(_ job: Job) async -> Result {
        await withCheckedContinuation { continuation in
            // A blocking thread of its own: a test call waits for the network most of its life.
            let thread = Thread { continuation.resume(returning: talk(job)) }
            thread.name = "vigie-probe"
            thread.start()
        }
    }

    private func talk(_ job: Job) -> Result {
        let clock = NodeClock.real
        let callID = UUID().uuidString.lowercased() + "@vigie"
        var result = Result(
            job: job, outcome: ProbeCall.Outcome(start: clock.now, end: clock.now, status: 0), callID: callID)
        guard let socket = ProbeSocket(job.egress.host) else {
            result.failure = "\(job.egress.host) is no address that can be reached: give host:port"
            return result
        }
        var call = ProbeCall(
            ProbeCall.Plan(
                target: job.target, host: job.egress.host, local: socket.local, caller: caller,
                callID: callID,
                tag: String(UInt64.random(in: .min ... .max), radix: 36), ring: ring, talk: talk))
        var step = call.begin(at: clock.now)
        while true {
            for datagram in step.datagrams where !socket.send(datagram) {
                // ICMP told that nobody listens there; a later try may find somebody.
                result.failure = "nobody listens at \(job.egress.host)"
            }
            guard let next = step.next else { break }
            let wait = max(0, (next - clock.now).wholeNanoseconds / 1_000_000)
            switch socket.receive(milliseconds: Int32(clamping: min(wait + 1, 1_000))) {
            case .datagram(let bytes):
                result.failure = nil
                step = call.receive(bytes, at: clock.now)
            case .nothing: step = call.wake(at: clock.now)
            case .refused:
                result.failure = "nobody listens at \(job.egress.host)"
                result.outcome = call.outcome
                return result
            }
        }
        result.outcome = call.outcome
        return result
    }
}

/// A UDP socket that speaks with one other.
private final class ProbeSocket {
    enum Heard {
        case datagram([UInt8])
        case nothing
        case refused
    }

    private let descriptor: CInt
    let local: String

    init?(_ host: String) {
        let parts = host.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]),
            let address = try? SocketAddress.makeAddressResolvingHost(String(parts[0]), port: port)
        else { return nil }
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        descriptor = socket(family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let descriptor = descriptor
        let isConnected = unsafe address.withSockAddr { pointer, size in
            unsafe connect(descriptor, pointer, socklen_t(size)) == 0
        }
        guard isConnected, let own = Self.ownAddress(descriptor) else {
            close(descriptor)
            return nil
        }
        local = own
    }

    deinit { close(descriptor) }

    private static func ownAddress(_ descriptor: CInt) -> String? {
        var here = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &here) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        guard code == 0, here.sin_family == sa_family_t(AF_INET) else { return nil }
        let address = UInt32(bigEndian: here.sin_addr.s_addr)
        return
            "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255):\(UInt16(bigEndian: here.sin_port))"
    }

    func send(_ bytes: [UInt8]) -> Bool {
        let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        return sent == bytes.count || errno != ECONNREFUSED
    }

    func receive(milliseconds: Int32) -> Heard {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waiting, 1, milliseconds) > 0 else { return .nothing }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
        }
        if count >= 0 { return .datagram(Array(buffer.prefix(count))) }
        return errno == ECONNREFUSED ? .refused : .nothing
    }
}
