import Glibc
import Testing
import VigieCalls
import VigieMitigation
import VigieServer
import VigieWire

/// A running SIP server on loopback, and sockets to ask it with.
struct SIPLab {
    let server: SIPServer
    let tables = PublishedTable()
    let ring = CallEventRing(capacity: 10_000)
    let board = CounterBoard()
    let ports: SIPServer.Ports
    let symbols = NodeSymbols()

    /// Starts one: UDP and TCP on IPv4 and IPv6, everything on loopback a peer unless `configure` says otherwise.
    init(centres: [PhoneNumber] = [], _ configure: (inout NodeConfiguration) -> Void = { _ in }) async throws
    {
        var configuration = NodeConfiguration()
        configuration.sip.udp = [ListenAddress("127.0.0.1", 0)]
        configuration.sip.tcp = [ListenAddress("127.0.0.1", 0)]
        configure(&configuration)
        server = SIPServer(
            configuration, tables: tables, screening: Screening(home: configuration.homeCountry),
            symbols: symbols, events: ring, centres: centres)
        server.register(on: board)
        try await server.start()
        ports = await server.ports ?? SIPServer.Ports()
    }

    /// Puts one filter in force.
    func enforce(
        _ action: Filter.Action, code: UInt16? = nil, _ narrow: (inout Filter.Match) -> Void
    ) {
        var match = Filter.Match()
        narrow(&match)
        var filter = Filter(match: match, action: action)
        filter.answer.sipCode = code
        tables.publish(
            DecisionTable([.init(id: FilterID(rawValue: 0xF1), filter: filter, isEnforced: true)]))
    }

    /// A figure of `/metrics`; 0 when there is none.
    func figure(_ name: String, _ label: String? = nil) -> Double {
        board.groups().flatMap(\.samples).filter { sample in
            sample.name == name && (label == nil || sample.labels.contains { $0.1 == label })
        }.reduce(0) { $0 + $1.value }
    }
}

/// A socket of a test: blocking, with a second's patience.
struct TestSocket: ~Copyable {
    let descriptor: CInt
    private let isStream: Bool

    /// Connected to a port of this machine.
    init(
        port: Int, stream: Bool = false, from: String = "127.0.0.1", ipv6: Bool = false,
        receiveBuffer: CInt = 0
    ) throws {
        isStream = stream
        descriptor = socket(
            ipv6 ? AF_INET6 : AF_INET, CInt((stream ? SOCK_STREAM : SOCK_DGRAM).rawValue), 0)
        var patience = timeval(tv_sec: 3, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if receiveBuffer > 0 {
            var size = receiveBuffer
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        if ipv6 {
            var there = sockaddr_in6()
            there.sin6_family = sa_family_t(AF_INET6)
            there.sin6_addr = in6addr_loopback
            there.sin6_port = UInt16(port).bigEndian
            try Self.check(connect(descriptor, there))
        } else {
            var here = sockaddr_in()
            here.sin_family = sa_family_t(AF_INET)
            here.sin_addr.s_addr = unsafe inet_addr(from)
            _ = unsafe withUnsafePointer(to: &here) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            var there = sockaddr_in()
            there.sin_family = sa_family_t(AF_INET)
            there.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
            there.sin_port = UInt16(port).bigEndian
            try Self.check(connect(descriptor, there))
        }
    }

    deinit { close(descriptor) }

    private struct Refused: Error {}
    private static func check(_ result: CInt) throws { if result != 0 { throw Refused() } }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { raw in
            _ = unsafe Glibc.send(descriptor, raw.baseAddress, raw.count, CInt(MSG_NOSIGNAL))
        }
    }

    /// One datagram, or what a connection has; empty when nothing came, or the connection was closed.
    func receive() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { raw in
            unsafe recv(descriptor, raw.baseAddress, raw.count, 0)
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }

    func ask(_ text: String) -> String {
        send(text)
        return receive()
    }
}

private func connect<Address>(_ descriptor: CInt, _ address: Address) -> CInt {
    var address = address
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
        }
    }
}

/// Requests of tests, and what answers say.
enum SIPText {
    static func request(
        _ method: String = "INVITE", _ called: String = "sip:+33199001234@127.0.0.1",
        caller: String = "sip:+33261910042@sbc",
        callID: String = "1", transport: String = "UDP", _ more: String...
    ) -> String {
        var text =
            "\(method) \(called) SIP/2.0\r\nVia: SIP/2.0/\(transport) 127.0.0.1:5060;rport;branch=z9hG4bK\(callID)\r\n"
        text +=
            "From: <\(caller)>;tag=a\(callID)\r\nTo: <\(called)>\r\nCall-ID: \(callID)\r\nCSeq: 1 \(method)\r\nMax-Forwards: 70\r\n"
        for line in more { text += line + "\r\n" }
        return text + "Content-Length: 0\r\n\r\n"
    }

    static func status(_ answer: String) -> Int { Int(answer.dropFirst(8).prefix(3)) ?? 0 }

    static func line(_ name: String, _ answer: String) -> String? {
        answer.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }
}
