/// What the automaton says about a number, packed as `CNumberingData.h` draws it.
struct NumberClass {
    var rawValue: UInt64

    /// The country of the number itself; `none` when the plan does not know such a number.
    var region: Country { Country(rawValue: UInt16(truncatingIfNeeded: rawValue)) }
    /// The main country of the country code.
    var mainCountry: Country { Country(rawValue: UInt16(truncatingIfNeeded: rawValue >> 16)) }
    var type: NumberType { NumberType(rawValue: UInt8(truncatingIfNeeded: rawValue >> 32)) ?? .unknown }
    var kind: NumberKind { NumberKind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 40)) ?? .unknown }
    var countryDigits: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 48) & 15 }
    var areaDigits: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 52) & 15 }
    var isValid: Bool { rawValue >> 56 & 1 == 1 }
    /// Whether the number belongs to a worldwide service (`+800`, `+882`).
    var isWorldwide: Bool { rawValue >> 57 & 1 == 1 }
}

/// The type of a number by the names of libphonenumber, which other systems print.
public enum NumberType: UInt8, Sendable {
    case unknown, fixedLine, mobile, fixedLineOrMobile, tollFree, premiumRate, sharedCost, voip,
        personalNumber
    case pager, uan, voicemail

    /// `FIXED_LINE`, `TOLL_FREE`, …
    public var name: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .fixedLine: "FIXED_LINE"
        case .mobile: "MOBILE"
        case .fixedLineOrMobile: "FIXED_LINE_OR_MOBILE"
        case .tollFree: "TOLL_FREE"
        case .premiumRate: "PREMIUM_RATE"
        case .sharedCost: "SHARED_COST"
        case .voip: "VOIP"
        case .personalNumber: "PERSONAL_NUMBER"
        case .pager: "PAGER"
        case .uan: "UAN"
        case .voicemail: "VOICEMAIL"
        }
    }
}

extension NumberKind {
    /// The kind as it is printed: `geographic`, `premium-rate`, …
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .geographic: "geographic"
        case .mobile: "mobile"
        case .nonGeographic: "non-geographic"
        case .freephone: "freephone"
        case .sharedCost: "shared-cost"
        case .premiumRate: "premium-rate"
        case .voicemail: "voicemail"
        case .personal: "personal"
        case .machineToMachine: "machine-to-machine"
        case .verifiedPlatform: "verified-platform"
        case .technicalPlatform: "technical-platform"
        case .emergency: "emergency"
        case .shortCode: "short-code"
        case .satellite: "satellite"
        case .fiction: "fiction"
        case .fixedOrMobile: "fixed-or-mobile"
        case .pager: "pager"
        case .universalAccess: "universal-access"
        }
    }
}
