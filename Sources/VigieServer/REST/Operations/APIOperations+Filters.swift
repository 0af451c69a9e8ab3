import HTTPTypes
import VigieStore
import VigieWire

extension APIOperations {
    static let filterID = Operation.Parameter.path("id", .shaped(.hexID), "The filter's id.")

    /// What is stopped, and what somebody wants stopped.
    static func filters(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/filters", id: "filters", tag: "filters",
                summary: "Filters, the latest proposed first.", access: .role(.viewer),
                parameters: [
                    .query("state", .oneOf(APISchemas.filterStates), "Only those in this state."),
                    .query("incident", .shaped(.identifier), "Only those against this incident."),
                    .limit, .cursor,
                ],
                results: [.page("A page of filters.", .named("Filter"))],
                run: { request in
                    let query = FilterQuery(
                        states: request.parameters["state"].map { [$0] } ?? [],
                        incident: request.parameters["incident"], limit: request.limit,
                        cursor: request.parameters["cursor"])
                    let page = try await services.store.background { store throws(StoreError) in
                        try store.filters(query)
                    }
                    return .page(page.records.map { ShownFilter($0).json(services) }, next: page.next)
                }),
            Operation(
                method: .get, path: "/api/v1/filters/{id}", id: "filter", tag: "filters",
                summary: "One filter with its life: proposal, trial, approvals, what it met.",
                access: .role(.viewer), parameters: [filterID],
                results: [.json("The filter.", .named("Filter"))],
                run: { request in try await shown(request.parameters["id"] ?? "", services) }),
            Operation(
                method: .get, path: "/api/v1/filters/{id}/history", id: "filterHistory", tag: "filters",
                summary: "Every step that was taken with a filter, from the audit.", access: .role(.viewer),
                parameters: [filterID],
                results: [
                    .json(
                        "Lines in their order.",
                        .open([.must("items", .list(.named("AuditLine"), maxCount: maxHistory))]))
                ],
                run: { request in
                    let record = try await filter(request.parameters["id"] ?? "", services)
                    let lines = try await services.store.background { store throws(StoreError) in
                        try history(of: record.id, in: store)
                    }
                    return .json(.object([("items", .array(lines.map(AuditDocument.json)))]))
                }),
        ]
    }

    /// Steps of one filter shown at most: renewed every day for two years.
    private static let maxHistory = 1_000

    private static func history(of id: String, in store: any Store) throws(StoreError) -> [StoredAuditLine] {
        var found: [StoredAuditLine] = []
        var from: UInt64 = 1
        while found.count < maxHistory {
            let lines = try store.audit(from: from, limit: StoreLimits.page)
            found += lines.filter { $0.subject == id }
            guard lines.count == StoreLimits.page, let last = lines.last else { break }
            from = last.sequence &+ 1
        }
        return Array(found.prefix(maxHistory))
    }

    /// The filter with this id.
    ///
    /// - Throws: `Problem` 404 when there is none.
    static func filter(_ id: String, _ services: HTTPServices) async throws -> StoredFilter {
        let record = try await services.store.background { store throws(StoreError) in try store.filter(id) }
        guard let record else {
            throw Problem.notFound("there is no filter \(id); `vigie filter list` shows them")
        }
        return record
    }

    /// The answer that shows a filter.
    static func shown(_ id: String, _ services: HTTPServices) async throws -> APIAnswer {
        let document = ShownFilter(try await filter(id, services))
        return .json(document.json(services), version: document.version)
    }
}
