public import VigieWire

/// What an INVITE that begins something says about the call.
public struct InviteDetails: Sendable {
    /// From `From`.
    public var caller = PhoneNumber.absent
    /// From `P-Asserted-Identity`, whoever wrote it.
    public var asserted = PhoneNumber.absent
    /// From the Request-URI, else from `To`.
    public var called = PhoneNumber.absent
    /// From `To`, else from the Request-URI, as dialled.
    public var dialled = PhoneNumber.absent
    /// The same, read as a number.
    public var target = PhoneNumber.absent
    /// The last number that diverted the call.
    public var divertedFrom = PhoneNumber.absent
    /// The verification result, whoever wrote it.
    public var verstat = CallEvent.Verstat.absent
    /// The attestation behind it.
    public var attestation = CallEvent.Attestation.none

    /// Reads an INVITE.
    public init(_ message: borrowing SIPMessage, _ numbers: SIPNumbers) {
        if let from = message.from {
            caller = numbers.number(message, from.uri)
            readVerstat(message, from.uri)
        }
        if let target = message.requestURI {
            called = numbers.number(message, target)
            if called.isNumber { dialled = numbers.dialled(message, target) }
            self.target = called
        }
        if let to = message.to {
            let number = numbers.number(message, to.uri)
            if !called.isNumber {
                called = number
            } else if number.isNumber, number != called {
                dialled = numbers.dialled(message, to.uri)
                target = number
            }
        }
        readAsserted(message, numbers)
        if let diversion = message.diversion { divertedFrom = numbers.number(message, diversion.uri) }
        readHistory(message, numbers)
    }

    // RFC 3325 §9.1: one or two values, a sip and a tel URI; the first that is a number counts.
    private mutating func readAsserted(_ message: borrowing SIPMessage, _ numbers: SIPNumbers) {
        guard message.value(.pAssertedIdentity) != nil else { return }
        var values = message.values(of: .pAssertedIdentity)
        var left = 2
        while left > 0, let value = values.next(in: message) {
            left -= 1
            let uri = message.address(value).uri
            let number = numbers.number(message, uri)
            if asserted.form == .absent || asserted.form == .malformed { asserted = number }
            readVerstat(message, uri)
        }
    }

    // 3GPP TS 24.229 §7.2A.20: verstat = "TN-Validation-Passed" / "TN-Validation-Failed" / "No-TN-Validation"; the field also
    // writes the attestation behind: "TN-Validation-Passed-A".
    private mutating func readVerstat(_ message: borrowing SIPMessage, _ uri: SIPURI) {
        guard uri.slice.count > 16, let value = message.parameter("verstat", of: uri) else { return }
        let text = message[value]
        if text.begins(with: "TN-Validation-Passed") {
            verstat = .passed
            readAttestation(text, behind: 20)
        } else if text.begins(with: "TN-Validation-Failed") {
            verstat = .failed
            readAttestation(text, behind: 20)
        } else if text.begins(with: "No-TN-Validation") {
            verstat = .noValidation
        }
    }

    private mutating func readAttestation(_ text: Span<UInt8>, behind count: Int) {
        guard text.count == count + 2, text[count] == 0x2D else { return }
        switch text[count + 1] | 0x20 {
        case 0x61: attestation = .a
        case 0x62: attestation = .b
        case 0x63: attestation = .c
        default: break
        }
    }

    // RFC 7044 §5: entries in order, the last one is where the call goes now. The last entry with another number than that
    // one diverted it. It wins over Diversion (RFC 5806), which only some nodes write.
    private mutating func readHistory(_ message: borrowing SIPMessage, _ numbers: SIPNumbers) {
        guard message.value(.historyInfo) != nil else { return }
        var values = message.values(of: .historyInfo)
        var current = PhoneNumber.absent
        var diverted = PhoneNumber.absent
        var left = 16  // entries read; a call diverted more often is a loop
        while left > 0, let value = values.next(in: message) {
            left -= 1
            let number = numbers.number(message, message.address(value).uri)
            guard number.form == .e164 || number.form == .dialled else { continue }
            if current != .absent, number != current { diverted = current }
            current = number
        }
        if diverted != .absent { divertedFrom = diverted }
    }
}

extension Span where Element == UInt8 {
    /// Whether the octets begin with those of `text`, ASCII letters in any case.
    func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && extracting(first: text.utf8CodeUnitCount).equalsIgnoringCase(text)
    }
}

extension PhoneNumber {
    /// The last eight digits, or all of them with a mark when there are fewer than seven; 0 when there is no number.
    ///
    /// National, `00` and E.164 forms of a number end alike.
    var tail: UInt64 {
        switch form {
        case .absent, .malformed: 0
        case .e164, .dialled: count < 7 ? digits | UInt64(count) << 56 : digits % 100_000_000 | 1 << 63
        }
    }
}
