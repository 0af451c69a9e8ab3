import Testing
import VigieWire

/// HEP packets made by the encoder and by hand.
struct HEPTests {
    typealias Fixtures = CaptureFixtures

    private let packet = SignallingPacket(
        time: Timestamp(seconds: 1_234_526_400, nanoseconds: 123_456_000), source: Fixtures.alice,
        destination: Fixtures.bob, transport: .udp, captureAgent: 2_001)

    private func chunk(_ vendor: UInt16, _ type: UInt16, _ body: [UInt8]) -> [UInt8] {
        [
            UInt8(vendor >> 8), UInt8(vendor & 255), UInt8(type >> 8), UInt8(type & 255),
            UInt8((body.count + 6) >> 8), UInt8((body.count + 6) & 255),
        ] + body
    }

    private func hep3(_ chunks: [[UInt8]]) -> [UInt8] {
        let body = chunks.flatMap(\.self)
        return Array("HEP3".utf8) + [UInt8((body.count + 6) >> 8), UInt8((body.count + 6) & 255)] + body
    }

    private var addresses: [[UInt8]] {
        [
            chunk(0, 1, [2]), chunk(0, 2, [17]), chunk(0, 3, [192, 0, 2, 10]),
            chunk(0, 4, [198, 51, 100, 20]),
            chunk(0, 7, [0x13, 0xC4]), chunk(0, 8, [0x13, 0xC4]), chunk(0, 9, [0x49, 0x95, 0x60, 0xC0]),
            chunk(0, 10, [0, 1, 0xE2, 0x40]),
            chunk(0, 11, [1]),
        ]
    }

    @Test func `what the encoder writes is read back, over IPv4 and IPv6 and every transport`() {
        for (source, destination) in [(Fixtures.alice, Fixtures.bob), (Fixtures.alice6, Fixtures.bob6)] {
            for transport in [SignallingPacket.Transport.udp, .tcp, .sctp] {
                var sent = packet
                sent.source = source
                sent.destination = destination
                sent.transport = transport
                var bytes: [UInt8] = []
                let invite = Fixtures.invite(1, body: 30)
                HEPEncoder.append(invite.span, packet: sent, correlation: Array("abc".utf8), to: &bytes)
                let ok = Fixtures.ok
                HEPEncoder.append(ok.span, packet: sent, to: &bytes)
                let format = InputFormat.sniff(bytes.span)
                #expect(format == .hep)
                let read = ReadCapture(bytes)
                #expect(read.has([invite, Fixtures.ok]))
                #expect(read.malformed.total == 0)
                #expect(read.frames == 2)
                var got = read.packets[0]
                #expect(got.correlation != 0)
                got.correlation = 0
                #expect(got == sent)
                #expect(read.packets[1].correlation == 0)
                #expect(read.packets[1].offset > 0)
            }
        }
        var nothing: [UInt8] = []
        let huge = [UInt8](repeating: 65, count: 65_500)
        let isTaken = HEPEncoder.append(huge.span, packet: packet, to: &nothing)
        #expect(!isTaken)
        #expect(nothing.isEmpty)
    }

