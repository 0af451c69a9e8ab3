import Testing
import VigieCalls
import VigieDetection
import VigieWire

@testable import VigieIncidents

@Suite struct InvestigatorTests {
    private let plans = NumberingPlans.standard
    private let begin = Timestamp(seconds: 1_234_800_000)

    private func event(
        _ caller: UInt64, _ called: UInt64, at second: Int, charge: Int64? = nil, trunk: UInt32 = 5
    ) throws -> CallEvent {
        var event = CallEvent(start: begin + .seconds(second), callID: CallID("call-\(second)@example"))
        event.caller = try #require(PhoneNumber(e164: caller))
        event.called = try #require(PhoneNumber(e164: called))
        event.ingress = Symbol(rawValue: trunk)
        event.chargeMicros = charge
        return event
    }

    private func flood() throws -> Incident {
        let landing = try #require(NumberPrefix("+3332"))
        return Incident(
            id: "i", kind: .misroutedFlood, state: .firing, severity: .minor,
            subject: .misroutedFlood(origin: Origin(country: .morocco), landing: [landing]),
            firstSeen: begin + .seconds(1_000), detectedAt: begin + .seconds(1_100),
            lastSeen: begin + .seconds(2_000))
    }

    @Test func `people who knew each other are not in the census, in either direction`() throws {
        var investigator = Investigator(try flood(), plans: plans)
        investigator.take(try event(21_261_000_001, 33_320_000_001, at: 10))
        investigator.take(try event(33_320_000_002, 21_261_000_002, at: 20))
        investigator.take(try event(21_261_000_001, 33_320_000_001, at: 1_100))
        investigator.take(try event(21_261_000_002, 33_320_000_002, at: 1_101))
        investigator.take(try event(21_261_000_003, 33_320_000_003, at: 1_102, charge: 0))
        investigator.take(try event(21_261_000_003, 33_320_000_003, at: 1_103, charge: 0))
        investigator.take(try event(21_261_000_004, 33_420_000_003, at: 1_104))
        let dossier = investigator.finish().dossier
        #expect(dossier.calls == 2)
        #expect(dossier.distinctCallers == 1)
        #expect(dossier.reached.map(\.number.digits) == [33_320_000_003])
        #expect(dossier.reached.first?.calls == 2)
        #expect(dossier.free == 2 && dossier.charged == 0)
        #expect(dossier.ordinary == 3)
        #expect(dossier.samples.map(\.text) == ["call-1102@example", "call-1103@example"])
    }

    @Test func `a usurped number's callers who were rung first are the pairs that prove it`() throws {
        let victim: UInt64 = 33_254_000_001
        let incident = Incident(
            id: "i", kind: .numberUsurpation, state: .firing, severity: .minor,
            subject: .numberUsurpation(
                number: try #require(PhoneNumber(e164: victim)), presentedBy: [Symbol(rawValue: 9)]),
            firstSeen: begin + .seconds(1_000), detectedAt: begin + .seconds(1_100),
            lastSeen: begin + .seconds(2_000))
        var investigator = Investigator(incident, plans: plans)
        investigator.take(try event(victim, 33_199_000_001, at: 900, trunk: 9))
        investigator.take(try event(victim, 33_199_000_002, at: 901, trunk: 9))
        investigator.take(try event(33_199_000_001, victim, at: 1_500))
        investigator.take(try event(33_199_000_007, victim, at: 1_501))
        let dossier = investigator.finish().dossier
        #expect(dossier.calls == 2)
        #expect(dossier.proofs == 2)
        #expect(dossier.pairs == 1)
        #expect(dossier.proofTrunks.first?.0 == Symbol(rawValue: 9))
    }
}
