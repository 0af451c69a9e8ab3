import VigieStore
import VigieWire

extension FirstPage {
    func filterTable(_ words: PageLanguage) -> Markup {
        var out: Markup = "<section><h2>\(words("Filters", "Filtres"))</h2>"
        guard !filters.isEmpty else {
            return out
                + "<p class=\"none\">\(words("None is in force or proposed.", "Aucun n’est en vigueur ni proposé."))</p></section>"
        }
        out += """
            <div class="wide"><table><thead><tr><th scope="col">\(words("state", "état"))</th><th scope="col">\(words("what", "quoi"))</th><th scope="col">\(words("by, approved by", "par, approuvé par"))</th><th scope="col">\(words("ends", "fin"))</th><th scope="col" class="n">\(words("calls met", "appels visés"))</th></tr></thead><tbody>
            """
        for filter in filters { out += row(filter, words) }
        return out + "</tbody></table></div></section>"
    }

    private func row(_ filter: ShownFilter, _ words: PageLanguage) -> Markup {
        let document = filter.document
        let state = filter.record.state
        let share = document["share"]?.numberValue ?? 1
        let part = state == "enforced" && share < 1 ? " (\(words.percent(share)))" : ""
        let names = (document["approvals"]?.arrayValue ?? []).compactMap { $0["actor"]?.stringValue }
        let people = ([document["author"]?.stringValue ?? ""] + names).filter { !$0.isEmpty }
        let met = (counters[filter.record.id] ?? []).first { $0.0 == "matched" }?.1 ?? 0
        let text = FilterWords.text(document["filter"] ?? .null, words)
        let end = document["expires_at"]?.stringValue.map { words.moment($0) } ?? "–"
        let why = idle[filter.record.id].map { words("does nothing: ", "sans effet : ") + $0 }
        let note: Markup = why.map { "<br><span class=\"tag failed\">\($0)</span>" } ?? ""
        return """
            <tr><td><span class="tag \(state)">\(words.filterState(state))</span>\(part)\(note)</td><td>\(seesNumbers ? text : NumberMask.masked(text)) <code>\(filter.record.id)</code></td><td>\(people.joined(separator: ", "))</td><td>\(end)</td><td class="n">\(words.count(met))</td></tr>
            """
    }

    func feedTable(_ words: PageLanguage) -> Markup {
        table(
            words("Feeds", "Sources"),
            [words("source", "source"), words("state", "état"), words("last", "dernier")],
            feeds.map { [$0.name, state($0.state, words), last($0.lastSeen, $0.state, words)] },
            words("No feed: the node hears nothing.", "Aucune source : le nœud n’entend rien."))
    }

    func peerTable(_ words: PageLanguage) -> Markup {
        table(
            words("Peers", "Pairs SIP"),
            [words("peer", "pair"), words("state", "état"), words("last asked", "dernière demande")],
            peers.map { [$0.name, state($0.state, words), last($0.lastSeen, $0.state, words)] },
            words("No SIP server may ask.", "Aucun serveur SIP ne peut demander."))
    }

    func lossTable(_ words: PageLanguage) -> Markup {
        table(
            words("Lost or refused, by name", "Perdu ou refusé, par nom"),
            [words("name", "nom"), words("times", "fois")],
            losses.prefix(40).map { [$0.name, words.count($0.value)] },
            words("Nothing so far.", "Rien jusqu’ici."), isLastNumber: true)
    }

    func healthTable(_ words: PageLanguage) -> Markup {
        var out: Markup = "<section><h2>\(words("Health", "Santé"))</h2>"
        guard !health.isEmpty else {
            return out
                + "<p class=\"none\">\(words("Nothing is watched.", "Rien n’est surveillé."))</p></section>"
        }
        out += "<div class=\"wide\"><table><tbody>"
        for part in health {
            out +=
                "<tr><th scope=\"row\">\(part.part)</th><td><span class=\"tag \(part.health.name)\">\(words.health(part.health))</span> \(part.health.sentence ?? "")</td></tr>"
        }
        return out + "</tbody></table></div></section>"
    }

