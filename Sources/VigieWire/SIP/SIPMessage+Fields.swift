/// The value of `CSeq`.
public struct SIPCSeq: Hashable, Sendable {
    /// Below 2^31 in a valid message; saturates at 2^32 - 1.
    public var number: UInt32
    /// The method; that of the request line in a valid request.
    public var method: SIPMethod
    /// The method as written.
    public var methodSlice: SIPSlice
}

/// One value of `Via` (RFC 3261 §20.42).
public struct SIPVia: Hashable, Sendable {
    /// `UDP`, `TCP`, … as written.
    public var transport: SIPSlice
    /// The sent-by host as written, an IPv6 reference without its brackets.
    public var host: SIPSlice
    /// 0 when there is none.
    public var port: UInt16
    /// The `branch` parameter; empty when there is none.
    public var branch: SIPSlice
    /// From behind the first `;` to the end.
    public var parameters: SIPSlice
}

/// One value of `Reason` (RFC 3326): `Q.850;cause=16;text="…"`.
public struct SIPReason: Hashable, Sendable {
    /// Whose cause it is.
    public enum Source: UInt8, Hashable, Sendable { case other, sip, q850 }

    /// Whose cause it is.
    public var source: Source
    /// The cause; 0 when there is none.
    public var cause: UInt16
    /// The `text` parameter, with its quotes; empty when there is none.
    public var text: SIPSlice
    /// From behind the first `;` to the end.
    public var parameters: SIPSlice
}

extension SIPMessage {
    /// The value of `Call-ID`; empty when there is none.
    public var callID: SIPSlice { value(.callID) ?? .empty }

    /// The value of `CSeq`; `nil` when there is none or it has no number or no method.
    public var cSeq: SIPCSeq? {
        guard let value = value(.cSeq)?.range else { return nil }
        var index = value.lowerBound
        var number: UInt64 = 0
        while index < value.upperBound, bytes[index].isDigit {
            number = min(UInt64(UInt32.max), number &* 10 &+ UInt64(bytes[index] & 15))
            index += 1
        }
        guard index > value.lowerBound else { return nil }
        while index < value.upperBound, bytes[index].isWhitespace { index += 1 }
        let method = index..<value.upperBound
        guard !method.isEmpty else { return nil }
        return SIPCSeq(
            number: UInt32(truncatingIfNeeded: number), method: SIPMethod(bytes, method),
            methodSlice: SIPSlice(method))
    }

    /// `From`; `nil` when there is none.
    public var from: SIPAddress? { value(.from).map { address($0) } }
    /// `To`; `nil` when there is none.
    public var to: SIPAddress? { value(.to).map { address($0) } }
    /// First `Contact`; `nil` when there is none.
    public var contact: SIPAddress? { address(.contact) }
    /// First `P-Asserted-Identity` (RFC 3325); there may be a second, a `tel` URI: see `values(of:)`.
    public var pAssertedIdentity: SIPAddress? { address(.pAssertedIdentity) }
    /// First `Diversion` (RFC 5806), the most recent one.
    public var diversion: SIPAddress? { address(.diversion) }
    /// The first `Identity` value (RFC 8224): `token;info=<…>;alg=…;ppt=…`; empty when there is none.
    public var identity: SIPSlice { value(.identity) ?? .empty }
    /// `User-Agent`, or `Server`; empty when there is neither.
    public var userAgent: SIPSlice { value(.userAgent) ?? value(.server) ?? .empty }
    /// `Privacy` (RFC 3323); empty when there is none.
    public var privacy: SIPSlice { value(.privacy) ?? .empty }
    /// Another leg's Call-ID as B2BUAs write it: `X-Call-ID`, `X-CID` and their like; empty when there is none.
    public var xCallID: SIPSlice { value(.xCallID) ?? .empty }

    /// The `icid-value` of `P-Charging-Vector` (RFC 7315), without quotes; empty when there is none.
    public var icid: SIPSlice {
        guard let value = value(.pChargingVector), let icid = parameter("icid-value", in: value) else {
            return .empty
        }
        return unquoted(icid)
    }

