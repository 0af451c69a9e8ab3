import Dispatch
import Foundation
public import Logging
import Synchronization
public import VigieCalls
public import VigieDetection
import VigieIncidents
public import VigieStore
import VigieWire

/// The line on the wire: one thread that takes calls and messages from every feed, asks the detectors, stores the calls and keeps
/// the incidents.
///
/// Feeds hand over batches and never wait for it: what finds no room is counted (`LineStatus`), or the feed is told to come again.
/// Incidents are looked into in the background, stored, and then told to whoever subscribed.
public final class LiveLine: Sendable {
    /// The node's clock.
    public let clock: NodeClock
    /// Names of trunks, nodes and operators.
    public let symbols: NodeSymbols

    let inbox: LineInbox
    let desk: InvestigationDesk
    private let settings: LineSettings
    private let store: any Store
    private let otherTimes: any Store
    private let ring: CallEventRing?
    private let contacts: ContactFeed?
    private let plans: NumberingPlans
    private let logger: Logger
    private let published = Mutex(LineStatus())  // replaced whole after each round of work
    private let openUnits = Mutex(0)  // files being read; changed twice a file
    private let ended = DispatchGroup()

    /// A line that does not run yet.
    ///
    /// - Parameters:
    ///   - otherTimes: keeps calls of times that `store` does not keep, for investigations; `nil`: in memory, a million calls.
    ///   - ring: calls that were screened.
    ///   - contacts: told who spoke with whom, by every way but the screening itself.
    public init(
        settings: LineSettings = LineSettings(), clock: NodeClock = .real, symbols: NodeSymbols,
        store: any Store, otherTimes: (any Store)? = nil, ring: CallEventRing? = nil,
        contacts: ContactFeed? = nil,
        plans: NumberingPlans = .standard, logger: Logger = Logger(label: "vigie.line")
    ) {
        self.settings = settings
        self.clock = clock
        self.symbols = symbols
        self.store = store
        self.ring = ring
        self.contacts = contacts
        self.plans = plans
        self.logger = logger
        let other = otherTimes ?? MemoryStore()
        self.otherTimes = other
        var capacity = LineInbox.Capacity()
        capacity.screening = settings.screeningCapacity
        capacity.messages = settings.messageCapacity
        capacity.records = settings.recordCapacity
        inbox = LineInbox(capacity)
        desk = InvestigationDesk(
            plans: plans, settings: settings, store: store, otherTimes: other, symbols: symbols,
            logger: logger)
    }

    // MARK: Running

    /// Restores what the store remembers and starts the thread.
    public func start() {
        ended.enter()
        let thread = Thread { [self] in
            var round = LineRound(
                settings: settings, clock: clock, symbols: symbols, store: store, otherTimes: otherTimes,
                plans: plans, inbox: inbox, ring: ring, contacts: contacts, desk: desk, logger: logger)
            while round.run(isReading: openUnits.withLock { $0 > 0 }) {
                let status = round.status
                published.withLock { $0 = status }
            }
            ended.leave()
        }
        thread.name = "vigie-line"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Takes nothing more, works off what waits, looks into what is open, writes down what the detectors know, and ends.
    public func stop() async {
        inbox.close()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            ended.notify(queue: .global()) { done.resume() }
        }
        while !desk.isIdle { try? await Task.sleep(for: .milliseconds(5)) }
        desk.feed.finish()
    }

    // MARK: Handing over

    /// Hands over calls; how many were taken: all, or none, which is counted as dropped.
    @discardableResult
    public func submit(_ events: [CallEvent], from origin: EventOrigin) -> Int {
        inbox.submit(events, origin)
    }

    /// Hands over records and says what became of them once they are stored; `nil`: there is no room now, nothing was taken.
    public func take(_ records: [CallEvent]) async -> RecordReceipt? {
        await withCheckedContinuation { continuation in
            let isTaken = inbox.offer(records) { continuation.resume(returning: $0) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Says that a file is being read, whose records may be earlier than those that came; `endUnit` says that it was.
    public func beginUnit() { openUnits.withLock { $0 += 1 } }

    /// Says that a file was read to its end.
    public func endUnit() { openUnits.withLock { $0 = max(0, $0 - 1) } }

    // MARK: Looking

    /// The incidents told so far, in the order of their first calls.
    public var incidents: [LiveIncident] { desk.incidents }

    /// Changes of incidents from now on; when more than `capacity` wait, the oldest is lost and counted.
    public func changes(buffering capacity: Int = 256) -> AsyncStream<LiveChange> {
        desk.feed.subscribe(buffering: capacity)
    }

    /// How the emergency numbers stand, and what the network did in the intervals of these counts; `nil` when the line has ended or
    /// has too much to do.
    public func emergency(comparing counts: [EmergencyCount] = []) async
        -> (board: EmergencyBoard, network: [ReceiverComparison.Network])?
    {
        let now = clock.now
        return await withCheckedContinuation { continuation in
            let isTaken = inbox.perform { work in
                let network = work.network(during: counts)
                var board = work.emergencyBoard
                // No call was ever heard: the board is of now.
                if let at = board?.at, at <= Timestamp(seconds: 0) { board?.at = now }
                continuation.resume(returning: board.map { ($0, network) })
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Takes in emergency calls that a centre or an exchange counted; `false`: there is no room now.
    public func take(_ counts: [EmergencyCount]) -> Bool {
        inbox.perform { work in
            for count in counts.sorted(by: { $0.start < $1.start }) { work.take(count) }
        }
    }

    /// How the line is.
    public var status: LineStatus { published.withLock { $0 } }

    /// Waits until everything handed over so far was read, and who spoke with whom was handed on.
    public func read() async {
        // What a round read is handed on at its end: the second waits for the end of the first.
        for _ in 0..<2 {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let isTaken = inbox.perform { _ in done.resume() }
                if !isTaken { done.resume() }
            }
        }
    }

    /// Waits until everything handed over so far was worked off, records that wait for earlier ones too, stored, and looked into.
    public func settle() async {
        for _ in 0..<2 {
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let clock = clock
                let isTaken = inbox.perform { work in
                    work.pass(to: clock.now, recordsAreOver: true)
                    done.resume()
                }
                if !isTaken { done.resume() }
            }
        }
        while !desk.isIdle { try? await Task.sleep(for: .milliseconds(2)) }
    }
}
