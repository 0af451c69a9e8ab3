public import VigieWire

/// Reads the telephone numbers of SIP and tel URIs.
public struct SIPNumbers: Sendable {
    private let normaliser: NumberNormaliser

    /// A reader for networks of `home`.
    public init(home: Country) { normaliser = NumberNormaliser(home: home) }

    /// The number that a URI names: `absent` when it names nobody, `malformed` when its user is no number.
    public func number(_ message: borrowing SIPMessage, _ uri: SIPURI) -> PhoneNumber {
        switch uri.scheme {
        case .urn: return EmergencyURN.number(name: message[uri.host], home: normaliser.home)
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
        case .urn: return EmergencyURN.number(name: message[uri.host], home: normaliser.home)
        case .other: return .absent
        case .sip, .sips, .tel: return normaliser.dialled(message[message.number(of: uri)])
        }
    }
}
