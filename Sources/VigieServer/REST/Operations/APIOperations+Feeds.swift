import HTTPTypes
import VigieWire

extension APIOperations {
    /// Where calls come from, and the way to send some.
    static func feeds(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/feeds", id: "feeds", tag: "feeds",
                summary: "The sources of calls.", access: .role(.viewer),
                results: [
                    .json("All of them.", .open([.must("items", .list(.named("Feed"), maxCount: 10_000))]))
                ],
                run: { _ in
                    let items = services.actions.feeds().map { feed in
                        JSONValue.object([
                            ("name", .string(feed.name)), ("kind", .string(feed.kind)),
                            ("state", .string(feed.state)),
                            ("last_seen", .optional(feed.lastSeen?.rfc3339())),
                            ("counters", .object(feed.counters.map { ($0.0, .number($0.1)) })),
                        ])
                    }
                    return .json(.object([("items", .array(items))]))
                }),
            Operation(
                method: .post, path: "/api/v1/feeds/calls", id: "sendCalls", tag: "feeds",
                summary: "Send a batch of call records: `vigie.calls/1`, one JSON object a line.",
                words:
                    "The batch's id is in `Idempotency-Key`: the same batch sent again changes nothing and gets the same answer. Rows that cannot be read are counted by name; the others are taken. `Content-Encoding: gzip` is understood; CSV comes as `text/csv`.",
                access: .roleOrScope(.operator, .feed),
                parameters: [
                    .header(
                        "Idempotency-Key", .shaped(.recordType, example: "2009-02-17T14:00-mta3"),
                        "The batch's id, chosen by the sender; missing: the body's hash.")
                ],
                body: Operation.Body(
                    mediaType: "application/x-ndjson", schema: .text(), otherTypes: ["text/csv"],
                    isBatch: true),
                results: [
                    .json(
                        "What became of it.",
                        .open([
                            .must("batch", .text()),
                            .must("repeated", .truth, "It had been taken in before."),
                            .must("accepted", .count), .must("refused", .map(.count), "Rows by the reason."),
                            .must("known", .count, "Calls that were known already."),
                            .must(
                                "not_stored", .count, "Calls that detectors saw and that no search will find."
                            ),
                            .must(
                                "refused_lines",
                                .list(.open([.must("line", .count), .must("name", .text())]), maxCount: 100)),
                        ]))
                ],
                problems: [409],
                run: { request in
                    let key =
                        request.headers["idempotency-key"]
                        ?? TokenSecret.hash(String(decoding: request.bytes, as: UTF8.self))
                    let receipt = try await NodeActionError.told {
                        try await services.actions.takeBatch(key, request.bytes, request.identity.name)
                    }
                    return .json(
                        .object([
                            ("batch", .string(receipt.id)), ("repeated", .bool(receipt.isRepeated)),
                            ("accepted", .whole(receipt.accepted)),
                            ("refused", .object(receipt.refused.map { ($0.0, .whole($0.1)) })),
                            ("known", .whole(receipt.known)), ("not_stored", .whole(receipt.notStored)),
                            (
                                "refused_lines",
                                .array(
                                    receipt.refusedLines.map {
                                        .object([("line", .whole($0.line)), ("name", .string($0.name))])
                                    })
                            ),
                        ]))
                }),
        ]
    }
}
