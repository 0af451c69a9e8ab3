import VigieCalls
import VigieDetection
import VigieDiagnosis
import VigieIncidents
import VigieMitigation
import VigieWire

extension AnalysisReport {
    /// Lines of the census shown on the page; the JSON report has all.
    static let pageCensusLimit = 200

    /// One self-contained page, French and English, with charts as SVG; no script, nothing fetched, printable.
    ///
    /// - Parameter language: the one shown first; a reader switches with the buttons at the top.
    public func html(language first: ReportLanguage = .english) -> String {
        var out = "<!doctype html>\n<html lang=\"\(first.rawValue)\">\n<head>\n<meta charset=\"utf-8\">\n"
        out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        out +=
            "<title>Vigie · \(title(first).escaped)</title>\n<style>\n\(Self.style)\n</style>\n</head>\n<body>\n"
        for language in ReportLanguage.allCases {
            let checked = language == first ? " checked" : ""
            out += "<input type=\"radio\" name=\"language\" id=\"show-\(language.rawValue)\"\(checked)>"
        }
        out +=
            "<nav aria-label=\"Language · Langue\"><label for=\"show-fr\" lang=\"fr\">Français</label><label for=\"show-en\" lang=\"en\">English</label></nav>\n"
        for language in ReportLanguage.allCases { out += page(language) }
        return out + "</body>\n</html>\n"
    }

    private func title(_ language: ReportLanguage) -> String {
        guard !entries.isEmpty else { return language.choose("nothing wrong", "rien d’anormal") }
        return language.choose(
            entries.count == 1 ? "1 incident" : "\(entries.count) incidents",
            entries.count == 1 ? "1 incident" : "\(entries.count) incidents")
    }

    private func page(_ language: ReportLanguage) -> String {
        var out = "<main class=\"page-\(language.rawValue)\" lang=\"\(language.rawValue)\">\n"
        out +=
            "<header><p class=\"brand\">Vigie</p><h1>\(headline(language).escaped)</h1>\n<p>\(coverage(language).escaped)</p></header>\n"
        out += overview(language)
        for (index, entry) in entries.enumerated() { out += section(entry, index + 1, language) }
        return out + emergencySection(language) + inputsSection(language) + "</main>\n"
    }

    /// How the emergency numbers stand at the end of what was read.
    private func emergencySection(_ language: ReportLanguage) -> String {
        guard let emergency else { return "" }
        let title = language.choose("Emergency numbers", "Numéros d’urgence")
        let at = language.choose("as at \(moment(emergency.at)) UTC", "au \(moment(emergency.at)) UTC")
        return
            "<section><h2>\(title)</h2><p>\(at)</p><div class=\"wide\"><pre>\(emergency.text(symbols, language: language).escaped)</pre></div></section>\n"
    }

    private func headline(_ language: ReportLanguage) -> String {
        guard let worst = entries.first else { return allClear(language) }
        let name = IncidentSummary(worst, report: self, language: language).title
        return entries.count == 1
            ? name
            : name + language.choose(" and \(entries.count - 1) more", " et \(entries.count - 1) de plus")
    }

    private func coverage(_ language: ReportLanguage) -> String {
        guard let first = statistics.first, let last = statistics.last else {
            return language.choose("No call attempt was found.", "Aucune tentative d’appel trouvée.")
        }
        return language.choose(
            "\(language.count(Int(clamping: statistics.attempts))) call attempts from \(moment(first)) to \(moment(last)) UTC; ASR \(language.percent(statistics.asr)), NER \(language.percent(statistics.ner)).",
            "\(language.count(Int(clamping: statistics.attempts))) tentatives d’appel du \(moment(first)) au \(moment(last)) UTC ; taux de prise (ASR) \(language.percent(statistics.asr)), efficacité du réseau (NER) \(language.percent(statistics.ner))."
        )
    }

    private func overview(_ language: ReportLanguage) -> String {
        let chart = SeriesChart(
            points: hours.map { .init(time: $0.start, bar: Double($0.attempts), line: Double($0.answered)) },
            barName: language.choose("attempts an hour", "tentatives par heure"),
            lineName: language.choose("answered", "décrochés"),
            description: language.choose(
                "Call attempts and answers, hour by hour", "Tentatives et prises, heure par heure"),
            label: shortMoment)
        return chart.svg.isEmpty
            ? ""
            : "<section><h2>\(language.choose("All calls", "Tous les appels"))</h2>\(chart.legend)\(chart.svg)</section>\n"
    }

