import VigieCalls
import VigieWire

/// The detectors of a lane. Those of the catalog stand here by their types, so that a call reaches them without a detour; others
/// come behind them.
struct DetectorSet: Sendable {
    private(set) var misroutedFlood: MisroutedFlood?
    private var telephonyDoS: TelephonyDoS?
    private var numberUsurpation: NumberUsurpation?
    private var dialerCampaign: DialerCampaign?
    private var wangiri: Wangiri?
    private var revenueShareFraud: RevenueShareFraud?
    private var others: [any Detector] = []
    /// How many there are.
    private(set) var count = 0

    /// Takes its place by its type, or comes behind.
    mutating func add(_ detector: any Detector) {
        count += 1
        switch detector {
        case let one as MisroutedFlood where misroutedFlood == nil: misroutedFlood = one
        case let one as TelephonyDoS where telephonyDoS == nil: telephonyDoS = one
        case let one as NumberUsurpation where numberUsurpation == nil: numberUsurpation = one
        case let one as DialerCampaign where dialerCampaign == nil: dialerCampaign = one
        case let one as Wangiri where wangiri == nil: wangiri = one
        case let one as RevenueShareFraud where revenueShareFraud == nil: revenueShareFraud = one
        default: others.append(detector)
        }
    }

    mutating func prepare(for call: UpcomingCall) {
        misroutedFlood?.prepare(for: call)
        telephonyDoS?.prepare(for: call)
        numberUsurpation?.prepare(for: call)
        dialerCampaign?.prepare(for: call)
        wangiri?.prepare(for: call)
        revenueShareFraud?.prepare(for: call)
        for index in others.indices { others[index].prepare(for: call) }
    }

    mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        misroutedFlood?.observe(event, facts, report: report)
        telephonyDoS?.observe(event, facts, report: report)
        numberUsurpation?.observe(event, facts, report: report)
        dialerCampaign?.observe(event, facts, report: report)
        wangiri?.observe(event, facts, report: report)
        revenueShareFraud?.observe(event, facts, report: report)
        for index in others.indices { others[index].observe(event, facts, report: report) }
    }

    mutating func complete(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        misroutedFlood?.complete(event, facts, report: report)
        telephonyDoS?.complete(event, facts, report: report)
        numberUsurpation?.complete(event, facts, report: report)
        dialerCampaign?.complete(event, facts, report: report)
        wangiri?.complete(event, facts, report: report)
        revenueShareFraud?.complete(event, facts, report: report)
        for index in others.indices { others[index].complete(event, facts, report: report) }
    }

    mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        misroutedFlood?.advance(to: now, report: report)
        telephonyDoS?.advance(to: now, report: report)
        numberUsurpation?.advance(to: now, report: report)
        dialerCampaign?.advance(to: now, report: report)
        wangiri?.advance(to: now, report: report)
        revenueShareFraud?.advance(to: now, report: report)
        for index in others.indices { others[index].advance(to: now, report: report) }
    }

    /// Writes or reads the state of each, behind its name.
    mutating func code(_ state: inout StateCoder) {
        Self.code(&misroutedFlood, &state)
        Self.code(&telephonyDoS, &state)
        Self.code(&numberUsurpation, &state)
        Self.code(&dialerCampaign, &state)
        Self.code(&wangiri, &state)
        Self.code(&revenueShareFraud, &state)
        for index in others.indices {
            guard Self.codeName(type(of: others[index]), &state) else { return }
            others[index].code(&state)
        }
    }

    private static func code<One: Detector>(_ detector: inout One?, _ state: inout StateCoder) {
        guard detector != nil, codeName(One.self, &state) else { return }
        detector?.code(&state)
    }

    private static func codeName(_ type: any Detector.Type, _ state: inout StateCoder) -> Bool {
        let own = type.card.kind.rawValue
        var kind = own
        state.code(&kind)
        if kind != own { state.refuse("the detectors") }
        return kind == own
    }
}
