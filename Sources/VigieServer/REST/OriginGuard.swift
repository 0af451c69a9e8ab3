import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Keeps other web sites from acting through somebody's browser.
///
/// Changes that a browser sends from another origin are refused (cookies are `SameSite=Strict` besides); in open access, where
/// no token stands in the way, so is a `Host` that is not this machine, which is how DNS rebinding looks.
struct OriginGuard: Sendable {
    let settings: HTTPSettings

    /// - Throws: `Problem` 403.
    func check(_ request: Request) throws(Problem) {
        let host = request.head.authority ?? ""
        if settings.access == .open, !isOurs(Self.name(host)) {
            throw .forbidden(
                "access is open on this machine only, and \(host.prefix(100)) is not this machine's name")
        }
        guard request.method != .get, request.method != .head else { return }
        if let site = Self.field("Sec-Fetch-Site", request), site != "same-origin", site != "none" {
            throw .forbidden("this was sent by another web site")
        }
        guard let origin = request.headers[.origin] else { return }
        guard let mark = origin.firstRange(of: "://"), origin[mark.upperBound...] == host[...] else {
            throw .forbidden("this was sent by another web site: \(origin.prefix(100))")
        }
    }

    private func isOurs(_ name: String) -> Bool {
        HTTPSettings.isLoopback(name) || name == settings.host || settings.names.contains(name)
    }

    private static func field(_ name: String, _ request: Request) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    /// `[::1]:8080` → `::1`, `localhost:8080` → `localhost`.
    static func name(_ host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            return String(host[host.index(after: host.startIndex)..<end])
        }
        return String(host.prefix { $0 != ":" }).lowercased()
    }
}

/// The cookie of a logged-in browser.
enum SessionCookie {
    static let name = "vigie_session"

    /// Its value; `nil` when there is none.
    static func value(_ request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for part in field.split(separator: ";") {
                let sides = part.split(separator: "=", maxSplits: 1).map {
                    $0.trimmingPrefix(while: \.isWhitespace)
                }
                if sides.count == 2, sides[0] == name { return String(sides[1]) }
            }
        }
        return nil
    }

    /// The field that sets it; `nil` takes it away.
    static func field(_ value: String?, isSecure: Bool) -> String {
        let secure = isSecure ? "; Secure" : ""
        let age = value == nil ? 0 : Int(TokenDesk.sessionLength.components.seconds)
        return "\(name)=\(value ?? ""); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(age)\(secure)"
    }
}
