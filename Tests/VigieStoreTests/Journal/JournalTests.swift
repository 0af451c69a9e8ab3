import Testing
import VigieCalls
import VigieStore
import VigieWire

/// What every journal must do, whatever it writes on.
private struct JournalConformance {
    /// Makes an empty journal of about this many bytes.
    let make: (_ capacity: Int) -> any CallJournal

    func check() {
        keepsEveryField()
        replaysInOrder()
        replaysOnlyTheWindow()
        forgetsTheOldestWhenFull()
        takesAppendsDuringReplay()
    }

    private func keepsEveryField() {
        let journal = make(1 << 20)
        let events =
            [JournalSample.full(), JournalSample.bare()] + (0..<300).map { JournalSample.random(seed: $0) }
        for event in events { journal.append(event) }
        var replayed: [CallEvent] = []
        journal.replay(.distantPast ... .distantFuture) { replayed.append(copy $0) }
        #expect(replayed.map(JournalSample.describe) == events.map(JournalSample.describe))
        #expect(journal.count == events.count)
        #expect(journal.forgotten == 0)
    }

    private func replaysInOrder() {
        let journal = make(1 << 20)
        let starts = [5, 3, 9, 1, 7].map { Timestamp(seconds: Int64($0)) }
        for start in starts { journal.append(CallEvent(start: start)) }
        var replayed: [Timestamp] = []
        journal.replay(.distantPast ... .distantFuture) { replayed.append($0.start) }
        #expect(replayed == starts)
    }

    private func replaysOnlyTheWindow() {
        let journal = make(4 << 20)
        for second in 0..<20_000 { journal.append(JournalSample.event(at: second)) }
        var replayed: [Int64] = []
        journal.replay(Timestamp(seconds: 9_990)...Timestamp(seconds: 10_010)) {
            replayed.append($0.start.seconds)
        }
        #expect(replayed == Array(9_990...10_010))
        var none = 0
        journal.replay(Timestamp(seconds: 20_000)...Timestamp(seconds: 30_000)) { _ in none += 1 }
        #expect(none == 0)
    }

    private func forgetsTheOldestWhenFull() {
        let journal = make(64 << 10)
        for second in 0..<20_000 { journal.append(JournalSample.event(at: second)) }
        var replayed: [Int64] = []
        journal.replay(.distantPast ... .distantFuture) { replayed.append($0.start.seconds) }
        #expect(replayed.count == journal.count)
        #expect(journal.count > 100)
        #expect(journal.count < 2_000)
        #expect(UInt64(journal.count) + journal.forgotten == 20_000)
        #expect(replayed == Array((20_000 - Int64(replayed.count))..<20_000))
    }

    private func takesAppendsDuringReplay() {
        let journal = make(64 << 10)
        for second in 0..<2_000 { journal.append(JournalSample.event(at: second)) }
        var seen = 0
        journal.replay(.distantPast ... .distantFuture) { event in
            seen += 1
            journal.append(JournalSample.event(at: Int(event.start.seconds) + 5_000))
        }
        #expect(seen > 0)
        #expect(UInt64(journal.count) + journal.forgotten == UInt64(2_000 + seen))
    }
}

@Suite struct JournalTests {
    @Test func `the memory journal keeps what every journal keeps`() {
        JournalConformance { MemoryJournal(capacity: $0) }.check()
    }

    @Test func `the file journal keeps what every journal keeps`() {
        JournalConformance { FileJournal(capacity: $0) }.check()
    }

    @Test func `a directory that cannot be written drops events and says why`() {
        let journal = FileJournal(directory: "/nonexistent/vigie", capacity: 1 << 20)
        for second in 0..<50_000 { journal.append(JournalSample.event(at: second)) }
        #expect(journal.forgotten > 40_000)
        #expect(UInt64(journal.count) + journal.forgotten == 50_000)
        #expect(journal.problem == "No such file or directory")
        var replayed = 0
        journal.replay(.distantPast ... .distantFuture) { _ in replayed += 1 }
        #expect(replayed == journal.count)
    }

    @Test func `a full disk drops events and says why`() {
        let journal = FileJournal(directory: "/tmp", capacity: 1 << 20, writableBytes: 600 << 10)
        for second in 0..<50_000 { journal.append(JournalSample.event(at: second)) }
        var replayed: [Int64] = []
        journal.replay(.distantPast ... .distantFuture) { replayed.append($0.start.seconds) }
        #expect(replayed.count == journal.count)
        #expect(UInt64(journal.count) + journal.forgotten == 50_000)
        #expect(replayed == Array((50_000 - Int64(replayed.count))..<50_000))
        #expect(journal.problem == "No space left on device")
    }

