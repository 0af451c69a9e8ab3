import Synchronization
public import VigieCalls
public import VigieWire

/// A store that never stands in the way of decisions: what may wait waits in memory, bounded and counted; what may not is refused with a
/// sentence.
///
/// - While the store below cannot write, incidents, evidence, alerts, names and feeds' progress wait here and are written by the next
///   `flush()` that succeeds; filters, audit lines, tokens, batches and settings throw at once.
/// - When the directory cannot be written at the start, records are read from a copy in memory, calls are kept in memory, and `flush()`
///   tries the directory again.
public final class ResilientStore: Store {
    private struct State: Sendable {
        var store: any Store
        /// Why the directory could not be opened; `nil` when it is.
        var openError: StoreError?
        var shadow: String?
        var pending = PendingChanges()
        /// Minutes of emergency calls since the directory could not be opened.
        var minutes: [EmergencyMinute] = []
        /// The fault of the last write; while it stands, what may wait does not try.
        var fault: StoreError?
        var waited: UInt64 = 0
        var refusedLater: UInt64 = 0
        var noRoom: UInt64 = 0
        var isClosed = false
    }

    // A day, some 15 MiB of a nation.
    private static let waitingMinutes = 1_440
    private let state: Mutex<State>
    private let open: @Sendable () throws(StoreError) -> any Store

    /// Over a store that is open.
    public convenience init(_ store: any Store) {
        self.init(state: State(store: store)) { () throws(StoreError) -> any Store in store }
    }

    private init(state: consuming sending State, open: @escaping @Sendable () throws(StoreError) -> any Store)
    {
        self.state = Mutex(state)
        self.open = open
    }

    /// The store of a directory; when the disk is full or cannot be written, one that goes on in memory until it can.
    ///
    /// - Parameter memory: where a copy of the records may lie meanwhile.
    /// - Throws: `StoreError` for everything else: another process has it, another version wrote it.
    public static func open(
        directory: String, retention: StoreRetention = StoreRetention(), busySeconds: Int = 5,
        memory: String = "/dev/shm"
    ) throws(StoreError) -> ResilientStore {
        let open = { @Sendable () throws(StoreError) -> any Store in
            try SQLiteStore(directory: directory, retention: retention, busySeconds: busySeconds)
        }
        do throws(StoreError) {
            return ResilientStore(state: State(store: try open()), open: open)
        } catch {
            switch error {
            case .diskFull, .readOnly: break
            default: throw error
            }
            var state = State(store: MemoryStore(retention: retention), openError: error)
            if let shadow = ShadowCopy.make(of: directory, below: memory) {
                // It lies in memory: calls have the room of some two million, whatever the disk would take.
                var small = retention
                small.callBytes = 256 << 20
                small.dayBytes = 256 << 20
                if let store = try? SQLiteStore(directory: shadow, retention: small) {
                    state.store = store
                    state.shadow = shadow
                } else {
                    ShadowCopy.remove(shadow)
                }
            }
            return ResilientStore(state: state, open: open)
        }
    }

    /// The store that answers now.
    private var store: any Store { state.withLock { $0.store } }

    // MARK: Changes

    /// Applies all changes, or none of them; those that may wait are taken in memory when the store cannot write.
    public func apply(_ changes: [StoreChange]) throws(StoreError) {
        let mayWait = PendingChanges.mayWait(changes)
        let (store, openError, mustWait) = state.withLock { state in
            (state.store, state.openError, state.fault != nil || state.pending.count > 0)
        }
        if mayWait, mustWait || openError != nil {
            for change in changes { try change.check() }
            // Behind those that wait already, so that an older word does not overwrite a newer one.
            if openError != nil { try? store.apply(changes) }
            return try wait(changes, openError ?? state.withLock { $0.fault } ?? .closed)
        }
        if let openError { throw openError }
        do throws(StoreError) {
            try store.apply(changes)
        } catch {
            guard error.isStoreFault, error != .closed else { throw error }
            if !mayWait { throw error }
            state.withLock { $0.fault = error }
            try wait(changes, error)
        }
    }

