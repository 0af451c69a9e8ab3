import VigieCalls
import VigieDetection
import VigieIncidents
import VigieReports
import VigieStore
import VigieWire

/// How the emergency numbers stand: services × departments, what is affected and what is not, what was changed, what centres count.
struct EmergencyPage: Sendable {
    var now: Timestamp
    /// `nil`: the line could not be asked.
    var view: EmergencyServices.View?
    var incidents: [StoredIncident]
    var drafts: [PublicNotice]
    /// What the public reads now.
    var published: [PublicNotice]
    var directoryIssues: [CentreDirectory.Issue]
    var hasDirectory: Bool
    var symbols: SymbolTable
    /// Whether the reader may see who is to be called back.
    var seesCallBacks: Bool
    var seesNumbers: Bool

    /// Reads everything that the page shows.
    static func gather(_ services: HTTPServices, _ emergency: EmergencyServices, for identity: Identity)
        async throws(StoreError)
        -> EmergencyPage
    {
        let now = services.clock.now
        let view = await emergency.view()
        let records = try await services.store.background { store throws(StoreError) in
            try store.incidents(IncidentQuery(states: ["firing", "pending"], limit: 200)).records
        }
        let versions = await services.publications?.versions ?? []
        let directory = emergency.centres.current
        return EmergencyPage(
            now: now, view: view, incidents: records.filter { $0.kind == "emergency-failure" },
            drafts: versions.filter { $0.state == .draft },
            published: PublicationBook(versions: versions).published(at: now),
            directoryIssues: directory.centres.isEmpty ? [] : directory.issues(at: now),
            hasDirectory: !directory.centres.isEmpty, symbols: services.symbols.snapshot,
            seesCallBacks: CallBackDocument.isOpen(to: identity), seesNumbers: identity.seesNumbers)
    }

    /// The page.
    func html(_ frame: PageFrame) -> String {
        let words = frame.words
        let title = words("Emergency numbers", "Numéros d’urgence")
        let lost = words(
            "The node does not answer: what stands below is old.",
            "Le nœud ne répond pas : ce qui suit est ancien.")
        return frame.page(
            title: title, isLive: true,
            """
            <h1>\(title)</h1>
            <p class="stale" data-lost="\(lost)">\(words("As of", "État au")) \(words.moment(now))</p>
            \(headline(words))
            \(failures(words))
            \(draftList(words))
            \(publishedList(words))
            \(grid(words))
            \(histories(words))
            \(receivers(words))
            \(calendar(words))
            \(elements(words))
            \(directory(words))
            """)
    }

    // MARK: What it says first

    private func headline(_ words: PageLanguage) -> Markup {
        guard let view else {
            return
                "<p class=\"verdict c-blind\">? \(words("The board cannot be shown now: the line has too much to do. Nothing is known of the present.", "Le tableau ne peut être montré : la ligne est trop occupée. Rien n’est connu du présent."))</p>"
        }
        if let since = view.board.blindSince {
            return
                "<p class=\"verdict c-blind\">? \(words("Blind since", "Aveugle depuis le")) \(words.moment(since))\(words(": no call of any sort is seen, nothing can be said.", " : aucun appel n’est vu, rien ne peut être dit."))</p>"
        }
        let hit = view.board.cells.filter {
            words.kind(of: $0.state) == .down || words.kind(of: $0.state) == .partial
        }.count
        if view.board.cells.isEmpty {
            return
                "<p class=\"verdict c-unknown\">· \(words("No emergency call has been seen yet: nothing can be said.", "Aucun appel d’urgence n’a encore été vu : rien ne peut être dit."))</p>"
        }
        let nation = view.board.nation
        let sums = words(
            "Last 15 minutes, nation: \(words.count(nation.measures.attempts)) attempts, \(words.count(nation.measures.callers)) callers, \(words.count(nation.measures.failed)) lost. A failure of 30 % of all calls would be seen in \(words.delay(nation.delay30)), one of 11 % in \(words.delay(nation.delay11)).",
            "15 dernières minutes, pays : \(words.count(nation.measures.attempts)) tentatives, \(words.count(nation.measures.callers)) appelants, \(words.count(nation.measures.failed)) perdus. Une panne de 30 % des appels serait vue en \(words.delay(nation.delay30)), de 11 % en \(words.delay(nation.delay11))."
        )
        let first: Markup =
            hit == 0
            ? "<p class=\"verdict c-normal\">✓ \(words("No failure is measured.", "Aucune panne n’est mesurée."))</p>"
            : "<p class=\"verdict c-down\">✕ \(words("Failures are measured in \(hit) of \(view.board.cells.count) cells.", "Des pannes sont mesurées dans \(hit) cases sur \(view.board.cells.count)."))</p>"
        return first + "<p class=\"facts\">\(sums)</p>"
    }

