/// An IPv4 or IPv6 address with a port, in 24 bytes and without a heap allocation.
public struct IPEndpoint: Hashable, Sendable {
    /// The address as 128 bits, network order; IPv4 as `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
    public var high: UInt64
    /// The lower half of the address.
    public var low: UInt64
    /// 0 when there is none.
    public var port: UInt16

    /// An address given as 128 bits, network order.
    public init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// An IPv4 address, the first octet in the highest bits.
    public init(ipv4: UInt32, port: UInt16) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4), port: port)
    }

    /// Whether this is an IPv4 address.
    public var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }
}

extension IPEndpoint: CustomStringConvertible {
    /// The address alone: dotted for IPv4, RFC 5952 without brackets for IPv6.
    public var address: String {
        if isIPv4 {
            return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        let groups: [UInt16] = (0..<8).map { index in
            let half: UInt64 = index < 4 ? high : low
            return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index % 4)))
        }
        var best = 0..<0
        var index = 0
        while index < 8 {
            let first = index
            while index < 8, groups[index] == 0 { index += 1 }
            if index - first > max(1, best.count) { best = first..<index }
            if index == first { index += 1 }
        }
        func hex(_ range: Range<Int>) -> String {
            range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
        }
        return best.isEmpty ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }

    /// `192.0.2.1:5060` or `[2001:db8::1]:5060`.
    public var description: String { isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
