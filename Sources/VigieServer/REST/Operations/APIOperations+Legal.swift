import HTTPTypes
import VigieCalls
import VigieDetection
import VigieMitigation
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    /// What the law asks for: the month's table, why thresholds fit, an incident's journal.
    static func legal(_ services: HTTPServices) -> [Operation] {
        let month = Operation.Parameter.query(
            "month", .text(7, maxLength: 7),
            "Calendar month, 2026-10, of local time; this month when nothing is said.")
        return [
            Operation(
                method: .get, path: "/api/v1/emergency/monthly", id: "emergencyMonthly", tag: "emergency",
                summary: "The monthly table of the twelve emergency numbers, from the stored calls.",
                words: "Only days that the store still keeps are counted; `covers` says from when to when.",
                access: .role(.viewer), parameters: [month],
                results: [
                    .json(
                        "The table.",
                        .open([.must("month", .text()), .must("rows", .list(.open([]), maxCount: 64))]))
                ],
                problems: [404],
                run: { request in .json(try await monthTable(request, services).json) }),
            Operation(
                method: .get, path: "/api/v1/emergency/thresholds", id: "emergencyThresholds",
                tag: "emergency",
                summary:
                    "Why thresholds on the answer ratio are significant for this network's volume: delay and false alarms.",
                access: .role(.viewer), parameters: [month],
                results: [.json("The note.", .open([.must("lines", .list(.open([]), maxCount: 64))]))],
                problems: [404],
                run: { request in .json(ThresholdNote(try await monthTable(request, services)).json) }),
            Operation(
                method: .get, path: "/api/v1/incidents/{id}/journal", id: "incidentJournal", tag: "emergency",
                summary:
                    "An incident's journal: what was seen and done when, each line bound to the one before by its hash.",
                words: "One JSON object a line; `vigie evidence verify` checks it.", access: .role(.viewer),
                parameters: [.path("id", .shaped(.identifier), "The incident's id.")],
                results: [
                    .init(
                        status: 200, words: "The journal.", mediaType: "application/x-ndjson", schema: .text()
                    )
                ],
                run: { request in
                    let id = request.parameters["id"] ?? ""
                    let (record, audit) = try await services.store.background { store throws(StoreError) in
                        (try store.incident(id), try stepsAbout(id, store))
                    }
                    guard let record else {
                        throw Problem.notFound(
                            "there is no incident \(id); it may be older than the retention")
                    }
                    let whole = IncidentDocument(record).whole
                    let shown = request.identity.seesNumbers ? whole : NumberMask.masked(whole)
                    let text = IncidentJournal.text(IncidentJournal.lines(shown, steps: audit))
                    return APIAnswer(body: .text(text, mediaType: "application/x-ndjson"))
                }),
        ]
    }

    /// Audit lines about an incident: with its id as target, or named in their details.
    private static func stepsAbout(_ id: String, _ store: any Store) throws(StoreError) -> [AuditLine] {
        var steps: [AuditLine] = []
        var from: UInt64 = 1
        while steps.count < 10_000 {
            let page = try store.audit(from: from, limit: 1_000)
            for stored in page {
                let line = AuditLine(stored)
                if line.target == id || line.target.hasSuffix("-" + id) || line.details.contains("\"\(id)\"")
                {
                    steps.append(line)
                }
            }
            guard page.count == 1_000, let last = page.last else { break }
            from = last.sequence &+ 1
        }
        return steps
    }

    private static func monthTable(_ request: APIRequest, _ services: HTTPServices) async throws
        -> MonthlyTable
    {
        let emergency = try watch(services)
        let name = request.parameters["month"] ?? String(services.clock.now.rfc3339().prefix(7))
        guard let first = Timestamp(rfc3339: name + "-01T00:00:00Z") else {
            throw Problem.badRequest("month is written 2026-10")
        }
        var settings = AnalysisSettings()
        settings.home = services.home
        settings.detection.emergencyFailure.centres = EmergencyCentres(emergency.centres.file, at: nil)
        // A day more at both ends: local months do not begin at midnight UTC.
        let window = (first - .seconds(86_400))...(first + .seconds(33 * 86_400))
        let symbols = services.symbols.snapshot
        let known = settings
        let tables = try await services.store.readDays(for: .report) { store throws(StoreError) in
            var count = MonthlyCount(settings: known, zone: TimeZoneOffsets("Europe/Paris") ?? .utc)
            count.meet(symbols)
            try store.replay(window) { count.take($0) }
            return count.tables
        }
        return tables[name] ?? MonthlyTable(month: name)
    }
}
