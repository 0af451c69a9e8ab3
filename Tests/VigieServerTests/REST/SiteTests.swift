import NIOHTTP1
import Testing
import VigieWire
import VigieStore

@testable import VigieServer

struct SiteTests {
    @Test func `the probes answer, and a failed part makes the node unready with the reason`() async throws {
        let services = HTTPServices(store: MemoryStore())
        try await RunningSite.with(services) { site in
            #expect(try await site.send(.GET, "/healthz").text == "ok\n")
            #expect(try await site.send(.GET, "/readyz").status == 200)
            services.health.register("store") { .failed("the disk is full; make room") }
            let reply = try await site.send(.GET, "/readyz")
            #expect(reply.status == 503)
            #expect(reply.text.contains("the disk is full; make room"))
            #expect(try await site.send(.GET, "/healthz").status == 200)
        }
    }

    @Test func `what is not there, not allowed or not understood is told as a problem`() async throws {
        try await RunningSite.with { site in
            let cases: [(HTTPMethod, String, Int)] = [
                (.GET, "/nothing", 404), (.GET, "/api/v1/nothing", 404), (.DELETE, "/api/v1/incidents", 405),
                (.GET, "/api/v1/incidents?limit=0", 400), (.GET, "/api/v1/incidents?limti=5", 400),
                (.GET, "/api/v1/incidents?limit=1&limit=2", 400), (.GET, "/api/v1/incidents/none", 404),
                (.GET, "/api/v1/calls?cursor=zz", 400), (.POST, "/metrics", 405),
                (.GET, "/api/v1/calls?from=2009-02-18T00:00:00Z&to=2009-02-17T00:00:00Z", 400),
            ]
            for (method, path, status) in cases {
                let reply = try await site.send(method, path)
                #expect(reply.status == status, "\(method) \(path)")
                #expect(reply.headers.first(name: "content-type") == "application/problem+json")
                #expect(reply.json["status"]?.integerValue == Int64(status))
                #expect(reply.json["detail"]?.stringValue?.isEmpty == false)
            }
            let wrong = try await site.send(.GET, "/api/v1/incidents?limti=5")
            #expect(wrong.json["detail"]?.stringValue == "limti: not known here; did you mean limit?")
            #expect(
                try await site.send(.DELETE, "/api/v1/incidents").headers.first(name: "allow") == "GET, HEAD")
        }
    }

    @Test func `a list that has not changed is answered with 304`() async throws {
        try await RunningSite.with { site in
            let first = try await site.send(.GET, "/api/v1/incidents")
            let tag = try #require(first.headers.first(name: "etag"))
            let again = try await site.send(.GET, "/api/v1/incidents", headers: [("If-None-Match", tag)])
            #expect(again.status == 304)
            #expect(again.text.isEmpty)
            let other = try await site.send(.GET, "/api/v1/incidents", headers: [("If-None-Match", "\"x\"")])
            #expect(other.status == 200)
        }
    }

    @Test func `open access beyond loopback is refused before anything listens`() async throws {
        var settings = HTTPSettings.testing
        settings.host = "0.0.0.0"
        let server = HTTPServer(settings: settings, services: HTTPServices(store: MemoryStore()))
        await #expect(throws: HTTPServerError.self) { try await server.run() }
        #expect(await server.port == nil)
    }

    @Test func `in open access a foreign name and a foreign site are refused`() async throws {
        try await RunningSite.with { site in
            let foreign = try await site.send(.GET, "/api/v1/status", headers: [("Host", "evil.example")])
            #expect(foreign.status == 403)
            let reload = "/api/v1/settings/reload"
            #expect(
                try await site.send(.POST, reload, headers: [("Origin", "https://evil.example")]).status
                    == 403)
            #expect(
                try await site.send(.POST, reload, headers: [("Sec-Fetch-Site", "cross-site")]).status == 403)
            #expect(try await site.send(.POST, reload, headers: [("Origin", site.base)]).status == 503)
        }
    }

    @Test func `a gzip batch is inflated up to the limit of a body, and no further`() throws {
        // `gzip` of 2,000 times "x", made by Python's gzip module.
        let packed: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 168, 24, 5, 163, 96, 20, 140, 130, 81, 48, 10, 70, 193, 80,
            7, 0, 122, 101, 8, 41, 208, 7, 0, 0,
        ]
        #expect(try Site.inflated(packed, 2_000) == [UInt8](repeating: 0x78, count: 2_000))
        #expect(throws: Problem.self) { try Site.inflated(packed, 1_999) }
        #expect(throws: Problem.self) { try Site.inflated(Array(packed.dropLast(9)), 10_000) }
    }

    @Test func `an instance keeps its ids and hides its numbers`() {
        #expect(
            Problem.instance("/api/v1/filters/08398156cf1d53a4/approve")
                == "/api/v1/filters/08398156cf1d53a4/approve")
        #expect(
            Problem.instance("/api/v1/incidents/emergency-failure-20261122T1254-b781381f/call-backs")
                == "/api/v1/incidents/emergency-failure-20261122T1254-b781381f/call-backs")
        for number in ["%2B33199001234", "+33199001234", "0199001234", "tel:+33199001234"] {
            #expect(!Problem.instance("/api/v1/numbers/\(number)").contains("99001"), "\(number)")
        }
    }

    @Test func `a body that is too large is refused without being read`() async throws {
        var settings = HTTPSettings.testing
        settings.maxBatchBytes = 1_000
        try await RunningSite.with(settings: settings) { site in
            let reply = try await site.send(
                .POST, "/api/v1/feeds/calls", headers: [("Content-Type", "application/x-ndjson")],
                body: String(repeating: "x", count: 1_001))
            #expect(reply.status == 413)
            let type = try await site.send(
                .POST, "/api/v1/feeds/calls", headers: [("Content-Type", "application/xml")], body: "x")
            #expect(type.status == 415)
            let csv = try await site.send(
                .POST, "/api/v1/feeds/calls", headers: [("Content-Type", "text/csv")], body: "x")
            #expect(csv.status == 503)  // this site has no feed
            for (coding, status) in [("gzip", 400), ("br", 415)] {
                let coded = try await site.send(
                    .POST, "/api/v1/feeds/calls",
                    headers: [("Content-Type", "text/csv"), ("Content-Encoding", coding)], body: "no gzip")
                #expect(coded.status == status)
            }
        }
    }
}
