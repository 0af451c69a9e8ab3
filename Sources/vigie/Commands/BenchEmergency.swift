import ArgumentParser
import Foundation
import Glibc
import VigieCalls
import VigieDetection
import VigieWire

/// `vigie bench emergency`: what watching the emergency numbers of a nation costs, in share of a core.
struct BenchEmergency: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency",
        abstract:
            "Measures what a national night costs: 10,000 emergency calls a minute, 404 cells, every dimension.",
        discussion: "Example:\n  vigie bench emergency --minutes 120")

    @Option(help: "Emergency calls a minute.")
    var rate = 10_000
    @Option(help: "Minutes of data time.")
    var minutes = 120
    @Option(help: "Share of the calls of one machine that fail in the second half, in percent.")
    var failing = 50

    func run() throws {
        var symbols = SymbolTable()
        let departments =
            ["2A", "2B", "971", "972", "973", "974", "976"]
            + (1...95).filter { $0 != 20 }.map { "\($0 < 10 ? "0" : "")\($0)" }
        let places = departments.map { symbols.symbol($0) }
        let nodes = (1...13).map { symbols.symbol("node-\($0)") }
        let operators = (1...5).map { symbols.symbol("operator-\($0)") }
        let trunks = (1...14).map { symbols.symbol("trunk-\($0)") }
        let services: [UInt64] = [15, 17, 18, 112]
        var random = Chance(state: 1)
        var lookout = EmergencyFailure()
        lookout.meet(symbols)
        var lane = DetectionLane()
        lane.meet(symbols)
        var findings = 0
        let begin = CivilTime(year: 2026, month: 10, day: 5, hour: 20).timestamp()
        var alone = 0.0
        var whole = 0.0
        for minute in 0..<minutes {
            var events: [CallEvent] = []
            events.reserveCapacity(rate)
            for index in 0..<rate {
                let at =
                    begin + .seconds(Int64(minute * 60)) + .milliseconds(Int64(index * 60_000 / max(1, rate)))
                var event = CallEvent(start: at, callID: CallID())
                let draw = random.next()
                let service = services[Int(draw & 3)]
                event.caller = PhoneNumber(e164: 33_600_000_000 + draw >> 8 % 90_000_000) ?? .absent
                event.called =
                    PhoneNumber(form: .dialled, digits: service, count: service > 99 ? 3 : 2) ?? .absent
                event.location = places[Int(draw >> 16 % UInt64(places.count))]
                event.node = nodes[Int(draw >> 24 % 13)]
                event.operator = operators[Int(draw >> 32 % 5)]
                event.ingress = trunks[Int(draw >> 40 % 9)]
                event.egress = trunks[9 + Int(draw >> 44 % 5)]
                let isBad = minute > minutes / 2 && event.node == nodes[0] && Int(draw >> 50 % 100) < failing
                if isBad || draw >> 54 % 200 == 0 {
                    (event.sipStatus, event.q850, event.releasedBy) = (503, 34, .network)
                } else {
                    event.answer = at + .seconds(8)
                    (event.sipStatus, event.q850, event.releasedBy) = (200, 16, .called)
                }
                event.end = at + .seconds(100)
                event.outcome = CallOutcome.classify(
                    sipStatus: event.sipStatus, q850: event.q850, answered: event.answer != nil,
                    releasedBy: event.releasedBy)
                events.append(event)
            }
            let start = Self.processorSeconds()
            for event in events { lookout.observe(event, CallFacts()) { _ in findings += 1 } }
            let middle = Self.processorSeconds()
            for event in events { lane.observe(event) { _ in } }
            alone += middle - start
            whole += Self.processorSeconds() - middle
        }
        let span = Double(minutes) * 60
        print(
            "calls_a_minute=\(rate) minutes=\(minutes) streams=\(lookout.streamCount) findings=\(findings) "
                + String(
                    format: "lookout_core_percent=%.2f all_detectors_core_percent=%.2f", alone / span * 100,
                    whole / span * 100))
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
