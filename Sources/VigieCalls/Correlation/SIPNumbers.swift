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
        case .sip, .sips, .tel: return normaliser.normalise(message[message.number(of: uri)]).number
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
