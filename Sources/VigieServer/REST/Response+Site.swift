import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import VigieWire

/// Ends a connection whose request was not read to its end.
struct ConnectionEnds: Error {}

extension Response {
    /// A text.
    static func plain(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A problem as RFC 9457 tells it.
    init(_ problem: Problem, path: String) {
        var headers: HTTPFields = [.contentType: Problem.mediaType, .cacheControl: "no-store"]
        for (name, value) in problem.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let instance = Problem.instance(path)
        let buffer = ByteBuffer(string: problem.json(instance: instance).text())
        let status = HTTPResponse.Status(code: problem.status)
        guard problem.closes else {
            self.init(status: status, headers: headers, body: .init(byteBuffer: buffer))
            return
        }
        headers[.connection] = "close"
        self.init(
            status: status, headers: headers,
            body: .init(contentLength: buffer.readableBytes) { writer in
                try await writer.write(buffer)
                try await writer.finish(nil)
                throw ConnectionEnds()
            })
    }
}

/// Header fields that every answer carries.
enum SecurityHeaders {
    static let always: [(HTTPField.Name, String)] = {
        let fields = [
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ("X-Frame-Options", "DENY"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        return fields.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
    }()
}
