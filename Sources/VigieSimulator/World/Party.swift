import VigieCalls

/// Who somebody is, in 64 bits: enough to find the same person again.
struct PartyID: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        /// A subscriber of the simulated nation.
        case subscriber
        /// A business, doctor, school, call centre.
        case business
        /// Somebody abroad: the contact of a subscriber, or a stranger.
        case abroad
        /// Any number in France, its six or nine digits given.
        case number
    }

    var rawValue: UInt64

    init(_ kind: Kind, _ value: UInt64) { rawValue = UInt64(kind.rawValue) << 62 | value & (1 << 62 - 1) }

    static func subscriber(_ index: Int) -> PartyID { PartyID(.subscriber, UInt64(index)) }
    static func business(_ index: Int) -> PartyID { PartyID(.business, UInt64(index)) }
    /// Somebody in the country of this index; `hash` names the person.
    static func abroad(country: Int, hash: UInt64) -> PartyID {
        PartyID(.abroad, UInt64(country) << 54 | hash >> 10)
    }
    /// A French number, digits after the country code.
    static func number(_ national: UInt64) -> PartyID { PartyID(.number, national) }

    var kind: Kind { Kind(rawValue: UInt8(rawValue >> 62)) ?? .subscriber }
    var value: UInt64 { rawValue & (1 << 62 - 1) }
    var index: Int { Int(value) }
    var country: Int { Int(value >> 54) }
}

/// What the network knows about somebody at one end of a call.
struct Party: Sendable {
    var number: PhoneNumber
    /// 0 home, 1... the national peers, 255 abroad.
    var operatorIndex: UInt8
    /// Index into the foreign plans; meaningful abroad only.
    var country: UInt8
    /// Index into `Network.regions`.
    var region: UInt8
    /// The department of the access; 0 when not known.
    var department: UInt16
    var isMobile: Bool
    var isBusiness: Bool
    /// How likely this person withholds the number.
    var withholds: Double

    var isHome: Bool { operatorIndex == 0 }
    var isAbroad: Bool { operatorIndex == 255 }
}
