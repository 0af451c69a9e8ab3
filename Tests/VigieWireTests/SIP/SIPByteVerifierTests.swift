import CAllocationCounter
import Testing
import VigieFuzzing
import VigieWire

@Suite struct SIPByteVerifierTests {
    @Test func `a message cut at any byte is read without a trap`() {
        for whole in [SIPFixtures.invite, SIPFixtures.plain, SIPFixtures.busy] {
            for count in 0...whole.count { _ = readMessage(Array(whole[..<count]).span) }
        }
    }

    @Test func `a message with any byte changed is read without a trap`() {
        let octets: [UInt8] = [
            0x00, 0x0A, 0x0D, 0x20, 0x22, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x40, 0x5B, 0x5C, 0xFF,
        ]
        for whole in [SIPFixtures.plain, SIPFixtures.busy] {
            var bytes = whole
            for index in bytes.indices {
                for octet in octets {
                    bytes[index] = octet
                    _ = readMessage(bytes.span)
                }
                bytes[index] = whole[index]
            }
        }
    }

    @Test func `a stream of messages is framed the same in drips and whole`() throws {
        let whole = SIPFixtures.plain + SIPFixtures.busy + Array("\r\n\r\n".utf8) + SIPFixtures.plain
        for chunk in [1, 7, 500, Int.max] {
            var reader = SIPStreamReader(ByteStream(MemoryByteSource(whole, chunk: chunk), capacity: 64))
            var offsets: [UInt64] = []
            while try reader.advance() { offsets.append(reader.offset) }
            let first = SIPFixtures.plain.count
            #expect(offsets == [0, UInt64(first), UInt64(first + SIPFixtures.busy.count + 4)])
            #expect(reader.skipped == 0)
        }
    }

    @Test func `noise between messages is passed over and counted`() throws {
        let noise = Array("--- 2009-02-13 18:05:06 received ---\r\n".utf8)
        let whole = SIPFixtures.busy + noise + SIPFixtures.busy
        var reader = SIPStreamReader(ByteStream(MemoryByteSource(whole)))
        var skipped: [UInt64] = []
        while try reader.advance() { skipped.append(reader.skipped) }
        #expect(skipped == [0, UInt64(noise.count)])
    }

    @Test func `a Content-Length that reaches into the next message does not swallow it`() throws {
        let long = SIPFixtures.invite("Content-Length", "Content-Length: 100")
        let whole = long + Array("\r\n".utf8) + SIPFixtures.busy + SIPFixtures.busy
        var reader = SIPStreamReader(ByteStream(MemoryByteSource(whole)))
        var count = 0
        while try reader.advance() { count += 1 }
        #expect(count == 3)
    }

    /// Hands over its bytes, then fails.
    struct FailingSource: ByteSource {
        var bytes: MemoryByteSource

        mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
            let count = try bytes.read(into: &buffer)
            if count == 0 { throw .damagedCompression(offset: 7) }
            return count
        }
    }

    @Test func `what came before a damaged place is delivered before the damage is told`() throws {
        let whole = SIPFixtures.busy + SIPFixtures.plain.prefix(300)
        var reader = SIPStreamReader(ByteStream(FailingSource(bytes: MemoryByteSource(whole))))
        for _ in 0..<2 {
            let isFound = try reader.advance()
            #expect(isFound)
        }
        let count = reader.bytes.count
        #expect(count == 300)
        var failure: InputError?
        do throws(InputError) { _ = try reader.advance() } catch { failure = error }
        #expect(failure == .damagedCompression(offset: 7))
    }

    @Test func `reading a message allocates nothing`() {
        let bytes = SIPFixtures.plain
        _ = readCall(bytes.span)
        let before = vigie_allocations_on_this_thread()
        var sum = 0
        for _ in 0..<1_000 { sum &+= readCall(bytes.span) }
        let after = vigie_allocations_on_this_thread()
        #expect(sum != 0)
        #expect(after == before)
    }

    @Test func `checking a message against the grammar allocates nothing`() {
        let bytes = SIPFixtures.plain
        // Only a good message: the testing library allocates a backtrace for every error thrown.
        #expect(check(bytes.span) == 0)
        let before = vigie_allocations_on_this_thread()
        var sum = 0
        for _ in 0..<100 { sum &+= check(bytes.span) }
        let after = vigie_allocations_on_this_thread()
        #expect(sum == 0)
        #expect(after == before)
    }
}

/// Reads what joining a call needs, as the hot path does.
@inline(never)
func readCall(_ bytes: Span<UInt8>) -> Int {
    let message = SIPMessage(scanning: bytes)
    guard message.problem == nil, let cSeq = message.cSeq, let from = message.from, let to = message.to,
        let via = message.topVia
    else { return 0 }
    return message[message.callID].count &+ Int(cSeq.number) &+ from.tag.count &+ from.uri.user.count
        &+ to.tag.count
        &+ to.uri.user.count &+ via.branch.count &+ Int(message.statusCode) &+ Int(message.method.rawValue)
}

/// Checks a message; the offset of what is wrong, or 0.
@inline(never)
func check(_ bytes: Span<UInt8>) -> Int {
    do throws(SIPParseError) {
        try SIPMessage(scanning: bytes).validate()
        return 0
    } catch {
        return error.offset
    }
}