    @Test func `every chunk of revision 37 is read`() {
        let chunks =
            addresses + [
                chunk(0, 0x0C, [0, 0, 0, 228]), chunk(0, 0x0D, [0, 30]), chunk(0, 0x0E, Array("key".utf8)),
                chunk(0, 0x11, Array("corr".utf8)), chunk(0, 0x12, [0, 9]),
                chunk(0, 0x13, Array("agent".utf8)),
                chunk(0, 0x14, [0, 0, 2, 0, 0, 0, 0, 1]), chunk(0, 0x15, [2, 0, 0, 0, 0, 2]),
                chunk(0, 0x16, [8, 0]),
                chunk(0, 0x17, [0x18]), chunk(0, 0x18, [0x68]), chunk(0, 0x20, [1, 0x9A]),
                chunk(0, 0x21, [0, 93]),
                chunk(0, 0x22, Array("50.3,3.5".utf8)), chunk(0, 0x23, [0, 0, 0, 7]),
                chunk(0, 0x24, Array("call".utf8)),
                chunk(0, 0x25, Array("{}".utf8)), chunk(0, 0x26, Array("a=b".utf8)), chunk(0, 0x27, [0, 3]),
                chunk(0, 0x28, [0, 4]), chunk(0, 0x29, Array("group".utf8)), chunk(0, 0x0F, Fixtures.ok),
            ]
        let bytes = hep3(chunks)
        var hep = HEPPacket()
        let refusal = hep.read(bytes.span, 0, bytes.count)
        #expect(refusal == nil)
        #expect(hep.oddity == nil)
        func text(_ slice: HEPPacket.Slice) -> String {
            String(decoding: bytes[Int(slice.lower)..<Int(slice.upper)], as: UTF8.self)
        }
        #expect(hep.source == Fixtures.alice && hep.destination == Fixtures.bob)
        #expect(hep.time == packet.time)
        #expect(hep.agent == 228 && hep.keepAlive == 30 && hep.vlan == 9 && hep.etherType == 0x0800)
        #expect(hep.sourceMAC == 0x0200_0000_0001 && hep.destinationMAC == 0x0200_0000_0002)
        #expect(
            hep.tcpFlags == 0x18 && hep.typeOfService == 0x68 && hep.meanOpinionScore == 410
                && hep.rFactor == 93)
        #expect(hep.jitter == 7 && hep.tagType == 3 && hep.eventType == 4)
        #expect(
            text(hep.authenticationKey) == "key" && text(hep.correlationID) == "corr"
                && text(hep.agentName) == "agent")
        #expect(
            text(hep.geoLocation) == "50.3,3.5" && text(hep.transactionType) == "call"
                && text(hep.payloadKeys) == "{}")
        #expect(text(hep.tags) == "a=b" && text(hep.groupID) == "group")
        #expect(text(hep.payload) == String(decoding: Fixtures.ok, as: UTF8.self))
    }

    @Test func `a vendor's chunk never overwrites, and of a chunk that comes twice the first counts`() {
        let invite = Fixtures.invite(1)
        let vendor = hep3(
            addresses + [chunk(0, 0x0F, invite), chunk(1, 0x0F, Fixtures.ok), chunk(2, 0x0C, [9, 9, 9, 9])])
        let read = ReadCapture(vendor)
        #expect(read.has([invite]))
        #expect(read.packets[0].captureAgent == 0)
        #expect(read.malformed.total == 0)
        let twice = ReadCapture(hep3(addresses + [chunk(0, 0x0F, invite), chunk(0, 0x0F, Fixtures.ok)]))
        #expect(twice.has([invite]))
        #expect(twice.malformed.byName == ["hep-chunk-twice": 1])
    }

    @Test func `a compressed payload is inflated, a bomb and damage are refused by name`() {
        let invite = Fixtures.invite(1, body: 20, padding: 9_000)
        for compressed in [Deflate.gzip(invite), Deflate.zlib(invite), Deflate.raw(invite)] {
            let read = ReadCapture(
                hep3(addresses + [chunk(0, 0x10, compressed)])
                    + hep3(addresses + [chunk(0, 0x0F, Fixtures.ok)]))
            #expect(read.has([invite, Fixtures.ok]))
            #expect(read.malformed.total == 0)
        }
        let bomb = ReadCapture(
            hep3(addresses + [chunk(0, 0x10, Deflate.gzip([UInt8](repeating: 65, count: 3 << 20)))]))
        #expect(bomb.messages.isEmpty)
        #expect(bomb.malformed.byName == ["hep-payload-inflates-too-far": 1])
        let damaged = ReadCapture(hep3(addresses + [chunk(0, 0x10, [1, 2, 3, 4, 5, 6])]))
        #expect(damaged.malformed.byName == ["hep-payload-not-inflatable": 1])
    }

    @Test func `what breaks the format is named and what follows is read`() {
        let good = hep3(addresses + [chunk(0, 0x0F, Fixtures.ok)])
        let cases: [(String, [UInt8])] = [
            ("hep-chunk-wrong-size", hep3(addresses + [chunk(0, 0x0C, [1]), chunk(0, 0x0F, Fixtures.ok)])),
            ("hep-chunk-below-header", hep3(addresses + [chunk(0, 0x0F, Fixtures.ok), [0, 0, 0, 1, 0, 5]])),
            (
                "hep-chunk-past-end",
                hep3(addresses + [chunk(0, 0x0F, Fixtures.ok), [0, 0, 0, 0x11, 0, 50, 1]])
            ),
            ("hep-trailing-bytes", hep3(addresses + [chunk(0, 0x0F, Fixtures.ok), [0, 0, 0]])),
            (
                "hep-no-address",
                hep3([chunk(0, 11, [1]), chunk(0, 9, [1, 1, 1, 1]), chunk(0, 0x0F, Fixtures.ok)])
            ),
            ("hep-no-time", hep3(Array(addresses[..<6]) + [chunk(0, 11, [1]), chunk(0, 0x0F, Fixtures.ok)])),
            (
                "hep-payload-without-start-line",
                hep3(addresses + [chunk(0, 0x0F, Array("not SIP at all".utf8))])
            ),
        ]
        for (name, bytes) in cases {
            let read = ReadCapture(bytes + good)
            #expect(read.messages.count == 2, "\(name)")
            #expect(read.malformed.byName == [name: 1])
        }
        let junk = ReadCapture(good + Array("junk between".utf8) + good)
        #expect(junk.messages.count == 2)
        #expect(junk.malformed.byName == ["hep-no-packet-here": 1])
        let cut = ReadCapture(good + good.dropLast(5))
        #expect(cut.messages.count == 2)
        #expect(cut.malformed.byName == ["hep-cut-short": 1])
    }

    @Test func `other protocols are counted under their name`() {
        for (type, name) in [
            (UInt8(5), "hep-rtcp-json"), (100, "hep-log"), (0x3C, "hep-cdr"), (0xEE, "hep-protocol-unknown"),
        ] {
            var chunks = addresses
            chunks[8] = chunk(0, 11, [type])
            let read = ReadCapture(hep3(chunks + [chunk(0, 0x0F, Fixtures.ok)]))
            #expect(read.messages.isEmpty)
            #expect(read.dropped.byName == [name: 1])
        }
    }

    @Test func `versions 1 and 2 are read, glued and in datagrams, in both byte orders of the time`() {
        let invite = Fixtures.invite(1, body: 40)
        let four: [UInt8] = [192, 0, 2, 10, 198, 51, 100, 20]
        let first: [UInt8] = [1, 16, 2, 17, 0x13, 0xC4, 0x13, 0xC4] + four + invite
        let little: [UInt8] =
            [2, 16, 2, 17, 0x13, 0xC4, 0x13, 0xC4] + four + [
                0xC0, 0x60, 0x95, 0x49, 0x40, 0xE2, 1, 0, 7, 0, 0, 0,
            ] + invite
        let big: [UInt8] =
            [2, 28, 2, 17, 0x13, 0xC4, 0x13, 0xC4] + four + [
                0x49, 0x95, 0x60, 0xC0, 0, 1, 0xE2, 0x40, 0, 7, 0, 0,
            ] + invite
        var six: [UInt8] = [1, 40, 10, 6, 0x13, 0xC4, 0x13, 0xC6]
        for half in [Fixtures.alice6.high, Fixtures.alice6.low, Fixtures.bob6.high, Fixtures.bob6.low] {
            six += (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
        six += invite
        let all = [first, little, big, six]
        let glued = ReadCapture(all.flatMap(\.self))
        #expect(glued.has([invite, invite, invite, invite]))
        #expect(glued.malformed.total == 0)
        #expect(glued.packets[1].time == packet.time && glued.packets[2].time == packet.time)
        #expect(glued.packets[1].captureAgent == 7 && glued.packets[2].captureAgent == 7)
        #expect(glued.packets[3].source == Fixtures.alice6 && glued.packets[3].destination == Fixtures.bob6)
        #expect(glued.packets[3].transport == .tcp)

        var writer = PcapWriter()
        for bytes in all {
            writer.append(udp: bytes.span, from: Fixtures.bob, to: Fixtures.bob, at: Fixtures.noon)
        }
        let read = ReadCapture(writer.bytes)
        #expect(read.has([invite, invite, invite, invite]))
        #expect(read.hepPackets == 4)
        #expect(read.packets[0].time == Fixtures.noon)
        #expect(read.packets[0].source == Fixtures.alice)
    }

    @Test func `HEP in a fragmented datagram, and two packets in one, are read`() {
        var glued: [UInt8] = []
        let long = Fixtures.invite(1, padding: 4_000)
        HEPEncoder.append(long.span, packet: packet, to: &glued)
        let ok = Fixtures.ok
        HEPEncoder.append(ok.span, packet: packet, to: &glued)
        var writer = PcapWriter()
        writer.append(udp: glued.span, from: Fixtures.bob6, to: Fixtures.alice6, at: Fixtures.noon)
        writer.append(udp: glued.span, from: Fixtures.bob6, to: Fixtures.alice6, at: Fixtures.noon)
        let read = ReadCapture(writer.bytes)
        #expect(read.has([long, Fixtures.ok, long, Fixtures.ok]))
        #expect(read.packets.allSatisfy { $0.source == Fixtures.alice && $0.time == packet.time })
    }
}
