import VigieReports
import VigieStore
import VigieWire

/// What the first page shows, gathered at one moment.
struct FirstPage: Sendable {
    var now: Timestamp
    var firing: [StoredIncident]
    var resolved: [StoredIncident]
    var filters: [ShownFilter]
    var counters: [String: [(String, Double)]]
    /// Why a filter does nothing although it is in force, by id.
    var idle: [String: String]
    var feeds: [FeedView]
    var peers: [PeerView]
    var losses: [(name: String, value: Double)]
    var health: [(part: String, health: Health)]
    var seesNumbers: Bool
    var watchesEmergency = false

    /// Reads everything that the page shows.
    static func gather(_ services: HTTPServices, seesNumbers: Bool) async throws(StoreError) -> FirstPage {
        let now = services.clock.now
        let (firing, resolved, filters) = try await services.store.background { store throws(StoreError) in
            let since = (now + .seconds(-86_400))...Timestamp.distantFuture
            return (
                try store.incidents(IncidentQuery(states: ["firing", "pending"], limit: 200)).records,
                try store.incidents(IncidentQuery(states: ["resolved"], window: since, limit: 20)).records,
                try store.filters(
                    FilterQuery(states: ["enforced", "shadow", "approved", "proposed"], limit: 200)
                ).records
            )
        }
        var counters: [String: [(String, Double)]] = [:]
        var idle: [String: String] = [:]
        for filter in filters {
            counters[filter.id] = services.actions.filterCounters(filter.id)
            idle[filter.id] = services.actions.filterIdle(filter.id)
        }
        return FirstPage(
            now: now, firing: firing.sorted(by: Self.isWorse), resolved: resolved,
            filters: filters.map(ShownFilter.init), counters: counters, idle: idle,
            feeds: services.actions.feeds(), peers: services.actions.peers(),
            losses: services.board.losses(), health: services.health.read(),
            seesNumbers: seesNumbers, watchesEmergency: services.emergency != nil)
    }

    private static func isWorse(_ left: StoredIncident, _ right: StoredIncident) -> Bool {
        let order = ["critical": 0, "major": 1, "minor": 2]
        let one = order[left.severity] ?? 3
        let other = order[right.severity] ?? 3
        return one == other ? left.lastSeen > right.lastSeen : one < other
    }

    /// The page.
    func html(_ frame: PageFrame) -> String {
        let words = frame.words
        let title = headline(words)
        let isQuiet = firing.isEmpty && health.allSatisfy { $0.health == .good }
        let lost = words(
            "The node does not answer: what stands below is old.",
            "Le nœud ne répond pas : ce qui suit est ancien.")
        let read = words("As of", "État au") + " " + words.moment(now)
        return frame.page(
            title: title, isLive: true,
            """
            <h1\(isQuiet ? " class=\"quiet\"" as Markup : "")>\(title)</h1>
            <p class="stale" data-lost="\(lost)">\(read)</p>
            \(watchesEmergency ? "<p><a href=\"/emergency?lang=\(words.code)\">\(words("How the emergency numbers stand", "État des numéros d’urgence"))</a></p>" as Markup : "")
            \(incidents(words))
            \(filterTable(words))
            <div class="parts">
            \(feedTable(words))
            \(peerTable(words))
            \(lossTable(words))
            \(healthTable(words))
            </div>
            """)
    }

    private func headline(_ words: PageLanguage) -> String {
        let failed = health.count { $0.health != .good }
        if firing.isEmpty {
            return failed == 0
                ? words("All is quiet", "Tout est calme")
                : words(
                    "No incident; the node itself needs a look",
                    "Aucun incident ; le nœud lui-même est à voir")
        }
        let critical = firing.count { $0.severity == "critical" }
        let worst =
            critical > 0
            ? words(
                ", \(critical) critical", critical == 1 ? ", dont 1 critique" : ", dont \(critical) critiques"
            ) : ""
        return firing.count == 1
            ? words("1 incident in progress", "1 incident en cours") + worst
            : words("\(firing.count) incidents in progress", "\(firing.count) incidents en cours") + worst
    }

    private func incidents(_ words: PageLanguage) -> Markup {
        var out: Markup = "<section><h2>\(words("What is wrong now", "Ce qui ne va pas maintenant"))</h2>"
        if firing.isEmpty { out += "<p class=\"none\">\(words("Nothing.", "Rien."))</p>" }
        for record in firing { out += card(record, words) }
        if !resolved.isEmpty {
            out +=
                "<details id=\"over\"><summary>\(words("Over since yesterday", "Terminés depuis hier")) (\(resolved.count))</summary>"
            for record in resolved { out += card(record, words) }
            out += "</details>"
        }
        return out + "</section>"
    }

    private func card(_ record: StoredIncident, _ words: PageLanguage) -> Markup {
        let document = JSONText.value(record.document)
        let sentence =
            (words.language == .french ? document["summary_fr"]?.stringValue : nil) ?? document["summary"]?
            .stringValue ?? record.id
        let shown = seesNumbers ? sentence : NumberMask.masked(sentence)
        let against = filters.filter { $0.record.incident == record.id }
        let offers = document["proposed_filter"]?.objectValue != nil
        let filter =
            against.isEmpty
            ? (offers
                ? words("a filter is proposed", "un filtre est proposé") : words("no filter", "aucun filtre"))
            : against.map { words.filterState($0.record.state) }.joined(separator: ", ")
        return """
            <article class="incident \(record.severity)">
            <h3><a href="/incidents/\(record.id)?lang=\(words.code)">\(words.kind(record.kind))</a> <span class="tag \(record.severity)">\(words.severity(record.severity))</span></h3>
            <p>\(shown)</p>
            <p class="facts">\(words("since", "depuis le")) \(words.moment(record.firstSeen)) · \(words("last call", "dernier appel")) \(words.moment(record.lastSeen)) · \(words("filter", "filtre"))\(words(":", " :")) \(filter)</p>
            </article>
            """
    }
}
