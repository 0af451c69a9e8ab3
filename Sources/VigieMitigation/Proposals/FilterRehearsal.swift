public import VigieCalls
public import VigieDetection
public import VigieIncidents
import VigieWire

/// Plays stored calls through a screening that has one filter in force, and reports what it would have done.
///
/// Feed it every stored call from the first, in order, as `CallJournal.replay` tells them.
public struct FilterRehearsal {
    private static let talk = Duration.seconds(30)  // nobody listens that long to a wrong number

    private let id = FilterID(rawValue: 1)
    private let table: DecisionTable
    private var screening: Screening
    private var trial: FilterTrial?
    private var scope: IncidentScope?
    private let target: FilterTrial.Target
    private let names: SymbolTable
    private var report = TrialReport()
    private var talked = 0
    private var wantedExamples: [TrialReport.Example] = []
    private var otherExamples: [TrialReport.Example] = []

    /// - Parameters:
    ///   - filter: what to try, with the symbols that the stored calls have.
    ///   - incident: what it is against: then what it should stop and what it should leave alone is told apart by the calls'
    ///     part in it. Without one, calls of half a minute or more are taken for wanted, and nothing for unwanted.
    ///   - names: the names of trunks, for the examples.
    public init(
        _ filter: Filter, incident: Incident?, target: FilterTrial.Target = .trouble, home: Country = .france,
        clock: LocalClock = LocalClock(), names: SymbolTable, plans: NumberingPlans = .standard
    ) {
        // Whatever it would do to a call, here it stops it, so that it shows.
        var stopping = filter
        if stopping.action != .limit { stopping.action = .reject }
        table = DecisionTable([DecisionTable.Entry(id: id, filter: stopping, isEnforced: true)])
        var limits = Screening.Limits()
        limits.pairs = 1_048_576  // 8 MiB: a rehearsal is one of several things that go on
        screening = Screening(home: home, clock: clock, limits: limits, plans: plans)
        self.names = names
        self.target = target
        if let incident {
            trial = FilterTrial(
                [filter.match], incident: incident, target: target, plans: plans, home: home, clock: clock)
            scope = IncidentScope(incident, plans: plans)
        }
    }

    /// Takes in the next stored call.
    public mutating func take(_ event: CallEvent) {
        if report.from == nil { report.from = event.start }
        report.until = max(report.until ?? event.start, event.start)
        report.calls += 1
        let hasTalk = (event.talk ?? .zero) >= Self.talk
        if hasTalk { talked += 1 }
        trial?.take(event)
        let role = scope?.role(of: event)
        guard screening.decide(ScreenedCall(event), table).isStopped else { return }
        report.matched += 1
        if hasTalk { report.matchedWithTalk += 1 }
        let isWanted = role == (target == .proof ? .proof : .trouble)
        let list = isWanted ? wantedExamples.count : otherExamples.count
        guard list < TrialReport.maxExamples else { return }
        let example = TrialReport.Example(
            at: event.start, caller: event.caller, called: event.called, ingress: names.name(event.ingress),
            isWanted: isWanted, talkSeconds: Int(clamping: event.talk?.components.seconds ?? 0))
        if isWanted { wantedExamples.append(example) } else { otherExamples.append(example) }
    }

    /// What the filter would have done to all the calls taken in.
    public func finish() -> TrialReport {
        var result = report
        result.examples = otherExamples + wantedExamples
        if let outcome = trial?.outcomes.first {
            result.wanted = outcome.wanted
            result.wantedStopped = outcome.wantedStopped
            result.legitimate = outcome.legitimate
            result.legitimateStopped = outcome.legitimateStopped
        } else {
            result.legitimate = talked
            result.legitimateStopped = result.matchedWithTalk
        }
        return result
    }
}
