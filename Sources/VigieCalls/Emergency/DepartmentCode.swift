/// A French department or territory in two bytes: `59`, `2A`, `974`; `none` when it is not known.
public struct DepartmentCode: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// 1 to 95 and 971 to 989 as they are written; Corsica's `2A` is 201 and `2B` is 202; 0 is none.
    public var rawValue: UInt16

    /// The stored integer, as another `DepartmentCode` gave it.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Not known.
    public static let none = DepartmentCode(rawValue: 0)

    /// Reads `59`, `1`, `2A`, `974`, `FR-59`, or the INSEE code of a commune (`59350`, `2A004`, `97105`); `nil` for anything else.
    public init?(_ text: Span<UInt8>) {
        var text = text
        if text.count > 3, text[0] | 0x20 == 0x66, text[1] | 0x20 == 0x72, text[2] == 0x2D {
            text = text.extracting(3..<text.count)
        }
        guard text.count >= 1, text.count <= 3 || text.count == 5 else { return nil }
        var digits: UInt16 = 0
        for index in text.indices {
            let digit = text[index] &- 0x30
            if index == 1, text[0] == 0x32, let corsica = Self.corsica(text[1]) {
                guard text.count == 2 || text.count == 5 else { return nil }
                for rest in 2..<max(2, text.count) where text[rest] &- 0x30 > 9 { return nil }
                rawValue = corsica
                return
            }
            guard digit < 10 else { return nil }
            if index < 3 { digits = digits * 10 + UInt16(digit) }
        }
        if text.count == 5 { digits = digits >= 970 ? digits : digits / 10 }
        guard (1...95).contains(digits) || (971...989).contains(digits) else { return nil }
        rawValue = digits
    }

    /// Reads a text as the other initialiser does.
    public init?(_ text: String) {
        var text = text
        guard let code = text.withUTF8({ unsafe DepartmentCode(Span(_unsafeElements: $0)) }) else {
            return nil
        }
        self = code
    }

    private static func corsica(_ letter: UInt8) -> UInt16? {
        switch letter | 0x20 {
        case 0x61: 201
        case 0x62: 202
        default: nil
        }
    }

    /// `59`, `01`, `2A`, `974`; empty for `none`.
    public var description: String {
        switch rawValue {
        case 0: ""
        case 201: "2A"
        case 202: "2B"
        case 1...9: "0\(rawValue)"
        default: "\(rawValue)"
        }
    }

    /// In the order of their codes, Corsica at 20.
    public static func < (left: DepartmentCode, right: DepartmentCode) -> Bool { left.rank < right.rank }

    private var rank: UInt32 {
        switch rawValue {
        case 201, 202: 2_000 + UInt32(rawValue - 200)
        default: UInt32(rawValue) * 100
        }
    }
}
