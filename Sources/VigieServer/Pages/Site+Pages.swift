import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import VigieCalls
import VigieReports
import VigieStore
import VigieWire

extension Site {
    /// Answers with a page; `nil` when the path is no page's.
    func callPage(_ request: Request, _ parts: [String], _ context: HTTPContext) async throws -> Response? {
        let isGet = request.method == .get || request.method == .head
        let query = try Self.query(request.uri.query)
        let words = PageLanguage(
            query: query.first { $0.0 == "lang" }?.1, accept: request.headers[.acceptLanguage])
        switch parts.first {
        case nil:
            guard isGet else { throw Problem.methodNotAllowed(["GET", "HEAD"]) }
            return try await forReaders(request, words, context) { identity, frame in
                try await FirstPage.gather(services, seesNumbers: identity.seesNumbers).html(frame)
            }
        case "incidents" where parts.count == 2:
            guard isGet else { throw Problem.methodNotAllowed(["GET", "HEAD"]) }
            return try await forReaders(request, words, context) { identity, frame in
                let id = parts[1]
                let (record, filters) = try await services.store.background { store throws(StoreError) in
                    (try store.incident(id), try store.filters(FilterQuery(incident: id)).records)
                }
                guard let record else { throw Problem.notFound("there is no incident \(id)") }
                return IncidentPage(record, filters: filters, seesNumbers: identity.seesNumbers).html(frame)
            }
        case "emergency" where parts.count == 1:
            guard isGet else { throw Problem.methodNotAllowed(["GET", "HEAD"]) }
            guard let emergency = services.emergency else { return nil }
            return try await forReaders(request, words, context) { identity, frame in
                try await EmergencyPage.gather(services, emergency, for: identity).html(frame)
            }
        case "emergency" where parts == ["emergency", "history"]:
            guard isGet else { throw Problem.methodNotAllowed(["GET", "HEAD"]) }
            guard services.emergency != nil else { return nil }
            return try await forReaders(request, words, context) { _, frame in
                try await HistoryPage.gather(services, query).html(frame)
            }
        case "emergency" where parts == ["emergency", "directory"]:
            guard isGet else { throw Problem.methodNotAllowed(["GET", "HEAD"]) }
            guard let emergency = services.emergency else { return nil }
            return try await directoryPage(request, words, context, emergency)
        case "emergency" where parts.count == 3 && parts[1] == "call-backs":
            guard request.method == .post else { throw Problem.methodNotAllowed(["POST"]) }
            return try await callBackPage(request, words, context, incident: parts[2])
        case "assets" where parts.count == 2 && isGet: return asset(request)
        case "login" where parts.count == 1: return try await logIn(request, words, context)
        case "logout" where parts.count == 1:
            guard request.method == .post else { throw Problem.methodNotAllowed(["POST"]) }
            if let cookie = SessionCookie.value(request) { tokens.logOut(cookie: cookie) }
            return redirect("/login", cookie: SessionCookie.field(nil, isSecure: settings.isSecure))
        default: return nil
        }
    }

    /// The directory's report; its style stands in the page itself, as in the file that `vigie directory check` writes.
    private func directoryPage(
        _ request: Request, _ words: PageLanguage, _ context: HTTPContext, _ emergency: EmergencyServices
    ) async throws -> Response {
        var response = try await forReaders(request, words, context) { _, _ in
            emergency.centres.report(at: services.clock.now).html(words.language)
        }
        if let name = HTTPField.Name("Content-Security-Policy") {
            response.headers[name] =
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
        }
        return response
    }

