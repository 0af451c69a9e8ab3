import Testing
import VigieWire

/// Captures that the writer makes, read back; and the same captures with a frame changed by hand.
struct MadeCaptureTests {
    typealias Fixtures = CaptureFixtures

    /// Octets of a one-packet capture's frame, to be put into other link layers.
    private func frame(_ payload: [UInt8], from source: IPEndpoint, to destination: IPEndpoint) -> [UInt8] {
        var writer = PcapWriter(mtu: 65_535)
        writer.append(udp: payload.span, from: source, to: destination, at: Fixtures.noon)
        return Array(writer.bytes[40...])
    }

    private func capture(_ frames: [[UInt8]], linkType: UInt8 = 1) -> [UInt8] {
        var writer = PcapWriter()
        for frame in frames { writer.append(frame: frame, at: Fixtures.noon) }
        var bytes = writer.bytes
        bytes[20] = linkType
        if linkType == 0 { bytes[20] = 0 }
        return bytes
    }

    @Test func `a datagram comes back with its time and addresses, over IPv4 and IPv6`() {
        let invite = Fixtures.invite(1, body: 20)
        for (source, destination) in [(Fixtures.alice, Fixtures.bob), (Fixtures.alice6, Fixtures.bob6)] {
            var writer = PcapWriter()
            writer.append(udp: invite.span, from: source, to: destination, at: Fixtures.noon)
            let read = ReadCapture(writer.bytes)
            #expect(read.has([invite]))
            #expect(read.packets.first?.source == source)
            #expect(read.packets.first?.destination == destination)
            #expect(read.packets.first?.time == Fixtures.noon)
            #expect(read.packets.first?.offset == 24)
            #expect(read.malformed.total == 0)
        }
    }

