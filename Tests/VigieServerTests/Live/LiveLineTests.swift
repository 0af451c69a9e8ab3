import Foundation
import Testing
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

@testable import VigieServer

struct LiveLineTests {
    @Test func `a call that was screened, mirrored and recorded counts once, and is stored whole`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            let line = running.line
            // An earlier call teaches the line that ends are told.
            var begun = call("first", at: now, status: 0)
            begun.outcome = .indeterminate
            line.submit([begun], from: .screening)
            line.submit([call("first", at: now)], from: .signalling)
            var screened = call("second", at: now, status: 0)
            screened.outcome = .indeterminate
            screened.ingress = line.symbols.symbol("carrier")
            line.submit([screened], from: .screening)
            line.submit([call("second", at: now)], from: .signalling)
            line.submit([call("second", at: now + .milliseconds(3))], from: .record)
            await line.settle()
            running.time.advance(by: .seconds(200))
            await line.settle()
            let status = line.status
            #expect(status.calls == 2)
            #expect(status.completed == 2)
            #expect(status.repeated == 1)
            var query = CallQuery()
            query.callKey = CallID("second").key
            try await eventually("the call is stored") { try running.store.calls(query).records.count == 1 }
            let stored = try #require(try running.store.calls(query).records.first)
            #expect(stored.outcome == .success)
            #expect(line.symbols.name(stored.ingress) == "carrier")
        }
    }

    @Test func `two records of one Call-ID with different ends are two attempts, the same record is one`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            let first = call("a", at: now, status: 503)
            let second = call("a", at: now + .seconds(1))
            let receipt = await running.line.take([first, second, first])
            #expect(receipt == RecordReceipt(new: 2, known: 1, notStored: 0))
            #expect(running.stored == 2)
        }
    }

    @Test func `what finds no room is counted by its way, and records are pushed back instead`() async throws
    {
        var capacity = LineInbox.Capacity()
        capacity.screening = 10
        capacity.records = 10
        let inbox = LineInbox(capacity)
        let now = try moment("2026-03-01T10:00:00Z")
        let some = (0..<8).map { call("c\($0)", at: now) }
        #expect(inbox.submit(some, .screening) == 8)
        #expect(inbox.submit(some, .screening) == 0)
        #expect(inbox.taken[.screening].total == 8)
        #expect(inbox.dropped[.screening].total == 8)
        #expect(inbox.offer(some, .record))
        #expect(!inbox.offer(some, .record))
        #expect(inbox.dropped[.record].total == 0)
        #expect(inbox.take(waiting: 0).count == 2)
        #expect(inbox.offer(some, .record))
    }

    @Test func `batches of records, however many a minute, do not carry the detectors' time away`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:10Z")
        try await RunningLine.with(at: now) { running in
            for second in 0..<20 {
                let time = now + .seconds(Int64(second))
                var screened = call("screened \(second)", at: time, status: 0)
                screened.outcome = .indeterminate
                running.line.submit([screened], from: .screening)
                _ = await running.line.take([call("record \(second)", at: time - .seconds(5))])
                await running.line.settle()
                running.time.advance(by: .seconds(1))
            }
            #expect(running.line.status.calls == 40)
            #expect(running.line.status.late == 0)
        }
    }

    @Test func `a file of another year beside live calls disturbs neither's time`() async throws {
        let now = try moment("2026-03-01T10:00:00Z")
        let then = try moment("2009-02-17T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            running.line.submit([call("live", at: now)], from: .screening)
            _ = await running.line.take((0..<50).map { call("old\($0)", at: then + .seconds($0)) })
            running.line.submit([call("live2", at: now + .seconds(1))], from: .screening)
            await running.line.settle()
            let status = running.line.status
            #expect(status.calls == 52)
            #expect(status.otherTime == 50)
            #expect(status.dataTime.map { $0 >= now } == true)
        }
    }

    @Test func `a machine whose clock is ahead does not move the line's time`() async throws {
        let now = try moment("2026-03-01T10:00:00Z")
        try await RunningLine.with(at: now) { running in
            running.line.submit([call("live", at: now)], from: .screening)
            running.line.submit([call("ahead", at: now + .seconds(7_200))], from: .screening)
            await running.line.settle()
            let status = running.line.status
            #expect(status.aheadOfClock == 1)
            #expect(status.dataTime == now)
        }
    }

    @Test func `records replayed live find the incident of 2009, told once it was looked into and stored`()
        async throws
    {
        let (events, names) = try events("rabat-2009", seed: 7, rate: 3_000)
        let first = try #require(events.first)
        let store = MemoryStore()
        try store.apply([.symbols(first: 2, names: names)])
        let opened = try await RunningLine.with(store, at: first.start) { running in
            let changes = running.line.changes()
            for chunk in stride(from: 0, to: events.count, by: 2_000) {
                let some = Array(events[chunk..<min(events.count, chunk + 2_000)])
                running.time.set(max(running.time.now, some[some.count - 1].start))
                while !running.line.inbox.offer(some, .replay) {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            await running.line.settle()
            var told: [LiveChange] = []
            for await change in changes {
                told.append(change)
                if running.line.desk.isIdle { break }
            }
            return told
        }
        let change = try #require(opened.first)
        #expect(change.kind == .opened)
        #expect(opened.filter { $0.kind == .opened }.count == 1)
        #expect(change.incident.incident.kind == .misroutedFlood)
        let stored = try #require(try store.incident(change.incident.incident.id))
        let document = try JSONValue(parsing: String(decoding: stored.document, as: UTF8.self))
        #expect(document["subject"]?["origin"]?["country"]?.stringValue == "MA")
        #expect(document["causes"] != nil && document["summary_fr"] != nil)
    }

    @Test func `a restart doubles no incident and loses none, wherever it was killed`() async throws {
        let (events, names) = try events("rabat-2009", seed: 7, rate: 3_000)
        let store = MemoryStore()
        try store.apply([.symbols(first: 2, names: names)])
        let start = try #require(events.first).start
        // Killed: the line is left as it stands after each part, without being stopped, and another one goes on.
        let parts = 3
        var lines: [LiveLine] = []
        for part in 0..<parts {
            let some = Array(events[(events.count * part / parts)..<(events.count * (part + 1) / parts)])
            let time = ManualTime(max(start, some[0].start))
            let line = LiveLine(
                clock: .manual(time), symbols: NodeSymbols(remembered: try store.symbolNames()), store: store,
                logger: silent)
            lines.append(line)
            line.start()
            for chunk in stride(from: 0, to: some.count, by: 1_000) {
                let piece = Array(some[chunk..<min(some.count, chunk + 1_000)])
                time.set(piece[piece.count - 1].start)
                while !line.inbox.offer(piece, .replay) { try await Task.sleep(for: .milliseconds(5)) }
            }
            await line.settle()
            // The same part again, as a feed would send it that did not hear that it was taken.
            _ = await line.take(Array(some.suffix(500)))
        }
        let incidents = try store.incidents(IncidentQuery()).records
        #expect(Set(incidents.map(\.id)).count == 1)
        #expect(store.callDays().reduce(0) { $0 + $1.calls } == events.count)
        let last = try #require(lines.last)
        #expect(last.incidents.map(\.incident.id) == incidents.map(\.id))
        for line in lines { await line.stop() }
    }
}
