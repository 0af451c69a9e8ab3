import HTTPTypes
import VigieCalls
import VigieWire

extension APIOperations {
    /// What the numbering plan says.
    static func numbers(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/numbers/{number}", id: "number", tag: "numbers",
                summary:
                    "What a number is: country, kind, validity, assignee, place; as `vigie number` tells it.",
                access: .role(.viewer),
                parameters: [
                    .path("number", .text(1, maxLength: 64), "The number, as somebody at home writes it."),
                    .query("country", .shaped(.country, example: "FR"), "Whose subscriber wrote it."),
                    .query("at", .shaped(.dateTime), "The day whose plan applies; now when nothing is said."),
                ],
                results: [.json("What is known.", .named("Number"))],
                run: { request in
                    let country = request.parameters["country"].flatMap { Country($0) }
                    let answer = NumberingPlans.standard.describe(
                        request.parameters["number"] ?? "", home: country ?? services.home,
                        at: request.moment("at") ?? services.clock.now)
                    // Whoever asks knows the number: nothing in the answer needs to be hidden from them.
                    return APIAnswer(body: .json(NumberDocument.json(answer)), isMasked: false)
                })
        ]
    }

    /// Who asks.
    static func peers(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/peers", id: "peers", tag: "peers",
                summary: "The SIP servers that ask.", access: .role(.viewer),
                results: [
                    .json("All of them.", .open([.must("items", .list(.named("Peer"), maxCount: 10_000))]))
                ],
                run: { _ in
                    let items = services.actions.peers().map { peer in
                        JSONValue.object([
                            ("name", .string(peer.name)), ("state", .string(peer.state)),
                            ("networks", .strings(peer.networks)),
                            ("last_seen", .optional(peer.lastSeen?.rfc3339())),
                            ("counters", .object(peer.counters.map { ($0.0, .number($0.1)) })),
                            ("profile", peer.profile),
                        ])
                    }
                    return .json(.object([("items", .array(items))]))
                })
        ]
    }

    /// What the node was told.
    static func nodeSettings(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/settings", id: "settings", tag: "settings",
                summary: "The settings in force, secrets left out.", access: .role(.admin),
                results: [.json("The settings.", .open([]))],
                run: { _ in .json(services.actions.settings()) }),
            Operation(
                method: .post, path: "/api/v1/settings/reload", id: "reload", tag: "settings",
                summary:
                    "Read the configuration file again: all of it is checked, then it is swapped at once.",
                access: .role(.admin),
                results: [
                    .json("What changed.", .open([.must("changed", .list(.text(), maxCount: 10_000))]))
                ],
                problems: [409],
                run: { request in
                    let changed = try await NodeActionError.told {
                        try await services.actions.reload(request.identity.name)
                    }
                    services.events.publish("settings", .object([("changed", .strings(changed))]))
                    return .json(.object([("changed", .strings(changed))]))
                }),
        ]
    }

    /// What happens, as it happens.
    static func events(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/events", id: "events", tag: "events",
                summary:
                    "Live events (Server-Sent Events): incident, filter, peer, feed, health, settings.",
                words:
                    "`Last-Event-ID` brings what was missed; `event: reset` says that it is not known any more. A comment every 15 s shows that the stream lives. A listener that does not read is dropped.",
                access: .role(.viewer),
                parameters: [
                    .header("Last-Event-ID", .shaped(.identifier), "The id of the last event that came."),
                    .query("last", .shaped(.identifier), "The same, where headers cannot be set."),
                ],
                results: [
                    Operation.Result(
                        status: 200, words: "The stream.", mediaType: EventStream.mediaType, schema: .text())
                ],
                run: { request in
                    let last = request.headers["last-event-id"] ?? request.parameters["last"]
                    guard let listener = services.events.listen(after: last) else {
                        throw Problem.unavailable(
                            "there are as many listeners as there may be; try again", retryAfter: 10)
                    }
                    let body = EventStream.body(
                        services.events, listener, seesNumbers: request.identity.seesNumbers)
                    return APIAnswer(
                        body: .stream(mediaType: EventStream.mediaType, body),
                        headers: [("X-Accel-Buffering", "no")])
                })
        ]
    }
}

extension NodeActionError {
    /// Runs an action of the node; its refusal becomes a problem.
    static func told<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as NodeActionError {
            switch error {
            case .refused(let name, let words): throw Problem.conflict(words, name: name)
            case .unknown(let words): throw Problem.notFound(words)
            case .malformed(let pointer, let words):
                throw Problem(
                    status: 422, name: "not-as-described", title: "Not as described", detail: words,
                    errors: [SchemaComplaint(pointer: pointer, words: words)])
            case .busy(let words, let seconds): throw Problem.unavailable(words, retryAfter: seconds)
            case .absent(let words): throw Problem.unavailable(words, retryAfter: 3_600)
            }
        }
    }
}