    @Test func `a healthy file journal has no problem`() {
        let journal = FileJournal(capacity: 1 << 20)
        journal.append(JournalSample.full())
        #expect(journal.problem == nil)
    }
}

enum JournalSample {
    static func event(at second: Int) -> CallEvent {
        var event = CallEvent(
            start: Timestamp(seconds: Int64(second)), callID: CallID("call-\(second)@example.org"))
        event.caller = PhoneNumber(e164: 33_199_000_000 + UInt64(second)) ?? .absent
        event.called = PhoneNumber(e164: 33_261_910_000) ?? .absent
        return event
    }

    static func bare() -> CallEvent { CallEvent(start: Timestamp(rawValue: -1)) }

    static func full() -> CallEvent {
        var event = event(at: 1_000_000)
        event.answer = Timestamp(rawValue: event.start.rawValue + 7)
        event.end = Timestamp(rawValue: event.start.rawValue + 99)
        event.asserted = .malformed
        event.dialled = PhoneNumber(form: .dialled, digits: 333, count: 4) ?? .absent
        event.divertedFrom = PhoneNumber(e164: 999_999_999_999_999) ?? .absent
        event.ingress = .other
        event.egress = Symbol(rawValue: .max)
        event.node = Symbol(rawValue: 3)
        event.operator = Symbol(rawValue: 4)
        event.location = Symbol(rawValue: 5)
        for index in 0..<8 { event.extra[index] = Symbol(rawValue: UInt32(index * 7)) }
        event.sipStatus = 699
        event.q850 = 127
        event.releasedBy = .network
        event.attestation = .c
        event.verstat = .failed
        event.outcome = .indeterminate
        event.chargeMicros = -1
        event.currency = Symbol(rawValue: 9)
        event.callID = CallID(String(repeating: "long", count: 40))
        return event
    }

    /// Every field present or absent by chance.
    static func random(seed: Int) -> CallEvent {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % bound
        }
        func number() -> PhoneNumber {
            next(2) == 0 ? .absent : PhoneNumber(e164: 1 + next(999_999_999)) ?? .absent
        }
        func symbol() -> Symbol { next(2) == 0 ? .none : Symbol(rawValue: UInt32(next(1 << 32))) }
        var event = CallEvent(start: Timestamp(rawValue: Int64(next(1 << 40))))
        if next(2) == 0 { event.answer = Timestamp(rawValue: Int64(next(1 << 40))) }
        if next(2) == 0 { event.end = Timestamp(rawValue: Int64(next(1 << 40))) }
        (event.caller, event.asserted, event.called) = (number(), number(), number())
        (event.dialled, event.divertedFrom) = (number(), number())
        (event.ingress, event.egress, event.node) = (symbol(), symbol(), symbol())
        (event.operator, event.location, event.currency) = (symbol(), symbol(), symbol())
        event.extra[Int(next(8))] = symbol()
        event.sipStatus = UInt16(next(2) * 486)
        event.q850 = UInt8(next(2) * 17)
        event.releasedBy = CallEvent.ReleasedBy(rawValue: UInt8(next(4))) ?? .unknown
        event.attestation = CallEvent.Attestation(rawValue: UInt8(next(4))) ?? .none
        event.verstat = CallEvent.Verstat(rawValue: UInt8(next(4))) ?? .absent
        event.outcome = CallOutcome(rawValue: UInt8(next(5))) ?? .indeterminate
        if next(2) == 0 { event.chargeMicros = Int64(next(1 << 40)) }
        event.callID = CallID(String(repeating: "x", count: Int(next(80))))
        return event
    }

    static func describe(_ event: CallEvent) -> String {
        var text =
            "\(event.start.rawValue) \(String(describing: event.answer)) \(String(describing: event.end)) "
        text +=
            "\(event.caller.rawValue) \(event.asserted.rawValue) \(event.called.rawValue) \(event.dialled.rawValue) "
        text +=
            "\(event.divertedFrom.rawValue) \(event.ingress) \(event.egress) \(event.node) \(event.operator) "
        text +=
            "\(event.location) \((0..<8).map { event.extra[$0].rawValue }) \(event.sipStatus) \(event.q850) "
        text += "\(event.releasedBy) \(event.attestation) \(event.verstat) \(event.outcome) "
        text += "\(String(describing: event.chargeMicros)) \(event.currency) "
        return text + "\(event.callID.text) \(event.callID.key) \(event.callID.wholeCount)"
    }
}
