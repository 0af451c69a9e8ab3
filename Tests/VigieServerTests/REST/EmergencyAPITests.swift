import Foundation
import NIOHTTP1
import Testing
import VigieCalls
import VigieDetection
import VigieStore
import VigieWire

@testable import VigieServer

@Suite struct EmergencyAPITests {
    /// A node's HTTP side around a line that runs, with tokens of several rights.
    static func with(
        _ body:
            @escaping @Sendable (
                RunningSite, HTTPServices, @escaping @Sendable (String) -> [(String, String)]
            ) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "vigie-emergency-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tokens = TokenFile(directory: folder)
        var secrets: [String: String] = [:]
        let people: [(String, Role, [TokenScope])] = [
            ("olga", .operator, []), ("eve", .viewer, []), ("samu-59", .viewer, [.receiver]),
            ("carl", .viewer, [.callBacks]),
            ("root", .admin, []),
        ]
        for (name, role, scopes) in people {
            secrets[name] = try tokens.create(
                name: name, role: role, scopes: scopes, now: NodeClock.real.now, lifetime: .seconds(3_600))
        }
        let store = MemoryStore()
        let symbols = NodeSymbols()
        let line = LiveLine(symbols: symbols, store: store, logger: silent)
        line.start()
        var services = HTTPServices(store: store, symbols: symbols, tokens: tokens)
        services.emergency = EmergencyServices(
            line: line,
            calendar: CalendarDesk(
                zone: try #require(TimeZoneOffsets("Europe/Paris")), store: store),
            centres: CentreDesk(.init(.fictional(at: NodeClock.real.now)), store: store),
            receivers: ReceiverDesk())
        var settings = HTTPSettings.testing
        settings.access = .tokens
        let (made, known) = (services, secrets)
        do {
            try await RunningSite.with(made, settings: settings) { site in
                try await body(site, made) { [("Authorization", "Bearer " + (known[$0] ?? ""))] }
            }
        } catch {
            await line.stop()
            throw error
        }
        await line.stop()
    }

    @Test func `the calendar is told, shown, replaced by id, read from a file and taken back`() async throws {
        try await Self.with { site, services, token in
            let start = NodeClock.real.now.rfc3339()
            func put(_ id: String, _ summary: String, _ who: String) async throws -> Reply {
                try await site.post(
                    "/api/v1/calendar",
                    "{\"changes\":[{\"id\":\"\(id)\",\"start\":\"\(start)\",\"elements\":[\"mgw-1\"],\"departments\":[\"2a\"],\"summary\":\"\(summary)\"}]}",
                    headers: token(who))
            }
            #expect(try await put("CHG-1", "x", "eve").status == 403)
            #expect(try await put("CHG-1", "first", "olga").json["accepted"]?.integerValue == 1)
            #expect(try await put("CHG-1", "second", "olga").status == 200)
            let ics =
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:CHG-2\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:bad\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            let read = try await site.send(
                .POST, "/api/v1/calendar/ics", headers: token("olga") + [("Content-Type", "text/calendar")],
                body: ics)
            #expect(read.json["accepted"]?.integerValue == 1 && read.json["refused"]?.integerValue == 1)
            #expect(read.json["refusals"]?.arrayValue?.first?["field"]?.stringValue == "DTSTART")
            let shown = try await site.send(.GET, "/api/v1/calendar", headers: token("eve")).json["items"]?
                .arrayValue
            #expect(shown?.count == 1 && shown?.first?["summary"]?.stringValue == "second")
            #expect(shown?.first?["departments"]?.arrayValue?.first?.stringValue == "2A")
            let wrong =
                #"{"changes":[{"id":"x","start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}]}"#
            #expect(try await site.post("/api/v1/calendar", wrong, headers: token("olga")).status == 400)
            #expect(
                try await site.send(.DELETE, "/api/v1/calendar/CHG-1", headers: token("olga")).status == 200)
            #expect(
                try await site.send(.DELETE, "/api/v1/calendar/CHG-1", headers: token("olga")).status == 404)
            // A time without a zone is one of the node's clock.
            let local = ics.replacing("CHG-2", with: "CHG-3").replacing(
                "20260101T000000Z", with: "20260701T120000")
            _ = try await site.send(
                .POST, "/api/v1/calendar/ics", headers: token("olga") + [("Content-Type", "text/calendar")],
                body: local)
            #expect(
                services.emergency?.calendar.current.changes.first { $0.id == "CHG-3" }?.start
                    == Timestamp(rfc3339: "2026-07-01T10:00:00Z"))
            #expect(
                try await site.send(.DELETE, "/api/v1/calendar/CHG-3", headers: token("olga")).status == 200)
            // A restart knows what was told.
            #expect(CalendarDesk(store: services.store).current.changes.map(\.id) == ["CHG-2"])
            let audit = try services.store.audit(from: 1, limit: 100)
            #expect(
                audit.map(\.action) == [
                    "calendar.put", "calendar.put", "calendar.put", "calendar.remove", "calendar.put",
                    "calendar.remove",
                ])
        }
    }

    @Test func `a centre's counts are taken once, compared with the network's, and shown`() async throws {
        try await Self.with { site, services, token in
            let now = NodeClock.real.now
            let start = Timestamp(seconds: (now.seconds / 300 - 2) * 300)
            // The network delivers twelve calls to the Nord's 15 in the interval, and loses one.
            let nord = services.symbols.symbol("59")
            var events: [CallEvent] = []
            for index in 0..<13 {
                var event = call(
                    "c\(index)", at: start + .seconds(Int64(index) * 10 + 5), status: index == 12 ? 503 : 200)
                event.called = PhoneNumber(form: .dialled, digits: 15, count: 2) ?? .absent
                event.caller = PhoneNumber(e164: 33_639_980_000 + UInt64(index)) ?? .absent
                event.location = nord
                if index == 12 { event.outcome = .network }
                events.append(event)
            }
            #expect(await services.emergency?.line.take(events)?.new == 13)
            func body(_ seen: Int) -> String {
                "{\"centre\":\"FICTION-SAMU-59\",\"intervals\":[{\"start\":\"\(start.rfc3339())\",\"seconds\":300,\"service\":\"15\",\"department\":\"59\",\"seen\":\(seen),\"answered\":0}]}"
            }
            #expect(
                try await site.post("/api/v1/emergency/counts", body(0), headers: token("eve")).status == 403)
            let first = try await site.post("/api/v1/emergency/counts", body(0), headers: token("samu-59"))
            #expect(first.json["accepted"]?.integerValue == 1)
            let again = try await site.post("/api/v1/emergency/counts", body(0), headers: token("samu-59"))
            #expect(again.json["accepted"]?.integerValue == 0 && again.json["known"]?.integerValue == 1)
            #expect(
                try await site.post("/api/v1/emergency/counts", body(3), headers: token("samu-59")).status
                    == 409)
            let future = body(0).replacing(start.rfc3339(), with: (now + .seconds(3_600)).rfc3339())
            #expect(
                try await site.post("/api/v1/emergency/counts", future, headers: token("samu-59")).status
                    == 400)

            await services.emergency?.line.settle()
            let board = try await site.send(.GET, "/api/v1/emergency", headers: token("eve")).json
            let seen = board["receivers"]?.arrayValue?.first
            #expect(seen?["network_counted"]?["delivered"]?.integerValue == 12)
            #expect(seen?["network_counted"]?["failed"]?.integerValue == 1)
            #expect(seen?["verdict"]?.stringValue == "receiver-silent")
            let cell = board["cells"]?.arrayValue?.first
            #expect(cell?["department"]?.stringValue == "59" && cell?["seen_after"] != nil)
            let page = try await site.send(.GET, "/emergency", headers: token("eve")).text
            #expect(page.contains("delivered by the network, not seen by the centre"))
            #expect(page.contains("id=\"d59\"") && page.contains("no call seen"))
        }
    }

    @Test
    func
        `who is to be called back is shown with a reason to those who may see it, and every look is written down`()
        async throws
    {
        try await Self.with { site, services, token in
            let document =
                #"{"summary":"calls fail","subject":{"services":["15"]},"to_call_back":[{"caller":"+33639980001","called":"15","location":"59","tries":3,"first":"2026-11-22T10:00:00Z","last":"2026-11-22T10:05:00Z"}]}"#
            let now = NodeClock.real.now
            try services.store.apply([
                .incident(
                    StoredIncident(
                        id: "emergency-1", kind: "emergency-failure", state: "firing", severity: "critical",
                        firstSeen: now,
                        lastSeen: now, document: Array(document.utf8)))
            ])
            let path = "/api/v1/incidents/emergency-1/call-backs"
            // Neither the incident nor a page shows the callers, not even to an administrator.
            for place in ["/api/v1/incidents/emergency-1", "/incidents/emergency-1", "/emergency", "/"] {
                let reply = try await site.send(.GET, place, headers: token("root"))
                #expect(reply.status == 200 && !reply.text.contains("639980001"), "\(place)")
            }
            #expect(
                try await site.send(.GET, "/api/v1/incidents/emergency-1", headers: token("eve")).json[
                    "to_call_back_total"]?
                    .integerValue == 1)
            #expect(
                try await site.post(path, #"{"reason":"welfare check"}"#, headers: token("olga")).status
                    == 403)
            #expect(try await site.post(path, "{}", headers: token("carl")).status == 422)
            #expect(try services.store.audit(from: 1, limit: 10).isEmpty)
            let shown = try await site.post(path, #"{"reason":"welfare check"}"#, headers: token("carl"))
            #expect(shown.json["items"]?.arrayValue?.first?["caller"]?.stringValue == "+33639980001")
            #expect(shown.headers.first(name: "Cache-Control") == "no-store")
            let line = try #require(try services.store.audit(from: 1, limit: 10).first)
            #expect(
                line.action == "incident.call-backs" && line.actor == "carl" && line.subject == "emergency-1")
            #expect(String(decoding: line.document, as: UTF8.self).contains("welfare check"))
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            let page = "/emergency/call-backs/emergency-1"
            #expect(
                try await site.send(.POST, page, headers: token("eve") + form, body: "reason=welfare+check")
                    .status == 403)
            #expect(
                try await site.send(.POST, page, headers: token("carl") + form, body: "reason=x").status
                    == 400)
            #expect(
                try await site.send(.POST, page, headers: token("carl") + form, body: "reason=welfare+check")
                    .text
                    .contains("tel:+33639980001"))
            #expect(try services.store.audit(from: 1, limit: 10).count == 2)
        }
    }

    @Test func `a test call told over the API makes a fallback fit or unfit at once`() async throws {
        try await Self.with { site, services, token in
            let centres = try #require(services.emergency?.centres)
            let row = try #require(
                centres.current.centre(place: "59", shortNumber: "15", at: NodeClock.real.now))
            let number = try #require(row.fallbacks.first).description
            func tell(_ answered: Bool, _ number: String, _ who: String = "olga") async throws -> Reply {
                try await site.post(
                    "/api/v1/directory/tests",
                    "{\"tests\":[{\"number\":\"\(number)\",\"at\":\"\(NodeClock.real.now.rfc3339())\",\"answered\":\(answered)}]}",
                    headers: token(who))
            }
            func shown() -> Int {
                centres.current.publishable(
                    department: "59", shortNumber: "15", at: NodeClock.real.now + .seconds(1)
                ).count
            }
            #expect(shown() == 2)
            #expect(try await tell(true, number, "eve").status == 403)
            #expect(try await tell(false, number).json["accepted"]?.integerValue == 1)
            #expect(shown() == 1)
            #expect(try await tell(true, "+33199009999").json["unknown"]?.integerValue == 1)
            let quality = try await site.send(.GET, "/api/v1/directory/quality", headers: token("eve"))
            #expect(quality.status == 200 && quality.text.contains("never-tested"))
            #expect(try await site.send(.GET, "/emergency/directory", headers: token("eve")).status == 200)
        }
    }

    @Test func `the map shows each department and each overseas collectivity once`() {
        let codes = EmergencyMap.places.map(\.code)
        #expect(Set(codes) == Set(NumberingPlans.standard.departments.map(\.code)) && codes.count == 107)
    }
}
