import CAllocationCounter
import Testing
import VigieWire

/// The hot path allocates nothing per message.
struct CaptureAllocationTests {
    typealias Fixtures = CaptureFixtures

    /// Allocations while `count` messages are read, after ten to warm up.
    private func allocations(_ bytes: [UInt8], format: InputFormat, count: Int) -> UInt64 {
        let reader = CaptureReader(ByteStream(MemoryByteSource(bytes)), format: format)
        var total = 0
        for _ in 0..<10 { _ = try? reader.next() }
        let before = vigie_allocations_on_this_thread()
        for _ in 0..<count {
            guard (try? reader.next()) == true else { break }
            total += reader.withMessage { $0.count }
            total += Int(reader.packet.source.port)
        }
        let after = vigie_allocations_on_this_thread()
        #expect(total > count * 100)
        return after - before
    }

    @Test func `plain UDP messages, RTP between them, are read without an allocation`() {
        var writer = PcapWriter()
        let invite = Fixtures.invite(1, body: 100)
        let rtp = [UInt8](repeating: 0x80, count: 172)
        for _ in 0..<1_010 {
            writer.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
            writer.append(udp: rtp.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        }
        #expect(allocations(writer.bytes, format: .pcap, count: 1_000) == 0)
    }

    @Test func `HEP packets are read without an allocation`() {
        var bytes: [UInt8] = []
        let invite = Fixtures.invite(1, body: 100)
        let packet = SignallingPacket(
            time: Fixtures.noon, source: Fixtures.alice, destination: Fixtures.bob, transport: .udp)
        for _ in 0..<1_010 { HEPEncoder.append(invite.span, packet: packet, correlation: [1], to: &bytes) }
        #expect(allocations(bytes, format: .hep, count: 1_000) == 0)
    }

    @Test func `fragments and TCP segments reuse their buffers`() {
        var writer = PcapWriter()
        let long = Fixtures.invite(1, padding: 3_000)
        for _ in 0..<1_010 {
            writer.append(udp: long.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        }
        let perDatagram = allocations(writer.bytes, format: .pcap, count: 1_000) / 1_000
        #expect(perDatagram <= 6)

        var stream = PcapWriter()
        let invite = Fixtures.invite(1, body: 100)
        for number in 0..<1_010 {
            stream.append(
                tcp: invite.span, sequence: UInt32(number * invite.count), from: Fixtures.alice,
                to: Fixtures.bob, at: Fixtures.noon)
        }
        #expect(allocations(stream.bytes, format: .pcap, count: 1_000) / 1_000 <= 1)
    }
}
