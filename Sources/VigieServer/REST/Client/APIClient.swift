import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
public import VigieWire

/// Why a request to a node's API brought nothing: one sentence for whoever typed the command.
public struct APIClientError: Error, CustomStringConvertible, Sendable {
    /// HTTP status code; `nil`: the node was not reached.
    public var status: Int?
    /// What, where, and what to do.
    public var description: String
}

/// Talks to a node's API as the command line does.
public struct APIClient: Sendable {
    /// What the node answered.
    public struct Answer: Sendable {
        /// The document.
        public var json: JSONValue
        /// The entity tag, to be sent back with a change; `nil`: there was none.
        public var tag: String?
    }

    /// An answer's bytes at most: a page of a thousand filters has about 3 MiB.
    private static let maxBytes = 64 << 20

    /// Nobody waits a minute to hear that nobody listens: a connection that is refused is not tried again.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(5)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let base: String
    private let token: String?

    /// A client of one node.
    ///
    /// - Parameters:
    ///   - server: `http://127.0.0.1:8080`; a name without `http://` is taken as one with it.
    ///   - token: the secret; `nil` where access is open.
    public init(server: String, token: String?) {
        let plain = server.contains("://") ? server : "http://" + server
        base = plain.hasSuffix("/") ? String(plain.dropLast()) : plain
        self.token = token
    }

    /// Reads a document.
    ///
    /// - Throws: `APIClientError`.
    public func get(_ path: String) async throws(APIClientError) -> Answer {
        try await send(.GET, path, nil, nil)
    }

    /// Asks for a change.
    ///
    /// - Parameter tag: only if it is still as this tag saw it.
    /// - Throws: `APIClientError`.
    public func post(_ path: String, _ body: JSONValue, ifMatch tag: String? = nil)
        async throws(APIClientError)
        -> Answer
    {
        try await send(.POST, path, body, tag)
    }

    /// Sends a text, such as a batch of records.
    ///
    /// - Throws: `APIClientError`.
    @discardableResult
    public func post(_ path: String, text: String, type: String) async throws(APIClientError) -> Answer {
        try await send(.POST, path, nil, nil, text: (text, type))
    }

    /// Reads a document that is no JSON, such as a journal.
    ///
    /// - Throws: `APIClientError`.
    public func text(_ path: String) async throws(APIClientError) -> String {
        if case .string(let text) = try await send(.GET, path, nil, nil, isText: true).json { return text }
        return ""
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ body: JSONValue?, _ tag: String?,
        text: (body: String, type: String)? = nil,
        isText: Bool = false
    ) async throws(APIClientError) -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "User-Agent", value: "vigie")
        request.headers.add(name: "Accept", value: isText ? "*/*" : "application/json")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let tag { request.headers.add(name: "If-Match", value: tag) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.text()))
        }
        if let text {
            request.headers.add(name: "Content-Type", value: text.type)
            request.body = .bytes(ByteBuffer(string: text.body))
        }
        let status: Int
        let headers: HTTPHeaders
        let bytes: ByteBuffer
        do {
            let response = try await Self.http.execute(request, timeout: .seconds(60))
            status = Int(response.status.code)
            headers = response.headers
            bytes = try await response.body.collect(upTo: Self.maxBytes)
        } catch {
            throw APIClientError(
                status: nil,
                description:
                    "no node answers at \(base): start one with `vigie serve`, or name another with --server")
        }
        let json = try? JSONValue(parsing: String(buffer: bytes), limit: Self.maxBytes)
        guard (200..<300).contains(status) else {
            throw APIClientError(status: status, description: sentence(status, json))
        }
        if isText { return Answer(json: .string(String(buffer: bytes)), tag: headers.first(name: "etag")) }
        guard let json else {
            throw APIClientError(
                status: status,
                description: "what answers at \(base) is no Vigie: check the address in --server")
        }
        return Answer(json: json, tag: headers.first(name: "etag"))
    }

    private func sentence(_ status: Int, _ json: JSONValue?) -> String {
        let detail = json?["detail"]?.stringValue ?? "the node answered \(status)"
        return switch status {
        case 401 where token == nil:
            "a token is wanted: name its file with --token-file, or put it into VIGIE_TOKEN; `vigie token create` makes one"
        case 401: "the node does not take this token: \(detail)"
        default: detail
        }
    }
}
