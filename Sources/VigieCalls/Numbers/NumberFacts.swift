/// An ISO 3166-1 alpha-2 country in two bytes; `none` when it is not known, `001` numbers have none.
public struct Country: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The two letters, the first one in the high byte.
    public var rawValue: UInt16

    /// The stored integer.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `FR`, `MA`, …; `nil` when the text is not two capital letters.
    public init?(_ text: String) {
        let letters = Array(text.utf8)
        guard letters.count == 2, letters.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
        rawValue = UInt16(letters[0]) << 8 | UInt16(letters[1])
    }

    /// Not known.
    public static let none = Country(rawValue: 0)
    /// France.
    public static let france = Country(rawValue: 0x4652)
    /// Morocco.
    public static let morocco = Country(rawValue: 0x4D41)

    /// `FR`, or empty.
    public var description: String {
        rawValue == 0 ? "" : String(decoding: [UInt8(rawValue >> 8), UInt8(rawValue & 255)], as: UTF8.self)
    }
}

/// What a number is for, by its plan.
public enum NumberKind: UInt8, Sendable, CaseIterable {
    case unknown
    case geographic
    case mobile
    case nonGeographic  // nomadic, VoIP (France 09)
    case freephone
    case sharedCost
    case premiumRate
    case voicemail
    case personal
    case machineToMachine
    case verifiedPlatform  // France: automated calls allowed (decision 2022-1583)
    case technicalPlatform  // France 0937-0939: deliveries, drivers
    case emergency
    case shortCode
    case satellite
    case fiction
    case fixedOrMobile  // plans that do not tell the two apart (North America)
    case pager
    case universalAccess  // company numbers (UAN): one number for many sites
}

/// What the numbering plan of the day says about a number; a plain value, cheap enough for every call.
public struct NumberFacts: Hashable, Sendable {
    /// The country (or territory with its own code) of the number.
    public var country: Country = .none
    /// Digits of the country code, `0...3`.
    public var countryDigits: UInt8 = 0
    /// Digits, country code included, that name the area or service: 4 for `+3327…`; 0 when not known.
    public var areaDigits: UInt8 = 0
    /// What the number is for.
    public var kind: NumberKind = .unknown
    /// Whether the plan knows numbers of this shape (length and leading digits).
    public var isValid = false
    /// Whether the regulator has given out the block; `nil` where no allocation data is shipped for the country.
    public var isAllocated: Bool?

    /// Nothing is known.
    public init() {}
}
