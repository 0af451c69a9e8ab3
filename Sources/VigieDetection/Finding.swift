public import VigieCalls
public import VigieWire

/// What kind of trouble it is; the raw value is the contract's `kind`.
public enum IncidentKind: String, CaseIterable, Sendable {
    case misroutedFlood = "misrouted-flood"
    case numberUsurpation = "number-usurpation"
    case dialerCampaign = "dialer-campaign"
    case wangiri
    case revenueShareFraud = "revenue-share-fraud"
    case telephonyDoS = "telephony-dos"
    case emergencyFailure = "emergency-failure"
    case routeFailure = "route-failure"
}

/// Where calls come from: as much as is the same for all of them.
public struct Origin: Hashable, Codable, Sendable {
    /// The callers' country; `none` when mixed or not known.
    public var country: Country
    /// The callers' common prefix, country code included, when they share one beyond the country.
    public var area: NumberPrefix?
    /// The trunk they came in by; `none` when mixed or not known.
    public var ingress: Symbol

    /// An origin; leave out what is mixed.
    public init(country: Country = .none, area: NumberPrefix? = nil, ingress: Symbol = .none) {
        self.country = country
        self.area = area
        self.ingress = ingress
    }
}

/// What makes a series of calls look machine-made; the raw value is the contract's word.
public enum DialerSign: String, CaseIterable, Codable, Sendable {
    case silent, sequential, neighbour, short
    case rotating, hours, unallocated, malformed, kind, random
}

/// A count with what was expected, for a report: `metrics` of the contract.
public struct Metric: Hashable, Codable, Sendable {
    /// In snake case, with its unit.
    public var name: String
    /// In the unit that the name tells.
    public var value: Double

    /// A figure and its name in snake case with its unit.
    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// What a detector saw. Detectors report while it lasts and neither repeat-proof nor mute themselves:
/// findings with equal `key` are one incident, which the incident layer opens, updates and resolves.
public struct Finding: Sendable {
    /// Whom or what it is about, per kind; see DESIGN's table of subjects.
    public enum Subject: Hashable, Codable, Sendable {
        case misroutedFlood(origin: Origin, landing: [NumberPrefix])
        /// `presentedBy`: trunks that carried calls displaying the number, most first; empty when none was seen.
        case numberUsurpation(number: PhoneNumber, presentedBy: [Symbol])
        case dialerCampaign(ingress: Symbol, numbers: [PhoneNumber], signs: [DialerSign])
        case wangiri(numbers: [PhoneNumber])
        case revenueShareFraud(numbers: [PhoneNumber], prefixes: [NumberPrefix], ingress: Symbol)
        case telephonyDoS(numbers: [PhoneNumber], ingress: Symbol)
        case emergencyFailure(EmergencyScope)
    }

    /// What kind of trouble it is.
    public var kind: IncidentKind
    /// Equal for findings of one and the same trouble, stable while it lasts and across restarts.
    public var key: String
    /// Whom or what it is about.
    public var subject: Subject
    /// Start of the first call that belongs to it, as far as the detector remembers.
    public var firstSeen: Timestamp
    /// Data time at which the detector was sure.
    public var detectedAt: Timestamp
    /// Start of the last call that belongs to it so far.
    public var lastSeen: Timestamp
    /// Strength of the evidence in nats above what the false-alarm budget asks for; at least 0.
    public var strength: Double
    /// Figures that speak for it.
    public var metrics: [Metric]
    /// Up to ten calls that show it.
    public var samples: [CallID]

    /// All fields at once.
    public init(
        kind: IncidentKind, key: String, subject: Subject, firstSeen: Timestamp, detectedAt: Timestamp,
        lastSeen: Timestamp, strength: Double, metrics: [Metric] = [], samples: [CallID] = []
    ) {
        self.kind = kind
        self.key = key
        self.subject = subject
        self.firstSeen = firstSeen
        self.detectedAt = detectedAt
        self.lastSeen = lastSeen
        self.strength = strength
        self.metrics = metrics
        self.samples = samples
    }
}
