import VigieWire

/// Something that really happened in a simulation, and that Vigie is expected to find (or may find).
public struct TrueIncident: Codable, Sendable {
    /// What went wrong, in words a machine compares.
    public struct TrueCause: Codable, Sendable {
        /// `short-code-as-e164`, `trunk-zero-kept`, …
        public var fault: String
        /// One sentence.
        public var hypothesis: String
        /// Words that the first hypothesis of a right diagnosis must all contain.
        public var words: [String]
    }

    /// A telephone number and how many calls it got.
    public struct HitNumber: Codable, Sendable {
        /// The number in E.164.
        public var number: String
        /// How many calls.
        public var calls: Int
    }

    /// A kind of `vigie.analysis/1`.
    public var kind: String
    /// RFC 3339: the first and the last call.
    public var start: String
    /// When the attempt ended, or the last moment.
    public var end: String
    /// Calls that belong to it.
    public var calls = 0
    /// ISO 3166-1 code of the origin.
    public var country: String?
    /// Where in that country.
    public var area: String?
    /// Trunks on which the calls arrived, the busiest first.
    public var ingress: [String] = []
    /// Prefixes in which all calls landed.
    public var prefixes: [String] = []
    /// Departments reached, the most reached first.
    public var departments: [String] = []
    /// The number usurped, dialled by a campaign, called back, or flooded.
    public var numbers: [String] = []
    /// The numbers called most.
    public var mostHit: [HitNumber] = []
    /// Distinct numbers called.
    public var affected = 0
    /// Calls to the owner of an abused number.
    public var callBacks: Int?
    /// Distinct numbers that called.
    public var distinctCallers: Int?
    /// Whether the calls that displayed the number are in the records.
    public var pairedCallsVisible: Bool?
    /// Signs of a machine, as the contract names them.
    public var signs: [String] = []
    /// Short numbers that failed.
    public var services: [String]?
    /// Short numbers that did not fail, where the truth singles some out.
    public var soundServices: [String]?
    /// Machines at fault, the most to blame first.
    public var nodes: [String]?
    /// Callers' operators that were hit; absent when all were.
    public var operators: [String]?
    /// Whether every department was hit, some more than others; otherwise `departments` are those that were.
    public var isNationwide: Bool?
    /// Callers who tried and did not get through.
    public var lostCallers: Int?
    /// Attempts of all callers, within the window of the incident.
    public var attempts: Int?
    /// Why it happened.
    public var cause: TrueCause?
    /// Whether it must be found; otherwise it may be, and is not a false incident.
    public var isRequired = true

    init(kind: String) {
        self.kind = kind
        start = ""
        end = ""
    }

    enum CodingKeys: String, CodingKey {
        case kind, start, end, calls, country, area, ingress, prefixes, departments, numbers
        case mostHit = "most_hit"
        case affected
        case callBacks = "call_backs"
        case distinctCallers = "distinct_callers"
        case pairedCallsVisible = "paired_calls_visible"
        case signs, cause, services, nodes, operators, attempts
        case soundServices = "sound_services"
        case isNationwide = "nationwide"
        case lostCallers = "lost_callers"
        case isRequired = "required"
    }
}

/// The truth about one simulation (`vigie.truth/1`).
public struct Truth: Codable, Sendable {
    /// The moments between which calls started, RFC 3339.
    public struct Window: Codable, Sendable {
        /// The first moment, RFC 3339.
        public var start: String
        /// When the attempt ended, or the last moment.
        public var end: String
    }

    /// `vigie.truth/1`.
    public var schema = "vigie.truth/1"
    /// The name of the scenario.
    public var scenario: String
    /// The seed of the simulation.
    public var seed: UInt64
    /// Length in days.
    public var days: Double
    /// Background calls a day.
    public var rate: Double
    /// The moments between which calls started.
    public var window: Window
    /// What must be found.
    public var incidents: [TrueIncident]
    /// What may be found as well, and is then not false.
    public var alsoTrue: [TrueIncident]
    /// Calls, answered calls, and what was made imperfect on purpose.
    public var counts: [String: UInt64]
    /// In captures: the addresses of each trunk.
    public var addresses: [String: [String]]?

    enum CodingKeys: String, CodingKey {
        case schema, scenario, seed, days, rate, window, incidents
        case alsoTrue = "also_true"
        case counts, addresses
    }

    /// The truth about a simulation that has made its last call.
    public init(_ scenario: Scenario, _ simulation: Simulation, seed: UInt64, rate: Double) {
        self.scenario = scenario.name
        self.seed = seed
        self.rate = rate
        window = Window(
            start: simulation.window.lowerBound.rfc3339(), end: simulation.window.upperBound.rfc3339())
        days = (simulation.window.upperBound - simulation.window.lowerBound).secondsAsDouble / 86_400
        let all = simulation.incidents()
        incidents = all.filter(\.isRequired)
        alsoTrue = all.filter { !$0.isRequired }
        counts = ["calls": simulation.made, "answered": simulation.answered]
    }
}

extension Truth {
    /// Notes the addresses under which each trunk appears in captures.
    public mutating func addAddresses(of simulation: Simulation) {
        var found: [String: [String]] = [:]
        for (index, name) in simulation.names.trunks.enumerated() where index > 0 {
            found[name] = SignallingTrace.addresses(trunk: index, name: name).map(\.address)
        }
        addresses = found
    }
}
