import Dispatch
import Logging
import Synchronization
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieMitigation
import VigieReports
import VigieStore
import VigieWire

/// Looks into incidents on the stored calls, in the background: an incident is stored and told only after its first look, so
/// that a surge which no fault explains never rings a bell.
///
/// One look at a time. A new incident is looked into at once; one that grows, after twenty seconds and after ten times as long as
/// the last look took: looking again takes a tenth of one core at most.
final class InvestigationDesk: Sendable {
    /// Real time between two looks at an incident that grows.
    static let pause: Int64 = 20_000_000_000

    /// What waits to be looked into.
    private struct Waiting {
        var incident: Incident
        var keys: [String]
        var isUrgent: Bool
    }

    private struct Known {
        var live: LiveIncident
        var lookedAt: Int64
        var cost: Int64
        var isTold: Bool
        var state: Incident.State
    }

    private struct State {
        var waiting: [String: Waiting] = [:]
        var known: [String: Known] = [:]
        var isRunning = false
        var held: [CallEvent] = []
    }

    private let state = Mutex(State())  // the desk's small state; looks are done outside of it
    private let queue = DispatchQueue(label: "vigie.investigation", qos: .utility)
    private let investigation: Investigation
    private let store: any Store
    private let otherTimes: any Store
    private let symbols: NodeSymbols
    private let lookBack: Duration
    private let logger: Logger
    let feed = ChangeFeed()
    let looks = Counter()
    let setAside = Counter()
    let storeFailures = Counter()

    init(
        plans: NumberingPlans, settings: LineSettings, store: any Store, otherTimes: any Store,
        symbols: NodeSymbols, logger: Logger
    ) {
        investigation = Investigation(
            plans: plans, home: settings.detection.home, centres: settings.detection.emergencyFailure.centres,
            calendar: settings.calendar)
        self.store = store
        self.otherTimes = otherTimes
        self.symbols = symbols
        self.logger = logger
        lookBack = settings.lookBack
    }

    /// The incidents told so far, in the order of their first calls.
    var incidents: [LiveIncident] {
        state.withLock { state in
            state.known.values.filter(\.isTold).map(\.live).sorted {
                ($0.incident.firstSeen, $0.incident.id) < ($1.incident.firstSeen, $1.incident.id)
            }
        }
    }

    /// Whether nothing waits and nothing is being looked into.
    var isIdle: Bool { state.withLock { !$0.isRunning && $0.waiting.isEmpty } }

    /// Goes on with incidents that were told before the node started.
    func restore(_ incidents: [LiveIncident]) {
        state.withLock { state in
            for live in incidents {
                state.known[live.incident.id] = Known(
                    live: live, lookedAt: .min / 2, cost: 0, isTold: true, state: live.incident.state)
            }
        }
    }

    /// Notes what happened to incidents.
    ///
    /// - Parameters:
    ///   - keys: of an incident's findings.
    ///   - held: calls that are not stored yet.
    func note(_ changes: [IncidentChange], keys: [String: [String]], held: [CallEvent]) {
        state.withLock { state in
            for change in changes {
                let incident = change.incident
                var isUrgent = state.waiting[incident.id]?.isUrgent ?? false
                switch change {
                case .opened, .reopened, .resolved: isUrgent = true
                case .updated: break
                }
                state.waiting[incident.id] = Waiting(
                    incident: incident, keys: keys[incident.id] ?? [], isUrgent: isUrgent)
            }
            state.held = held
        }
        poke()
    }

    /// Begins a look when one is due; asked for by the line now and then.
    ///
    /// - Parameter all: whether everything that waits is due, as it is when the node stops.
    func poke(all: Bool = false) {
        let now = NodeClock.monotonic
        let due: [Waiting] = state.withLock { state in
            guard !state.isRunning, !state.waiting.isEmpty else { return [] }
            var due: [Waiting] = []
            for (id, waiting) in state.waiting {
                let isDue =
                    all || waiting.isUrgent
                    || state.known[id].map { now - $0.lookedAt >= max(Self.pause, $0.cost * 10) } ?? true
                if isDue { due.append(waiting) }
            }
            for waiting in due { state.waiting[waiting.incident.id] = nil }
            state.isRunning = !due.isEmpty
            return due
        }
        guard !due.isEmpty else { return }
        queue.async { [self] in
            look(at: due.sorted { $0.incident.firstSeen < $1.incident.firstSeen })
            state.withLock { $0.isRunning = false }
            poke(all: all)
        }
    }

