import VigieCalls
import VigieDetection
import VigieWire

/// Finds the entries of the change calendar that fit a failure: what they name fails, and they began before it did.
struct CalendarSuspects {
    /// One entry that fits.
    struct Suspect {
        var change: PlannedChange
        /// Share of the blame, in `0...1`; all suspects together take nine tenths at most.
        var weight: Double
        var cause: Cause
    }

    /// A ticket's clock and the first lost call may disagree by so much.
    static let tolerance = Duration.seconds(600)
    /// Trouble may begin so long after work has ended: caches expire, peers reconnect.
    static let aftermath = Duration.seconds(7_200)
    /// Named at most.
    static let most = 3

    let scope: EmergencyScope
    let onset: Timestamp
    let symbols: SymbolTable

    init(_ scope: EmergencyScope, onset: Timestamp, symbols: SymbolTable) {
        self.scope = scope
        self.onset = onset
        self.symbols = symbols
    }

    /// The entries that fit, best first.
    func find(in calendar: ChangeCalendar) -> [Suspect] {
        guard onset != .distantPast else { return [] }
        let fits = calendar.changes.compactMap { change in fit(of: change).map { (change, $0) } }
            .sorted { ($1.1.score, $0.0.id) < ($0.1.score, $1.0.id) }.prefix(Self.most)
        let sum = fits.reduce(0) { $0 + $1.1.score }
        // What remains is for failures that no ticket tells of.
        let scale = sum > 0.9 ? 0.9 / sum : 1
        return fits.map { change, fit in
            let weight = fit.score * scale
            return Suspect(change: change, weight: weight, cause: cause(change, fit.touched, weight))
        }
    }

    private func fit(of change: PlannedChange) -> (score: Double, touched: [String])? {
        guard change.start <= onset + Self.tolerance,
            onset <= (change.end ?? change.start + .seconds(86_400)) + Self.aftermath
        else { return nil }
        let machines = (scope.nodes + scope.egresses + scope.ingresses + scope.operators).map {
            symbols.name($0)
        }
        let touched = machines.filter { !$0.isEmpty && change.names($0) }
        let base: Double
        if !touched.isEmpty {
            // The lookout's first machine is its best guess.
            base = touched.contains(machines.first ?? "") ? 0.9 : 0.6
        } else if !change.elements.isEmpty, !machines.isEmpty {
            // It names machines, and others fail.
            return nil
        } else {
            // It names no machine that could be compared; the very numbers that fail speak for it all the same.
            let isSame =
                !change.services.isEmpty && Set(change.services) == Set(scope.services.map(\.description))
            base = isSame ? 0.5 : change.elements.isEmpty ? 0.25 : 0.3
        }
        if !change.services.isEmpty, Set(change.services).isDisjoint(with: scope.services.map(\.description))
        {
            return nil
        }
        if !change.departments.isEmpty, !scope.isNationwide, !scope.departments.isEmpty,
            Set(change.departments).isDisjoint(with: scope.departments.map(\.description))
        {
            return nil
        }
        // The nearer its start to the first lost call, the better: half of it after eight hours.
        let hours = max(0, (onset - change.start).secondsAsDouble) / 3_600
        let reach = touched.isEmpty ? reach(of: change) : 1
        let score = base * reach / (1 + hours / 8)
        return score >= 0.03 ? (score, touched) : nil
    }

    /// Share of the failing departments and services that an entry reaches which names only some of them: work in one department does not
    /// fail a nation.
    private func reach(of change: PlannedChange) -> Double {
        func share(_ named: [String], _ failing: [String]) -> Double {
            guard !named.isEmpty else { return 1 }
            guard !failing.isEmpty else { return 0 }
            return Double(Set(named).intersection(failing).count) / Double(Set(failing).count)
        }
        let places = scope.failingDepartments ?? scope.departments
        return share(change.departments, places.map(\.description))
            * share(change.services, scope.services.map(\.description))
    }

    private func cause(_ change: PlannedChange, _ touched: [String], _ weight: Double) -> Cause {
        let minutes = Int((onset - change.start).secondsAsDouble / 60)
        let title =
            change.summary.split(whereSeparator: \.isNewline).first.map { " (" + $0.prefix(120) + ")" } ?? ""
        let on = touched.prefix(3).joined(separator: ", ")
        let (began, commence) =
            minutes >= 0
            ? ("\(minutes) min before the first lost call", "\(minutes) min avant le premier appel perdu")
            : ("\(-minutes) min after the first lost call", "\(-minutes) min après le premier appel perdu")
        let (what, quoi) =
            change.kind == .maintenance
            ? ("the change", "l’intervention") : ("the declared incident", "l’incident déclaré")
        return Cause(
            hypothesis: BilingualText(
                "\(what) \(change.id)\(title)\(on.isEmpty ? "" : " on \(on)"), which began \(began)",
                french:
                    "\(quoi) \(change.id)\(title)\(on.isEmpty ? "" : " sur \(on)"), commencé(e) \(commence)"),
            score: weight, explains: touched.isEmpty ? 0 : min(1, max(0, scope.explains)),
            test: BilingualText(
                "ask who carries out \(change.id) to pause it and take it back, and watch whether calls get through again",
                french:
                    "demander à qui mène \(change.id) de suspendre et de revenir en arrière, et voir si les appels passent de nouveau"
            ),
            objection: touched.isEmpty
                ? BilingualText(
                    "it names no machine that the failed calls share",
                    french: "elle ne nomme aucune machine commune aux appels perdus") : nil,
            change: change.id)
    }
}
