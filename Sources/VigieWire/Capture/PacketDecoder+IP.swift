extension PacketDecoder {
    /// RFC 791 §3.1: steps over the header and its options; fragments go to the table.
    mutating func ipv4(_ bytes: Span<UInt8>, _ at: inout Int, _ end: inout Int) -> Layer {
        guard end - at >= 20 else { return stop("ipv4-cut-short") }
        let header = Int(bytes[at] & 15) * 4
        guard header >= 20, end - at >= header else { return stop("ipv4-header-length") }
        // Zero comes from segmentation offload: the packet fills the frame.
        let stated = Int(bytes.big16(at + 2))
        let total = stated == 0 ? end - at : stated
        guard total >= header else { return stop("ipv4-total-length") }
        let isShort = at + total > end
        if !isShort { end = at + total }
        let protocolNumber = bytes[at + 9]
        packet.source = IPEndpoint(ipv4: bytes.big32(at + 12), port: 0)
        packet.destination = IPEndpoint(ipv4: bytes.big32(at + 16), port: 0)
        let word = bytes.big16(at + 6)
        let identification = bytes.big16(at + 4)
        at += header
        guard word & 0x3FFF != 0 else {
            if isShort { cut(at - header + total - end) }
            return .transport(protocolNumber)
        }
        guard !isShort else { return stop("fragment-cut-short") }
        let key = FragmentKey(
            source: packet.source, destination: packet.destination, identification: UInt32(identification),
            protocolNumber: protocolNumber)
        fragment(
            bytes, at, end, key, offset: Int(word & 0x1FFF) * 8, more: word & 0x2000 != 0,
            protocolNumber: protocolNumber)
        return .end
    }

    /// RFC 8200 §4: steps over the header and the extension headers; a fragment header sends the rest to the table.
    mutating func ipv6(_ bytes: Span<UInt8>, _ at: inout Int, _ end: inout Int) -> Layer {
        guard end - at >= 40 else { return stop("ipv6-cut-short") }
        // Zero is a jumbogram or segmentation offload: the packet fills the frame.
        let length = Int(bytes.big16(at + 4))
        let isShort = length != 0 && at + 40 + length > end
        if length != 0, !isShort { end = at + 40 + length }
        packet.source = IPEndpoint(high: bytes.big64(at + 8), low: bytes.big64(at + 16), port: 0)
        packet.destination = IPEndpoint(high: bytes.big64(at + 24), low: bytes.big64(at + 32), port: 0)
        var next = bytes[at + 6]
        let start = at
        at += 40
        // RFC 8200 §4.1 names five kinds once or twice each; twelve is beyond any honest packet.
        for _ in 0..<12 {
            switch next {
            case 0, 43, 60, 135, 139, 140, 51:
                guard end - at >= 8 else { return stop("ipv6-extension-cut-short") }
                // RFC 4302 §2.2: the authentication header counts 4-byte units, the others 8-byte units.
                let size = next == 51 ? (Int(bytes[at + 1]) + 2) * 4 : (Int(bytes[at + 1]) + 1) * 8
                guard end - at >= size else { return stop("ipv6-extension-cut-short") }
                next = bytes[at]
                at += size
            case 44:
                guard end - at >= 8 else { return stop("ipv6-extension-cut-short") }
                let word = bytes.big16(at + 2)
                let inner = bytes[at]
                let identification = bytes.big32(at + 4)
                at += 8
                // RFC 6946: an "atomic" fragment is the whole packet.
                if word & 0xFFF9 == 0 {
                    next = inner
                    continue
                }
                guard !isShort else { return stop("fragment-cut-short") }
                let key = FragmentKey(
                    source: packet.source, destination: packet.destination, identification: identification,
                    protocolNumber: 0)
                fragment(
                    bytes, at, end, key, offset: Int(word & 0xFFF8), more: word & 1 != 0,
                    protocolNumber: inner)
                return .end
            case 59: return aside("ipv6-nothing-follows")
            default:
                if isShort { cut(start + 40 + length - end) }
                return .transport(next)
            }
        }
        return stop("ipv6-too-many-extensions")
    }

    private mutating func cut(_ octets: Int) {
        isCut = true
        missing = octets
    }

    private mutating func fragment(
        _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ key: FragmentKey, offset: Int, more: Bool,
        protocolNumber: UInt8
    ) {
        fragments.add(
            bytes, lower, upper, key, offset: offset, more: more, protocolNumber: protocolNumber,
            time: frameTime,
            at: self.offset, malformed: &malformed, dropped: &dropped)
    }
}
