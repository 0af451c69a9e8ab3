/// Writes a pcap file (Ethernet, little-endian) with whole UDP datagrams or TCP segments, fragmented as a network would.
///
/// Layout of the file: a 24-byte header, then for each frame a 16-byte record header (seconds, fraction, captured length,
/// original length) and the frame. Pure: take the bytes out with `takeBytes()` and write them wherever they should go.
public struct PcapWriter: Sendable {
    /// What was written and not taken yet; begins with the file header.
    public private(set) var bytes: [UInt8] = []
    /// Largest IP packet, in bytes; a larger datagram becomes fragments. 1,500 is Ethernet's.
    public let mtu: Int
    private let isNanosecond: Bool
    private var identification: UInt32 = 0

    /// A new file.
    ///
    /// - Parameters:
    ///   - nanoseconds: whether the fraction of a record's time is in nanoseconds (magic a1b23c4d) or microseconds.
    ///   - mtu: at least 576, the least that RFC 791 lets a network carry whole.
    public init(nanoseconds: Bool = true, mtu: Int = 1_500) {
        self.mtu = max(576, mtu)
        isNanosecond = nanoseconds
        bytes.little32(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4)
        bytes.little16(2)
        bytes.little16(4)
        bytes.little32(0)
        bytes.little32(0)
        bytes.little32(262_144)
        bytes.little32(1)
    }

