import HTTPTypes
import VigieCalls
import VigieStore
import VigieWire

extension APIOperations {
    /// The calls that the node remembers.
    static func calls(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/calls", id: "calls", tag: "calls",
                summary: "Search calls, the latest first.",
                words:
                    "A page may have fewer entries than asked for, or none, and a cursor all the same: the search goes on there.",
                access: .role(.viewer),
                parameters: [
                    .query(
                        "number", .shaped(.number, example: "+33199001234"),
                        "With this number; takes the scope numbers."),
                    .query(
                        "role", .oneOf(["any", "caller", "called", "asserted", "diverted_from"]),
                        "Where `number` is looked for; any when nothing is said."),
                    .query("from", .shaped(.dateTime), "Started at this time or later."),
                    .query("to", .shaped(.dateTime), "Started at this time or earlier."),
                    .query("min_talk", .whole(0...31_536_000), "Talked so many seconds or more."),
                    .query(
                        "max_talk", .whole(0...31_536_000),
                        "Talked so many seconds or less; unanswered calls talk 0."),
                    .query(
                        "sip_status", .shaped(.sipStatus, example: "4xx"),
                        "Final SIP status, or a class such as 4xx."),
                    .query("q850", .whole(1...127), "Q.850 cause."),
                    .query("outcome", .oneOf(APISchemas.outcomes), "What became of it."),
                    .query("ingress", .text(1, maxLength: 128), "Came in by this trunk."),
                    .query("call_id", .text(1, maxLength: 512), "Call-ID, or the record's id."),
                    .limit, .cursor,
                ],
                results: [.page("A page of calls.", .named("Call"))],
                run: { request in
                    guard let query = try query(request, services) else { return .page([], next: nil) }
                    let page = try await services.store.background { store throws(StoreError) in
                        try store.calls(query)
                    }
                    let names = services.symbols.snapshot
                    return .page(page.records.map { CallDocument.json($0, names) }, next: page.next)
                })
        ]
    }

    /// The store's query; `nil` when no call can match, since nobody ever heard of the trunk.
    private static func query(_ request: APIRequest, _ services: HTTPServices) throws(Problem) -> CallQuery? {
        let values = request.parameters
        var query = CallQuery()
        if let text = values["number"] {
            guard request.identity.seesNumbers else {
                throw .forbidden(
                    "\(request.identity.name) does not see numbers, and so cannot search by one: the scope numbers is needed"
                )
            }
            query.number = number(text, services)
        }
        switch values["role"] {
        case "caller": query.roles = .caller
        case "called": query.roles = .called
        case "asserted": query.roles = .asserted
        case "diverted_from": query.roles = .divertedFrom
        default: query.roles = .any
        }
        if let window = try window(request) { query.window = window }
        if values["min_talk"] != nil || values["max_talk"] != nil {
            let least = request.whole("min_talk") ?? 0
            let most = request.whole("max_talk") ?? 31_536_000
            guard least <= most else {
                throw .badRequest(
                    "`min_talk` is more than `max_talk`",
                    errors: [
                        SchemaComplaint(pointer: "min_talk", words: "not more than `max_talk` is wanted")
                    ])
            }
            query.talk = .seconds(least) ... .seconds(most)
        }
        if let status = values["sip_status"] {
            let first = (UInt16(status.prefix(1)) ?? 0) * 100
            let exact = UInt16(status) ?? 0
            query.sipStatus = status.hasSuffix("xx") ? first...first + 99 : exact...exact
        }
        query.q850 = request.whole("q850").map { UInt8(clamping: $0) }
        query.outcome = values["outcome"].flatMap(CallDocument.outcome)
        if let name = values["ingress"] {
            guard let symbol = services.symbols.existing(name) else { return nil }
            query.ingress = symbol
        }
        query.callKey = values["call_id"].map { CallID($0).key }
        query.limit = request.limit
        query.cursor = values["cursor"]
        return query
    }

    /// A number as somebody writes it into a search: international, or national at home.
    private static func number(_ text: String, _ services: HTTPServices) -> PhoneNumber {
        let known = NumberingPlans.standard.describe(text, home: services.home, at: services.clock.now).number
        if known != .absent { return known }
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        let form: PhoneNumber.Form = text.hasPrefix("+") ? .e164 : .dialled
        return UInt64(digits).flatMap { PhoneNumber(form: form, digits: $0, count: digits.count) }
            ?? .malformed
    }
}

/// A call as the API shows it: the keys of `vigie.calls/1`, and what became of it.
enum CallDocument {
    static func outcome(_ name: String) -> CallOutcome? {
        CallOutcome.allCases.first { self.name($0) == name }
    }

    static func name(_ outcome: CallOutcome) -> String {
        switch outcome {
        case .success: "success"
        case .user: "user"
        case .callerSide: "caller"
        case .network: "network"
        case .indeterminate: "indeterminate"
        }
    }

    static func json(_ call: CallEvent, _ names: SymbolTable) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("start", .string(call.start.rfc3339())), ("answer", .optional(call.answer?.rfc3339())),
            ("end", .optional(call.end?.rfc3339())), ("caller", .string(call.caller.description)),
            ("called", .string(call.called.description)),
        ]
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { members.append((name, .string(text))) }
        }
        add("asserted", call.asserted.description)
        add("dialled", call.dialled.description)
        add("diverted_from", call.divertedFrom.description)
        add("ingress", names.name(call.ingress))
        add("egress", names.name(call.egress))
        add("node", names.name(call.node))
        add("operator", names.name(call.operator))
        add("location", names.name(call.location))
        members += [
            ("sip_status", call.sipStatus == 0 ? .null : .whole(call.sipStatus)),
            ("q850", call.q850 == 0 ? .null : .whole(call.q850)), ("outcome", .string(name(call.outcome))),
            ("talk", call.talk.map { .number($0.secondsAsDouble) } ?? .null),
        ]
        add("released_by", words(call.releasedBy))
        add("attestation", words(call.attestation))
        add("verstat", words(call.verstat))
        if let charge = call.chargeMicros { members.append(("charge", .number(Double(charge) / 1e6))) }
        add("currency", names.name(call.currency))
        members.append(("call_id", .string(call.callID.text)))
        return .object(members)
    }

    private static func words(_ side: CallEvent.ReleasedBy) -> String {
        switch side {
        case .unknown: ""
        case .caller: "caller"
        case .called: "called"
        case .network: "network"
        }
    }

    private static func words(_ attestation: CallEvent.Attestation) -> String {
        switch attestation {
        case .none: ""
        case .a: "A"
        case .b: "B"
        case .c: "C"
        }
    }

    private static func words(_ verstat: CallEvent.Verstat) -> String {
        switch verstat {
        case .absent: ""
        case .noValidation: "No-TN-Validation"
        case .passed: "TN-Validation-Passed"
        case .failed: "TN-Validation-Failed"
        }
    }
}
