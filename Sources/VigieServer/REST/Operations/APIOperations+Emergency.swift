import HTTPTypes
import VigieCalls
import VigieDetection
import VigieMitigation
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    /// Intervals in one request at most: a day of five-minute intervals of one centre.
    private static let maxIntervals = 288

    /// How the emergency numbers stand, and what centres count.
    static func emergency(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/emergency", id: "emergency", tag: "emergency",
                summary:
                    "How the emergency numbers stand: every service and department, measured and declared apart.",
                words:
                    "`state` is a word of NENA-STA-010.3, `measured` may also be `Blind` or `Learning`, which are `Unreachable` in `state`. `blind` lists the silences of all calls that are over. `seen_after` tells after how many seconds a failure of 30 % and of 11 % of the calls would be seen there now: half of them by then, whenever they begin; `unseen_by_counts` says why counts alone cannot show one: `learning` or `swing`.",
                access: .role(.viewer),
                results: [
                    .json(
                        "The board.",
                        .open([
                            .must("at", .shaped(.dateTime)), .must("nation", .open([])),
                            .must("cells", .list(.open([]), maxCount: 4_096)),
                            .must("receivers", .list(.open([]), maxCount: 4_096)),
                            .must("calendar", .list(.open([]), maxCount: ChangeCalendar.maxChanges)),
                        ]))
                ], problems: [404, 503],
                run: { _ in
                    let emergency = try watch(services)
                    guard let view = await emergency.view() else {
                        throw Problem.unavailable(
                            "the line has too much to do to show the board; ask again in a second")
                    }
                    guard case .object(let members) = view.board.json(services.symbols.snapshot) else {
                        return .json(.null)
                    }
                    return .json(
                        .object(
                            members + [
                                ("receivers", .array(view.receivers.map(\.json))),
                                ("calendar", .array(view.calendar.map(\.json))),
                            ]))
                }),
            Operation(
                method: .post, path: "/api/v1/emergency/counts", id: "sendReceiverCounts", tag: "emergency",
                summary: "What an emergency centre counted, interval by interval: seen, answered, abandoned.",
                words:
                    "An interval is known by centre, service, department and start, also after a restart: sent again with the same figures it changes nothing, with other figures it is refused, for the detectors have used the first ones. Of each cell the latest 288 intervals are remembered; older ones are not taken. Send intervals when they are over, oldest first. A token may be bound to centres: for others it is refused.",
                access: .roleOrScope(.operator, .receiver),
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([
                        .must("centre", .shaped(.identifier, example: "SAMU-59"), "The centre's name."),
                        .must(
                            "intervals",
                            .list(
                                .closed([
                                    .must("start", .shaped(.dateTime)),
                                    .must("seconds", .whole(10...86_400), "Length of the interval."),
                                    .must("service", .text(2, maxLength: 6), "The short number."),
                                    .must("department", .text(1, maxLength: 5), "INSEE code."),
                                    .must(
                                        "seen", .whole(0...10_000_000), "Attempts that reached the centre."),
                                    .must("answered", .whole(0...10_000_000)),
                                    .may(
                                        "abandoned", .whole(0...10_000_000),
                                        "Attempts given up before an answer."),
                                ]), maxCount: maxIntervals)),
                    ])),
                results: [
                    .json(
                        "What became of them.",
                        .open([
                            .must("accepted", .count),
                            .must("known", .count, "Intervals that were told before."),
                            .must(
                                "too_old", .count,
                                "Intervals older than all that is remembered of their cell; they are not counted."
                            ),
                        ]))
                ], problems: [404, 409, 503],
                run: { request in
                    let emergency = try watch(services)
                    let centre = request.json["centre"]?.stringValue ?? ""
                    guard request.identity.speaks(for: centre) else {
                        throw Problem.forbidden(
                            "\(request.identity.name) speaks for \(request.identity.centres.joined(separator: ", ")), not for \(centre); nothing was taken"
                        )
                    }
                    let directory = emergency.centres.current
                    if !directory.centres.isEmpty, !directory.centres.contains(where: { $0.id == centre }) {
                        emergency.receivers.unknownCentre.count(1)
                        throw Problem.badRequest(
                            "the directory knows no centre \(centre): its name is the `psap_id` of its rows; nothing was taken"
                        )
                    }
                    let told = try intervals(request, directory, now: services.clock.now)
                    let outcome: ReceiverDesk.Outcome
                    do throws(ReceiverDesk.Refusal) {
                        outcome = try emergency.receivers.take(told) { emergency.line.take($0) }
                    } catch {
                        switch error {
                        case .busy:
                            throw Problem.unavailable(
                                "the line has no room; send the intervals again in a second")
                        case .tooManyCells:
                            throw Problem.conflict(
                                "no more than 2,048 cells are kept; this node knows as many already")
                        case .changed(let index):
                            throw Problem.conflict(
                                "interval \(index) was told before with other figures, which the detectors have used; nothing was taken"
                            )
                        }
                    }
                    if outcome.new > 0 { await emergency.receivers.keep(centre) }
                    return .json(
                        .object([
                            ("accepted", .whole(outcome.new)), ("known", .whole(outcome.known)),
                            ("too_old", .whole(outcome.tooOld)),
                        ]))
                }),
            Operation(
                method: .post, path: "/api/v1/incidents/{id}/call-backs", id: "callBacks", tag: "emergency",
                summary: "Who lost every emergency call and may need to be called back.",
                words:
                    "It pairs a number with a call for help: only for administrators and tokens with the scope `call-backs`, with a reason; every look is a line of the audit.",
                access: .roleOrScope(.admin, .callBacks),
                parameters: [.path("id", .shaped(.identifier), "The incident's id.")],
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([.must("reason", .text(5, maxLength: 500), "Why: a line of the audit.")])),
                results: [
                    .json(
                        "The callers, the latest first.",
                        .open([
                            .must(
                                "items",
                                .list(
                                    .open([
                                        .must("caller", .text()), .must("called", .text()),
                                        .must("tries", .count),
                                        .must("first", .text()), .must("last", .text()),
                                    ]), maxCount: AnalysisReport.censusLimit))
                        ]))
                ], problems: [404],
                run: { request in
                    let items = try await CallBackDocument.read(
                        services, incident: request.parameters["id"] ?? "", actor: request.identity.name,
                        reason: request.json["reason"]?.stringValue ?? "")
                    var answer = APIAnswer.json(.object([("items", .array(items))]))
                    answer.isMasked = false
                    answer.headers.append(("Cache-Control", "no-store"))
                    return answer
                }),
        ]
    }

    static func watch(_ services: HTTPServices) throws(Problem) -> EmergencyServices {
        guard let emergency = services.emergency else {
            throw .notFound("this node does not watch emergency numbers")
        }
        return emergency
    }

    /// The intervals; refused for departments that do not exist, and for cells that the directory sends elsewhere.
    private static func intervals(_ request: APIRequest, _ directory: CentreDirectory, now: Timestamp)
        throws(Problem) -> [ReceiverDesk.Told]
    {
        let centre = request.json["centre"]?.stringValue ?? ""
        let isListed = directory.centres.contains { $0.id == centre }
        var told: [ReceiverDesk.Told] = []
        for (index, entry) in (request.json["intervals"]?.arrayValue ?? []).enumerated() {
            func whole(_ name: String) -> Int { Int(clamping: entry[name]?.integerValue ?? 0) }
            func wrong(_ why: String) -> Problem {
                .badRequest("intervals[\(index)]: \(why); nothing was taken")
            }
            guard let service = EmergencyService(entry["service"]?.stringValue ?? "") else {
                throw wrong("service is a short number such as 15")
            }
            guard let department = DepartmentCode(entry["department"]?.stringValue ?? "") else {
                throw wrong("department is an INSEE code such as 59 or 2A")
            }
            let code = department.description
            guard NumberingPlans.standard.department(code) != nil else {
                throw wrong("there is no department \(code)")
            }
            if isListed,
                !directory.centres(department: code, shortNumber: service.description, at: now).contains(
                    where: { $0.id == centre })
            {
                throw wrong("the directory does not send \(service) in \(code) to \(centre)")
            }
            guard let start = RFC3339Text.read(Array((entry["start"]?.stringValue ?? "").utf8)) else {
                throw wrong("start is a date and time")
            }
            let length = Duration.seconds(whole("seconds"))
            guard start + length <= now + .seconds(300) else {
                throw wrong("it ends in the future; send an interval when it is over")
            }
            guard whole("answered") + whole("abandoned") <= whole("seen") else {
                throw wrong("answered and abandoned are part of seen")
            }
            var count = EmergencyCount(source: .receiver, start: start, length: length, service: service)
            count.department = department
            count.attempts = whole("seen")
            count.answered = whole("answered")
            count.abandoned = whole("abandoned")
            told.append(ReceiverDesk.Told(count: count, centre: centre, sender: request.identity.name))
        }
        return told
    }
}

/// Who is to be called back, as the store's document of an incident has it.
enum CallBackDocument {
    /// Whether somebody may see it at all.
    static func isOpen(to identity: Identity) -> Bool {
        identity.role >= .admin || identity.scopes.contains(.callBacks)
    }

    /// The callers; the look is written into the audit before anything is shown.
    ///
    /// - Throws: `Problem`.
    static func read(_ services: HTTPServices, incident id: String, actor: String, reason: String)
        async throws -> [JSONValue]
    {
        let record = try await services.store.background { store throws(StoreError) in try store.incident(id)
        }
        guard let record, record.kind == "emergency-failure" else {
            throw Problem.notFound("there is no incident \(id) of kind emergency-failure")
        }
        let items = JSONText.value(record.document)["to_call_back"]?.arrayValue ?? []
        let now = services.clock.now
        do throws(StoreError) {
            try await services.store.background { store throws(StoreError) in
                try AuditTrail.apply(
                    [], to: store, at: now, actor: actor, action: "incident.call-backs", target: id,
                    reason: reason,
                    details: .object([("callers", .integer(Int64(items.count)))]))
            }
        } catch {
            // What cannot be written down is not shown.
            throw Problem(error)
        }
        return items
    }
}
