import VigieCalls
import VigieWire

/// A campaign that was found: everything machine-made that one ingress (or one number, when no ingress is known) sends.
struct DialerRecord: Sendable {
    /// Campaigns at once; the one that was silent longest goes.
    static let limit = 64
    /// Numbers named in a finding.
    private static let namedNumbers = 10

    var key: UInt64
    var ingress: Symbol
    var first: Timestamp
    var last: Timestamp
    var signs: DialerSigns?
    var numbers: InlineArray<10, PhoneNumber> = InlineArray(repeating: .absent)
    var numberCount = 0
    var samples: [CallID] = []
    var reportedMinute: Int64 = .min

    init(key: UInt64, ingress: Symbol, first: Timestamp) {
        self.key = key
        self.ingress = ingress
        self.first = first
        last = first
    }

    /// Adds what a run showed with this call.
    mutating func update(
        _ run: borrowing DialerRun, _ signs: DialerSigns, _ event: borrowing CallEvent, _ marks: DialerMarks
    ) {
        last = max(last, event.start)
        if self.signs == nil { self.signs = signs } else { self.signs?.formUnion(signs) }
        if run.scope == .number {
            name(run.caller)
        } else if marks.isForged || marks.isNeighbour || marks.isSilent {
            name(event.caller)
        }
        if samples.count < 10, !event.callID.isEmpty { samples.append(event.callID) }
    }

    private mutating func name(_ number: PhoneNumber) {
        guard number.isE164, numberCount < Self.namedNumbers else { return }
        for index in 0..<numberCount where numbers[index] == number { return }
        numbers[numberCount] = number
        numberCount += 1
    }

    /// What is known now, with the figures of the run that showed it last.
    func finding(_ run: borrowing DialerRun, at detected: Timestamp, least: Double) -> Finding {
        let calls = max(run.calls, 1)
        let answered = max(run.answered, 1)
        let number = key == 0 ? "network" : numbers[0].description
        let name = ingress == .none ? number : "ingress-\(ingress.rawValue)"
        return Finding(
            kind: .dialerCampaign, key: "dialer-campaign|\(name)",
            subject: .dialerCampaign(
                ingress: ingress, numbers: (0..<numberCount).map { numbers[$0] }, signs: signs?.list ?? []),
            firstSeen: first, detectedAt: detected, lastSeen: last,
            strength: max(0, (signs?.strongest ?? 0) - least),
            metrics: [
                Metric("calls", Double(run.total)),
                Metric("calls_per_hour", run.calls.rounded()),
                Metric("distinct_called", Double(run.distinctCalled.estimate)),
                Metric("distinct_callers", Double(run.distinctCallers.estimate)),
                Metric("answered_share", run.answered / calls),
                Metric("silent_share", run.silent / answered),
                Metric("short_share", run.short / answered),
                Metric("sequential_share", run.near / calls),
                Metric("neighbour_share", run.neighbour / calls),
                Metric("impossible_caller_share", run.forged / calls),
                Metric("dead_called_share", run.dead / calls),
                Metric("single_use_caller_share", run.fresh / calls),
                Metric("outside_hours_share", run.forbiddenHours / calls),
            ],
            samples: samples)
    }
}
