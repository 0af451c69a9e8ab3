import VigieMitigation
import VigieWire

/// What is said to a peer about a call: status and header lines, per peer and decision.
struct AnswerLines: Sendable {
    /// Text parts of the `Reason` of a 603+ that never change: contact addresses for people whose call was blocked.
    private let contacts: [UInt8]
    /// URI of the announcement; empty: none.
    private let announcement: [UInt8]

    init(_ sip: NodeConfiguration.SIP) {
        var text = ""
        if !sip.redressURL.isEmpty { text += ";url=\(sip.redressURL)" }
        if !sip.redressPhone.isEmpty { text += ";tel=\(sip.redressPhone)" }
        if !sip.redressMail.isEmpty { text += ";email=\(sip.redressMail)" }
        // What would end the quoted string, or the header field, has no place in an address.
        contacts = text.utf8.filter { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
        announcement = sip.announcement.utf8.filter { $0 > 0x20 && $0 != 0x3C && $0 != 0x3E && $0 != 0x7F }
    }

    /// *Continue*: 404, 503, or 302 and 380 with the URI that was asked for as Contact.
    func carryOn(
        _ peer: PeerStyle, _ message: borrowing SIPMessage, _ lines: inout OctetBuffer
    ) -> SIPStatus {
        switch peer.continueWith {
        case .notFound: return SIPStatus(404)
        case .unavailable: return SIPStatus(503)
        case .redirect:
            sameContact(message, &lines)
            return SIPStatus(302)
        case .alternative:
            sameContact(message, &lines)
            return SIPStatus(380)
        }
    }

    /// Hides the caller's number, as the peer understands it.
    func mask(
        _ peer: PeerStyle, _ message: borrowing SIPMessage, _ lines: inout OctetBuffer
    ) -> SIPStatus {
        switch peer.maskWith {
        case .none: return carryOn(peer, message, &lines)
        case .header:
            let status = carryOn(peer, message, &lines)
            anonymous(&lines)
            return status
        case .redirect:
            sameContact(message, &lines)
            anonymous(&lines)
            return SIPStatus(302)
        }
    }

    /// A call that a filter stops: which filter, which call, and what the filter says about it.
    struct Stop {
        var filter: FilterID
        var call: UInt64
        var answer: Filter.Answer?
    }

    /// To the filter's announcement, else the node's; refuses where there is none.
    func redirect(_ peer: PeerStyle, _ stop: Stop, _ lines: inout OctetBuffer) -> SIPStatus {
        let own = stop.answer?.announcement ?? ""
        guard !own.isEmpty || !announcement.isEmpty else { return block(peer, stop, &lines) }
        lines.append("Contact: <")
        if own.isEmpty { lines.append(announcement.span) } else { text(own, &lines) }
        lines.append(">\r\n")
        reason("Reason: SIP;cause=302;text=\"", stop, &lines)
        return SIPStatus(302)
    }

    /// Refuses, with an id that the caller can quote.
    ///
    /// ATIS-1000099 §5: `603 Network Blocked` with `Reason: SIP;cause=603;text="v=analytics1;…;id=…";location=TN`. RFC 8688: 608.
    func block(_ peer: PeerStyle, _ stop: Stop, _ lines: inout OctetBuffer) -> SIPStatus {
        // A code that this peer takes for *continue* would let the call through: then its own style it is.
        if let code = stop.answer?.sipCode, Int(code) != peer.continueWith.rawValue {
            lines.append("Reason: SIP;cause=")
            lines.append(decimal: UInt64(code))
            reason(";text=\"", stop, &lines)
            return SIPStatus(Int(code))
        }
        switch peer.blockWith {
        case .networkBlocked:
            lines.append("Reason: SIP;cause=603;text=\"v=analytics1")
            lines.append(contacts.span)
            lines.append(";id=")
            id(stop, &lines)
            lines.append("\";location=TN\r\n")
            return .networkBlocked
        case .rejected:
            reason("Reason: SIP;cause=608;text=\"", stop, &lines)
            return SIPStatus(608)
        case .decline:
            reason("Reason: SIP;cause=603;text=\"", stop, &lines)
            return SIPStatus(603)
        case .forbidden:
            reason("Reason: Q.850;cause=21;text=\"", stop, &lines)
            return SIPStatus(403)
        }
    }

    // RFC 3326: the filter's words, and the id to quote.
    private func reason(_ head: StaticString, _ stop: Stop, _ lines: inout OctetBuffer) {
        lines.append(head)
        if let words = stop.answer?.reason, !words.isEmpty {
            text(words, &lines)
            lines.append("; ")
        }
        lines.append("id=")
        id(stop, &lines)
        lines.append("\"\r\n")
    }

    // What a person wrote; what would end the quoted string or the line is left out.
    private func text(_ words: String, _ lines: inout OctetBuffer) {
        for octet in words.utf8.prefix(Filter.Answer.maxURIBytes)
        where octet >= 0x20 && octet != 0x22 && octet != 0x5C && octet != 0x7F && octet != 0x3C
            && octet != 0x3E
        {
            lines.append(octet)
        }
    }

    // At most 64 of [A-Za-z0-9_-]: the filter, and the call among those that it stopped.
    private func id(_ stop: Stop, _ lines: inout OctetBuffer) {
        lines.append(hexadecimal: stop.filter.rawValue)
        lines.append("-")
        lines.append(hexadecimal: stop.call)
    }

    // §8.3, §21.3.3; `expires=0` asks that nobody remembers it.
    private func sameContact(_ message: borrowing SIPMessage, _ lines: inout OctetBuffer) {
        lines.append("Contact: <")
        lines.append(unfolding: message[message.requestURISlice])
        lines.append(">;expires=0\r\n")
    }

    // RFC 3325 §9.3, RFC 3323 §4.1.1.3.
    private func anonymous(_ lines: inout OctetBuffer) {
        lines.append(
            "P-Asserted-Identity: \"Anonymous\" <sip:anonymous@anonymous.invalid>\r\nPrivacy: id\r\n")
    }
}
