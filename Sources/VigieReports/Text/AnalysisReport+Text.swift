import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
import VigieWire

/// Colours for a terminal, or none.
public enum TextStyle: Sendable {
    case plain, coloured

    func bold(_ text: String) -> String { self == .coloured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { self == .coloured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
    func severity(_ severity: Severity, _ language: ReportLanguage) -> String {
        let word = language.severity(severity).uppercased()
        guard self == .coloured else { return word }
        let code =
            switch severity {
            case .critical: "1;31"
            case .major: "1;33"
            case .minor: "1;36"
            }
        return "\u{1B}[\(code)m\(word)\u{1B}[0m"
    }
}

extension AnalysisReport {
    /// The report for a terminal: what was read, what is wrong, why, and what to do, in that order.
    public func text(style: TextStyle, language: ReportLanguage = .english) -> String {
        var lines: [String] = inputLines(language, style)
        lines.append("")
        lines.append(callsLine(language))
        for entry in joining.entries.sorted(by: { $0.count > $1.count }).prefix(6) {
            lines.append(
                "  " + language.choose("joining calls", "réunion des appels")
                    + "  \(language.count(Int(clamping: entry.count)))  \(entry.name)")
        }
        if surges > 0 {
            lines.append(
                "  "
                    + language.choose(
                        "set aside  \(surges)  surges between strangers that no fault explains",
                        "écartés  \(surges)  afflux entre inconnus qu’aucune faute n’explique"))
        }
        for entry in limits.entries {
            lines.append(
                "  " + language.choose("a bound was met", "une borne a été atteinte")
                    + "  \(language.count(Int(clamping: entry.count)))  \(entry.name)")
        }
        if entries.isEmpty {
            lines += ["", style.bold(allClear(language) + ".")]
        }
        for (index, entry) in entries.enumerated() {
            lines += incidentLines(entry, index + 1, language, style)
        }
        if let emergency {
            lines += [
                "",
                style.bold(language.choose("Emergency numbers", "Numéros d’urgence"))
                    + "  "
                    + style.dim(
                        language.choose("as at ", "au ") + moment(emergency.at)
                            + language.choose(", last 15 minutes", ", 15 dernières minutes")),
            ]
            lines.append(emergency.text(symbols, language: language))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What no incident means: not the same with nothing read, or a part only.
    func allClear(_ language: ReportLanguage) -> String {
        if statistics.attempts == 0, counted > 0 {
            let isLearning = emergency?.cells.allSatisfy { $0.state == .learning } ?? true
            return isLearning
                ? language.choose(
                    "Vigie cannot tell yet: it judges counts by the four weeks before them; give it the files of those weeks too",
                    "Vigie ne peut encore rien dire : elle juge les comptes d’après les quatre semaines qui précèdent ; donnez-lui aussi les fichiers de ces semaines"
                )
                : language.choose(
                    "Nothing is wrong that Vigie can see in these counts",
                    "Rien d’anormal que Vigie puisse voir dans ces comptes")
        }
        if statistics.attempts == 0, !inputs.isEmpty {
            return language.choose(
                "Vigie cannot tell: it found no call in these inputs; check that they hold SIP signalling or call records",
                "Vigie ne peut rien dire : aucun appel dans ces entrées ; vérifiez qu’elles contiennent de la signalisation SIP ou des tickets d’appel"
            )
        }
        if isOutOfOrder {
            return language.choose(
                "Vigie cannot tell: these calls are not in the order of time; sort each file by `start` and try again",
                "Vigie ne peut rien dire : ces appels ne sont pas dans l’ordre du temps ; triez chaque fichier par `start` et recommencez"
            )
        }
        let isPartial = inputs.contains {
            $0.stopped != nil || $0.malformed.total * 10 > $0.records + $0.messages
        }
        if isPartial {
            return language.choose(
                "Nothing is wrong that Vigie can see in the part it could read; look at the inputs",
                "Rien d’anormal que Vigie puisse voir dans la partie qu’il a pu lire ; regardez les entrées")
        }
        return language.choose("Nothing is wrong that Vigie can see", "Rien d’anormal que Vigie puisse voir")
    }

    /// Intervals that centres or networks counted, in all inputs.
    private var counted: UInt64 {
        inputs.reduce(0) { $0 + ($1.format.hasPrefix(EmergencyCountReader.format) ? $1.records : 0) }
    }

    private func inputLines(_ language: ReportLanguage, _ style: TextStyle) -> [String] {
        inputs.flatMap { input in
            if input.isRefused {
                let label = language.choose("cannot be read", "illisible")
                return ["\(style.bold(input.path))  \(label): \(input.stopped ?? "")"]
            }
            let units =
                input.records > 0
                ? language.choose(
                    "\(language.count(Int(clamping: input.records))) records",
                    "\(language.count(Int(clamping: input.records))) enregistrements")
                : language.choose(
                    "\(language.count(Int(clamping: input.messages))) messages",
                    "\(language.count(Int(clamping: input.messages))) messages")
            var lines = ["\(style.bold(input.path))  \(input.format), \(units)"]
            let refused = input.malformed.entries.sorted { $0.count > $1.count }
            for entry in refused.prefix(8) {
                let first = language.choose(
                    "first at byte \(entry.firstOffset)", "d’abord à l’octet \(entry.firstOffset)")
                lines.append(
                    "  " + language.choose("malformed", "malformés")
                        + "  \(language.count(Int(clamping: entry.count)))  \(entry.name)  "
                        + style.dim("(\(first))"))
            }
            for entry in input.dropped.entries.sorted(by: { $0.count > $1.count }).prefix(8) {
                lines.append(
                    "  " + language.choose("set aside", "écartés")
                        + "  \(language.count(Int(clamping: entry.count)))  \(entry.name)")
            }
            for entry in input.notes.entries.sorted(by: { $0.count > $1.count }).prefix(8) {
                lines.append(
                    "  " + language.choose("noted", "à savoir")
                        + "  \(language.count(Int(clamping: entry.count)))  \(entry.name)")
            }
            for problem in input.problems.prefix(3) {
                let field = problem.field.map { ", \($0)" } ?? ""
                lines.append(
                    "  "
                        + style.dim(
                            language.choose("row", "ligne") + " \(problem.row)\(field): \(problem.name)"))
            }
            if let stopped = input.stopped {
                lines.append("  " + language.choose("stopped early: ", "arrêté avant la fin : ") + stopped)
            }
            return lines
        }
    }

    private func callsLine(_ language: ReportLanguage) -> String {
        guard statistics.attempts > 0, let first = statistics.first, let last = statistics.last else {
            return counted > 0
                ? language.choose("Counts only, no call.", "Des comptes seulement, aucun appel.")
                : language.choose("No call attempt was found.", "Aucune tentative d’appel trouvée.")
        }
        let attempts = language.count(Int(clamping: statistics.attempts))
        let asr = language.percent(statistics.asr)
        let ner = language.percent(statistics.ner)
        let line = language.choose(
            "\(attempts) call attempts, ASR \(asr), NER \(ner), from \(moment(first)) to \(moment(last)) UTC",
            "\(attempts) tentatives d’appel, ASR \(asr), NER \(ner), du \(moment(first)) au \(moment(last)) UTC"
        )
        let asides =
            (late > 0 ? language.choose("; \(late) came late", " ; \(late) en retard") : "")
            + (isSorted
                ? language.choose(
                    "; not in the order of time: sorted before they were judged",
                    " ; pas dans l’ordre du temps : triées avant d’être jugées")
                : "")
            + (isOutOfOrder
                ? language.choose(
                    ": not in the order of time, what is told may be wrong; sort each file by `start`",
                    " : pas dans l’ordre du temps, ce qui est dit peut être faux ; triez chaque fichier par `start`"
                )
                : "")
            + (forgotten > 0
                ? language.choose(
                    "; \(forgotten) were too old to investigate",
                    " ; \(forgotten) trop anciens pour l’enquête") : "")
        return line + asides
    }

    /// A moment as people read it, in the report's zone.
    func moment(_ time: Timestamp) -> String {
        let text = time.rfc3339(offsetSeconds: displayOffsetSeconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    /// Of an emergency failure: what is not affected, and whom to call back.
    func emergencyLines(_ entry: Entry, _ language: ReportLanguage) -> [String] {
        guard case .emergencyFailure(let scope) = entry.incident.subject else { return [] }
        func named(_ names: [String], _ english: String, _ french: String) -> String? {
            guard !names.isEmpty else { return nil }
            let more = names.count - 12
            let rest = more > 0 ? language.choose(" and \(more) more", " et \(more) de plus") : ""
            return language.choose(english, french) + " " + names.prefix(12).joined(separator: ", ") + rest
        }
        let sound = [
            named(scope.soundServices.map(\.description), "the numbers", "les numéros"),
            named(scope.soundDepartments.map(\.description), "departments", "départements"),
            named(scope.soundNodes.map { symbols.name($0) }, "machines", "machines"),
            named(scope.soundOperators.map { symbols.name($0) }, "callers of", "abonnés de"),
        ].compactMap { $0 }
        var lines: [String] = []
        if !sound.isEmpty {
            lines.append(
                language.choose("Not affected: ", "Épargnés : ") + sound.joined(separator: "; ") + ".")
        }
        let callers = entry.dossier.callBacks.count
        if callers > 0 {
            let count = language.count(callers, ("caller", "callers"), ("appelant", "appelants"))
            lines.append(
                language.choose(
                    "\(count) to call back; a live node tells their numbers to those who may see them.",
                    "\(count) à rappeler ; un nœud en service donne leurs numéros à qui y a droit."
                ))
        }
        return lines
    }

    private func incidentLines(_ entry: Entry, _ number: Int, _ language: ReportLanguage, _ style: TextStyle)
        -> [String]
    {
        let incident = entry.incident
        let summary = IncidentSummary(entry, report: self, language: language)
        var lines = [
            "",
            "\(number). \(style.severity(incident.severity, language))  \(style.bold(summary.title))  \(style.dim(incident.id))",
        ]
        lines.append("   " + summary.sentence)
        let (first, last) = summary.ends
        lines.append(
            "   " + first + " " + moment(incident.firstSeen) + language.choose(", seen ", ", vu ")
                + moment(incident.detectedAt) + ", " + last + " " + moment(incident.lastSeen))
        lines += emergencyLines(entry, language).map { "   " + $0 }
        for (rank, cause) in incident.causes.enumerated() {
            if rank == 0 { lines += ["", "   " + style.bold(language.choose("Why", "Pourquoi"))] }
            let weight = language.percent(cause.score)
            let explained = language.choose(
                "explains \(language.percent(cause.explains))", "explique \(language.percent(cause.explains))"
            )
            lines.append(
                "   \(rank + 1). " + language.choose(cause.hypothesis.english, cause.hypothesis.french) + "  "
                    + style.dim("(\(weight), \(explained))"))
            if let objection = cause.objection {
                lines.append(
                    "      "
                        + style.dim(
                            language.choose("but ", "mais ")
                                + language.choose(objection.english, objection.french)))
            }
            if rank == 0 {
                lines.append(
                    "      " + language.choose("To confirm: ", "Pour confirmer : ")
                        + language.choose(cause.test.english, cause.test.french))
            }
        }
        if entry.dossier.calls > 0 { lines += figureLines(entry, language, style) }
        if let proposal = entry.proposal { lines += filterLines(proposal, language, style) }
        return lines
    }

    private func figureLines(_ entry: Entry, _ language: ReportLanguage, _ style: TextStyle) -> [String] {
        let dossier = entry.dossier
        let callers = language.count(
            dossier.distinctCallers, ("caller", "callers"), ("appelant", "appelants"))
        let reached = language.count(
            dossier.reachedTotal, ("line", "lines"), ("ligne atteinte", "lignes atteintes"))
        let answered = language.count(
            dossier.answered, ("call", "calls"), ("appel décroché", "appels décrochés"))
        var lines = ["", "   " + style.bold(language.choose("What happened", "Ce qui s’est passé"))]
        lines.append(
            "   "
                + language.choose(
                    "\(callers), \(reached) reached, \(answered) answered (\(language.count(dossier.shortCalls)) over within ten seconds)",
                    "\(callers), \(reached), \(answered) (dont \(language.count(dossier.shortCalls)) en moins de dix secondes)"
                ))
        if dossier.charged + dossier.free > 0 {
            lines.append(
                "   "
                    + language.choose(
                        "charging: \(language.count(dossier.free)) free, \(language.count(dossier.charged)) charged, \(language.count(dossier.chargeUnknown)) unknown",
                        "taxation : \(language.count(dossier.free)) gratuits, \(language.count(dossier.charged)) taxés, \(language.count(dossier.chargeUnknown)) inconnus"
                    ))
        }
        for reached in dossier.reached.prefix(5) {
            lines.append(
                "   \(reached.number.description.padded(16)) "
                    + language.count(reached.calls, ("call", "calls"), ("appel", "appels")))
        }
        if dossier.reachedTotal > 5 {
            lines.append(
                "   "
                    + style.dim(
                        language.choose(
                            "… the whole census is in the JSON and HTML reports",
                            "… le recensement complet est dans les rapports JSON et HTML")))
        }
        return lines
    }

    private func filterLines(_ proposal: FilterProposal, _ language: ReportLanguage, _ style: TextStyle)
        -> [String]
    {
        [
            "", "   " + style.bold(language.choose("Proposed filter", "Filtre proposé")),
            "   \(language.action(proposal.filter.action)) " + filterWords(proposal.filter.match, language),
            "   "
                + language.choose(
                    "would have stopped \(language.percent(proposal.outcome.wantedShare)) of these calls, and \(collateral(proposal, language))",
                    "aurait arrêté \(language.percent(proposal.outcome.wantedShare)) de ces appels, et \(collateral(proposal, language))"
                )
                + language.choose(
                    "; lasts \(proposal.filter.expiresHours) h at most",
                    " ; dure \(proposal.filter.expiresHours) h au plus"),
        ]
    }

    /// What it would have cost others.
    private func collateral(_ proposal: FilterProposal, _ language: ReportLanguage) -> String {
        let outcome = proposal.outcome
        guard outcome.legitimate > 0 else {
            return language.choose(
                "there were no wanted calls to measure it on",
                "il n’y avait pas d’appels voulus pour le mesurer")
        }
        let wanted = language.count(
            outcome.legitimate, ("wanted one", "wanted ones"), ("appel voulu", "appels voulus"))
        return language.percent(outcome.legitimateShare) + language.choose(" of ", " de ") + wanted
    }

    /// A filter's match in words: `caller in +2126, called in +3332, first contact`.
    func filterWords(_ match: Filter.Match, _ language: ReportLanguage) -> String {
        var parts: [String] = []
        func add(_ english: String, _ french: String, _ values: [String]) {
            guard !values.isEmpty else { return }
            let shown =
                values.prefix(6).joined(separator: ", ") + (values.count > 6 ? " (+\(values.count - 6))" : "")
            parts.append(language.choose(english, french) + " " + shown)
        }
        add("trunk", "faisceau", match.ingress.map(symbols.name))
        add("callers", "appelants", match.callerCountry.map { language.from($0) })
        add(
            "caller", "appelant",
            match.callerPrefixes.map { "\($0)…" } + match.callerNumbers.map(\.description))
        add(
            "called", "appelé", match.calledPrefixes.map { "\($0)…" } + match.calledNumbers.map(\.description)
        )
        if match.firstContact {
            parts.append(language.choose("who never spoke before", "qui ne se sont jamais parlé"))
        }
        if match.withoutTies {
            parts.append(
                language.choose(
                    "neither of whom ever spoke with the other's country",
                    "sans lien connu avec le pays de l’autre"))
        }
        return parts.joined(separator: ", ")
    }
}

extension String {
    /// The text with spaces behind it, up to `width` characters.
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
