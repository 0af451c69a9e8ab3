import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import VigieWire
import VigieStore

/// Everything that the node answers over HTTP: finds what is asked for, who asks and whether they may, and lets it answer.
struct Site: Sendable {
    let settings: HTTPSettings
    let services: HTTPServices
    let operations: [Operation]
    let tokens: TokenDesk
    private let guardian: OriginGuard
    private let requests = NamedCounters()

    init(settings: HTTPSettings, services: HTTPServices) {
        self.settings = settings
        self.services = services
        tokens = TokenDesk(file: services.tokens)
        guardian = OriginGuard(settings: settings)
        operations = APIOperations.all(services)
        let requests = requests
        let tokens = tokens
        let events = services.events
        services.board.register(
            "http",
            samples: {
                requests.samples("vigie_http_requests_total", label: "status") + [
                    MetricSample("vigie_http_wrong_tokens_total", [], Double(tokens.failures.total))
                ]
            })
        services.board.register("events", samples: { events.samples })
        if settings.access == .tokens { services.health.register("tokens") { tokens.health } }
    }

    /// The answer to one request; never throws: what goes wrong becomes an answer too.
    func respond(to request: Request, _ context: HTTPContext) async -> Response {
        var response: Response
        do {
            response = try await route(request, context)
        } catch let problem as Problem {
            response = Response(problem, path: request.uri.path)
        } catch {
            services.logger.error(
                "request failed",
                metadata: ["path": "\(NumberMask.masked(request.uri.path, bare: true))", "error": "\(error)"])
            response = Response(
                .failed("the node could not do it; its log says why"), path: request.uri.path)
        }
        for (name, value) in SecurityHeaders.always where response.headers[name] == nil {
            response.headers[name] = value
        }
        requests.count("\(response.status.code)")
        if request.method == .head {
            response.body = ResponseBody(contentLength: response.body.contentLength) { writer in
                try await writer.finish(nil)
            }
        }
        return response
    }

    private func route(_ request: Request, _ context: HTTPContext) async throws -> Response {
        let parts = try Self.parts(request.uri.path)
        try guardian.check(request)
        switch parts.first {
        case "healthz" where parts.count == 1: return try probe(request) { .plain("ok\n") }
        case "readyz" where parts.count == 1: return try probe(request, ready)
        case "metrics" where parts.count == 1:
            return try probe(request) {
                .plain(services.board.prometheus(), type: CounterBoard.prometheusType)
            }
        case "public": return try publicPage(request, Array(parts.dropFirst()))
        case "api": return try await callAPI(request, parts, context)
        default:
            if let page = try await callPage(request, parts, context) { return page }
            throw Problem.notFound(
                "there is nothing at \(request.uri.path.prefix(200)); the API begins at /api/v1/")
        }
    }

    private func probe(_ request: Request, _ answer: () -> Response) throws(Problem) -> Response {
        guard request.method == .get || request.method == .head else {
            throw .methodNotAllowed(["GET", "HEAD"])
        }
        return answer()
    }

    private func ready() -> Response {
        let isReady = services.health.isReady
        let document = JSONValue.object([
            ("status", .string(isReady ? "ready" : "not ready")), ("parts", services.health.json),
        ])
        var response = Response.plain(document.text(indented: true) + "\n", type: "application/json")
        if !isReady { response.status = .serviceUnavailable }
        return response
    }

    /// The parts of a path, percent-decoded.
    static func parts(_ path: String) throws(Problem) -> [String] {
        var parts: [String] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            guard let text = String(part).removingPercentEncoding, !text.contains("\0") else {
                throw .badRequest(
                    "the path is not valid: percent signs are followed by two hexadecimal digits")
            }
            parts.append(text)
        }
        return parts
    }

    /// Who sends a request.
    ///
    /// - Throws: `Problem` 401 or 429 when a token is shown that is not good.
    func identity(_ request: Request, _ context: HTTPContext) throws(Problem) -> Identity? {
        if settings.access == .open { return .lab }
        if let field = request.headers[.authorization] {
            let words = field.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard words.count == 2, words[0].lowercased() == "bearer" else {
                throw .unauthorized("send the token as `Authorization: Bearer TOKEN`")
            }
            switch tokens.identify(secret: String(words[1]), from: context.place) {
            case .known(let identity): return identity
            case .unknown: throw .unauthorized("the token is not known, or it has expired")
            case .slowDown(let seconds): throw .tooMany(seconds: seconds)
            }
        }
        return SessionCookie.value(request).flatMap { tokens.identify(cookie: $0) }
    }
}

extension HTTPContext {
    /// Where a request comes from, for limits: an address, or the /64 of an IPv6 one.
    var place: String {
        guard let text = remote?.ipAddress else { return "?" }
        guard text.contains(":") else { return text }
        return text.split(separator: ":", omittingEmptySubsequences: false).prefix(4).joined(separator: ":")
    }
}
