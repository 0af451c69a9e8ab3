/// A telephone number in one 64-bit integer: an E.164 number, a number as dialled, withheld, or malformed.
///
/// ```
/// bits 62...63  form: 0 absent or withheld, 1 E.164, 2 as dialled (short code, national or unknown form), 3 malformed
/// bits 56...60  number of digits, 0...17
/// bits  0...55  the digits as one integer, leading zeros kept by the count
/// ```
/// E.164 §6: 15 digits at most, the first one 1...9. A number as dialled may begin with 0 and have 16 digits.
public struct PhoneNumber: Hashable, Comparable, Codable, Sendable {
    /// What the digits mean.
    public enum Form: UInt8, Sendable { case absent, e164, dialled, malformed }

    /// The packed number, as the type's comment draws it.
    public var rawValue: UInt64

    /// The stored integer, as another `PhoneNumber` gave it.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No number: withheld, anonymous, or the field is not there.
    public static let absent = PhoneNumber(rawValue: 0)
    /// There was something, and it was no telephone number.
    public static let malformed = PhoneNumber(rawValue: 3 << 62)

    /// The most digits of a number as dialled.
    public static let maxDigits = 16  // 10^16 < 2^56; E.164 allows 15

    /// A number of `count` digits whose value is `digits`; `nil` when it does not fit its form.
    @inlinable
    public init?(form: Form, digits: UInt64, count: Int) {
        switch form {
        case .absent, .malformed: return nil
        case .e164:
            guard count >= 1, count <= 15, digits >= PhoneNumber.powerOfTen(count - 1) else { return nil }
        case .dialled: guard count >= 1, count <= PhoneNumber.maxDigits else { return nil }
        }
        guard digits < PhoneNumber.powerOfTen(count) else { return nil }
        rawValue = UInt64(form.rawValue) << 62 | UInt64(count) << 56 | digits
    }

    /// An E.164 number of these digits, country code first, without `+`; `nil` when it is not 1 to 15 digits from 1...9.
    @inlinable
    public init?(e164 digits: UInt64) {
        var count = 0
        var rest = digits
        while rest > 0 {
            count += 1
            rest /= 10
        }
        self.init(form: .e164, digits: digits, count: count)
    }

    /// What the digits mean.
    @inlinable public var form: Form {
        Form(rawValue: UInt8(truncatingIfNeeded: rawValue >> 62)) ?? .malformed
    }
    /// How many digits there are.
    @inlinable public var count: Int { Int(rawValue >> 56 & 31) }
    /// The digits as one integer.
    @inlinable public var digits: UInt64 { rawValue & (1 << 56 - 1) }
    /// Whether this is an E.164 number.
    @inlinable public var isE164: Bool { rawValue >> 62 == 1 }

    /// The first `length` digits as an integer; all of them when there are fewer.
    @inlinable
    public func leading(_ length: Int) -> UInt64 {
        let drop = count - length
        return drop <= 0 ? digits : digits / PhoneNumber.powerOfTen(drop)
    }

    /// Numbers sort by form, then by length, then by digits.
    @inlinable
    public static func < (left: PhoneNumber, right: PhoneNumber) -> Bool { left.rawValue < right.rawValue }

    /// 10 to the power `exponent`, which is in `0...18`.
    @inlinable
    public static func powerOfTen(_ exponent: Int) -> UInt64 {
        // A constant for each case becomes one load from a table.
        switch exponent {
        case ..<1: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        case 8: 100_000_000
        case 9: 1_000_000_000
        case 10: 10_000_000_000
        case 11: 100_000_000_000
        case 12: 1_000_000_000_000
        case 13: 10_000_000_000_000
        case 14: 100_000_000_000_000
        case 15: 1_000_000_000_000_000
        case 16: 10_000_000_000_000_000
        case 17: 100_000_000_000_000_000
        default: 1_000_000_000_000_000_000
        }
    }
}

extension PhoneNumber: CustomStringConvertible {
    /// `+33199001234` for E.164, the digits for a number as dialled, empty when absent, `malformed` otherwise.
    public var description: String {
        switch form {
        case .absent: ""
        case .malformed: "malformed"
        case .e164: "+\(digits)"
        case .dialled: String(repeating: "0", count: max(0, count - String(digits).count)) + String(digits)
        }
    }

    /// The number with its middle hidden, for logs: `+33•••••1234`.
    public var masked: String {
        let text = description
        guard text.count > 7 else { return text }
        return text.prefix(3) + String(repeating: "•", count: text.count - 7) + text.suffix(4)
    }
}

/// The first digits of E.164 numbers: `+3332` is digits 3332, count 4.
public struct NumberPrefix: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// The digits as one integer.
    public var digits: UInt64
    /// How many digits there are.
    public var count: Int

    /// The first `count` digits of `number`, or all of it when it is shorter.
    @inlinable
    public init(_ number: PhoneNumber, count: Int) {
        self.count = min(count, number.count)
        digits = number.leading(count)
    }

    /// A prefix written out: `+3332` or `3332`; `nil` when it is not 1 to 15 digits.
    public init?(_ text: String) {
        let body = text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard (1...15).contains(body.count), body.allSatisfy({ $0.isASCII && $0.isNumber }),
            let value = UInt64(body)
        else { return nil }
        digits = value
        count = body.count
    }

    /// Whether `number` is an E.164 number that begins with these digits.
    @inlinable
    public func contains(_ number: PhoneNumber) -> Bool {
        number.isE164 && number.count >= count && number.leading(count) == digits
    }

    /// Its own first `length` digits, or all of it when it is shorter.
    public func cut(to length: Int) -> NumberPrefix {
        var shorter = self
        while shorter.count > max(1, length) {
            shorter.digits /= 10
            shorter.count -= 1
        }
        return shorter
    }

    /// Prefixes sort as text does: `+33`, `+332`, `+34`.
    public static func < (left: NumberPrefix, right: NumberPrefix) -> Bool {
        left.description < right.description
    }

    /// `+3332`.
    public var description: String { "+\(digits)" }
}