    private func wait(_ changes: [StoreChange], _ fault: StoreError) throws(StoreError) {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.pending.add(changes) else {
                state.noRoom += 1
                return false
            }
            state.waited += 1
            return true
        }
        if !isTaken { throw fault }
    }

    /// Writes what waits; opens the directory again when it could not be opened.
    /// - Throws: `StoreError` of the first write that fails; what waits goes on waiting.
    public func flush() throws(StoreError) {
        try reopen()
        let store = self.store
        var waiting = state.withLock { $0.pending.ordered }
        // Transactions of 500, so that one does not hold the database for long.
        while !waiting.isEmpty {
            let some = Array(waiting.prefix(500))
            waiting.removeFirst(some.count)
            do throws(StoreError) {
                try store.apply(some.map(\.change))
            } catch {
                if error.isStoreFault {
                    state.withLock { $0.fault = error }
                    throw error
                }
                try applyEach(some, store)
            }
            state.withLock { $0.pending.remove(some) }
        }
        state.withLock { $0.fault = nil }
        try store.flush()
    }

    // One of them is refused: the others are not to wait for it.
    private func applyEach(_ some: [(key: String, change: StoreChange)], _ store: any Store)
        throws(StoreError)
    {
        for entry in some {
            do throws(StoreError) {
                try store.apply([entry.change])
            } catch {
                if error.isStoreFault { throw error }
                state.withLock { $0.refusedLater += 1 }
            }
        }
    }

    private func reopen() throws(StoreError) {
        guard state.withLock({ $0.openError != nil && !$0.isClosed }) else { return }
        let fresh: any Store
        do throws(StoreError) {
            fresh = try open()
        } catch {
            state.withLock { $0.openError = error }
            throw error
        }
        let (old, shadow) = state.withLock { state in
            defer {
                state.store = fresh
                state.openError = nil
                state.shadow = nil
            }
            return (state.store, state.shadow)
        }
        // The calls of the meantime; at most as many as memory held.
        var calls: [CallEvent] = []
        try? old.replay(.distantPast ... .distantFuture) { calls.append(copy $0) }
        for first in stride(from: 0, to: calls.count, by: 1_000) {
            let some = Array(calls[first..<min(first + 1_000, calls.count)])
            _ = fresh.append(some, at: some[some.count - 1].start)
        }
        let minutes = state.withLock { state in
            defer { state.minutes = [] }
            return state.minutes
        }
        if let last = minutes.map(\.number).max() {
            _ = fresh.append(minutes, at: Timestamp(seconds: last * 60))
        }
        old.close()
        if let shadow { ShadowCopy.remove(shadow) }
    }

    /// Removes what is older than the retention.
    public func sweep(at now: Timestamp) throws(StoreError) -> SweepReport { try store.sweep(at: now) }

    /// Writes what waits, if it can be, and closes the store below.
    public func close() {
        guard !state.withLock({ $0.isClosed }) else { return }
        try? flush()
        let (store, shadow) = state.withLock { state in
            state.isClosed = true
            return (state.store, state.shadow)
        }
        store.close()
        if let shadow { ShadowCopy.remove(shadow) }
    }

    /// The store's own, and what waits here.
    public var counters: [StoreCounter] {
        let own = state.withLock { state in
            [
                StoreCounter("pending_records", UInt64(state.pending.count)),
                StoreCounter("pending_bytes", UInt64(clamping: state.pending.bytes)),
                StoreCounter("transactions_that_waited", state.waited),
                StoreCounter("transactions_without_room", state.noRoom),
                StoreCounter("waiting_records_refused", state.refusedLater),
            ]
        }
        return store.counters + own
    }

    /// What is wrong now.
    public var problems: [String] {
        let (openError, fault, count) = state.withLock { ($0.openError, $0.fault, $0.pending.count) }
        var sentences = store.problems
        if let openError {
            sentences.insert(
                openError.sentence
                    + "; records are read from memory, nothing outlives this process, filters cannot be changed",
                at: 0)
        } else if let fault {
            sentences.insert("\(count) records wait in memory: " + fault.sentence, at: 0)
        }
        return sentences
    }
}

// MARK: What the store below answers

