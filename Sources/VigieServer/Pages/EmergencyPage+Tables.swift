import VigieCalls
import VigieDetection
import VigieIncidents
import VigieReports
import VigieWire

extension EmergencyPage {
    private static let services = CentreDirectory.required

    /// The map, and beside it the table that says the same in words with what could be seen how soon.
    func grid(_ words: PageLanguage) -> Markup {
        guard let view else { return "" }
        var cells: [String: EmergencyBoard.Cell] = [:]
        var further: Set<String> = []
        for cell in view.board.cells {
            let service = cell.service.description
            cells["\(cell.department.description)/\(service)"] = cell
            if !Self.services.contains(service) { further.insert(service) }
        }
        let columns = Self.services + further.sorted()
        let isBlind = view.board.blindSince != nil
        let map = EmergencyMap.html(words("Departments", "Départements")) { code in
            var worst = isBlind ? EmergencyCellKind.blind : .unknown
            var said: [String] = []
            for service in columns {
                guard let cell = cells["\(code)/\(service)"] else { continue }
                let kind = words.kind(of: cell.state)
                if kind.rank > worst.rank { worst = kind }
                said.append("\(service) \(words.state(cell.state))")
            }
            let text =
                said.isEmpty
                ? (isBlind ? words.state(.blind) : words("no call seen", "aucun appel vu"))
                : said.joined(separator: ", ")
            return (worst, "\(code): \(text)")
        }
        var rows: Markup = ""
        let known = NumberingPlans.standard.departments.map { ($0.code, $0.name) }
        let unknown =
            view.board.cells.contains { $0.department == .none }
            ? [("", words("place not known", "lieu inconnu"))] : []
        // What is worst stands first; the map leads to any row.
        func worst(_ code: String) -> Int {
            columns.map { service in cells["\(code)/\(service)"].map { words.kind(of: $0.state).rank } ?? 0 }
                .max() ?? 0
        }
        let ranked = (known + unknown).map { (code: $0.0, name: $0.1, rank: max(2, worst($0.0))) }
        let order = ranked.enumerated().sorted { ($1.element.rank, $0.offset) < ($0.element.rank, $1.offset) }
            .map(\.element)
        for (code, name, _) in order {
            rows += "<tr id=\"d\(code)\"><th scope=\"row\">\(code) \(name)</th>"
            for service in columns { rows += cell(cells["\(code)/\(service)"], isBlind: isBlind, words) }
            rows += "</tr>"
        }
        var head: Markup = ""
        for service in columns { head += "<th scope=\"col\">\(service)</th>" }
        return """
            <section><h2>\(words("By department", "Par département"))</h2>
            <p class="facts">\(words("Each cell: the measured state; after how long a failure of 30 % and of 11 % of its calls would be seen there now, by its own volume; what is declared, if anything is.", "Chaque case : l’état mesuré ; le délai auquel une panne de 30 % puis de 11 % de ses appels y serait vue maintenant, à son propre volume ; ce qui est déclaré, s’il y a lieu."))</p>
            <ul class="legend">\(legend(words))</ul>
            <div class="beside"><div>\(map)</div><div class="wide tall" tabindex="0" role="region" aria-label="\(words("Table of the departments", "Tableau des départements"))"><table class="board"><thead><tr><th scope="col">\(words("Department", "Département"))</th>\(head)</tr></thead><tbody>\(rows)</tbody></table></div></div></section>
            """
    }

    /// The way to what was.
    func histories(_ words: PageLanguage) -> Markup {
        """
        <section><h2>\(words("History", "Historique"))</h2>
        <p class="facts">\(words("What became of the calls by the minute, for as long as the node keeps it. Each cell of the table leads to its own; here are the others.", "Ce que sont devenus les appels, minute par minute, aussi longtemps que le nœud le garde. Chaque case du tableau mène au sien ; voici les autres."))</p>
        \(HistoryPage.form(words, service: nil, department: nil, span: .day))</section>
        """
    }

    private func legend(_ words: PageLanguage) -> Markup {
        let meanings: [(EmergencyCellKind, String)] = [
            (.normal, words("normal", "normal")), (.partial, words("some calls fail", "des appels échouent")),
            (.down, words("nearly all fail", "presque tous échouent")),
            (.busy, words("rush or overload", "afflux ou surcharge")),
            (.blind, words("blind: its calls are not seen", "aveugle : ses appels ne sont pas vus")),
            (.unknown, words("too few calls so far", "encore trop peu d’appels")),
        ]
        var out: Markup = ""
        for (kind, meaning) in meanings {
            out += "<li><b class=\"\(kind.rawValue)\">\(kind.sign)</b> \(meaning)</li>"
        }
        return out
    }

    /// The state's words, which lead to the cell's history where the place is known.
    private func stateLink(_ cell: EmergencyBoard.Cell, _ words: PageLanguage) -> Markup {
        guard cell.department != .none else { return "\(words.state(cell.state))" }
        return
            "<a href=\"/emergency/history?lang=\(words.code)&amp;service=\(cell.service.description)&amp;department=\(cell.department.description)\">\(words.state(cell.state))</a>"
    }

