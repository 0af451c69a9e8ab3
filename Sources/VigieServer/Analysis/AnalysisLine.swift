public import VigieCalls
public import VigieDetection
import VigieDiagnosis
public import VigieIncidents
import VigieMitigation
public import VigieReports
import VigieStore
import VigieWire

/// The line behind the feeds: every call event goes to the detectors, the journal and the statistics; what the detectors
/// find becomes incidents; at the end each incident is investigated on the stored calls.
///
/// Memory is that of its parts: the lane's tables, the journal's buffers and the incidents.
public struct AnalysisLine: ~Copyable {
    /// Incidents investigated at most, in order of their first call; the others are reported without a dossier.
    public static let maxInvestigated = 100
    /// Hours of the volume chart at most: a year.
    static let maxHours = 24 * 366

    /// Of the calls so far.
    public private(set) var statistics = CallStatistics()
    /// The incidents so far.
    public private(set) var book: IncidentBook
    private var lane: DetectionLane
    private let journal: any CallJournal
    private let plans: NumberingPlans
    private let home: Country
    private var findings: [Finding] = []
    private var hours: [Int64: AnalysisReport.Hour] = [:]
    private var hour = AnalysisReport.Hour(start: .distantPast, attempts: 0, answered: 0)

    /// - Parameters:
    ///   - settings: of the detectors.
    ///   - journal: where calls are kept for the investigation.
    public init(settings: DetectionSettings, journal: any CallJournal, plans: NumberingPlans = .standard) {
        self.plans = plans
        home = settings.home
        self.journal = journal
        lane = DetectionLane(settings: settings, plans: plans)
        book = IncidentBook()
        findings.reserveCapacity(64)
    }

    /// Takes in one call, in order of start.
    public mutating func take(_ event: borrowing CallEvent) {
        count(event)
        statistics.add(event)
        lane.observe(event) { findings.append($0) }
        journal.append(copy event)
        if !findings.isEmpty { file(event.start) }
    }

    /// Takes in the signalling figures that a joiner of messages measured.
    public mutating func take(_ measures: SignallingMeasures) { statistics.add(measures) }

    /// Ends the analysis: judges what waits, investigates every incident, and fills `report`'s calls and incidents.
    public mutating func finish(into report: inout AnalysisReport, progress: (Double) -> Void = { _ in }) {
        lane.finish { findings.append($0) }
        file(statistics.last ?? .distantPast)
        keepHour()
        report.statistics = statistics
        report.hours = hours.values.sorted { $0.start < $1.start }
        report.forgotten = journal.forgotten
        let entries = investigate(report.symbols, progress)
        // Strangers who call a place more than ever, and no fault that leads there: people, not a misroute.
        report.entries = entries.filter { $0.incident.causes.first?.isNoFault != true }
        report.surges = entries.count - report.entries.count
    }

    private mutating func file(_ now: Timestamp) {
        for finding in findings { _ = book.apply(finding) }
        findings.removeAll(keepingCapacity: true)
        _ = book.advance(to: now)
    }

    private mutating func count(_ event: borrowing CallEvent) {
        let start = event.start.seconds / 3_600
        if hour.start.seconds != start * 3_600 {
            keepHour()
            hour =
                hours[start]
                ?? AnalysisReport.Hour(start: Timestamp(seconds: start * 3_600), attempts: 0, answered: 0)
        }
        hour.attempts += 1
        if event.answer != nil { hour.answered += 1 }
    }

    private mutating func keepHour() {
        let index = hour.start.seconds / 3_600
        if hour.attempts > 0, hours.count < Self.maxHours || hours[index] != nil { hours[index] = hour }
    }

    /// Two passes over the stored calls: the first counts, the second tries the filters that the counts suggest.
    private borrowing func investigate(_ symbols: SymbolTable, _ progress: (Double) -> Void)
        -> [AnalysisReport.Entry]
    {
        var incidents = book.incidents
        incidents.sort { $0.firstSeen < $1.firstSeen }
        let looked = min(incidents.count, Self.maxInvestigated)
        guard looked > 0 else { return [] }
        var investigators = incidents.prefix(looked).map { Investigator($0, plans: plans) }
        journal.replay(.distantPast ... .distantFuture) { event in
            for index in investigators.indices { investigators[index].take(copy event) }
        }
        progress(0.5)
        let results = investigators.map { $0.finish() }
        var searches: [FilterSearch] = []
        var trials: [FilterTrial] = []
        let diagnosis = MisrouteDiagnosis(plans: plans)
        for index in 0..<looked {
            if let evidence = results[index].evidence {
                incidents[index].causes = diagnosis.explain(evidence)
            }
            incidents[index].severity = Severity(incidents[index], results[index].dossier)
            incidents[index].localisation = localisation(results[index].dossier, symbols)
            let search = FilterSearch(incidents[index], dossier: results[index].dossier, plans: plans)
            searches.append(search)
            trials.append(
                FilterTrial(
                    search.candidates, incident: incidents[index], target: search.target, plans: plans,
                    home: home))
        }
        journal.replay(.distantPast ... .distantFuture) { event in
            for index in trials.indices { trials[index].take(copy event) }
        }
        progress(1)
        var entries: [AnalysisReport.Entry] = []
        for index in incidents.indices {
            let isLooked = index < looked
            entries.append(
                AnalysisReport.Entry(
                    incident: incidents[index], dossier: isLooked ? results[index].dossier : Dossier(),
                    proposal: isLooked ? searches[index].best(of: trials[index].outcomes) : nil))
        }
        return entries.sorted {
            ($1.incident.severity, $0.incident.firstSeen) < ($0.incident.severity, $1.incident.firstSeen)
        }
    }

    /// The trunks, nodes and operators that nine in ten calls share.
    private borrowing func localisation(_ dossier: Dossier, _ symbols: SymbolTable) -> [[String: String]] {
        let calls = dossier.calls > 0 ? dossier.calls : dossier.proofs
        var shared: [String: String] = [:]
        let trunks = dossier.calls > 0 && dossier.proofs == 0 ? dossier.trunks : dossier.proofTrunks
        for (name, ranked) in [("ingress", trunks), ("node", dossier.nodes), ("operator", dossier.operators)]
        {
            let known = name == "ingress" ? ranked.reduce(0) { $0 + $1.1 } : calls
            if let top = ranked.first, top.0 != .none, top.1 * 10 >= known * 9 {
                shared[name] = symbols.name(top.0)
            }
        }
        if !shared.isEmpty { return [shared] }
        return trunks.filter { $0.0 != .none && $0.1 * 5 >= calls }.map { ["ingress": symbols.name($0.0)] }
    }
}
