import ArgumentParser
import CDatagrams
import Glibc
import VigieServer
import VigieWire

/// `vigie bench sip-load`: asks a SIP policy server about calls as fast as it answers, and measures.
struct BenchSIPLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sip-load",
        abstract:
            "Asks a SIP server about calls as fast as it answers: answers a second, and how long they took.",
        discussion: """
            Sends INVITEs over UDP to a server on this machine, so many unanswered ones at a time, each a new call between two of many \
            numbers. Any server that answers INVITEs with a final status will do.

            Example:
              vigie bench sip-load --target 127.0.0.1:5060 --seconds 10
            """)

    @Option(help: "Address and port of the server: loopback only.")
    var target = "127.0.0.1:5060"
    @Option(help: "How long to measure, after a second to warm up; seconds.")
    var seconds = 10.0
    @Option(help: "INVITEs that wait for their answer at a time; 1 to 8192.")
    var window = 256
    @Option(help: "How many different numbers are called, and call.")
    var numbers = 50_000
    @Option(help: "Calls a second at most; 0: as many as are answered.")
    var rate = 0.0
    @Flag(help: "Acknowledge every answer, as clients over UDP do.")
    var acks = false

    func validate() throws {
        guard (1...8_192).contains(window) else { throw ValidationError("--window must be in 1...8192") }
        guard (1...9_000_000).contains(numbers) else {
            throw ValidationError("--numbers must be in 1...9000000")
        }
    }

    func run() throws {
        guard let colon = target.lastIndex(of: ":"), let port = UInt16(target[target.index(after: colon)...]),
            let address = IPEndpoint(literal: String(target[..<colon]), port: port),
            address.isIPv4, address.low >> 24 & 255 == 127
        else {
            throw CommandFailure(
                "--target must be an IPv4 loopback address and a port, such as 127.0.0.1:5060")
        }
        var load = try SIPLoad(
            address, window: window, numbers: UInt64(numbers), rate: rate, acknowledges: acks)
        load.run(nanoseconds: 1_000_000_000)
        load.reset()
        let start = SIPLoad.now()
        load.run(nanoseconds: Int64(max(0.1, min(seconds, 86_400)) * 1e9))
        let spent = Double(SIPLoad.now() - start) / 1e9
        let statuses = load.statuses.indices.filter { load.statuses[$0] > 0 }
            .map { "\($0):\(load.statuses[$0])" }.joined(separator: ",")
        print(
            "answers=\(load.answers) seconds=\(spent) per_second=\(Int(Double(load.answers) / spent))",
            "p50_us=\(load.latency.quantile(0.5) / 1_000) p99_us=\(load.latency.quantile(0.99) / 1_000)",
            "lost=\(load.lost) status=\(statuses)")
        if load.answers == 0 { throw CommandFailure("nothing answers at \(target)") }
        // A server that refuses to read a request has decided nothing: its speed would say nothing.
        let unread = load.statuses[400...499].enumerated().filter {
            [400, 405, 415, 416, 420].contains($0.offset + 400)
        }
        .reduce(0) { $0 + $1.element }
        if unread > 0 {
            throw CommandFailure(
                "\(unread) answers say that the request could not be read: nothing was decided about those calls"
            )
        }
    }
}

/// A closed loop of INVITEs: as many as `window` wait for their answer, a new one goes when one is answered.
@safe
private struct SIPLoad: ~Copyable {
    private(set) var answers = 0
    private(set) var lost = 0
    private(set) var latency = LatencyHistogram()
    private(set) var statuses = [Int](repeating: 0, count: 700)

    private let descriptor: CInt
    private let target: IPEndpoint
    private let numbers: UInt64
    private let rate: Double
    private let acknowledges: Bool
    private var sentAt: [Int64]
    private var serial: [UInt64]
    private var free: [Int] = []
    private var next: UInt64 = 0
    private var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var allowance = 0.0
    private var lastRefill: Int64 = 0
    private let run = SIPLoad.now()
    private let out: UnsafeMutablePointer<UInt8>
    private let items: UnsafeMutablePointer<vigie_datagram>
    private let input: UnsafeMutablePointer<UInt8>
    private let sizes: UnsafeMutablePointer<UInt32>
    private var used = 0
    private var count = 0
    private var buffer = OctetBuffer(capacity: 2_048)

    private static let description: StaticString =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    private static let batch = 64
    private static let stride = 2_048

    init(_ target: IPEndpoint, window: Int, numbers: UInt64, rate: Double, acknowledges: Bool) throws {
        self.target = target
        self.numbers = numbers
        self.rate = rate
        self.acknowledges = acknowledges
        sentAt = Array(repeating: 0, count: window)
        serial = Array(repeating: 0, count: window)
        free = Array((0..<window).reversed())
        unsafe out = .allocate(capacity: Self.batch * 2 * Self.stride)
        unsafe items = .allocate(capacity: Self.batch * 2)
        unsafe input = .allocate(capacity: Self.batch * Self.stride)
        unsafe sizes = .allocate(capacity: Self.batch)
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw CommandFailure("no socket can be opened") }
        var size: CInt = 4 << 20
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        var here = sockaddr_in()
        here.sin_family = sa_family_t(AF_INET)
        here.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = unsafe withUnsafePointer(to: &here) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit {
        unsafe out.deallocate()
        unsafe items.deallocate()
        unsafe input.deallocate()
        unsafe sizes.deallocate()
        close(descriptor)
    }

    static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    mutating func reset() {
        answers = 0
        lost = 0
        latency = LatencyHistogram()
        statuses = Array(repeating: 0, count: 700)
    }