    @Test func `a datagram over the MTU is fragmented and put together, in any order and with duplicates`() {
        let invite = Fixtures.invite(1, body: 300, padding: 4_000)
        for (source, destination) in [(Fixtures.alice, Fixtures.bob), (Fixtures.alice6, Fixtures.bob6)] {
            var writer = PcapWriter()
            writer.append(udp: invite.span, from: source, to: destination, at: Fixtures.noon)
            let frames = split(writer.bytes)
            #expect(frames.count == 4)
            for order in [
                [0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [0, 0, 1, 2, 2, 3], [3, 1, 0, 1, 2], [1, 2, 3, 0],
            ] {
                let read = ReadCapture(capture(order.map { frames[$0] }))
                #expect(read.has([invite]), "\(order)")
                #expect(read.malformed.total == 0, "\(order)")
            }
            for missing in 0..<4 {
                let lost = ReadCapture(capture((0..<4).filter { $0 != missing }.map { frames[$0] }))
                #expect(lost.messages.isEmpty)
                #expect(lost.dropped.byName == ["fragments-incomplete-at-end": 1])
            }
        }
    }

    @Test func `an overlapping IPv6 fragment drops the datagram, an overlapping IPv4 one does not`() {
        let invite = Fixtures.invite(1, padding: 2_000)
        for (source, destination, survives) in [
            (Fixtures.alice, Fixtures.bob, true), (Fixtures.alice6, Fixtures.bob6, false),
        ] {
            var large = PcapWriter()
            large.append(udp: invite.span, from: source, to: destination, at: Fixtures.noon)
            var small = PcapWriter(mtu: 1_300)
            small.append(udp: invite.span, from: source, to: destination, at: Fixtures.noon)
            let (first, second) = (split(large.bytes), split(small.bytes))
            // The first 1,480 octets, then those from 1,280 on.
            let read = ReadCapture(capture([first[0], second[1]]))
            #expect(read.messages.isEmpty != survives)
            #expect(read.malformed.byName["fragment-overlap"] == 1)
        }
    }

    @Test func `fragments that wait for more than 30 seconds are given up by name`() {
        let invite = Fixtures.invite(1, padding: 2_000)
        var writer = PcapWriter()
        writer.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        let frames = split(writer.bytes)
        var late = PcapWriter()
        late.append(frame: frames[0], at: Fixtures.noon)
        late.append(frame: frames[1], at: Fixtures.noon + .seconds(31))
        let read = ReadCapture(late.bytes)
        #expect(read.messages.isEmpty)
        #expect(read.dropped.byName["fragments-timed-out"] == 1)
    }

    @Test func `link layers and tunnels are stepped over`() {
        let invite = Fixtures.invite(1)
        let ethernet = frame(invite, from: Fixtures.alice, to: Fixtures.bob)
        let packet = Array(ethernet[14...])
        let packet6 = Array(frame(invite, from: Fixtures.alice6, to: Fixtures.bob6)[14...])
        let macs = Array(ethernet[..<12])
        func ipv4(_ inner: [UInt8], protocolNumber: UInt8) -> [UInt8] {
            var writer = PcapWriter(mtu: 65_535)
            writer.append(
                ipPayload: inner, protocolNumber: protocolNumber, from: Fixtures.bob, to: Fixtures.alice,
                at: Fixtures.noon)
            return Array(writer.bytes[54...])
        }
        let cases: [(String, UInt8, [UInt8])] = [
            ("802.1Q", 1, macs + [0x81, 0, 0, 7, 8, 0] + packet),
            ("QinQ", 1, macs + [0x88, 0xA8, 0, 7, 0x81, 0, 0, 9, 8, 0] + packet),
            ("QinQ IPv6", 1, macs + [0x91, 0, 0, 7, 0x81, 0, 0, 9, 0x86, 0xDD] + packet6),
            (
                "SNAP", 1,
                macs + [
                    UInt8((packet.count + 8) >> 8), UInt8((packet.count + 8) & 255), 0xAA, 0xAA, 3, 0, 0, 0,
                    8, 0,
                ] + packet
            ),
            ("MPLS", 1, macs + [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64] + packet),
            ("PPPoE", 1, macs + [0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, 0x21] + packet),
            ("raw", 101, packet), ("raw IPv6", 101, packet6), ("raw 12", 12, packet), ("raw 14", 14, packet),
            ("IPv4", 228, packet), ("IPv6", 229, packet6),
            ("loopback little", 0, [2, 0, 0, 0] + packet), ("loopback big", 108, [0, 0, 0, 2] + packet),
            ("loopback IPv6", 0, [30, 0, 0, 0] + packet6),
            ("cooked", 113, [UInt8](repeating: 0, count: 14) + [8, 0] + packet),
            ("cooked tagged", 113, [UInt8](repeating: 0, count: 14) + [0x81, 0, 0, 5, 8, 0] + packet),
            ("PPP", 9, [0xFF, 3, 0, 0x21] + packet), ("PPP compressed", 9, [0x21] + packet),
            ("Cisco HDLC", 104, [0x0F, 0, 8, 0] + packet),
            ("ERF", 197, [UInt8](repeating: 0, count: 8) + [2, 0, 0, 0, 0, 0, 0, 0, 0, 0] + ethernet),
            ("IP in IP", 101, ipv4(packet, protocolNumber: 4)),
            ("IPv6 in IPv4", 101, ipv4(packet6, protocolNumber: 41)),
            ("GRE", 101, ipv4([0, 0, 8, 0] + packet, protocolNumber: 47)),
            (
                "GRE checksum, key, sequence", 101,
                ipv4([0xB0, 0, 8, 0] + [UInt8](repeating: 1, count: 12) + packet, protocolNumber: 47)
            ),
            ("GRE key", 101, ipv4([0x20, 0, 0x86, 0xDD, 0, 0, 0, 1] + packet6, protocolNumber: 47)),
            ("GRE Ethernet", 101, ipv4([0, 0, 0x65, 0x58] + ethernet, protocolNumber: 47)),
            ("ERSPAN I", 101, ipv4([0, 0, 0x88, 0xBE] + ethernet, protocolNumber: 47)),
            (
                "ERSPAN II", 101,
                ipv4([0x10, 0, 0x88, 0xBE] + [UInt8](repeating: 0, count: 12) + ethernet, protocolNumber: 47)
            ),
            (
                "PPTP", 101,
                ipv4(
                    [0x30, 1, 0x88, 0x0B] + [UInt8](repeating: 0, count: 8) + [0xFF, 3, 0, 0x21] + packet,
                    protocolNumber: 47)
            ),
        ]
        for (name, linkType, bytes) in cases {
            let read = ReadCapture(capture([bytes], linkType: linkType))
            #expect(read.has([invite]), "\(name) \(read.malformed.byName) \(read.dropped.byName)")
        }
        // Linux cooked v2 has a number above 255.
        var cooked2 = capture([[8, 0] + [UInt8](repeating: 0, count: 18) + packet])
        cooked2[20] = 0x14
        cooked2[21] = 1
        #expect(ReadCapture(cooked2).has([invite]))
    }

    @Test func `a fragmented datagram inside a fragmented tunnel is put together`() {
        let invite = Fixtures.invite(1, padding: 3_000)
        var inner = PcapWriter()
        inner.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        var outer = PcapWriter(mtu: 1_000)
        for frame in split(inner.bytes) {
            outer.append(
                ipPayload: [0, 0, 8, 0] + frame[14...], protocolNumber: 47, from: Fixtures.alice6,
                to: Fixtures.bob6, at: Fixtures.noon)
        }
        let read = ReadCapture(outer.bytes)
        #expect(read.has([invite]))
        #expect(read.packets.first?.source == Fixtures.alice)
        #expect(read.malformed.total == 0)
    }

    @Test func `IPv4 options and IPv6 extension headers are stepped over`() {
        let invite = Fixtures.invite(1)
        let plain = Array(frame(invite, from: Fixtures.alice, to: Fixtures.bob)[14...])
        var optioned = Array(plain[..<20]) + [1, 1, 1, 0] + plain[20...]
        optioned[0] = 0x46
        optioned[2] = UInt8(optioned.count >> 8)
        optioned[3] = UInt8(optioned.count & 255)
        #expect(ReadCapture(capture([optioned], linkType: 101)).has([invite]))

        let plain6 = Array(frame(invite, from: Fixtures.alice6, to: Fixtures.bob6)[14...])
        // Hop-by-hop, destination options (16 octets), routing, an atomic fragment, then an authentication header.
        let hop: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0]
        let options: [UInt8] = [43, 1] + [UInt8](repeating: 0, count: 14)
        let routing: [UInt8] = [44, 0, 0, 0, 0, 0, 0, 0]
        let atomic: [UInt8] = [51, 0, 0, 0, 0, 0, 0, 9]
        let authentication: [UInt8] = [17, 4] + [UInt8](repeating: 0, count: 22)
        let extensions: [UInt8] = hop + options + routing + atomic + authentication
        var extended = Array(plain6[..<40]) + extensions + plain6[40...]
        extended[6] = 0
        let length = extended.count - 40
        extended[4] = UInt8(length >> 8)
        extended[5] = UInt8(length & 255)
        let read = ReadCapture(capture([extended], linkType: 101))
        #expect(read.has([invite]), "\(read.malformed.byName) \(read.dropped.byName)")
    }

