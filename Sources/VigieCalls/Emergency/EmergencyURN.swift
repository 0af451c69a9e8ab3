import VigieWire

/// Service URNs of emergency calls (RFC 5031 §4.2, RFC 6881 §13): `urn:service:sos`, `urn:service:sos.police`.
enum EmergencyURN {
    /// The number that leads to the same service, 112 where `home` has none for it; `absent` when the text is no URN at all, `malformed`
    /// for a URN that is no call for help: `urn:service:test.sos` is a test.
    static func number(_ text: Span<UInt8>, home: Country) -> PhoneNumber {
        guard text.begins(with: "urn:") else { return .absent }
        return number(name: text.extracting(4..<text.count), home: home)
    }

    /// The same for what follows `urn:`.
    static func number(name: Span<UInt8>, home: Country) -> PhoneNumber {
        let parent = "service:sos" as StaticString
        guard name.begins(with: parent) else { return .malformed }
        let rest = name.extracting(parent.utf8CodeUnitCount..<name.count)
        guard rest.count > 0 else { return .european }
        // `sosx` is another service; anything else that follows does not make it less of a call for help.
        guard !isLabel(rest[0]) else { return .malformed }
        let number: PhoneNumber =
            names(rest, ".ambulance")
            ? dialled(15, 2)
            : names(rest, ".police")
                ? dialled(17, 2)
                : names(rest, ".fire") ? dialled(18, 2) : names(rest, ".marine") ? dialled(196, 3) : .european
        return EmergencyNumbers.contains(number, home: home) ? number : .european
    }

    /// Whether the label begins with that service; sub-services follow after a dot.
    private static func names(_ rest: Span<UInt8>, _ label: StaticString) -> Bool {
        let length = label.utf8CodeUnitCount
        return rest.begins(with: label) && (rest.count == length || !isLabel(rest[length]))
    }

    private static func isLabel(_ octet: UInt8) -> Bool {
        octet &- 0x30 < 10 || (octet | 0x20) &- 0x61 < 26 || octet == 0x2D
    }

    private static func dialled(_ digits: UInt64, _ count: Int) -> PhoneNumber {
        PhoneNumber(form: .dialled, digits: digits, count: count) ?? .european
    }
}

extension PhoneNumber {
    fileprivate static let european = PhoneNumber(form: .dialled, digits: 112, count: 3) ?? .malformed
}
