import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import VigieWire
import VigieStore

extension Site {
    /// Answers a request to the API: route, rights, parameters, body, work, validators.
    func callAPI(_ request: Request, _ parts: [String], _ context: HTTPContext) async throws -> Response {
        let matches = operations.compactMap { operation in operation.match(parts).map { (operation, $0) } }
        // A path without braces goes before one with them: /audit/verify before /audit/{sequence}.
        guard let best = matches.map({ $0.1.count }).min() else {
            throw Problem.notFound(
                "there is nothing at \(request.uri.path.prefix(200)); \(OpenAPIDocument.path) tells what there is"
            )
        }
        let here = matches.filter { $0.1.count == best }
        let wanted: HTTPRequest.Method = request.method == .head ? .get : request.method
        guard let (operation, path) = here.first(where: { $0.0.method == wanted }) else {
            let methods = here.map(\.0.method.rawValue)
            throw Problem.methodNotAllowed(methods + (methods.contains("GET") ? ["HEAD"] : []))
        }
        let identity = try allow(operation, request, context)
        let query = try Self.query(request.uri.query)
        let (parameters, headers) = try operation.check(path: path, query: query) { name in
            HTTPField.Name(name).flatMap { request.headers[$0] }
        }
        var call = APIRequest(
            identity: identity, parameters: parameters, headers: headers, path: request.uri.path)
        if let body = operation.body {
            let bytes = try await self.body(request, body)
            if body.mediaType == "application/json" {
                call.json = try operation.check(json: bytes)
            } else {
                call.bytes = bytes
            }
        }
        let checked = call
        let seconds = settings.requestTimeout.components.seconds
        let late =
            operation.body?.isBatch == true
            ? Problem.unavailable(
                "the batch was not worked off in \(seconds) s; send its rows again in smaller batches, each with an id of its own: the rows that were taken are known and count once",
                retryAfter: 10)
            : Problem.unavailable("it took too long; ask for less at once")
        let answer = try await Deadline.run(settings.requestTimeout, late: late) {
            do {
                return try await operation.run(checked)
            } catch let error as StoreError {
                throw Problem(error)
            }
        }
        return response(answer, request, identity)
    }

    private func allow(_ operation: Operation, _ request: Request, _ context: HTTPContext) throws(Problem)
        -> Identity
    {
        let somebody = try identity(request, context)
        switch operation.access {
        case .everybody: return somebody ?? Identity(name: "", role: .viewer, scopes: [])
        case .role(let role):
            guard let somebody else { throw .unauthorized(Self.tokenWords) }
            guard somebody.role >= role else {
                throw .forbidden(
                    "\(somebody.name) is \(somebody.role.rawValue); this takes \(role.rawValue) or higher")
            }
            return somebody
        case .roleOrScope(let role, let scope):
            guard let somebody else { throw .unauthorized(Self.tokenWords) }
            guard somebody.role >= role || somebody.scopes.contains(scope) else {
                throw .forbidden(
                    "\(somebody.name) is \(somebody.role.rawValue); this takes \(role.rawValue) or higher, or the scope \(scope.rawValue)"
                )
            }
            return somebody
        }
    }

    private static let tokenWords =
        "send a token as `Authorization: Bearer TOKEN`; `vigie token create` makes one"

