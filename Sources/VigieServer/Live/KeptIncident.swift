import Foundation
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

/// What the book needs to go on with an incident after a restart: kept beside its document, under a setting of its id.
///
/// An incident that was resolved for longer than the book reopens one is not kept any more.
struct KeptIncident: Codable, Sendable {
    private struct Sample: Codable {
        var kept: [UInt8]
        var count: Int
        var key: UInt64
    }

    private var id: String
    private var kind: String
    private var state: String
    private var severity: String
    private var subject: Finding.Subject
    private var firstSeen: Timestamp
    private var detectedAt: Timestamp
    private var lastSeen: Timestamp
    private var metrics: [Metric]
    private var samples: [Sample]
    /// Keys of its findings.
    let keys: [String]

    init(_ incident: Incident, keys: [String]) {
        id = incident.id
        kind = incident.kind.rawValue
        state = incident.state.rawValue
        severity = incident.severity.rawValue
        subject = incident.subject
        firstSeen = incident.firstSeen
        detectedAt = incident.detectedAt
        lastSeen = incident.lastSeen
        metrics = incident.metrics
        samples = incident.samples.map { sample in
            let kept = sample.kept
            return Sample(kept: kept.indices.map { kept[$0] }, count: sample.wholeCount, key: sample.key)
        }
        self.keys = keys
    }

    /// The incident; `nil` when it was kept by a version that knew other kinds.
    var incident: Incident? {
        guard let kind = IncidentKind(rawValue: kind), let state = Incident.State(rawValue: state),
            let severity = Severity(rawValue: severity)
        else { return nil }
        return Incident(
            id: id, kind: kind, state: state, severity: severity, subject: subject, firstSeen: firstSeen,
            detectedAt: detectedAt, lastSeen: lastSeen, metrics: metrics,
            samples: samples.map { CallID(kept: $0.kept.span, wholeCount: $0.count, key: $0.key) })
    }

    /// The key of the setting under which an incident is kept.
    static func setting(_ id: String) -> String { "incident/" + id }

    /// The change that keeps it.
    var change: StoreChange? {
        guard let bytes = try? JSONEncoder().encode(self) else { return nil }
        return .setting(key: Self.setting(id), value: Array(bytes))
    }

    /// What was kept of an incident; `nil` when nothing was, or when it cannot be read.
    static func read(_ bytes: [UInt8]) -> KeptIncident? {
        try? JSONDecoder().decode(KeptIncident.self, from: Data(bytes))
    }
}
