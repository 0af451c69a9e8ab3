import Testing
import VigieWire

/// SIP over TCP: what segments may do to messages.
struct TCPStreamTests {
    typealias Fixtures = CaptureFixtures

    /// Writes one direction of a connection, segment by segment.
    private struct Sender {
        var writer = PcapWriter()
        var time = Fixtures.noon

        mutating func segment(
            _ bytes: some Sequence<UInt8>, at sequence: UInt32, flags: UInt8 = 0x18,
            after: Duration = .milliseconds(1)
        ) {
            time = time + after
            let payload = Array(bytes)
            writer.append(
                tcp: payload.span, sequence: sequence, flags: flags, from: Fixtures.alice, to: Fixtures.bob,
                at: time)
        }
    }

    /// A stream of five messages: keep-alives between them, a body, a compact Content-Length.
    private let messages: [[UInt8]] = [
        Fixtures.invite(1, body: 200), Fixtures.ok, Fixtures.invite(2),
        Array("OPTIONS sip:a@example.net SIP/2.0\r\nl : 4\r\n\r\nbody".utf8),
        Fixtures.invite(3, body: 10, padding: 3_000),
    ]
    private var stream: [UInt8] {
        messages[0] + messages[1] + [13, 10, 13, 10] + messages[2] + [13, 10] + messages[3] + messages[4]
    }

    private func cut(_ size: Int) -> [(UInt32, [UInt8])] {
        stride(from: 0, to: stream.count, by: size).map {
            (UInt32($0), Array(stream[$0..<min(stream.count, $0 + size)]))
        }
    }

    /// The first octet of the stream has the number 100; it wraps in some tests.
    private func read(_ segments: [(UInt32, [UInt8])], base: UInt32 = 100, withSYN: Bool = true)
        -> ReadCapture
    {
        var sender = Sender()
        if withSYN { sender.segment([], at: base &- 1, flags: 2) }
        for (offset, bytes) in segments { sender.segment(bytes, at: base &+ offset) }
        return ReadCapture(sender.writer.bytes)
    }

    @Test(arguments: [1, 7, 100, 536, 1_400])
    func `messages come whole out of segments of any size`(size: Int) {
        let read = read(cut(size))
        #expect(read.has(messages))
        #expect(read.packets.allSatisfy { $0.transport == .tcp && $0.source == Fixtures.alice })
        #expect(read.malformed.total == 0)
        // The time is that of the segment that completed the message.
        #expect(read.packets.first?.time != Fixtures.noon + .milliseconds(1))
    }

    @Test func `several messages in one segment are told apart`() {
        let read = read([(0, stream)])
        #expect(read.has(messages))
        #expect(Set(read.packets.map(\.offset)).count == 1)
    }

    @Test(arguments: 0..<20)
    func `segments out of order, repeated and overlapping give the same messages`(seed: Int) {
        // A small linear generator: the order is the seed's, the same in every run.
        var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var segments = cut(300)
        for index in segments.indices where random(4) == 0 {
            // Begins earlier, ends later: octets that others hold too.
            let lower = max(0, Int(segments[index].0) - random(200))
            let upper = min(stream.count, Int(segments[index].0) + segments[index].1.count + random(200))
            segments[index] = (UInt32(lower), Array(stream[lower..<upper]))
        }
        for _ in 0..<4 { segments.append(segments[random(segments.count)]) }
        for index in stride(from: segments.count - 1, to: 0, by: -1) {
            segments.swapAt(index, random(index + 1))
        }
        // Sequence numbers wrap in the middle of the stream.
        let read = read(segments, base: UInt32.max - 1_000)
        #expect(read.has(messages), "seed \(seed)")
        #expect(read.malformed.total == 0, "seed \(seed): \(read.malformed.byName)")
    }

    @Test func `a capture that begins in the middle finds the next start line`() {
        let middle = Array(stream[100...])
        let read = read([(0, middle)], withSYN: false)
        #expect(read.has(Array(messages[1...])))
        let drip = self.read(
            stride(from: 0, to: middle.count, by: 5).map {
                (UInt32($0), Array(middle[$0..<min(middle.count, $0 + 5)]))
            }, withSYN: false)
        #expect(drip.has(Array(messages[1...])))
    }

    @Test func `a lost segment costs the messages it touches and no other`() {
        var sender = Sender()
        sender.segment([], at: 99, flags: 2)
        var sequence: UInt32 = 100
        for number in 0..<40 {
            let message = Fixtures.invite(number + 100)
            // The second half of message 10 is lost; the hole is given up after three seconds.
            if number == 10 {
                sender.segment(message[..<50], at: sequence)
            } else {
                sender.segment(message, at: sequence, after: .milliseconds(500))
            }
            sequence &+= UInt32(message.count)
        }
        let read = ReadCapture(sender.writer.bytes)
        #expect(read.messages.count == 39)
        #expect(read.malformed.byName == ["tcp-gap": 1])
    }

    @Test func `a hole that is never filled is given up at the end of the input`() {
        let read = read([
            (0, messages[0]),
            (UInt32(messages[0].count + 10), Array("\r\n".utf8) + messages[1] + messages[2]),
        ])
        #expect(read.has([messages[0], messages[1], messages[2]]))
        #expect(read.malformed.byName == ["tcp-gap": 1])
    }

