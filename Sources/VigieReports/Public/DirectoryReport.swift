public import VigieCalls
public import VigieWire

/// The quality of a directory of emergency centres, as text, JSON and a page.
public struct DirectoryReport: Sendable {
    private let source: String
    private let read: CentreDirectory.Import
    private let issues: [CentreDirectory.Issue]
    private let moment: Timestamp

    /// The quality of what was read from `source`, at a moment.
    public init(_ read: CentreDirectory.Import, source: String, at moment: Timestamp) {
        self.read = read
        self.source = source
        self.moment = moment
        issues = read.directory.issues(at: moment)
    }

    /// Whether nothing is wrong.
    public var isClean: Bool { issues.isEmpty && read.refused == 0 }

    private var counts: [(CentreDirectory.Defect, Int)] {
        CentreDirectory.Defect.allCases.map { defect in (defect, issues.count { $0.defect == defect }) }
            .filter { $0.1 > 0 }
    }

    private func meaning(_ defect: CentreDirectory.Defect, _ language: ReportLanguage = .english) -> String {
        switch defect {
        case .gap:
            language.choose(
                "the number leads nowhere in this department",
                "le numéro ne mène nulle part dans ce département")
        case .overlap:
            language.choose("two rows answer for the same place", "deux lignes répondent pour le même lieu")
        case .deadFallback:
            language.choose(
                "a fallback is no number that anybody could dial", "un numéro de repli n’est pas composable")
        case .sameFallback:
            language.choose(
                "a fallback is the number it should replace",
                "un numéro de repli est celui qu’il doit remplacer")
        case .premiumFallback:
            language.choose("callers pay for a fallback", "un numéro de repli est surtaxé")
        case .otherCentre:
            language.choose(
                "a fallback is another centre's own number",
                "un numéro de repli est le numéro propre d’un autre centre")
        case .neverTested: language.choose("no test call reached a fallback yet", "repli jamais testé")
        case .staleTest:
            language.choose(
                "the last test call is older than 30 days", "dernier test vieux de plus de 30 jours")
        case .noFallback: language.choose("the centre has no fallback", "le centre n’a pas de repli")
        case .notPublic:
            language.choose(
                "tested, but not allowed to be published", "testé, mais publication non autorisée")
        }
    }

    /// For a terminal.
    public var text: String {
        var out = "\(source): \(read.directory.centres.count) rows read"
        out += read.refused > 0 ? ", \(read.refused) refused\n" : "\n"
        for refusal in read.refusals.prefix(20) {
            out +=
                "  line \(refusal.line)\(refusal.column.isEmpty ? "" : ", " + refusal.column): \(refusal.reason)\n"
        }
        if read.refused > 20 { out += "  … and \(read.refused - 20) more; --format json lists them\n" }
        for (defect, count) in counts {
            out += "\(count) × \(defect.rawValue): \(meaning(defect))\n"
            for issue in issues.filter({ $0.defect == defect }).prefix(8) {
                let place = issue.place.isEmpty || issue.place == issue.department ? "" : ", \(issue.place)"
                let centre = issue.centre.isEmpty ? "" : ", \(issue.centre)"
                out += "  department \(issue.department), \(issue.shortNumber)\(place)\(centre)\n"
            }
            if count > 8 { out += "  … and \(count - 8) more\n" }
        }
        return out + (isClean ? "nothing is wrong with it\n" : "")
    }

    /// `vigie.directory/1`.
    public var json: JSONValue {
        .object([
            ("schema", .string("vigie.directory/1")), ("source", .string(source)),
            ("at", .string(moment.rfc3339())), ("rows", .integer(Int64(read.directory.centres.count))),
            ("refused", .integer(Int64(read.refused))),
            (
                "refusals",
                .array(
                    read.refusals.map {
                        .object([
                            ("line", .integer(Int64($0.line))), ("column", .string($0.column)),
                            ("reason", .string($0.reason)),
                        ])
                    })
            ),
            (
                "issues",
                .array(
                    issues.map {
                        .object([
                            ("defect", .string($0.defect.rawValue)), ("department", .string($0.department)),
                            ("short_number", .string($0.shortNumber)), ("place", .string($0.place)),
                            ("centre", .string($0.centre)),
                        ])
                    })
            ),
        ])
    }

    /// One self-contained page: what is wrong, by department and number.
    public func html(_ language: ReportLanguage) -> String {
        let title = language.choose("Directory of emergency centres", "Annuaire des centres d’urgence")
        var out = "<!doctype html>\n<html lang=\"\(language.rawValue)\"><head><meta charset=\"utf-8\">"
        out +=
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>\(title)</title>"
        out += "<style>\(AnalysisReport.style)</style></head><body><main><h1>\(title)</h1>\n<p>"
        out +=
            language.choose(
                "\(source): \(language.count(read.directory.centres.count)) rows read, \(language.count(read.refused)) refused, on \(moment.rfc3339().prefix(10)).",
                "\(source) : \(language.count(read.directory.centres.count)) lignes lues, \(language.count(read.refused)) refusées, au \(moment.rfc3339().prefix(10))."
            ).escaped
        out += "</p>\n"
        if isClean {
            out += "<p>" + language.choose("Nothing is wrong with it.", "Rien à signaler.") + "</p>"
        }
        out += refusedRows(language)
        for (defect, count) in counts {
            out +=
                "<section><h2>\(language.count(count)) × \(meaning(defect, language).escaped)</h2>\n<table><thead><tr>"
            for head in [
                language.choose("Department", "Département"), language.choose("Number", "Numéro"),
                language.choose("Place", "Lieu"), language.choose("Centre", "Centre"),
            ] { out += "<th scope=\"col\">\(head)</th>" }
            out += "</tr></thead><tbody>"
            for issue in issues.filter({ $0.defect == defect }).prefix(500) {
                out += "<tr><td>\(issue.department.escaped)</td><td>\(issue.shortNumber.escaped)</td>"
                out += "<td>\(issue.place.escaped)</td><td>\(issue.centre.escaped)</td></tr>"
            }
            out += "</tbody></table></section>\n"
        }
        return out + "</main></body></html>\n"
    }

    /// Rows that could not be read: nobody is called by them, and nothing of them is published.
    private func refusedRows(_ language: ReportLanguage) -> String {
        guard read.refused > 0 else { return "" }
        let title = language.choose(
            "rows refused: they count for nothing", "lignes refusées : elles ne comptent pas")
        var out =
            "<section><h2>\(language.count(read.refused)) × \(title)</h2>\n<table><thead><tr>"
        for head in [
            language.choose("Line", "Ligne"), language.choose("Column", "Colonne"),
            language.choose("Why", "Pourquoi"),
        ] { out += "<th scope=\"col\">\(head)</th>" }
        out += "</tr></thead><tbody>"
        for refusal in read.refusals.prefix(500) {
            out +=
                "<tr><td>\(refusal.line)</td><td>\(refusal.column.escaped)</td><td>\(refusal.reason.escaped)</td></tr>"
        }
        return out + "</tbody></table></section>\n"
    }
}
