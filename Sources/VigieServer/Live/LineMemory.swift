import Dispatch
import Foundation
import Logging
import Synchronization
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

/// What the line remembers across a restart: the open incidents, what the detectors know, which calls were told.
///
/// The detectors' state is written down now and then, with how many calls of each day it has seen; calls stored after that are
/// told to the detectors again. So a kill at any moment loses nothing that was stored, and doubles nothing.
struct LineMemory {
    /// Data time of stored calls that are told again when there is no state.
    static let relearned = Duration.seconds(7 * 86_400)
    /// Data time of stored calls that are recognised when they come again.
    static let recognised = Duration.seconds(2 * 86_400)
    private static let name = "line"

    /// Where detectors and stored calls stood when the state was written.
    private struct Mark: Codable {
        var now: Int64
        var days: [String: Int]
    }

    private let store: any Store
    private let settings: LineSettings
    private let logger: Logger
    private var mark: Mark?
    private var lastSnapshot = NodeClock.monotonic
    private let writer = SnapshotWriter()

    init(store: any Store, settings: LineSettings, logger: Logger) {
        self.store = store
        self.settings = settings
        self.logger = logger
    }

    // MARK: Coming back

    /// The line as the store remembers it; calls stored after its state was written come with `relearn`.
    mutating func restore(plans: NumberingPlans, desk: InvestigationDesk) -> LineWork {
        let kept = incidents()
        desk.restore(kept.map(\.live))
        let book = IncidentBook(restoring: kept.map { ($0.incident, $0.keys) })
        let lane = DetectionLane(settings: settings.detection, plans: plans)
        let now = mark.map { Timestamp(rawValue: $0.now) } ?? .distantPast
        if !kept.isEmpty || mark != nil {
            logger.notice(
                "restored", metadata: ["incidents": "\(kept.count)", "state": mark == nil ? "none" : "read"])
        }
        return LineWork(settings, plans: plans, book: book, lane: lane, now: now)
    }

    /// Tells the calls that were stored after the state was written, and recognises the latest ones from then on.
    mutating func relearn(_ work: inout LineWork) {
        let days = store.callDays()
        guard let newest = days.last else { return }
        let end = newest.start + .seconds(86_400)
        let from = end - Self.relearned
        var told: UInt64 = 0
        for day in days {
            let seen = mark.map { $0.days[day.name] ?? 0 } ?? (day.start < from ? .max : 0)
            let isRecent = day.start >= end - Self.recognised
            guard seen < day.calls || isRecent else { continue }
            var index = 0
            do throws(StoreError) {
                try store.replay(day.start...(day.start + .nanoseconds(86_400 * 1_000_000_000 - 1))) {
                    event in
                    if index >= seen {
                        work.relearn(event)
                        told += 1
                    }
                    if isRecent { work.remember(event) }
                    index += 1
                }
            } catch {
                logger.error(
                    "stored calls cannot be read",
                    metadata: ["day": "\(day.name)", "why": "\(error.sentence)"])
            }
        }
        if told > 0 { logger.notice("stored calls told again", metadata: ["calls": "\(told)"]) }
    }

    private func incidents() -> [(incident: Incident, keys: [String], live: LiveIncident)] {
        var found: [(incident: Incident, keys: [String], live: LiveIncident)] = []
        do throws(StoreError) {
            var query = IncidentQuery(limit: StoreLimits.page)
            repeat {
                let page = try store.incidents(query)
                for stored in page.records {
                    guard let bytes = try store.setting(KeptIncident.setting(stored.id)),
                        let kept = KeptIncident.read(bytes), let incident = kept.incident
                    else { continue }
                    found.append((incident, kept.keys, LiveIncident(incident, document: stored.document)))
                }
                query.cursor = page.next
            } while query.cursor != nil && found.count < IncidentBook.Settings().capacity
        } catch {
            logger.error("incidents cannot be restored", metadata: ["why": "\(error.sentence)"])
        }
        return found.sorted {
            ($0.incident.detectedAt, $0.incident.id) < ($1.incident.detectedAt, $1.incident.id)
        }
    }

    // MARK: Writing down

    /// Writes down what the detectors know, when it is time to.
    mutating func snapshot(
        _ work: borrowing LineWork, _ keeper: borrowing CallKeeper, isLast: Bool, at now: Int64
    ) {
    }
}

/// Writes states down in the background, one at a time: the line does not wait for the disk.
final class SnapshotWriter: Sendable {
    private let queue = DispatchQueue(label: "vigie.snapshot", qos: .utility)
    private let isBusy = Atomic(false)
    init() {}
}
