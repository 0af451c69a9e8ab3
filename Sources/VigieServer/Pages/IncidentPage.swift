import VigieReports
import VigieStore
import VigieWire

/// One incident in full: what, since when, why, where, what would help, who was reached.
struct IncidentPage: Sendable {
    var record: StoredIncident
    var document: JSONValue
    var filters: [ShownFilter]
    var seesNumbers: Bool

    init(_ record: StoredIncident, filters: [StoredFilter], seesNumbers: Bool) {
        self.record = record
        let whole = JSONText.value(record.document)
        document = seesNumbers ? whole : NumberMask.masked(whole)
        self.filters = filters.map(ShownFilter.init)
        self.seesNumbers = seesNumbers
    }

    /// Lines of the census on the page; the API has all.
    private static let censusLimit = 200

    func html(_ frame: PageFrame) -> String {
        let words = frame.words
        let sentence =
            (words.language == .french ? document["summary_fr"]?.stringValue : nil) ?? document["summary"]?
            .stringValue ?? ""
        let title = words.kind(record.kind)
        let state = record.state == "resolved" ? words("over", "terminé") : words("in progress", "en cours")
        return frame.page(
            title: title, isLive: true,
            """
            <h1>\(title) <span class="tag \(record.severity)">\(words.severity(record.severity))</span> <span class="tag">\(state)</span></h1>
            <p>\(sentence)</p>
            <p class="stale" data-lost="">\(words("first call", "premier appel")) \(words.moment(record.firstSeen)) · \(words("sure at", "certitude à")) \(words.moment(document["detected_at"]?.stringValue)) · \(words("last call", "dernier appel")) \(words.moment(record.lastSeen)) · <code>\(record.id)</code></p>
            \(volume(words))
            \(causes(words))
            \(filter(words))
            <div class="parts">
            \(figures(words))
            \(places(words))
            </div>
            \(census(words))
            \(evidence(words))
            """)
    }

    private func volume(_ words: PageLanguage) -> Markup {
        let chart = VolumeChart.html(document, isFrench: words.language == .french)
        guard !chart.isEmpty else { return "" }
        return
            "<section><h2>\(words("Volume against what is usual", "Volume face à l’habitude")) <small>(UTC)</small></h2>\(Markup(made: chart))</section>"
    }

    private func causes(_ words: PageLanguage) -> Markup {
        let causes = document["causes"]?.arrayValue ?? []
        guard !causes.isEmpty else { return "" }
        var out: Markup =
            "<section><h2>\(words("Likely causes", "Causes probables"))</h2><ol class=\"causes\">"
        for cause in causes.prefix(8) {
            let explains = cause["explains"]?.numberValue ?? 0
            let likely = max(0, min(1, cause["score"]?.numberValue ?? 0))
            let against =
                (words.language == .french ? cause["objection_fr"]?.stringValue : nil)
                ?? cause["objection"]?.stringValue
            let objection: Markup = against.map { "<p class=\"facts\">\($0)</p>" } ?? ""
            let name =
                (words.language == .french ? cause["hypothesis_fr"]?.stringValue : nil) ?? cause[
                    "hypothesis"]?.stringValue ?? ""
            let test =
                (words.language == .french ? cause["test_fr"]?.stringValue : nil) ?? cause["test"]?
                .stringValue ?? ""
            out += """
                <li><p><b>\(name)</b></p><p><meter min="0" max="1" value="\(CounterBoard.number(likely))">\(words.percent(likely))</meter> \(words("likelihood", "vraisemblance")) \(words.percent(likely)), \(words("explains", "explique")) \(words.percent(explains)) \(words("of the calls", "des appels"))</p>\(objection)<p class="facts">\(words("To confirm:", "Pour confirmer :")) \(test)</p></li>
                """
        }
        return out + "</ol></section>"
    }

