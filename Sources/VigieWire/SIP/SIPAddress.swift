/// The value of `From`, `To`, `Contact`, `P-Asserted-Identity`, `Diversion` and their like, cut into slices.
///
/// RFC 3261 §20.10, §25.1: `( name-addr / addr-spec ) *( SEMI parameter )`; without angle brackets every parameter belongs to
/// the header field, not to the URI.
public struct SIPAddress: Hashable, Sendable {
    /// The display name, without quotes, escapes kept.
    public var displayName: SIPSlice
    /// The URI, in brackets or plain.
    public var uri: SIPURI
    /// From behind the first `;` to the end.
    public var parameters: SIPSlice
    /// The `tag` parameter; empty when there is none.
    public var tag: SIPSlice
}

extension SIPMessage {
    /// Cuts one address into its parts; never refuses, see `validate`.
    public func address(_ slice: SIPSlice) -> SIPAddress {
        let range = bytes.trimmed(slice.range)
        let end = range.upperBound
        var index = range.lowerBound
        var display = index..<index
        var spec: Range<Int>
        if index < end, bytes[index] == 0x22 {
            let quote = bytes.endOfQuote(from: index, to: end)
            display = index + 1..<max(index + 1, quote - 1)
            index = quote
        }
        let open = bytes.openingBracket(from: index, to: end)
        if open < end {
            if display.isEmpty { display = bytes.trimmed(range.lowerBound..<open) }
            let close = bytes.firstIndex(of: 0x3E, from: open, to: end)
            spec = open + 1..<close
            index = min(close + 1, end)
        } else {
            let first = index
            while index < end, bytes[index] != 0x3B { index += 1 }
            spec = first..<index
        }
        let semicolon = bytes.firstIndex(of: 0x3B, from: index, to: end)
        let parameters = SIPSlice(min(semicolon + 1, end)..<end)
        return SIPAddress(
            displayName: SIPSlice(display), uri: uri(SIPSlice(spec)), parameters: parameters,
            tag: parameters.isEmpty ? .empty : parameter("tag", in: parameters) ?? .empty)
    }

    /// The first value of a header field with addresses; `nil` when there is none.
    public func address(_ kind: SIPHeaderKind) -> SIPAddress? {
        var values = values(of: kind)
        return values.next(in: self).map { address($0) }
    }
}

extension Span where Element == UInt8 {
    /// Index behind the quote that ends the quoted string beginning at `start`, or `end` when none does.
    func endOfQuote(from start: Int, to end: Int) -> Int {
        var index = start + 1
        while index < end {
            if self[index] == 0x5C {
                index += 1
            } else if self[index] == 0x22 {
                return index + 1
            }
            index += 1
        }
        return end
    }

    /// Index of the `<` that opens a name-addr; `end` when an addr-spec stands there.
    func openingBracket(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, self[index] != 0x3C {
            if self[index] == 0x3B { return end }
            index += 1
        }
        return index
    }
}
