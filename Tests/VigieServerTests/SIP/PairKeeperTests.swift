import Testing
import VigieCalls
import VigieMitigation
import VigieStore
import VigieWire

@testable import VigieServer

private typealias Text = SIPText

/// Who spoke to whom, over a restart.
@Suite(.timeLimit(.minutes(1))) struct PairKeeperTests {
    private func number(_ digits: UInt64) -> PhoneNumber { PhoneNumber(e164: digits) ?? .absent }

    private func event(_ caller: UInt64, _ called: UInt64, at start: Timestamp) -> CallEvent {
        var event = CallEvent(start: start, callID: CallID("\(caller)-\(called)"))
        event.caller = number(caller)
        event.called = number(called)
        return event
    }

    /// What a filter on first contacts says of a call.
    private func isStranger(_ screening: inout Screening, _ caller: UInt64, _ called: UInt64, at: Timestamp)
        -> Bool
    {
        var match = Filter.Match()
        match.firstContact = true
        let table = DecisionTable([
            .init(id: FilterID(rawValue: 1), filter: Filter(match: match, action: .reject), isEnforced: true)
        ])
        return screening.decide(ScreenedCall(at: at, caller: number(caller), called: number(called)), table)
            .isStopped
    }

    @Test func `regular callers are no strangers after a restart, stopped ones are`() async throws {
        let store = MemoryStore()
        let keeper = PairKeeper(store: store, logger: silent)
        let lab = try await SIPLab()
        let socket = try TestSocket(port: lab.ports.udp[0])
        #expect(Text.status(socket.ask(Text.request(caller: "sip:+33261910042@sbc"))) == 404)
        let written = NodeClock.real.now
        await keeper.save(try #require(await lab.server.pairs(after: PairKeeper.stamp(written))))
        await lab.server.stop()

        // Stored after that: a call that went through, one that a filter stopped, and one of long before.
        let later = written + .seconds(60)
        var stopped = event(33_261_910_044, 33_199_001_236, at: later)
        stopped.end = later
        stopped.releasedBy = .network
        stopped.sipStatus = 603
        let result = store.append(
            [
                event(33_261_910_043, 33_199_001_235, at: later), stopped,
                event(33_261_910_045, 33_199_001_237, at: written - .seconds(7_200)),
            ], at: later)
        #expect(result.stored == 3)

        var screening = Screening()
        keeper.restore(&screening)
        let now = later + .seconds(60)
        #expect(!isStranger(&screening, 33_261_910_042, 33_199_001_234, at: now))
        #expect(!isStranger(&screening, 33_261_910_043, 33_199_001_235, at: now))
        #expect(isStranger(&screening, 33_261_910_044, 33_199_001_236, at: now))
        #expect(isStranger(&screening, 33_261_910_046, 33_199_001_238, at: now))
    }

    @Test func `without anything written down, stored calls are learned; what is damaged is not taken over`()
        throws
    {
        let store = MemoryStore()
        let now = NodeClock.real.now
        _ = store.append([event(33_261_910_042, 33_199_001_234, at: now)], at: now)
        let keeper = PairKeeper(store: store, logger: silent)
        for blob in [nil, [UInt8](repeating: 7, count: 100), Array("short".utf8)] {
            if let blob { try store.saveState("pairs", blob) }
            var screening = Screening()
            keeper.restore(&screening)
            #expect(!isStranger(&screening, 33_261_910_042, 33_199_001_234, at: now))
            #expect(isStranger(&screening, 33_261_910_042, 33_199_001_235, at: now))
        }
    }
}
