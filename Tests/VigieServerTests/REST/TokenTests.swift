import Foundation
import NIOHTTP1
import Testing
import VigieStore
import VigieWire

@testable import VigieServer

struct TokenTests {
    /// A directory of its own, removed at the end.
    private static func inDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "vigie-tokens-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    private static let now = Timestamp(seconds: 1_234_567_890)

    @Test func `a first start makes one administrator, readable by the owner only, and no second one`()
        async throws
    {
        try await Self.inDirectory { directory in
            let file = TokenFile(directory: directory)
            let path = try #require(try file.createFirst(now: Self.now))
            #expect(try file.createFirst(now: Self.now) == nil)
            for name in [path, directory + "/tokens.json"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: name)
                #expect((attributes[.posixPermissions] as? Int) == 0o600)
            }
            let secret = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
            let stored = try String(contentsOfFile: directory + "/tokens.json", encoding: .utf8)
            #expect(secret.count == 70)
            #expect(!stored.contains(secret))
            #expect(try file.read().first?.role == .admin)
        }
    }

    @Test func `a name is taken once, and free again when its token was revoked or has expired`() async throws
    {
        try await Self.inDirectory { directory in
            let file = TokenFile(directory: directory)
            func create(_ now: Timestamp) throws {
                _ = try file.create(
                    name: "zoé".replacing("é", with: "e"), role: .viewer, scopes: [], now: now,
                    lifetime: .seconds(60))
            }
            try create(Self.now)
            #expect(throws: TokenError.nameTaken("zoe")) { try create(Self.now) }
            try create(Self.now + .seconds(61))
            try file.revoke(name: "zoe")
            #expect(throws: TokenError.nameUnknown("zoe")) { try file.revoke(name: "zoe") }
            #expect(throws: TokenError.nameRefused("a b")) {
                _ = try file.create(
                    name: "a b", role: .viewer, scopes: [], now: Self.now, lifetime: .seconds(1))
            }
        }
    }

    @Test func `a damaged file locks nobody out who was in`() async throws {
        try await Self.inDirectory { directory in
            let time = ManualTime(Self.now)
            let file = TokenFile(directory: directory)
            let secret = try file.create(
                name: "ana", role: .operator, scopes: [.numbers], now: Self.now, lifetime: .seconds(3_600))
            let desk = TokenDesk(file: file, clock: .manual(time))
            let ana = Identity(name: "ana", role: .operator, scopes: [.numbers])
            #expect(desk.identify(secret: secret, from: "a") == .known(ana))
            try "{".write(toFile: directory + "/tokens.json", atomically: true, encoding: .utf8)
            time.advance(by: .seconds(2))
            #expect(desk.identify(secret: secret, from: "a") == .known(ana))
            #expect(desk.health != .good)
            time.advance(by: .seconds(3_600))
            #expect(desk.identify(secret: secret, from: "a") == .unknown)
        }
    }

    @Test func `whoever guesses is slowed down, and a good token passes all the same`() async throws {
        try await Self.inDirectory { directory in
            let time = ManualTime(Self.now)
            let file = TokenFile(directory: directory)
            let secret = try file.create(
                name: "ana", role: .viewer, scopes: [], now: Self.now, lifetime: .seconds(3_600))
            let desk = TokenDesk(file: file, clock: .manual(time))
            for _ in 0..<10 { #expect(desk.identify(secret: "wrong", from: "a") == .unknown) }
            #expect(desk.identify(secret: "wrong", from: "a") == .slowDown(seconds: 6))
            #expect(desk.identify(secret: "wrong", from: "b") == .unknown)
            #expect(
                desk.identify(secret: secret, from: "a")
                    == .known(Identity(name: "ana", role: .viewer, scopes: [])))
            time.advance(by: .seconds(7))
            #expect(desk.identify(secret: "wrong", from: "a") == .unknown)
        }
    }

    @Test func `the API wants a token, a role, and hides numbers from those without the scope`() async throws
    {
        try await Self.inDirectory { directory in
            let now = NodeClock.real.now
            let file = TokenFile(directory: directory)
            let viewer = try file.create(
                name: "vera", role: .viewer, scopes: [], now: now, lifetime: .seconds(3_600))
            let admin = try file.create(
                name: "ada", role: .admin, scopes: [.numbers], now: now, lifetime: .seconds(3_600))
            let store = MemoryStore()
            try store.apply([
                .incident(
                    StoredIncident(
                        id: "number-usurpation-1", kind: "number-usurpation", state: "firing",
                        severity: "major",
                        firstSeen: now, lastSeen: now,
                        document: Array(
                            #"{"summary":"+33199001234 is being usurped","subject":{"number":"+33199001234"},"detected_at":"2009-02-17T14:00:00Z","_own":1}"#
                                .utf8)))
            ])
            var settings = HTTPSettings.testing
            settings.access = .tokens
            try await RunningSite.with(HTTPServices(store: store, tokens: file), settings: settings) { site in
                func get(_ path: String, _ token: String?) async throws -> Reply {
                    try await site.send(
                        .GET, path, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [])
                }
                let path = "/api/v1/incidents/number-usurpation-1"
                let none = try await get(path, nil)
                #expect(none.status == 401)
                #expect(none.headers.first(name: "www-authenticate") == "Bearer realm=\"vigie\"")
                #expect(try await get(path, "vigie_wrong").status == 401)
                let masked = try await get(path, viewer)
                #expect(masked.status == 200)
                #expect(masked.json["subject"]?["number"]?.stringValue == "+33•••••1234")
                #expect(masked.json["summary"]?.stringValue == "+33•••••1234 is being usurped")
                #expect(masked.json["_own"] == nil)
                #expect(try await get(path, admin).json["subject"]?["number"]?.stringValue == "+33199001234")
                #expect(try await get("/api/v1/settings", viewer).status == 403)
                #expect(try await get("/api/v1/settings", admin).status == 200)
                #expect(try await get("/api/v1/calls?number=0199001234", viewer).status == 403)
                #expect(try await get("/api/v1/calls?number=0199001234", admin).status == 200)
                #expect(try await get("/healthz", nil).status == 200)
                #expect(try await get("/metrics", nil).status == 200)
                try file.revoke(name: "vera")
            }
        }
    }
}
