/// What a pcapng section says about its packets.
///
/// A block is type u32, total length u32, body, total length u32 again. Section header 0x0A0D0D0A (byte order magic 1A2B3C4D), interface 1 (link type
/// u16, reserved, snapshot length u32, options), enhanced packet 6, simple packet 3, packet 2 (obsolete), the rest is stepped over.
struct PcapngState {
    var isBigEndian = false
    var interfaces: [Interface] = []
    /// Interfaces before this section, so that every interface of a file has its own number.
    var firstInterface: UInt32 = 0

    /// More interfaces than any machine has; further ones would only cost memory.
    static let maxInterfaces = 4_096
    /// The largest block that is held whole; larger ones are stepped over without being held.
    static let maxBlock = 4 << 20

    struct Interface {
        var linkType: UInt32
        var snapshotLength: UInt32
        var clock = PcapngClock()
        /// Packets that the capturing machine lost, as its statistics blocks said so far.
        var lost: UInt64 = 0
    }
}

/// How an interface counts time: option if_tsresol (9) and if_tsoffset (14).
struct PcapngClock {
    /// The if_tsresol octet: 10^-n seconds, or 2^-n when the highest bit is set.
    var resolution: UInt8 = 6
    /// Seconds to add.
    var offset: Int64 = 0

    func timestamp(_ units: UInt64) -> Timestamp {
        let exponent = Int(resolution & 0x7F)
        var seconds: UInt64
        var nanoseconds: UInt64
        if resolution & 0x80 != 0 {
            guard exponent < 64 else { return Timestamp(seconds: offset) }
            seconds = units >> UInt64(exponent)
            let fraction = exponent == 0 ? 0 : units & (UInt64.max >> UInt64(64 - exponent))
            // fraction · 10^9 / 2^exponent without overflow.
            let wide = fraction.multipliedFullWidth(by: 1_000_000_000)
            nanoseconds =
                exponent == 0 ? 0 : (wide.high << UInt64(64 - exponent)) | (wide.low >> UInt64(exponent))
        } else {
            guard exponent <= 19 else { return Timestamp(seconds: offset) }
            let perSecond = Self.power(exponent)
            seconds = units / perSecond
            let fraction = units % perSecond
            nanoseconds =
                exponent <= 9 ? fraction * Self.power(9 - exponent) : fraction / Self.power(exponent - 9)
        }
        let (sum, overflow) = Int64(truncatingIfNeeded: min(seconds, 1 << 60)).addingReportingOverflow(offset)
        return Timestamp(seconds: overflow ? .max : sum, nanoseconds: Int64(nanoseconds))
    }

    private static func power(_ exponent: Int) -> UInt64 {
        var value: UInt64 = 1
        for _ in 0..<exponent { value *= 10 }
        return value
    }
}