    /// Hands over what was written since the last call, and forgets it.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: false) }
        return bytes
    }

    /// Appends a UDP datagram of `payload`; IPv4 when both addresses are, IPv6 otherwise.
    ///
    /// A payload of over 65,507 bytes cannot be a datagram: it is left out, and `false` says so.
    @discardableResult
    public mutating func append(
        udp payload: Span<UInt8>, from source: IPEndpoint, to destination: IPEndpoint, at time: Timestamp
    ) -> Bool {
        guard payload.count <= 65_507 else { return false }
        var datagram: [UInt8] = []
        datagram.reserveCapacity(payload.count + 8)
        datagram.big16(source.port)
        datagram.big16(destination.port)
        datagram.big16(UInt16(payload.count + 8))
        datagram.big16(0)
        datagram.append(span: payload)
        let sum = Self.checksum(datagram, from: source, to: destination, protocolNumber: 17)
        datagram.setBig16(sum == 0 ? 0xFFFF : sum, at: 6)
        append(ipPayload: datagram, protocolNumber: 17, from: source, to: destination, at: time)
        return true
    }

    /// Appends one TCP segment; the caller keeps it below the MTU, and counts the sequence numbers.
    ///
    /// - Parameter flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16.
    public mutating func append(
        tcp payload: Span<UInt8>, sequence: UInt32, acknowledgement: UInt32 = 0, flags: UInt8 = 0x18,
        from source: IPEndpoint, to destination: IPEndpoint, at time: Timestamp
    ) {
        var segment: [UInt8] = []
        segment.big16(source.port)
        segment.big16(destination.port)
        segment.big32(sequence)
        segment.big32(acknowledgement)
        segment.append(0x50)
        segment.append(flags)
        segment.big16(65_535)
        segment.big16(0)
        segment.big16(0)
        segment.append(span: payload)
        let sum = Self.checksum(segment, from: source, to: destination, protocolNumber: 6)
        segment.setBig16(sum, at: 16)
        append(ipPayload: segment, protocolNumber: 6, from: source, to: destination, at: time)
    }

    /// Appends what an IP packet carries, in as many fragments as the MTU asks for.
    public mutating func append(
        ipPayload payload: [UInt8], protocolNumber: UInt8, from source: IPEndpoint,
        to destination: IPEndpoint,
        at time: Timestamp
    ) {
        identification &+= 1
        let isIPv4 = source.isIPv4 && destination.isIPv4
        let headerLength = isIPv4 ? 20 : 40
        guard payload.count > mtu - headerLength else {
            appendPacket(
                payload[...], protocolNumber, source, destination, time, offset: 0, more: false,
                isFragment: false)
            return
        }
        // RFC 791 §3.2 and RFC 8200 §4.5: all fragments but the last carry a multiple of 8 bytes.
        let room = (mtu - headerLength - (isIPv4 ? 0 : 8)) / 8 * 8
        var offset = 0
        while offset < payload.count {
            let next = min(payload.count, offset + room)
            appendPacket(
                payload[offset..<next], protocolNumber, source, destination, time, offset: offset,
                more: next < payload.count, isFragment: true)
            offset = next
        }
    }

    /// Appends a raw Ethernet frame as it is.
    ///
    /// - Parameter originalLength: bytes it had on the wire, when the capture keeps only its beginning.
    public mutating func append(frame: [UInt8], at time: Timestamp, originalLength: Int? = nil) {
        recordHeader(length: frame.count, originalLength: originalLength ?? frame.count, time)
        bytes.append(contentsOf: frame)
    }

    private mutating func appendPacket(
        _ payload: ArraySlice<UInt8>, _ protocolNumber: UInt8, _ source: IPEndpoint,
        _ destination: IPEndpoint,
        _ time: Timestamp, offset: Int, more: Bool, isFragment: Bool
    ) {
        let isIPv4 = source.isIPv4 && destination.isIPv4
        let length = 14 + (isIPv4 ? 20 : isFragment ? 48 : 40) + payload.count
        recordHeader(length: length, originalLength: length, time)
        // Locally administered addresses, then the EtherType.
        bytes.append(contentsOf: [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1])
        bytes.big16(isIPv4 ? 0x0800 : 0x86DD)
        if isIPv4 {
            let header = bytes.count
            bytes.append(contentsOf: [0x45, 0])
            bytes.big16(UInt16(20 + payload.count))
            bytes.big16(UInt16(truncatingIfNeeded: identification))
            bytes.big16(UInt16(offset / 8) | (more ? 0x2000 : 0))
            bytes.append(contentsOf: [64, protocolNumber, 0, 0])
            bytes.big32(UInt32(truncatingIfNeeded: source.low))
            bytes.big32(UInt32(truncatingIfNeeded: destination.low))
            let sum = Self.fold(Self.sum(bytes[header..<header + 20]))
            bytes.setBig16(~sum, at: header + 10)
        } else {
            bytes.big32(0x6000_0000)
            bytes.big16(UInt16(payload.count + (isFragment ? 8 : 0)))
            bytes.append(contentsOf: [isFragment ? 44 : protocolNumber, 64])
            for half in [source.high, source.low, destination.high, destination.low] { bytes.big64(half) }
            if isFragment {
                bytes.append(contentsOf: [protocolNumber, 0])
                bytes.big16(UInt16(offset) | (more ? 1 : 0))
                bytes.big32(identification)
            }
        }
        bytes.append(contentsOf: payload)
    }

    private mutating func recordHeader(length: Int, originalLength: Int, _ time: Timestamp) {
        bytes.little32(UInt32(truncatingIfNeeded: time.seconds))
        let fraction = time.nanosecondsOfSecond / (isNanosecond ? 1 : 1_000)
        bytes.little32(UInt32(truncatingIfNeeded: fraction))
        bytes.little32(UInt32(truncatingIfNeeded: length))
        bytes.little32(UInt32(truncatingIfNeeded: originalLength))
    }

    // RFC 1071: the ones' complement of the ones' complement sum of 16-bit words, over a pseudo header too.
    private static func checksum(
        _ segment: [UInt8], from source: IPEndpoint, to destination: IPEndpoint, protocolNumber: UInt8
    ) -> UInt16 {
        var total = sum(segment[...]) + UInt64(protocolNumber) + UInt64(segment.count)
        let isIPv4 = source.isIPv4 && destination.isIPv4
        for endpoint in [source, destination] {
            for half in isIPv4 ? [endpoint.low & 0xFFFF_FFFF] : [endpoint.high, endpoint.low] {
                total += (half >> 48) + (half >> 32 & 0xFFFF) + (half >> 16 & 0xFFFF) + (half & 0xFFFF)
            }
        }
        return ~fold(total)
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var total: UInt64 = 0
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            total += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
            index += 2
        }
        if index < bytes.endIndex { total += UInt64(bytes[index]) << 8 }
        return total
    }

    private static func fold(_ total: UInt64) -> UInt16 {
        var total = total
        while total > 0xFFFF { total = (total >> 16) + (total & 0xFFFF) }
        return UInt16(total)
    }
}
