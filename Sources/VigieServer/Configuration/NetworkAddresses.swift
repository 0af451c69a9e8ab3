public import VigieWire

/// An address and port to listen on.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 address without brackets; `0.0.0.0` and `::` are all of them.
    public var host: String
    /// The port; 0: one that is free.
    public var port: Int

    /// An address as it is; nothing is checked.
    public init(_ host: String, _ port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:5060`, `[::1]:5060`, `localhost:5060` or `*:5060`; `nil` for anything else, names too.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port),
            text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        var host = String(text[..<colon])
        switch host {
        case "localhost": host = "127.0.0.1"
        case "*": host = "0.0.0.0"
        default:
            let bracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.count > 2
            if bracketed { host = String(host.dropFirst().dropLast()) }
            guard let address = IPEndpoint(address: host), address.isIPv4 != bracketed else { return nil }
        }
        self.init(host, port)
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    /// `127.0.0.1:5060` or `[::1]:5060`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A network in CIDR form; one address is a network of its own.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The network's address, host bits zero; IPv4 as `::ffff:a.b.c.d`.
    public let base: IPEndpoint
    /// How many of the 128 bits are the network's; IPv4 counts from 96.
    public let bits: Int

    /// `192.0.2.0/24`, `2001:db8::/32` or one address; `nil` when it is neither, or when bits of the host are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPEndpoint(address: String(first)) else { return nil }
        // `::ffff:192.0.2.0/120` is written with the 128 bits of IPv6.
        let isShort = address.isIPv4 && !text.contains(":")
        let longest = isShort ? 32 : 128
        var length = longest
        if parts.count == 2 {
            guard let written = Int(parts[1]), (0...longest).contains(written) else { return nil }
            length = written
        }
        bits = length + (isShort ? 96 : 0)
        base = address
        let (high, low) = Self.masks(bits)
        guard address.high & ~high == 0, address.low & ~low == 0 else { return nil }
    }

    /// Whether the address of `endpoint` belongs to the network; ports do not count.
    public func contains(_ endpoint: IPEndpoint) -> Bool {
        let (high, low) = Self.masks(bits)
        return endpoint.high & high == base.high && endpoint.low & low == base.low
    }

    private static func masks(_ bits: Int) -> (UInt64, UInt64) {
        // Swift's shifts by 64 and more give 0, which is the mask of no bits.
        (
            bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)),
            bits <= 64 ? 0 : ~(UInt64.max >> UInt64(bits - 64))
        )
    }

    /// `192.0.2.0/24`; one address without its length.
    public var description: String {
        if bits == 128 { return base.address }
        return base.isIPv4 && bits >= 96 ? "\(base.address)/\(bits - 96)" : "\(base.address)/\(bits)"
    }
}

extension IPEndpoint {
    /// An address as text, port 0: dotted IPv4, or IPv6 (RFC 4291 §2.2) without brackets and zone; `nil` for anything else.
    public init?(address text: String) {
        if let ipv4 = Self.dotted(text[...]) {
            self.init(ipv4: ipv4, port: 0)
            return
        }
        // RFC 4291 §2.2: 1. eight groups of hexadecimal digits; 2. one `::` for a run of zeros; 3. the last two as IPv4.
        let halves = text.components(of: "::")
        guard text.utf8.count <= 45, (1...2).contains(halves.count) else { return nil }
        var groups: [[UInt16]] = []
        for (index, half) in halves.enumerated() {
            guard let read = Self.groups(half, isLast: index == halves.count - 1) else { return nil }
            groups.append(read)
        }
        let given = groups.reduce(0) { $0 + $1.count }
        guard halves.count == 2 ? given < 8 : given == 8 else { return nil }
        let middle = [UInt16](repeating: 0, count: 8 - given)
        let all = groups[0] + middle + (groups.count == 2 ? groups[1] : [])
        let high = all[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        self.init(high: high, low: low, port: 0)
    }

    private static func groups(_ text: Substring, isLast: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var result: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, let ipv4 = dotted(part) {
                result += [UInt16(ipv4 >> 16), UInt16(ipv4 & 0xFFFF)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                result.append(group)
            }
        }
        return result
    }

    private static func dotted(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let octet = UInt8(part), part.utf8.count == 1 || part.utf8.first != 0x30
            else { return nil }
            value = value << 8 | UInt32(octet)
        }
        return value
    }
}

extension String {
    /// The parts between each `separator`; one part when there is none.
    fileprivate func components(of separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
