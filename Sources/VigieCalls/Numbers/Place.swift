/// One of the departments and territories by which France is administered.
public struct Department: Hashable, Sendable {
    /// INSEE code: `59`, `2A`, `974`.
    public var code: String
    /// The name in full.
    public var name: String
    /// The zone digit of its geographic numbers, 1 to 5; 0 where the territory has its own country code.
    public var zone: UInt8

    /// A department from its parts.
    public init(code: String, name: String, zone: UInt8) {
        self.code = code
        self.name = name
        self.zone = zone
    }
}

/// Where a geographic number was given out, and how far that may be trusted.
public struct Place: Hashable, Sendable {
    /// How the place was found.
    public enum Method: String, Sendable {
        /// A city's name is published for this prefix.
        case cityPrefix = "city-prefix"
        /// The neighbouring prefixes of the same area all lie in one department.
        case areaMajority = "area-majority"
        /// The number belongs to a territory that has its own country code or zone.
        case territory = "territory"
        /// The prefix names an area of another country.
        case areaPrefix = "area-prefix"
    }

    /// INSEE department code; empty outside France, or when it is not known.
    public var department: String
    /// City, area or territory.
    public var name: String
    /// How it was found.
    public var method: Method
    /// The share of numbers of this prefix that we expect to be there, in `0...1`.
    public var confidence: Double

    /// A place from its parts.
    public init(department: String, name: String, method: Method, confidence: Double) {
        self.department = department
        self.name = name
        self.method = method
        self.confidence = confidence
    }
}

/// The operator to whom a regulator gave a block; the operator of a ported number may be another.
public struct Assignee: Hashable, Sendable {
    /// The regulator's code, `FRTE`.
    public var code: String
    /// The name in full.
    public var name: String

    /// An assignee from its parts.
    public init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}
