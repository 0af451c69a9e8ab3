import HTTPTypes
import VigieStore
import VigieWire

extension APIOperations {
    /// Who did what.
    static func audit(_ services: HTTPServices) -> [Operation] {
        [
            Operation(
                method: .get, path: "/api/v1/audit", id: "audit", tag: "audit",
                summary: "The audit: every step that somebody took, oldest first.", access: .role(.viewer),
                parameters: [
                    .query(
                        "from", .whole(1...9_007_199_254_740_991),
                        "From this line on; 1 when nothing is said."),
                    .query(
                        "target", .shaped(.identifier),
                        "Only lines about this: a filter's id, a setting's key."),
                    .limit,
                ],
                results: [
                    .json(
                        "Lines in their order.",
                        .open([
                            .must("items", .list(.named("AuditLine"), maxCount: PageCursor.maxLimit)),
                            .must("next", .orNull(.count), "`from` of the next page; null at the end."),
                        ]))
                ],
                run: { request in
                    let from = UInt64(request.parameters["from"] ?? "") ?? 1
                    let limit = request.limit
                    let target = request.parameters["target"]
                    let lines = try await services.store.background { store throws(StoreError) in
                        try store.audit(from: from, limit: limit)
                    }
                    let shown = lines.filter { target == nil || $0.subject == target }
                    let next =
                        lines.count == limit ? lines.last.map { JSONValue.whole($0.sequence &+ 1) } : nil
                    return .json(
                        .object([("items", .array(shown.map(AuditDocument.json))), ("next", next ?? .null)]))
                }),
            Operation(
                method: .get, path: "/api/v1/audit/verify", id: "verifyAudit", tag: "audit",
                summary: "Check the audit's chain of hashes, from its first line to its last.",
                access: .role(.viewer),
                results: [
                    .json(
                        "Whether every line is as it was written, and none is missing.",
                        .open([
                            .must("valid", .truth), .must("lines", .count),
                            .must(
                                "failure", .orNull(.text()),
                                "What is wrong with the first line that is wrong."),
                        ]))
                ],
                run: { _ in
                    let last = try await services.store.background { store throws(StoreError) in
                        try store.lastAuditLine()
                    }
                    let failure = try await NodeActionError.told { try await services.actions.verifyAudit() }
                    return .json(
                        .object([
                            ("valid", .bool(failure == nil)), ("lines", .whole(last?.sequence ?? 0)),
                            ("failure", .optional(failure)),
                        ]))
                }),
        ]
    }
}

/// An audit line as the API shows it.
enum AuditDocument {
    static func json(_ line: StoredAuditLine) -> JSONValue {
        let document = JSONText.value(line.document)
        var members: [(String, JSONValue)] = [
            ("sequence", .whole(line.sequence)), ("at", .string(line.at.rfc3339())),
            ("actor", .string(line.actor)), ("action", .string(line.action)),
            ("target", .string(line.subject)),
            ("previous", .string(TokenSecret.hex(line.previous))),
            ("hash", .string(TokenSecret.hex(line.hash))),
        ]
        for name in ["reason", "details"] {
            if let value = document[name] { members.append((name, value)) }
        }
        return .object(members)
    }
}