    mutating func run(nanoseconds: Int64) {
        var now = Self.now()
        let end = now + nanoseconds
        lastRefill = now
        var lastCheck = now
        while now < end {
            refill(now)
            while count < Self.batch, let slot = free.last, rate == 0 || allowance >= 1 {
                free.removeLast()
                allowance -= 1
                next += 1
                serial[slot] = next
                sentAt[slot] = now
                invite(slot)
            }
            flush()
            receive(now)
            now = Self.now()
            if now - lastCheck > 100_000_000 {
                lastCheck = now
                giveUp(now)
            }
        }
    }

    private mutating func refill(_ now: Int64) {
        guard rate > 0 else { return }
        allowance = min(allowance + Double(now - lastRefill) * rate / 1e9, Double(sentAt.count))
        lastRefill = now
    }

    // What is not answered within half a second is lost: its place is used again.
    private mutating func giveUp(_ now: Int64) {
        for slot in sentAt.indices where sentAt[slot] != 0 && now - sentAt[slot] > 500_000_000 {
            lost += 1
            sentAt[slot] = 0
            free.append(slot)
        }
    }

    private mutating func draw() -> UInt64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return random % numbers
    }

    private mutating func invite(_ slot: Int) {
        let caller = 33_612_000_000 + draw()
        let called = 33_327_000_000 + draw()
        request("INVITE", slot, caller, called)
    }

    private mutating func request(_ method: StaticString, _ slot: Int, _ caller: UInt64, _ called: UInt64) {
        buffer.clear()
        buffer.append(method)
        buffer.append(" sip:+")
        buffer.append(decimal: called)
        buffer.append("@127.0.0.1;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5099;rport;branch=z9hG4bK")
        buffer.append(hexadecimal: serial[slot])
        buffer.append("\r\nMax-Forwards: 69\r\nFrom: <sip:+")
        buffer.append(decimal: caller)
        buffer.append("@sbc.example.net;user=phone>;tag=")
        buffer.append(hexadecimal: serial[slot] &* 0x9E37_79B9_7F4A_7C15)
        buffer.append("\r\nTo: <sip:+")
        buffer.append(decimal: called)
        buffer.append("@127.0.0.1;user=phone>\r\nCall-ID: ")
        buffer.append(hexadecimal: UInt64(slot))
        buffer.append(hexadecimal: serial[slot])
        buffer.append(hexadecimal: UInt64(bitPattern: run))
        buffer.append("@sbc.example.net\r\nCSeq: 1 ")
        buffer.append(method)
        buffer.append(
            "\r\nContact: <sip:sbc.example.net:5060>\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK\r\nSupported: 100rel, timer\r\nUser-Agent: gateway\r\n"
        )
        buffer.append(
            "Content-Type: application/sdp\r\nContent-Length: ")
        buffer.append(decimal: UInt64(Self.description.utf8CodeUnitCount))
        buffer.append("\r\n\r\n")
        buffer.append(Self.description)
        add()
    }

    private mutating func add() {
        let size = min(buffer.count, Self.stride)
        let offset = used
        // In bounds: at most `2 * batch` items of at most `stride` octets are added between two flushes.
        unsafe buffer.bytes.withUnsafeBufferPointer { from in
            if let base = from.baseAddress { unsafe (out + offset).update(from: base, count: size) }
        }
        var item = vigie_datagram()
        item.high = target.high
        item.low = target.low
        item.port = target.port
        item.offset = UInt32(offset)
        item.length = UInt32(size)
        unsafe items[count] = item
        used += size
        count += 1
    }

    private mutating func flush() {
        guard count > 0 else { return }
        var counts = vigie_send_counts()
        unsafe vigie_send_datagrams(descriptor, 0, out, items, UInt32(count), &counts)
        used = 0
        count = 0
    }

    private mutating func receive(_ before: Int64) {
        let wait: CInt = rate > 0 ? 1 : 20
        let got = unsafe vigie_receive_datagrams(
            descriptor, input, UInt32(Self.stride), sizes, UInt32(Self.batch), wait)
        guard got > 0 else { return }
        let now = Self.now()
        for index in 0..<Int(got) {
            let size = min(Int(unsafe sizes[index]), Self.stride)
            let bytes = unsafe UnsafeBufferPointer(start: input + index * Self.stride, count: size)
            let (slot, number, status) = unsafe Self.read(bytes)
            guard slot >= 0, slot < sentAt.count, serial[slot] == number, sentAt[slot] != 0 else { continue }
            latency.record(nanoseconds: UInt64(max(0, now - sentAt[slot])))
            answers += 1
            statuses[status] += 1
            sentAt[slot] = 0
            free.append(slot)
            if acknowledges { request("ACK", slot, 33_612_000_000, 33_327_000_000) }
        }
    }

    // The status, and the two numbers in the Call-ID.
    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> (slot: Int, serial: UInt64, status: Int)
    {
        let message = unsafe SIPMessage(scanning: Span(_unsafeElements: bytes))
        let id = message[message.callID]
        guard !message.isRequest, id.count >= 32 else { return (-1, 0, 0) }
        var values: (UInt64, UInt64) = (0, 0)
        for index in 0..<16 { values.0 = values.0 << 4 | digit(id[index]) }
        for index in 16..<32 { values.1 = values.1 << 4 | digit(id[index]) }
        return (Int(truncatingIfNeeded: values.0), values.1, min(699, Int(message.statusCode)))
    }

    private static func digit(_ octet: UInt8) -> UInt64 {
        UInt64(octet & 15) + (octet >= 0x61 ? 9 : 0)
    }
}
