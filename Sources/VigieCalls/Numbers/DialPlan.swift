/// A block of numbers that a plan gives out: every number from `first` to `last`.
public struct NumberBlock: Hashable, Sendable {
    /// The leading digits that the whole block shares, country code first.
    public var prefix: NumberPrefix
    /// First and last number of the block, E.164 digits.
    public var first: UInt64
    /// The last number of the block, E.164 digits.
    public var last: UInt64
    /// What it is for.
    public var kind: NumberKind
    /// INSEE department code (`59`, `2A`, `974`), or the area's name outside France; empty when it is not known.
    public var department: String
    /// The assignee's code (`FRTE`), empty when allocation data is not shipped for the country.
    public var assignee: String

    /// A block from all its parts.
    public init(
        prefix: NumberPrefix, first: UInt64, last: UInt64, kind: NumberKind, department: String = "",
        assignee: String = ""
    ) {
        self.prefix = prefix
        self.first = first
        self.last = last
        self.kind = kind
        self.department = department
        self.assignee = assignee
    }

    /// How many digits each number has, country code included.
    public var totalDigits: Int { String(last).utf8.count }
    /// How many numbers there are.
    public var size: UInt64 { last >= first ? last - first + 1 : 0 }
}

/// A short number of a national plan.
public struct ShortCode: Hashable, Sendable {
    /// The digits as a subscriber dials them.
    public var digits: String
    /// What it is for.
    public var kind: NumberKind
    /// What answers, in a few words.
    public var service: String
    /// Who uses it: empty for everybody, else the name of the operator.
    public var network: String

    /// A short code from its parts.
    public init(digits: String, kind: NumberKind, service: String, network: String = "") {
        self.digits = digits
        self.kind = kind
        self.service = service
        self.network = network
    }
}

/// What a subscriber of one country dials, and where it leads, on one day.
public struct DialPlan: Sendable {
    /// Whose plan it is.
    public var country: Country = .none
    /// The country code's digits, `33`.
    public var countryCode: UInt64 = 0
    /// What stands before a national number, `0` in France; empty where there is none.
    public var trunkPrefix = ""
    /// What stands before an international number, `00` in France.
    public var internationalPrefix = ""
    /// Digits of a national number without trunk prefix: shortest and longest.
    public var nationalDigits: ClosedRange<Int> = 1...15
    /// Blocks in use that day, E.164; their `size` is their relative weight.
    public var blocks: [NumberBlock] = []
    /// Short numbers in use that day.
    public var shortCodes: [ShortCode] = []

    /// An empty plan.
    public init() {}
}

/// How a country's subscribers dial out of their own area and country.
public struct Dialling: Hashable, Sendable {
    /// The country code's digits, 0 when the country is not known.
    public var countryCode: UInt64 = 0
    /// `0` in France, empty where there is none.
    public var trunkPrefix = ""
    /// The usual international prefix, `00` in France, `011` in North America.
    public var internationalPrefix = ""
    /// Every international prefix that is written out without a choice of carrier, the usual one first.
    public var internationalPrefixes: [String] = []
    /// Digits of a national number without trunk prefix: shortest and longest.
    public var nationalDigits: ClosedRange<Int> = 1...15

    /// Nothing is known.
    public init() {}
}
