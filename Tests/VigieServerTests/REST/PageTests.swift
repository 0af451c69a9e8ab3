import AsyncHTTPClient
import Foundation
import NIOHTTP1
import Testing
import VigieStore
import VigieWire

@testable import VigieServer

struct PageTests {
    private static func store(_ now: Timestamp) throws -> MemoryStore {
        let store = MemoryStore()
        let document = """
            {"summary":"<b>+33199001234</b> is being usurped","summary_fr":"+33199001234 est usurpé","detected_at":"2009-02-17T14:00:00Z",
            "causes":[{"hypothesis":"333 written as +333","score":1,"explains":0.97,"test":"dial 333 there"}],
            "proposed_filter":{"match":{"ingress":["INTL-MA"],"called_prefixes":["+3332"],"first_contact":true},"action":"reject",
            "wanted_stopped":0.97,"legitimate_stopped":0.008},"metrics":{"calls":11800},
            "census":[{"number":"+33199001234","calls":12,"answered":3,"first":"2009-02-17T14:00:00Z","last":"2009-02-17T15:00:00Z"}],
            "evidence":{"calls":2,"sample":["a&b@host"]},
            "hours":[{"start":"2009-02-17T13:00:00Z","calls":0,"usual":7},{"start":"2009-02-17T15:00:00Z","calls":42,"usual":8},{"start":"x"}]}
            """
        try store.apply([
            .incident(
                StoredIncident(
                    id: "misrouted-flood-1", kind: "misrouted-flood", state: "firing", severity: "critical",
                    firstSeen: now,
                    lastSeen: now, document: Array(document.utf8)))
        ])
        return store
    }

    @Test
    func `the first page says what is wrong, in the reader's language, and nothing from outside is markup`()
        async throws
    {
        let services = HTTPServices(store: try Self.store(NodeClock.real.now))
        try await RunningSite.with(services) { site in
            let english = try await site.send(.GET, "/")
            #expect(english.text.contains("1 incident in progress, 1 critical"))
            #expect(english.text.contains("&lt;b&gt;+33199001234&lt;/b&gt; is being usurped"))
            #expect(!english.text.contains("<b>+33"))
            let french = try await site.send(
                .GET, "/", headers: [("Accept-Language", "de, fr;q=0.8, en;q=0.5")])
            #expect(french.text.contains("<html lang=\"fr\">"))
            #expect(french.text.contains("1 incident en cours, dont 1 critique"))
            #expect(french.text.contains("+33199001234 est usurpé"))
            #expect(
                try await site.send(.GET, "/?lang=en", headers: [("Accept-Language", "fr")]).text.contains(
                    "<html lang=\"en\">"))
        }
    }

    @Test func `pages fetch nothing from elsewhere and hold no script of their own`() async throws {
        let services = HTTPServices(store: try Self.store(NodeClock.real.now))
        try await RunningSite.with(services) { site in
            for path in ["/", "/incidents/misrouted-flood-1"] {
                let page = try await site.send(.GET, path)
                let policy = try #require(page.headers.first(name: "content-security-policy"))
                #expect(policy.hasPrefix("default-src 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(!page.text.contains("http://") && !page.text.contains("https://"))
                #expect(!page.text.contains("style=\"") && !page.text.contains("onclick"))
                #expect(page.text.components(separatedBy: "<script").count == 2)
                #expect(page.text.utf8.count < 50_000)
            }
            #expect(try await site.send(.GET, "/assets/vigie.css").status == 200)
            #expect(
                try await site.send(.GET, "/assets/vigie.js").headers.first(name: "content-type")
                    == "text/javascript; charset=utf-8")
            #expect(try await site.send(.GET, "/incidents/none").status == 404)
        }
    }

    @Test func `an incident's page shows causes, filter, census and samples`() async throws {
        let services = HTTPServices(store: try Self.store(NodeClock.real.now))
        try await RunningSite.with(services) { site in
            let page = try await site.send(.GET, "/incidents/misrouted-flood-1")
            for words in [
                "333 written as +333", "trunk INTL-MA; called in +3332; first contact", "11,800",
                "+33199001234", "a&amp;b@host",
                "<svg class=\"chart\"", "Volume against what is usual", "17/02 15 h: 42",
                "<polyline class=\"line\"",
            ] {
                #expect(page.text.contains(words), "\(words)")
            }
        }
    }

    @Test func `a browser logs in with a token, keeps a cookie that scripts cannot read, and logs out`()
        async throws
    {
        let directory = NSTemporaryDirectory() + "vigie-pages-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = TokenFile(directory: directory)
        let now = NodeClock.real.now
        let secret = try file.create(
            name: "vera", role: .viewer, scopes: [], now: now, lifetime: .seconds(600))
        var settings = HTTPSettings.testing
        settings.access = .tokens
        try await RunningSite.with(HTTPServices(store: try Self.store(now), tokens: file), settings: settings)
        { site in
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            // the client follows the redirect
            #expect(try await site.send(.GET, "/").text.contains("name=\"token\""))
            let wrong = try await site.send(.POST, "/login", headers: form, body: "token=vigie_wrong")
            #expect(wrong.status == 401)
            let foreign = try await site.send(
                .POST, "/login", headers: form + [("Origin", "https://evil.example")], body: "token=\(secret)"
            )
            #expect(foreign.status == 403)
            var configuration = HTTPClientHolder.configuration
            configuration.redirectConfiguration = .disallow
            let logged = try await HTTPClientHolder.post(
                site.base + "/login", "token=\(secret)", configuration)
            #expect(logged.status == 303)
            let cookie = try #require(logged.headers.first(name: "set-cookie"))
            #expect(cookie.contains("HttpOnly; SameSite=Strict"))
            let value = String(cookie.prefix { $0 != ";" })
            let page = try await site.send(.GET, "/", headers: [("Cookie", value)])
            #expect(page.text.contains("log out"))
            #expect(page.text.contains("+33•••••1234"))
            #expect(!page.text.contains("33199001234"))
            _ = try await HTTPClientHolder.post(site.base + "/logout", "", configuration, cookie: value)
            #expect(try await site.send(.GET, "/api/v1/status", headers: [("Cookie", value)]).status == 401)
        }
    }
}
