import HTTPTypes
import VigieCalls
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    private static let change = Schema.closed([
        .must(
            "id", .shaped(.identifier, example: "CHG-4711"),
            "The ticket's name; another entry of that name is replaced."),
        .may(
            "kind", .oneOf(PlannedChange.Kind.allCases.map(\.rawValue)), "maintenance when nothing is said."),
        .must("start", .shaped(.dateTime)),
        .may("end", .orNull(.shaped(.dateTime)), "null: nobody knows yet."),
        .may(
            "elements", .list(.text(1, maxLength: 128), maxCount: ChangeCalendar.maxNames),
            "Machines, trunks, operators."),
        .may("services", .list(.text(2, maxLength: 6), maxCount: 16), "Short numbers."),
        .may("departments", .list(.text(1, maxLength: 5), maxCount: 128), "INSEE codes."),
        .may("summary", .text(0, maxLength: ChangeCalendar.maxText)),
    ])

    /// What was changed and declared.
    static func calendar(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/calendar", id: "calendar", tag: "emergency",
                summary: "The change calendar: maintenance and declared incidents.", access: .role(.viewer),
                parameters: [
                    .query("from", .shaped(.dateTime), "From here on; a day ago when nothing is said."),
                    .query("to", .shaped(.dateTime), "Up to here; a week ahead when nothing is said."),
                ],
                results: [
                    .json(
                        "The entries, by their start.",
                        .open([.must("items", .list(.open([]), maxCount: ChangeCalendar.maxChanges))]))
                ], problems: [404],
                run: { request in
                    let now = services.clock.now
                    let found = try watch(services).calendar.current.changes(
                        from: request.moment("from") ?? now - .seconds(86_400),
                        to: request.moment("to") ?? now + .seconds(7 * 86_400))
                    return .json(.object([("items", .array(found.map(\.json)))]))
                }),
            Operation(
                method: .post, path: "/api/v1/calendar", id: "putCalendar", tag: "emergency",
                summary: "Tell maintenance or declare an incident; an entry with the same id is replaced.",
                access: .role(.operator),
                body: .init(
                    mediaType: "application/json",
                    schema: .closed([.must("changes", .list(change, maxCount: 1_000))])),
                results: [.json("How many were taken.", .open([.must("accepted", .count)]))], problems: [404],
                run: { request in
                    let changes = try (request.json["changes"]?.arrayValue ?? []).enumerated().map {
                        try planned($1, at: $0)
                    }
                    return try await take(changes, request, services)
                }),
            Operation(
                method: .post, path: "/api/v1/calendar/ics", id: "importCalendar", tag: "emergency",
                summary: "Tell the events of an iCalendar file (RFC 5545).",
                words:
                    "Cancelled events are left out; entries that cannot be read are named by line, the others are taken.",
                access: .role(.operator),
                body: .init(mediaType: "text/calendar", schema: .text()),
                results: [
                    .json(
                        "How many were taken, and why others were not.",
                        .open([
                            .must("accepted", .count), .must("refused", .count),
                            .must(
                                "refusals",
                                .list(
                                    .open([
                                        .must("line", .count), .must("field", .text()),
                                        .must("reason", .text()),
                                    ]),
                                    maxCount: 1_000)),
                        ]))
                ], problems: [404],
                run: { request in
                    let read = ChangeCalendar.parse(
                        ics: String(decoding: request.bytes, as: UTF8.self),
                        zone: try watch(services).calendar.zone)
                    if read.calendar.changes.isEmpty, let first = read.refusals.first, first.line == 1,
                        first.field.isEmpty
                    {
                        throw Problem.badRequest("this is no iCalendar file: \(first.reason)")
                    }
                    var answer = try await take(read.calendar.changes, request, services)
                    answer.body = .json(
                        .object([
                            ("accepted", .whole(read.calendar.changes.count)),
                            ("refused", .whole(read.refused)),
                            (
                                "refusals",
                                .array(
                                    read.refusals.map {
                                        .object([
                                            ("line", .whole($0.line)), ("field", .string($0.field)),
                                            ("reason", .string($0.reason)),
                                        ])
                                    })
                            ),
                        ]))
                    return answer
                }),
            Operation(
                method: .delete, path: "/api/v1/calendar/{id}", id: "removeCalendar", tag: "emergency",
                summary: "Take an entry back that was told over the API.", access: .role(.operator),
                parameters: [.path("id", .shaped(.identifier), "The entry's id.")],
                results: [.json("Done.", .open([.must("removed", .truth)]))], problems: [404],
                run: { request in
                    let calendar = try watch(services).calendar
                    let (id, actor, now) = (
                        request.parameters["id"] ?? "", request.identity.name, services.clock.now
                    )
                    let wasThere: Bool
                    do throws(StoreError) {
                        wasThere = try await services.store.background { _ throws(StoreError) in
                            try calendar.remove(id, actor: actor, at: now)
                        }
                    } catch {
                        throw Problem(error)
                    }
                    guard wasThere else {
                        throw Problem.notFound(
                            "no entry \(id) was told over the API; entries of files are changed there")
                    }
                    return .json(.object([("removed", .bool(true))]))
                }),
        ]
    }

    private static func take(_ changes: [PlannedChange], _ request: APIRequest, _ services: HTTPServices)
        async throws
        -> APIAnswer
    {
        let calendar = try watch(services).calendar
        guard !changes.isEmpty else { return .json(.object([("accepted", .whole(0))])) }
        let (actor, now) = (request.identity.name, services.clock.now)
        do throws(StoreError) {
            try await services.store.background { _ throws(StoreError) in
                try calendar.put(changes, actor: actor, at: now)
            }
        } catch {
            throw Problem(error)
        }
        return .json(.object([("accepted", .whole(changes.count))]))
    }

    private static func planned(_ entry: JSONValue, at index: Int) throws(Problem) -> PlannedChange {
        func words(_ name: String) -> [String] { (entry[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        func moment(_ name: String) -> Timestamp? {
            entry[name]?.stringValue.flatMap { RFC3339Text.read(Array($0.utf8)) }
        }
        func wrong(_ why: String) -> Problem { .badRequest("changes[\(index)]: \(why); nothing was taken") }
        guard let start = moment("start") else { throw wrong("start is a date and time") }
        let end = moment("end")
        if let end, end < start { throw wrong("end lies before start") }
        if let service = words("services").first(where: { EmergencyService($0) == nil }) {
            throw wrong("\(service.prefix(10)) is no short number")
        }
        let departments = words("departments").map { DepartmentCode($0) }
        guard departments.allSatisfy({ $0 != nil }) else {
            throw wrong("departments are INSEE codes such as 59 or 2A")
        }
        return PlannedChange(
            id: entry["id"]?.stringValue ?? "",
            kind: entry["kind"]?.stringValue.flatMap { PlannedChange.Kind(rawValue: $0) } ?? .maintenance,
            start: start,
            end: end, elements: words("elements"), services: words("services"),
            departments: departments.compactMap { $0?.description },
            summary: entry["summary"]?.stringValue ?? "")
    }
}
