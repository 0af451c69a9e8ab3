import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents

extension AnalysisReport {
    /// One sentence about an incident that a duty officer understands.
    public func sentence(_ entry: Entry, language: ReportLanguage) -> String {
        IncidentSummary(entry, report: self, language: language).sentence
    }
}

/// Says an incident in one sentence that a duty officer understands.
struct IncidentSummary {
    let entry: AnalysisReport.Entry
    let report: AnalysisReport
    let language: ReportLanguage

    init(_ entry: AnalysisReport.Entry, report: AnalysisReport, language: ReportLanguage) {
        self.entry = entry
        self.report = report
        self.language = language
    }

    /// What kind of trouble it is, as a title.
    var title: String {
        switch entry.incident.kind {
        case .misroutedFlood: language.choose("Misrouted calls", "Appels mal acheminés")
        case .numberUsurpation: language.choose("Usurped number", "Numéro usurpé")
        case .dialerCampaign: language.choose("Dialler campaign", "Campagne d’automate d’appel")
        case .wangiri: language.choose("One-ring calls (Wangiri)", "Appels à une sonnerie (Wangiri)")
        case .revenueShareFraud: language.choose("Revenue-share fraud", "Fraude au partage de revenus")
        case .telephonyDoS: language.choose("Telephone line flooded", "Ligne saturée d’appels")
        case .emergencyFailure: language.choose("Emergency calls failing", "Appels d’urgence en échec")
        case .routeFailure: language.choose("Route failing", "Route en panne")
        }
    }

    /// What its first and its last moment are: of calls, or of counts in which calls are missing.
    var ends: (first: String, last: String) {
        if case .emergencyFailure(let scope) = entry.incident.subject, scope.missing != nil {
            return (
                language.choose("missing since", "manquent depuis"), language.choose("until", "jusqu’à")
            )
        }
        return (
            language.choose("first call", "premier appel"), language.choose("last call", "dernier appel")
        )
    }

    /// One sentence: how much, from where, to where, and why most likely.
    var sentence: String {
        let dossier = entry.dossier
        let calls = language.count(dossier.calls)
        switch entry.incident.subject {
        case .misroutedFlood(let origin, let landing): return flood(origin, landing)
        case .numberUsurpation(let number, let trunks):
            let callers = language.count(
                dossier.distinctCallers, ("person", "people"), ("personne", "personnes"))
            if trunks.isEmpty, dossier.proofs == 0 {
                // A number that was read out on television is called just so: what was not seen is not said.
                return language.choose(
                    "\(calls) calls from \(callers) who had never called \(number) before: they look like call-backs, as if somebody else displayed its number; no such call was seen, so ask the subscriber first.",
                    "\(calls) appels de \(callers) qui n’avaient jamais appelé le \(number) : ils ressemblent à des rappels, comme si quelqu’un d’autre affichait son numéro ; aucun appel l’affichant n’a été vu, interrogez d’abord l’abonné."
                )
            }
            let by =
                trunks.isEmpty
                ? ""
                : language.choose(
                    "; calls displaying it came by \(names(trunks))",
                    " ; des appels l’affichant sont venus par \(names(trunks))")
            return language.choose(
                "\(calls) call-backs from \(callers) who had never called \(number) before: its number is being displayed by somebody else\(by).",
                "\(calls) rappels de \(callers) qui n’avaient jamais appelé le \(number) : son numéro est affiché par quelqu’un d’autre\(by)."
            )
        case .dialerCampaign(let ingress, let numbers, let signs):
            let trunk =
                ingress == .none
                ? ""
                : language.choose(
                    " by \(report.symbols.name(ingress))", " par \(report.symbols.name(ingress))")
            let shown =
                numbers.isEmpty
                ? language.choose("changing numbers", "des numéros changeants")
                : numbers.prefix(3).map(\.description).joined(separator: ", ")
            let words = signs.map { language.sign($0) }.joined(separator: ", ")
            return language.choose(
                "A machine made \(calls) calls\(trunk), displaying \(shown): \(words).",
                "Un automate a passé \(calls) appels\(trunk), affichant \(shown) : \(words).")
        case .wangiri(let numbers):
            let rings = language.count(
                dossier.proofs, ("one-ring call", "one-ring calls"),
                ("appel d’une sonnerie", "appels d’une sonnerie"))
            return language.choose(
                "\(rings) displaying \(list(numbers)) drew \(calls) call-backs.",
                "\(rings) affichant \(list(numbers)) ont provoqué \(calls) rappels.")
        case .revenueShareFraud(let numbers, let prefixes, let ingress):
            let shown =
                prefixes.prefix(4).map(\.description).joined(separator: ", ")
                + (prefixes.count > 4 ? "…" : "")
            let place = prefixes.isEmpty ? list(numbers) : shown
            let trunk =
                ingress == .none
                ? ""
                : language.choose(
                    " by \(report.symbols.name(ingress))", " par \(report.symbols.name(ingress))")
            if let caller = dossier.mainCaller {
                let isAlone = dossier.distinctCallers == 1
                return language.choose(
                    "\(caller) made \(isAlone ? "" : "most of ")\(calls) calls\(trunk) to \(place), where hardly any of this kind went before.",
                    "\(caller) a passé \(isAlone ? "" : "la plupart de ")\(calls) appels\(trunk) vers \(place), où presque aucun de ce genre n’allait avant."
                )
            }
            return language.choose(
                "\(calls) calls\(trunk) to \(place), where hardly any went before.",
                "\(calls) appels\(trunk) vers \(place), où presque aucun n’allait avant.")
        case .telephonyDoS(let numbers, _):
            return language.choose(
                "\(list(numbers)) is flooded: \(calls) calls far above its own level.",
                "\(list(numbers)) est saturé : \(calls) appels, très au-dessus de son niveau.")
        case .emergencyFailure(let scope):
            return EmergencySentence(scope, symbols: report.symbols, language: language).text
        }
    }

