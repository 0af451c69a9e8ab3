import Foundation
import Testing
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

@testable import VigieServer

/// The live line's count of emergency calls by the minute.
@Suite struct MinuteKeeperTests {
    private static func emergency(_ id: String, at start: Timestamp, status: UInt16 = 200) -> CallEvent {
        var event = call(id, at: start, status: status)
        event.called = PhoneNumber(form: .dialled, digits: 18, count: 2) ?? .absent
        event.caller =
            PhoneNumber(e164: 33_639_980_000 + UInt64(id.utf8.reduce(0) { ($0 &* 31 &+ UInt32($1)) % 9_999 }))
            ?? .absent
        if status == 503 { event.outcome = .network }
        return event
    }

    private static func totals(_ store: any Store, _ from: Timestamp, minutes: Int64) throws -> (
        totals: [EmergencyTotals], heard: [UInt16]
    ) {
        let history = try store.emergencyHistory(
            EmergencyHistoryQuery(
                window: from..<from + .seconds(minutes * 60), step: .minute, scope: .cells(.fire, nil),
                isSummed: true))
        return (history.totals, history.heardMinutes)
    }

    @Test func `calls of every way are kept in the minute in which they began, and their ends are added`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:10Z")
        let begin = try moment("2026-03-01T10:00:00Z")
        let store = MemoryStore()
        try await RunningLine.with(store, at: now) { running in
            let line = running.line
            var begun = Self.emergency("screened", at: now, status: 0)
            begun.outcome = .indeterminate
            line.submit([begun], from: .screening)
            line.submit([Self.emergency("mirrored", at: now + .seconds(2))], from: .signalling)
            await line.settle()
            running.time.advance(by: .seconds(70))
            await line.settle()
            try await eventually("the minute is kept") {
                try Self.totals(store, begin, minutes: 1).totals[0][.attempts] == 2
            }
            #expect(try Self.totals(store, begin, minutes: 1).totals[0][.answered] == 1)
            // The end of the first, and a record of an hour ago.
            line.submit([Self.emergency("screened", at: now)], from: .record)
            line.submit([Self.emergency("old", at: now - .seconds(3_600), status: 503)], from: .record)
            await line.settle()
        }
        let told = try Self.totals(store, begin, minutes: 2)
        #expect(told.totals[0][.attempts] == 2 && told.totals[0][.answered] == 2)
        #expect(told.heard[0] == 1)
        let old = try Self.totals(store, begin - .seconds(3_600), minutes: 1)
        #expect(old.totals[0][.failed] == 1 && old.heard == [1])
    }

    @Test func `what was not kept when the node was killed is counted again from the stored calls, once`()
        async throws
    {
        let now = try moment("2026-03-01T10:00:10Z")
        let begin = try moment("2026-03-01T10:00:00Z")
        let store = MemoryStore()
        try await RunningLine.with(store, at: now) { running in
            running.line.submit([Self.emergency("kept", at: now)], from: .signalling)
            await running.line.settle()
        }
        // As a kill leaves it: calls of two more minutes are stored, their minutes are not.
        let stored = [
            Self.emergency("second", at: now + .seconds(60)),
            Self.emergency("third", at: now + .seconds(130)),
        ]
        #expect(store.append(stored, at: now).stored == 2)
        for turn in 0..<2 {
            try await RunningLine.with(store, at: now + .seconds(200)) { running in
                // What a feed sends again is known.
                running.line.submit([stored[1]], from: .signalling)
                await running.line.settle()
            }
            let told = try Self.totals(store, begin, minutes: 4)
            #expect(told.totals.map { $0[.attempts] } == [1, 1, 1, 0], "turn \(turn)")
        }
    }

    @Test func `minutes wait while the store refuses them, and are lost only with a count`() throws {
        let now = try moment("2026-03-01T10:00:00Z")
        let store = MemoryStore()
        var keeper = MinuteKeeper(store: store, logger: silent)
        var work = LineWork(
            LineSettings(), plans: .standard, book: IncidentBook(), lane: DetectionLane(), now: now)
        store.close()
        for minute in 0..<(MinuteKeeper.patience + 40) {
            let at = now + .seconds(Int64(minute) * 60)
            work.take([Self.emergency("c\(minute)", at: at)], .signalling, clock: at)
            keeper.keep(&work, isLast: false, at: at, monotonic: Int64(minute) * 60_000_000_000)
        }
        #expect(keeper.lost > 0 && keeper.lost <= 40)
        let lost = keeper.lost
        keeper.keep(&work, isLast: true, at: now + .seconds(86_400), monotonic: .max / 2)
        #expect(keeper.lost == lost + UInt64(MinuteKeeper.patience) + 1)
    }
}
