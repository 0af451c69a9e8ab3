public import VigieCalls
public import VigieWire

/// Remembers what must outlive the process: incidents, evidence, filters, audit, tokens, feeds' progress, and call events.
///
/// Every implementation passes `StoreConformance`. Calls are synchronous and safe from any thread; one call waits for the disk at
/// most as long as the store's busy timeout. Code on the cooperative pool uses `background(_:)`. Records carry their document as
/// bytes: the store knows the columns it is asked for, and nothing of what the documents say.
public protocol Store: Sendable {
    // MARK: Records

    /// Applies all changes, durably, or none of them.
    ///
    /// When it returns, the changes survive a kill of the process and a loss of power.
    /// - Throws: `StoreError`; `auditNotContiguous`, `auditChainBroken`, `batchSeen`, `symbolsNotContiguous`, `tooLarge`, `full` and
    ///   `invalid` mean that the changes themselves are refused, the others that the store cannot take any now.
    func apply(_ changes: [StoreChange]) throws(StoreError)

    /// Incidents by a filter, latest first call first, a page at a time.
    /// - Throws: `StoreError`.
    func incidents(_ query: IncidentQuery) throws(StoreError) -> StorePage<StoredIncident>
    /// The incident with this id.
    /// - Throws: `StoreError`.
    func incident(_ id: String) throws(StoreError) -> StoredIncident?
    /// The evidence samples of an incident, by ordinal.
    /// - Throws: `StoreError`.
    func evidence(of incident: String) throws(StoreError) -> [StoredEvidence]
    /// Filters by a filter on their columns, latest created first, a page at a time.
    /// - Throws: `StoreError`.
    func filters(_ query: FilterQuery) throws(StoreError) -> StorePage<StoredFilter>
    /// The filter with this id.
    /// - Throws: `StoreError`.
    func filter(_ id: String) throws(StoreError) -> StoredFilter?
    /// Audit lines from `sequence` on, in order, `limit` at most.
    /// - Throws: `StoreError`.
    func audit(from sequence: UInt64, limit: Int) throws(StoreError) -> [StoredAuditLine]
    /// The last audit line; `nil` when there is none.
    /// - Throws: `StoreError`.
    func lastAuditLine() throws(StoreError) -> StoredAuditLine?
    /// All tokens, by id.
    /// - Throws: `StoreError`.
    func tokens() throws(StoreError) -> [StoredToken]
    /// The token whose secret has this hash.
    /// - Throws: `StoreError`.
    func token(hash: [UInt8]) throws(StoreError) -> StoredToken?
    /// The batch with this id, when it was taken in already.
    /// - Throws: `StoreError`.
    func batch(_ id: String) throws(StoreError) -> StoredBatch?
    /// How far a spooled file was read.
    /// - Throws: `StoreError`.
    func spoolProgress(_ identity: String) throws(StoreError) -> StoredSpoolProgress?
    /// All spooled files that are not done, by identity.
    /// - Throws: `StoreError`.
    func openSpoolFiles() throws(StoreError) -> [StoredSpoolProgress]
    /// The value of a setting.
    /// - Throws: `StoreError`.
    func setting(_ key: String) throws(StoreError) -> [UInt8]?
    /// The names of all symbols from raw value 2 on, in order; see `SymbolTable.init(restoring:)`.
    ///
    /// A raw value that stood in stored calls when the store was opened, and whose name was lost, is `unnamed-<raw value>`.
    /// - Throws: `StoreError`.
    func symbolNames() throws(StoreError) -> [String]
    /// Outbound alerts that are due at `moment`, the longest due first, `limit` at most.
    /// - Throws: `StoreError`.
    func alerts(dueAt moment: Timestamp, limit: Int) throws(StoreError) -> [StoredAlert]
    /// How many outbound alerts wait.
    /// - Throws: `StoreError`.
    func alertCount() throws(StoreError) -> Int

    // MARK: Calls

