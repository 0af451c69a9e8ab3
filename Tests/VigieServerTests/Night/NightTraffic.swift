import VigieCalls
import VigieSimulator
import VigieWire

@testable import VigieServer

/// February 2009 cut for a test of a minute: the days before as records, an hour and a quarter of the night live.
///
/// The scenario's flood spreads by word of mouth for half a day. Here it is left out before `night`, so that it breaks out at the
/// rate of the night: only then "within three minutes of the first stray call" can be asked of anybody.
struct NightTraffic {
    /// One live call.
    struct Call: Sendable {
        var at: Timestamp
        var caller: String
        var called: String
        var trunk: String
        var isStray: Bool

        /// Whether it is one of those that must not be stopped: from Morocco to the north and east, and no stray.
        var isWantedFromMorocco: Bool { !isStray && caller.hasPrefix("+212") && called.hasPrefix("+333") }
    }

    /// When the node's clock begins; records reach until then.
    let begin: Timestamp
    /// The first stray calls.
    let night: Timestamp
    let end: Timestamp
    /// The days before, as `vigie.calls/1`.
    private(set) var records: [UInt8] = []
    private(set) var recordCount = 0
    /// What is played over SIP, in order.
    private(set) var calls: [Call] = []

    /// - Parameter lasts: data time of the night.
    init?(seed: UInt64, lasts: Duration = .seconds(75 * 60)) {
        guard let scenario = Scenario.named("rabat-2009"), let night = Self.worst(scenario, seed, lasts)
        else { return nil }
        self.night = night
        begin = night - .seconds(1_200)
        end = night + lasts
        var simulation = scenario.simulation(SimulationSettings(seed: seed))
        let form = CallRecordText(.ndjson, names: simulation.names, seed: seed)
        var text = TextBuffer()
        form.writeHeader(to: &text)
        var families: [(caller: PhoneNumber, called: PhoneNumber, trunk: String)] = []
        while let call = simulation.next(), call.start < end {
            let isStray = call.label != 0
            if isStray, call.start < night { continue }
            let trunk = simulation.trunk(call.ingress)
            let isMoroccan = call.caller.isE164 && call.caller.leading(3) == 212
            // A tenth of all other traffic will do for comparison, the same tenth of the lines every day.
            let goesThere = call.called.isE164 && call.called.leading(3) == 212
            guard
                isStray || isMoroccan || goesThere || trunk.hasPrefix("intl") || call.caller.digits % 10 == 3
            else { continue }
            guard call.start >= begin else {
                form.write(call, to: &text)
                recordCount += 1
                if isMoroccan, call.called.leading(3) == 333,
                    !families.contains(where: { $0 == (call.caller, call.called, trunk) })
                {
                    families.append((call.caller, call.called, trunk))
                }
                continue
            }
            let caller = call.caller == .absent ? "" : call.caller.description
            calls.append(
                Call(
                    at: call.start, caller: caller, called: call.called.description, trunk: trunk,
                    isStray: isStray))
        }
        records = text.bytes
        // Families who spoke in the days before speak again tonight, spread over the night.
        for (index, family) in families.enumerated() {
            let share = (Double(index) + 0.5) / Double(families.count)
            calls.append(
                Call(
                    at: night + .seconds(Int64(share * lasts.secondsAsDouble)),
                    caller: family.caller.description,
                    called: family.called.description, trunk: family.trunk, isStray: false))
        }
        calls.sort { $0.at < $1.at }
    }

    /// Half past eight in the evening of the day that saw most stray calls then.
    private static func worst(_ scenario: Scenario, _ seed: UInt64, _ lasts: Duration) -> Timestamp? {
        let evenings = (16...18).compactMap { Timestamp(rfc3339: "2009-02-\($0)T20:30:00Z") }
        var strays = evenings.map { _ in 0 }
        var simulation = scenario.simulation(SimulationSettings(seed: seed))
        while let call = simulation.next(), let last = evenings.last, call.start < last + lasts {
            guard call.label != 0 else { continue }
            for (index, evening) in evenings.enumerated()
            where call.start >= evening && call.start < evening + lasts {
                strays[index] += 1
            }
        }
        return strays.indices.max { strays[$0] < strays[$1] }.map { evenings[$0] }
    }
}