    private func section(_ entry: Entry, _ number: Int, _ language: ReportLanguage) -> String {
        let incident = entry.incident
        let summary = IncidentSummary(entry, report: self, language: language)
        var out = "<section class=\"incident \(incident.severity.rawValue)\">\n"
        out +=
            "<h2>\(number). \(summary.title.escaped) <span class=\"severity\">\(language.severity(incident.severity))</span></h2>\n"
        out += "<p class=\"summary\">\(summary.sentence.escaped)</p>\n"
        for line in emergencyLines(entry, language) { out += "<p>\(line.escaped)</p>\n" }
        out += timeline(entry, language) + causes(incident, language) + charts(entry, language)
        if entry.dossier.calls > 0 { out += figures(entry, language) }
        if let proposal = entry.proposal { out += filter(proposal, language) }
        return out + census(entry, language) + evidence(entry, language) + "</section>\n"
    }

    private func timeline(_ entry: Entry, _ language: ReportLanguage) -> String {
        let (first, last) = IncidentSummary(entry, report: self, language: language).ends
        let steps = [
            (first, entry.incident.firstSeen),
            (language.choose("Vigie was sure", "Vigie en était sûre"), entry.incident.detectedAt),
            (last, entry.incident.lastSeen),
        ]
        let items = steps.map { "<li><b>\(moment($0.1))</b> \($0.0)</li>" }.joined()
        return "<ol class=\"timeline\">\(items)</ol>\n"
    }

    private func causes(_ incident: Incident, _ language: ReportLanguage) -> String {
        guard !incident.causes.isEmpty else { return "" }
        var out =
            "<h3>\(language.choose("Why: possible causes, most likely first", "Pourquoi : causes possibles, la plus probable d’abord"))</h3>\n<ol class=\"causes\">"
        for cause in incident.causes {
            out +=
                "<li><p><b>\(language.choose(cause.hypothesis.english, cause.hypothesis.french).escaped)</b></p>"
            out +=
                "<div class=\"weight\" aria-hidden=\"true\"><i style=\"width:\((cause.score * 100).short)%\"></i></div>"
            out +=
                "<p>"
                + language.choose(
                    "weight \(language.percent(cause.score)), explains \(language.percent(cause.explains)) of \(incident.kind == .emergencyFailure ? "the failed calls" : "the numbers reached")",
                    "poids \(language.percent(cause.score)), explique \(language.percent(cause.explains)) \(incident.kind == .emergencyFailure ? "des appels perdus" : "des numéros atteints")"
                ) + "</p>"
            if let objection = cause.objection {
                out +=
                    "<p class=\"objection\">\(language.choose("Against it: " + objection.english, "Contre : " + objection.french).escaped)</p>"
            }
            out +=
                "<p class=\"test\">\(language.choose("To confirm: " + cause.test.english, "Pour confirmer : " + cause.test.french).escaped)</p></li>"
        }
        return out + "</ol>\n"
    }

    private func charts(_ entry: Entry, _ language: ReportLanguage) -> String {
        let dossier = entry.dossier
        var out = ""
        func figure(_ title: String, _ svg: String) {
            if !svg.isEmpty { out += "<figure><figcaption>\(title.escaped)</figcaption>\(svg)</figure>\n" }
        }
        let volume = language.choose("Volume against what is usual", "Volume face à l’habitude")
        let series = SeriesChart(
            points: dossier.filledHours.map {
                .init(time: $0.start, bar: Double($0.trouble), line: Double($0.ordinary))
            },
            barName: language.choose("these calls, an hour", "ces appels, par heure"),
            lineName: language.choose("ordinary calls of the same kind", "appels ordinaires de même sorte"),
            description: volume,
            label: shortMoment)
        figure(volume, series.svg.isEmpty ? "" : series.legend + series.svg)
        let flows = language.choose("From where to where", "D’où vers où")
        figure(
            flows,
            FlowChart(
                bands: dossier.flows.map { .init(from: $0.from, to: $0.to, calls: $0.calls) },
                description: flows
            ).svg)
        let hit = language.choose("Lines hit most", "Lignes les plus touchées")
        figure(
            hit,
            RankChart(
                bars: dossier.reached.prefix(12).map {
                    .init(
                        name: $0.number.description, value: Double($0.calls), note: language.count($0.calls))
                },
                description: hit
            ).svg)
        let hourly = language.choose("Hour by hour", "Heure par heure")
        figure(
            hourly,
            HourGrid(
                counts: dossier.hours.map { ($0.start, $0.trouble) }, offsetSeconds: displayOffsetSeconds,
                description: hourly
            ).svg)
        return out
    }

