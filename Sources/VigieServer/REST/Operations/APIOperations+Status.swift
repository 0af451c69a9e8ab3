import HTTPTypes
import VigieStore
import VigieWire

extension APIOperations {
    /// How the node is, and what it counted.
    static func status(_ services: HTTPServices) -> [Operation] {
        let health = Schema.open([
            .must("part", .text()), .must("health", .oneOf(["good", "degraded", "failed"])),
            .may("reason", .text(), "What is missing and what to do."),
        ])
        let day = Schema.open([.must("day", .text()), .must("calls", .count), .must("bytes", .count)])
        let sample = Schema.open([
            .must("name", .text()), .must("labels", .map(.text())), .must("value", .number(nil)),
        ])
        let group = Schema.open([
            .must("group", .text()), .must("samples", .list(sample, maxCount: CounterBoard.maxSamples)),
        ])
        let started = services.clock.now
        return [
            Operation(
                method: .get, path: "/api/v1/status", id: "status", tag: "node",
                summary: "How the node is.", access: .role(.viewer),
                results: [
                    .json(
                        "Health, incidents in progress, stored days, losses.",
                        .open([
                            .must("version", .text()),
                            .must("now", .shaped(.dateTime), "The node's time."),
                            .must("started", .shaped(.dateTime)),
                            .must("ready", .truth), .must("health", .list(health, maxCount: 256)),
                            .must("incidents_firing", .count), .must("days", .list(day, maxCount: 10_000)),
                            .must("dropped", .map(.number(nil)), "Everything lost or refused, by name."),
                        ]))
                ],
                run: { _ in .json(try await status(services, started: started)) }),
            Operation(
                method: .get, path: "/api/v1/counters", id: "counters", tag: "node",
                summary: "Everything that the node counts, as `/metrics` shows it.", access: .role(.viewer),
                results: [
                    .json(
                        "By group.",
                        .open([.must("groups", .list(group, maxCount: CounterBoard.maxGroups))]))
                ],
                run: { _ in .json(.object([("groups", .array(services.board.groups().map(json)))])) }),
        ]
    }

    private static func status(_ services: HTTPServices, started: Timestamp) async throws -> JSONValue {
        let (firing, days) = try await services.store.background { store throws(StoreError) in
            (
                try store.incidents(IncidentQuery(states: ["firing"], limit: StoreLimits.page)).records.count,
                store.callDays()
            )
        }
        return .object([
            ("version", .string(ProductVersion.text)),
            ("now", .string(Timestamp(seconds: services.clock.now.seconds).rfc3339())),
            ("started", .string(Timestamp(seconds: started.seconds).rfc3339())),
            ("ready", .bool(services.health.isReady)), ("health", services.health.json),
            ("incidents_firing", .whole(firing)),
            (
                "days",
                .array(
                    days.map {
                        .object([
                            ("day", .string($0.name)), ("calls", .whole($0.calls)),
                            ("bytes", .whole($0.bytes)),
                        ])
                    })
            ),
            ("dropped", .object(services.board.losses().map { ($0.name, .number($0.value)) })),
        ])
    }

    private static func json(_ group: CounterBoard.Group) -> JSONValue {
        let samples = group.samples.map { sample in
            JSONValue.object([
                ("name", .string(sample.name)),
                ("labels", .object(sample.labels.map { ($0.0, .string($0.1)) })),
                ("value", .number(sample.value.isFinite ? sample.value : 0)),
            ])
        }
        return .object([("group", .string(group.name)), ("samples", .array(samples))])
    }
}

extension HealthBoard {
    /// Each part with its health, and the reason when it is not good.
    var json: JSONValue {
        .array(
            read().map { part in
                var members: [(String, JSONValue)] = [
                    ("part", .string(part.part)), ("health", .string(part.health.name)),
                ]
                if let sentence = part.health.sentence { members.append(("reason", .string(sentence))) }
                return .object(members)
            })
    }
}
