extension HEPPacket {
    /// Reads a version 3 packet chunk by chunk.
    ///
    /// Of a chunk that comes twice the first counts. A chunk whose body has the wrong size is stepped over. Both, a packet shorter than it
    /// says, and a chunk that ends past the packet, are an `oddity`; what was read before stays.
    mutating func readChunks(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> StaticString? {
        let total = Int(bytes.big16(lower + 4))
        guard total >= 6 else { return "hep-length-below-header" }
        end = min(upper, lower + total)
        if lower + total > upper { note("hep-cut-short") }
        var state = ChunkState()
        var at = lower + 6
        while at + 6 <= end {
            let vendor = bytes.big16(at)
            let type = bytes.big16(at + 2)
            let length = Int(bytes.big16(at + 4))
            guard length >= 6 else {
                note("hep-chunk-below-header")
                break
            }
            var bodyEnd = at + length
            if bodyEnd > end {
                note("hep-chunk-past-end")
                // A payload that was cut with the packet is worth its beginning; half a number is worth nothing.
                guard vendor == 0, type == 0x0F else { break }
                bodyEnd = end
            }
            if vendor == 0 { chunk(type, bytes, at + 6, bodyEnd, &state) }
            at = bodyEnd
        }
        if at < end, at + 6 > end { note("hep-trailing-bytes") }
        finish(state)
        return nil
    }

    /// What only means something once all chunks are read.
    struct ChunkState {
        var seen: UInt64 = 0
        var seconds: UInt32 = 0
        var microseconds: UInt32 = 0
        var source4: UInt32 = 0
        var destination4: UInt32 = 0
        var source6: (high: UInt64, low: UInt64) = (0, 0)
        var destination6: (high: UInt64, low: UInt64) = (0, 0)
        var sourcePort: UInt16 = 0
        var destinationPort: UInt16 = 0

        func has(_ type: UInt16) -> Bool { seen & (1 << UInt64(type)) != 0 }
    }

    private mutating func note(_ name: StaticString) { if oddity == nil { oddity = name } }

    private mutating func chunk(
        _ type: UInt16, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ state: inout ChunkState
    ) {
        guard type < 64 else { return }
        let size: Int =
            switch type {
            case 0x01, 0x02, 0x0B, 0x17, 0x18: 1
            case 0x07, 0x08, 0x0D, 0x12, 0x16, 0x20, 0x21, 0x27, 0x28: 2
            case 0x03, 0x04, 0x09, 0x0A, 0x0C, 0x23: 4
            case 0x05, 0x06: 16
            case 0x14, 0x15: 8
            default: -1
            }
        // The revision says 8 octets for a MAC address; agents also send its 6.
        let isShortMAC = size == 8 && upper - lower == 6
        guard size < 0 || upper - lower == size || isShortMAC else { return note("hep-chunk-wrong-size") }
        guard !state.has(type) else { return note("hep-chunk-twice") }
        state.seen |= 1 << UInt64(type)
        let slice = Slice(lower: Int32(truncatingIfNeeded: lower), upper: Int32(truncatingIfNeeded: upper))
        switch type {
        case 0x01: addressFamily = bytes[lower]
        case 0x02: ipProtocol = bytes[lower]
        case 0x03: state.source4 = bytes.big32(lower)
        case 0x04: state.destination4 = bytes.big32(lower)
        case 0x05: state.source6 = (bytes.big64(lower), bytes.big64(lower + 8))
        case 0x06: state.destination6 = (bytes.big64(lower), bytes.big64(lower + 8))
        case 0x07: state.sourcePort = bytes.big16(lower)
        case 0x08: state.destinationPort = bytes.big16(lower)
        case 0x09: state.seconds = bytes.big32(lower)
        case 0x0A: state.microseconds = bytes.big32(lower)
        case 0x0B: protocolType = bytes[lower]
        case 0x0C: agent = bytes.big32(lower)
        case 0x0D: keepAlive = bytes.big16(lower)
        case 0x0E: authenticationKey = slice
        // Where an agent sends both, the plain payload counts.
        case 0x0F:
            payload = slice
            isCompressed = false
        case 0x10:
            guard !state.has(0x0F) else { return }
            payload = slice
            isCompressed = true
        case 0x11: correlationID = slice
        case 0x12: vlan = bytes.big16(lower)
        case 0x13: agentName = slice
        case 0x14: sourceMAC = mac(bytes, lower, upper)
        case 0x15: destinationMAC = mac(bytes, lower, upper)
        case 0x16: etherType = bytes.big16(lower)
        case 0x17: tcpFlags = bytes[lower]
        case 0x18: typeOfService = bytes[lower]
        case 0x20: meanOpinionScore = bytes.big16(lower)
        case 0x21: rFactor = bytes.big16(lower)
        case 0x22: geoLocation = slice
        case 0x23: jitter = bytes.big32(lower)
        case 0x24: transactionType = slice
        case 0x25: payloadKeys = slice
        case 0x26: tags = slice
        case 0x27: tagType = bytes.big16(lower)
        case 0x28: eventType = bytes.big16(lower)
        case 0x29: groupID = slice
        default: break
        }
    }

    private func mac(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in lower..<upper { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    private mutating func finish(_ state: ChunkState) {
        if state.has(9) {
            if state.microseconds > 999_999 { note("hep-microseconds-over-a-second") }
            time = Timestamp(seconds: Int64(state.seconds), nanoseconds: Int64(state.microseconds) * 1_000)
        } else {
            note("hep-no-time")
        }
        // Chunk 1 decides when an agent sends addresses of both families.
        let hasFour = state.has(3) && state.has(4)
        let hasSix = state.has(5) && state.has(6)
        if hasFour, addressFamily == 2 || !hasSix {
            source = IPEndpoint(ipv4: state.source4, port: state.sourcePort)
            destination = IPEndpoint(ipv4: state.destination4, port: state.destinationPort)
        } else if hasSix {
            source = IPEndpoint(high: state.source6.high, low: state.source6.low, port: state.sourcePort)
            destination = IPEndpoint(
                high: state.destination6.high, low: state.destination6.low, port: state.destinationPort)
        } else {
            note("hep-no-address")
        }
    }
}
