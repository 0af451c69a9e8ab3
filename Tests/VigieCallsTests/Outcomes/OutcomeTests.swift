import Testing
import VigieCalls

@Suite struct OutcomeTests {
    private func outcome(
        _ sip: UInt16 = 0, q850: UInt8 = 0, answered: Bool = false, by: CallEvent.ReleasedBy = .unknown
    ) -> CallOutcome {
        CallOutcome.classify(sipStatus: sip, q850: q850, answered: answered, releasedBy: by)
    }

    @Test func `an answered call is a success however it ended`() {
        for cause in 0...255 {
            #expect(outcome(200, q850: UInt8(cause), answered: true, by: .network) == .success)
        }
        #expect(outcome(200) == .success)
    }

    @Test func `a Q850 cause wins over the SIP status`() {
        #expect(outcome(503, q850: 17) == .user)
        #expect(outcome(486, q850: 34) == .network)
        #expect(outcome(500, q850: 1) == .callerSide)
    }

    @Test func `a vague cause leaves the word to the SIP status, then to who released`() {
        #expect(outcome(486, q850: 16) == .user)
        #expect(outcome(480, q850: 31) == .user)
        #expect(outcome(404, q850: 127) == .callerSide)
        #expect(outcome(0, q850: 16, by: .called) == .user)
        #expect(outcome(0, q850: 16) == .callerSide)
        #expect(outcome(0, q850: 31) == .indeterminate)
        #expect(outcome(0, q850: 31, by: .caller) == .callerSide)
    }

    @Test func `a cancelled call is the caller's doing unless the network cancelled it`() {
        #expect(outcome(487, by: .caller) == .callerSide)
        #expect(outcome(487) == .callerSide)
        #expect(outcome(487, by: .network) == .network)
        #expect(outcome(487, q850: 19, by: .network) == .user)
    }

    @Test func `every status from 300 to 699 and every cause has a place`() {
        for status in UInt16(300)...699 {
            let row = SIPStatusPlace.row(status)
            #expect(row != nil)
            #expect(outcome(status) == row?.outcome)
        }
        #expect(SIPStatusPlace.row(299) == nil)
        #expect(SIPStatusPlace.row(700) == nil)
        #expect(outcome(0) == .indeterminate)
        #expect(outcome(183) == .indeterminate)
        #expect(outcome(999) == .indeterminate)
        #expect(outcome(495) == outcome(400))
        #expect(outcome(699) == outcome(600))
        for cause in UInt8.min...UInt8.max { _ = outcome(0, q850: cause) }
        #expect(outcome(0, q850: 45) == .network)
        #expect(outcome(0, q850: 13) == .indeterminate)
    }

    @Test func `the tables are in order and without twins`() {
        let causes = Q850Cause.table.map(\.value)
        #expect(causes == Array(Set(causes)).sorted())
        let statuses = SIPStatusPlace.table.map(\.status)
        #expect(statuses == Array(Set(statuses)).sorted())
    }

    @Test func `a status and the cause that RFC 3398 gives it agree, save where the cause knows less`() {
        // 403 and 21: a refusal by a machine on the way against a refusal by the called side.
        let apart: Set<UInt16> = [401, 402, 403, 407, 424, 425, 428, 429, 433, 436, 437, 438, 470, 608]
        for row in SIPStatusPlace.table where !apart.contains(row.status) {
            #expect(Q850Cause.row(row.q850)?.outcome == row.outcome, "\(row.status)")
        }
    }
}
