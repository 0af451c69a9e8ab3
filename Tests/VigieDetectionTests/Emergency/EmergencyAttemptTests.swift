import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct EmergencyAttemptTests {
    private func attempt(_ change: (inout CallEvent, inout SymbolTable) -> Void) -> EmergencyAttempt? {
        var symbols = SymbolTable()
        var event = CallEvent(start: EmergencyScript.noon, callID: CallID("x"))
        event.called = PhoneNumber(form: .dialled, digits: 18, count: 2) ?? .absent
        change(&event, &symbols)
        event.outcome = CallOutcome.classify(
            sipStatus: event.sipStatus, q850: event.q850, answered: event.answer != nil,
            releasedBy: event.releasedBy)
        var locations = Locations()
        locations.meet(symbols)
        return EmergencyAttempt(
            event, home: .france, centres: EmergencyCentres(), locations: locations, plans: .standard)
    }

    @Test(arguments: [
        (UInt16(503), UInt8(34), EmergencyFate.failed), (404, 0, .failed), (404, 1, .failed),
        (484, 28, .failed),
        (480, 20, .failed), (486, 17, .unanswered), (480, 19, .unanswered), (487, 16, .abandoned),
        (408, 0, .failed),
        (500, 0, .failed), (0, 41, .failed),
    ])
    func `nobody dials 18 by mistake: wrong and unallocated numbers are the network's doing`(
        status: UInt16, cause: UInt8, fate: EmergencyFate
    ) {
        let found = attempt { event, _ in
            event.sipStatus = status
            event.q850 = cause
        }
        #expect(found?.fate == fate)
    }

    @Test func `an answered call cut by the network is cut, however long it was`() {
        let found = attempt { event, _ in
            event.answer = event.start
            event.end = event.start + .seconds(200)
            (event.sipStatus, event.q850) = (200, 38)
        }
        #expect(found?.fate == .cut)
    }

    @Test func `the service comes from the digits dialled when the call lands at a long number`() {
        let found = attempt { event, symbols in
            event.called = PhoneNumber(e164: 33_353_011_234) ?? .absent
            event.dialled = PhoneNumber(form: .dialled, digits: 112, count: 3) ?? .absent
            event.location = symbols.symbol("59350")
        }
        #expect(found?.service == .european)
        #expect(found?.department.description == "59")
        #expect(found?.centre.description == "+33353011234")
    }

    @Test func `an ordinary number is no emergency call`() {
        #expect(attempt { event, _ in event.called = PhoneNumber(e164: 33_353_011_234) ?? .absent } == nil)
    }

    @Test(arguments: [
        ("59", "59"), ("1", "01"), ("2a", "2A"), ("2A004", "2A"), ("97105", "971"), ("FR-974", "974"),
        ("59350", "59"),
        ("59000x", ""), ("00", ""), ("node-1", ""), ("96", ""), ("999", ""),
    ])
    func `departments are read from codes and communes`(text: String, code: String) {
        #expect(DepartmentCode(text)?.description ?? "" == code)
    }

    @Test func `a redial within ten minutes is no new caller`() {
        var memory = CallerMemory()
        let hash: UInt64 = 0xDEAD_BEEF_0000_0001
        var answers: [CallerMemory.Try] = []
        for second: UInt32 in [1_000_000, 1_000_500, 1_001_100, 1_001_701] {
            answers.append(memory.take(hash, second: second))
        }
        #expect(answers == [.first, .second, .further, .first])
        #expect(memory.take(2, second: 2_000_000, isShort: true) == .first)
        #expect(memory.take(2, second: 2_000_030, isShort: true) == .secondAfterShort)
        #expect(memory.take(2, second: 2_000_060) == .further)
    }
}
