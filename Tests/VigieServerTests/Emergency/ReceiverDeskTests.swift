import Foundation
import Testing
import VigieCalls
import VigieStore
import VigieWire

@testable import VigieServer

/// What emergency centres counted, remembered over a restart.
@Suite struct ReceiverDeskTests {
    private static let noon = Timestamp(seconds: 1_795_348_800)

    private static func told(
        _ index: Int, seen: Int = 7, centre: String = "SAMU-59", department: String = "59"
    )
        -> ReceiverDesk.Told
    {
        var count = EmergencyCount(
            source: .receiver, start: noon + .seconds(Int64(index) * 300), length: .seconds(300),
            service: .samu)
        count.department = DepartmentCode(department) ?? .none
        (count.attempts, count.answered, count.abandoned) = (seen, 5, 1)
        return ReceiverDesk.Told(count: count, centre: centre, sender: "samu")
    }

    private static func take(_ desk: ReceiverDesk, _ told: [ReceiverDesk.Told], hasRoom: Bool = true) throws
        -> ReceiverDesk.Outcome
    {
        try desk.take(told) { _ in hasRoom }
    }

    @Test func `an interval that is sent again after a restart is known, with other figures it is refused`()
        async throws
    {
        let store = MemoryStore()
        let desk = ReceiverDesk(store: store)
        let day = (0..<200).map { Self.told($0) }
        #expect(try Self.take(desk, day) == ReceiverDesk.Outcome(new: 200))
        #expect(try Self.take(desk, [Self.told(3, centre: "SAMU-2A", department: "2A")]).new == 1)
        await desk.keep("SAMU-59")
        await desk.keep("SAMU-2A")
        let again = ReceiverDesk(store: store, at: Self.noon + .seconds(86_400))
        #expect(again.latest.map(\.centre) == ["SAMU-2A", "SAMU-59"])
        #expect(again.latest.last?.count.start == day[199].count.start && again.latest.last?.sender == "samu")
        var handed = 0
        let outcome = try again.take(day + [Self.told(200)]) {
            handed += $0.count
            return true
        }
        #expect(outcome == ReceiverDesk.Outcome(new: 1, known: 200) && handed == 1)
        #expect(throws: ReceiverDesk.Refusal.self) { try Self.take(again, [Self.told(4, seen: 8)]) }
        // A centre that was silent for months is forgotten.
        #expect(ReceiverDesk(store: store, at: Self.noon + .seconds(60 * 86_400)).latest.isEmpty)
    }

    @Test func `what is older than all that is remembered is told apart, and not counted`() throws {
        let desk = ReceiverDesk()
        let many = (0..<ReceiverDesk.intervals).map { Self.told($0) }
        #expect(try Self.take(desk, many).new == ReceiverDesk.intervals)
        #expect(try Self.take(desk, [Self.told(-1)], hasRoom: false) == ReceiverDesk.Outcome(tooOld: 1))
        #expect(try Self.take(desk, [Self.told(ReceiverDesk.intervals)]).new == 1)
        #expect(try Self.take(desk, [Self.told(0)], hasRoom: false) == ReceiverDesk.Outcome(tooOld: 1))
    }

    @Test func `nothing is remembered when the line has no room, and no more cells than there is room for`()
        throws
    {
        let desk = ReceiverDesk()
        #expect(throws: ReceiverDesk.Refusal.self) { try Self.take(desk, [Self.told(0)], hasRoom: false) }
        #expect(desk.latest.isEmpty)
        #expect(try Self.take(desk, [Self.told(0), Self.told(0)]) == ReceiverDesk.Outcome(new: 1, known: 1))
        let centres = (0..<ReceiverDesk.maxCells).map { Self.told(0, centre: "C\($0)") }
        #expect(throws: ReceiverDesk.Refusal.self) { try Self.take(desk, centres) }
        #expect(desk.latest.count == 1)
    }

