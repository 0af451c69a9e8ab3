public import VigieWire

/// One row of the routing of emergency calls: which centre answers a short number dialled in a place, and what to dial
/// when that fails.
public struct EmergencyCentre: Hashable, Sendable {
    /// INSEE commune (`59606`, `2A004`) or department (`59`, `974`) of the caller.
    public var place: String
    /// The short number as dialled: `15`, `17`, `18`, `112`, …
    public var shortNumber: String
    /// Who answers, in the operator's words: `SAMU`, `SDIS`, `police`.
    public var service: String
    /// The operator's name for the centre.
    public var id: String
    /// The ordinary number into which the short number is translated.
    public var longNumber: PhoneNumber
    /// From when the row holds.
    public var validFrom: Timestamp
    /// Until when it holds; `nil`: no end is known.
    public var validTo: Timestamp?
    /// What to dial instead, best first; two at most.
    public var fallbacks: [PhoneNumber]
    /// When a test call to every fallback last got through; `nil`: never.
    public var lastTested: Timestamp?
    /// Who made that test call.
    public var tester: String
    /// Whether the prefect allows the fallbacks to be published.
    public var isPublic: Bool
    /// Whether the centre agreed that test calls ring at its long number and its fallbacks.
    public var isTestable: Bool

    /// All fields at once.
    public init(
        place: String, shortNumber: String, service: String, id: String, longNumber: PhoneNumber,
        validFrom: Timestamp, validTo: Timestamp? = nil, fallbacks: [PhoneNumber] = [],
        lastTested: Timestamp? = nil, tester: String = "", isPublic: Bool = false, isTestable: Bool = false
    ) {
        self.place = place
        self.shortNumber = shortNumber
        self.service = service
        self.id = id
        self.longNumber = longNumber
        self.validFrom = validFrom
        self.validTo = validTo
        self.fallbacks = fallbacks
        self.lastTested = lastTested
        self.tester = tester
        self.isPublic = isPublic
        self.isTestable = isTestable
    }

    /// INSEE code of the department in which the place lies.
    public var department: String { Self.department(of: place) }

    /// INSEE code of the department of a commune: its first two characters, three overseas.
    public static func department(of place: String) -> String {
        guard place.utf8.count > 3 else { return place }
        return String(place.prefix(place.hasPrefix("97") || place.hasPrefix("98") ? 3 : 2))
    }

    /// Whether the row holds at a moment.
    public func isValid(at moment: Timestamp) -> Bool {
        validFrom <= moment && validTo.map { moment < $0 } ?? true
    }
}
