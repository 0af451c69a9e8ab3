import VigieCalls
import VigieMitigation
import VigieWire

/// Tells whether an INVITE goes to an emergency service. Asked before anything else, it takes no setting but the country.
struct EmergencyRule: Sendable {
    private let home: Country
    private let numbers: SIPNumbers
    private let normaliser: NumberNormaliser

    init(home: Country) {
        self.home = home
        numbers = SIPNumbers(home: home)
        normaliser = NumberNormaliser(home: home)
    }

    /// Whether the Request-URI is `urn:service:sos…` (RFC 5031) or an emergency number of the country, in whichever form.
    ///
    /// Where the sender is trusted, a `To` with the service URN (the Request-URI is the centre's own number then, RFC 6881 §8) and a
    /// `Resource-Priority` of the namespace `esnet` (RFC 7135) count too; from others they would be a way around every filter.
    func isEmergency(_ message: borrowing SIPMessage, isTrusted: Bool) -> Bool {
        if let uri = message.requestURI, leadsToEmergency(message, uri) { return true }
        guard isTrusted else { return false }
        if let priority = message.value(.resourcePriority), begins(message[priority], "esnet.") { return true }
        guard let to = message.value(.to) else { return false }
        let uri = message.address(to).uri
        return uri.scheme == .urn && begins(message[uri.host], "service:sos")
    }

    private func leadsToEmergency(_ message: borrowing SIPMessage, _ uri: SIPURI) -> Bool {
        switch uri.scheme {
        case .urn: return begins(message[uri.host], "service:sos")
        case .other: return false
        case .sip, .sips, .tel: break
        }
        let user = message[message.number(of: uri)]
        // The longest emergency number of any country has 9 digits; a country code, separators and escapes come on top.
        guard user.count >= 2, user.count <= 40 else { return false }
        for index in user.indices where user[index] == 0x25 { return isEmergency(escaped: user) }
        return EmergencyCheck.isEmergency(normaliser.normalise(user).number, home: home)
    }

    // RFC 3261 §19.1.2: `%31%31%32` is 112.
    private func isEmergency(escaped user: Span<UInt8>) -> Bool {
        var plain: InlineArray<40, UInt8> = InlineArray(repeating: 0)
        var count = 0
        var index = 0
        while index < user.count {
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
        return EmergencyCheck.isEmergency(
            normaliser.normalise(plain.span.extracting(first: count)).number, home: home)
    }

    private static func hexadecimal(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet & 15
        case 0x41...0x46, 0x61...0x66: (octet | 0x20) - 0x57
        default: nil
        }
    }

    private func begins(_ octets: Span<UInt8>, _ text: StaticString) -> Bool {
        octets.count >= text.utf8CodeUnitCount
            && octets.extracting(first: text.utf8CodeUnitCount).equalsIgnoringCase(text)
    }
}
