import Hummingbird

/// One thing that the API does: the route, what it takes and gives, who may, and the code that does it.
///
/// The router, the checks and the OpenAPI document are all made from these, so that none can drift from another.
struct Operation: Sendable {
    /// Who may.
    enum Access: Sendable, Equatable {
        /// Everybody.
        case everybody
        /// Whoever has this role, or a higher one.
        case role(Role)
        /// Whoever has this role, or a token with this scope.
        case roleOrScope(Role, TokenScope)
    }

    /// A value in the path, the query or a header.
    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }
        var name: String
        var place: Place
        var schema: Schema
        var words: String
    }

    /// What is sent along.
    struct Body: Sendable {
        /// The media type; `application/json` is checked against the schema, others come as they are.
        var mediaType: String
        var schema: Schema
        /// Further media types that are taken as well.
        var otherTypes: [String] = []
        /// Whether it may be missing.
        var isOptional = false
        /// Whether it is a batch, with the larger limit.
        var isBatch = false
    }

    /// What is answered when it went well.
    struct Result: Sendable {
        var status: Int
        var words: String
        var mediaType: String?
        var schema: Schema
    }

    var method: HTTPRequest.Method
    /// `/api/v1/incidents/{id}`.
    var path: String
    /// The name of the operation in generated clients.
    var id: String
    var tag: String
    /// One line.
    var summary: String
    /// More of it.
    var words = ""
    var access: Access
    var parameters: [Parameter] = []
    var body: Body?
    var results: [Result]
    /// Statuses of problems beyond those that every operation may answer.
    var problems: [Int] = []
    /// Does it. A problem is thrown as `Problem`.
    var run: @Sendable (APIRequest) async throws -> APIAnswer

    /// The path's parts.
    var parts: [Substring] { path.split(separator: "/") }

    /// Matches the parts of a request's path, percent-decoded; the values of `{…}`, or `nil`.
    func match(_ other: [String]) -> [String: String]? {
        let parts = parts
        guard parts.count == other.count else { return nil }
        var values: [String: String] = [:]
        for (part, text) in zip(parts, other) {
            if part.first == "{" {
                values[String(part.dropFirst().dropLast())] = text
            } else if part != text[...] {
                return nil
            }
        }
        return values
    }
}

extension Operation.Parameter {
    /// `{id}` of something.
    static func path(_ name: String, _ schema: Schema, _ words: String) -> Self {
        Self(name: name, place: .path, schema: schema, words: words)
    }
    /// `?name=`.
    static func query(_ name: String, _ schema: Schema, _ words: String) -> Self {
        Self(name: name, place: .query, schema: schema, words: words)
    }
    /// A header field.
    static func header(_ name: String, _ schema: Schema, _ words: String) -> Self {
        Self(name: name, place: .header, schema: schema, words: words)
    }

    /// How many entries.
    static let limit = query(
        "limit", .whole(1...Int64(PageCursor.maxLimit)),
        "Entries of the page; \(PageCursor.defaultLimit) when nothing is said.")
    /// From where on.
    static let cursor = query("cursor", .shaped(.cursor), "`next` of the page before.")
    /// Only when it is still as I saw it.
    static let ifMatch = header(
        "If-Match", .text(TextRuleForTags.rule),
        "The `ETag` that was seen: refused with 412 when it changed meanwhile.")
}

/// What an `If-Match` may look like.
private enum TextRuleForTags {
    static let rule = Schema.TextRule(maxLength: 256)
}

extension Operation.Result {
    /// A JSON document.
    static func json(_ words: String, _ schema: Schema, status: Int = 200) -> Self {
        Self(status: status, words: words, mediaType: "application/json", schema: schema)
    }
    /// A page of a list.
    static func page(_ words: String, _ schema: Schema) -> Self {
        .json(
            words,
            .open([
                .must("items", .list(schema, maxCount: PageCursor.maxLimit)),
                .must("next", .orNull(.shaped(.cursor)), "Cursor of the next page; null at the end."),
            ]))
    }
}