    private func figures(_ entry: Entry, _ language: ReportLanguage) -> String {
        let dossier = entry.dossier
        var rows: [(String, String)] = [
            (language.choose("calls", "appels"), language.count(dossier.calls)),
            (
                language.choose("distinct callers", "appelants distincts"),
                language.count(dossier.distinctCallers)
            ),
            (language.choose("lines reached", "lignes atteintes"), language.count(dossier.reachedTotal)),
            (language.choose("answered", "décrochés"), language.count(dossier.answered)),
            (
                language.choose("over within ten seconds", "terminés en dix secondes"),
                language.count(dossier.shortCalls)
            ),
        ]
        if dossier.unallocated > 0 {
            rows.append(
                (
                    language.choose("to numbers nobody was given", "vers des numéros non attribués"),
                    language.count(dossier.unallocated)
                ))
        }
        if dossier.proofs > 0 {
            rows.append(
                (
                    language.choose("calls that prove the cause", "appels qui prouvent la cause"),
                    language.count(dossier.proofs)
                ))
            rows.append(
                (
                    language.choose("callers who had been rung first", "appelants d’abord sonnés"),
                    language.count(dossier.pairs)
                ))
        }
        if dossier.charged + dossier.free > 0 {
            rows.append((language.choose("free of charge", "gratuits"), language.count(dossier.free)))
            rows.append((language.choose("charged", "taxés"), language.count(dossier.charged)))
        }
        let trunks = dossier.trunks.filter { $0.0 != .none }.prefix(5).map {
            "\(symbols.name($0.0)) (\(language.count($0.1)))"
        }
        if !trunks.isEmpty {
            rows.append((language.choose("came in by", "arrivés par"), trunks.joined(separator: ", ")))
        }
        let body = rows.map { "<tr><th scope=\"row\">\($0.0.escaped)</th><td>\($0.1.escaped)</td></tr>" }
            .joined()
        return "<h3>\(language.choose("Figures", "Chiffres"))</h3><table class=\"figures\">\(body)</table>\n"
    }

    private func filter(_ proposal: FilterProposal, _ language: ReportLanguage) -> String {
        let words =
            "\(language.action(proposal.filter.action)) : " + filterWords(proposal.filter.match, language)
        let effect = language.choose(
            "On the calls on record it would have stopped \(language.percent(proposal.outcome.wantedShare)) of these calls, and \(language.percent(proposal.outcome.legitimateShare)) of \(language.count(proposal.outcome.legitimate)) wanted calls of the day before. It lasts \(proposal.filter.expiresHours) h at most and never touches emergency calls.",
            "Sur les appels enregistrés, il aurait arrêté \(language.percent(proposal.outcome.wantedShare)) de ces appels, et \(language.percent(proposal.outcome.legitimateShare)) des \(language.count(proposal.outcome.legitimate)) appels voulus de la veille. Il dure \(proposal.filter.expiresHours) h au plus et ne touche jamais les appels d’urgence."
        )
        return
            "<h3>\(language.choose("Proposed filter", "Filtre proposé"))</h3><p class=\"filter\"><b>\(words.escaped)</b></p><p>\(effect.escaped)</p>\n"
    }

