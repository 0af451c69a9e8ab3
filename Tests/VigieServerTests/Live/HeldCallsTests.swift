import Testing
import VigieCalls
import VigieWire

@testable import VigieServer

/// How long a screened call waits for its end.
@Suite struct HeldCallsTests {
    @Test func `a call that is held is stored once and whole`() throws {
        var held = HeldCalls()
        let start = try moment("2026-01-05T08:00:00Z")
        held.hold(call("a", at: start, status: 0)) { _ in Issue.record("nothing is full") }
        let whole = held.complete(call("a", at: start), at: start + .seconds(40))
        #expect(whole?.end != nil && whole?.sipStatus == 200)
        #expect(held.tooLate == 0 && held.patience == HeldCalls.leastPatience)
    }

    @Test func `ends that come late are counted, and later calls wait longer, within bounds`() throws {
        var held = HeldCalls()
        let start = try moment("2026-01-05T08:00:00Z")
        #expect(held.complete(call("gone", at: start), at: start + .seconds(300)) == nil)
        #expect(held.tooLate == 1 && held.patience == .seconds(375))
        held.hold(call("b", at: start, status: 0)) { _ in }
        var released: [CallEvent] = []
        held.release(before: start + .seconds(350) - held.patience) { released.append($0) }
        #expect(released.isEmpty)
        let ended = held.complete(call("b", at: start, talk: .seconds(290)), at: start + .seconds(350))
        #expect(ended?.talk == .seconds(290))
        _ = held.complete(call("gone", at: start), at: start + .seconds(100_000))
        #expect(held.patience == HeldCalls.mostPatience)
    }
}