    private func flood(_ origin: Origin, _ landing: [NumberPrefix]) -> String {
        let dossier = entry.dossier
        let calls = language.count(dossier.calls, ("call", "calls"), ("appel", "appels"))
        let lines = language.count(dossier.reachedTotal, ("line", "lines"), ("ligne", "lignes"))
        let from =
            origin.country == .none
            ? language.choose("from ", "de ")
                + report.symbols.name(
                    origin.ingress == .none ? (dossier.dominantTrunk ?? .none) : origin.ingress)
            : language.from(origin.country) + (origin.area.map { " (\($0))" } ?? "")
        let places =
            landing.prefix(4).map(\.description).joined(separator: ", ") + (landing.count > 4 ? "…" : "")
        let departments = dossier.departments.prefix(3).map(\.0).joined(separator: ", ")
        let inside =
            departments.isEmpty
            ? "" : language.choose(" (departments \(departments))", " (départements \(departments))")
        let why =
            entry.incident.causes.first.map {
                language.choose(
                    "; most likely \($0.hypothesis.english)", " ; le plus probable : \($0.hypothesis.french)")
            } ?? ""
        return language.choose(
            "\(calls) \(from) landed on \(lines) in \(places)\(inside), between people who had never called each other\(why).",
            "\(calls) venant \(from) ont abouti sur \(lines) en \(places)\(inside), entre des gens qui ne s’étaient jamais appelés\(why)."
        )
    }

    private func names(_ trunks: [Symbol]) -> String {
        trunks.prefix(3).map(report.symbols.name).joined(separator: ", ")
    }

    private func list(_ numbers: [PhoneNumber]) -> String {
        numbers.prefix(3).map(\.description).joined(separator: ", ") + (numbers.count > 3 ? "…" : "")
    }
}

extension ReportLanguage {
    /// A dialler's sign in words.
    func sign(_ sign: DialerSign) -> String {
        switch sign {
        case .silent: choose("silent calls", "appels muets")
        case .sequential: choose("numbers dialled in sequence", "numéros composés à la suite")
        case .neighbour:
            choose("displays neighbours of the called number", "affiche des voisins du numéro appelé")
        case .short: choose("very short calls", "appels très courts")
        case .rotating: choose("a new caller number each time", "un numéro affiché différent à chaque fois")
        case .hours: choose("outside permitted hours", "hors des heures permises")
        case .unallocated: choose("caller numbers nobody was given", "numéros affichés non attribués")
        case .malformed: choose("badly formed caller numbers", "numéros affichés mal formés")
        case .kind:
            choose(
                "caller numbers not allowed for automated calls", "numéros affichés interdits aux automates")
        case .random: choose("numbers dialled at random", "numéros composés au hasard")
        }
    }
}
