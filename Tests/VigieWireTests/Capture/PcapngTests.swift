import Testing
import VigieWire

/// pcapng blocks, made by hand in both byte orders.
struct PcapngTests {
    typealias Fixtures = CaptureFixtures

    /// Writes blocks in one byte order.
    private struct Blocks {
        let isBig: Bool
        var bytes: [UInt8] = []

        func integer(_ value: UInt64, _ size: Int) -> [UInt8] {
            let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
            return isBig ? little.reversed() : little
        }

        mutating func block(_ type: UInt64, _ body: [UInt8]) {
            let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
            let length = integer(UInt64(padded.count + 12), 4)
            bytes += integer(type, 4) + length + padded + length
        }

        mutating func section() {
            block(0x0A0D_0D0A, integer(0x1A2B_3C4D, 4) + integer(1, 2) + integer(0, 2) + integer(.max, 8))
        }

        mutating func interface(
            linkType: UInt64 = 1, resolution: UInt8? = nil, offset: UInt64? = nil, snapshot: UInt64 = 0
        ) {
            var body = integer(linkType, 2) + integer(0, 2) + integer(snapshot, 4)
            body += integer(2, 2) + integer(4, 2) + Array("eth0".utf8)
            if let resolution { body += integer(9, 2) + integer(1, 2) + [resolution, 0, 0, 0] }
            if let offset { body += integer(14, 2) + integer(8, 2) + integer(offset, 8) }
            block(1, body + integer(0, 4))
        }

        mutating func enhanced(_ interface: UInt64, _ time: UInt64, _ frame: [UInt8]) {
            let length = integer(UInt64(frame.count), 4)
            let padding = [UInt8](repeating: 0, count: (4 - frame.count % 4) % 4)
            // An option behind the frame: flags.
            let option = integer(2, 2) + integer(4, 2) + integer(1, 4) + integer(0, 4)
            block(
                6,
                integer(interface, 4) + integer(time >> 32, 4) + integer(time & 0xFFFF_FFFF, 4) + length
                    + length + frame + padding + option)
        }
    }

    private var frame: [UInt8] {
        var writer = PcapWriter()
        let invite = Fixtures.invite(1)
        writer.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        return Array(writer.bytes[40...])
    }

    @Test(arguments: [false, true])
    func `interfaces keep their own clock, and unknown blocks are stepped over`(isBig: Bool) {
        var blocks = Blocks(isBig: isBig)
        blocks.section()
        blocks.interface()
        blocks.interface(resolution: 9)
        blocks.interface(resolution: 0x80 | 10, offset: 1_000)
        blocks.interface(resolution: 0)
        blocks.interface(linkType: 101, resolution: 12)
        blocks.block(0x0BAD, [1, 2, 3])
        blocks.block(5, [UInt8](repeating: 0, count: 12))
        blocks.enhanced(0, 1_234_526_400_123_456, frame)
        blocks.enhanced(1, 1_234_526_400_123_456_789, frame)
        blocks.enhanced(2, 1_234_525_400 << 10 | 512, frame)
        blocks.enhanced(3, 1_234_526_400, frame)
        blocks.enhanced(4, 1_234_526_400_123_456, Array(frame[14...]))
        blocks.block(3, blocks.integer(UInt64(frame.count), 4) + frame)
        blocks.block(
            2,
            blocks.integer(0, 2) + blocks.integer(0, 2) + blocks.integer(287_440, 4) + blocks.integer(1, 4)
                + blocks.integer(UInt64(frame.count), 4) + blocks.integer(UInt64(frame.count), 4) + frame)
        // A second section begins its interfaces anew.
        blocks.section()
        blocks.interface(resolution: 9)
        blocks.enhanced(0, 5, frame)
        let read = ReadCapture(blocks.bytes)
        #expect(read.has([[UInt8]](repeating: Fixtures.invite(1), count: 8)))
        #expect(read.malformed.total == 0)
        let seconds = Int64(1_234_526_400)
        #expect(
            read.packets.map(\.time) == [
                Timestamp(seconds: seconds, nanoseconds: 123_456_000),
                Timestamp(seconds: seconds, nanoseconds: 123_456_789),
                Timestamp(seconds: seconds, nanoseconds: 500_000_000), Timestamp(seconds: seconds),
                Timestamp(seconds: 1_234, nanoseconds: 526_400_123),
                Timestamp(seconds: 1_234, nanoseconds: 526_400_123),
                Timestamp(rawValue: Int64(287_440 << 32 | 1) * 1_000), Timestamp(rawValue: 5),
            ])
        #expect(read.packets.map(\.captureAgent) == [0, 1, 2, 3, 4, 0, 0, 5])
    }

    @Test func `damage costs a block and is told by name`() {
        var blocks = Blocks(isBig: false)
        blocks.section()
        blocks.interface()
        let start = blocks.bytes.count
        for number in 0..<4 { blocks.enhanced(0, UInt64(number), frame) }
        let one = (blocks.bytes.count - start) / 4
        var broken = blocks.bytes
        broken[start + one + 4] = 0xFF
        broken[start + one + 7] = 0xFF
        let read = ReadCapture(broken)
        #expect(read.messages.count == 3)
        #expect(read.malformed.byName == ["pcapng-block-length-impossible": 1])
        #expect(read.malformed.entries.first?.firstOffset == UInt64(start + one))

        let short = ReadCapture(Array(blocks.bytes.dropLast(one / 2)))
        #expect(short.messages.count >= 3)
        #expect(short.malformed.byName["pcapng-last-block-cut-short"] == 1)

        var unknown = Blocks(isBig: false)
        unknown.section()
        unknown.enhanced(0, 1, frame)
        #expect(ReadCapture(unknown.bytes).malformed.byName == ["pcapng-interface-unknown": 1])
    }

    @Test func `what the capturing machine lost is told`() {
        var blocks = Blocks(isBig: true)
        blocks.section()
        blocks.interface()
        for lost in [UInt64(3), 7] {
            blocks.block(
                5,
                blocks.integer(0, 4) + blocks.integer(0, 8) + blocks.integer(5, 2) + blocks.integer(8, 2)
                    + blocks.integer(lost, 8) + blocks.integer(0, 4))
        }
        #expect(ReadCapture(blocks.bytes).dropped.byName == ["lost-before-capture": 7])
    }

    @Test func `a huge block of an unknown kind is stepped over without being held`() {
        var blocks = Blocks(isBig: false)
        blocks.section()
        blocks.interface()
        blocks.block(0x4444, [UInt8](repeating: 7, count: 6 << 20))
        blocks.enhanced(0, 1, frame)
        let read = ReadCapture(blocks.bytes)
        #expect(read.messages.count == 1)
        #expect(read.malformed.total == 0)
    }
}
