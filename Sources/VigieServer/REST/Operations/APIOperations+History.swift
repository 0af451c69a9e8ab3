import HTTPTypes
import VigieCalls
import VigieReports
import VigieStore
import VigieWire

extension APIOperations {
    /// Steps of one page at most.
    private static let maxSteps = 2_000
    /// Points of one page of which the number of series is not known: a day by quarters of an hour for 600 series.
    private static let points = 60_000

    private static let counts = Schema.list(.orNull(.count), maxCount: maxSteps)
    private static let series = Schema.open([
        .may("service", .text(2, maxLength: 6), "The short number."),
        .may("department", .text(0, maxLength: 5), "INSEE code; empty: not known."),
        .may("kind", .oneOf(elementKinds), "What it is, when it is no cell."),
        .may("name", .text(), "Its name."),
        .must("attempts", counts, "Each redial counted."),
        .must("callers", counts, "Attempts by somebody who had not called in the ten minutes before."),
        .must("answered", counts, "First attempts that were answered, for however long."),
        .must("failed", counts, "First attempts that the network lost."),
        .must("cut", counts, "Answered ones that the network cut, or that ended within ten seconds."),
        .must("unanswered", counts, "First attempts that found the centre busy or rang in vain."),
        .must("abandoned", counts, "First attempts that the caller gave up."),
        .may(
            "receiver",
            .open([.must("seen", counts), .must("answered", counts), .must("abandoned", counts)]),
            "What centres counted; missing when they told nothing."),
    ])
    private static let elementKinds = ["node", "operator", "ingress", "egress"]

    /// Emergency calls by the minute, for as long as they are kept.
    static func history(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/emergency/history", id: "emergencyHistory", tag: "emergency",
                summary:
                    "What became of emergency calls, step by step: cells, their sum, or one machine or trunk.",
                words:
                    "Each call counts in the minute in which it began. A count is null where the node did not listen: nothing is known, and it is not zero. Days are UTC. A step that is not over has fewer `heard_minutes`. A page ends early when it would be too large; `next` goes on.",
                access: .role(.viewer),
                parameters: [
                    .query("service", .text(2, maxLength: 6), "This short number only, such as 15."),
                    .query("department", .text(1, maxLength: 5), "This department only, such as 59 or 2A."),
                    .query(
                        "kind", .oneOf(elementKinds),
                        "A machine, operator or trunk instead of cells; takes `name`."),
                    .query("name", .text(1, maxLength: 128), "Its name, as calls show it."),
                    .query(
                        "from", .shaped(.dateTime), "From here on; a day before `to` when nothing is said."),
                    .query("to", .shaped(.dateTime), "Up to here; now when nothing is said."),
                    .query(
                        "step", .oneOf(HistoryQuestion.stepNames),
                        "How fine; when nothing is said, minutes for six hours, quarters for four days, hours for two months, then days."
                    ),
                    .query(
                        "by", .oneOf(["cell", "sum"]),
                        "Each cell apart, or all of them added up; cell when nothing is said."),
                    .query(
                        "limit", .whole(1...Int64(maxSteps)),
                        "Steps of the page; as many as fit when nothing is said."),
                    .cursor,
                ],
                results: [
                    .json(
                        "A page of steps.",
                        .open([
                            .must("from", .shaped(.dateTime)), .must("to", .shaped(.dateTime)),
                            .must("step", .oneOf(HistoryQuestion.stepNames)),
                            .must("step_seconds", .count),
                            .must("starts", .list(.shaped(.dateTime), maxCount: maxSteps)),
                            .must(
                                "heard_minutes", .list(.whole(0...1_440), maxCount: maxSteps),
                                "Minutes of each step in which the node listened; 0: blind."),
                            .must("series", .list(series, maxCount: 65_536)),
                            .must(
                                "unreadable", .list(.text(), maxCount: 4_096),
                                "Days whose file is damaged, as far as that is known."),
                            .must(
                                "next", .orNull(.shaped(.cursor)), "Cursor of the next page; null at the end."
                            ),
                        ]))
                ], problems: [404, 409, 503],
                run: { request in
                    _ = try watch(services)
                    let question = try HistoryQuestion(request, services)
                    guard let page = try question.page(request, maxSteps: maxSteps, points: points) else {
                        throw PageCursor.refused
                    }
                    let (query, next) = page
                    let history = try await services.store.background { store throws(StoreError) in
                        try store.emergencyHistory(query)
                    }
                    var answer = APIAnswer.json(
                        HistoryDocument(history, services.symbols.snapshot, query.scope, next: next).json)
                    // Cells have no names in which a number could stand, and a day of all of them is large.
                    if case .cells = query.scope { answer.isMasked = false }
                    return answer
                })
        ]
    }
}

