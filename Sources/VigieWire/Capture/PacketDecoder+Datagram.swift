extension PacketDecoder {
    /// RFC 768: ports, length, checksum.
    mutating func udp(_ bytes: Span<UInt8>, _ at: Int, _ end: Int, _ store: Store) -> Bool {
        guard end - at >= 8 else { return bad("udp-cut-short") }
        packet.source.port = bytes.big16(at)
        packet.destination.port = bytes.big16(at + 2)
        packet.transport = .udp
        let length = Int(bytes.big16(at + 4))
        guard length >= 8 || length == 0 else { return bad("udp-length-below-header") }
        var upper = end
        if length > end - at {
            isCut = true
        } else if length != 0 {
            upper = at + length
        }
        return datagram(bytes, at + 8, upper, store)
    }

    /// Tells what a UDP payload is.
    private mutating func datagram(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool {
        guard lower < upper else { return leave("udp-empty") }
        let first = bytes[lower]
        if first == 0x48 || first == 1 || first == 2, HEPPacket.isHead(bytes, lower, upper) {
            return hepRun(bytes, lower, upper, store)
        }
        let start = SIPStart.find(bytes, lower, upper)
        guard start >= 0 else { return notSIP(bytes, lower, upper) }
        if start > lower, SIPStart.skipBlank(bytes, lower, upper) != start {
            _ = bad("junk-before-start-line")
        }
        // A datagram that was cut still tells who calls whom.
        if isCut { _ = bad("datagram-cut-short") }
        place(start, upper, store)
        return true
    }

    private mutating func notSIP(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> Bool {
        let first = bytes[lower]
        // RFC 3550 §5.1 and §12.1: version 2 in the first two bits; RTCP packet types are 192 to 223.
        if first & 0xC0 == 0x80, upper - lower >= 8 {
            let type = bytes[lower + 1]
            if (192...223).contains(type) { return leave("rtcp") }
            if upper - lower >= 12 { return leave("rtp") }
        }
        // RFC 8489 §5: magic cookie.
        if upper - lower >= 20, bytes.big32(lower + 4) == 0x2112_A442 { return leave("stun") }
        // RFC 5626 §4.4.1 and what user agents send in its place: CRLF, NULs, a few letters.
        if upper - lower <= 4 || SIPStart.skipBlank(bytes, lower, upper) == upper {
            return leave("keep-alive")
        }
        // RFC 6347 §4.1: DTLS record.
        if (20...25).contains(first), upper - lower >= 13, bytes[lower + 1] == 0xFE { return leave("dtls") }
        return leave("udp-not-sip")
    }

    /// RFC 9260 §3: ports, tag, checksum, then chunks of type u8, flags u8, length u16, padded to four octets.
    mutating func sctp(_ bytes: Span<UInt8>, _ at: Int, _ end: Int, _ store: Store) -> Bool {
        guard end - at >= 12 else { return bad("sctp-cut-short") }
        packet.source.port = bytes.big16(at)
        packet.destination.port = bytes.big16(at + 2)
        return sctpChunks(bytes, at + 12, end, store) || leave("sctp")
    }

    /// Delivers the next SIP message of a packet's DATA chunks (RFC 4168: one message a chunk, or several chunks, which we leave).
    mutating func sctpChunks(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool {
        var at = lower
        while at + 4 <= upper {
            let length = Int(bytes.big16(at + 2))
            guard length >= 4 else { return bad("sctp-chunk-below-header") }
            let end = min(upper, at + length)
            // Type 0 is DATA with a header of 16, 64 is I-DATA (RFC 8260) with 20; flags 3 begin and end a message.
            let header = bytes[at] == 0 ? 16 : bytes[at] == 64 ? 20 : 0
            let flags = bytes[at + 1]
            let data = at + header
            at = min(upper, at + (length + 3) & ~3)
            guard header > 0, data < end else { continue }
            let start = SIPStart.find(bytes, data, end)
            guard start >= 0 else { continue }
            guard flags & 3 == 3 else {
                _ = leave("sctp-message-in-pieces")
                continue
            }
            packet.time = frameTime
            packet.transport = .sctp
            place(start, end, store)
            if at < upper {
                pending = .sctp
                pendingStore = store
                pendingLower = at
                pendingUpper = upper
            }
            return true
        }
        return false
    }
}