    /// Adds calls, in the order given, to the files of the days on which they start.
    ///
    /// When it returns, they survive a kill of the process; a loss of power only after `flush()`. What cannot be kept is counted by
    /// name in `counters` and in the answer, and the others are kept.
    /// - Parameter now: the node's time; calls of days before the retention or after tomorrow are refused.
    func append(_ calls: [CallEvent], at now: Timestamp) -> CallAppendResult
    /// Calls `body` for each stored call whose `start` is in `window`, day by day, oldest addition first; `body` may append.
    /// - Parameter goesOn: asked every few thousand calls; after a `false` nothing more is read.
    /// - Throws: `StoreError` when a day cannot be read; the days before it have been told.
    func replay(
        _ window: ClosedRange<Timestamp>, while goesOn: () -> Bool, _ body: (borrowing CallEvent) -> Void
    ) throws(StoreError)
    /// Stored calls that match, latest start first, a page at a time.
    /// - Throws: `StoreError`, among them `invalid` for a cursor that is none.
    func calls(_ query: CallQuery) throws(StoreError) -> StorePage<CallEvent>
    /// How many calls are stored, by UTC day, oldest first.
    func callDays() -> [CallDay]

    // MARK: Emergency calls by the minute

    /// Adds minutes of emergency calls to what is known of them: counts are added up, the latest word on whether a minute was heard counts.
    ///
    /// When it returns, they survive a kill of the process; a loss of power only after `flush()`.
    /// - Parameter now: the node's time; minutes of days before the retention or after tomorrow are refused.
    func append(_ minutes: [EmergencyMinute], at now: Timestamp) -> MinuteAppendResult
    /// Counts of emergency calls, step by step.
    /// - Throws: `StoreError`, among them `full` when more is asked for than `StoreLimits.historySteps` or `historyPoints`.
    func emergencyHistory(_ query: EmergencyHistoryQuery) throws(StoreError) -> EmergencyHistory
    /// The latest minute up to `now` of which something was kept; `nil` when there is none.
    func lastEmergencyMinute(upTo now: Timestamp) -> Timestamp?

    // MARK: Detector state

    /// Keeps a named blob, whole or not at all, in the place of the one before.
    /// - Parameter name: letters, digits, `-`, 64 at most.
    /// - Throws: `StoreError`, among them `tooLarge` beyond `StoreLimits.stateBytes`.
    func saveState(_ name: String, _ blob: [UInt8]) throws(StoreError)
    /// The named blob as it was saved; `nil` when there is none.
    /// - Throws: `StoreError`, among them `corrupted` when it is not what was saved (it is moved aside).
    func state(_ name: String) throws(StoreError) -> [UInt8]?

    // MARK: Keeping house

    /// Brings appended calls to the disk itself.
    /// - Throws: `StoreError`.
    func flush() throws(StoreError)
    /// Removes what is older than the retention: days of calls and of minutes, resolved incidents, evidence, batches, files done.
    /// - Throws: `StoreError`.
    func sweep(at now: Timestamp) throws(StoreError) -> SweepReport
    /// What was refused, dropped, cut or repaired so far, by name, and sizes; for metrics.
    var counters: [StoreCounter] { get }
    /// What is wrong with the store now, in sentences for the operator; empty when all is well.
    var problems: [String] { get }
    /// Writes what waits and closes files; what is called afterwards throws `closed`.
    func close()
}

extension Store {
    /// Runs `body` on a thread that may wait for the disk, so that a task of the cooperative pool does not.
    /// - Throws: what `body` throws.
    public func background<Result: Sendable>(
        _ body: @escaping @Sendable (any Store) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try await StoreThreads.soon.run { () throws(StoreError) -> Result in try body(self) }
    }

    /// Runs `body`, which reads days of calls, on a thread for such work: one after the other, and nothing short waits for it.
    /// - Throws: what `body` throws.
    public func readDays<Result: Sendable>(
        for purpose: DaysPurpose, _ body: @escaping @Sendable (any Store) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try await StoreThreads.days(for: purpose).run { () throws(StoreError) -> Result in try body(self) }
    }

    /// Calls `body` for each stored call whose `start` is in `window`, day by day, oldest addition first; `body` may append.
    /// - Throws: `StoreError` when a day cannot be read; the days before it have been told.
    public func replay(_ window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent) -> Void)
        throws(StoreError)
    {
        try replay(window, while: { true }, body)
    }
}
