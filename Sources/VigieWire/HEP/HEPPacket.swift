/// One HEP packet, read in place: numbers by value, texts as index ranges into the bytes it was read from.
///
/// HEP 3 (specification revision 37): `HEP3`, total length u16, then chunks of vendor u16, type u16, length u16 (its own 6 bytes
/// included), body; all big-endian. Only chunks of vendor 0 have the meanings below; any other vendor's are stepped over.
///
/// HEP 1 and 2: version u8, header length u8, family u8, IP protocol u8, source port u16, destination port u16, two addresses; version 2
/// adds seconds u32, microseconds u32, agent u16 and 2 bytes of padding in the byte order of the agent's machine. The payload is the rest.
public struct HEPPacket: Sendable {
    /// A range of indices, small enough to keep two dozen of.
    public struct Slice: Sendable, Equatable {
        /// Index of the first octet.
        public var lower: Int32 = 0
        /// Index behind the last octet.
        public var upper: Int32 = 0
        /// Whether the chunk was absent or empty.
        public var isEmpty: Bool { lower == upper }
    }

    /// 1, 2 or 3.
    public var version: UInt8 = 3
    /// Chunk 0x01: 2 is IPv4, 10 is IPv6.
    public var addressFamily: UInt8 = 0
    /// Chunk 0x02: 17 UDP, 6 TCP, 132 SCTP.
    public var ipProtocol: UInt8 = 0
    /// Chunks 0x03, 0x05 and 0x07; `nil` when the agent sent no address.
    public var source: IPEndpoint?
    /// Chunks 0x04, 0x06 and 0x08.
    public var destination: IPEndpoint?
    /// Chunks 0x09 and 0x0a; `nil` when the agent sent no time.
    public var time: Timestamp?
    /// Chunk 0x0b: 1 is SIP; versions 1 and 2 carry nothing else.
    public var protocolType: UInt8 = 1
    /// Chunk 0x0c.
    public var agent: UInt32 = 0
    /// Chunk 0x0d, seconds.
    public var keepAlive: UInt16 = 0
    /// Chunk 0x0e.
    public var authenticationKey = Slice()
    /// Chunk 0x0f, or 0x10 when `isCompressed`.
    public var payload = Slice()
    /// Whether `payload` is chunk 0x10.
    public var isCompressed = false
    /// Chunk 0x11.
    public var correlationID = Slice()
    /// Chunk 0x12.
    public var vlan: UInt16 = 0
    /// Chunk 0x13.
    public var agentName = Slice()
    /// Chunk 0x14.
    public var sourceMAC: UInt64 = 0
    /// Chunk 0x15.
    public var destinationMAC: UInt64 = 0
    /// Chunk 0x16.
    public var etherType: UInt16 = 0
    /// Chunk 0x17.
    public var tcpFlags: UInt8 = 0
    /// Chunk 0x18.
    public var typeOfService: UInt8 = 0
    /// Chunk 0x20, hundredths.
    public var meanOpinionScore: UInt16 = 0
    /// Chunk 0x21.
    public var rFactor: UInt16 = 0
    /// Chunk 0x22.
    public var geoLocation = Slice()
    /// Chunk 0x23.
    public var jitter: UInt32 = 0
    /// Chunk 0x24.
    public var transactionType = Slice()
    /// Chunk 0x25.
    public var payloadKeys = Slice()
    /// Chunk 0x26.
    public var tags = Slice()
    /// Chunk 0x27.
    public var tagType: UInt16 = 0
    /// Chunk 0x28.
    public var eventType: UInt16 = 0
    /// Chunk 0x29.
    public var groupID = Slice()
    /// The first thing that was not as the specification says and that could be read over.
    public var oddity: StaticString?
    /// Index behind the packet.
    public var end = 0

    /// An empty packet, to be read into.
    public init() {}

    /// Reads the packet in `bytes[lower..<upper]`; the name of the rule that does not hold when it cannot be read at all.
    public mutating func read(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> StaticString? {
        self = HEPPacket()
        guard lower >= 0, upper <= bytes.count, upper - lower >= 6 else { return "hep-too-short" }
        if bytes[lower] == 1 || bytes[lower] == 2 { return readOld(bytes, lower, upper) }
        guard Self.isMagic3(bytes, lower, upper) else { return "hep-unknown-version" }
        return readChunks(bytes, lower, upper)
    }

    /// Whether a HEP packet begins at `lower`: `HEP3`, or a version 1 or 2 header whose payload is SIP.
    static func isHead(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        guard lower < upper else { return false }
        if bytes[lower] == 0x48 { return isMagic3(bytes, lower, upper) }
        let header = oldHeaderLength(bytes, lower, upper)
        guard header > 0 else { return false }
        let payload = SIPStart.skipBlank(bytes, lower + header, upper)
        return payload < upper
            && (SIPStart.isVersion(bytes, payload, upper) || SIPStart.isStartLine(bytes, payload, upper))
    }

    static func isMagic3(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        upper - lower >= 4 && bytes.big32(lower) == 0x4845_5033
    }

    /// Length of a version 1 or 2 header with its time; 0 when there is none.
    static func oldHeaderLength(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Int {
        guard upper - lower >= 16, bytes[lower] == 1 || bytes[lower] == 2 else { return 0 }
        // The address family is the number of the agent's own system: 10 on Linux, 28 and 30 on BSDs.
        let addresses =
            switch bytes[lower + 2] {
            case 2: 16
            case 10, 28, 30: 40
            default: 0
            }
        guard addresses > 0, [6, 17, 132].contains(bytes[lower + 3]) else { return 0 }
        let isSecond = bytes[lower] == 2
        let stated = Int(bytes[lower + 1])
        guard stated == addresses || (isSecond && stated == addresses + 12) else { return 0 }
        let length = addresses + (isSecond ? 12 : 0)
        return upper - lower >= length ? length : 0
    }

    private mutating func readOld(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> StaticString? {
        let length = Self.oldHeaderLength(bytes, lower, upper)
        guard length > 0 else { return "hep-bad-header" }
        version = bytes[lower]
        addressFamily = bytes[lower + 2] == 2 ? 2 : 10
        ipProtocol = bytes[lower + 3]
        let sourcePort = bytes.big16(lower + 4)
        let destinationPort = bytes.big16(lower + 6)
        if addressFamily == 2 {
            source = IPEndpoint(ipv4: bytes.big32(lower + 8), port: sourcePort)
            destination = IPEndpoint(ipv4: bytes.big32(lower + 12), port: destinationPort)
        } else {
            source = IPEndpoint(high: bytes.big64(lower + 8), low: bytes.big64(lower + 16), port: sourcePort)
            destination = IPEndpoint(
                high: bytes.big64(lower + 24), low: bytes.big64(lower + 32), port: destinationPort)
        }
        if version == 2 {
            // Only one byte order leaves the microseconds below a million, or else we take the common one.
            let at = lower + length - 12
            let isBig =
                bytes.integer32(at + 4, bigEndian: false) >= 1_000_000 && bytes.big32(at + 4) < 1_000_000
            let seconds = bytes.integer32(at, bigEndian: isBig)
            let microseconds = bytes.integer32(at + 4, bigEndian: isBig)
            time = Timestamp(seconds: Int64(seconds), nanoseconds: Int64(microseconds) * 1_000)
            agent = UInt32(bytes.integer16(at + 8, bigEndian: isBig))
        }
        payload = Slice(
            lower: Int32(truncatingIfNeeded: lower + length), upper: Int32(truncatingIfNeeded: upper))
        end = upper
        return nil
    }
}