    @Test func `a body that is lost leaves the headers`() {
        let cut = Array(messages[0].dropLast(100))
        let read = read([(0, cut)])
        #expect(read.has([cut]))
        #expect(read.malformed.byName == ["tcp-message-cut-short": 1])
    }

    @Test func `a FIN, a RST and a new SYN end a stream, and the ports can be used again`() {
        var sender = Sender()
        sender.segment([], at: 99, flags: 2)
        sender.segment(messages[1], at: 100, flags: 0x19)
        sender.segment([], at: 5_000, flags: 2)
        sender.segment(messages[2], at: 5_001)
        sender.segment([], at: 5_001 + UInt32(messages[2].count), flags: 4)
        sender.segment([], at: 900_000_000, flags: 2)
        sender.segment(messages[0], at: 900_000_001)
        // No SYN: far away in sequence numbers.
        sender.segment(messages[3], at: 2_000_000_000)
        let read = ReadCapture(sender.writer.bytes)
        #expect(read.has([messages[1], messages[2], messages[0], messages[3]]))
    }

    @Test func `HTTP, TLS and WebSocket are counted, and SIP behind a bad Content-Length is found again`() {
        let cases: [(String, [UInt8])] = [
            ("http", Array("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n".utf8)),
            ("http", Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)),
            (
                "websocket",
                Array("GET /sip HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n".utf8)
            ),
            ("tls", [22, 3, 1, 0, 200, 1, 0, 0, 196] + [UInt8](repeating: 9, count: 196)),
        ]
        for (name, bytes) in cases {
            let read = read([(0, bytes), (UInt32(bytes.count), bytes)])
            #expect(read.messages.isEmpty, "\(name)")
            #expect(read.dropped.byName[name] == 2, "\(name) \(read.dropped.byName)")
            #expect(read.malformed.total == 0, "\(name)")
        }
        let lying = Array("INVITE sip:a@example.net SIP/2.0\r\nContent-Length: 0\r\n\r\nv=0\r\no=-\r\n".utf8)
        let unknown = Array("INVITE sip:a@example.net SIP/2.0\r\nContent-Length: many\r\n\r\n".utf8)
        let read = read([(0, lying + unknown + Fixtures.ok)])
        #expect(read.messages.count == 3)
        #expect(read.malformed.byName == ["tcp-framing-lost": 1, "tcp-content-length-not-usable": 1])
    }

    @Test func `HEP over TCP is framed by its length`() {
        var hep: [UInt8] = []
        let packet = SignallingPacket(
            time: Timestamp(seconds: 1_000, nanoseconds: 5_000), source: Fixtures.bob6,
            destination: Fixtures.alice6,
            transport: .tcp, captureAgent: 42)
        for message in messages {
            HEPEncoder.append(message.span, packet: packet, correlation: [1, 2], to: &hep)
        }
        for size in [11, 400, 60_000] {
            let segments = stride(from: 0, to: hep.count, by: size).map {
                (UInt32($0), Array(hep[$0..<min(hep.count, $0 + size)]))
            }
            let read = read(segments)
            #expect(read.has(messages))
            #expect(
                read.packets.allSatisfy {
                    $0.captureAgent == 42 && $0.source == Fixtures.bob6 && $0.time == packet.time
                })
            #expect(read.hepPackets == 5)
        }
    }

    @Test func `segments sent again after the FIN are not read again`() {
        var sender = Sender()
        sender.segment([], at: 99, flags: 2)
        for _ in 0..<3 { sender.segment(messages[1], at: 100, flags: 0x19) }
        let read = ReadCapture(sender.writer.bytes)
        #expect(read.messages.count == 1)
        #expect(read.dropped.byName["tcp-duplicate"] == 2)
    }

    @Test func `segments cut by the snapshot length cost no other message`() {
        var whole = PcapWriter()
        var sequence: UInt32 = 1
        for number in 0..<10 {
            let message = Fixtures.invite(number + 10, padding: 600)
            whole.append(
                tcp: message.span, sequence: sequence, from: Fixtures.alice, to: Fixtures.bob,
                at: Fixtures.noon)
            sequence &+= UInt32(message.count)
        }
        var short = PcapWriter()
        var at = 24
        let bytes = whole.bytes
        for number in 0..<10 {
            let length = Int(bytes[at + 8]) | Int(bytes[at + 9]) << 8
            let kept = number % 2 == 0 ? 300 : length
            short.append(
                frame: Array(bytes[at + 16..<at + 16 + kept]), at: Fixtures.noon, originalLength: length)
            at += 16 + length
        }
        let read = ReadCapture(short.bytes)
        #expect(read.messages.count == 10)
        #expect(read.malformed.byName == ["segment-cut-short": 5])
    }

    @Test func `ten thousand connections that never end stay within bounds`() {
        var writer = PcapWriter()
        let part = Array(messages[0][..<60])
        for number in 0..<10_000 {
            writer.append(
                tcp: part.span, sequence: 1, from: IPEndpoint(ipv4: UInt32(number), port: 5_060),
                to: Fixtures.bob, at: Fixtures.noon)
        }
        let read = ReadCapture(writer.bytes)
        #expect(read.messages.isEmpty)
        #expect(read.dropped.byName["tcp-stream-evicted"] == 10_000 - 4_096)
    }
}