extension CaptureMachine {
    mutating func readPcapngBlock() throws(InputError) -> Step {
        guard try stream.require(12) else {
            if stream.unreadCount > 0 {
                decoder.malformed.count("pcapng-last-block-cut-short", at: stream.offset)
            }
            return .end
        }
        let isSection = stream.unread.big32(0) == 0x0A0D_0D0A
        if isSection {
            switch stream.unread.big32(8) {
            case 0x1A2B_3C4D: pcapng.isBigEndian = true
            case 0x4D3C_2B1A: pcapng.isBigEndian = false
            default:
                decoder.malformed.count("pcapng-byte-order-unknown", at: stream.offset)
                return try resynchronisePcapng()
            }
        }
        let order = pcapng.isBigEndian
        let type = stream.unread.integer32(0, bigEndian: order)
        let stated = stream.unread.integer32(4, bigEndian: order)
        guard stated >= 12, stated < 1 << 31 else {
            decoder.malformed.count("pcapng-block-length-impossible", at: stream.offset)
            return try resynchronisePcapng()
        }
        // Blocks are padded to four bytes; a length that is not a multiple of four is rounded up as readers do.
        let total = (Int(stated) + 3) & ~3
        let isKnown = isSection || type == 1 || type == 2 || type == 3 || type == 5 || type == 6
        guard isKnown, total <= PcapngState.maxBlock else {
            if isKnown { decoder.malformed.count("pcapng-block-too-long", at: stream.offset) }
            let before = stream.offset
            try skip(UInt64(total))
            if stream.offset - before < UInt64(total) {
                decoder.malformed.count("pcapng-last-block-cut-short", at: before)
            }
            return .nothing
        }
        let isWhole = try stream.require(total)
        if !isWhole {
            decoder.malformed.count("pcapng-last-block-cut-short", at: stream.offset)
        } else if stream.unread.integer32(total - 4, bigEndian: order) != stated {
            decoder.malformed.count("pcapng-block-lengths-differ", at: stream.offset)
            return try resynchronisePcapng()
        }
        let end = isWhole ? total - 4 : stream.unreadCount
        recordLength = isWhole ? total : stream.unreadCount
        switch isSection ? 0 : type {
        case 0:
            pcapng.firstInterface &+= UInt32(pcapng.interfaces.count)
            pcapng.interfaces.removeAll(keepingCapacity: true)
        case 1: readInterface(end)
        case 2: return packetBlock(end, isOld: true)
        case 3: return simplePacket(end)
        case 5: readStatistics(end)
        default: return packetBlock(end, isOld: false)
        }
        return .nothing
    }

    private mutating func readInterface(_ end: Int) {
        guard end >= 16 else {
            return decoder.malformed.count("pcapng-interface-cut-short", at: stream.offset)
        }
        guard pcapng.interfaces.count < PcapngState.maxInterfaces else {
            return decoder.malformed.count("pcapng-too-many-interfaces", at: stream.offset)
        }
        let interface = interface(end)
        pcapng.interfaces.append(interface)
    }

    private func interface(_ end: Int) -> PcapngState.Interface {
        let order = pcapng.isBigEndian
        let span = stream.unread
        var interface = PcapngState.Interface(
            linkType: UInt32(span.integer16(8, bigEndian: order)),
            snapshotLength: span.integer32(12, bigEndian: order))
        var at = 16
        while at + 4 <= end {
            let code = span.integer16(at, bigEndian: order)
            let length = Int(span.integer16(at + 2, bigEndian: order))
            guard code != 0, at + 4 + length <= end else { break }
            if code == 9, length == 1 { interface.clock.resolution = span[at + 4] }
            if code == 14, length == 8 {
                interface.clock.offset = Int64(bitPattern: span.integer64(at + 4, bigEndian: order))
            }
            at += 4 + (length + 3) & ~3
        }
        return interface
    }

    /// Interface statistics: interface u32, time u64, options; if_drop (5) and os_drop (7) say what the capture lost.
    private mutating func readStatistics(_ end: Int) {
        guard end >= 20 else { return }
        let index = Int(stream.unread.integer32(8, bigEndian: pcapng.isBigEndian))
        guard index < pcapng.interfaces.count else { return }
        let lost = lostPackets(end)
        let before = pcapng.interfaces[index].lost
        guard lost > before else { return }
        pcapng.interfaces[index].lost = lost
        decoder.dropped.count("lost-before-capture", at: stream.offset, times: min(lost - before, 1 << 40))
    }

    private func lostPackets(_ end: Int) -> UInt64 {
        let order = pcapng.isBigEndian
        let span = stream.unread
        var lost: UInt64 = 0
        var at = 20
        while at + 12 <= end {
            let code = span.integer16(at, bigEndian: order)
            let length = Int(span.integer16(at + 2, bigEndian: order))
            guard code != 0, at + 4 + length <= end else { break }
            if code == 5 || code == 7, length == 8 {
                let value = span.integer64(at + 4, bigEndian: order)
                // All ones means that nobody knows.
                if value != .max { lost = max(lost, value) }
            }
            at += 4 + (length + 3) & ~3
        }
        return lost
    }

