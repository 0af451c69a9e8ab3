/// Names a filter, the same on every node: 16 hexadecimal digits in text.
public struct FilterID: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The id as an integer; never 0 for a filter.
    public var rawValue: UInt64

    /// The stored integer.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// 16 hexadecimal digits, upper or lower case; `nil` for anything else.
    public init?(_ description: String) {
        guard description.utf8.count == 16,
            description.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt64(description, radix: 16), value != 0
        else { return nil }
        rawValue = value
    }

    /// `00c0ffee12345678`.
    public var description: String {
        let text = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    /// Orders by value.
    @inlinable
    public static func < (left: FilterID, right: FilterID) -> Bool { left.rawValue < right.rawValue }
}
