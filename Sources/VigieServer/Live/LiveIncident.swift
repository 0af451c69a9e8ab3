import Foundation
public import VigieIncidents
public import VigieMitigation
public import VigieWire

/// An incident of the live line, as its last look at the stored calls left it.
public struct LiveIncident: Sendable {
    /// With causes, severity and localisation.
    public var incident: Incident
    /// One sentence that a duty officer understands, in English.
    public var summary: String
    /// The same in French.
    public var summaryInFrench: String
    /// Calls that belong to it, as far as they were stored.
    public var calls: Int
    /// The filter worth showing, and what it would have done; `nil`: none is.
    public var proposal: FilterProposal?
    /// What the proposal is asked to stop.
    public var target = FilterTrial.Target.trouble

    /// What the last look told.
    init(
        incident: Incident, summary: String, summaryInFrench: String, calls: Int, proposal: FilterProposal?
    ) {
        self.incident = incident
        self.summary = summary
        self.summaryInFrench = summaryInFrench
        self.calls = calls
        self.proposal = proposal
    }

    /// An incident that was kept, and the document that was stored of it.
    init(_ incident: Incident, document: [UInt8]) {
        struct Stored: Decodable {
            struct Evidence: Decodable { var calls: Int? }
            var summary: String?
            var summary_fr: String?
            var severity: String?
            var evidence: Evidence?
        }
        let stored = try? JSONDecoder().decode(Stored.self, from: Data(document))
        self.incident = incident
        self.incident.severity = stored?.severity.flatMap { Severity(rawValue: $0) } ?? incident.severity
        summary = stored?.summary ?? incident.id
        summaryInFrench = stored?.summary_fr ?? summary
        calls = stored?.evidence?.calls ?? 0
    }
}

/// What happened to an incident, told after it was looked into and stored.
public struct LiveChange: Sendable {
    /// What happened.
    public enum Kind: String, CaseIterable, Sendable {
        case opened, updated, reopened, resolved
    }

    /// What happened.
    public var kind: Kind
    /// The incident as it is now.
    public var incident: LiveIncident
    /// The incident as `vigie.analysis/1` tells it, without its census: the store keeps the whole document.
    public var document: JSONValue
}
