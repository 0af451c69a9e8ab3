import Foundation
import NIOHTTP1
import Testing
import VigieCalls
import VigieIncidents
import VigieReports
import VigieStore
import VigieWire

@testable import VigieServer

@Suite struct PublicationTests {
    private static func incident(state: String, departments: [String]) -> StoredIncident {
        let now = NodeClock.real.now
        let document: JSONValue = .object([
            ("detected_at", .string((now - .seconds(300)).rfc3339())),
            (
                "subject",
                .object([
                    ("services", .array([.string("15"), .string("18"), .string("112")])),
                    ("departments", .array(departments.map { .string($0) })), ("lost_calls", .integer(120)),
                    ("share", .number(0.3)),
                ])
            ),
        ])
        return StoredIncident(
            id: "emergency-1", kind: "emergency-failure", state: state, severity: "critical",
            firstSeen: now - .seconds(600), lastSeen: now, document: Array(document.text().utf8))
    }

    private func services(_ store: MemoryStore, directory: CentreDirectory, folder: String) throws
        -> HTTPServices
    {
        let tokens = TokenFile(directory: folder)
        for (name, role) in [("olga", Role.operator), ("ada", .approver), ("bob", .approver)] {
            let secret = try tokens.create(
                name: name, role: role, scopes: [], now: NodeClock.real.now, lifetime: .seconds(3_600))
            try secret.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        var services = HTTPServices(store: store, tokens: tokens)
        services.publications = try PublicationDesk(
            .init(
                publisher: PublicSite.Publisher(
                    name: "Opérateur", sender: "op.example", address: "https://u.example"),
                directory: { directory }, exportDirectory: folder + "/export"), store: store, clock: .real)
        return services
    }

    @Test func `a failure drafts its notice by itself, follows it, and never shows it before people approve`()
        async throws
    {
        let store = MemoryStore()
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59"]))])
        let directory = CentreDirectory.fictional(at: NodeClock.real.now)
        let desk = try PublicationDesk(
            .init(publisher: .init(name: "Opérateur", sender: "op.example"), directory: { directory }),
            store: store, clock: .real)
        let draft = try #require(try await desk.follow(incident: "emergency-1"))
        #expect(
            draft.state == .draft && draft.departments == ["59"]
                && draft.lines.allSatisfy { !$0.fallbacks.isEmpty })
        #expect(try await desk.follow(incident: "emergency-1") == nil)
        #expect(try await desk.follow(incident: "unknown") == nil)
        #expect(desk.shown.site.file("59.html")?.text.contains("Aucune perturbation") == true)
        for person in ["ada", "bob"] { _ = try await desk.approve(draft.id, version: 1, actor: person) }
        #expect(desk.shown.site.file("59.html")?.text.contains("des appels échouent") == true)
        try store.apply([.incident(Self.incident(state: "resolved", departments: ["59"]))])
        let clear = try #require(try await desk.follow(incident: "emergency-1"))
        #expect(clear.kind == .allClear && clear.state == .draft)
        #expect(desk.shown.site.file("59.html")?.text.contains("des appels échouent") == true)
        #expect(try store.audit(from: 1, limit: 10).map(\.actor) == ["vigie", "ada", "bob", "vigie"])
    }

    @Test func `the legal clocks run from the detection, whatever is drafted later`() async throws {
        let store = MemoryStore()
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59"]))])
        let directory = CentreDirectory.fictional(at: NodeClock.real.now)
        let desk = try PublicationDesk(
            .init(publisher: .init(name: "Opérateur", sender: "op.example"), directory: { directory }),
            store: store, clock: .real)
        var draft = try await desk.draft(incident: "emergency-1", actor: "olga")
        let known = await desk.knownAt(draft)
        #expect(known < draft.draftedAt - .seconds(250))
        draft.draftedAt = draft.draftedAt + .seconds(86_400)
        #expect(await desk.knownAt(draft) == known)
        // An incident that is gone: the first text about it.
        var gone = draft
        gone.incident = "gone"
        #expect(await desk.knownAt(gone) == gone.draftedAt)
    }