    /// The contract's document, with its sentence in French beside.
    private static func document(
        _ entry: AnalysisReport.Entry, _ live: LiveIncident, _ report: AnalysisReport
    ) -> [(String, JSONValue)] {
        guard case .object(let members) = report.incident(entry) else { return [] }
        return members + [("summary_fr", .string(live.summaryInFrench))]
    }

    private func look(at waiting: [Waiting]) {
        let began = NodeClock.monotonic
        looks.count()
        let incidents = waiting.map(\.incident)
        let table = symbols.snapshot
        var from = Timestamp.distantFuture
        for incident in incidents { from = min(from, incident.firstSeen) }
        let window = (from - lookBack)...Timestamp.distantFuture
        let held = state.withLock { $0.held }
        let stores = [store, otherTimes]
        let entries = investigation.look(at: incidents, symbols: table) { body in
            for store in stores {
                do throws(StoreError) {
                    try store.replay(window, body)
                } catch {
                    storeFailures.count()
                    logger.error(
                        "stored calls cannot be looked at again", metadata: ["why": "\(error.sentence)"])
                }
            }
            for event in held { body(event) }
        }
        let cost = NodeClock.monotonic - began
        var report = AnalysisReport()
        report.symbols = table
        report.home = investigation.home
        for (entry, waiting) in zip(entries, waiting) { file(entry, waiting, report, cost) }
    }

    /// Incidents remembered here at most: some more than the book keeps.
    static let capacity = 12_000

    /// Remembers an incident; a thousand of the longest resolved make room.
    private func keep(_ known: Known, _ id: String) {
        state.withLock { state in
            state.known[id] = known
            guard state.known.count > Self.capacity else { return }
            let over = state.known.filter { $0.value.state == .resolved }
                .sorted { $0.value.live.incident.lastSeen < $1.value.live.incident.lastSeen }
            for (old, _) in over.prefix(1_000) { state.known[old] = nil }
        }
    }

    private func file(
        _ entry: AnalysisReport.Entry, _ waiting: Waiting, _ report: AnalysisReport, _ cost: Int64
    ) {
        let id = entry.incident.id
        let before = state.withLock { $0.known[id] }
        var entry = entry
        let isSetAside = entry.isSetAside
        if isSetAside { entry.incident.state = .resolved }
        var live = LiveIncident(
            incident: entry.incident,
            summary: report.sentence(entry, language: .english),
            summaryInFrench: report.sentence(entry, language: .french),
            calls: entry.dossier.calls + entry.dossier.proofs, proposal: entry.proposal)
        if entry.dossier.proofs > 0, case .numberUsurpation = entry.incident.subject { live.target = .proof }
        var known = Known(
            live: live, lookedAt: NodeClock.monotonic, cost: cost, isTold: before?.isTold ?? false,
            state: entry.incident.state)
        if isSetAside, !known.isTold {
            setAside.count()
            keep(known, id)
            return
        }
        let members = Self.document(entry, live, report)
        let document = Array(JSONValue.object(members).text().utf8)
        var changes: [StoreChange] = [
            .incident(
                StoredIncident(
                    id: id, kind: entry.incident.kind.rawValue, state: entry.incident.state.rawValue,
                    severity: entry.incident.severity.rawValue, firstSeen: entry.incident.firstSeen,
                    lastSeen: entry.incident.lastSeen, document: document))
        ]
        if let kept = KeptIncident(waiting.incident, keys: waiting.keys).change { changes.append(kept) }
        do throws(StoreError) {
            try store.apply(changes)
        } catch {
            storeFailures.count()
            logger.error(
                "an incident cannot be stored", metadata: ["incident": "\(id)", "why": "\(error.sentence)"])
        }
        let kind: LiveChange.Kind =
            if !known.isTold {
                .opened
            } else if entry.incident.state == .resolved {
                .resolved
            } else if before?.state == .resolved {
                .reopened
            } else {
                .updated
            }
        known.isTold = true
        keep(known, id)
        logger.notice(
            "incident \(kind.rawValue)",
            metadata: [
                "incident": "\(id)", "severity": "\(entry.incident.severity.rawValue)",
                "calls": "\(live.calls)",
            ])
        feed.tell(
            LiveChange(
                kind: kind, incident: live,
                document: .object(members.filter { $0.0 != "census" && $0.0 != "to_call_back" })))
    }
}
