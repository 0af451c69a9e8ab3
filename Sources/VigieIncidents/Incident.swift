public import VigieCalls
public import VigieDetection
public import VigieDiagnosis
public import VigieWire

/// How bad it is, by consequence and not by component.
public enum Severity: String, Comparable, CaseIterable, Sendable {
    case minor, major, critical

    /// Orders by value.
    public static func < (left: Severity, right: Severity) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// One trouble, from its first call to its end: findings with one key, grouped.
public struct Incident: Sendable {
    /// Where it stands: `pending` until it has lasted or grown enough, `firing`, then `resolved`.
    public enum State: String, Sendable { case pending, firing, resolved }

    /// Made from kind, key and first call, so that two nodes give the same trouble the same name.
    public var id: String
    /// What kind of trouble it is.
    public var kind: IncidentKind
    /// Where it stands.
    public var state: State
    /// How bad it is.
    public var severity: Severity
    /// Whom or what it is about, as last told.
    public var subject: Finding.Subject
    /// Start of its first call.
    public var firstSeen: Timestamp
    /// Data time at which the detector was first sure.
    public var detectedAt: Timestamp
    /// Start of its last call so far.
    public var lastSeen: Timestamp
    /// The detector's latest figures.
    public var metrics: [Metric]
    /// Up to ten calls that show it.
    public var samples: [CallID]
    /// Ranked, most likely first; empty until diagnosed.
    public var causes: [Cause]
    /// Name = value pairs that the calls share.
    public var localisation: [[String: String]]

    /// All fields at once.
    public init(
        id: String, kind: IncidentKind, state: State, severity: Severity, subject: Finding.Subject,
        firstSeen: Timestamp, detectedAt: Timestamp, lastSeen: Timestamp, metrics: [Metric] = [],
        samples: [CallID] = [], causes: [Cause] = [], localisation: [[String: String]] = []
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.severity = severity
        self.subject = subject
        self.firstSeen = firstSeen
        self.detectedAt = detectedAt
        self.lastSeen = lastSeen
        self.metrics = metrics
        self.samples = samples
        self.causes = causes
        self.localisation = localisation
    }
}