    private func filter(_ words: PageLanguage) -> Markup {
        var out: Markup = "<section><h2>\(words("Filter", "Filtre"))</h2>"
        if let proposed = document["proposed_filter"], proposed.objectValue != nil {
            let wanted = words.percent(proposed["wanted_stopped"]?.numberValue ?? 0)
            let legitimate = words.percent(proposed["legitimate_stopped"]?.numberValue ?? 0)
            out += """
                <p><b>\(FilterWords.text(proposed, words))</b></p>
                <p>\(words("It would have stopped \(wanted) of these calls, and \(legitimate) of wanted ones. It never touches an emergency call.", "Il aurait arrêté \(wanted) de ces appels, et \(legitimate) d’appels voulus. Il ne touche jamais un appel d’urgence."))</p>
                """
        } else {
            out +=
                "<p class=\"none\">\(record.kind == "emergency-failure" ? words("None: no filter ever stands before an emergency call.", "Aucun : nul filtre n’est jamais placé devant un appel d’urgence.") : words("None is narrow enough to be proposed.", "Aucun n’est assez étroit pour être proposé."))</p>"
        }
        for filter in filters {
            let names = (filter.document["approvals"]?.arrayValue ?? []).compactMap {
                $0["actor"]?.stringValue
            }
            out += """
                <p><span class="tag \(filter.record.state)">\(words.filterState(filter.record.state))</span> <code>\(filter.record.id)</code> \(FilterWords.text(filter.document["filter"] ?? .null, words)). \(words("Approved by", "Approuvé par")) \(names.isEmpty ? words("nobody yet", "personne encore") : names.joined(separator: ", ")).</p>
                """
        }
        return out + "</section>"
    }

    private func figures(_ words: PageLanguage) -> Markup {
        let metrics = document["metrics"]?.objectValue ?? []
        guard !metrics.isEmpty else { return "" }
        var out: Markup =
            "<section><h2>\(words("Figures", "Chiffres"))</h2><div class=\"wide\"><table><tbody>"
        for (name, value) in metrics {
            let number = value.numberValue ?? 0
            let shown =
                number == number.rounded()
                ? words.count(number) : CounterBoard.number((number * 1_000).rounded() / 1_000)
            out +=
                "<tr><th scope=\"row\">\(name.split(separator: "_").joined(separator: " "))</th><td class=\"n\">\(shown)</td></tr>"
        }
        return out + "</tbody></table></div></section>"
    }

    private func places(_ words: PageLanguage) -> Markup {
        let pairs = (document["localisation"]?.arrayValue ?? []).flatMap { $0.objectValue ?? [] }
        guard !pairs.isEmpty else { return "" }
        var out: Markup = "<section><h2>\(words("Where", "Où"))</h2><div class=\"wide\"><table><tbody>"
        for (name, value) in pairs {
            out += "<tr><th scope=\"row\">\(name)</th><td>\(value.stringValue ?? value.text())</td></tr>"
        }
        return out + "</tbody></table></div></section>"
    }

    private func census(_ words: PageLanguage) -> Markup {
        let lines = document["census"]?.arrayValue ?? []
        guard !lines.isEmpty else { return "" }
        let total = Int(clamping: document["census_total"]?.integerValue ?? Int64(lines.count))
        var out: Markup =
            "<section><details id=\"census\"><summary>\(words("Census: lines reached", "Recensement : lignes atteintes")) (\(words.count(total)))</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">\(words("number", "numéro"))</th><th scope=\"col\" class=\"n\">\(words("calls", "appels"))</th><th scope=\"col\" class=\"n\">\(words("answered", "décrochés"))</th><th scope=\"col\">\(words("first", "premier"))</th><th scope=\"col\">\(words("last", "dernier"))</th></tr></thead><tbody>"
        for line in lines.prefix(Self.censusLimit) {
            out +=
                "<tr><td>\(line["number"]?.stringValue ?? "")</td><td class=\"n\">\(words.count(line["calls"]?.numberValue ?? 0))</td><td class=\"n\">\(words.count(line["answered"]?.numberValue ?? 0))</td><td>\(words.moment(line["first"]?.stringValue))</td><td>\(words.moment(line["last"]?.stringValue))</td></tr>"
        }
        out += "</tbody></table></div>"
        if lines.count > Self.censusLimit {
            out +=
                "<p class=\"none\">\(words("The API gives the others:", "L’API donne les autres :")) <code>/api/v1/incidents/\(record.id)</code></p>"
        }
        return out + "</details></section>"
    }

    private func evidence(_ words: PageLanguage) -> Markup {
        let samples = (document["evidence"]?["sample"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard !samples.isEmpty else { return "" }
        var out: Markup =
            "<section><details id=\"evidence\"><summary>\(words("Sample calls (Call-ID)", "Exemples d’appels (Call-ID)"))</summary><p>"
        for sample in samples { out += "<code>\(sample)</code> " }
        return out + "</p></details></section>"
    }
}