    private func census(_ entry: Entry, _ language: ReportLanguage) -> String {
        let reached = entry.dossier.reached
        guard !reached.isEmpty else { return "" }
        var out =
            "<details><summary>\(language.choose("Census: lines reached", "Recensement : lignes atteintes")) (\(language.count(entry.dossier.reachedTotal)))</summary>"
        out += "<div class=\"wide\"><table><thead><tr>"
        for name in [
            language.choose("number", "numéro"), language.choose("calls", "appels"),
            language.choose("answered", "décrochés"),
            language.choose("charged", "taxés"), language.choose("first", "premier"),
            language.choose("last", "dernier"),
        ] { out += "<th scope=\"col\">\(name)</th>" }
        out += "</tr></thead><tbody>"
        for line in reached.prefix(Self.pageCensusLimit) {
            out +=
                "<tr><td>\(line.number)</td><td>\(line.calls)</td><td>\(line.answered)</td><td>\(line.charged)</td><td>\(moment(line.first))</td><td>\(moment(line.last))</td></tr>"
        }
        out += "</tbody></table></div>"
        if reached.count > Self.pageCensusLimit {
            out +=
                "<p>\(language.choose("The JSON report lists the others.", "Le rapport JSON donne les autres."))</p>"
        }
        return out + "</details>\n"
    }

    private func evidence(_ entry: Entry, _ language: ReportLanguage) -> String {
        let samples = (entry.dossier.samples.isEmpty ? entry.incident.samples : entry.dossier.samples).map {
            "<code>\($0.text.escaped)</code>"
        }
        guard !samples.isEmpty else { return "" }
        return
            "<details><summary>\(language.choose("Sample calls (Call-ID)", "Exemples d’appels (Call-ID)"))</summary><p>\(samples.joined(separator: " "))</p></details>\n"
    }

    private func inputsSection(_ language: ReportLanguage) -> String {
        var out =
            "<section><h2>\(language.choose("What was read", "Ce qui a été lu"))</h2><div class=\"wide\"><table><thead><tr>"
        for name in [
            language.choose("input", "entrée"), "format", language.choose("messages", "messages"),
            language.choose("records", "enregistrements"),
            language.choose("malformed, set aside", "malformés, écartés"),
        ] { out += "<th scope=\"col\">\(name)</th>" }
        out += "</tr></thead><tbody>"
        for input in inputs {
            let notes = (input.malformed.entries + input.dropped.entries).map { "\($0.name): \($0.count)" }
            let stopped = input.stopped.map { [$0] } ?? []
            out +=
                "<tr><td>\(input.path.escaped)</td><td>\(input.format.escaped)</td><td>\(input.messages)</td><td>\(input.records)</td><td>\((notes + stopped).joined(separator: "; ").escaped)</td></tr>"
        }
        return out + "</tbody></table></div></section>\n"
    }

    /// `17 Feb 14:00` without a language: `02-17 14:00`.
    private func shortMoment(_ time: Timestamp) -> String {
        let text = time.rfc3339(offsetSeconds: displayOffsetSeconds)
        return text.dropFirst(5).prefix(5) + " " + text.dropFirst(11).prefix(5)
    }
}

extension ReportLanguage {
    func severity(_ severity: Severity) -> String {
        switch severity {
        case .minor: choose("minor", "mineur")
        case .major: choose("major", "majeur")
        case .critical: choose("critical", "critique")
        }
    }

    func action(_ action: Filter.Action) -> String {
        switch action {
        case .pass: choose("pass", "laisser passer")
        case .flag: choose("flag", "signaler")
        case .mask: choose("mask the caller number", "masquer le numéro affiché")
        case .reject: choose("reject", "rejeter")
        case .redirect: choose("redirect to an announcement", "rediriger vers une annonce")
        case .limit: choose("limit", "limiter")
        }
    }
}

extension Dossier {
    /// The hours with the empty ones between them, at most two months of them.
    var filledHours: [Hour] {
        guard let first = hours.first?.start, let last = hours.last?.start else { return [] }
        let count = Int((last.seconds - first.seconds) / 3_600) + 1
        guard count <= 24 * 62 else { return hours }
        let known = Dictionary(hours.map { ($0.start.seconds, $0) }, uniquingKeysWith: { one, _ in one })
        return (0..<count).map { index in
            let seconds = first.seconds + Int64(index) * 3_600
            return known[seconds] ?? Hour(start: Timestamp(seconds: seconds))
        }
    }
}
