import Synchronization
public import VigieCalls
public import VigieWire

/// A store in memory, for tests, trials, and a node whose disk fails. Bounded: see `init`.
public final class MemoryStore: Store {
    struct Contents: Sendable {
        var incidents: [String: StoredIncident] = [:]
        var evidence: [String: [Int: StoredEvidence]] = [:]
        var filters: [String: StoredFilter] = [:]
        var audit: [StoredAuditLine] = []
        var tokens: [String: StoredToken] = [:]
        var batches: [String: StoredBatch] = [:]
        var spool: [String: StoredSpoolProgress] = [:]
        var symbols: [String] = []
        var settings: [String: [UInt8]] = [:]
        var alerts: [String: StoredAlert] = [:]
    }

    private struct State: Sendable {
        var contents = Contents()
        var calls: MemoryCalls
        var minutes: [EmergencyMinute] = []
        var blobs: [String: [UInt8]] = [:]
        var clock = SweepClock()
        var isClosed = false

        mutating func sweepMinutes(at now: Timestamp, _ retention: StoreRetention) -> Int {
            let oldest = CallDayName.day(of: now) - Int64(max(1, retention.minuteDays))
            let over = minutes.filter { MinuteFiles.day(ofMinute: $0.number) < oldest }
            minutes.removeAll { MinuteFiles.day(ofMinute: $0.number) < oldest }
            return Set(over.map { MinuteFiles.day(ofMinute: $0.number) }).count
        }
    }

    private let retention: StoreRetention
    private let state: Mutex<State>

    /// An empty store.
    /// - Parameter callCapacity: calls kept at most, 232 bytes each; the oldest additions go.
    public init(retention: StoreRetention = StoreRetention(), callCapacity: Int = 200_000) {
        self.retention = retention
        state = Mutex(State(calls: MemoryCalls(capacity: callCapacity)))
    }

    private func with<Result: Sendable>(
        _ body: (inout sending State) throws(StoreError) -> sending Result
    ) throws(StoreError) -> Result {
        try state.withLock { (state) throws(StoreError) -> Result in
            guard !state.isClosed else { throw .closed }
            return try body(&state)
        }
    }

    /// Applies all changes, or none of them.
    public func apply(_ changes: [StoreChange]) throws(StoreError) {
        for change in changes { try change.check() }
        try with { (state) throws(StoreError) in
            var copy = state.contents
            for change in changes { try copy.apply(change) }
            state.contents = copy
        }
    }

    /// Incidents, latest first call first.
    public func incidents(_ query: IncidentQuery) throws(StoreError) -> StorePage<StoredIncident> {
        let cursor = try PageCursor.of(query.cursor)
        let all = try with { (state) throws(StoreError) in Array(state.contents.incidents.values) }
        let found = all.filter { incident in
            (query.states.isEmpty || query.states.contains(incident.state))
                && (query.kinds.isEmpty || query.kinds.contains(incident.kind))
                && (query.window.map {
                    incident.firstSeen <= $0.upperBound && incident.lastSeen >= $0.lowerBound
                } ?? true)
        }
        return Self.page(found, query.limit, cursor) { PageCursor(at: $0.firstSeen, id: $0.id) }
    }

    /// The incident with this id.
    public func incident(_ id: String) throws(StoreError) -> StoredIncident? {
        try with { (state) throws(StoreError) in state.contents.incidents[id] }
    }

    /// The evidence samples of an incident, by ordinal.
    public func evidence(of incident: String) throws(StoreError) -> [StoredEvidence] {
        try with { (state) throws(StoreError) in
            (state.contents.evidence[incident] ?? [:]).values.sorted { $0.ordinal < $1.ordinal }
        }
    }

    /// Filters, latest created first.
    public func filters(_ query: FilterQuery) throws(StoreError) -> StorePage<StoredFilter> {
        let cursor = try PageCursor.of(query.cursor)
        let all = try with { (state) throws(StoreError) in Array(state.contents.filters.values) }
        let found = all.filter { filter in
            (query.states.isEmpty || query.states.contains(filter.state))
                && (query.incident == nil || query.incident == filter.incident)
        }
        return Self.page(found, query.limit, cursor) { PageCursor(at: $0.created, id: $0.id) }
    }

    /// The filter with this id.
    public func filter(_ id: String) throws(StoreError) -> StoredFilter? {
        try with { (state) throws(StoreError) in state.contents.filters[id] }
    }

