/// A URI in a SIP message, cut into slices; nothing is unescaped until asked for.
///
/// RFC 3261 §19.1.1: `sip:user:password@host:port;uri-parameters?headers`; RFC 3966: `tel:number;parameters`;
/// RFC 5031: `urn:service:sos`.
public struct SIPURI: Hashable, Sendable {
    /// What stands before the first colon.
    public enum Scheme: UInt8, Hashable, Sendable { case other, sip, sips, tel, urn }

    /// Its scheme, in any case.
    public var scheme: Scheme
    /// The whole URI as written.
    public var slice: SIPSlice
    /// The user part as written, parameters inside it kept, password left out; the number of a `tel` URI.
    public var user: SIPSlice
    /// The host as written, an IPv6 reference without its brackets; for other schemes what follows the colon.
    public var host: SIPSlice
    /// In `1...65535`; 0 when there is none or it is out of range.
    public var port: UInt16
    /// From behind the first `;` of the parameters to their end.
    public var parameters: SIPSlice
    /// From behind the `?`.
    public var headers: SIPSlice
}

extension SIPMessage {
    /// Cuts the URI in `slice` into its parts; never refuses, see `validate`.
    public func uri(_ slice: SIPSlice) -> SIPURI {
        let range = bytes.trimmed(slice.range)
        var uri = SIPURI(
            scheme: .other, slice: SIPSlice(range), user: .empty, host: .empty, port: 0, parameters: .empty,
            headers: .empty)
        let colon = bytes.firstIndex(of: 0x3A, from: range.lowerBound, to: range.upperBound)
        guard colon < range.upperBound else { return uri }
        let rest = colon + 1..<range.upperBound
        let count = colon - range.lowerBound
        switch (count, bytes.word(at: range.lowerBound).lowOctets(count).lowercasedASCII) {
        case (3, 0x70_6973): uri.scheme = .sip
        case (4, 0x7370_6973): uri.scheme = .sips
        case (3, 0x6C_6574): uri.scheme = .tel
        case (3, 0x6E_7275): uri.scheme = .urn
        default: break
        }
        switch uri.scheme {
        case .sip, .sips: cutSIP(rest, into: &uri)
        case .tel:
            let semicolon = bytes.firstIndex(of: 0x3B, from: rest.lowerBound, to: rest.upperBound)
            uri.user = SIPSlice(rest.lowerBound..<semicolon)
            if semicolon < rest.upperBound { uri.parameters = SIPSlice(semicolon + 1..<rest.upperBound) }
        case .urn, .other: uri.host = SIPSlice(rest)
        }
        return uri
    }

    private func cutSIP(_ rest: Range<Int>, into uri: inout SIPURI) {
        // `@` stands unescaped in no other place than behind the user part (§25.1).
        let at = bytes.firstIndex(of: 0x40, from: rest.lowerBound, to: rest.upperBound)
        var index = rest.lowerBound
        if at < rest.upperBound {
            let colon = bytes.firstIndex(of: 0x3A, from: rest.lowerBound, to: at)
            uri.user = SIPSlice(rest.lowerBound..<colon)
            index = at + 1
        }
        let end = rest.upperBound
        let hostStart = index
        if index < end, bytes[index] == 0x5B {
            let bracket = bytes.firstIndex(of: 0x5D, from: index, to: end)
            uri.host = SIPSlice(index + 1..<bracket)
            index = min(bracket + 1, end)
        } else {
            while index < end, bytes[index] != 0x3A, bytes[index] != 0x3B, bytes[index] != 0x3F { index += 1 }
            uri.host = SIPSlice(hostStart..<index)
        }
        if index < end, bytes[index] == 0x3A {
            let port = index + 1
            index = port
            while index < end, bytes[index].isDigit { index += 1 }
            uri.port = bytes.decimal(port..<index).flatMap { UInt16(exactly: $0) } ?? 0
            while index < end, bytes[index] != 0x3B, bytes[index] != 0x3F { index += 1 }
        }
        if index < end, bytes[index] == 0x3B {
            let question = bytes.firstIndex(of: 0x3F, from: index, to: end)
            uri.parameters = SIPSlice(index + 1..<question)
            index = question
        }
        if index < end, bytes[index] == 0x3F { uri.headers = SIPSlice(index + 1..<end) }
    }

    /// The Request-URI; `nil` for a response.
    public var requestURI: SIPURI? { requestURISlice.isEmpty ? nil : uri(requestURISlice) }

    /// The value of a URI parameter, empty for one without value; `nil` when it is absent.
    ///
    /// `verstat` and other parameters of the telephone number may stand in the user part (RFC 3261 §19.1.6); they are
    /// looked up there too.
    public func parameter(_ name: StaticString, of uri: SIPURI) -> SIPSlice? {
        if let value = parameter(name, in: uri.parameters) { return value }
        let user = uri.user.range
        let semicolon = bytes.firstIndex(of: 0x3B, from: user.lowerBound, to: user.upperBound)
        return semicolon < user.upperBound
            ? parameter(name, in: SIPSlice(semicolon + 1..<user.upperBound)) : nil
    }

    /// Whether the URI says `user=phone`.
    public func isTelephone(_ uri: SIPURI) -> Bool {
        if uri.scheme == .tel { return true }
        guard let value = parameter("user", in: uri.parameters) else { return false }
        return self[value].equalsIgnoringCase("phone")
    }

    /// The user part without its own parameters: where the telephone number is, if it is one.
    public func number(of uri: SIPURI) -> SIPSlice {
        let user = uri.user.range
        return SIPSlice(
            user.lowerBound..<bytes.firstIndex(of: 0x3B, from: user.lowerBound, to: user.upperBound))
    }

    /// The value of a parameter in a list `name=value;name…`, quotes kept; `nil` when it is absent.
    public func parameter(_ name: StaticString, in parameters: SIPSlice) -> SIPSlice? {
        var cursor = SIPParameters(parameters)
        while let parameter = cursor.next(in: bytes) {
            if self[parameter.name].equalsIgnoringCase(name) { return parameter.value }
        }
        return nil
    }
}
