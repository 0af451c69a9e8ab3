import Synchronization
import VigieCalls
import VigieWire

/// Calls in one file a UTC day, `2009-02-17.calls`, each a row of blocks (`CallBlock`).
///
/// Additions go to the file before they are acknowledged. At most four days are open for writing at once; the blocks' summaries of
/// days that were looked at stay in memory, 32 bytes for 120 KiB of calls.
final class CallFiles: Sendable {
    struct State: Sendable {
        /// Bytes of each day's file.
        var days: [Int64: Int] = [:]
        /// Summaries of the full blocks of days that were looked at.
        var blocks: [Int64: CallDayBlocks] = [:]
        var writers: [CallDayWriter] = []
        var additions: UInt64 = 0
        var highestSymbol: UInt32 = 0
        var counts = Counts()
        var isClosed = false
        /// Sentences by what they are about: a file's name, or `write`. As many as there are days.
        var problems: [String: String] = [:]
    }

    struct Counts: Sendable {
        var stored: UInt64 = 0
        var outsideRetention: UInt64 = 0
        var dropped: UInt64 = 0
        var removedForSpace: UInt64 = 0
        var daysRemovedForSpace: UInt64 = 0
        var tornBytes: UInt64 = 0
        var damagedBlocks: UInt64 = 0
        var unreadableDays: UInt64 = 0
    }

    // Today, yesterday's late ones, and two strays.
    static let writersAtMost = 4
    private static let suffix = ".calls"
    let directory: String
    let retention: StoreRetention
    let state: Mutex<State>

    /// - Throws: `StoreError`.
    init(directory: String, retention: StoreRetention) throws(StoreError) {
        self.directory = directory
        self.retention = retention
        try Directory.make(directory)
        var state = State()
        for name in Directory.names(directory) where name.hasSuffix(Self.suffix) {
            guard let day = Self.day(name.dropLast(Self.suffix.count)) else { continue }
            state.days[day] = Int(clamping: FileSize.of(directory + "/" + name))
        }
        state.highestSymbol = SymbolMark.read(directory)
        self.state = Mutex(state)
        // What a kill tore is in the newest file: looked at now, so that it is told now.
        if let newest = newestDay {
            self.state.withLock { state in _ = blocks(of: newest, &state) }
        }
    }

    func path(_ day: Int64) -> String { directory + "/" + CallDayName.name(day) + Self.suffix }

    /// The day of `2009-02-17`; `nil` for anything else.
    static func day(_ name: some StringProtocol) -> Int64? {
        let text = String(name)
        guard let midnight = Timestamp(rfc3339: text + "T00:00:00Z") else { return nil }
        let day = CallDayName.day(of: midnight)
        return CallDayName.name(day) == text ? day : nil
    }

    var highestSymbol: UInt32 { state.withLock { $0.highestSymbol } }
    var newestDay: Int64? { state.withLock { $0.days.keys.max() } }

    // MARK: Writing

    /// Adds calls.
    func append(_ calls: [CallEvent], at now: Timestamp) -> CallAppendResult {
        let accepted = CallDayName.accepted(at: now, retention: retention)
        return state.withLock { state in
            var result = CallAppendResult()
            guard !state.isClosed else {
                result.dropped = calls.count
                result.error = .closed
                return result
            }
            state.additions += 1
            var index = 0
            do throws(StoreError) {
                try mark(calls, &state)
                while index < calls.count {
                    let day = CallDayName.day(of: calls[index].start)
                    guard accepted.contains(day) else {
                        result.outsideRetention += 1
                        index += 1
                        continue
                    }
                    let written = try write(calls, from: index, on: day, &state)
                    result.stored += written.count
                    index = written.upperBound
                }
                state.problems["write"] = nil
            } catch {
                // The rest would meet the same fault: one attempt an addition.
                result.dropped = calls.count - index
                result.error = error
                state.problems["write"] = error.sentence
            }
            state.counts.stored += UInt64(result.stored)
            state.counts.outsideRetention += UInt64(result.outsideRetention)
            state.counts.dropped += UInt64(result.dropped)
            return result
        }
    }