/// What somebody wants to know of the history: of what, from when to when, how fine.
struct HistoryQuestion: Sendable {
    /// How far back a question may begin.
    static let longest = Duration.seconds(3_650 * 86_400)
    static let stepNames = EmergencyHistoryQuery.Step.allCases.map(name)

    var scope: EmergencyHistoryQuery.Scope
    var window: Range<Timestamp>
    var step: EmergencyHistoryQuery.Step
    var isSummed: Bool

    static func name(_ step: EmergencyHistoryQuery.Step) -> String {
        switch step {
        case .minute: "minute"
        case .quarter: "quarter"
        case .hour: "hour"
        case .day: "day"
        }
    }

    /// What a request asks for.
    init(_ request: APIRequest, _ services: HTTPServices) throws(Problem) {
        let values = request.parameters
        func wrong(_ name: String, _ words: String) -> Problem {
            .badRequest("`\(name)`: \(words)", errors: [SchemaComplaint(pointer: name, words: words)])
        }
        var service: EmergencyService?
        if let text = values["service"] {
            guard let known = EmergencyService(text) else {
                throw wrong("service", "a short number such as 15 is wanted")
            }
            service = known
        }
        var department: DepartmentCode?
        if let text = values["department"] {
            guard let known = DepartmentCode(text) else {
                throw wrong("department", "an INSEE code such as 59 or 2A is wanted")
            }
            department = known
        }
        switch (values["kind"], values["name"]) {
        case (nil, nil): scope = .cells(service, department)
        case (let kind?, let name?):
            guard service == nil, department == nil else {
                throw wrong("kind", "either `kind` and `name` or `service` and `department` are wanted")
            }
            guard let symbol = services.symbols.existing(name), let found = Self.kind(kind) else {
                throw .notFound("no call ever showed \(kind) \(name)")
            }
            scope = .element(EmergencySeries(found, symbol))
        default: throw wrong("kind", "`kind` and `name` go together")
        }
        let now = services.clock.now
        let to = request.moment("to") ?? now
        let from = request.moment("from") ?? to - .seconds(86_400)
        guard from < to else { throw wrong("from", "a time before `to` is wanted") }
        guard to - from <= Self.longest else {
            throw wrong("from", "at most 3650 days before `to` are wanted")
        }
        window = from..<to
        let length = to - from
        step =
            EmergencyHistoryQuery.Step.allCases.first { Self.name($0) == values["step"] }
            ?? (length <= .seconds(6 * 3_600)
                ? .minute
                : length <= .seconds(4 * 86_400) ? .quarter : length <= .seconds(60 * 86_400) ? .hour : .day)
        isSummed = values["by"] == "sum"
    }

    private static func kind(_ name: String) -> EmergencySeries.Kind? {
        switch name {
        case "node": .node
        case "operator": .operator
        case "ingress": .ingress
        case "egress": .egress
        default: nil
        }
    }

