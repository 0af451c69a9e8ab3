public import VigieWire

/// Reads the telephone numbers of SIP and tel URIs.
public struct SIPNumbers: Sendable {
    private let normaliser: NumberNormaliser

    /// A reader for networks of `home`.
    public init(home: Country) { normaliser = NumberNormaliser(home: home) }

    /// The number that a URI names: `absent` when it names nobody, `malformed` when its user is no number.
    public func number(_ message: borrowing SIPMessage, _ uri: SIPURI) -> PhoneNumber {
        switch uri.scheme {
        case .urn: return emergency(message[uri.host])
        case .other: return uri.slice.isEmpty ? .absent : .malformed
        case .sip, .sips, .tel:
            let user = message[message.number(of: uri)]
            let number = normaliser.normalise(user).number
            return number == .malformed ? unescaped(user) : number
        }
    }

    // RFC 3261 §19.1.2: `%31%31%32` is 112, `%2B33…` is `+33…`; whoever compares the text would miss it.
    private func unescaped(_ user: Span<UInt8>) -> PhoneNumber {
        var plain: InlineArray<64, UInt8> = InlineArray(repeating: 0)
        var count = 0
        var index = 0
        while index < user.count {
            // The longest number has 15 digits; separators come on top.
            guard count < 64 else { return .malformed }
            var octet = user[index]
            if octet == 0x25, index + 2 < user.count, let high = Self.hexadecimal(user[index + 1]),
                let low = Self.hexadecimal(user[index + 2])
            {
                octet = high << 4 | low
                index += 2
            }
            index += 1
            if octet == 0x3B { break }
            plain[count] = octet
            count += 1
        }
        return normaliser.normalise(plain.span.extracting(first: count)).number
    }

    private static func hexadecimal(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet & 15
        case 0x41...0x46, 0x61...0x66: (octet | 0x20) - 0x57
        default: nil
        }
    }

    /// The digits of a URI as the caller dialled them.
    func dialled(_ message: borrowing SIPMessage, _ uri: SIPURI) -> PhoneNumber {
        switch uri.scheme {
        case .urn: return emergency(message[uri.host])
        case .other: return .absent
        case .sip, .sips, .tel: return normaliser.dialled(message[message.number(of: uri)])
        }
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
