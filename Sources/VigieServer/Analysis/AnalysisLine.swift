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
    /// Incidents investigated at most, the gravest kinds first, then in order of their first call; the others are reported
    /// without a dossier.
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
    private let calendar: ChangeCalendar
    private let centres: EmergencyCentres
    private var findings: [Finding] = []
    private var hours: [Int64: AnalysisReport.Hour] = [:]
    private var hour = AnalysisReport.Hour(start: .distantPast, attempts: 0, answered: 0)

    /// - Parameters:
    ///   - settings: of the detectors.
    ///   - calendar: what was changed and declared.
    ///   - journal: where calls are kept for the investigation.
    public init(
        settings: DetectionSettings, calendar: ChangeCalendar = ChangeCalendar(), journal: any CallJournal,
        plans: NumberingPlans = .standard
    ) {
        self.calendar = calendar
        centres = settings.emergencyFailure.centres
        self.plans = plans
        home = settings.home
        self.journal = journal
        lane = DetectionLane(settings: settings, plans: plans)
        book = IncidentBook()
        findings.reserveCapacity(64)
    }

    /// Says that a call between these numbers comes soon; changes nothing.
    public mutating func prepare(_ caller: PhoneNumber, _ called: PhoneNumber, _ ingress: Symbol) {
        lane.prepare(caller: caller, called: called, ingress: ingress)
    }

    /// Takes in one call, in order of start.
    public mutating func take(_ event: borrowing CallEvent) {
        count(event)
        statistics.add(event)
        lane.observe(event) { findings.append($0) }
        journal.append(event)
        if !findings.isEmpty { file(event.start) }
    }

    /// Tells the names of locations, as the feeds meet them.
    public mutating func meet(_ symbols: borrowing SymbolTable) { lane.meet(symbols) }

    /// Takes in emergency calls that somebody counted.
    public mutating func take(_ count: EmergencyCount) {
        lane.take(count) { findings.append($0) }
        if !findings.isEmpty { file(count.end) }
    }

    /// Takes in the signalling figures that a joiner of messages measured.
    public mutating func take(_ measures: SignallingMeasures) { statistics.add(measures) }

    /// Ends the analysis: judges what waits, investigates every incident, and fills `report`'s calls and incidents.
    public mutating func finish(into report: inout AnalysisReport, progress: (Double) -> Void = { _ in }) {
        lane.finish { findings.append($0) }
        file(statistics.last ?? lane.reached)
        keepHour()
        report.statistics = statistics
        report.hours = hours.values.sorted { $0.start < $1.start }
        report.forgotten = journal.forgotten
        if let first = statistics.first, let last = statistics.last {
            report.calendar = calendar.changes(from: first - .seconds(86_400), to: last)
        }
        report.emergency = lane.emergencyBoard.flatMap { $0.cells.isEmpty ? nil : $0.declaring(calendar) }
        report.limits = lane.forgottenEarly
        if book.dropped > 0 { report.limits.count("findings_without_room", at: 0, times: book.dropped) }
        let unseen = book.incidents.count - Self.maxInvestigated
        if unseen > 0 { report.limits.count("incidents_without_second_look", at: 0, times: UInt64(unseen)) }
        let entries = investigate(report.symbols, progress)
        report.entries = entries.filter { !$0.isSetAside }
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

    /// 0 for what can cost a life, then what strikes people who have nothing to do with it, then what costs money.
    private static func gravity(_ kind: IncidentKind) -> Int {
        switch kind {
        case .emergencyFailure: 0
        case .misroutedFlood, .numberUsurpation, .routeFailure: 1
        case .telephonyDoS, .revenueShareFraud: 2
        case .dialerCampaign, .wangiri: 3
        }
    }

    /// The second look at the incidents, a hundred of them; most severe first.
    private borrowing func investigate(_ symbols: SymbolTable, _ progress: (Double) -> Void)
        -> [AnalysisReport.Entry]
    {
        let incidents = book.incidents.sorted {
            (Self.gravity($0.kind), $0.firstSeen) < (Self.gravity($1.kind), $1.firstSeen)
        }
        let looked = Array(incidents.prefix(Self.maxInvestigated))
        let journal = journal
        let (calendar, centres) = (calendar, centres)
        let entries =
            Investigation(plans: plans, home: home, centres: centres, calendar: { calendar }).look(
                at: looked, symbols: symbols, progress: progress
            ) {
                body in journal.replay(.distantPast ... .distantFuture, body)
            }
            + incidents.dropFirst(looked.count).map {
                AnalysisReport.Entry(incident: $0, dossier: Dossier(), proposal: nil)
            }
        return entries.sorted {
            ($1.incident.severity, $0.incident.firstSeen) < ($0.incident.severity, $1.incident.firstSeen)
        }
    }
}
