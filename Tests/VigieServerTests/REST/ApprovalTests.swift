import Foundation
import NIOHTTP1
import Testing
import VigieMitigation
import VigieStore
import VigieWire

@testable import VigieServer

/// A filter's approval over HTTP: the token's name is the person.
@Suite(.timeLimit(.minutes(2))) struct ApprovalTests {
    private static let proposal =
        #"{"filter":{"match":{"called_prefixes":["+3332"]},"action":"reject"},"reason":"test"}"#

    /// A site whose API acts through a filter desk, with tokens of three people.
    private func site(
        lab: Bool,
        _ body: @escaping @Sendable (RunningSite, [String: String], FilterDesk) async throws -> Void
    ) async throws {
        let directory = NSTemporaryDirectory() + "vigie-approval-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = TokenFile(directory: directory)
        let now = NodeClock.real.now
        var tokens: [String: String] = [:]
        for (name, role) in [("ada", Role.admin), ("bob", .approver), ("olga", .operator)] {
            tokens[name] = try file.create(
                name: name, role: role, scopes: [], now: now, lifetime: .seconds(3_600))
        }
        var configuration = NodeConfiguration()
        configuration.lab = lab
        let store = MemoryStore()
        let desk = try FilterDesk(
            store: store, symbols: NodeSymbols(), clock: .real, policy: FilterPolicy(configuration),
            logger: silent)
        var services = HTTPServices(store: store, tokens: file)
        services.actions.use(
            desk, home: configuration, approvals: { [needed = configuration.approvalsRequired] in needed },
            events: services.events,
            incidents: { _ in nil })
        var settings = HTTPSettings.testing
        settings.access = .tokens
        let people = tokens
        try await RunningSite.with(services, settings: settings) { site in try await body(site, people, desk)
        }
        await desk.settle()
    }

    private static func post(_ site: RunningSite, _ path: String, _ token: String?, _ body: String = "{}")
        async throws -> Reply
    {
        try await site.post(
            "/api/v1/filters" + path, body, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [])
    }

    @Test func `two people must say yes: the same one twice is refused, the second one is enough`()
        async throws
    {
        try await site(lab: false) { site, tokens, desk in
            func post(_ path: String, _ person: String, _ body: String = "{}") async throws -> Reply {
                try await Self.post(site, path, tokens[person], body)
            }
            #expect(try await Self.post(site, "", nil, Self.proposal).status == 401)
            let proposed = try await post("", "olga", Self.proposal)
            #expect(proposed.status == 201 && proposed.json["state"]?.stringValue == "proposed")
            let id = try #require(proposed.json["id"]?.stringValue)
            #expect(try await post("/\(id)/approve", "olga").status == 403)
            let first = try await post("/\(id)/approve", "ada", #"{"reason":"looked at the trial"}"#)
            #expect(first.status == 200 && first.json["state"]?.stringValue == "proposed")
            let again = try await post("/\(id)/approve", "ada")
            #expect(again.status == 409 && again.text.contains("same-person-twice"))
            #expect(try await post("/\(id)/enforce", "olga").status == 409)
            let second = try await post("/\(id)/approve", "bob")
            #expect(second.json["state"]?.stringValue == "approved")
            let names = second.json["approvals"]?.arrayValue?.compactMap { $0["actor"]?.stringValue }
            #expect(names == ["ada", "bob"])
            #expect(try await post("/\(id)/enforce", "olga").text.contains("not-in-shadow"))
            #expect(try await post("/\(id)/shadow", "olga").status == 200)
            #expect(
                try await post("/\(id)/enforce", "olga", #"{"share":0.25}"#).json["share"]?.numberValue
                    == 0.25)
            #expect(desk.tables.current.count == 1)
            #expect(try await post("/\(id)/revert", "olga").json["state"]?.stringValue == "reverted")
            #expect(desk.tables.current.count == 0)
            let audit = try await site.send(
                .GET, "/api/v1/audit/verify", headers: [("Authorization", "Bearer \(tokens["ada"] ?? "")")])
            #expect(audit.json["valid"]?.boolValue == true)
        }
    }

    @Test func `in a lab one person is enough`() async throws {
        try await site(lab: true) { site, tokens, _ in
            let proposed = try await Self.post(site, "", tokens["ada"], Self.proposal)
            let id = try #require(proposed.json["id"]?.stringValue)
            let approved = try await Self.post(site, "/\(id)/approve", tokens["ada"])
            #expect(approved.json["state"]?.stringValue == "approved")
        }
    }

    @Test func `a decision on what has changed meanwhile is refused`() async throws {
        try await site(lab: false) { site, tokens, _ in
            let proposed = try await Self.post(site, "", tokens["ada"], Self.proposal)
            let id = try #require(proposed.json["id"]?.stringValue)
            let tag = try #require(proposed.headers.first(name: "etag"))
            #expect(try await Self.post(site, "/\(id)/approve", tokens["ada"]).status == 200)
            let late = try await site.post(
                "/api/v1/filters/\(id)/approve", "{}",
                headers: [("Authorization", "Bearer \(tokens["bob"] ?? "")"), ("If-Match", tag)])
            #expect(late.status == 412)
        }
    }
}