    private func failures(_ words: PageLanguage) -> Markup {
        guard !incidents.isEmpty else { return "" }
        var out: Markup = "<section><h2>\(words("What fails", "Ce qui est en panne"))</h2>"
        for record in incidents {
            let document = JSONText.value(record.document)
            let sentence =
                (words.language == .french ? document["summary_fr"]?.stringValue : nil) ?? document[
                    "summary"]?.stringValue ?? record.id
            let subject = document["subject"] ?? .null
            func list(_ value: JSONValue?) -> String {
                let names = (value?.arrayValue ?? []).compactMap(\.stringValue)
                return names.isEmpty
                    ? words("none stands out", "aucun ne ressort")
                    : names.prefix(40).joined(separator: ", ") + (names.count > 40 ? " …" : "")
            }
            let sound = subject["not_affected"] ?? .null
            let causes = document["causes"]?.arrayValue ?? []
            let cause = causes.first
            let change = causes.first { $0["change"] != nil }
            let changed =
                (words.language == .french ? change?["hypothesis_fr"]?.stringValue : nil)
                ?? change?["hypothesis"]?.stringValue
            let why =
                (words.language == .french ? cause?["hypothesis_fr"]?.stringValue : nil) ?? cause?[
                    "hypothesis"]?.stringValue ?? ""
            let test =
                (words.language == .french ? cause?["test_fr"]?.stringValue : nil) ?? cause?["test"]?
                .stringValue ?? ""
            let waiting = document["to_call_back"]?.arrayValue?.count ?? 0
            out += """
                <article class="incident \(record.severity)">
                <h3><a href="/incidents/\(record.id)?lang=\(words.code)">\(words.kind(record.kind))</a> <span class="tag \(record.severity)">\(words.severity(record.severity))</span></h3>
                <p>\(seesNumbers ? sentence : NumberMask.masked(sentence))</p>
                <dl class="pairs">
                <dt>\(words("Affected", "Touchés"))</dt><dd>\(list(subject["services"])) · \(list(subject["departments"]))</dd>
                <dt>\(words("Machines, operators", "Machines, opérateurs"))</dt><dd>\(list(subject["nodes"])) · \(list(subject["operators"]))</dd>
                <dt>\(words("Not affected", "Épargnés"))</dt><dd>\(list(sound["services"])) · \(list(sound["departments"])) · \(list(sound["nodes"]))</dd>
                <dt>\(words("Likely cause", "Cause probable"))</dt><dd>\(why)\(test.isEmpty ? "" : " — " + test)</dd>
                <dt>\(words("Change that fits", "Intervention qui correspond"))</dt><dd>\(changed ?? words("none in the calendar", "aucune au calendrier"))</dd>
                <dt>\(words("To call back", "À rappeler"))</dt><dd>\(callBacks(record.id, waiting, words))</dd>
                </dl></article>
                """
        }
        return out + "</section>"
    }

    private func callBacks(_ id: String, _ count: Int, _ words: PageLanguage) -> Markup {
        let people = words(
            "\(words.count(count)) callers who got through to nobody",
            "\(words.count(count)) appelants n’ont joint personne")
        guard count > 0 else { return "\(words("nobody known", "personne de connu"))" }
        guard seesCallBacks else {
            return
                "\(people) (\(words("shown to tokens with the scope call-backs", "visibles avec le droit call-backs")))"
        }
        let label = words("Reason, for the audit", "Motif, pour le journal")
        return """
            \(people)
            <form method="post" action="/emergency/call-backs/\(id)?lang=\(words.code)"><label>\(label) <input name="reason" required minlength="5" maxlength="500"></label> <button>\(words("show them", "les montrer"))</button></form>
            """
    }

    private func draftList(_ words: PageLanguage) -> Markup {
        guard !drafts.isEmpty else { return "" }
        var out: Markup =
            "<section><h2>\(words("Drafts for the public that wait for approval", "Projets d’information du public à approuver"))</h2><ul>"
        for draft in drafts {
            let what = words.noticeKind(draft.kind)
            out +=
                "<li><strong>\(draft.id)</strong>, \(words("version", "version")) \(draft.version): \(what), \(draft.departments.count) \(words("departments", "départements")); \(words("approved by", "approuvé par")) \(draft.approvals.isEmpty ? words("nobody yet", "personne encore") : draft.approvals.map(\.actor).joined(separator: ", "))</li>"
        }
        return out
            + "</ul><p class=\"facts\">\(words("Read a draft: vigie notice show ID (GET /api/v1/notices/ID). Approve what was read: vigie notice approve ID --version N.", "Lire un projet : vigie notice show ID (GET /api/v1/notices/ID). Approuver ce qui a été lu : vigie notice approve ID --version N."))</p></section>"
    }

    private func publishedList(_ words: PageLanguage) -> Markup {
        guard !published.isEmpty else { return "" }
        var out: Markup =
            "<section><h2>\(words("What the public reads", "Ce que lit le public"))</h2><ul>"
        for notice in published {
            let said = words.moment(notice.publishedAt ?? notice.draftedAt)
            out +=
                "<li><a href=\"/public/\(words.language == .french ? "" : "en/")\"><strong>\(notice.id)</strong></a>, \(words("version", "version")) \(notice.version): \(words.noticeKind(notice.kind)), \(words("since", "depuis")) \(said)</li>"
        }
        return out
            + "</ul><p class=\"facts\">\(words("Published by mistake: vigie notice retract ID --reason WHY drafts its retraction.", "Publié par erreur : vigie notice retract ID --reason MOTIF en rédige le retrait."))</p></section>"
    }
}
