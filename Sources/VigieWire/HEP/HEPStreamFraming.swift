/// Finds where a HEP packet ends in a stream (TCP, TLS): version 3 says its length; the payload of versions 1 and 2 is a SIP message,
/// framed by Content-Length as on TCP.
public enum HEPStreamFraming {
    /// The longest packet of any version: a version 2 header for IPv6, and the longest SIP message.
    public static let maxPacket = 52 + SIPFraming.maxHeaders + SIPFraming.maxBody

    /// What the front of a stream holds.
    public enum Front: Equatable, Sendable {
        /// A whole packet of so many octets.
        case packet(Int)
        /// The beginning of a packet.
        case incomplete
        /// No packet; the name says which rule does not hold. The stream cannot be read any further.
        case broken(String)
    }

    /// Looks at the front of `bytes`.
    public static func front(_ bytes: Span<UInt8>) -> Front {
        guard bytes.count >= 6 else { return .incomplete }
        if HEPPacket.isMagic3(bytes, 0, bytes.count) {
            let length = Int(bytes.big16(4))
            guard length >= 6 else { return .broken("hep-length-below-header") }
            return bytes.count >= length ? .packet(length) : .incomplete
        }
        guard bytes[0] == 1 || bytes[0] == 2 else { return .broken("hep-no-packet-here") }
        // The longest header has 52 octets; a shorter packet is whole with its message.
        guard bytes.count >= 52 else { return .incomplete }
        let header = HEPPacket.oldHeaderLength(bytes, 0, bytes.count)
        guard header > 0 else { return .broken("hep-no-packet-here") }
        let end = SIPFraming.headersEnd(bytes, header, from: header, bytes.count)
        guard end > 0 else {
            return bytes.count - header > SIPFraming.maxHeaders
                ? .broken("hep-payload-not-framed") : .incomplete
        }
        let body = max(0, SIPFraming.contentLength(bytes, header, end))
        guard body <= SIPFraming.maxBody else { return .broken("hep-payload-not-framed") }
        return bytes.count >= end + body ? .packet(end + body) : .incomplete
    }
}
