import VigieCalls
import VigieDetection

/// Says an emergency failure in one sentence that a duty officer understands.
struct EmergencySentence {
    let scope: EmergencyScope
    let symbols: SymbolTable
    let language: ReportLanguage

    init(_ scope: EmergencyScope, symbols: SymbolTable, language: ReportLanguage) {
        self.scope = scope
        self.symbols = symbols
        self.language = language
    }

    /// How much, which services, where, by which machine or operator, and how many people did not get through.
    var text: String {
        let services = list(scope.services.map(\.description))
        let share = language.percent(scope.share)
        let lost = language.count(scope.lostCallers)
        let range = "\(language.count(scope.lostLow))–\(language.count(scope.lostHigh))"
        if let missing = scope.missing { return counted(missing, services, "\(lost) (\(range))") }
        let what = language.choose(
            "\(share) of calls to \(services) fail", "\(share) des appels au \(services) échouent")
        let people = language.choose(
            "\(lost) callers did not get through (\(range))",
            "\(lost) appelants n’ont pas abouti (\(range))")
        return "\(what)\(place)\(path)\(language.choose("; ", " ; "))\(people)."
    }

    /// What only counts tell: how many calls are missing, against what. No call failed that anybody could look at.
    private func counted(_ missing: EmergencyScope.Missing, _ services: String, _ lost: String) -> String {
        let (expected, seen) = (language.count(missing.expected), language.count(missing.seen))
        let apart = language.choose("; ", " ; ")
        switch missing.basis {
        case .usual:
            return language.choose(
                "Calls to \(services) do not arrive", "Des appels au \(services) n’arrivent pas")
                + place + path + apart
                + language.choose(
                    "\(lost) calls are missing: \(seen) came where \(expected) usually do.",
                    "il manque \(lost) appels : \(seen) sont arrivés là où il en vient d’ordinaire \(expected)."
                )
        case .delivered:
            return language.choose("Calls to \(services)", "Des appels au \(services)") + place + path
                + language.choose(
                    " are delivered by the network and not seen by the centre",
                    " sont livrés par le réseau et ne sont pas vus par le centre")
                + apart
                + language.choose(
                    "\(lost) calls are missing: the centre counted \(seen) where it should have \(expected).",
                    "il manque \(lost) appels : le centre en a compté \(seen) au lieu de \(expected).")
        case .answered:
            return language.choose("Calls to \(services)", "Des appels au \(services)") + place + path
                + language.choose(
                    " reach the centre and are answered less than usual",
                    " parviennent au centre et obtiennent moins de réponses que d’ordinaire")
                + apart
                + language.choose(
                    "\(lost) answers are missing: \(seen) calls were answered where \(expected) usually are.",
                    "il manque \(lost) réponses : \(seen) appels ont été pris là où \(expected) le sont d’ordinaire."
                )
        }
    }

    private var place: String {
        let namesPath =
            !scope.nodes.isEmpty || !scope.operators.isEmpty || !scope.ingresses.isEmpty
            || !scope.egresses.isEmpty || !scope.centres.isEmpty
        if scope.isNationwide, !namesPath { return language.choose(" nationwide", " dans tout le pays") }
        let count = scope.departments.count
        guard count > 0 else { return "" }
        if let seen = scope.failingDepartments?.count, seen < count {
            return language.choose(
                " in \(count) departments, seen so far in \(seen)",
                " dans \(count) départements, constaté à ce stade dans \(seen)")
        }
        if count > 40 {
            return language.choose(" in \(count) departments", " dans \(count) départements")
        }
        let shown =
            scope.departments.prefix(8).map(\.description).joined(separator: ", ") + (count > 8 ? "…" : "")
        return count == 1
            ? language.choose(" in department \(shown)", " dans le département \(shown)")
            : language.choose(" in departments \(shown)", " dans les départements \(shown)")
    }

    private var path: String {
        var parts: [String] = []
        if !scope.nodes.isEmpty {
            parts.append(language.choose("through ", "par ") + names(scope.nodes))
        }
        if !scope.ingresses.isEmpty {
            parts.append(language.choose("entering by ", "entrés par ") + names(scope.ingresses))
        }
        if !scope.egresses.isEmpty {
            parts.append(language.choose("leaving by ", "sortis vers ") + names(scope.egresses))
        }
        if !scope.operators.isEmpty {
            parts.append(language.choose("from callers of ", "depuis le réseau de ") + names(scope.operators))
        }
        if !scope.centres.isEmpty, scope.nodes.isEmpty {
            parts.append(
                language.choose("at ", "vers ")
                    + scope.centres.prefix(3).map(\.description).joined(separator: ", "))
        }
        return parts.isEmpty ? "" : " " + parts.joined(separator: language.choose(" ", " "))
    }

    private func names(_ symbols: [Symbol]) -> String {
        let shown = symbols.prefix(3).map { self.symbols.name($0) }.joined(separator: ", ")
        return shown + (symbols.count > 3 ? "…" : "")
    }

    private func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + language.choose(" and ", " et ") + last
    }
}
