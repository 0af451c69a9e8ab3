import VigieCalls
public import VigieDetection
public import VigieWire

/// What happened to an incident: what a feed of alerts is made of.
public enum IncidentChange: Sendable {
    case opened(Incident)
    case updated(Incident)
    case reopened(Incident)
    case resolved(Incident)
}

/// Groups findings into incidents: one trouble, one incident, however often it is reported.
///
/// A finding belongs to an incident of its kind that is open, or was until `reopenWithin` ago, when their keys are equal
/// or their subjects overlap. An incident without findings for as long as its kind asks is resolved. Bounded by `capacity`.
public struct IncidentBook: Sendable {
    /// How incidents live and end.
    public struct Settings: Sendable {
        /// Quiet data time after which an incident is resolved.
        public var resolveAfter: Duration = .seconds(3_600)
        /// The same for failing emergency numbers: people wait for the all-clear, and a failure that returns reopens the incident.
        public var resolveEmergencyAfter: Duration = .seconds(900)
        /// A finding so long after the last one still belongs to the same incident.
        public var reopenWithin: Duration = .seconds(24 * 3_600)
        /// Incidents kept at most; the oldest resolved one makes room.
        public var capacity = 10_000

        /// The defaults: resolved after an hour of quiet, failing emergency numbers after a quarter of one, reopened within a day.
        public init() {}

        func quiet(_ kind: IncidentKind) -> Duration {
            kind == .emergencyFailure ? resolveEmergencyAfter : resolveAfter
        }
    }

    /// In the order in which they were opened.
    public private(set) var incidents: [Incident] = []
    /// Findings that found no room.
    public private(set) var dropped: UInt64 = 0
    private let settings: Settings
    private var keys: [String: Int] = [:]

    /// An empty book.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Takes in a finding and says what it changed.
    public mutating func apply(_ finding: Finding) -> [IncidentChange] {
        if let index = home(of: finding) {
            let wasResolved = incidents[index].state == .resolved
            incidents[index].absorb(finding)
            keys[Self.name(finding)] = index
            return [wasResolved ? .reopened(incidents[index]) : .updated(incidents[index])]
        }
        guard makeRoom() else {
            dropped += 1
            return []
        }
        let incident = Incident(opening: finding)
        keys[Self.name(finding)] = incidents.count
        incidents.append(incident)
        return [.opened(incident)]
    }

    /// A book that goes on with incidents that were kept, in the order in which they were opened, and the keys of the findings
    /// that each had.
    public init(settings: Settings = Settings(), restoring kept: [(incident: Incident, keys: [String])]) {
        self.settings = settings
        for (incident, known) in kept.suffix(settings.capacity) {
            for key in known { keys[incident.kind.rawValue + "|" + key] = incidents.count }
            incidents.append(incident)
        }
    }

    /// Says that data time has come to `now`; incidents that have gone quiet are resolved.
    ///
    /// - Parameter isMeant: which incidents the time is of; all of them when left out.
    public mutating func advance(to now: Timestamp, of isMeant: (Incident) -> Bool = { _ in true })
        -> [IncidentChange]
    {
        var changes: [IncidentChange] = []
        for index in incidents.indices where incidents[index].state != .resolved && isMeant(incidents[index])
        {
            guard now - incidents[index].lastSeen > settings.quiet(incidents[index].kind) else { continue }
            incidents[index].state = .resolved
            changes.append(.resolved(incidents[index]))
        }
        return changes
    }

    /// The keys of the findings that the incident with this id had: what `init(settings:restoring:)` asks for.
    public func keys(of id: String) -> [String] {
        guard let index = incidents.lastIndex(where: { $0.id == id }) else { return [] }
        let prefix = incidents[index].kind.rawValue + "|"
        return keys.filter { $0.value == index }.map { String($0.key.dropFirst(prefix.count)) }.sorted()
    }

    private func home(of finding: Finding) -> Int? {
        if let index = keys[Self.name(finding)], isNear(incidents[index], finding) { return index }
        return incidents.indices.last { index in
            let incident = incidents[index]
            return incident.kind == finding.kind && isNear(incident, finding)
                && incident.subject.overlaps(finding.subject)
        }
    }

    private func isNear(_ incident: Incident, _ finding: Finding) -> Bool {
        finding.firstSeen - incident.lastSeen <= settings.reopenWithin
    }

    private mutating func makeRoom() -> Bool {
        guard incidents.count >= settings.capacity else { return true }
        guard let oldest = incidents.firstIndex(where: { $0.state == .resolved }) else { return false }
        incidents.remove(at: oldest)
        keys = keys.compactMapValues { $0 == oldest ? nil : $0 > oldest ? $0 - 1 : $0 }
        return true
    }

    private static func name(_ finding: Finding) -> String { finding.kind.rawValue + "|" + finding.key }
}

extension Incident {
    /// An incident as its first finding describes it.
    init(opening finding: Finding) {
        self.init(
            id: Incident.identifier(kind: finding.kind, key: finding.key, firstSeen: finding.firstSeen),
            kind: finding.kind, state: .firing, severity: .minor, subject: finding.subject,
            firstSeen: finding.firstSeen, detectedAt: finding.detectedAt, lastSeen: finding.lastSeen,
            metrics: finding.metrics, samples: finding.samples)
    }

    /// Takes in a further finding: the subject and the figures are the latest, the times are the widest.
    mutating func absorb(_ finding: Finding) {
        state = .firing
        subject = subject.joined(with: finding.subject)
        firstSeen = min(firstSeen, finding.firstSeen)
        lastSeen = max(lastSeen, finding.lastSeen)
        metrics = finding.metrics
        for sample in finding.samples
        where samples.count < 10 && !samples.contains(where: { $0.key == sample.key }) {
            samples.append(sample)
        }
    }

    /// `misrouted-flood-20090217T1403-5f3a09c1`: the kind, the first call's minute (UTC) and a hash of kind and key.
    static func identifier(kind: IncidentKind, key: String, firstSeen: Timestamp) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in (kind.rawValue + "|" + key).utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let minute = firstSeen.rfc3339().prefix(16).filter { $0 != "-" && $0 != ":" }
        let tail = String(UInt32(truncatingIfNeeded: hash ^ hash >> 32), radix: 16)
        return "\(kind.rawValue)-\(minute)-" + String(repeating: "0", count: 8 - tail.count) + tail
    }
}
