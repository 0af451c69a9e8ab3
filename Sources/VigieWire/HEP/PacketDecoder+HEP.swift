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
            : bytes.extracting(Int(hep.correlationID.lower)..<Int(hep.correlationID.upper)).keyedHash(
                Self.correlationKey)
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

    /// Fixed, so that two probes and two runs agree on a correlation id's hash.
    private static let correlationKey: UInt64 = 0x5669_6769_6548_4550

    /// The agent says it is SIP: what has no start line is delivered too, for the SIP parser to name what is wrong.
    private mutating func hepPayload(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ store: Store) -> Bool
    {
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