    /// When it was last heard of; a source that receives and keeps no time shows a dash.
    private func last(_ time: Timestamp?, _ state: String, _ words: PageLanguage) -> String {
        time != nil || state == "quiet" || state == "never" ? words.moment(time) : "–"
    }

    private func state(_ name: String, _ words: PageLanguage) -> String {
        switch name {
        case "receiving": words("receiving", "reçoit")
        case "asking": words("asking", "demande")
        case "quiet": words("quiet", "silencieux")
        case "never": words("never heard", "jamais entendu")
        case "stopped": words("stopped", "arrêté")
        case "overloaded": words("overloaded", "surchargé")
        case "waiting": words("waiting", "en attente")
        case "reading": words("reading", "lit")
        default: name
        }
    }

    private func table(
        _ title: String, _ heads: [String], _ rows: [[String]], _ none: String, isLastNumber: Bool = false
    ) -> Markup {
        var out: Markup = "<section><h2>\(title)</h2>"
        guard !rows.isEmpty else { return out + "<p class=\"none\">\(none)</p></section>" }
        func kind(_ index: Int) -> Markup { isLastNumber && index == heads.count - 1 ? " class=\"n\"" : "" }
        out += "<div class=\"wide\"><table><thead><tr>"
        for (index, head) in heads.enumerated() { out += "<th scope=\"col\"\(kind(index))>\(head)</th>" }
        out += "</tr></thead><tbody>"
        for row in rows {
            out += "<tr>"
            for (index, cell) in row.enumerated() { out += "<td\(kind(index))>\(cell)</td>" }
            out += "</tr>"
        }
        return out + "</tbody></table></div></section>"
    }
}

/// A filter in the contract's shape, in words.
enum FilterWords {
    static func text(_ filter: JSONValue, _ words: PageLanguage) -> String {
        let keys = (filter["match"]?.objectValue ?? []).map { name, value -> String in
            let shown: String
            switch value {
            case .array(let values):
                let first = values.prefix(4).compactMap(\.stringValue).joined(separator: ", ")
                shown =
                    values.count > 4
                    ? first + words(" and \(values.count - 4) more", " et \(values.count - 4) de plus")
                    : first
            case .string(let text): shown = text
            case .bool: shown = ""
            default: shown = value.text()
            }
            return (key(name, words) + " " + shown).trimmingSuffix
        }
        return action(filter["action"]?.stringValue ?? "", words) + words(": ", " : ")
            + keys.joined(separator: "; ")
    }

    private static func action(_ name: String, _ words: PageLanguage) -> String {
        switch name {
        case "reject": words("reject", "rejeter")
        case "flag": words("flag", "signaler")
        case "mask": words("mask the caller", "masquer l’appelant")
        case "redirect": words("redirect", "rediriger")
        case "limit": words("limit", "limiter")
        case "pass": words("let pass", "laisser passer")
        default: name
        }
    }

    private static func key(_ name: String, _ words: PageLanguage) -> String {
        switch name {
        case "ingress": words("trunk", "faisceau")
        case "caller_country": words("callers of", "appelants de")
        case "caller_prefixes": words("callers in", "appelants en")
        case "caller_numbers": words("callers", "appelants")
        case "called_prefixes": words("called in", "appelés en")
        case "called_numbers": words("called", "appelés")
        case "first_contact": words("first contact", "premier contact")
        case "without_ties": words("no ties with the country", "sans lien avec le pays")
        case "first_contact_since": words("strangers since", "inconnus depuis")
        case "hours": words("hours", "heures")
        default: name.split(separator: "_").joined(separator: " ")
        }
    }
}

extension String {
    /// Without spaces at its end.
    fileprivate var trimmingSuffix: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