    @Test func `what is not SIP is counted by name and not called malformed`() {
        let cases: [(String, [UInt8])] = [
            ("rtp", [0x80, 0, 0, 1] + [UInt8](repeating: 7, count: 168)),
            ("rtcp", [0x80, 200, 0, 6] + [UInt8](repeating: 7, count: 24)),
            ("stun", [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](repeating: 7, count: 12)),
            ("keep-alive", [13, 10, 13, 10]), ("keep-alive", [0, 0, 0, 0]),
            ("dtls", [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]),
            ("udp-not-sip", Array("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n".utf8)),
            ("udp-not-sip", Array("RTSP/1.0 200 OK\r\n\r\n".utf8)),
            ("udp-not-sip", Array("<134>Nov 22 05:00:00 sbc: INVITE sip:a@example.net SIP/2.0\n".utf8)),
        ]
        for (name, payload) in cases {
            var writer = PcapWriter()
            writer.append(udp: payload.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
            let read = ReadCapture(writer.bytes)
            #expect(read.messages.isEmpty, "\(name)")
            #expect(read.dropped.byName == [name: 1], "\(name)")
            #expect(read.malformed.total == 0, "\(name)")
        }
    }

    @Test func `SIP is known by its start line, with line ends or junk before it, on any port`() {
        let yes = [
            "INVITE sip:a@example.net SIP/2.0\r\n\r\n", "\r\n\r\nINVITE sip:a@example.net SIP/2.0\r\n\r\n",
            "OPTIONS tel:+33327000001 SIP/7.0\r\n\r\n", "NEWMETHOD  sip:a@example.net   SIP/2.0  \r\n\r\n",
            "SIP/2.0 100 Trying\r\n\r\n", "sip/2.0 200 ok\r\n\r\n",
            "INVITE sip:cut-before-the-version@example",
            "\u{1}\u{2}REGISTER sip:example.net SIP/2.0\r\n\r\n", "\u{3}SIP/2.0 200 OK\r\n\r\n",
        ]
        for text in yes {
            let bytes = Array(text.utf8)
            var writer = PcapWriter()
            writer.append(
                udp: bytes.span, from: IPEndpoint(ipv4: 1, port: 9_999),
                to: IPEndpoint(ipv4: 2, port: 20_000), at: Fixtures.noon)
            let read = ReadCapture(writer.bytes)
            #expect(read.messages.count == 1, "\(text.debugDescription)")
            let hasJunk = (bytes.first ?? 0) < 10
            #expect(
                (read.malformed.byName["junk-before-start-line"] == 1) == hasJunk, "\(text.debugDescription)")
        }
    }

