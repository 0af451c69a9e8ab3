import VigieWire

/// Reads the telephone numbers of SIP and tel URIs.
struct SIPNumbers: Sendable {
    /// The number that a URI names: `absent` when it names nobody, `malformed` when its user is no number.
    func number(_ message: borrowing SIPMessage, _ uri: SIPURI) -> PhoneNumber {
        switch uri.scheme {
        case .urn: return emergency(message[uri.host])
        case .other: return uri.slice.isEmpty ? .absent : .malformed
        case .sip, .sips, .tel: break
        }
        let user = message[message.number(of: uri)]
        guard user.count > 0 else { return .absent }
        if user.equalsIgnoringCase("anonymous") || user.equalsIgnoringCase("unavailable")
            || user.equalsIgnoringCase("restricted") || user.equalsIgnoringCase("unknown")
        {
            return .absent
        }
        return digits(user)
    }

    // RFC 3966 §5.1.1: visual separators are `-`, `.`, `(`, `)`.
    private func digits(_ user: Span<UInt8>) -> PhoneNumber {
        var value: UInt64 = 0
        var count = 0
        var isGlobal = false
        for index in user.indices {
            let octet = user[index]
            switch octet {
            case 0x2B where index == 0: isGlobal = true
            case 0x30...0x39:
                guard count < PhoneNumber.maxDigits else { return .malformed }
                value = value * 10 + UInt64(octet & 15)
                count += 1
            case 0x2D, 0x2E, 0x28, 0x29, 0x20: continue
            default: return .malformed
            }
        }
        return PhoneNumber(form: isGlobal ? .e164 : .dialled, digits: value, count: count) ?? .malformed
    }

    // RFC 5031 §4.2: urn:service:sos and its sub-services; the number is the one that leads to the same service in France.
    private func emergency(_ name: Span<UInt8>) -> PhoneNumber {
        guard name.begins(with: "service:sos") else { return .malformed }
        let digits: UInt64
        if name.begins(with: "service:sos.ambulance") {
            digits = 15
        } else if name.begins(with: "service:sos.police") {
            digits = 17
        } else if name.begins(with: "service:sos.fire") {
            digits = 18
        } else {
            digits = 112
        }
        return PhoneNumber(form: .dialled, digits: digits, count: digits == 112 ? 3 : 2) ?? .malformed
    }
}
