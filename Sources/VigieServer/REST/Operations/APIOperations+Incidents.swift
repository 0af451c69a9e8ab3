import HTTPTypes
import VigieStore
import VigieWire

extension APIOperations {
    private static let idParameter = Operation.Parameter.path(
        "id", .shaped(.identifier), "The incident's id.")

    /// What is wrong in the network.
    static func incidents(_ services: HTTPServices) -> [Operation] {
        let sample = Schema.open([
            .must("kind", .text()), .must("at", .shaped(.dateTime)), .must("document", .anything),
        ])
        return [
            Operation(
                method: .get, path: "/api/v1/incidents", id: "incidents", tag: "incidents",
                summary: "Incidents, the one with the latest first call first.", access: .role(.viewer),
                parameters: [
                    .query("state", .oneOf(["pending", "firing", "resolved"]), "Only those in this state."),
                    .query("kind", .shaped(.identifier), "Only this kind."),
                    .query("from", .shaped(.dateTime), "Only those with a call at this time or later."),
                    .query("to", .shaped(.dateTime), "Only those with a call at this time or earlier."),
                    .limit, .cursor,
                ],
                results: [.page("A page of incidents.", .named("IncidentSummary"))],
                run: { request in
                    let query = IncidentQuery(
                        states: request.parameters["state"].map { [$0] } ?? [],
                        kinds: request.parameters["kind"].map { [$0] } ?? [],
                        window: try window(request), limit: request.limit,
                        cursor: request.parameters["cursor"])
                    let page = try await services.store.background { store throws(StoreError) in
                        try store.incidents(query)
                    }
                    return .page(page.records.map { IncidentDocument($0).summary }, next: page.next)
                }),
            Operation(
                method: .get, path: "/api/v1/incidents/{id}", id: "incident", tag: "incidents",
                summary: "One incident: causes, localisation, proposed filter, evidence.",
                access: .role(.viewer), parameters: [idParameter],
                results: [.json("The incident.", .named("Incident"))],
                run: { request in .json(IncidentDocument(try await incident(request, services)).whole) }),
            Operation(
                method: .get, path: "/api/v1/incidents/{id}/evidence", id: "incidentEvidence",
                tag: "incidents", summary: "The samples that show an incident: calls and messages.",
                access: .role(.viewer), parameters: [idParameter],
                results: [
                    .json(
                        "The samples.", .open([.must("items", .list(sample, maxCount: StoreLimits.evidence))])
                    )
                ],
                run: { request in
                    let record = try await incident(request, services)
                    let samples = try await services.store.background { store throws(StoreError) in
                        try store.evidence(of: record.id)
                    }
                    let items = samples.map { sample in
                        JSONValue.object([
                            ("kind", .string(sample.kind)), ("at", .string(sample.at.rfc3339())),
                            ("document", JSONText.value(sample.document)),
                        ])
                    }
                    return .json(.object([("items", .array(items))]))
                }),
        ]
    }

    private static func incident(
        _ request: APIRequest, _ services: HTTPServices
    ) async throws -> StoredIncident {
        let id = request.parameters["id"] ?? ""
        let record = try await services.store.background { store throws(StoreError) in try store.incident(id)
        }
        guard let record else {
            throw Problem.notFound("there is no incident \(id); it may be older than the retention")
        }
        return record
    }

    /// The window that `from` and `to` give; `nil` when neither is there.
    ///
    /// - Throws: `Problem` when it ends before it begins.
    static func window(_ request: APIRequest) throws(Problem) -> ClosedRange<Timestamp>? {
        let from = request.moment("from")
        let to = request.moment("to")
        guard from != nil || to != nil else { return nil }
        let start = from ?? .distantPast
        let end = to ?? .distantFuture
        guard start <= end else {
            throw .badRequest(
                "`from` is later than `to`",
                errors: [SchemaComplaint(pointer: "from", words: "a time not later than `to` is wanted")])
        }
        return start...end
    }
}

/// An incident as the store keeps it, as the API shows it.
struct IncidentDocument {
    let record: StoredIncident
    let document: JSONValue

    init(_ record: StoredIncident) {
        self.record = record
        document = JSONText.value(record.document)
    }

    /// All of it; members that begin with `_` are the node's own.
    var whole: JSONValue {
        let rest = (document.objectValue ?? []).filter { member in
            !member.0.hasPrefix("_") && member.0 != "to_call_back" && !head.contains { $0.0 == member.0 }
        }
        // Who is to be called back is told by another operation, to those who may see it; here only how many they are.
        let waiting =
            document["to_call_back"]?.arrayValue.map { [("to_call_back_total", JSONValue.whole($0.count))] }
            ?? []
        return .object(head + rest + waiting)
    }

    /// What a list shows.
    var summary: JSONValue {
        .object(head + ["subject", "localisation"].compactMap { name in document[name].map { (name, $0) } })
    }

    /// What the columns say goes before what the document says, in case a writer forgot a member.
    private var head: [(String, JSONValue)] {
        [
            ("id", .string(record.id)), ("kind", .string(record.kind)),
            ("severity", .string(record.severity)), ("state", .string(record.state)),
            ("first_seen", .string(record.firstSeen.rfc3339())),
            ("detected_at", document["detected_at"] ?? .string(record.lastSeen.rfc3339())),
            ("last_seen", .string(record.lastSeen.rfc3339())),
            ("summary", .string(document["summary"]?.stringValue ?? record.kind)),
        ]
    }
}

/// Documents of the store as JSON.
enum JSONText {
    /// The value; a document that is no JSON (which our own writers never make) is told as a text.
    static func value(_ bytes: [UInt8]) -> JSONValue {
        (try? JSONValue(parsing: bytes.span)) ?? .string(String(decoding: bytes.prefix(1_000), as: UTF8.self))
    }
}
