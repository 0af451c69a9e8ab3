import HTTPTypes
import Hummingbird

/// Everything that the node answers over HTTP: finds the route, lets it answer, and counts.
struct Site: Sendable {
    let settings: HTTPSettings
    let services: HTTPServices
    private let requests = NamedCounters()

    init(settings: HTTPSettings, services: HTTPServices) {
        self.settings = settings
        self.services = services
        let requests = requests
        services.board.register("http") { requests.samples("vigie_http_requests_total", label: "status") }
    }

    /// The answer to one request; never throws: what goes wrong becomes an answer too.
    func respond(to request: Request, _ context: HTTPContext) async -> Response {
        let response = answer(request)
        requests.count("\(response.status.code)")
        return response
    }

    private func answer(_ request: Request) -> Response {
        switch request.uri.path {
        case "/healthz": text(.ok, "ok\n")
        case "/readyz":
            text(
                services.health.isReady ? .ok : .serviceUnavailable,
                services.health.read().map { "\($0.part): \($0.health.name)\n" }.joined())
        case "/metrics": text(.ok, services.board.prometheus(), type: CounterBoard.prometheusType)
        default: text(.notFound, "not found\n")
        }
    }

    private func text(_ status: HTTPResponse.Status, _ body: String, type: String = "text/plain; charset=utf-8")
        -> Response
    {
        Response(
            status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