    /// The question of one page, and where the next one begins; `nil` when the cursor is none of this question's.
    func page(_ request: APIRequest, maxSteps: Int, points: Int) throws(Problem) -> (
        EmergencyHistoryQuery, next: String?
    )? {
        var start = window.lowerBound
        if let text = request.parameters["cursor"] {
            let words = try PageCursor(text, count: 2).words
            guard words[0] == Self.name(step), let seconds = Int64(words[1]) else { return nil }
            start = Timestamp(seconds: seconds)
            guard window.contains(start) else { return nil }
        }
        let series: Int
        switch scope {
        case .element: series = 1
        case .cells(let service, let department):
            series = isSummed || service != nil && department != nil ? 1 : department != nil ? 16 : 512
        }
        let seconds = step.minutes * 60
        let steps = Int64(max(1, min(request.whole("limit") ?? maxSteps, maxSteps, points / series)))
        let aligned = Timestamp(seconds: Self.floor(start.seconds, seconds))
        let end = aligned + .seconds(steps * seconds)
        let query = EmergencyHistoryQuery(
            window: start..<min(end, window.upperBound), step: step, scope: scope, isSummed: isSummed)
        guard end < window.upperBound else { return (query, nil) }
        return (query, PageCursor([Self.name(step), String(end.seconds)]).text)
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit * unit : (value - unit + 1) / unit * unit
    }
}

/// A history as the API shows it.
struct HistoryDocument {
    let history: EmergencyHistory
    let names: SymbolTable
    let scope: EmergencyHistoryQuery.Scope
    let next: String?

    init(
        _ history: EmergencyHistory, _ names: SymbolTable, _ scope: EmergencyHistoryQuery.Scope, next: String?
    ) {
        self.history = history
        self.names = names
        self.scope = scope
        self.next = next
    }

    var json: JSONValue {
        let starts = (0..<history.count).map { JSONValue.string(history.start(of: $0).rfc3339()) }
        return .object([
            ("from", .string(history.start.rfc3339())),
            ("to", .string(history.start(of: history.count).rfc3339())),
            ("step", .string(HistoryQuestion.name(history.step))),
            ("step_seconds", .whole(history.step.minutes * 60)), ("starts", .array(starts)),
            ("heard_minutes", .array(history.heardMinutes.map { .whole($0) })),
            ("series", .array((0..<history.rows).map(row))),
            ("unreadable", .strings(history.unreadable)), ("next", .optional(next)),
        ])
    }

    private func row(_ row: Int) -> JSONValue {
        let totals = history.totals(ofRow: row)
        var members: [(String, JSONValue)] = []
        if history.series.isEmpty {
            if case .cells(let service, let department) = scope {
                if let service { members.append(("service", .string(service.description))) }
                if let department { members.append(("department", .string(department.description))) }
            }
        } else if history.series[row].kind == .cell {
            members += [
                ("service", .string(history.series[row].service.description)),
                ("department", .string(history.series[row].department.description)),
            ]
        }
        if case .element(let element) = scope {
            members += [("kind", .string("\(element.kind)")), ("name", .string(names.name(element.name)))]
        }
        func list(_ field: EmergencyTotals.Field, isKnown: (EmergencyTotals) -> Bool) -> JSONValue {
            .array(
                zip(history.heardMinutes, totals).map { heard, totals in
                    heard > 0 || isKnown(totals) ? .whole(totals[field]) : .null
                })
        }
        for (name, field) in [
            ("attempts", EmergencyTotals.Field.attempts), ("callers", .callers), ("answered", .answered),
            ("failed", .failed), ("cut", .cut), ("unanswered", .unanswered), ("abandoned", .abandoned),
        ] {
            members.append((name, list(field) { $0[.attempts] > 0 || $0[.callers] > 0 }))
        }
        if totals.contains(where: { $0[.received] | $0[.receiverAnswered] | $0[.receiverAbandoned] > 0 }) {
            let isTold = { (totals: EmergencyTotals) in totals[.received] > 0 }
            members.append(
                (
                    "receiver",
                    .object([
                        ("seen", list(.received, isKnown: isTold)),
                        ("answered", list(.receiverAnswered, isKnown: isTold)),
                        ("abandoned", list(.receiverAbandoned, isKnown: isTold)),
                    ])
                ))
        }
        return .object(members)
    }
}