    /// The query's names and values in their order, percent-decoded.
    static func query(_ text: String?) throws(Problem) -> [(String, String)] {
        guard let text, !text.isEmpty else { return [] }
        var pairs: [(String, String)] = []
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = sides.map {
                String($0).replacingOccurrences(of: "+", with: " ").removingPercentEncoding
            }
            guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "", pairs.count < 64
            else {
                throw .badRequest(
                    "the query is not valid: percent signs are followed by two hexadecimal digits")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    /// The body of a request, within its limits.
    func body(_ request: Request, _ body: Operation.Body) async throws -> [UInt8] {
        let limit = body.isBatch ? settings.maxBatchBytes : settings.maxBodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Problem.tooLarge(limit)
        }
        let type = request.headers[.contentType].map {
            $0.split(separator: ";")[0].trimmingCharacters(in: .whitespaces).lowercased()
        }
        let isEmpty =
            request.headers[.contentLength].map { $0 == "0" } ?? (request.headers[.transferEncoding] == nil)
        let taken = [body.mediaType] + body.otherTypes
        if !(isEmpty && body.isOptional), !taken.contains(type ?? "") {
            throw Problem.unsupportedMedia(taken.joined(separator: ", "))
        }
        let coding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard coding == "identity" || coding == "gzip" && body.isBatch else {
            throw Problem.unsupportedMedia(
                body.mediaType + (body.isBatch ? ", plain or gzip" : ", not compressed"))
        }
        let bytes = try await plainBody(request, limit)
        return coding == "gzip" ? try Self.inflated(bytes, limit) : bytes
    }

    /// What a gzip body holds; the limit of a body is for what comes out of it, too.
    static func inflated(_ bytes: [UInt8], _ limit: Int) throws(Problem) -> [UInt8] {
        var stream = ByteStream(GzipByteSource(MemoryByteSource(bytes)))
        var plain: [UInt8] = []
        do throws(InputError) {
            while try stream.readMore() {
                let count = stream.unreadCount
                guard plain.count + count <= limit else { break }
                plain.reserveCapacity(plain.count + count)
                for index in 0..<count { plain.append(stream.unread[index]) }
                stream.consume(count)
            }
        } catch {
            throw .badRequest("the body says gzip, and cannot be inflated: \(error.sentence)")
        }
        guard stream.unreadCount == 0 else { throw .tooLarge(limit) }
        return plain
    }

    private func plainBody(_ request: Request, _ limit: Int) async throws -> [UInt8] {
        try await Deadline.run(settings.requestTimeout, late: Problem.timeout()) {
            var bytes: [UInt8] = []
            for try await part in request.body {
                guard bytes.count + part.readableBytes <= limit else { throw Problem.tooLarge(limit) }
                bytes.append(contentsOf: part.readableBytesView)
            }
            return bytes
        }
    }

    private func response(_ answer: APIAnswer, _ request: Request, _ identity: Identity) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let status = HTTPResponse.Status(code: answer.status)
        switch answer.body {
        case .nothing: return Response(status: status, headers: headers)
        case .stream(let mediaType, let body):
            headers[.contentType] = mediaType
            headers[.cacheControl] = "no-store"
            return Response(status: status, headers: headers, body: body)
        case .text(let text, let mediaType):
            headers[.contentType] = mediaType
            return tagged(Array(text.utf8), status, headers, answer.version, request)
        case .json(let value):
            headers[.contentType] = "application/json"
            let shown = identity.seesNumbers || !answer.isMasked ? value : NumberMask.masked(value)
            return tagged(Array(shown.text().utf8), status, headers, answer.version, request)
        }
    }

    // RFC 9110 §8.8.3: a strong validator changes whenever the representation does; §13.1.2: If-None-Match compares weakly.

    private func tagged(
        _ bytes: [UInt8], _ status: HTTPResponse.Status, _ headers: HTTPFields, _ version: String?,
        _ request: Request
    ) -> Response {
        var headers = headers
        let hash = TokenSecret.hex(Array(SHA256.hash(data: bytes).prefix(8)))
        let tag = EntityTag.text(version: version, hash: hash)
        headers[.eTag] = tag
        if headers[.cacheControl] == nil { headers[.cacheControl] = "private, no-cache" }
        headers[.vary] = "Authorization, Cookie"
        if request.method == .get || request.method == .head, status == .ok,
            let known = request.headers[.ifNoneMatch],
            EntityTag.list(known).contains(where: { $0 == tag || $0 == "*" })
        {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Entity tags: `"<version>.<hash>"`, the version of what is shown and the hash of how it is shown to this reader.
enum EntityTag {
    static func text(version: String?, hash: String) -> String {
        version.map { "\"\($0).\(hash)\"" } ?? "\"\(hash)\""
    }

    /// The tags of an `If-Match` or `If-None-Match`, without `W/`.
    static func list(_ field: String) -> [String] {
        field.split(separator: ",").map {
            let tag = $0.trimmingCharacters(in: .whitespaces)
            return tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
        }
    }

    /// Whether an `If-Match` allows a change of what now has this version; a missing field allows it.
    static func allows(_ field: String?, version: String) -> Bool {
        guard let field else { return true }
        return list(field).contains { $0 == "*" || $0.hasPrefix("\"\(version).") || $0 == "\"\(version)\"" }
    }
}

/// Gives work a time to be done in.
enum Deadline {
    /// The result of `body`, or the problem `late` when it takes longer than `limit`; the work is cancelled then.
    static func run<Result: Sendable>(
        _ limit: Duration, late: Problem, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw late
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw late }
            return result
        }
    }
}

extension Problem {
    /// What a store's refusal means to whoever asked.
    init(_ error: StoreError) {
        switch error {
        case .invalid(what: "cursor"): self = PageCursor.refused
        case .invalid, .tooLarge: self = .badRequest(error.sentence)
        case .batchSeen, .full, .auditNotContiguous, .auditChainBroken, .symbolsNotContiguous:
            self = .conflict(error.sentence)
        case .diskFull, .readOnly, .locked, .corrupted, .wrongVersion, .unusable, .closed:
            self = .unavailable("the store cannot do it now: \(error.sentence)")
        }
    }
}
