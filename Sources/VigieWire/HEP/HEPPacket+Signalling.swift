extension HEPPacket {
    /// Fixed, so that two probes and two runs agree on a correlation id's hash.
    private static let correlationKey: UInt64 = 0x5669_6769_6548_4550

    /// Fills in what the packet says about the message that it carries; addresses that it does not tell stay as they are.
    ///
    /// - Parameters:
    ///   - bytes: what the packet was read from.
    ///   - time: when it came, for a packet that tells no time.
    func describe(_ packet: inout SignallingPacket, _ bytes: Span<UInt8>, otherwise time: Timestamp) {
        packet.time = self.time ?? time
        if let source, let destination {
            packet.source = source
            packet.destination = destination
        }
        packet.transport =
            switch ipProtocol {
            case 6: .tcp
            case 132: .sctp
            default: .udp
            }
        packet.captureAgent = agent
        packet.correlation =
            correlationID.isEmpty
            ? 0
            : bytes.extracting(Int(correlationID.lower)..<Int(correlationID.upper)).keyedHash(
                Self.correlationKey)
    }

    /// Names for chunk 0x0b, revision 37 table 2.
    static func protocolName(_ type: UInt8) -> StaticString {
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
