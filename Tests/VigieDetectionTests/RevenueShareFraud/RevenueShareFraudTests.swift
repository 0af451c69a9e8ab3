import CAllocationCounter
import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct RevenueShareFraudTests {
    static let exchange = CallScript.line(0, 2)

    @Test func `an exchange that calls one range abroad through the night`() throws {
        var script = CallScript(seed: 1)
        script.background(hours: 48)
        for index in 0..<160 {
            let called = CallScript.number(252_617_120_000 + script.random.next() % 40)
            let at = CallScript.at(day: 1, hour: 22) + .seconds(Int64(index) * 60)
            script.call(
                Self.exchange, called, at: at, .talk(400 + 300 * script.random.unit(), by: .caller),
                by: .exchange)
        }
        let findings = script.findings(RevenueShareFraud())
        let first = try #require(findings.first)
        guard
            case .revenueShareFraud(let numbers, let prefixes, let ingress) = try #require(findings.last)
                .subject
        else { return }
        #expect(ingress == Symbol(rawValue: CallScript.Trunk.exchange.rawValue))
        #expect(numbers.contains(Self.exchange) && prefixes.map(\.description) == ["+25261712"])
        #expect(first.detectedAt < CallScript.at(day: 1, hour: 22.75))
        #expect(Set(findings.map(\.key)).count == 1)
        #expect(!script.withoutTrunks().findings(RevenueShareFraud()).isEmpty)
    }

    @Test func `a fair that calls a country more than usual stays quiet`() {
        var script = CallScript(seed: 2)
        script.background(hours: 48)
        for index in 0..<300 {
            let called = CallScript.number(8_613_800_000_000 + script.random.next() % 99_999_999)
            let at = CallScript.at(day: 1, hour: 9) + .seconds(Int64(index) * 100)
            let caller = index % 3 == 0 ? Self.exchange : CallScript.line(0, 100 + index % 40)
            script.call(
                caller, called, at: at, .talk(60 + 400 * script.random.unit(), by: .called), by: .exchange)
        }
        #expect(script.findings(RevenueShareFraud()).isEmpty)
    }

    @Test func `a public that calls one premium number in the evening stays quiet`() {
        var script = CallScript(seed: 3)
        script.background(hours: 48)
        for index in 0..<2_000 {
            let at = CallScript.at(day: 1, hour: 20.5) + .seconds(Int64(index))
            script.call(
                script.stranger(index), CallScript.number(33_899_000_012), at: at, .talk(12, by: .called))
        }
        #expect(script.findings(RevenueShareFraud()).isEmpty)
    }

    @Test func `a habit of calling a risky country at night is no fraud`() {
        var script = CallScript(seed: 4)
        for day in 0..<6 {
            for index in 0..<30 {
                let called = CallScript.number(37_129_330_000 + UInt64(index % 6))
                let at = CallScript.at(day: day, hour: 21) + .seconds(Int64(index) * 200)
                script.call(Self.exchange, called, at: at, .talk(200, by: .called), by: .exchange)
            }
        }
        let late = script.findings(RevenueShareFraud()).filter {
            $0.detectedAt > CallScript.at(day: 3, hour: 0)
        }
        #expect(late.isEmpty)
    }

    /// Whether the optimiser ran; without it borrowed values are copied to the heap here and there.
    static let isOptimised: Bool = {
        var isDebug = false
        assert(
            {
                isDebug = true; return true
            }())
        return !isDebug
    }()

    @Test(.enabled(if: isOptimised, "allocations count in release builds"), arguments: 0..<4)
    func `ordinary calls make a detector of abuse allocate nothing`(_ which: Int) {
        var script = CallScript(seed: 5)
        script.background(hours: 30)
        let events = script.events.sorted { $0.start < $1.start }
        let all: [any Detector] = [NumberUsurpation(), DialerCampaign(), Wangiri(), RevenueShareFraud()]
        var lane = DetectionLane(detectors: [all[which]])
        for event in events.prefix(6_000) { lane.observe(event) { _ in } }
        let before = vigie_allocations_on_this_thread()
        for event in events.dropFirst(6_000) { lane.observe(event) { _ in } }
        #expect(vigie_allocations_on_this_thread() == before)
    }
}