    @Test
    func `from a detected failure over two approvals to the page, the feeds, an update and the all-clear`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "vigie-publication-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = MemoryStore()
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59", "62"]))])
        var centres = CentreDirectory.fictional(at: NodeClock.real.now).centres
        // The test call to the Pas-de-Calais' 15 is two months old.
        for index in centres.indices where centres[index].place == "62" && centres[index].shortNumber == "15"
        {
            centres[index].lastTested = NodeClock.real.now - .seconds(60 * 86_400)
        }
        let stale = centres.first { $0.place == "62" && $0.shortNumber == "15" }?.fallbacks.first?.description
        let staleNumber = try #require(stale)
        let services = try services(store, directory: CentreDirectory(centres), folder: folder)
        var settings = HTTPSettings.testing
        settings.access = .tokens
        try await RunningSite.with(services, settings: settings) { site in
            func token(_ name: String) throws -> [(String, String)] {
                [
                    (
                        "Authorization",
                        "Bearer " + (try String(contentsOfFile: folder + "/" + name, encoding: .utf8))
                    )
                ]
            }
            // Nobody publishes without a token, nor drafts what is no failure.
            #expect(try await site.post("/api/v1/notices", #"{"incident":"emergency-1"}"#).status == 401)
            #expect(
                try await site.post("/api/v1/notices", #"{"incident":"other"}"#, headers: token("olga"))
                    .status == 404)
            let draft = try await site.post(
                "/api/v1/notices", #"{"incident":"emergency-1"}"#, headers: token("olga"))
            #expect(draft.status == 201)
            let id = try #require(draft.json["id"]?.stringValue)
            #expect(try await site.send(.GET, "/public/59").text.contains("Aucune perturbation"))

            func approve(_ name: String, _ version: Int) async throws -> Reply {
                try await site.post(
                    "/api/v1/notices/\(id)/approve", "{\"version\":\(version)}", headers: token(name))
            }
            #expect(try await approve("olga", 1).status == 403)
            #expect(try await approve("ada", 1).json["state"]?.stringValue == "draft")
            #expect(try await approve("ada", 1).status == 409)
            #expect(try await approve("bob", 1).json["state"]?.stringValue == "published")

            let page = try await site.send(.GET, "/public/59")
            #expect(page.text.contains("des appels échouent") && page.text.contains("tel:+33"))
            #expect(
                page.headers.first(name: "Content-Security-Policy")?.contains("default-src 'none'") == true)
            // A fallback with a stale test never appears, on no page and in no feed.
            for path in [
                "/public/", "/public/62", "/public/en/62", "/public/feed.atom", "/public/summary.json",
            ] {
                let reply = try await site.send(.GET, path)
                #expect(reply.status == 200 && !reply.text.contains(staleNumber), "\(path)")
            }
            #expect(
                try await site.send(.GET, "/public/summary.json").json["status"]?["indicator"]?.stringValue
                    == "major")
            let alert = try await site.send(.GET, "/public/cap/\(id)-1.xml").text
            #expect(alert.contains("<msgType>Alert</msgType>") && !alert.contains(staleNumber))
            #expect(FileManager.default.fileExists(atPath: folder + "/export/cap/\(id)-1.xml"))

            // It spreads: the draft of an update.
            try store.apply([.incident(Self.incident(state: "firing", departments: ["59", "62", "80"]))])
            _ = try await site.post("/api/v1/notices", #"{"incident":"emergency-1"}"#, headers: token("olga"))
            _ = try await approve("ada", 2)
            _ = try await approve("bob", 2)
            #expect(try await site.send(.GET, "/public/80").text.contains("des appels échouent"))
            #expect(
                try await site.send(.GET, "/public/cap/\(id)-2.xml").text.contains(
                    "<msgType>Update</msgType>"))

