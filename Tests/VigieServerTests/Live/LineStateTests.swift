import Testing
import VigieCalls
import VigieDetection
import VigieStore
import VigieWire

@testable import VigieServer

@Suite struct LineStateTests {
    /// What the store holds of the detectors' state: how many calls they had seen.
    private func seen(_ store: any Store) throws -> UInt64 {
        let blob = try #require(try store.state("line"))
        let count = (0..<4).reduce(0) { $0 | Int(blob[$1]) << (8 * $1) }
        var lane = DetectionLane()
        try lane.restore(Array(blob[(4 + count)...]))
        return lane.events
    }

    private func calls(_ range: Range<Int>, from start: Timestamp) -> [CallEvent] {
        range.map { call("state-\($0)@example.org", at: start + .seconds($0)) }
    }

    @Test func `a restart takes the detectors' state over, tells them what came after it, and nothing twice`()
        async throws
    {
        let store = MemoryStore()
        let start = try moment("2026-03-02T10:00:00Z")
        let now = start + .seconds(900)
        try await RunningLine.with(store, at: now) { running in
            _ = await running.line.take(calls(0..<300, from: start))
            await running.line.settle()
        }
        #expect(try seen(store) == 300)
        let first = try #require(try store.state("line"))
        // Killed before its state was written again: the calls are stored, the state is the older one.
        try await RunningLine.with(store, at: now) { running in
            _ = await running.line.take(calls(300..<420, from: start))
            await running.line.settle()
        }
        try store.saveState("line", first)
        try await RunningLine.with(store, at: now) { running in
            // A file that is read again after the kill changes nothing.
            _ = await running.line.take(calls(200..<420, from: start))
            await running.line.settle()
            #expect(running.stored == 420)
        }
        #expect(try seen(store) == 420)
        // A damaged state: they learn from the stored calls.
        try store.saveState("line", Array(first.dropLast()))
        try await RunningLine.with(store, at: now) { running in await running.line.settle() }
        #expect(try seen(store) == 420)
    }
}
