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
        guard hep.protocolType == 1 else { return leave(HEPPacket.protocolName(hep.protocolType)) }
        guard !hep.payload.isEmpty else { return leave(hep.keepAlive > 0 ? "keep-alive" : "hep-no-payload") }
        hep.describe(&packet, bytes, otherwise: frameTime)
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
}
