/// What an input is, told by its first bytes and never by its name.
public enum InputFormat: String, Sendable, CaseIterable {
    /// libpcap file: any byte order, micro- or nanoseconds, also the "modified" variant with longer record headers.
    case pcap
    /// pcapng file, either byte order.
    case pcapng
    /// HEP packets of version 1, 2 or 3, one behind the other.
    case hep
    /// gzip around something else: wrap the source in a `GzipByteSource` and look again.
    case gzip
    /// A raw SIP message as text.
    case sip
    /// Text in rows or objects: perhaps call records; the records reader looks closer.
    case callRecords
    /// No byte at all.
    case empty
    /// None of these.
    case unknown

    /// How many bytes `sniff` wants to see; fewer are enough when the input is shorter.
    public static let headLength = 4_096

    /// Tells the format by the first bytes of an input.
    public static func sniff(_ head: Span<UInt8>) -> InputFormat {
        guard head.count > 0 else { return .empty }
        if head.count >= 2, head[0] == 0x1F, head[1] == 0x8B { return .gzip }
        if head.count >= 4 {
            switch head.big32(0) {
            case 0x0A0D_0D0A: return .pcapng
            case 0xA1B2_C3D4, 0xD4C3_B2A1, 0xA1B2_3C4D, 0x4D3C_B2A1, 0xA1B2_CD34, 0x34CD_B2A1: return .pcap
            default: break
            }
        }
        if HEPPacket.isHead(head, 0, head.count) { return .hep }
        let first = skipMark(head)
        let text = SIPStart.skipBlank(head, first, head.count)
        if text < head.count, SIPStart.isStartLine(head, text, head.count) { return .sip }
        return looksLikeRows(head, from: first) ? .callRecords : .unknown
    }

    /// Behind a UTF-8 byte order mark.
    private static func skipMark(_ head: Span<UInt8>) -> Int {
        head.count >= 3 && head[0] == 0xEF && head[1] == 0xBB && head[2] == 0xBF ? 3 : 0
    }

    /// Text without control octets that has a separator or opens an object; an UTF-16 mark counts too.
    private static func looksLikeRows(_ head: Span<UInt8>, from first: Int) -> Bool {
        if head.count >= 2, head[0] &+ head[1] == 0xFD, head[0] == 0xFF || head[0] == 0xFE { return true }
        var hasSeparator = false
        for index in first..<min(head.count, headLength) {
            switch head[index] {
            case 0x2C, 0x3B, 0x7C, 0x09, 0x7B, 0x5B: hasSeparator = true
            case 0x0A, 0x0D: break
            case 0..<0x20, 0x7F: return false
            default: break
            }
        }
        return hasSeparator
    }
}
