import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// What the network delivered and a centre did not count.
@Suite struct DeliveredCountsTests {
    @Test func `calls that the network delivered and the centre did not count are missing at the centre`()
        throws
    {
        var script = EmergencyScript(seed: 41)
        var random = TestRandom(seed: 42)
        let north = try #require(DepartmentCode("59"))
        var hidden = 0
        var findings: [Finding] = []
        for slice in 0..<84 {
            let (first, last) = (slice * 5, slice * 5 + 5)
            script.run(from: first, to: last, perMinute: 60)
            let start = EmergencyScript.noon + .seconds(Int64(first * 60))
            var count = EmergencyCount(source: .receiver, start: start, length: .seconds(300), service: .samu)
            count.department = north
            let network = script.detector.network(during: [count])[0]
            for _ in 0..<network.delivered {
                if slice >= 60, random.unit() < 0.4 { hidden += 1 } else { count.attempts += 1 }
            }
            count.answered = count.attempts
            script.detector.take(count) { findings.append($0) }
        }
        script.wait(untilMinute: 422)
        let last = try #require(script.findings.last)
        #expect(Set((script.findings + findings).map(\.key)).count == 1)
        #expect(EmergencyScript.noon + .seconds(420 * 60) - last.lastSeen <= .seconds(600))
        guard case .emergencyFailure(let scope) = last.subject else {
            Issue.record("not an emergency failure")
            return
        }
        #expect(scope.services == [.samu] && scope.departments == [north])
        #expect(scope.sign == "receiver" && scope.side == .centre && scope.missing?.basis == .delivered)
        #expect(abs(scope.lostCallers - hidden) <= 3, "\(scope.lostCallers) of \(hidden)")
        #expect(scope.lostLow > 0 && scope.lostLow <= hidden && hidden <= scope.lostHigh)
        let onset = (last.firstSeen - EmergencyScript.noon).secondsAsDouble / 60
        #expect(abs(onset - 300) <= 10, "\(onset)")
    }
}
