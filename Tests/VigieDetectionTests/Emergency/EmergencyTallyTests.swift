import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct EmergencyTallyTests {
    private static let noon = EmergencyScript.noon.seconds / 60 * 60
    private static let minute = noon / 60
    private static let nord = EmergencySeries(.samu, DepartmentCode("59") ?? .none)

    private struct Scene {
        var symbols = SymbolTable()
        var tally = EmergencyTally()
        var number: UInt64 = 0

        mutating func event(
            _ second: Int64, caller: UInt64? = nil, status: UInt16 = 200, service: UInt64 = 15
        ) -> CallEvent {
            number += 1
            var event = CallEvent(
                start: Timestamp(seconds: EmergencyTallyTests.noon + second), callID: CallID("c\(number)"))
            event.caller = PhoneNumber(e164: 33_639_980_000 + (caller ?? number)) ?? .absent
            event.called =
                PhoneNumber(form: .dialled, digits: service, count: service > 99 ? 3 : 2) ?? .absent
            event.location = symbols.symbol("59")
            event.node = symbols.symbol("mgw-1")
            event.sipStatus = status
            if status == 200 { event.answer = event.start + .seconds(3) }
            if status > 0 {
                event.end = event.start + .seconds(63)
                event.outcome = CallOutcome.classify(
                    sipStatus: status, q850: 0, answered: status == 200, releasedBy: .caller)
            }
            tally.meet(symbols)
            return event
        }

        /// An ordinary call.
        mutating func ordinary(_ second: Int64, isPresent: Bool = true) {
            var event = event(second)
            event.called = PhoneNumber(e164: 33_199_001_234) ?? .absent
            tally.count(event, isPresent: isPresent)
        }

        mutating func take(isLast: Bool = false) -> [Int64: EmergencyMinute] {
            let minutes = tally.takeMinutes(isDue: true, isLast: isLast)
            return Dictionary(
                uniqueKeysWithValues: minutes.map { ($0.number - EmergencyTallyTests.minute, $0) })
        }
    }

    private func totals(_ minute: EmergencyMinute?) -> EmergencyTotals {
        minute?.rows.first { $0.series == Self.nord }?.totals ?? EmergencyTotals()
    }

    @Test func `a minute is told when data time has passed it, and every call counts in its own`() {
        var scene = Scene()
        scene.ordinary(-60)
        for second in [0, 10, 59] as [Int64] { scene.tally.count(scene.event(second), isPresent: true) }
        scene.tally.count(scene.event(20, caller: 1), isPresent: true)
        scene.tally.count(scene.event(30, caller: 1, status: 503), isPresent: true)
        scene.tally.count(scene.event(40, status: 503), isPresent: true)
        #expect(scene.take()[0] == nil)
        scene.tally.pass(to: Timestamp(seconds: Self.noon + 60))
        let told = scene.take()
        #expect(told[0]?.hearing == .heard)
        #expect(totals(told[0])[.attempts] == 6)
        #expect(totals(told[0])[.callers] == 5 && totals(told[0])[.answered] == 4)
        #expect(totals(told[0])[.failed] == 1)
        let node = EmergencySeries(.node, scene.symbols.symbol("mgw-1"))
        #expect(told[0]?.rows.first { $0.series == node }?.totals == totals(told[0]))
        // Late, and of another time: added to their minutes.
        scene.tally.count(scene.event(5), isPresent: true)
        scene.tally.count(scene.event(-86_400 * 300), isPresent: false)
        let late = scene.take()
        #expect(totals(late[0])[.attempts] == 1 && late[0]?.hearing == .unsaid)
        #expect(totals(late[-1_440 * 300])[.attempts] == 1 && late[-1_440 * 300]?.hearing == .heard)
        #expect(scene.take().isEmpty)
    }

    @Test
    func `a call told as it begins counts at once, and its end is added to the minute in which it began`() {
        var scene = Scene()
        scene.ordinary(-60)
        var begun = scene.event(30, status: 0)
        begun.end = nil
        scene.tally.count(begun, isPresent: true)
        scene.tally.pass(to: Timestamp(seconds: Self.noon + 180))
        let first = totals(scene.take()[0])
        #expect(first[.attempts] == 1 && first[.callers] == 1 && first[.answered] == 0)
        var end = begun
        end.sipStatus = 486
        end.outcome = .user
        end.end = end.start + .seconds(100)
        scene.tally.complete(end)
        let second = totals(scene.take()[0])
        #expect(second[.attempts] == 0 && second[.unanswered] == 1)
        // An end that nobody waits for changes nothing.
        scene.tally.complete(end)
        #expect(scene.take().isEmpty)
    }

    @Test func `silence is heard until it is longer than chance allows, then the word is taken back`() {
        var scene = Scene()
        for second in stride(from: -600, to: 300, by: 2) as StrideTo<Int64> { scene.ordinary(second) }
        var told = scene.take()
        for second in stride(from: 300, through: 400, by: 20) as StrideThrough<Int64> {
            scene.tally.pass(to: Timestamp(seconds: Self.noon + second))
        }
        told.merge(scene.take()) { $1 }
        #expect((0..<6).allSatisfy { told[$0]?.hearing == .heard })
        for second in stride(from: 420, through: 1_200, by: 20) as StrideThrough<Int64> {
            scene.tally.pass(to: Timestamp(seconds: Self.noon + second))
        }
        told.merge(scene.take()) { $1 }
        #expect((0..<5).allSatisfy { told[$0]?.hearing == .heard })
        #expect((5..<20).allSatisfy { told[$0]?.hearing != .heard })
        // Calls come again.
        scene.ordinary(1_230)
        scene.tally.pass(to: Timestamp(seconds: Self.noon + 1_270))
        told = scene.take()
        #expect(told[20]?.hearing == .heard && told[19] == nil)
    }

    @Test func `a hole between two calls is not heard, and a late record says that its minute was`() {
        var scene = Scene()
        for second in stride(from: -600, to: 300, by: 2) as StrideTo<Int64> { scene.ordinary(second) }
        scene.ordinary(90_000)
        let told = scene.take()
        #expect(told[4]?.hearing == .heard && told[5] == nil && told[700] == nil)
        scene.ordinary(42_000)
        #expect(scene.take()[700]?.hearing == .heard)
    }

    @Test func `counts of an interval are spread over its minutes, and nothing is lost or made up`() {
        var scene = Scene()
        var count = EmergencyCount(
            source: .receiver, start: Timestamp(seconds: Self.noon), length: .seconds(300), service: .samu)
        count.department = DepartmentCode("59") ?? .none
        (count.attempts, count.answered, count.abandoned) = (17, 3, 2)
        scene.tally.take(count)
        let told = scene.take(isLast: true)
        #expect(told.keys.sorted() == [0, 1, 2, 3, 4])
        #expect(told.values.allSatisfy { $0.hearing == .unsaid })
        let sums = told.values.map { totals($0) }
        #expect(sums.reduce(0) { $0 + $1[.received] } == 17 && sums.map { $0[.received] }.max() == 4)
        #expect(sums.reduce(0) { $0 + $1[.receiverAnswered] } == 3)
        #expect(sums.reduce(0) { $0 + $1[.receiverAbandoned] } == 2)
        #expect(sums.allSatisfy { $0[.attempts] == 0 })
    }

    @Test func `what has no room is counted, and the rest goes on`() {
        var scene = Scene()
        scene.ordinary(-60)
        for index in 0..<(EmergencyTally.maxWaiting + 10) {
            var event = scene.event(Int64(index % 60), status: 0)
            event.end = nil
            scene.tally.count(event, isPresent: true)
        }
        #expect(scene.tally.notes.total == 10)
        #expect(totals(scene.take(isLast: true)[0])[.attempts] == UInt32(EmergencyTally.maxWaiting + 10))
    }
}
