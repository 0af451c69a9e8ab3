import Hummingbird
import VigieCalls
import VigieWire

/// A request that was checked against its operation: parameters, body and sender are what they should be.
struct APIRequest: Sendable {
    /// Who sends it.
    var identity: Identity
    /// Path and query parameters, by name.
    var parameters: [String: String] = [:]
    /// Header fields that the operation names, by lower-case name.
    var headers: [String: String] = [:]
    /// The body, when it is JSON.
    var json: JSONValue = .null
    /// The body, when it is something else.
    var bytes: [UInt8] = []
    /// The path as it came.
    var path = ""

    /// A parameter as a whole number.
    func whole(_ name: String) -> Int? { parameters[name].flatMap { Int($0) } }

    /// A parameter as a moment.
    func moment(_ name: String) -> Timestamp? {
        parameters[name].flatMap { RFC3339Text.read(Array($0.utf8)) }
    }

    /// How many entries a page has.
    var limit: Int { whole("limit") ?? PageCursor.defaultLimit }

    /// A telephone number as this sender may see it.
    func shown(_ number: PhoneNumber) -> String {
        identity.seesNumbers ? number.description : number.masked
    }
}

/// What an operation answers.
struct APIAnswer: Sendable {
    /// What is sent.
    enum Body: Sendable {
        case nothing
        case json(JSONValue)
        case text(String, mediaType: String)
        case stream(mediaType: String, ResponseBody)
    }

    /// HTTP status code.
    var status = 200
    /// What is sent.
    var body = Body.nothing
    /// Further header fields.
    var headers: [(String, String)] = []
    /// The version of what is shown, which `If-Match` of a change is compared with; `nil`: the body's hash alone.
    var version: String?
    /// Whether numbers are hidden from those who may not see them.
    var isMasked = true

    /// A JSON document.
    static func json(_ value: JSONValue, version: String? = nil) -> APIAnswer {
        APIAnswer(body: .json(value), version: version)
    }

    /// A page of a list.
    static func page(_ items: [JSONValue], next: String?, more: [(String, JSONValue)] = []) -> APIAnswer {
        .json(.object([("items", .array(items)), ("next", .optional(next))] + more))
    }
}