    /// Who is to be called back: for those who may see it, once they said why.
    private func callBackPage(
        _ request: Request, _ words: PageLanguage, _ context: HTTPContext, incident: String
    ) async throws
        -> Response
    {
        let body = Operation.Body(mediaType: "application/x-www-form-urlencoded", schema: .text())
        let form = try Self.query(String(decoding: try await self.body(request, body), as: UTF8.self))
        let reason = (form.first { $0.0 == "reason" }?.1 ?? "").trimmingCharacters(
            in: .whitespacesAndNewlines)
        return try await forReaders(request, words, context) { identity, frame in
            guard CallBackDocument.isOpen(to: identity) else {
                throw Problem.forbidden(
                    "this is shown to administrators and to tokens with the scope call-backs")
            }
            guard (5...500).contains(reason.count) else {
                throw Problem.badRequest(
                    "say why you look, in 5 to 500 characters: it is written into the audit")
            }
            let items = try await CallBackDocument.read(
                services, incident: incident, actor: identity.name, reason: reason)
            return CallBackPage(incident: incident, items: items).html(frame)
        }
    }

    private func forReaders(
        _ request: Request, _ words: PageLanguage, _ context: HTTPContext,
        _ body: (Identity, PageFrame) async throws -> String
    ) async throws -> Response {
        guard let identity = try identity(request, context) else {
            return redirect("/login?lang=\(words.code)", cookie: nil)
        }
        let frame = PageFrame(
            words: words, path: request.uri.path, identity: identity,
            hasSession: SessionCookie.value(request) != nil && settings.access == .tokens)
        do {
            return page(try await body(identity, frame))
        } catch let error as StoreError {
            throw Problem(error)
        }
    }

    private func page(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.plain(text, type: "text/html; charset=utf-8")
        response.status = status
        if let name = HTTPField.Name("Content-Security-Policy") {
            response.headers[name] =
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        }
        response.headers[.vary] = "Accept-Language, Cookie"
        return response
    }

    private func asset(_ request: Request) -> Response? {
        let (text, type): (String, String)
        switch request.uri.path {
        case PageAssets.stylePath: (text, type) = (PageAssets.style, "text/css; charset=utf-8")
        case PageAssets.scriptPath: (text, type) = (PageAssets.script, "text/javascript; charset=utf-8")
        default: return nil
        }
        let tag = "\"\(TokenSecret.hash(text).prefix(16))\""
        if let known = request.headers[.ifNoneMatch], EntityTag.list(known).contains(tag) {
            return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "no-cache"])
        }
        var response = Response.plain(text, type: type)
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "no-cache"
        return response
    }

    private func redirect(_ place: String, cookie: String?) -> Response {
        var headers: HTTPFields = [.location: place, .cacheControl: "no-store"]
        if let cookie { headers[.setCookie] = cookie }
        return Response(status: .seeOther, headers: headers)
    }

    private func logIn(_ request: Request, _ words: PageLanguage, _ context: HTTPContext) async throws
        -> Response
    {
        let frame = PageFrame(words: words, path: "/login", identity: nil, hasSession: false)
        if settings.access == .open { return redirect("/", cookie: nil) }
        if request.method == .get || request.method == .head {
            return page(LoginPage.html(frame, refusal: nil))
        }
        guard request.method == .post else { throw Problem.methodNotAllowed(["GET", "HEAD", "POST"]) }
        let body = Operation.Body(mediaType: "application/x-www-form-urlencoded", schema: .text())
        let form = try Self.query(String(decoding: try await self.body(request, body), as: UTF8.self))
        let secret = (form.first { $0.0 == "token" }?.1 ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        let (answer, cookie) = tokens.logIn(secret: secret, from: context.place)
        switch answer {
        case .known:
            return redirect(
                "/?lang=\(words.code)", cookie: SessionCookie.field(cookie, isSecure: settings.isSecure))
        case .unknown:
            let refusal = words(
                "This token is not known, or it has expired.", "Ce jeton n’est pas connu, ou il a expiré.")
            return page(LoginPage.html(frame, refusal: refusal), status: .unauthorized)
        case .slowDown(let seconds):
            let refusal = words(
                "Too many wrong tokens: wait \(seconds) s.", "Trop de jetons faux : attendez \(seconds) s.")
            return page(LoginPage.html(frame, refusal: refusal), status: .tooManyRequests)
        }
    }
}
