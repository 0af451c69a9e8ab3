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
    /// Data time of stored calls that are recognised when they come again, and how many of the latest are in any case.
    static let recognised = Duration.seconds(2 * 86_400)
    static let recognisedCalls = 262_144
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
        var lane = DetectionLane(settings: settings.detection, plans: plans)
        mark = restoreState(of: &lane)
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
        var later = days.reduce(0) { $0 + $1.calls }
        for day in days {
            later -= day.calls
            let seen = mark.map { $0.days[day.name] ?? 0 } ?? (day.start < from ? .max : 0)
            let isRecent = day.start >= end - Self.recognised || later < Self.recognisedCalls
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
                    guard let bytes = try store.setting(KeptIncident.setting(stored.id)) else { continue }
                    guard let kept = KeptIncident.read(bytes), let incident = kept.incident else {
                        logger.error(
                            "an incident cannot be read: it stays stored as it is, and is found anew if it goes on",
                            metadata: ["incident": "\(stored.id)"])
                        continue
                    }
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
        let isDue = now - lastSnapshot > settings.snapshotInterval.wholeNanoseconds
        // What is written must be what the stored calls have brought: nothing may wait between the two.
        guard isLast || isDue && !writer.isBusy, work.waitingToStore == 0, work.present.held == 0 else {
            return
        }
        lastSnapshot = now
        let days = store.callDays().map { ($0.name, $0.calls) }
        let mark = Mark(
            now: work.present.now.rawValue, days: Dictionary(days, uniquingKeysWith: { $1 }))
        // A copy that shares its tables: they are copied only where the line changes them meanwhile.
        let lane = work.present.detection
        let (store, logger, writer) = (store, logger, writer)
        writer.write(andWait: isLast) {
            guard let head = try? JSONEncoder().encode(mark) else { return }
            let size = (0..<4).map { UInt8(truncatingIfNeeded: head.count >> (8 * $0)) }
            let blob = lane.state(after: size + head, expecting: writer.lastSize)
            writer.lastSize = blob.count
            do throws(StoreError) {
                try store.saveState(Self.name, blob)
            } catch {
                logger.error(
                    "the detectors' state cannot be written", metadata: ["why": "\(error.sentence)"])
            }
        }
    }

    /// Gives the lane what it knew; where it stood then, or `nil` when it starts fresh.
    private func restoreState(of lane: inout DetectionLane) -> Mark? {
        let reason: String
        do {
            guard let blob = try store.state(Self.name) else { return nil }
            guard blob.count >= 4 else { throw LaneStateError.notAState }
            let count = (0..<4).reduce(0) { $0 | Int(blob[$1]) << (8 * $1) }
            guard count <= blob.count - 4 else { throw LaneStateError.damaged }
            let mark = try JSONDecoder().decode(Mark.self, from: Data(blob[4..<4 + count]))
            try lane.restore(Array(blob[(4 + count)...]))
            return mark
        } catch let error as StoreError {
            reason = error.sentence
        } catch let error as LaneStateError {
            reason = error.sentence
        } catch {
            reason = "the detectors' state is none; they start fresh"
        }
        logger.warning("the detectors' state is not taken over", metadata: ["why": "\(reason)"])
        return nil
    }
}

/// Writes states down in the background, one at a time: the line does not wait for the disk.
final class SnapshotWriter: Sendable {
    private let queue = DispatchQueue(label: "vigie.snapshot", qos: .utility)
    private let busy = Atomic(false)
    private let size = Atomic(0)

    init() {}

    /// Whether a state is being written.
    var isBusy: Bool { busy.load(ordering: .acquiring) }

    /// Bytes of the last state: the next one takes about as much.
    var lastSize: Int {
        get { size.load(ordering: .relaxed) }
        set { size.store(newValue, ordering: .relaxed) }
    }

    /// Runs `body` in the background; with `andWait`, returns when it is done.
    func write(andWait isLast: Bool, _ body: @escaping @Sendable () -> Void) {
        busy.store(true, ordering: .releasing)
        let work = { @Sendable [self] in
            body()
            busy.store(false, ordering: .releasing)
        }
        if isLast { queue.sync(execute: work) } else { queue.async(execute: work) }
    }
}