    /// Enhanced packet: interface u32, time high u32 and low u32, captured u32, original u32. The obsolete one: interface u16, drops u16.
    private mutating func packetBlock(_ end: Int, isOld: Bool) -> Step {
        guard end >= 28 else {
            decoder.malformed.count("pcapng-packet-cut-short", at: stream.offset)
            return .nothing
        }
        let order = pcapng.isBigEndian
        let index =
            isOld
            ? UInt32(stream.unread.integer16(8, bigEndian: order))
            : stream.unread.integer32(8, bigEndian: order)
        guard Int(index) < pcapng.interfaces.count else {
            decoder.malformed.count("pcapng-interface-unknown", at: stream.offset)
            return .nothing
        }
        let high = UInt64(stream.unread.integer32(12, bigEndian: order))
        let low = UInt64(stream.unread.integer32(16, bigEndian: order))
        let captured = Int(stream.unread.integer32(20, bigEndian: order))
        let original = Int(stream.unread.integer32(24, bigEndian: order))
        let interface = pcapng.interfaces[Int(index)]
        if 28 + captured > end { decoder.malformed.count("pcapng-packet-past-block", at: stream.offset) }
        return packet(
            interface, index, time: interface.clock.timestamp(high << 32 | low), 28, min(end, 28 + captured),
            original: original)
    }

    /// Simple packet: original length u32, then the frame; interface 0, no time: the time of the packet before it.
    private mutating func simplePacket(_ end: Int) -> Step {
        guard end >= 12, let interface = pcapng.interfaces.first else {
            decoder.malformed.count("pcapng-interface-unknown", at: stream.offset)
            return .nothing
        }
        let original = Int(stream.unread.integer32(8, bigEndian: pcapng.isBigEndian))
        let snapshot = interface.snapshotLength == 0 ? original : min(original, Int(interface.snapshotLength))
        return packet(
            interface, 0, time: decoder.frameTime, 12, min(end, 12 + snapshot), original: original)
    }

    private mutating func packet(
        _ interface: PcapngState.Interface, _ index: UInt32, time: Timestamp, _ lower: Int, _ upper: Int,
        original: Int
    ) -> Step {
        packets += 1
        decoder.begin(
            time: time, interface: pcapng.firstInterface &+ index, offset: stream.offset,
            isCut: original > upper - lower)
        return Self.frame(stream, &decoder, lower, upper, interface.linkType)
    }

    /// Behind a damaged block: steps by bytes to a block of a known type whose two lengths agree.
    private mutating func resynchronisePcapng() throws(InputError) -> Step {
        stream.consume(1)
        while true {
            _ = try stream.require(65_536)
            let count = stream.unreadCount
            guard count >= 12 else { break }
            let at = firstBlock()
            let isFound = at + 12 <= count
            stream.consume(isFound ? at : stream.sourceEnded ? count : max(1, count - 32_768))
            if isFound { return .nothing }
            if stream.sourceEnded, stream.unreadCount < 12 { break }
        }
        stream.consume(stream.unreadCount)
        return .end
    }

    private func firstBlock() -> Int {
        let bytes = stream.unread
        var at = 0
        while at + 12 <= bytes.count, !isBlock(bytes, at) { at += 1 }
        return at
    }

    private func isBlock(_ bytes: Span<UInt8>, _ at: Int) -> Bool {
        let order = pcapng.isBigEndian
        let type = bytes.integer32(at, bigEndian: order)
        guard type == 6 || type == 3 || type == 1 || bytes.big32(at) == 0x0A0D_0D0A else { return false }
        let total = Int(bytes.integer32(at + 4, bigEndian: order))
        guard total >= 12, total % 4 == 0, total < 1 << 20, at + total <= bytes.count else { return false }
        return Int(bytes.integer32(at + total - 4, bigEndian: order)) == total
    }
}