    private func cell(_ cell: EmergencyBoard.Cell?, isBlind: Bool, _ words: PageLanguage) -> Markup {
        guard let cell else {
            return isBlind
                ? "<td class=\"c-blind\">? \(words.state(.blind))</td>"
                : "<td class=\"c-unknown\">· \(words("no call seen", "aucun appel vu"))</td>"
        }
        let kind = words.kind(of: cell.state)
        let lost =
            cell.measures.failed > 0
            ? words(
                "\(cell.measures.failed) of \(cell.measures.callers) lost",
                "\(cell.measures.failed) perdus sur \(cell.measures.callers)") : ""
        var declared: Markup = ""
        if let told = cell.declared {
            declared =
                "<br><small class=\"told\">\(words("declared", "déclaré"))\(words(":", " :")) \(words.state(told.state)), \(told.by)</small>"
        }
        return """
            <td class="\(kind.rawValue)" title="\(cell.state.nena)\(cell.reason.isEmpty ? "" : " (" + cell.reason + ")")">\(kind.sign) \(words.state(cell.state))\(lost.isEmpty ? "" : ", " + lost)<br><small>30 % \(words.delay(cell.delay30)) · 11 % \(words.delay(cell.delay11))</small>\(declared)</td>
            """
    }

    /// What centres counted beside what the network did.
    func receivers(_ words: PageLanguage) -> Markup {
        guard let view, !view.receivers.isEmpty else {
            return
                "<section><h2>\(words("What centres count", "Ce que comptent les centres"))</h2><p class=\"none\">\(words("No centre sends counts: whether calls arrive is known from the network alone.", "Aucun centre n’envoie de comptes : l’arrivée des appels n’est connue que du réseau."))</p></section>"
        }
        var rows: Markup = ""
        for one in view.receivers {
            let isOld = now - one.count.start > one.count.length + .seconds(1_800)
            let kind: EmergencyCellKind =
                switch one.verdict {
                case .agree: isOld ? .blind : .normal
                case .receiverSilent, .networkFailed: .partial
                case .networkBlind: .blind
                case .tooFew: .unknown
                }
            let said = one.sentence(words.language) + (isOld ? words("; old", " ; ancien") : "")
            rows +=
                "<tr><th scope=\"row\">\(one.centre)</th><td>\(one.count.service.description) · \(one.count.department.description)</td><td>\(words.moment(one.count.start))</td><td class=\"n\">\(one.network.attempts)</td><td class=\"n\">\(one.network.delivered)</td><td class=\"n\">\(one.count.attempts)</td><td class=\"n\">\(one.count.answered)</td><td class=\"n\">\(one.count.abandoned)</td><td class=\"\(kind.rawValue)\">\(kind.sign) \(said)</td></tr>"
        }
        let titles = [
            words("centre", "centre"), words("number, department", "numéro, département"),
            words("interval", "intervalle"),
            words("network: attempts", "réseau : tentatives"), words("delivered", "remis"),
            words("centre: seen", "centre : vus"),
            words("answered", "décrochés"), words("abandoned", "abandonnés"), words("together", "ensemble"),
        ]
        return """
            <section><h2>\(words("What centres count", "Ce que comptent les centres"))</h2>
            <div class="wide"><table><thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    /// What was changed and declared.
    func calendar(_ words: PageLanguage) -> Markup {
        let changes = view?.calendar ?? []
        var rows: Markup = ""
        for change in changes.suffix(50) {
            let state =
                change.isActive(at: now)
                ? words("now", "en cours")
                : change.start > now ? words("to come", "à venir") : words("over", "terminé")
            let kind =
                change.kind == .maintenance
                ? words("maintenance", "maintenance") : words("declared incident", "incident déclaré")
            let touched = (change.elements + change.services + change.departments).prefix(20).joined(
                separator: ", ")
            rows +=
                "<tr><th scope=\"row\">\(change.id)</th><td>\(kind)</td><td>\(state)</td><td>\(words.moment(change.start))</td><td>\(change.end.map { words.moment($0) } ?? words("not known", "inconnue"))</td><td>\(touched)</td><td>\(seesNumbers ? change.summary : NumberMask.masked(change.summary))</td></tr>"
        }
        let titles = [
            words("entry", "entrée"), words("kind", "nature"), words("state", "état"), words("from", "début"),
            words("to", "fin"),
            words("touches", "concerne"), words("in its words", "en ses mots"),
        ]
        return """
            <section><h2>\(words("Changes and declared incidents", "Interventions et incidents déclarés"))</h2>
            \(changes.isEmpty ? "<p class=\"none\">\(words("None from yesterday to next week.", "Aucun d’hier à la semaine prochaine."))</p>" as Markup : "<div class=\"wide\"><table><thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead><tbody>\(rows)</tbody></table></div>")</section>
            """
    }

    /// Machines, operators and centres that are not as usual; the others by number.
    func elements(_ words: PageLanguage) -> Markup {
        guard let view, !view.board.elements.isEmpty else { return "" }
        let odd = view.board.elements.filter { words.kind(of: $0.state).rank > 1 }
        var rows: Markup = ""
        for element in odd.prefix(40) {
            let kind = words.kind(of: element.state)
            let name =
                element.kind == .centre
                ? (seesNumbers ? element.number.description : element.number.masked)
                : symbols.name(element.name)
            rows +=
                "<tr><th scope=\"row\">\(name)</th><td>\(words.elementKind(element.kind))</td><td class=\"\(kind.rawValue)\">\(kind.sign) \(words.state(element.state))</td><td class=\"n\">\(element.measures.attempts)</td><td class=\"n\">\(element.measures.failed)</td><td>\(words.moment(element.lastCall))</td></tr>"
        }
        let rest = view.board.elements.count - odd.count
        let titles = [
            words("name", "nom"), words("kind", "nature"), words("state", "état"),
            words("attempts", "tentatives"),
            words("lost", "perdus"), words("last call", "dernier appel"),
        ]
        let table: Markup =
            odd.isEmpty
            ? ""
            : "<div class=\"wide\"><table><thead><tr>\(titles.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead><tbody>\(rows)</tbody></table></div>"
        return """
            <section><h2>\(words("Machines, operators, trunks and centres", "Machines, opérateurs, faisceaux et centres"))</h2>\(table)
            <p class="facts">\(words("\(rest) others show nothing unusual, or too little.", "\(rest) autres ne montrent rien d’inhabituel, ou trop peu."))</p></section>
            """
    }

    /// How good the directory of centres is.
    func directory(_ words: PageLanguage) -> Markup {
        let text =
            !hasDirectory
            ? words(
                "No directory of centres is configured (public.directory): long numbers are not known, and no fallback can be published.",
                "Aucun annuaire des centres n’est configuré (public.directory) : les numéros longs sont inconnus, aucun numéro de repli ne peut être publié."
            )
            : directoryIssues.isEmpty
                ? words("Nothing is wrong with it.", "Rien à y redire.")
                : words(
                    "\(directoryIssues.count) things are wrong with it.", "\(directoryIssues.count) défauts.")
        let link: Markup =
            hasDirectory
            ? " <a href=\"/emergency/directory?lang=\(words.code)\">\(words("The report", "Le rapport"))</a>"
            : ""
        return
            "<section><h2>\(words("Directory of centres", "Annuaire des centres"))</h2><p>\(text)\(link)</p></section>"
    }
}

extension PageLanguage {
    /// How a state is drawn.
    func kind(of state: ServiceState) -> EmergencyCellKind {
        switch state {
        case .normal, .scheduledMaintenanceAvailable: .normal
        case .partial, .goingDown: .partial
        case .down, .unreachable, .scheduledMaintenanceDown, .unstaffed: .down
        case .majorIncidentInProgress, .overloaded: .busy
        case .blind: .blind
        case .learning: .unknown
        }
    }

    /// A state in a few words.
    func state(_ state: ServiceState) -> String {
        switch state {
        case .normal: self("normal", "normal")
        case .unstaffed: self("nobody answers", "personne ne répond")
        case .scheduledMaintenanceDown: self("maintenance, down", "maintenance, coupé")
        case .scheduledMaintenanceAvailable: self("maintenance", "maintenance")
        case .majorIncidentInProgress: self("rush", "afflux")
        case .partial: self("partly fails", "échecs partiels")
        case .overloaded: self("overloaded", "surchargé")
        case .goingDown: self("going down", "se dégrade")
        case .down: self("fails", "en panne")
        case .unreachable: self("unreachable", "injoignable")
        case .blind: self("blind", "aveugle")
        case .learning: self("learning", "apprend")
        }
    }

    /// The fastest way in which a failure would be seen: `9 min`, `2 h`, `never`.
    func delay(_ delay: EmergencyBoard.Delay) -> String {
        guard let best = [delay.byFailures, delay.byAnswers, delay.byVolume].compactMap({ $0 }).min() else {
            return self("not known", "inconnu")
        }
        let minutes = max(1, Int((best.secondsAsDouble / 60).rounded()))
        if minutes < 120 { return "\(minutes) min" }
        return minutes < 2_880 ? "\(minutes / 60) h" : self("\(minutes / 1_440) d", "\(minutes / 1_440) j")
    }

    func noticeKind(_ kind: PublicNotice.Kind) -> String {
        switch kind {
        case .alert: self("alert", "alerte")
        case .update: self("update", "mise à jour")
        case .allClear: self("all-clear", "fin d’alerte")
        case .retraction: self("retraction", "retrait")
        }
    }

    func elementKind(_ kind: EmergencyBoard.Element.Kind) -> String {
        switch kind {
        case .node: self("machine", "machine")
        case .operator: self("operator", "opérateur")
        case .ingress: self("incoming trunk", "faisceau entrant")
        case .egress: self("outgoing trunk", "faisceau sortant")
        case .centre: self("centre", "centre")
        }
    }
}
