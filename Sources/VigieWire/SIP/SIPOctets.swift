// Classes of octets in RFC 3261 §25.1, and small readers that every header field needs.

extension UInt8 {
    /// SP or HTAB.
    @inline(__always)
    var isSpaceOrTab: Bool { self == 0x20 || self == 0x09 }

    /// SP, HTAB, or the line ends of a fold.
    @inline(__always)
    var isWhitespace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }

    /// `0...9`.
    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    /// `A...Z` made `a...z`.
    @inline(__always)
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit; `nil` for any other octet.
    var hexadecimalValue: UInt8? {
        if isDigit { return self & 15 }
        let letter = lowercased &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}

extension Span where Element == UInt8 {
    /// Whether the octets are those of `text`, ASCII letters in any case.
    public func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            // In bounds by the line above.
            let octet = unsafe text.utf8Start[index]
            guard self[index].lowercased == octet.lowercased else { return false }
        }
        return true
    }

    /// Whether the octets are exactly those of `other`.
    public func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Decimal digits and nothing else, at least one; `nil` otherwise or beyond 64 bits.
    @inline(__always)
    func decimal(_ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty, range.upperBound <= count else { return nil }
        var value: UInt64 = 0
        for index in range {
            guard self[index].isDigit else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(self[index] & 15))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// `range` without white space at its ends.
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = Swift.min(range.upperBound, count)
        while lower < upper, self[lower].isWhitespace { lower += 1 }
        while upper > lower, self[upper - 1].isWhitespace { upper -= 1 }
        return lower..<Swift.max(lower, upper)
    }

    /// The octets as text, each ill-formed UTF-8 sequence replaced; for reports, it allocates.
    public var text: String {
        var octets: [UInt8] = []
        octets.reserveCapacity(count)
        for index in 0..<count { octets.append(self[index]) }
        return String(decoding: octets, as: UTF8.self)
    }
}
