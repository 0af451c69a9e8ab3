import Foundation
import Hummingbird
import VigieWire

/// What went wrong with a request, as RFC 9457 `application/problem+json` tells it.
struct Problem: Error, Sendable {
    /// The media type.
    static let mediaType = "application/problem+json"

    /// HTTP status code.
    var status: Int
    /// The last part of its type, `urn:vigie:problem:<name>`: programs tell problems apart by it.
    var name: String
    /// The kind of problem in a few words.
    var title: String
    /// What is wrong this time, and what to do.
    var detail: String
    /// What is wrong with which part of the body.
    var errors: [SchemaComplaint] = []
    /// Further header fields: `Allow`, `Retry-After`, `WWW-Authenticate`.
    var headers: [(String, String)] = []
    /// Whether the connection ends with the answer: the rest of the body is not worth reading.
    var closes = false

    /// The document.
    func json(instance: String) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", .string("urn:vigie:problem:" + name)), ("title", .string(title)),
            ("status", .whole(status)), ("detail", .string(detail)), ("instance", .string(instance)),
        ]
        if !errors.isEmpty {
            members.append(
                (
                    "errors",
                    .array(
                        errors.map {
                            .object([("pointer", .string($0.pointer)), ("detail", .string($0.words))])
                        })
                ))
        }
        return .object(members)
    }

    /// The document's schema.
    static let schema = Schema.open([
        .must("type", .text(), "urn:vigie:problem:<name>: the kind, for programs."),
        .must("title", .text(), "The kind, for people."),
        .must("status", .whole(400...599)),
        .must("detail", .text(), "What is wrong this time, and what to do."),
        .may("instance", .text(), "The request's path."),
        .may(
            "errors",
            .list(
                .open([
                    .must("pointer", .text(), "JSON Pointer into the body, or the parameter's name."),
                    .must("detail", .text()),
                ]), maxCount: Schema.maxComplaints)),
    ])
}

extension Problem {
    /// The path of a request that failed: telephone numbers in it are masked, ids of filters and incidents stay whole.
    static func instance(_ path: String) -> String {
        path.prefix(512).split(separator: "/", omittingEmptySubsequences: false).map { part in
            let plain = (part.removingPercentEncoding ?? String(part)).lowercased()
            let scheme = ["tel:", "sip:", "sips:"].first { plain.hasPrefix($0) } ?? ""
            let isNumber =
                !scheme.isEmpty || plain.unicodeScalars.allSatisfy { !$0.properties.isAlphabetic }
            return isNumber ? NumberMask.masked(plain, bare: true) : String(part)
        }.joined(separator: "/")
    }

    static func badRequest(_ detail: String, errors: [SchemaComplaint] = []) -> Problem {
        Problem(status: 400, name: "bad-request", title: "Not understood", detail: detail, errors: errors)
    }
    static func unauthorized(_ detail: String) -> Problem {
        Problem(
            status: 401, name: "token-wanted", title: "A token is wanted", detail: detail,
            headers: [("WWW-Authenticate", "Bearer realm=\"vigie\"")])
    }
    static func forbidden(_ detail: String) -> Problem {
        Problem(status: 403, name: "not-allowed", title: "Not allowed", detail: detail)
    }
    static func notFound(_ detail: String) -> Problem {
        Problem(status: 404, name: "not-found", title: "Not found", detail: detail)
    }
    static func methodNotAllowed(_ allowed: [String]) -> Problem {
        Problem(
            status: 405, name: "method-not-allowed", title: "Method not allowed",
            detail: "this takes \(allowed.joined(separator: ", "))",
            headers: [("Allow", allowed.joined(separator: ", "))])
    }
    static func timeout() -> Problem {
        Problem(
            status: 408, name: "too-slow", title: "Too slow",
            detail: "the body did not come in time; send it in smaller parts", closes: true)
    }
    static func conflict(_ detail: String, name: String = "conflict") -> Problem {
        Problem(status: 409, name: name, title: "Not possible now", detail: detail)
    }
    static func preconditionFailed(_ detail: String) -> Problem {
        Problem(status: 412, name: "changed-meanwhile", title: "Changed meanwhile", detail: detail)
    }
    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            status: 413, name: "too-large", title: "Too large",
            detail: "a body of at most \(limit) bytes is taken here; send less at once", closes: true)
    }
    static func unsupportedMedia(_ wanted: String) -> Problem {
        Problem(
            status: 415, name: "media-type", title: "Media type not taken",
            detail: "send it as \(wanted)", headers: [("Accept", wanted)])
    }
    static func tooMany(seconds: Int) -> Problem {
        Problem(
            status: 429, name: "too-many-failures", title: "Too many wrong tokens",
            detail: "wait \(seconds) s, then send a good token", headers: [("Retry-After", "\(seconds)")])
    }
    static func unavailable(_ detail: String, retryAfter: Int = 5) -> Problem {
        Problem(
            status: 503, name: "unavailable", title: "Not available now", detail: detail,
            headers: [("Retry-After", "\(retryAfter)")])
    }
    static func failed(_ detail: String) -> Problem {
        Problem(status: 500, name: "failed", title: "Failed", detail: detail)
    }
}
