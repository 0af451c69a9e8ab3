import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import VigieWire

/// Sends alerts over HTTP: one attempt each, with a deadline; says what became of it.
struct AlertSender: Sendable {
    /// What became of an attempt.
    enum Outcome: Sendable, Equatable {
        /// Taken: an answer of 2xx.
        case taken
        /// Not taken this time; a word for the counter: `status-503`, `timeout`, `unreachable`.
        case failed(String)
        /// The receiver wants no more: an answer of 410.
        case gone
    }

    let client: HTTPClient
    let timeout: Duration

    /// A client of its own that follows no redirect: an alert goes where the operator said, or nowhere.
    init(timeout: Duration) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeout = timeout
    }

    /// Posts JSON.
    func post(_ body: [UInt8], to url: String, headers: [(String, String)] = []) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "vigie")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(timeout.wholeNanoseconds))
            // The answer's text is nobody's; a short one is read so that the connection can be used again.
            _ = try? await response.body.collect(upTo: 4 << 10)
            switch response.status.code {
            case 200..<300: return .taken
            case 410: return .gone
            default: return .failed("status-\(response.status.code)")
            }
        } catch let error as HTTPClientError {
            return .failed(error == .deadlineExceeded || error == .readTimeout ? "timeout" : "unreachable")
        } catch {
            return .failed("unreachable")
        }
    }

    func shutdown() async { try? await client.shutdown() }
}