    /// The first value of `Via`; `nil` when there is none.
    public var topVia: SIPVia? {
        guard let value = value(.via)?.range else { return nil }
        return via(
            SIPSlice(value.lowerBound..<bytes.endOfElement(from: value.lowerBound, to: value.upperBound)))
    }

    /// Cuts one `Via` value into its parts; never refuses, see `validate`.
    public func via(_ slice: SIPSlice) -> SIPVia {
        // sent-protocol LWS sent-by *( SEMI via-params ); sent-protocol = name SLASH version SLASH transport, LWS around SLASH.
        let range = bytes.trimmed(slice.range)
        let end = range.upperBound
        var index = bytes.firstIndex(of: 0x2F, from: range.lowerBound, to: end)
        index = bytes.firstIndex(of: 0x2F, from: min(index + 1, end), to: end)
        index = min(index + 1, end)
        while index < end, bytes[index].isWhitespace { index += 1 }
        let transport = index
        while index < end, !bytes[index].isWhitespace, bytes[index] != 0x3B { index += 1 }
        var via = SIPVia(
            transport: SIPSlice(transport..<index), host: .empty, port: 0, branch: .empty, parameters: .empty)
        while index < end, bytes[index].isWhitespace { index += 1 }
        let host = index
        if index < end, bytes[index] == 0x5B {
            index = bytes.firstIndex(of: 0x5D, from: index, to: end)
            via.host = SIPSlice(host + 1..<index)
            index = min(index + 1, end)
        } else {
            while index < end, bytes[index] != 0x3A, bytes[index] != 0x3B, !bytes[index].isWhitespace {
                index += 1
            }
            via.host = SIPSlice(host..<index)
        }
        let semicolon = bytes.firstIndex(of: 0x3B, from: index, to: end)
        if index < end, semicolon > index {
            let port = bytes.trimmed(index..<semicolon)
            if !port.isEmpty, bytes[port.lowerBound] == 0x3A {
                let digits = bytes.trimmed(port.lowerBound + 1..<port.upperBound)
                via.port = bytes.decimal(digits).flatMap { UInt16(exactly: $0) } ?? 0
            }
        }
        if semicolon < end {
            via.parameters = SIPSlice(semicolon + 1..<end)
            via.branch = parameter("branch", in: via.parameters) ?? .empty
        }
        return via
    }

    /// The first `Reason` value with a cause, Q.850 before SIP; `nil` when there is none.
    public var reason: SIPReason? {
        var values = values(of: .reason)
        var best: SIPReason?
        while let value = values.next(in: self) {
            let reason = reason(value)
            guard reason.cause > 0 else { continue }
            if best == nil || (reason.source == .q850 && best?.source != .q850) { best = reason }
        }
        return best
    }

    /// Cuts one `Reason` value into its parts.
    public func reason(_ slice: SIPSlice) -> SIPReason {
        let range = slice.range
        let semicolon = bytes.firstIndex(of: 0x3B, from: range.lowerBound, to: range.upperBound)
        let proto = bytes.extracting(bytes.trimmed(range.lowerBound..<semicolon))
        let parameters = SIPSlice(min(semicolon + 1, range.upperBound)..<range.upperBound)
        let cause = parameter("cause", in: parameters).flatMap { bytes.decimal($0.range) } ?? 0
        return SIPReason(
            source: proto.equalsIgnoringCase("Q.850")
                ? .q850 : proto.equalsIgnoringCase("SIP") ? .sip : .other,
            cause: UInt16(clamping: cause), text: parameter("text", in: parameters) ?? .empty,
            parameters: parameters)
    }

    /// A slice without the double quotes around it.
    public func unquoted(_ slice: SIPSlice) -> SIPSlice {
        let range = slice.range
        guard range.count >= 2, bytes[range.lowerBound] == 0x22, bytes[range.upperBound - 1] == 0x22 else {
            return slice
        }
        return SIPSlice(range.lowerBound + 1..<range.upperBound - 1)
    }
}
