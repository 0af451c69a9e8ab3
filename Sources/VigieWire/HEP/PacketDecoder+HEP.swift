extension PacketDecoder {
    /// Reads the HEP packets that stand behind each other in `bytes[lower..<upper]`, up to the first with a message.
    mutating func hepRun(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool {
        var at = lower
        while at < upper {
            var end = upper
            if HEPPacket.isMagic3(bytes, at, upper), upper - at >= 6 {
                let next = at + max(6, Int(bytes.big16(at + 4)))
                if next < upper {
                    if HEPPacket.isMagic3(bytes, next, upper) { end = next } else { _ = leave("hep-padding") }
                }
            }
            let found = hep(bytes, at, end, store)
            at = end
            if found {
                if at < upper {
                    pending = .hep
                    pendingStore = store
                    pendingLower = at
                    pendingUpper = upper
                }
                return true
            }
        }
        return false
    }

    /// Reads one HEP packet; its times and addresses replace those of the packet that carried it.
    mutating func hep(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool {
        var hep = HEPPacket()
        hepPackets += 1
        if let rule = hep.read(bytes, lower, upper) { return bad(rule) }
        if let oddity = hep.oddity { _ = bad(oddity) }
        guard hep.protocolType == 1 else { return leave(Self.protocolName(hep.protocolType)) }
        guard !hep.payload.isEmpty else { return leave(hep.keepAlive > 0 ? "keep-alive" : "hep-no-payload") }
        packet.time = hep.time ?? frameTime
        if let source = hep.source, let destination = hep.destination {
            packet.source = source
            packet.destination = destination
        }
        packet.transport =
            switch hep.ipProtocol {
            case 6: .tcp
            case 132: .sctp
            default: .udp
            }
        packet.captureAgent = hep.agent
        packet.correlation =
            hep.correlationID.isEmpty
            ? 0
            : CorrelationHash.hash(bytes, Int(hep.correlationID.lower), Int(hep.correlationID.upper))
        packet.offset = offset
        guard hep.isCompressed else {
            return hepPayload(bytes, Int(hep.payload.lower), Int(hep.payload.upper), store)
        }
        do throws(PayloadInflater.Failure) {
            try inflater.inflate(bytes, Int(hep.payload.lower), Int(hep.payload.upper))
        } catch {
            return bad(error == .tooLong ? "hep-payload-inflates-too-far" : "hep-payload-not-inflatable")
        }
        var output: [UInt8] = []
        inflater.swapOutput(&output)
        let found = hepPayload(output.span, 0, inflater.count, .inflated)
        inflater.swapOutput(&output)
        return found
    }

    /// The agent says it is SIP: what has no start line is delivered too, for the SIP parser to name what is wrong.
    private mutating func hepPayload(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool {
        let first = SIPStart.skipBlank(bytes, lower, upper)
        guard first < upper else { return leave("keep-alive") }
        guard upper - first > 4 else { return leave("keep-alive") }
        let start = SIPStart.find(bytes, first, upper)
        if start < 0 { _ = bad("hep-payload-without-start-line") }
        place(start < 0 ? first : start, upper, store)
        return true
    }

    /// Names for chunk 0x0b, revision 37 table 2.
    private static func protocolName(_ type: UInt8) -> StaticString {
        switch type {
        case 0: "hep-reserved"
        case 2: "hep-xmpp"
        case 3: "hep-sdp"
        case 4: "hep-rtp"
        case 5: "hep-rtcp-json"
        case 6: "hep-mgcp"
        case 7: "hep-megaco"
        case 8: "hep-m2ua"
        case 9: "hep-m3ua"
        case 0x0A: "hep-iax"
        case 0x0B: "hep-h322"
        case 0x0C: "hep-h321"
        case 0x0D: "hep-m2pa"
        case 0x22, 0x23: "hep-mos-report"
        case 0x32: "hep-sip-json"
        case 0x35: "hep-dns-json"
        case 0x36: "hep-isup-json"
        case 0x37: "hep-rtsp"
        case 0x38: "hep-diameter"
        case 0x39: "hep-gsm-map"
        case 0x3C: "hep-cdr"
        case 0x3D: "hep-verto"
        case 100: "hep-log"
        default: "hep-protocol-unknown"
        }
    }
}

/// A 64-bit hash of a correlation id: SipHash-1-3, so that a caller who chooses ids cannot choose collisions as with plainer sums.
enum CorrelationHash {
    /// The key is fixed so that two probes and two runs agree.
    private static let key: (UInt64, UInt64) = (0x5669_6769_652D_4845, 0x502D_636F_7272_656C)

    static func hash(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> UInt64 {
        var v0 = key.0 ^ 0x736F_6D65_7073_6575
        var v1 = key.1 ^ 0x646F_7261_6E64_6F6D
        var v2 = key.0 ^ 0x6C79_6765_6E65_7261
        var v3 = key.1 ^ 0x7465_6462_7974_6573
        func round(_ v0: inout UInt64, _ v1: inout UInt64, _ v2: inout UInt64, _ v3: inout UInt64) {
            v0 &+= v1
            v1 = (v1 << 13 | v1 >> 51) ^ v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 &+= v3
            v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 &+= v1
            v1 = (v1 << 17 | v1 >> 47) ^ v2
            v2 = v2 << 32 | v2 >> 32
        }
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for index in lower..<upper {
            word |= UInt64(bytes[index]) << (8 * filled)
            filled += 1
            if filled == 8 {
                v3 ^= word
                round(&v0, &v1, &v2, &v3)
                v0 ^= word
                word = 0
                filled = 0
            }
        }
        word |= UInt64(truncatingIfNeeded: upper - lower) << 56
        v3 ^= word
        round(&v0, &v1, &v2, &v3)
        v0 ^= word
        v2 ^= 0xFF
        for _ in 0..<3 { round(&v0, &v1, &v2, &v3) }
        let value = v0 ^ v1 ^ v2 ^ v3
        return value == 0 ? 1 : value
    }
}
