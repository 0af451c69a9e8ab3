import Crypto
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import VigieReports

// The pages that everybody reads, without a token and without a cookie. They may be kept by caches for a quarter of a minute: a
// crowd that reloads costs one rendering.
extension Site {
    func publicPage(_ request: Request, _ parts: [String]) throws(Problem) -> Response {
        guard request.method == .get || request.method == .head else {
            throw .methodNotAllowed(["GET", "HEAD"])
        }
        guard let shown = services.publications?.shown else {
            throw .notFound("this node publishes nothing: set `public.name` in its configuration")
        }
        // A page's links are relative to its folder, so a folder is asked for with its slash.
        if parts.isEmpty || parts == ["en"], !request.uri.path.hasSuffix("/") {
            var response = Response(status: .movedPermanently)
            response.headers[.location] = parts.isEmpty ? "/public/" : "/public/en/"
            return response
        }
        guard parts.count <= 2, let file = shown.site.file(parts.joined(separator: "/")) else {
            throw .notFound("there is no such page; /public/ shows all departments")
        }
        var response = Response.plain(file.text, type: file.mediaType)
        response.headers[.cacheControl] = "public, max-age=15"
        let tag = "\"" + TokenSecret.hex(Array(SHA256.hash(data: Array(file.text.utf8)).prefix(8))) + "\""
        response.headers[.eTag] = tag
        if let name = HTTPField.Name("Content-Security-Policy") {
            response.headers[name] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *"
        }
        if let known = request.headers[.ifNoneMatch], EntityTag.list(known).contains(tag) {
            response = Response(status: .notModified, headers: response.headers)
        }
        return response
    }
}
