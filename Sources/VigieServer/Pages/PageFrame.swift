import VigieReports
import VigieWire

/// What surrounds every page: head, brand, languages, log-out.
struct PageFrame: Sendable {
    var words: PageLanguage
    /// The page's path, without its query.
    var path: String
    /// Who looks; `nil`: nobody logged in.
    var identity: Identity?
    /// Whether they may log out: not where access is open.
    var hasSession: Bool

    /// The whole page.
    ///
    /// - Parameters:
    ///   - isLive: whether it renews itself.
    ///   - query: what the page's own link has beside the language, `&name=value`.
    func page(title: String, isLive: Bool, query: String = "", _ body: Markup) -> String {
        // Without script the browser loads the page again by itself.
        let again: Markup = isLive ? "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>" : ""
        let script: Markup = isLive ? "<script src=\"\(PageAssets.scriptPath)\" defer></script>" : ""
        let live: Markup = isLive ? " data-live" : ""
        let page: Markup = """
            <!doctype html>
            <html lang="\(words.code)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · Vigie</title>
            <link rel="stylesheet" href="\(PageAssets.stylePath)">
            <link rel="icon" href="data:,">
            \(again)\(script)
            </head>
            <body>
            \(top(query))
            <main\(live)>
            \(body)
            </main>
            </body>
            </html>

            """
        return page.text
    }

    private func top(_ query: String) -> Markup {
        let other = words.other
        let name = other == .french ? "Français" : "English"
        var out: Markup =
            "<header class=\"top\"><a class=\"brand\" href=\"/?lang=\(words.code)\">Vigie</a><a href=\"\(path)?lang=\(other.rawValue)\(query)\" lang=\"\(other.rawValue)\" hreflang=\"\(other.rawValue)\">\(name)</a>"
        if let identity, hasSession {
            out += """
                <form method="post" action="/logout"><span>\(identity.name)</span> <button>\(words("log out", "se déconnecter"))</button></form>
                """
        } else if identity != nil {
            out += "<span>\(words("open on this machine", "ouvert sur cette machine"))</span>"
        }
        return out + "</header>"
    }
}