    /// Audit lines from `sequence` on.
    public func audit(from sequence: UInt64, limit: Int) throws(StoreError) -> [StoredAuditLine] {
        try with { (state) throws(StoreError) in
            let first = Int(clamping: max(sequence, 1) - 1)
            guard first < state.contents.audit.count else { return [] }
            return Array(state.contents.audit[first...].prefix(Self.limit(limit)))
        }
    }

    /// The last audit line.
    public func lastAuditLine() throws(StoreError) -> StoredAuditLine? {
        try with { (state) throws(StoreError) in state.contents.audit.last }
    }

    /// All tokens, by id.
    public func tokens() throws(StoreError) -> [StoredToken] {
        try with { (state) throws(StoreError) in state.contents.tokens.values.sorted { $0.id < $1.id } }
    }

    /// The token whose secret has this hash.
    public func token(hash: [UInt8]) throws(StoreError) -> StoredToken? {
        try with { (state) throws(StoreError) in state.contents.tokens.values.first { $0.hash == hash } }
    }

    /// The batch with this id.
    public func batch(_ id: String) throws(StoreError) -> StoredBatch? {
        try with { (state) throws(StoreError) in state.contents.batches[id] }
    }

    /// How far a spooled file was read.
    public func spoolProgress(_ identity: String) throws(StoreError) -> StoredSpoolProgress? {
        try with { (state) throws(StoreError) in state.contents.spool[identity] }
    }

    /// All spooled files that are not done.
    public func openSpoolFiles() throws(StoreError) -> [StoredSpoolProgress] {
        try with { (state) throws(StoreError) in
            state.contents.spool.values.filter { !$0.isDone }.sorted { $0.identity < $1.identity }
        }
    }

    /// The value of a setting.
    public func setting(_ key: String) throws(StoreError) -> [UInt8]? {
        try with { (state) throws(StoreError) in state.contents.settings[key] }
    }

    /// The names of all symbols from raw value 2 on.
    public func symbolNames() throws(StoreError) -> [String] {
        try with { (state) throws(StoreError) in
            state.contents.symbols
        }
    }

    /// Outbound alerts that are due.
    public func alerts(dueAt moment: Timestamp, limit: Int) throws(StoreError) -> [StoredAlert] {
        try with { (state) throws(StoreError) in
            let due = state.contents.alerts.values.filter { $0.due <= moment }
            return Array(due.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(Self.limit(limit)))
        }
    }

    /// How many outbound alerts wait.
    public func alertCount() throws(StoreError) -> Int {
        try with { (state) throws(StoreError) in state.contents.alerts.count }
    }

    static func limit(_ limit: Int) -> Int { min(max(limit, 1), StoreLimits.page) }

    private static func page<Record: Sendable>(
        _ records: [Record], _ limit: Int, _ cursor: PageCursor?, key: (Record) -> PageCursor
    ) -> StorePage<Record> {
        let limit = Self.limit(limit)
        let keyed = records.map { (key($0), $0) }.filter { pair in
            guard let cursor else { return true }
            return (pair.0.at, pair.0.id) < (cursor.at, cursor.id)
        }
        let sorted = keyed.sorted { ($1.0.at, $1.0.id) < ($0.0.at, $0.0.id) }
        let page = sorted.prefix(limit)
        let hasMore = sorted.count > page.count
        return StorePage(records: page.map(\.1), next: hasMore ? page.last?.0.text : nil)
    }
}

// MARK: Emergency calls by the minute

extension MemoryStore {
    /// Additions kept at most: two days of a node that tells each minute once; the oldest go.
    static let minuteCapacity = 2_880

    /// Adds minutes of emergency calls.
    public func append(_ minutes: [EmergencyMinute], at now: Timestamp) -> MinuteAppendResult {
        state.withLock { state in
            var result = MinuteAppendResult()
            guard !state.isClosed else {
                result.dropped = minutes
                result.error = .closed
                return result
            }
            let today = CallDayName.day(of: now)
            let days = (today - Int64(max(1, retention.minuteDays)))...(today + 1)
            for minute in minutes {
                if days.contains(MinuteFiles.day(ofMinute: minute.number)) {
                    state.minutes.append(minute)
                    result.stored += 1
                } else {
                    result.outsideRetention += 1
                }
            }
            if state.minutes.count > Self.minuteCapacity {
                state.minutes.removeFirst(state.minutes.count - Self.minuteCapacity * 3 / 4)
            }
            return result
        }
    }

