import HTTPTypes
import VigieWire

/// The OpenAPI 3.1 document, written from the operations that the router answers with.
enum OpenAPIDocument {
    /// Where it is served.
    static let path = "/api/v1/openapi.json"

    /// The document.
    static func json(_ operations: [Operation], version: String) -> JSONValue {
        var paths: [(String, [(String, JSONValue)])] = []
        for operation in operations {
            let entry = (operation.method.rawValue.lowercased(), operation.json)
            if let index = paths.firstIndex(where: { $0.0 == operation.path }) {
                paths[index].1.append(entry)
            } else {
                paths.append((operation.path, [entry]))
            }
        }
        let tags = operations.reduce(into: [String]()) { if !$0.contains($1.tag) { $0.append($1.tag) } }
        return .object([
            ("openapi", .string("3.1.0")),
            (
                "info",
                .object([
                    ("title", .string("Vigie")), ("version", .string(version)),
                    (
                        "description",
                        .string(
                            "Watches a telephone network, explains what is wrong, proposes filters, and stops what two people agreed to stop."
                        )
                    ),
                    (
                        "license",
                        .object([("name", .string("Apache-2.0")), ("identifier", .string("Apache-2.0"))])
                    ),
                ])
            ),
            ("servers", .array([.object([("url", .string("/"))])])),
            ("tags", .array(tags.map { .object([("name", .string($0))]) })),
            ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
            (
                "components",
                .object([
                    (
                        "schemas",
                        .object(
                            APISchemas.all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
                        )
                    ),
                    (
                        "responses",
                        .object([
                            (
                                "Problem",
                                .object([
                                    ("description", .string("What went wrong (RFC 9457).")),
                                    (
                                        "content",
                                        .object([
                                            (
                                                Problem.mediaType,
                                                .object([
                                                    ("schema", Schema.named("Problem").json)
                                                ])
                                            )
                                        ])
                                    ),
                                ])
                            )
                        ])
                    ),
                    (
                        "securitySchemes",
                        .object([
                            (
                                "token",
                                .object([
                                    ("type", .string("http")), ("scheme", .string("bearer")),
                                    ("description", .string("Made by `vigie token create`.")),
                                ])
                            )
                        ])
                    ),
                ])
            ),
        ])
    }
}

extension Operation {
    /// The operation's entry in the document.
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("operationId", .string(id)), ("tags", .strings([tag])), ("summary", .string(summary)),
        ]
        let text = [words, accessWords].filter { !$0.isEmpty }.joined(separator: " ")
        if !text.isEmpty { members.append(("description", .string(text))) }
        members.append(("security", .array(access == .everybody ? [] : [.object([("token", .array([]))])])))
        if !parameters.isEmpty { members.append(("parameters", .array(parameters.map(\.json)))) }
        if let body {
            members.append(
                (
                    "requestBody",
                    .object([
                        ("required", .bool(!body.isOptional)),
                        (
                            "content",
                            .object(
                                ([body.mediaType] + body.otherTypes).map {
                                    ($0, .object([("schema", body.schema.json)]))
                                })
                        ),
                    ])
                ))
        }
        var responses: [(String, JSONValue)] = results.map { ("\($0.status)", $0.json) }
        if method == .get {
            responses.append(
                ("304", .object([("description", .string("Unchanged since the `ETag` of `If-None-Match`."))]))
            )
        }
        for status in problemStatuses {
            responses.append(("\(status)", .object([("$ref", .string("#/components/responses/Problem"))])))
        }
        members.append(("responses", .object(responses)))
        return .object(members)
    }

    /// Statuses of all problems that it may answer.
    var problemStatuses: [Int] {
        var all = Set(problems + [400, 503])
        if access != .everybody { all.formUnion([401, 403, 429]) }
        if path.contains("{") { all.insert(404) }
        if let body {
            all.formUnion([408, 413, 415])
            if body.mediaType == "application/json" { all.insert(422) }
        }
        if parameters.contains(where: { $0.name == "If-Match" }) { all.insert(412) }
        return all.sorted()
    }

    private var accessWords: String {
        switch access {
        case .everybody: "No token is needed."
        case .role(let role): "Role \(role.rawValue) or higher."
        case .roleOrScope(let role, let scope): "Role \(role.rawValue) or higher, or scope \(scope.rawValue)."
        }
    }
}

extension Operation.Parameter {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("in", .string(place.rawValue)),
            ("required", .bool(place == .path)), ("description", .string(words)), ("schema", schema.json),
        ])
    }
}

extension Operation.Result {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [("description", .string(words))]
        if let mediaType {
            members.append(("content", .object([(mediaType, .object([("schema", schema.json)]))])))
        }
        return .object(members)
    }
}