    @Test func `a damaged document costs its centre's memory and no other`() async throws {
        let store = MemoryStore()
        let desk = ReceiverDesk(store: store)
        _ = try Self.take(desk, [Self.told(0), Self.told(0, centre: "B")])
        await desk.keep("SAMU-59")
        await desk.keep("B")
        try store.apply([.setting(key: "receivers/SAMU-59", value: Array("{".utf8))])
        #expect(ReceiverDesk(store: store).latest.map(\.centre) == ["B"])
        try store.apply([.setting(key: "receivers", value: [0])])
        #expect(ReceiverDesk(store: store).latest.isEmpty)
        store.close()
        await desk.keep("B")
        #expect(desk.notKept.total == 1)
    }

    @Test func `a token that names a centre speaks for no other`() async throws {
        let folder = NSTemporaryDirectory() + "vigie-centre-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tokens = TokenFile(directory: folder)
        let now = NodeClock.real.now
        let bound = try tokens.create(
            name: "samu-59", role: .viewer, scopes: [.receiver],
            centres: ["FICTION-SAMU-59", "FICTION-SDIS-59"], now: now,
            lifetime: .seconds(3_600))
        let free = try tokens.create(
            name: "region", role: .viewer, scopes: [.receiver], now: now, lifetime: .seconds(3_600))
        #expect(try tokens.read().map(\.centres) == [["FICTION-SAMU-59", "FICTION-SDIS-59"], nil])
        let store = MemoryStore()
        let desk = ReceiverDesk(store: store)
        let line = LiveLine(symbols: NodeSymbols(), store: store, logger: silent)
        line.start()
        var services = HTTPServices(store: store, symbols: line.symbols, tokens: tokens)
        services.emergency = EmergencyServices(
            line: line, calendar: CalendarDesk(store: store),
            centres: CentreDesk(.init(.fictional(at: now)), store: store),
            receivers: desk)
        var settings = HTTPSettings.testing
        settings.access = .tokens
        let start = Timestamp(seconds: (now.seconds / 300 - 2) * 300).rfc3339()
        do {
            try await RunningSite.with(services, settings: settings) { site in
                func post(
                    _ centre: String, _ secret: String, department: String = "59", service: String = "15"
                ) async throws -> Reply {
                    try await site.post(
                        "/api/v1/emergency/counts",
                        "{\"centre\":\"\(centre)\",\"intervals\":[{\"start\":\"\(start)\",\"seconds\":300,\"service\":\"\(service)\",\"department\":\"\(department)\",\"seen\":2,\"answered\":1}]}",
                        headers: [("Authorization", "Bearer " + secret)])
                }
                let refused = try await post("SAMU-62", bound)
                #expect(refused.status == 403)
                #expect(refused.json["type"]?.stringValue == "urn:vigie:problem:not-allowed")
                #expect(
                    refused.json["detail"]?.stringValue?.contains("FICTION-SAMU-59, FICTION-SDIS-59") == true)
                #expect(try await post("FICTION-SAMU-59", bound).json["accepted"]?.integerValue == 1)
                let fire = try await post("FICTION-SDIS-59", bound, service: "18")
                #expect(fire.json["accepted"]?.integerValue == 1)
                // What the directory sends elsewhere is not this centre's to count; there is no department 20.
                let listed = "FICTION-SAMU-59"
                #expect(try await post(listed, free).json["known"]?.integerValue == 1)
                for (department, service, why) in [
                    ("62", "15", "does not send 15 in 62 to FICTION-SAMU-59"),
                    ("59", "18", "does not send 18 in 59 to FICTION-SAMU-59"),
                    ("20", "15", "there is no department 20"),
                ] {
                    let reply = try await post(listed, free, department: department, service: service)
                    #expect(
                        reply.status == 400 && reply.json["detail"]?.stringValue?.contains(why) == true)
                }
                // Nor is a name that the directory does not know a centre of its own.
                let unknown = try await post("SAMU-62", free)
                #expect(
                    unknown.status == 400
                        && unknown.json["detail"]?.stringValue?.contains("knows no centre SAMU-62") == true)
                #expect(desk.unknownCentre.total == 1 && desk.taken.total == 2)
            }
        } catch {
            await line.stop()
            throw error
        }
        await line.stop()
        // Another node over the same store knows them.
        #expect(
            ReceiverDesk(store: store).latest.map(\.centre) == ["FICTION-SAMU-59", "FICTION-SDIS-59"])
    }
}
