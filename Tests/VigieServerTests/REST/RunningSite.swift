import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import VigieWire
import VigieStore

@testable import VigieServer

/// What an HTTP server answered.
struct Reply {
    var status: Int
    var headers: HTTPHeaders
    var text: String

    var json: JSONValue { (try? JSONValue(parsing: text)) ?? .null }
}

/// A server on a free port of loopback, and a client that talks to it.
struct RunningSite: Sendable {
    var base: String
    var port: Int

    func send(
        _ method: HTTPMethod = .GET, _ path: String, headers: [(String, String)] = [], body: String? = nil
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Reply(
            status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
    }

    func post(_ path: String, _ body: String, headers: [(String, String)] = []) async throws -> Reply {
        try await send(.POST, path, headers: [("Content-Type", "application/json")] + headers, body: body)
    }

    /// Starts a server, lets `body` talk to it, and stops it.
    static func with<Result: Sendable>(
        _ services: HTTPServices = HTTPServices(store: MemoryStore()), settings: HTTPSettings = .testing,
        _ body: @escaping @Sendable (RunningSite) async throws -> Result
    ) async throws -> Result {
        let server = HTTPServer(settings: settings, services: services)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try? await server.run()
                return nil
            }
            guard let port = await server.port else { throw TestFailure("the server did not listen") }
            group.addTask { try await body(RunningSite(base: "http://127.0.0.1:\(port)", port: port)) }
            defer {
                services.events.close()
                group.cancelAll()
            }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw TestFailure("the server ended early")
        }
    }
}

/// What a test found to be otherwise.
struct TestFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

extension HTTPSettings {
    /// Open, on a free port.
    static var testing: HTTPSettings {
        var settings = HTTPSettings()
        settings.port = 0
        settings.access = .open
        return settings
    }
}

/// Posts forms as a browser does, without following redirects.
enum HTTPClientHolder {
    static var configuration: HTTPClient.Configuration { HTTPClient.Configuration() }

    static func post(
        _ url: String, _ body: String, _ configuration: HTTPClient.Configuration, cookie: String? = nil
    ) async throws -> Reply {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        request.body = .bytes(ByteBuffer(string: body))
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            let bytes = try await response.body.collect(upTo: 1 << 20)
            try await client.shutdown()
            return Reply(
                status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
        } catch {
            try await client.shutdown()
            throw error
        }
    }
}
