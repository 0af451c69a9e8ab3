import Foundation
import NIOHTTP1
import Testing
import VigieCalls
import VigieStore
import VigieWire

@testable import VigieServer

/// The emergency calls' history over the API and on its page.
@Suite struct HistoryAPITests {
    private static let nord = EmergencySeries(.samu, DepartmentCode("59") ?? .none)
    private static let paris = EmergencySeries(.european, DepartmentCode("75") ?? .none)

    private static func totals(_ attempts: UInt32, failed: UInt32 = 0) -> EmergencyTotals {
        var totals = EmergencyTotals()
        totals[.attempts] = attempts
        totals[.callers] = attempts
        totals[.failed] = failed
        totals[.answered] = attempts - failed
        return totals
    }

    /// Three hours: the first not heard, the second with calls to two cells, the third heard and quiet.
    private static func fill(_ services: HTTPServices, until now: Timestamp) -> Int64 {
        let first = (now.seconds / 3_600 - 3) * 60
        let node = EmergencySeries(.node, services.symbols.symbol("mgw-1"))
        let minutes = (60..<180).map { offset in
            EmergencyMinute(
                first + Int64(offset), hearing: .heard,
                rows: offset < 120
                    ? [
                        .init(nord, totals(2, failed: offset == 60 ? 1 : 0)), .init(paris, totals(1)),
                        .init(node, totals(3)),
                    ] : [])
        }
        #expect(services.store.append(minutes, at: now).stored == 120)
        return first
    }

    /// Pages, steps and attempts from the first page to the last.
    private static func walk(_ page: (String) async throws -> JSONValue) async throws -> [Int] {
        var sums = [0, 0, 0]
        var more = ""
        for _ in 0..<10 {
            let shown = try await page(more)
            sums[0] += 1
            sums[1] += shown["starts"]?.arrayValue?.count ?? 0
            for row in shown["series"]?.arrayValue ?? [] {
                for value in row["attempts"]?.arrayValue ?? [] { sums[2] += Int(value.integerValue ?? 0) }
            }
            guard let next = shown["next"]?.stringValue else { return sums }
            more = "&cursor=" + next
        }
        return sums
    }

    @Test func `a history tells counts, what was not heard is null, and pages go on where they ended`()
        async throws
    {
        try await EmergencyAPITests.with { site, services, token in
            let now = services.clock.now
            let first = Self.fill(services, until: now)
            func ask(_ query: String, _ who: String = "eve") async throws -> Reply {
                let from = Timestamp(seconds: first * 60).rfc3339()
                let to = Timestamp(seconds: (first + 180) * 60).rfc3339()
                return try await site.send(
                    .GET, "/api/v1/emergency/history?from=\(from)&to=\(to)&\(query)", headers: token(who))
            }
            let cell = try await ask("service=15&department=59&step=hour").json
            #expect(cell["heard_minutes"]?.arrayValue?.compactMap(\.integerValue) == [0, 60, 60])
            let series = try #require(cell["series"]?.arrayValue?.first)
            #expect(series["attempts"]?.arrayValue?.map(\.integerValue) == [nil, 120, 0])
            #expect(series["failed"]?.arrayValue?.map(\.integerValue) == [nil, 1, 0])
            #expect(series["service"]?.stringValue == "15" && series["receiver"] == nil)
            #expect(
                cell["next"] != nil && cell["next"]?.stringValue == nil
                    && cell["step_seconds"]?.integerValue == 3_600)
            let all = try await ask("step=quarter").json
            #expect(all["series"]?.arrayValue?.count == 2 && all["starts"]?.arrayValue?.count == 12)
            let sum = try await ask("step=hour&by=sum").json
            #expect(
                sum["series"]?.arrayValue?.first?["attempts"]?.arrayValue?.map(\.integerValue) == [
                    nil, 180, 0,
                ])
            let node = try await ask("step=hour&kind=node&name=mgw-1").json
            #expect(node["series"]?.arrayValue?.first?["name"]?.stringValue == "mgw-1")
            let walked = try await Self.walk { try await ask("service=15&step=minute&limit=50" + $0).json }
            #expect(walked == [4, 180, 120])
            // A validator.
            let path = "/api/v1/emergency/history?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z"
            let tagged = try await site.send(.GET, path, headers: token("eve"))
            let tag = try #require(tagged.headers.first(name: "ETag"))
            #expect(
                try await site.send(.GET, path, headers: token("eve") + [("If-None-Match", tag)]).status
                    == 304)
        }
    }

    @Test(arguments: [
        ("service=x1", 400), ("department=99", 400), ("kind=node", 400), ("name=a", 400),
        ("kind=node&name=nobody", 404), ("kind=node&name=a&service=15", 400), ("step=second", 400),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400),
        ("from=1999-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400), ("cursor=abc", 400), ("limit=0", 400),
        ("limit=2001", 400), ("from=yesterday", 400),
    ])
    func `a question that makes no sense is refused as a problem`(query: String, status: Int) async throws {
        try await EmergencyAPITests.with { site, _, token in
            let reply = try await site.send(
                .GET, "/api/v1/emergency/history?" + query, headers: token("eve"))
            #expect(reply.status == status, "\(query): \(reply.text)")
            #expect(reply.headers.first(name: "Content-Type") == "application/problem+json")
        }
    }

    @Test func `a stranger sees no history`() async throws {
        try await EmergencyAPITests.with { site, _, _ in
            let answer = try await site.send(.GET, "/api/v1/emergency/history")
            let page = try await site.send(.GET, "/emergency/history")
            #expect(answer.status == 401 && page.text.contains("name=\"token\""))
        }
    }

    @Test func `the page draws a cell's history without script, blind is hatched, in two languages`()
        async throws
    {
        try await EmergencyAPITests.with { site, services, token in
            _ = Self.fill(services, until: services.clock.now)
            func page(_ query: String) async throws -> String {
                let reply = try await site.send(.GET, "/emergency/history?" + query, headers: token("eve"))
                #expect(reply.status == 200)
                return reply.text
            }
            let english = try await page("service=15&department=59&span=day&lang=en")
            #expect(english.contains("15 in Nord (59)") && english.contains("<svg class=\"chart history\""))
            #expect(english.contains("120 attempts by 120 callers, 0 of them redials: 119 answered, 1 lost"))
            #expect(english.contains("class=\"failed\"") && english.contains("url(#hatch)"))
            #expect(
                english.contains("? blind")
                    && english.contains("href=\"/emergency/history?lang=fr&amp;service=15"))
            #expect(!english.contains("style=\"") && !english.contains("<script>"))
            let french = try await page("span=year&lang=fr")
            #expect(french.contains("tous les numéros, tout le pays") && french.contains("Dernière année"))
            #expect(french.contains("180 tentatives"))
            for span in ["hour", "week", "nonsense"] {
                _ = try await page("span=\(span)&service=18&department=2A")
            }
            let empty = try await page("service=18&department=2A&span=hour&lang=en")
            #expect(empty.contains("18 in Corse-du-Sud (2A)"))
            #expect(
                try await site.send(.GET, "/emergency/history?service=x", headers: token("eve")).status == 400
            )
            // The board leads to it.
            let board = try await site.send(.GET, "/emergency?lang=fr", headers: token("eve")).text
            #expect(board.contains("action=\"/emergency/history\""))
        }
    }
}
