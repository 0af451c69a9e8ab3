extension PacketDecoder {
    /// Steps over a link-layer header and tells what follows.
    mutating func link(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int, _ linkType: UInt32) -> Layer {
        fragments.isComplete = false
        guard at < end else { return aside("empty-frame") }
        switch linkType {
        case 1: return .ethernet
        case 12, 14, 101, 228, 229: return .ip
        case 0, 108:
            // BSD loopback: a 4-byte address family in the byte order of the capturing (0) or any (108) machine. IPv4 is 2
            // everywhere, IPv6 10, 24, 28 or 30: the version nibble behind it says it better.
            guard end - at >= 5 else { return stop("loopback-cut-short") }
            let family = bytes.big32(at)
            at += 4
            let isSmall = family < 256 || family.byteSwapped < 256
            return isSmall && [4, 6].contains(bytes[at] >> 4) ? .ip : aside("loopback-not-ip")
        case 113:
            // Linux cooked v1: type, hardware, address length, address 8, protocol at 14.
            guard end - at >= 16 else { return stop("linux-cooked-cut-short") }
            let type = bytes.big16(at + 14)
            at += 16
            return .etherType(type)
        case 276:
            // Linux cooked v2: protocol, reserved, interface u32, hardware, type, address length, address 8.
            guard end - at >= 20 else { return stop("linux-cooked-cut-short") }
            let type = bytes.big16(at)
            at += 20
            return .etherType(type)
        case 9, 50: return .ppp
        case 51:
            guard end - at >= 6 else { return stop("ppp-cut-short") }
            at += 6
            return .ppp
        case 104:
            // Cisco HDLC: address, control, EtherType.
            guard end - at >= 4 else { return stop("hdlc-cut-short") }
            let type = bytes.big16(at + 2)
            at += 4
            return .etherType(type)
        case 197: return erf(bytes, &at, end)
        default: return aside("link-type-not-read")
        }
    }

    /// Endace record: time 8, type 1, flags 1, length 2, loss 2, wire length 2; extension headers of 8 while the type's high bit is set.
    private mutating func erf(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Layer {
        guard end - at >= 18 else { return stop("erf-cut-short") }
        let type = bytes[at + 8] & 0x7F
        var more = bytes[at + 8] & 0x80 != 0
        at += 16
        while more {
            guard end - at >= 10 else { return stop("erf-cut-short") }
            more = bytes[at] & 0x80 != 0
            at += 8
        }
        // Ethernet types 2, 11, 16 and 20 put 2 bytes of offset and pad before the frame.
        guard [2, 11, 16, 20].contains(type) else { return aside("link-type-not-read") }
        at += 2
        return .ethernet
    }

    /// PPP: optional address and control ff03, then a protocol of 2 bytes (1 when compressed: its last bit is set).
    mutating func ppp(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Layer {
        guard end - at >= 4 else { return stop("ppp-cut-short") }
        if bytes.big16(at) == 0xFF03 { at += 2 }
        let isShort = bytes[at] & 1 != 0
        let type = isShort ? UInt16(bytes[at]) : bytes.big16(at)
        at += isShort ? 1 : 2
        return type == 0x21 || type == 0x57 ? .ip : aside("ppp-not-ip")
    }

    /// Follows an EtherType, through tags and labels, to IP.
    mutating func network(_ bytes: Span<UInt8>, _ at: inout Int, _ end: inout Int, _ type: UInt16) -> Layer {
        switch type {
        case 0x0800, 0x86DD: return .ip
        case 0x8100, 0x88A8, 0x9100, 0x9200, 0x9300:
            guard end - at >= 4 else { return stop("vlan-cut-short") }
            let next = bytes.big16(at + 2)
            at += 4
            return .etherType(next)
        case 0x8847, 0x8848: return mpls(bytes, &at, end)
        case 0x8864:
            guard end - at >= 8 else { return stop("ppp-cut-short") }
            at += 6
            return .ppp
        case 0x6558: return .ethernet
        case 0x88BE, 0x22EB: return erspan(bytes, &at, end, isThird: type == 0x22EB)
        case 0x0806: return aside("arp")
        case 0...1_500:
            // IEEE 802.3: a length, then LLC; SNAP (aa aa 03, organisation 0) carries an EtherType.
            end = min(end, at + Int(type))
            guard end - at >= 8, bytes[at] == 0xAA, bytes[at + 1] == 0xAA, bytes[at + 2] == 3,
                bytes[at + 3] == 0, bytes.big16(at + 4) == 0
            else { return aside("ethernet-not-ip") }
            let next = bytes.big16(at + 6)
            at += 8
            return next > 1_500 ? .etherType(next) : aside("ethernet-not-ip")
        default: return aside("ethernet-not-ip")
        }
    }

    /// RFC 3032: labels of 4 bytes until the bottom-of-stack bit; IP by its nibble, else a pseudo wire's control word and Ethernet.
    private mutating func mpls(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Layer {
        var isBottom = false
        while !isBottom {
            guard end - at >= 5 else { return stop("mpls-cut-short") }
            isBottom = bytes[at + 2] & 1 != 0
            at += 4
        }
        switch bytes[at] >> 4 {
        case 4, 6: return .ip
        case 0:
            guard end - at >= 4 else { return stop("mpls-cut-short") }
            at += 4
            return .ethernet
        default: return aside("mpls-not-ip")
        }
    }

    /// RFC 2784 and 2890: flags (C checksum, K key, S sequence), protocol, then 4 bytes for each flag. Version 1 (PPTP) carries PPP.
    mutating func gre(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Layer {
        guard end - at >= 4 else { return stop("gre-cut-short") }
        let flags = bytes.big16(at)
        let type = bytes.big16(at + 2)
        var length = 4
        if flags & 0x8000 != 0 || flags & 0x4000 != 0 { length += 4 }
        if flags & 0x2000 != 0 { length += 4 }
        if flags & 0x1000 != 0 { length += 4 }
        let version = flags & 7
        if version == 1, flags & 0x0080 != 0 { length += 4 }
        guard version <= 1 else { return aside("gre-version-not-read") }
        guard flags & 0x4000 == 0 else { return aside("gre-source-routing-not-read") }
        guard end - at > length else {
            return length == end - at ? aside("gre-empty") : stop("gre-cut-short")
        }
        at += length
        if version == 1 { return type == 0x880B ? .ppp : aside("gre-not-ip") }
        // ERSPAN type I has no header of its own and no sequence number.
        if type == 0x88BE, flags & 0x1000 == 0 { return .ethernet }
        return .etherType(type)
    }

    /// ERSPAN II: 8 bytes before the mirrored frame. III: 12, and 8 more when the last bit says so.
    private mutating func erspan(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int, isThird: Bool) -> Layer {
        guard end - at >= (isThird ? 12 : 8) else { return stop("erspan-cut-short") }
        let isLong = isThird && bytes[at + 11] & 1 != 0
        at += isThird ? (isLong ? 20 : 12) : 8
        return at < end ? .ethernet : stop("erspan-cut-short")
    }
}
