import Logging
import ServiceLifecycle
import VigieDetection
import VigieIncidents
import VigieMitigation
import VigieStore
import VigieWire

/// Ends the line after the feeds: drains it, writes down what the detectors know, and closes the store last.
struct LineService: Service {
    let line: LiveLine
    let stores: [any Store]
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        await line.stop()
        for store in stores {
            do throws(StoreError) {
                try await store.background { store throws(StoreError) in try store.flush() }
            } catch {
                logger.error("the store cannot be flushed", metadata: ["why": "\(error.sentence)"])
            }
            store.close()
        }
        logger.notice("stopped: feeds ended, line drained, store closed")
    }
}

/// Looks once a second who was heard.
struct HeardService: Service {
    let board: HeardBoard
    let clock: NodeClock
    let feeds: @Sendable () -> [FeedView]
    let peers: @Sendable () -> [(name: String, calls: UInt64)]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                look()
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    func look() {
        let (now, monotonic) = (clock.now, NodeClock.monotonic)
        for feed in feeds() {
            let count = feed.counters.reduce(0) { $0 + $1.1 }
            board.note(feed.kind + " " + feed.name, count, at: now, monotonic: monotonic)
        }
        for peer in peers() {
            board.note("peer " + peer.name, Double(peer.calls), at: now, monotonic: monotonic)
        }
    }
}

/// Removes what is older than the retention, and brings stored calls to the disk, now and then.
struct HousekeepingService: Service {
    /// Real time between two rounds.
    static let pause = Duration.seconds(60)

    let store: any Store
    let clock: NodeClock
    let calendar: CalendarDesk
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func round() async {
        let now = clock.now
        for note in calendar.refresh() { logger.warning("the change calendar", metadata: ["why": "\(note)"]) }
        do throws(StoreError) {
            let report = try await store.background { store throws(StoreError) in
                try store.flush()
                return try store.sweep(at: now)
            }
            if !report.days.isEmpty || report.incidents > 0 || report.minuteDays > 0 {
                logger.notice(
                    "swept",
                    metadata: [
                        "days": "\(report.days.joined(separator: " "))", "calls": "\(report.calls)",
                        "incidents": "\(report.incidents)",
                        "emergency_days": "\(report.minuteDays)",
                    ])
            }
            if let held = report.held { logger.warning("nothing was swept", metadata: ["why": "\(held)"]) }
        } catch {
            logger.error("the store cannot be swept", metadata: ["why": "\(error.sentence)"])
        }
    }
}

/// Writes the public site for its other host as the node starts, and now and then: what has ended leaves it, and its pages tell that
/// somebody keeps them.
struct PublicExportService: Service {
    /// Real time between two exports.
    static let pause = Duration.seconds(600)

    let desk: PublicationDesk

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await desk.export()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}

/// Tells changes of incidents to those who listen to live events, and proposes the filter that the look into an incident found
/// worth showing: once an incident, by `vigie`, and in force only when people approved it.
struct ChangeService: Service {
    /// Who proposes, in the audit.
    static let actor = "vigie"

    let changes: AsyncStream<LiveChange>
    let events: LiveEvents
    let filters: FilterDesk?
    /// Where drafts of public notices are; `nil`: none are written by themselves.
    let publications: PublicationDesk?
    let store: any Store
    let symbols: NodeSymbols
    let logger: Logger

    func run() async throws {
        for await change in changes.cancelOnGracefulShutdown() {
            var members: [(String, JSONValue)] = [("change", .string(change.kind.rawValue))]
            if case .object(let document) = change.document { members += document }
            events.publish("incident", .object(members))
            await propose(change.incident)
            await draft(change.incident)
        }
    }

    /// Lets the drafts about an emergency failure follow it: people find a text that is true when they come.
    private func draft(_ live: LiveIncident) async {
        guard let publications, live.incident.kind == .emergencyFailure else { return }
        do throws(PublicationDesk.Failure) {
            guard let notice = try await publications.follow(incident: live.incident.id) else { return }
            let what =
                switch notice.state {
                case .draft: "a public notice was drafted"
                case .withdrawn: "a draft notice was thrown away: it is not true any more"
                case .published, .superseded: "the incident of a notice that was taken back has ended"
                }
            logger.notice(
                "\(what)",
                metadata: [
                    "notice": "\(notice.id)", "version": "\(notice.version)",
                    "state": "\(notice.state.rawValue)",
                ])
            events.publish(
                "notice", .object([("id", .string(notice.id)), ("state", .string(notice.state.rawValue))]))
        } catch {
            logger.error(
                "a notice cannot be drafted",
                metadata: ["incident": "\(live.incident.id)", "why": "\(error.sentence)"])
        }
    }

    private func propose(_ live: LiveIncident) async {
        guard let filters, let proposal = live.proposal, live.incident.state != .resolved else { return }
        let id = live.incident.id
        do {
            // Proposed before, whatever became of it: people decide from there.
            let known = try await store.background { store throws(StoreError) in
                try store.filters(FilterQuery(incident: id, limit: 1))
            }
            guard known.records.isEmpty else { return }
            _ = try await filters.propose(
                FilterForm(proposal.filter, symbols: symbols.snapshot), by: Self.actor, reason: live.summary,
                incident: live.incident, target: live.target)
        } catch {
            let why = (error as? FilterDeskError)?.sentence ?? (error as? StoreError)?.sentence ?? "\(error)"
            logger.error("a filter cannot be proposed", metadata: ["incident": "\(id)", "why": "\(why)"])
        }
    }
}