    @Test func `a capture with a short snapshot length still tells who calls whom`() {
        let invite = Fixtures.invite(1, padding: 600)
        let whole = frame(invite, from: Fixtures.alice, to: Fixtures.bob)
        var writer = PcapWriter()
        writer.append(frame: Array(whole[..<300]), at: Fixtures.noon, originalLength: whole.count)
        let read = ReadCapture(writer.bytes)
        #expect(read.has([Array(invite[..<258])]))
        #expect(read.malformed.byName == ["datagram-cut-short": 1])
    }

    @Test func `SIP in SCTP data chunks is read, several in a packet`() {
        let invite = Fixtures.invite(1)
        func chunk(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
            let length = body.count + 4
            return [type, 3, UInt8(length >> 8), UInt8(length & 255)] + body
                + [UInt8](repeating: 0, count: (4 - length % 4) % 4)
        }
        let data = [UInt8](repeating: 0, count: 12)
        let packet =
            [0x13, 0xC4, 0x13, 0xC4, 0, 0, 0, 1, 0, 0, 0, 0] + chunk(3, data) + chunk(0, data + invite)
            + chunk(0, data + Fixtures.ok)
            + chunk(0, data + [1, 0, 1, 1])
        for mtu in [65_535, 576] {
            var writer = PcapWriter(mtu: mtu)
            writer.append(
                ipPayload: packet, protocolNumber: 132, from: Fixtures.alice, to: Fixtures.bob,
                at: Fixtures.noon)
            let read = ReadCapture(writer.bytes)
            #expect(read.has([invite, Fixtures.ok]))
            #expect(read.packets.allSatisfy { $0.transport == .sctp && $0.source == Fixtures.alice })
            #expect(read.malformed.total == 0)
        }
    }

    @Test func `a flood of first fragments stays within bounds`() {
        var large = PcapWriter()
        let invite = Fixtures.invite(1, padding: 2_000)
        for _ in 0..<2_000 {
            large.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        }
        let frames = split(large.bytes)
        let first = stride(from: 0, to: frames.count, by: 2).map { frames[$0] }
        let read = ReadCapture(capture(first))
        #expect(read.messages.isEmpty)
        #expect(read.dropped.total == 2_000)
        #expect((read.dropped.byName["fragments-too-many"] ?? 0) > 1_400)
    }

    @Test func `glued captures, both byte orders and both fractions are read`() {
        let invite = Fixtures.invite(1)
        let ethernet = frame(invite, from: Fixtures.alice, to: Fixtures.bob)
        func big(_ value: Int) -> [UInt8] {
            [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
        }
        func file(_ magic: [UInt8], fraction: Int, extra: Int = 0) -> [UInt8] {
            let header = magic + [0, 2, 0, 4] + big(0) + big(0) + big(65_535) + big(1)
            return header + big(1_234_526_400) + big(fraction) + big(ethernet.count) + big(ethernet.count)
                + [UInt8](repeating: 0, count: extra) + ethernet
        }
        let micro = file([0xA1, 0xB2, 0xC3, 0xD4], fraction: 123_456)
        let nano = file([0xA1, 0xB2, 0x3C, 0x4D], fraction: 123_456_789)
        let modified = file([0xA1, 0xB2, 0xCD, 0x34], fraction: 123_456, extra: 8)
        #expect(
            ReadCapture(micro).packets.first?.time
                == Timestamp(seconds: 1_234_526_400, nanoseconds: 123_456_000))
        #expect(ReadCapture(nano).packets.first?.time == Fixtures.noon)
        #expect(ReadCapture(modified).has([invite]))
        var little = PcapWriter(nanoseconds: false)
        little.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        #expect(ReadCapture(micro + little.bytes + nano).messages.count == 3)
    }

    /// The frames of a capture that the writer made.
    private func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var at = 24
        while at + 16 <= bytes.count {
            let length = Int(bytes[at + 8]) | Int(bytes[at + 9]) << 8
            frames.append(Array(bytes[at + 16..<at + 16 + length]))
            at += 16 + length
        }
        return frames
    }
}