            // It is over.
            try store.apply([.incident(Self.incident(state: "resolved", departments: ["59", "62", "80"]))])
            _ = try await site.post("/api/v1/notices", #"{"incident":"emergency-1"}"#, headers: token("olga"))
            _ = try await approve("ada", 3)
            _ = try await approve("bob", 3)
            #expect(try await site.send(.GET, "/public/80").text.contains("Aucune perturbation"))
            #expect(
                try await site.send(.GET, "/public/cap/\(id)-3.xml").text.contains(
                    "<msgType>Cancel</msgType>"))
            #expect(try await site.send(.GET, "/public/feed.atom").text.contains("fonctionnent de nouveau"))
        }
        // Every step is in the audit, and a restart shows the same.
        let lines = try store.audit(from: 1, limit: 100)
        #expect(lines.map(\.action).filter { $0 == "notice.approve" }.count == 6)
        #expect(Set(lines.map(\.actor)) == ["olga", "ada", "bob"])
        let again = try PublicationDesk(
            .init(publisher: .init(name: "x", sender: "x")), store: store, clock: .real)
        #expect(await again.versions.count == 3)
    }

    @Test func `a notice published by mistake is taken back over the API by two people, with a reason`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "vigie-retraction-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = MemoryStore()
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59", "62"]))])
        let directory = CentreDirectory.fictional(at: NodeClock.real.now)
        let services = try services(store, directory: directory, folder: folder)
        var settings = HTTPSettings.testing
        settings.access = .tokens
        try await RunningSite.with(services, settings: settings) { site in
            func post(_ path: String, _ body: String, as name: String) async throws -> Reply {
                let secret = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
                return try await site.post(
                    "/api/v1/notices" + path, body, headers: [("Authorization", "Bearer " + secret)])
            }
            func get(_ path: String) async throws -> Reply {
                let secret = try String(contentsOfFile: folder + "/olga", encoding: .utf8)
                return try await site.send(
                    .GET, "/api/v1/notices" + path, headers: [("Authorization", "Bearer " + secret)])
            }
            let draft = try await post("", #"{"incident":"emergency-1"}"#, as: "olga")
            let id = try #require(draft.json["id"]?.stringValue)
            #expect(draft.json["text_fr"]?.stringValue?.contains("peuvent échouer") == true)
            // What is no more than a draft is withdrawn, not retracted.
            #expect(try await post("/\(id)/retract", #"{"reason":"r"}"#, as: "olga").status == 409)
            for name in ["ada", "bob"] {
                #expect(try await post("/\(id)/approve", #"{"version":1}"#, as: name).status == 200)
            }
            #expect(try await site.send(.GET, "/public/59").text.contains("des appels échouent"))

            #expect(try await post("/\(id)/retract", "{}", as: "olga").status == 422)
            #expect(try await post("/nothing/retract", #"{"reason":"r"}"#, as: "olga").status == 404)
            let wanted = try await post("/\(id)/retract", #"{"reason":"a test table"}"#, as: "olga")
            #expect(wanted.status == 201 && wanted.json["kind"]?.stringValue == "retraction")
            #expect(wanted.json["retraction"]?["reason"]?.stringValue == "a test table")
            let shown = try await get("/\(id)")
            #expect(
                shown.json["version"]?.integerValue == 2
                    && shown.json["text_en"]?.stringValue?.contains("published by mistake") == true)
            #expect(try await get("/\(id)?version=1").json["kind"]?.stringValue == "alert")
            #expect(try await get("/\(id)?version=9").status == 404)
            let messages = try await get("/\(id)/messages").json
            let sms = messages["sms"]
            #expect(messages["fr_alert_en"]?.stringValue?.contains("by mistake") == true)
            #expect(sms?["62"]?.stringValue?.contains("publie par erreur") == true)

            // One approval, and the page stands; nobody approves twice, or a version that was not read.
            #expect(try await post("/\(id)/approve", #"{"version":1}"#, as: "ada").status == 409)
            #expect(try await post("/\(id)/approve", #"{"version":2}"#, as: "olga").status == 403)
            #expect(try await post("/\(id)/approve", #"{"version":2}"#, as: "ada").status == 200)
            #expect(try await post("/\(id)/approve", #"{"version":2}"#, as: "ada").status == 409)
            #expect(try await site.send(.GET, "/public/59").text.contains("des appels échouent"))
            let done = try await post("/\(id)/approve", #"{"version":2}"#, as: "bob")
            #expect(done.json["state"]?.stringValue == "published")

            for path in ["/public/", "/public/59", "/public/62"] {
                let page = try await site.send(.GET, path).text
                #expect(page.contains("Avis retiré") && !page.contains("tel:+33"), "\(path)")
            }
            #expect(try await site.send(.GET, "/public/en/62").text.contains("Notice withdrawn"))
            #expect(try await site.send(.GET, "/public/feed.atom").text.contains("Avis retiré"))
            #expect(
                try await site.send(.GET, "/public/summary.json").json["status"]?["indicator"]?.stringValue
                    == "none")
            let cancel = try await site.send(.GET, "/public/cap/\(id)-2.xml").text
            #expect(cancel.contains("<msgType>Cancel</msgType>") && cancel.contains("vigie-\(id)-1,"))
            // The files for another host say the same.
            for path in ["59.html", "en/index.html", "cap/\(id)-2.xml"] {
                let file = try String(contentsOfFile: folder + "/export/" + path, encoding: .utf8)
                #expect(
                    file.contains("par erreur") || file.contains("by mistake"), "\(path)")
            }
        }
        // The incident goes on: what was taken back is not written again, also not by a node that started since.
        let again = try PublicationDesk(
            .init(publisher: .init(name: "x", sender: "x"), directory: { directory }), store: store,
            clock: .real)
        #expect(try await again.follow(incident: "emergency-1") == nil)
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59", "62", "80"]))])
        #expect(try await again.follow(incident: "emergency-1")?.kind == .alert)
        let lines = try store.audit(from: 1, limit: 100)
        #expect(
            lines.map { "\($0.actor) \($0.action)" } == [
                "olga notice.draft", "ada notice.approve", "bob notice.approve", "olga notice.retract",
                "ada notice.approve", "bob notice.approve", "vigie notice.draft",
            ])
        #expect(
            lines.first { $0.action == "notice.retract" }.map {
                String(decoding: $0.document, as: UTF8.self)
            }?
            .contains("a test table") == true)
    }

    @Test func `the files for another host are there from the start, and lose what has ended after its day`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "vigie-export-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = MemoryStore()
        let hands = ManualTime(NodeClock.real.now)
        let directory = CentreDirectory.fictional(at: hands.now)
        let desk = try PublicationDesk(
            .init(
                publisher: .init(name: "Opérateur", sender: "op.example"), directory: { directory },
                exportDirectory: folder), store: store, clock: .manual(hands))
        func page() throws -> String { try String(contentsOfFile: folder + "/59.html", encoding: .utf8) }
        await desk.export()
        #expect(try page().contains("Aucune perturbation"))
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59"]))])
        let id = try await desk.draft(incident: "emergency-1", actor: "olga").id
        for person in ["ada", "bob"] { _ = try await desk.approve(id, version: 1, actor: person) }
        #expect(try page().contains("des appels échouent"))
        _ = try await desk.retract(id, reason: "a test table", actor: "olga")
        for person in ["ada", "bob"] { _ = try await desk.approve(id, version: 2, actor: person) }
        #expect(try page().contains("Avis retiré"))
        hands.advance(by: .seconds(86_401))
        #expect(try page().contains("Avis retiré"))
        await desk.export()
        #expect(try !page().contains("Avis retiré"))
        // A folder that takes no files is told, file by file, and stops nothing.
        try FileManager.default.removeItem(atPath: folder)
        try Data().write(to: URL(filePath: folder))
        let failure = try #require(desk.shown.export(to: folder))
        #expect(failure.files == desk.shown.site.files.count && failure.first.hasPrefix("index.html: "))
    }

    @Test func `a fallback that goes stale or dead while the notice is public leaves the pages at once`()
        async throws
    {
        let store = MemoryStore()
        let hands = ManualTime(NodeClock.real.now)
        let centres = CentreDesk(.init(.fictional(at: hands.now)), store: store)
        let desk = try PublicationDesk(
            .init(
                publisher: .init(name: "Opérateur", sender: "op.example"),
                directory: { centres.current }), store: store, clock: .manual(hands))
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59"]))])
        let draft = try await desk.draft(incident: "emergency-1", actor: "olga")
        for person in ["ada", "bob"] { _ = try await desk.approve(draft.id, version: 1, actor: person) }
        let number = try #require(draft.lines.first { $0.shortNumber == "15" }?.fallbacks.first)
        func page() -> String { desk.shown.site.file("59.html")?.text ?? "" }
        #expect(page().contains("tel:" + number))
        // A test call to it fails: nobody is sent there any more, in no department that it stands for.
        let phone = try #require(UInt64(number.dropFirst()).flatMap { PhoneNumber(e164: $0) })
        try centres.note(
            [FallbackTest(number: phone, at: hands.now, isAnswered: false, tester: "probe")], actor: "probe",
            at: hands.now)
        #expect(!page().contains(number) && page().contains("des appels échouent"))
        hands.advance(by: .seconds(60))
        try centres.note(
            [FallbackTest(number: phone, at: hands.now, isAnswered: true, tester: "probe")], actor: "probe",
            at: hands.now)
        // Thirty days after its test nothing vouches for it.
        hands.advance(by: .seconds(31 * 86_400))
        #expect(!page().contains("tel:+33") && page().contains("des appels échouent"))
        for path in ["index.html", "feed.atom", "summary.json", "en/59.html"] {
            #expect(desk.shown.site.file(path)?.text.contains(number) == false, "\(path)")
        }
        // What was sent is sent.
        #expect(
            desk.shown.site.file("cap/\(draft.id)-1.xml")?.text.contains("<msgType>Alert</msgType>") == true)
    }

    @Test
    func `a failure whose calls tell no place can be published, without those who are known to be sound`()
        async throws
    {
        let now = NodeClock.real.now
        func record(_ sound: [String], centres: [String] = [], state: String = "firing") -> StoredIncident {
            let document: JSONValue = .object([
                (
                    "subject",
                    .object([
                        ("services", .array([.string("15")])), ("departments", .array([])),
                        ("nationwide", .bool(false)), ("share", .number(0.95)), ("lost_calls", .integer(12)),
                        ("centres", JSONValue(centres)),
                        ("not_affected", .object([("departments", JSONValue(sound))])),
                    ])
                )
            ])
            return StoredIncident(
                id: "emergency-2", kind: "emergency-failure", state: state, severity: "critical",
                firstSeen: now - .seconds(600), lastSeen: now, document: Array(document.text().utf8))
        }
        let all = NumberingPlans.standard.departments.map(\.code)
        let directory = CentreDirectory.fictional(at: now)
        let facts = try #require(try EmergencyFacts.read(record(["59", "75"]), directory))
        #expect(facts.isPlaceUnknown && facts.cells.count == all.count - 2)
        #expect(facts.cells.allSatisfy { $0.reach == .partial && $0.shortNumber == "15" })
        #expect(!facts.cells.contains { ["59", "75"].contains($0.department) })
        // Every place is sound and calls from none fail: they may come from anywhere.
        #expect(try #require(try EmergencyFacts.read(record(all), directory)).cells.count == all.count)
        // A centre that the directory knows tells which departments it serves.
        let lille = try #require(directory.centre(place: "59", shortNumber: "15", at: now))
        let served = try #require(
            try EmergencyFacts.read(record([], centres: [lille.longNumber.description]), directory))
        #expect(!served.isPlaceUnknown && Set(served.cells.map(\.department)).contains("59"))
        #expect(served.cells.count < 10 && served.cells.allSatisfy { $0.reach == .down })
        #expect(try #require(try EmergencyFacts.read(record([], state: "resolved"), directory)).cells.isEmpty)

        let store = MemoryStore()
        try store.apply([.incident(record(["59", "75"]))])
        let desk = try PublicationDesk(
            .init(publisher: .init(name: "Opérateur", sender: "op.example"), directory: { directory }),
            store: store, clock: .real)
        let draft = try #require(try await desk.follow(incident: "emergency-2"))
        #expect(draft.isPlaceUnknown == true && draft.lines.contains { !$0.fallbacks.isEmpty })
        for person in ["ada", "bob"] { _ = try await desk.approve(draft.id, version: 1, actor: person) }
        #expect(desk.shown.site.file("33")?.text.contains("ceux d’ici sont touchés") == true)
        #expect(desk.shown.site.file("59")?.text.contains("Aucune perturbation") == true)
        // The sound set moves with the minutes: that is no new text.
        try store.apply([.incident(record(["59"]))])
        #expect(try await desk.follow(incident: "emergency-2") == nil)
    }

    @Test func `what cannot be read is said and kept, never taken for nothing`() async throws {
        let store = MemoryStore()
        let directory = CentreDirectory.fictional(at: NodeClock.real.now)
        let damaged = Array("{\"subject\": tru".utf8)
        var incident = Self.incident(state: "firing", departments: ["59"])
        incident.document = damaged
        try store.apply([
            .incident(incident), .setting(key: "publications", value: damaged),
            .setting(key: "calendar", value: damaged),
        ])
        let desk = try PublicationDesk(
            .init(publisher: .init(name: "Opérateur", sender: "op.example"), directory: { directory }),
            store: store, clock: .real)
        #expect(await desk.versions.isEmpty)
        #expect(CalendarDesk(store: store).current.changes.isEmpty)
        for key in ["publications.damaged", "calendar.damaged"] {
            #expect(try store.setting(key) == damaged, "\(key)")
        }
        await #expect {
            _ = try await desk.draft(incident: "emergency-1", actor: "olga")
        } throws: { error in
            (error as? PublicationDesk.Failure)?.sentence.contains("emergency-1 cannot be read") == true
        }
        // The next step does not overwrite what was put aside.
        try store.apply([.incident(Self.incident(state: "firing", departments: ["59"]))])
        #expect(try await desk.draft(incident: "emergency-1", actor: "olga").state == .draft)
        #expect(try store.setting("publications") != damaged)
        #expect(try store.setting("publications.damaged") == damaged)
    }
}
