import Synchronization
public import VigieCalls
public import VigieWire

extension SQLiteStore {
    /// Adds calls to the files of their days.
    public func append(_ calls: [CallEvent], at now: Timestamp) -> CallAppendResult {
        callFiles.append(calls, at: now)
    }

    /// Calls `body` for each stored call that starts in `window`.
    public func replay(
        _ window: ClosedRange<Timestamp>, while goesOn: () -> Bool, _ body: (borrowing CallEvent) -> Void
    ) throws(StoreError) {
        try callFiles.replay(window, while: goesOn, body)
    }

    /// Stored calls that match, latest start first.
    public func calls(_ query: CallQuery) throws(StoreError) -> StorePage<CallEvent> {
        try callFiles.search(query)
    }

    /// How many calls are stored, by UTC day.
    public func callDays() -> [CallDay] { callFiles.callDays }

    /// Brings appended calls and minutes to the disk itself.
    public func flush() throws(StoreError) {
        try callFiles.flush()
        try minuteFiles.flush()
    }

    /// Adds minutes of emergency calls to the files of their days.
    public func append(_ minutes: [EmergencyMinute], at now: Timestamp) -> MinuteAppendResult {
        minuteFiles.append(minutes, at: now)
    }

    /// Counts of emergency calls, step by step.
    public func emergencyHistory(_ query: EmergencyHistoryQuery) throws(StoreError) -> EmergencyHistory {
        try minuteFiles.history(query)
    }

    /// The latest minute of which something was kept.
    public func lastEmergencyMinute(upTo now: Timestamp) -> Timestamp? {
        minuteFiles.lastMinute(upTo: EmergencyHistoryQuery.floor(now.seconds, 60)).map {
            Timestamp(seconds: $0 * 60)
        }
    }

    /// Keeps a named blob.
    public func saveState(_ name: String, _ blob: [UInt8]) throws(StoreError) {
        guard !status.withLock({ $0.isClosed }) else { throw .closed }
        try stateFiles.save(name, blob)
    }

    /// The named blob.
    public func state(_ name: String) throws(StoreError) -> [UInt8]? {
        guard !status.withLock({ $0.isClosed }) else { throw .closed }
        return try stateFiles.load(name)
    }
}
