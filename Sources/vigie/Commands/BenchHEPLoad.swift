import ArgumentParser
import Glibc
import VigieWire

/// `vigie bench hep-load`: sends mirrored signalling at a given rate, so that a script can see what a receiver makes of it.
struct BenchHEPLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hep-load",
        abstract: "Sends HEP version 3 packets over UDP at a steady rate: whole calls of seven messages.",
        discussion: """
            Each call is new: an INVITE, 100, 180, 200, ACK, BYE and 200 between two of 50,000 numbers, with the time of the sending. \
            Prints how many packets the kernel took; the receiver tells how many it read.

            Example:
              vigie bench hep-load --target 127.0.0.1:9060 --rate 20000 --seconds 10
            """)

    @Option(help: "Address and port of the receiver: loopback only.")
    var target = "127.0.0.1:9060"
    @Option(help: "Packets a second.")
    var rate = 20_000.0
    @Option(help: "How long; seconds.")
    var seconds = 10.0

    func validate() throws {
        guard rate >= 1, rate <= 10_000_000 else { throw ValidationError("--rate must be in 1...10000000") }
        guard seconds > 0, seconds <= 3_600 else { throw ValidationError("--seconds must be in 0...3600") }
    }

    func run() throws {
        guard let colon = target.lastIndex(of: ":"), let port = UInt16(target[target.index(after: colon)...]),
            let address = IPEndpoint(literal: String(target[..<colon]), port: port),
            address.isIPv4, address.low >> 24 & 255 == 127
        else {
            throw CommandFailure(
                "--target must be an IPv4 loopback address and a port, such as 127.0.0.1:9060")
        }
        var load = try HEPLoad(address)
        let began = HEPLoad.now()
        let end = began + Int64(seconds * 1e9)
        var now = began
        while now < end {
            let due = UInt64(Double(now - began) / 1e9 * rate)
            // Some dozen at a time, then a rest: a receiver's buffer sees a steady stream.
            while load.tried < due { load.sendCall() }
            usleep(500)
            now = HEPLoad.now()
        }
        let spent = Double(HEPLoad.now() - began) / 1e9
        print(
            "sent=\(load.sent) refused=\(load.tried - load.sent) seconds=\(spent) per_second=\(Int(Double(load.sent) / spent))"
        )
        if load.sent == 0 { throw CommandFailure("nothing could be sent to \(target)") }
    }
}

/// Calls made up one after the other, and the socket that they leave by.
private struct HEPLoad: ~Copyable {
    private(set) var sent: UInt64 = 0
    private(set) var tried: UInt64 = 0
    private var call: UInt64 = 0
    private let descriptor: CInt
    private var bytes: [UInt8] = []
    private let caller = IPEndpoint(ipv4: 0xC000_0201, port: 5060)
    private let called = IPEndpoint(ipv4: 0xC000_0202, port: 5060)
    private let run = HEPLoad.now()

    init(_ target: IPEndpoint) throws {
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw CommandFailure("no socket can be opened") }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = target.port.bigEndian
        name.sin_addr.s_addr = UInt32(truncatingIfNeeded: target.low).bigEndian
        let socket = descriptor
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw CommandFailure("the receiver's address cannot be used") }
    }

    deinit { close(descriptor) }

    static func now() -> Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Sends the seven messages of one call.
    mutating func sendCall() {
        call += 1
        let from = "+336\(10_000_000 + call &* 7_919 % 25_000)"
        let to = "+333\(20_000_000 + call &* 104_729 % 25_000)"
        let id = "\(call)-\(run)@load.invalid"
        let via = "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK\(call)"
        let dialog =
            "From: <sip:\(from)@192.0.2.1>;tag=f\(call)\r\nTo: <sip:\(to)@192.0.2.2>;tag=t\(call)\r\nCall-ID: \(id)\r\n"
        let first =
            "From: <sip:\(from)@192.0.2.1>;tag=f\(call)\r\nTo: <sip:\(to)@192.0.2.2>\r\nCall-ID: \(id)\r\n"
        let rest =
            "Max-Forwards: 70\r\nContact: <sip:192.0.2.1:5060>\r\nUser-Agent: load\r\nContent-Length: 0\r\n\r\n"
        send("INVITE sip:\(to)@192.0.2.2 SIP/2.0\r\n\(via)i\r\n\(first)CSeq: 1 INVITE\r\n\(rest)", true)
        send("SIP/2.0 100 Trying\r\n\(via)i\r\n\(first)CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n", false)
        send("SIP/2.0 180 Ringing\r\n\(via)i\r\n\(dialog)CSeq: 1 INVITE\r\n\(rest)", false)
        send("SIP/2.0 200 OK\r\n\(via)i\r\n\(dialog)CSeq: 1 INVITE\r\n\(rest)", false)
        send("ACK sip:\(to)@192.0.2.2 SIP/2.0\r\n\(via)a\r\n\(dialog)CSeq: 1 ACK\r\n\(rest)", true)
        send("BYE sip:\(to)@192.0.2.2 SIP/2.0\r\n\(via)b\r\n\(dialog)CSeq: 2 BYE\r\n\(rest)", true)
        send("SIP/2.0 200 OK\r\n\(via)b\r\n\(dialog)CSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n", false)
    }

    private mutating func send(_ text: String, _ isFromCaller: Bool) {
        bytes.removeAll(keepingCapacity: true)
        let packet = SignallingPacket(
            time: Timestamp(rawValue: Self.read(CLOCK_REALTIME)), source: isFromCaller ? caller : called,
            destination: isFromCaller ? called : caller, transport: .udp, captureAgent: 7)
        let message = Array(text.utf8)
        HEPEncoder.append(message.span, packet: packet, to: &bytes)
        tried += 1
        let socket = descriptor
        let count = bytes.count
        let result = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, count, 0) }
        if result == count { sent += 1 }
    }
}
