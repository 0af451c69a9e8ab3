import Testing
import VigieWire

/// The byte verifier: whole, drip by drip, cut at every byte, every byte flipped. Nothing may trap, and nothing may grow.
struct ByteVerifierTests {
    typealias Fixtures = CaptureFixtures

    /// Small inputs that between them reach every reader.
    private var inputs: [(String, [UInt8])] {
        var small = PcapWriter(mtu: 576)
        let invite = Fixtures.invite(1, body: 8, padding: 500)
        let ok = Fixtures.ok
        var hep: [UInt8] = []
        let packet = SignallingPacket(
            time: Fixtures.noon, source: Fixtures.alice6, destination: Fixtures.bob6, transport: .udp,
            captureAgent: 3)
        HEPEncoder.append(ok.span, packet: packet, correlation: [1, 2, 3], to: &hep)
        small.append(udp: invite.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        small.append(udp: hep.span, from: Fixtures.alice6, to: Fixtures.bob6, at: Fixtures.noon)
        var whole = PcapWriter()
        whole.append(udp: ok.span, from: Fixtures.alice, to: Fixtures.bob, at: Fixtures.noon)
        var tcp = PcapWriter()
        let nothing: [UInt8] = []
        tcp.append(
            tcp: nothing.span, sequence: 9, flags: 2, from: Fixtures.alice, to: Fixtures.bob,
            at: Fixtures.noon)
        tcp.append(
            tcp: Array(ok[20...]).span, sequence: 30, from: Fixtures.alice, to: Fixtures.bob,
            at: Fixtures.noon)
        tcp.append(
            tcp: Array(ok[..<20]).span, sequence: 10, from: Fixtures.alice, to: Fixtures.bob,
            at: Fixtures.noon)
        var old: [UInt8] = [
            2, 16, 2, 17, 19, 196, 19, 196, 192, 0, 2, 10, 198, 51, 100, 20, 0, 0, 0, 73, 1, 0, 0, 0, 7, 0, 0,
            0,
        ]
        old += ok
        return [
            ("udp", small.bytes), ("tcp", tcp.bytes), ("hep", hep + old),
            ("pcapng", pcapng(Array(whole.bytes[40...]))),
        ]
    }

    /// One section, one interface, one enhanced and one simple packet, little-endian.
    private func pcapng(_ frame: [UInt8]) -> [UInt8] {
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func block(_ type: Int, _ body: [UInt8]) -> [UInt8] {
            let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
            return little(type) + little(padded.count + 12) + padded + little(padded.count + 12)
        }
        return block(0x0A0D_0D0A, little(0x1A2B_3C4D) + [1, 0, 0, 0] + [UInt8](repeating: 255, count: 8))
            + block(1, [1, 0, 0, 0] + little(0) + [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0])
            + block(6, little(0) + little(0) + little(5) + little(frame.count) + little(frame.count) + frame)
            + block(3, little(frame.count) + frame)
    }

    /// Reads without keeping; returns how many messages, and checks that no message is longer than the input could hold.
    private func count(_ bytes: [UInt8], chunk: Int = .max, format: InputFormat, name: String) -> Int {
        let reader = CaptureReader(
            ByteStream(MemoryByteSource(bytes, chunk: chunk), capacity: 4_096), format: format)
        var messages = 0
        while true {
            do {
                guard try reader.next() else { break }
            } catch {
                continue
            }
            messages += 1
            let length = reader.withMessage { $0.count }
            if length == 0 || length > bytes.count { Issue.record("\(name): a message of \(length) octets") }
            if messages > bytes.count { Issue.record("\(name): no end") }
        }
        if reader.bytesRead > UInt64(bytes.count) { Issue.record("\(name): \(reader.bytesRead) octets read") }
        return messages
    }

    @Test func `byte by byte gives what the whole gives`() {
        for (name, bytes) in inputs {
            let whole = ReadCapture(bytes)
            let drip = ReadCapture(bytes, chunk: 1)
            #expect(!whole.messages.isEmpty, "\(name)")
            #expect(whole.has(drip.messages), "\(name)")
            #expect(whole.packets == drip.packets, "\(name)")
            #expect(whole.dropped.byName == drip.dropped.byName, "\(name)")
            #expect(whole.malformed.byName == drip.malformed.byName, "\(name)")
        }
    }

    @Test func `cut at every byte, there are never more messages than before, and the cut is told`() {
        for (name, bytes) in inputs {
            let format = InputFormat.sniff(bytes.span)
            let whole = count(bytes, format: format, name: name)
            for length in 0..<bytes.count {
                let cut = count(Array(bytes[..<length]), format: format, name: "\(name) cut at \(length)")
                if cut > whole { Issue.record("\(name) cut at \(length): \(cut) messages") }
            }
            let short = ReadCapture(Array(bytes.dropLast(1)))
            #expect(short.malformed.total + short.dropped.total > 0, "\(name)")
        }
    }

    @Test func `every byte flipped, nothing traps`() {
        for (name, bytes) in inputs {
            let format = InputFormat.sniff(bytes.span)
            for index in bytes.indices {
                for mask in [UInt8(0xFF), 0x01, 0x80] {
                    var flipped = bytes
                    flipped[index] ^= mask
                    _ = count(flipped, format: format, name: "\(name) flipped at \(index)")
                    let head = flipped.span.extracting(0..<min(64, flipped.count))
                    _ = InputFormat.sniff(head)
                }
            }
        }
    }

    @Test func `octets without any sense are read to their end in every format`() {
        var state: UInt64 = 42
        for round in 0..<40 {
            var bytes: [UInt8] = []
            for _ in 0..<2_000 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Mostly zeros in some rounds: lengths become believable.
                bytes.append(round % 2 == 0 || state >> 62 == 0 ? UInt8(truncatingIfNeeded: state >> 33) : 0)
            }
            for format in InputFormat.allCases { _ = count(bytes, format: format, name: "round \(round)") }
            _ = InputFormat.sniff(bytes.span)
        }
    }
}