    // The largest raw value of a symbol goes to the disk before the first call that has it.
    private func mark(_ calls: [CallEvent], _ state: inout State) throws(StoreError) {
        var highest = state.highestSymbol
        for call in calls { highest = max(highest, call.highestSymbol) }
        guard highest > state.highestSymbol else { return }
        try SymbolMark.write(highest, directory)
        state.highestSymbol = highest
    }

    /// Writes calls of one day from `first` on, as many as its block takes; returns the ones written.
    private func write(_ calls: [CallEvent], from first: Int, on day: Int64, _ state: inout State)
        throws(StoreError)
        -> Range<Int>
    {
        try openWriter(of: day, &state)
        try makeRoom(for: day, &state)
        guard let writer = state.writers.firstIndex(where: { $0.day == day }) else {
            throw .unusable(path: path(day), reason: "its writer is gone")
        }
        if !state.writers[writer].block.hasRoom {
            let summary = try state.writers[writer].turn()
            state.blocks[day, default: CallDayBlocks()].append(summary)
        }
        let written = try state.writers[writer].write(calls, from: first)
        state.writers[writer].used = state.additions
        state.days[day] = state.writers[writer].bytes
        return written
    }

    private func openWriter(of day: Int64, _ state: inout State) throws(StoreError) {
        guard !state.writers.contains(where: { $0.day == day }) else { return }
        let isNew = state.days[day] == nil
        if isNew { try makeRoomForFile(day, &state) }
        let file = try FileHandle(path(day), writing: true)
        let index = try load(day, file, &state)
        let writer = try CallDayWriter(index, file)
        if state.writers.count >= Self.writersAtMost,
            let oldest = state.writers.indices.min(by: { state.writers[$0].used < state.writers[$1].used })
        {
            // Its calls are in the file; the last block is read back when the day is looked at again.
            if state.writers[oldest].isDirty { try state.writers[oldest].file.sync() }
            state.blocks[state.writers[oldest].day] = nil
            state.writers.remove(at: oldest)
        }
        if isNew { Directory.sync(directory) }
        state.blocks[day] = index.blocks
        state.days[day] = writer.bytes
        state.writers.append(writer)
    }

    /// Keeps the caps where a block is about to begin: the oldest day goes, never the one that is written.
    private func makeRoom(for day: Int64, _ state: inout State) throws(StoreError) {
        guard let writer = state.writers.first(where: { $0.day == day }) else { return }
        guard writer.block.summary.calls == 0 || !writer.block.hasRoom else { return }
        let slot = writer.block.slot + (writer.block.hasRoom ? 0 : 1)
        guard slot == 0 || (slot + 1) * CallBlock.bytes <= retention.dayBytes else {
            throw .full(what: "bytes of calls of one day", limit: retention.dayBytes)
        }
        try makeRoomForFile(day, &state)
    }

    private func makeRoomForFile(_ day: Int64, _ state: inout State) throws(StoreError) {
        var total = state.days.values.reduce(0, +)
        while total > retention.callBytes - CallBlock.bytes {
            guard let oldest = state.days.keys.min(), oldest < day else {
                throw .full(what: "bytes of calls", limit: retention.callBytes)
            }
            let calls = self.calls(of: oldest, &state)
            try FileNames.remove(path(oldest))
            total -= state.days[oldest] ?? 0
            forget(oldest, &state)
            state.counts.removedForSpace += UInt64(calls)
            state.counts.daysRemovedForSpace += 1
        }
    }

    func forget(_ day: Int64, _ state: inout State) {
        state.days[day] = nil
        state.blocks[day] = nil
        state.writers.removeAll { $0.day == day }
        state.problems[CallDayName.name(day)] = nil
    }
}
