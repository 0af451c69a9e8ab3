import VigieDetection

extension Severity {
    /// How bad an incident is, by what it does to people: how many are reached, how hard one line is hit, who pays.
    public init(_ incident: Incident, _ dossier: Dossier) {
        let worst = dossier.reached.first?.calls ?? 0
        switch incident.kind {
        case .emergencyFailure: self = .critical
        case .misroutedFlood, .routeFailure:
            self = dossier.calls >= 1_000 || worst >= 100 ? .critical : dossier.calls >= 100 ? .major : .minor
        case .numberUsurpation, .telephonyDoS:
            self = dossier.calls >= 500 ? .critical : .major
        case .revenueShareFraud: self = dossier.calls >= 100 ? .critical : .major
        case .dialerCampaign, .wangiri: self = dossier.calls + dossier.proofs >= 10_000 ? .major : .minor
        }
    }
}