    /// Counts of emergency calls, step by step.
    public func emergencyHistory(_ query: EmergencyHistoryQuery) throws(StoreError) -> EmergencyHistory {
        let minutes = try with { (state) throws(StoreError) in state.minutes }
        var builder = try HistoryBuilder(query)
        var heard: [Int64: [UInt64]] = [:]
        for minute in minutes {
            let day = MinuteFiles.day(ofMinute: minute.number)
            let place = Int(minute.number - day * 1_440)
            let bit = UInt64(1) << UInt64(place % 64)
            var bits = heard[day] ?? Array(repeating: 0, count: 23)
            switch minute.hearing {
            case .unsaid: break
            case .heard: bits[place / 64] |= bit
            case .blind: bits[place / 64] &= ~bit
            }
            heard[day] = bits
            for row in minute.rows { try builder.add(minute.number, row.series, row.totals) }
        }
        for (day, bits) in heard { builder.hear(day: day, bits) }
        return builder.finish()
    }

    /// The latest minute of which something was kept.
    public func lastEmergencyMinute(upTo now: Timestamp) -> Timestamp? {
        state.withLock { state in
            state.minutes.lazy.map { Timestamp(seconds: $0.number * 60) }.filter { $0 <= now }.max()
        }
    }
}

// MARK: Calls, state and keeping house

extension MemoryStore {
    /// Adds calls; beyond the capacity the oldest additions go.
    public func append(_ calls: [CallEvent], at now: Timestamp) -> CallAppendResult {
        state.withLock { state in
            var result = CallAppendResult()
            guard !state.isClosed else {
                result.dropped = calls.count
                result.error = .closed
                return result
            }
            let days = CallDayName.accepted(at: now, retention: retention)
            for call in calls {
                if days.contains(CallDayName.day(of: call.start)) {
                    state.calls.append(call)
                    result.stored += 1
                } else {
                    state.calls.outsideRetention += 1
                    result.outsideRetention += 1
                }
            }
            return result
        }
    }

    /// Calls `body` for each stored call that starts in `window`.
    public func replay(
        _ window: ClosedRange<Timestamp>, while goesOn: () -> Bool, _ body: (borrowing CallEvent) -> Void
    ) throws(StoreError) {
        let calls = try with { (state) throws(StoreError) in state.calls.byDay(window) }
        for (index, call) in calls.enumerated() {
            if index.isMultiple(of: 1_024), !goesOn() { return }
            body(call)
        }
    }

    /// Stored calls that match, latest start first.
    public func calls(_ query: CallQuery) throws(StoreError) -> StorePage<CallEvent> {
        let cursor = try CallCursor.of(query.cursor)
        return try with { (state) throws(StoreError) in state.calls.search(query, after: cursor) }
    }

    /// How many calls are stored, by UTC day.
    public func callDays() -> [CallDay] { state.withLock { $0.calls.days } }

    /// Keeps a named blob.
    public func saveState(_ name: String, _ blob: [UInt8]) throws(StoreError) {
        try StateName.check(name, blob.count)
        try with { (state) throws(StoreError) in state.blobs[name] = blob }
    }

    /// The named blob.
    public func state(_ name: String) throws(StoreError) -> [UInt8]? {
        try StateName.check(name, 0)
        return try with { (state) throws(StoreError) in state.blobs[name] }
    }

    /// Nothing to do: there is no disk.
    public func flush() throws(StoreError) { try with { (_) throws(StoreError) in } }

    /// Removes what is older than the retention.
    public func sweep(at now: Timestamp) throws(StoreError) -> SweepReport {
        try with { (state) throws(StoreError) in
            var report = state.contents.sweep(at: now, retention)
            let oldest = CallDayName.accepted(at: now, retention: retention).lowerBound
            let over = state.calls.daysBefore(oldest)
            let (mayRemove, held) = state.clock.mayRemove(over.count, newest: state.calls.newestDay, now: now)
            report.held = held
            if mayRemove { state.calls.remove(over, into: &report) }
            report.minuteDays = state.sweepMinutes(at: now, retention)
            return report
        }
    }

    /// Counts by name.
    public var counters: [StoreCounter] { state.withLock { $0.calls.counters } }
    /// Never any.
    public var problems: [String] { [] }
    /// Refuses what comes afterwards.
    public func close() { state.withLock { $0.isClosed = true } }
}
