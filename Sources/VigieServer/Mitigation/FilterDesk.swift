public import Logging
import Synchronization
public import VigieCalls
public import VigieDetection
public import VigieIncidents
public import VigieMitigation
public import VigieStore
import VigieWire

/// Where everybody who wants something done about filters comes: one order after the other, written before it is in force.
///
/// An order is one store transaction of filters, lists and audit lines; only when it is durable does the book take it over and a
/// new table go to the deciding threads. When the store cannot write, nothing changes, and the filters in force stay in force.
public actor FilterDesk {
    /// Orders that wait at most.
    public static let maxWaiting = 256
    /// Filters that wait to be tried on stored calls; one is at a time.
    static let maxTrials = 64

    /// What the deciding threads read.
    public nonisolated let tables: PublishedTable
    /// What the deciding threads report.
    public nonisolated let activity: FilterActivity
    private let store: any Store
    private let symbols: NodeSymbols
    private let clock: NodeClock
    private let logger: Logger
    private let home: Country
    private let localClock: LocalClock
    private var book: FilterBook
    private var configured: [ConfiguredFilter] = []
    private var isWorking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var trials: [FilterID: Trial] = [:]
    /// Each waits for the one before.
    private var lastTrial: Trial?
    private let trialSpan: Duration

    /// A desk over what the store keeps; the filters that were in force are in force again when it returns.
    ///
    /// - Parameters:
    ///   - localClock: tells the hours of filters.
    ///   - trialSpan: how far back stored calls are looked at for a trial.
    /// - Throws: `FilterDeskError.store`, or `.damaged` when the store is not what was written.
    public init(
        store: any Store, symbols: NodeSymbols, clock: NodeClock, tables: PublishedTable = PublishedTable(),
        activity: FilterActivity = FilterActivity(), policy: FilterPolicy = FilterPolicy(),
        home: Country = .france, localClock: LocalClock = LocalClock(),
        trialSpan: Duration = .seconds(7 * 86_400), logger: Logger = Logger(label: "vigie.filters")
    ) throws(FilterDeskError) {
        self.store = store
        self.symbols = symbols
        self.clock = clock
        self.tables = tables
        self.activity = activity
        self.home = home
        self.localClock = localClock
        self.trialSpan = trialSpan
        self.logger = logger
        let book = try FilterStorage.book(store, policy: policy)
        self.book = book
        // An expired filter carries its end into the table: nothing old comes back, even before the first tick.
        let (table, idle) = book.table(previous: tables.current) { symbols.symbol($0) }
        tables.publish(table)
        activity.note(idle, logger)
        logger.info(
            "filters in force again",
            metadata: ["live": "\(table.count)", "audit_sequence": "\(book.lastAudit?.sequence ?? 0)"])
    }

    // MARK: Looking

    /// All filters that are not over, and the last ones that are, the last proposed first.
    public var filters: [FilterRecord] { book.all }
    /// The filter with this id; one that was over long ago comes from the store.
    public func filter(_ id: FilterID) async -> FilterRecord? {
        if let record = book.record(id) { return record }
        let found = try? await store.background { store throws(StoreError) in try store.filter(id.description)
        }
        guard let document = found?.document else { return nil }
        return try? FilterRecord(stored: String(decoding: document, as: UTF8.self))
    }
    /// The number lists, by name.
    public var lists: [String: NumberList] { book.lists }
    /// How many filters are in each state.
    public var counts: [FilterRecord.State: Int] { book.counts }
    /// Who may do what.
    public var policy: FilterPolicy { book.policy }
    /// The last line of the audit.
    public var lastAudit: AuditLine? { book.lastAudit }

    /// Audit lines from `sequence` on.
    /// - Throws: `FilterDeskError.store`.
    public func audit(from sequence: UInt64, limit: Int) async throws(FilterDeskError) -> [AuditLine] {
        do throws(StoreError) {
            return try await store.background { store throws(StoreError) in
                try store.audit(from: sequence, limit: max(1, min(StoreLimits.page, limit)))
                    .map { line throws(StoreError) in try FilterStorage.line(line) }
            }
        } catch {
            throw .store(error)
        }
    }

    /// Checks the whole audit in the store, from its first line.
    ///
    /// - Returns: what is wrong with the first line that is wrong; `nil` when the chain is whole.
    /// - Throws: `FilterDeskError.store`.
    public func verifyAudit() async throws(FilterDeskError) -> AuditChain.Failure? {
        var last: AuditLine?
        while true {
            let lines = try await audit(from: (last?.sequence ?? 0) + 1, limit: StoreLimits.page)
            if lines.isEmpty { return nil }
            do throws(AuditChain.Failure) {
                last = try AuditChain.verify(lines, after: last)
            } catch {
                return error
            }
        }
    }

    // MARK: Doing

    /// Changes the policy for orders to come.
    public func setPolicy(_ policy: FilterPolicy) { book.policy = policy }

    /// Carries out an order, now.
    ///
    /// - Returns: what changed; when it returns, it is durable and in force.
    /// - Throws: `FilterDeskError`; nothing changed then.
    @discardableResult
    public func order(_ command: FilterCommand, by actor: String, reason: String = "")
        async throws(FilterDeskError)
        -> FilterChanges
    {
        try await inTurn { () throws(FilterDeskError) in
            try await carryOut { book throws(FilterDeskError) in
                let order = FilterOrder(actor: actor, at: clock.now, reason: reason, command)
                do throws(FilterRefusal) { return try book.plan(order) } catch { throw .refused(error) }
            }
        }
    }

    /// Says whether lists and filters of a configuration file would be taken, and changes nothing.
    ///
    /// - Throws: `FilterDeskError.refused`.
    public func rehearse(_ lists: [NumberList], _ filters: [ConfiguredFilter]) throws(FilterDeskError) {
        var book = book
        do throws(FilterRefusal) {
            for command in lists.map({ FilterCommand.putList($0) }) + [.configure(filters)] {
                book.adopt(
                    try book.plan(FilterOrder(actor: FilterBook.configurationActor, at: clock.now, command)))
            }
        } catch {
            throw .refused(error)
        }
    }

    /// Proposes a filter and tries it on stored calls in the background.
    ///
    /// - Parameter incident: what it is against; its first call tells who is a stranger, its calls what should be stopped.
    /// - Returns: the proposal; its trial is attached when it is done.
    /// - Throws: `FilterDeskError`; nothing changed then.
    public func propose(
        _ form: FilterForm, by actor: String, reason: String = "", incident: Incident? = nil,
        target: FilterTrial.Target = .trouble
    ) async throws(FilterDeskError) -> FilterRecord {
        let command = FilterCommand.propose(form, incident: incident?.id, incidentSince: incident?.firstSeen)
        guard let record = try await order(command, by: actor, reason: reason).records.first else {
            throw .damaged("a proposal made no filter")
        }
        beginTrial(record, incident, target)
        return record
    }

    /// Tries a filter on stored calls again, in the background.
    /// - Throws: `FilterDeskError.refused` when it is unknown or over.
    public func retry(_ id: FilterID, incident: Incident? = nil, target: FilterTrial.Target = .trouble)
        throws(FilterDeskError)
    {
        guard let record = book.record(id) else { throw .refused(.unknownFilter(id)) }
        guard !record.state.isOver else { throw .refused(.ended(id, record.state)) }
        beginTrial(record, incident, target)
    }

    /// Has exactly the filters of the configuration file, from now on.
    /// - Throws: `FilterDeskError`; the filters of the file before stay then.
    public func configure(_ filters: [ConfiguredFilter]) async throws(FilterDeskError) {
        let command = FilterCommand.configure(filters)
        try await order(command, by: FilterBook.configurationActor, reason: "as the configuration file says")
        if configured != filters {
            for record in book.takenBack(of: filters) {
                logger.warning(
                    "a filter of the configuration file is not in force: a person ended it; propose it anew, or give it another name in the file",
                    metadata: [
                        "name": "\(record.name ?? "")", "filter": "\(record.id)", "by": "\(record.endedBy)",
                    ])
            }
        }
        configured = filters
    }

    /// Ends what is due, and renews what the configuration file wants; call it once a second.
    public func tick() async {
        let now = clock.now
        do throws(FilterDeskError) {
            if let next = book.nextExpiry, next <= now {
                _ = try await inTurn { () throws(FilterDeskError) in
                    try await carryOut { $0.planExpiry(at: now) }
                }
            }
            if !configured.isEmpty, needsRenewal(now) { try await configure(configured) }
        } catch {
            // The table itself stops an expired filter: only the record waits.
            logger.error("filters could not be brought up to date", metadata: ["why": "\(error.sentence)"])
        }
    }

    private func needsRenewal(_ now: Timestamp) -> Bool {
        book.liveRecords.contains { record in
            guard record.source == .configuration, let end = record.expiresAt else { return false }
            return end - now < .seconds(record.form.filter.expiresHours * 1_800)
        }
    }

    /// Waits for every trial that has begun.
    public func settle() async {
        while let trial = trials.first?.value { await trial.task.value }
    }

    /// Plans and writes; where somebody else wrote a line of the audit meanwhile (a public notice), once more after that line.
    @discardableResult
    private func carryOut(_ plan: (FilterBook) throws(FilterDeskError) -> FilterChanges)
        async throws(FilterDeskError)
        -> FilterChanges
    {
        var tries = 8
        while true {
            let changes = try plan(book)
            guard !changes.isEmpty else { return changes }
            let batch = FilterStorage.changes(changes, lists: book.lists)
            do throws(StoreError) {
                try await store.background { store throws(StoreError) in try store.apply(batch) }
                adopt(changes)
                return changes
            } catch {
                tries -= 1
                switch error {
                case .auditNotContiguous where tries > 0, .auditChainBroken where tries > 0:
                    try await follow()
                default:
                    logger.error(
                        "an order about filters was not written", metadata: ["why": "\(error.sentence)"])
                    throw .store(error)
                }
            }
        }
    }

    private func follow() async throws(FilterDeskError) {
        do throws(StoreError) {
            let last = try await store.background { store throws(StoreError) in
                try store.lastAuditLine().map { line throws(StoreError) in try FilterStorage.line(line) }
            }
            book.follow(last)
        } catch {
            throw .store(error)
        }
    }

    private func adopt(_ changes: FilterChanges) {
        book.adopt(changes)
        if changes.affectsTable {
            let (table, idle) = book.table(previous: tables.current) { symbols.symbol($0) }
            tables.publish(table)
            activity.note(idle, logger)
        }
        activity.note(changes)
        for (id, trial) in trials where !isWorthTrying(id) { trial.isOver.raise() }
        for line in changes.audit {
            logger.notice(
                "filter order",
                metadata: [
                    "action": "\(line.action)", "target": "\(line.target)", "actor": "\(line.actor)",
                    "sequence": "\(line.sequence)",
                ])
        }
    }

    /// One order at a time, in the order in which they came; an actor alone would let a second one in while the first waits
    /// for the disk.
    private func inTurn<Result: Sendable>(
        _ body: () async throws(FilterDeskError) -> Result
    ) async throws(FilterDeskError) -> Result {
        guard waiting.count < Self.maxWaiting else { throw .busy }
        if isWorking {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isWorking = true
        }
        defer {
            // The turn is handed over, so nobody comes in between.
            if waiting.isEmpty { isWorking = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }

    // MARK: Trials

    private func beginTrial(_ record: FilterRecord, _ incident: Incident?, _ target: FilterTrial.Target) {
        guard trials[record.id] == nil else { return }
        guard trials.count < Self.maxTrials else {
            logger.warning(
                "too many filters wait to be tried on stored calls", metadata: ["filter": "\(record.id)"])
            return
        }
        let symbols = symbols
        guard let filter = try? record.form.filter(lists: book.lists, symbol: { symbols.symbol($0) }) else {
            return
        }
        let (home, localClock, names) = (home, localClock, symbols.snapshot)
        let before = lastTrial
        // It may be taken back while it waits or is tried: days of calls are not read for nothing.
        let isOver = OverFlag()
        let task = Task { [store, logger, trialSpan, clock] in
            await before?.task.value
            let window = (clock.now - trialSpan)...Timestamp.distantFuture
            do throws(StoreError) {
                let report: TrialReport? = try await store.readDays(for: .trial) {
                    store throws(StoreError) in
                    var rehearsal = FilterRehearsal(
                        filter, incident: incident, target: target, home: home, clock: localClock,
                        names: names)
                    try store.replay(window, while: { !isOver.isUp }) { rehearsal.take(copy $0) }
                    return isOver.isUp ? nil : rehearsal.finish()
                }
                if let report { await self.attach(report, to: record.id) }
            } catch {
                logger.error(
                    "a filter could not be tried on stored calls",
                    metadata: ["filter": "\(record.id)", "why": "\(error.sentence)"])
            }
            self.endTrial(record.id)
        }
        let trial = Trial(task: task, isOver: isOver)
        trials[record.id] = trial
        lastTrial = trial
    }

    private func isWorthTrying(_ id: FilterID) -> Bool { book.record(id).map { !$0.state.isOver } ?? false }

    private func attach(_ report: TrialReport, to id: FilterID) async {
        do throws(FilterDeskError) {
            try await order(
                .attachTrial(id, report), by: FilterBook.clockActor, reason: "tried on stored calls")
        } catch {
            // It may have been taken back meanwhile.
            logger.info("a trial came too late", metadata: ["filter": "\(id)", "why": "\(error.sentence)"])
        }
    }

    private func endTrial(_ id: FilterID) {
        trials[id] = nil
        if trials.isEmpty { lastTrial = nil }
    }
}

/// A filter that is being tried on stored calls.
private struct Trial {
    let task: Task<Void, Never>
    let isOver: OverFlag
}

/// Goes up once.
private final class OverFlag: Sendable {
    private let flag = Atomic(false)

    var isUp: Bool { flag.load(ordering: .relaxed) }
    func raise() { flag.store(true, ordering: .relaxed) }
}
