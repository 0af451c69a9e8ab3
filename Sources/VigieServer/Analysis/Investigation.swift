import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
import VigieReports
import VigieWire

/// The second look at stored calls, the same for files and for the live line: two passes, of which the first counts and
/// the second tries the filters that the counts suggest.
struct Investigation {
    /// Hands over every stored call that may matter, oldest first; asked twice.
    typealias Replay = (_ body: (borrowing CallEvent) -> Void) -> Void

    let plans: NumberingPlans
    let home: Country
    /// Long numbers to which emergency calls are routed.
    var centres = EmergencyCentres()
    /// What was changed and declared, as it is known when a look begins.
    var calendar: @Sendable () -> ChangeCalendar = { ChangeCalendar() }

    /// The incidents with causes, severity and localisation, each with its dossier and the filter worth showing, in the
    /// order given.
    ///
    /// - Parameter progress: told the share done, in `0...1`.
    func look(
        at incidents: [Incident], symbols: SymbolTable, progress: (Double) -> Void = { _ in },
        replay: Replay
    ) -> [AnalysisReport.Entry] {
        guard !incidents.isEmpty else { return [] }
        var incidents = incidents
        var locations = Locations()
        if incidents.contains(where: { $0.kind == .emergencyFailure }) { locations.meet(symbols) }
        var investigators = incidents.map {
            Investigator($0, plans: plans, locations: locations, home: home, centres: centres)
        }
        replay { event in
            for index in investigators.indices { investigators[index].take(copy event) }
        }
        progress(0.5)
        let results = investigators.map { $0.finish() }
        var searches: [FilterSearch] = []
        var trials: [FilterTrial] = []
        let diagnosis = MisrouteDiagnosis(plans: plans)
        let changes = calendar()
        for index in incidents.indices {
            if let evidence = results[index].evidence {
                incidents[index].causes = diagnosis.explain(evidence)
            }
            if case .emergencyFailure(let scope) = incidents[index].subject {
                incidents[index].causes = EmergencyDiagnosis.explain(
                    scope, symbols: symbols, onset: incidents[index].firstSeen, calendar: changes)
            }
            incidents[index].severity = Severity(incidents[index], results[index].dossier)
            if case .emergencyFailure(let scope) = incidents[index].subject {
                incidents[index].localisation = EmergencyDiagnosis.localisation(scope, symbols: symbols)
            } else {
                incidents[index].localisation = Self.localisation(results[index].dossier, symbols)
            }
            let search = FilterSearch(incidents[index], dossier: results[index].dossier, plans: plans)
            searches.append(search)
            trials.append(
                FilterTrial(
                    search.candidates, incident: incidents[index], target: search.target, plans: plans,
                    home: home))
        }
        replay { event in
            for index in trials.indices { trials[index].take(copy event) }
        }
        progress(1)
        return incidents.indices.map { index in
            AnalysisReport.Entry(
                incident: incidents[index], dossier: results[index].dossier,
                proposal: searches[index].best(of: trials[index].outcomes))
        }
    }

    /// The trunks, nodes and operators that nine in ten calls share.
    private static func localisation(_ dossier: Dossier, _ symbols: SymbolTable) -> [[String: String]] {
        let calls = dossier.calls > 0 ? dossier.calls : dossier.proofs
        var shared: [String: String] = [:]
        let trunks = dossier.calls > 0 && dossier.proofs == 0 ? dossier.trunks : dossier.proofTrunks
        for (name, ranked) in [("ingress", trunks), ("node", dossier.nodes), ("operator", dossier.operators)]
        {
            let known = name == "ingress" ? ranked.reduce(0) { $0 + $1.1 } : calls
            if let top = ranked.first, top.0 != .none, top.1 * 10 >= known * 9 {
                shared[name] = symbols.name(top.0)
            }
        }
        if !shared.isEmpty { return [shared] }
        return trunks.filter { $0.0 != .none && $0.1 * 5 >= calls }.map { ["ingress": symbols.name($0.0)] }
    }
}

extension AnalysisReport.Entry {
    /// Whether the second look set it aside: strangers who call a place more than ever, and no fault that leads there, are
    /// people and not a misroute.
    var isSetAside: Bool { incident.causes.first?.isNoFault == true }
}