extension ResilientStore {
    /// Incidents as far as they are written.
    public func incidents(_ query: IncidentQuery) throws(StoreError) -> StorePage<StoredIncident> {
        try store.incidents(query)
    }
    /// The incident with this id.
    public func incident(_ id: String) throws(StoreError) -> StoredIncident? { try store.incident(id) }
    /// The evidence samples of an incident.
    public func evidence(of incident: String) throws(StoreError) -> [StoredEvidence] {
        try store.evidence(of: incident)
    }
    /// Filters, latest created first.
    public func filters(_ query: FilterQuery) throws(StoreError) -> StorePage<StoredFilter> {
        try store.filters(query)
    }
    /// The filter with this id.
    public func filter(_ id: String) throws(StoreError) -> StoredFilter? { try store.filter(id) }
    /// Audit lines from `sequence` on.
    public func audit(from sequence: UInt64, limit: Int) throws(StoreError) -> [StoredAuditLine] {
        try store.audit(from: sequence, limit: limit)
    }
    /// The last audit line.
    public func lastAuditLine() throws(StoreError) -> StoredAuditLine? { try store.lastAuditLine() }
    /// All tokens.
    public func tokens() throws(StoreError) -> [StoredToken] { try store.tokens() }
    /// The token whose secret has this hash.
    public func token(hash: [UInt8]) throws(StoreError) -> StoredToken? { try store.token(hash: hash) }
    /// The batch with this id.
    public func batch(_ id: String) throws(StoreError) -> StoredBatch? { try store.batch(id) }
    /// How far a spooled file was read.
    public func spoolProgress(_ identity: String) throws(StoreError) -> StoredSpoolProgress? {
        try store.spoolProgress(identity)
    }
    /// All spooled files that are not done.
    public func openSpoolFiles() throws(StoreError) -> [StoredSpoolProgress] { try store.openSpoolFiles() }
    /// The value of a setting.
    public func setting(_ key: String) throws(StoreError) -> [UInt8]? { try store.setting(key) }
    /// The names of all symbols.
    public func symbolNames() throws(StoreError) -> [String] { try store.symbolNames() }
    /// Outbound alerts that are due.
    public func alerts(dueAt moment: Timestamp, limit: Int) throws(StoreError) -> [StoredAlert] {
        try store.alerts(dueAt: moment, limit: limit)
    }
    /// How many outbound alerts wait.
    public func alertCount() throws(StoreError) -> Int { try store.alertCount() }
    /// Adds calls.
    public func append(_ calls: [CallEvent], at now: Timestamp) -> CallAppendResult {
        store.append(calls, at: now)
    }
    /// Calls `body` for each stored call of a window.
    public func replay(
        _ window: ClosedRange<Timestamp>, while goesOn: () -> Bool, _ body: (borrowing CallEvent) -> Void
    ) throws(StoreError) { try store.replay(window, while: goesOn, body) }
    /// Stored calls that match.
    public func calls(_ query: CallQuery) throws(StoreError) -> StorePage<CallEvent> {
        try store.calls(query)
    }
    /// How many calls are stored, by UTC day.
    public func callDays() -> [CallDay] { store.callDays() }
    /// Adds minutes of emergency calls; while the directory cannot be written, a day of them waits here too.
    public func append(_ minutes: [EmergencyMinute], at now: Timestamp) -> MinuteAppendResult {
        state.withLock { state in
            guard state.openError != nil, !state.isClosed else { return }
            if state.minutes.count + minutes.count <= Self.waitingMinutes {
                state.minutes += minutes
            } else {
                state.noRoom += 1
            }
        }
        return store.append(minutes, at: now)
    }
    /// Counts of emergency calls, step by step.
    public func emergencyHistory(_ query: EmergencyHistoryQuery) throws(StoreError) -> EmergencyHistory {
        try store.emergencyHistory(query)
    }
    /// The latest minute of which something was kept.
    public func lastEmergencyMinute(upTo now: Timestamp) -> Timestamp? {
        store.lastEmergencyMinute(upTo: now)
    }
    /// Keeps a named blob.
    public func saveState(_ name: String, _ blob: [UInt8]) throws(StoreError) {
        // Not into memory: it is there already.
        if let openError = state.withLock({ $0.openError }) { throw openError }
        try store.saveState(name, blob)
    }
    /// The named blob.
    public func state(_ name: String) throws(StoreError) -> [UInt8]? { try store.state(name) }
}
