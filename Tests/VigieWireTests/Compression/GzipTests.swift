import Testing
import VigieWire

/// gzip around a capture.
struct GzipTests {
    typealias Fixtures = CaptureFixtures

    private var capture: [UInt8] {
        var writer = PcapWriter()
        for number in 0..<5 {
            let invite = Fixtures.invite(number + 10, padding: 500)
            writer.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        }
        return writer.bytes
    }

    private func read(_ compressed: [UInt8], chunk: Int = .max) -> ReadCapture {
        ReadCapture(GzipByteSource(MemoryByteSource(compressed, chunk: chunk)), format: .pcap)
    }

    @Test func `a compressed capture gives the same messages, whole and byte by byte`() {
        let compressed = Deflate.gzip(capture)
        let format = InputFormat.sniff(compressed.span)
        #expect(format == .gzip)
        #expect(read(compressed).messages == ReadCapture(capture).messages)
        #expect(read(compressed, chunk: 1).messages.count == 5)
    }

    @Test func `several members are one input, and zero padding between or behind them is ignored`() {
        let half = capture.count / 2
        let members =
            Deflate.gzip(Array(capture[..<half])) + [0, 0, 0] + Deflate.gzip(Array(capture[half...])) + [
                0, 0, 0, 0,
            ]
        for chunk in [1, 3, 64, Int.max] {
            let read = read(members, chunk: chunk)
            #expect(read.messages.count == 5)
            #expect(read.error == nil)
        }
    }

    @Test func `what was inflated before damage is delivered, then the damage is told with its offset`() {
        let compressed = Deflate.gzip(capture)
        let cut = read(Array(compressed[..<(compressed.count * 2 / 3)]))
        #expect(cut.messages.count == 3)
        #expect(cut.error == .damagedCompression(offset: UInt64(compressed.count * 2 / 3)))
        #expect(cut.malformed.total == 0)

        var wrongSum = compressed
        wrongSum[compressed.count - 6] ^= 1
        let flipped = read(wrongSum)
        #expect(flipped.messages.count == 5)
        guard case .damagedCompression = flipped.error else {
            Issue.record("a wrong checksum was not told")
            return
        }
        let garbage = read(compressed + Array("trailing".utf8))
        #expect(garbage.messages.count == 5)
        #expect(garbage.error != nil)
    }

    @Test func `a bomb is inflated piece by piece`() throws {
        // 8 MiB of zeros in some 60 KiB; only the reader's window is held.
        let bomb = Deflate.gzip([UInt8](repeating: 0, count: 8 << 20))
        var source = GzipByteSource(MemoryByteSource(bomb))
        var window = [UInt8](repeating: 1, count: 1 << 16)
        var total = 0
        while true {
            var target = window.mutableSpan
            var raw = unsafe target.mutableBytes
            let count = try source.read(into: &raw)
            if count == 0 { break }
            total += count
        }
        #expect(total == 8 << 20)
    }
}
