/// The global header of a pcap file.
///
/// 0 magic, 4 version major u16 and minor u16, 8 zone and accuracy (unused), 16 snapshot length u32, 20 link type u32 (upper bits:
/// frame check sequence). Then records of 16 bytes: seconds u32, fraction u32, captured length u32, original length u32.
struct PcapHeader {
    var isBigEndian = false
    var isNanosecond = false
    /// 16, or 24 with the "modified" magic a1b2cd34, which adds interface u32, protocol u16, packet type u8 and a pad.
    var recordHeader = 16
    var linkType: UInt32 = 1

    /// The largest record we hold. libpcap itself refuses above 256 KiB; some tools write whole 1 MiB buffers.
    static let maxRecord = 1 << 20

    init() {}

    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 24 else { return nil }
        switch bytes.big32(0) {
        case 0xA1B2_C3D4: isBigEndian = true
        case 0xD4C3_B2A1: break
        case 0xA1B2_3C4D: (isBigEndian, isNanosecond) = (true, true)
        case 0x4D3C_B2A1: isNanosecond = true
        case 0xA1B2_CD34: (isBigEndian, recordHeader) = (true, 24)
        case 0x34CD_B2A1: recordHeader = 24
        default: return nil
        }
        linkType = bytes.integer32(20, bigEndian: isBigEndian) & 0xFFFF
    }
}

extension CaptureMachine {
    mutating func readPcapHeader() throws(InputError) -> Step {
        guard try stream.require(24), let header = PcapHeader(stream.unread) else {
            decoder.malformed.count("pcap-header-cut-short", at: stream.offset)
            return .end
        }
        pcap = header
        stream.consume(24)
        return .nothing
    }

    mutating func readPcapRecord() throws(InputError) -> Step {
        let headerLength = pcap.recordHeader
        guard try stream.require(headerLength) else {
            if stream.unreadCount > 0 {
                decoder.malformed.count("pcap-last-record-cut-short", at: stream.offset)
            }
            return .end
        }
        // Two files glued together: no capture holds a packet of the second a1b2c3d4 (in 2055) and 2.4 fractions.
        if let again = try glued() {
            pcap = again
            stream.consume(24)
            return .nothing
        }
        let order = pcap.isBigEndian
        let seconds = stream.unread.integer32(0, bigEndian: order)
        let fraction = stream.unread.integer32(4, bigEndian: order)
        let captured = Int(stream.unread.integer32(8, bigEndian: order))
        let original = Int(stream.unread.integer32(12, bigEndian: order))
        guard captured <= PcapHeader.maxRecord else {
            decoder.malformed.count("pcap-record-length-impossible", at: stream.offset)
            return try resynchronisePcap()
        }
        // A disk that filled up, or a copy that was cut, leaves a file of zeros: no packet is of 1970 and empty.
        if captured | original == 0, seconds | fraction == 0 {
            decoder.malformed.count("pcap-zeros-for-a-record", at: stream.offset)
            return try skipZeros(keeping: headerLength) ? try resynchronisePcap() : .end
        }
        let isWhole = try stream.require(headerLength + captured)
        let end = isWhole ? headerLength + captured : stream.unreadCount
        if !isWhole { decoder.malformed.count("pcap-last-record-cut-short", at: stream.offset) }
        let nanoseconds = Int64(fraction) * (pcap.isNanosecond ? 1 : 1_000)
        packets += 1
        recordLength = end
        decoder.begin(
            time: Timestamp(seconds: Int64(seconds), nanoseconds: nanoseconds), interface: 0,
            offset: stream.offset, isCut: original > captured || !isWhole)
        return Self.frame(stream, &decoder, headerLength, end, pcap.linkType)
    }

    /// Passes over zeros, all but the last `kept`, which may belong to a record; `false` when nothing else follows.
    private mutating func skipZeros(keeping kept: Int) throws(InputError) -> Bool {
        while true {
            let count = stream.unreadCount
            var zeros = 0
            while zeros < count, stream.unread.word(at: zeros) == 0 { zeros += 8 }
            while zeros < count, stream.unread[zeros] == 0 { zeros += 1 }
            stream.consume(max(0, min(zeros, count) - kept))
            if zeros < count { return true }
            if try !stream.readMore() {
                stream.consume(stream.unreadCount)
                return false
            }
        }
    }

    private mutating func glued() throws(InputError) -> PcapHeader? {
        let word = stream.unread.big32(0)
        guard word == 0xA1B2_C3D4 || word == 0xD4C3_B2A1 || word == 0xA1B2_3C4D || word == 0x4D3C_B2A1,
            try stream.require(24), let header = PcapHeader(stream.unread),
            stream.unread.integer16(4, bigEndian: header.isBigEndian) == 2,
            stream.unread.integer16(6, bigEndian: header.isBigEndian) == 4
        else { return nil }
        return header
    }

    /// Behind a damaged record header: steps byte by byte to where two believable records follow each other.
    private mutating func resynchronisePcap() throws(InputError) -> Step {
        let header = pcap.recordHeader
        stream.consume(1)
        while true {
            // Enough for the longest IP packet in a record and the header of the record behind it, three times over.
            _ = try stream.require(200_000)
            guard stream.unreadCount >= header * 2 else { break }
            let stop = stream.sourceEnded ? stream.unreadCount - header : stream.unreadCount - 66_000
            let at = firstBelievable(before: stop)
            stream.consume(at)
            if at < stop { return .nothing }
            if stream.sourceEnded { break }
        }
        stream.consume(stream.unreadCount)
        return .end
    }

    private func firstBelievable(before stop: Int) -> Int {
        let bytes = stream.unread
        var at = 0
        while at < stop, !believable(bytes, at) { at += 1 }
        return at
    }

    private func believable(_ bytes: Span<UInt8>, _ at: Int) -> Bool {
        guard let next = recordEnd(bytes, at), next > at + pcap.recordHeader else { return false }
        guard next + pcap.recordHeader <= bytes.count else {
            return next == bytes.count && stream.sourceEnded
        }
        return recordEnd(bytes, next) != nil
    }

    /// Where the record at `at` ends, when its time is within a day of the last one and its lengths agree.
    private func recordEnd(_ bytes: Span<UInt8>, _ at: Int) -> Int? {
        let order = pcap.isBigEndian
        let captured = Int(bytes.integer32(at + 8, bigEndian: order))
        let original = Int(bytes.integer32(at + 12, bigEndian: order))
        let fraction = bytes.integer32(at + 4, bigEndian: order)
        let seconds = Int64(bytes.integer32(at, bigEndian: order))
        let last = decoder.packet.time.seconds
        guard captured <= 65_600, original >= captured, original <= 65_600 * 2,
            fraction < (pcap.isNanosecond ? 1_000_000_000 : 1_000_000),
            last == 0 || abs(seconds - last) < 86_400
        else { return nil }
        return at + pcap.recordHeader + captured
    }
}
