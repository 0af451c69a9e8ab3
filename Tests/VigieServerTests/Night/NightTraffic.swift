import VigieCalls
import VigieSimulator
import VigieWire

@testable import VigieServer

/// February 2009 for a live node: what it knew before, as records, and what it is asked about.
///
/// - **What it knew.** Of the last days everything over the border and a tenth of the rest, the same lines every day. Then, as records
///   that were found later, three months of calls with Morocco: that is how long a node remembers who spoke to whom.
/// - **The night.** The scenario's flood spreads by word of mouth for half a day. In the cut night it is left out before `night`, so
///   that it breaks out at the night's rate: only then "within three minutes of the first stray call" can be asked of anybody. The
///   whole night begins with the first stray call of all.
/// - **Wanted calls.** The cut night has all calls from Morocco to +333 that ordinary people make while the scenario's flood lasts, two
///   days and a half of them, spread over its hour and a quarter: an hour's own would be one or two, and tell nothing.
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

    private static let known = Duration.seconds(90 * 86_400)

    /// When the node's clock begins; records reach until then.
    let begin: Timestamp
    /// The first stray calls.
    let night: Timestamp
    let end: Timestamp
    /// What was before, as `vigie.calls/1`, in batches.
    private(set) var records: [[UInt8]] = []
    private(set) var recordCount = 0
    /// What is played over SIP, in order.
    private(set) var calls: [Call] = []
    /// Stray calls an hour in the worst evening.
    let nightRate: Double

    /// - Parameters:
    ///   - isWhole: whether the flood is played from its first call to its last.
    ///   - lasts: data time of the cut night.
    init?(seed: UInt64, isWhole: Bool, lasts: Duration = .seconds(75 * 60)) {
        guard let scenario = Scenario.named("rabat-2009"), let nation = Scenario.named("background") else {
            return nil
        }
        var simulation = scenario.simulation(SimulationSettings(seed: seed))
        var kept: [SimulatedCall] = []
        while let call = simulation.next() {
            guard call.label != 0 || Self.isKept(call, simulation.trunk(call.ingress)) else { continue }
            kept.append(call)
        }
        guard let first = kept.first(where: { $0.label != 0 })?.start,
            let last = kept.last(where: { $0.label != 0 })?.start
        else { return nil }
        let evenings = (16...18).compactMap { Timestamp(rfc3339: "2009-02-\($0)T20:30:00Z") }
        let strays = evenings.map { evening in
            kept.count { $0.label != 0 && $0.start >= evening && $0.start < evening + lasts }
        }
        guard let worst = strays.indices.max(by: { strays[$0] < strays[$1] }) else { return nil }
        nightRate = Double(strays[worst]) / (lasts.secondsAsDouble / 3_600)
        night = isWhole ? first : evenings[worst]
        end = isWhole ? last : night + lasts
        begin = night - .seconds(isWhole ? 7_200 : 1_800)

        var writer = RecordWriter(seed: seed, names: simulation.names)
        var past = SimulationSettings(seed: seed)
        past.start = simulation.window.lowerBound - Self.known
        past.days = Self.known.secondsAsDouble / 86_400
        past.callsADay = scenario.usualCallsADay
        past.abroadOnly = true
        var before = nation.simulation(past)
        var older = RecordWriter(seed: seed ^ 0x6F6C_6465_72, names: before.names)
        while let call = before.next() {
            if call.withMorocco { older.write(call) }
        }
        var wanted: [Call] = []
        for call in kept {
            let live = Call(
                at: call.start, caller: call.caller == .absent ? "" : call.caller.description,
                called: call.called.description, trunk: simulation.trunk(call.ingress),
                isStray: call.label != 0)
            if isWhole {
                if call.start < begin { writer.write(call) } else if call.start < end { calls.append(live) }
            } else if live.isWantedFromMorocco, call.start >= first, call.start <= last {
                wanted.append(live)
            } else if live.isStray {
                if call.start >= night, call.start < end { calls.append(live) }
            } else if call.start < begin {
                writer.write(call)
            } else if call.start < end {
                calls.append(live)
            }
        }
        for (index, call) in wanted.enumerated() {
            var call = call
            let share = (Double(index) + 0.5) / Double(wanted.count)
            call.at = night + .seconds(Int64(share * lasts.secondsAsDouble))
            calls.append(call)
        }
        calls.sort { $0.at < $1.at }
        for (batches, count) in [writer.finish(), older.finish()] {
            records += batches
            recordCount += count
        }
    }

    private static func isKept(_ call: SimulatedCall, _ trunk: String) -> Bool {
        call.withMorocco || trunk.hasPrefix("intl") || call.caller.digits % 10 == 3
    }
}

extension SimulatedCall {
    fileprivate var withMorocco: Bool {
        caller.isE164 && caller.leading(3) == 212 || called.isE164 && called.leading(3) == 212
    }
}

/// Writes calls as records, ten thousand a batch.
private struct RecordWriter {
    private let form: CallRecordText
    private var text = TextBuffer()
    private var batches: [[UInt8]] = []
    private var count = 0

    init(seed: UInt64, names: (trunks: [String], nodes: [String], operators: [String])) {
        form = CallRecordText(.ndjson, names: names, seed: seed)
        form.writeHeader(to: &text)
    }

    mutating func write(_ call: SimulatedCall) {
        form.write(call, to: &text)
        count += 1
        guard count % 10_000 == 0 else { return }
        batches.append(text.bytes)
        text = TextBuffer()
    }

    mutating func finish() -> ([[UInt8]], Int) {
        if count % 10_000 != 0 { batches.append(text.bytes) }
        return (batches, count)
    }
}
