import HTTPTypes
import VigieWire
import VigieStore

extension APIOperations {
    private static let reason = Schema.Property.may(
        "reason", .text(maxLength: 500), "Why, in a few words; the audit keeps it.")

    /// Steps in a filter's life.
    static func filterSteps(_ services: HTTPServices) -> [Operation] {
        [propose(services)] + [
            step(
                "trial", "Try it on the calls of the last day: what it would stop, and what it would cost.",
                .operator, [], services, { id, _ in .trial(id) }),
            step(
                "approve", "Say yes to it. Different people must: the token's name is the person.", .approver,
                [],
                services, { id, _ in .approve(id) }),
            step("decline", "Say no to a proposal.", .approver, [], services, { id, _ in .decline(id) }),
            step(
                "shadow", "Let it count what it would do, without doing it.", .operator, [], services,
                { id, _ in .shadow(id) }),
            step(
                "enforce",
                "Put it in force, for all calls or a share of them; again with another share to ramp.",
                .operator,
                [
                    .may(
                        "share", .number(0.001...1),
                        "Share of the pairs of numbers it acts on; 1 when nothing is said.")
                ], services, { id, body in .enforce(id, share: body["share"]?.numberValue ?? 1) }),
            step(
                "renew", "Move its end to so many hours from now.", .operator,
                [.may("hours", .whole(1...24), "24 when nothing is said.")], services,
                { id, body in .renew(id, hours: Int(body["hours"]?.integerValue ?? 24)) }),
            step(
                "revert", "Take it back, at once. One person is enough.", .operator, [], services,
                { id, _ in .revert(id) }),
        ]
    }

    private static func propose(_ services: HTTPServices) -> Operation {
        Operation(
            method: .post, path: "/api/v1/filters", id: "proposeFilter", tag: "filters",
            summary: "Propose a filter, against an incident or by itself.",
            words: "It does nothing until it is approved and put in force. Emergency calls never match.",
            access: .role(.operator),
            body: Operation.Body(
                mediaType: "application/json",
                schema: .closed([
                    .must("filter", .named("FilterProposal")),
                    .may("incident", .orNull(.shaped(.identifier)), "The incident that it is against."),
                    reason,
                ])),
            results: [.json("The filter as it was taken.", .named("Filter"), status: 201)],
            problems: [409],
            run: { request in
                let step = FilterStep.propose(
                    request.json["filter"] ?? .null, incident: request.json["incident"]?.stringValue)
                let id = try await take(step, request, services)
                var answer = try await shown(id, services)
                answer.status = 201
                answer.headers = [("Location", "/api/v1/filters/\(id)")]
                return answer
            })
    }

    private static func step(
        _ name: String, _ summary: String, _ role: Role, _ properties: [Schema.Property],
        _ services: HTTPServices, _ make: @escaping @Sendable (String, JSONValue) -> FilterStep
    ) -> Operation {
        Operation(
            method: .post, path: "/api/v1/filters/{id}/\(name)", id: name + "Filter", tag: "filters",
            summary: summary, access: .role(role), parameters: [filterID, .ifMatch],
            body: Operation.Body(
                mediaType: "application/json", schema: .closed(properties + [reason]), isOptional: true),
            results: [.json("The filter as it is now.", .named("Filter"))],
            problems: [409],
            run: { request in
                let id = request.parameters["id"] ?? ""
                let before = ShownFilter(try await filter(id, services))
                guard EntityTag.allows(request.headers["if-match"], version: before.version) else {
                    throw Problem.preconditionFailed(
                        "filter \(id) changed since you looked at it: look again, then decide")
                }
                return try await shown(try await take(make(id, request.json), request, services), services)
            })
    }

    private static func take(
        _ step: FilterStep, _ request: APIRequest, _ services: HTTPServices
    ) async throws -> String {
        try await NodeActionError.told {
            try await services.actions.filter(
                step, request.identity.name, request.json["reason"]?.stringValue ?? "")
        }
    }
}
