import Synchronization
import VigieCalls
import VigieWire

extension CallFiles {
    /// Reads a day's index; a file that is none of ours is set aside, what is torn or damaged is counted and told.
    /// - Throws: `StoreError`.
    func load(_ day: Int64, _ file: FileHandle, _ state: inout State) throws(StoreError) -> CallDayIndex {
        let name = CallDayName.name(day)
        do throws(StoreError) {
            let index = try CallDayIndex(day: day, file)
            state.counts.tornBytes += UInt64(index.tornBytes)
            state.counts.damagedBlocks += UInt64(index.damagedBlocks)
            if index.damagedBlocks > 0 {
                state.problems[name] =
                    "\(file.path): \(index.damagedBlocks) blocks in the middle are damaged; the calls that could be read are kept"
            } else if index.tornBytes > 0 {
                state.problems[name] =
                    "\(file.path): \(index.tornBytes) bytes at the end were half-written when the node was stopped, and are left out"
            }
            return index
        } catch {
            state.counts.unreadableDays += 1
            guard case .corrupted = error else {
                state.problems[name] = error.sentence
                throw error
            }
            let moved = try FreeName.beside(file.path)
            try FileNames.move(file.path, to: moved)
            let told = StoreError.corrupted(path: file.path, movedTo: moved)
            forget(day, &state)
            state.problems[name] = told.sentence
            throw told
        }
    }

    /// The full blocks of a day; of one that is not being written, its last block too. None when the day cannot be read.
    func blocks(of day: Int64, _ state: inout State) -> CallDayBlocks {
        if let known = state.blocks[day] { return known }
        guard state.days[day] != nil, let file = try? FileHandle(path(day), writing: false),
            let index = try? load(day, file, &state)
        else { return CallDayBlocks() }
        var all = index.blocks
        if let open = index.openBlock { all.append(open.summary) }
        state.blocks[day] = all
        return all
    }

    /// How many calls a day has.
    func calls(of day: Int64, _ state: inout State) -> Int {
        let open = state.writers.first { $0.day == day }?.block.summary.calls ?? 0
        return blocks(of: day, &state).calls + Int(open)
    }

    /// Days of stored calls before `day`.
    func days(before day: Int64) -> Set<Int64> { state.withLock { Set($0.days.keys.filter { $0 < day }) } }

    /// Removes days.
    /// - Throws: `StoreError` when a file cannot be removed; those before it are gone.
    func remove(_ days: Set<Int64>, into report: inout SweepReport) throws(StoreError) {
        for day in days.sorted() {
            report.calls += try state.withLock { (state) throws(StoreError) in
                let calls = self.calls(of: day, &state)
                try FileNames.remove(path(day))
                forget(day, &state)
                return calls
            }
            report.days.append(CallDayName.name(day))
        }
        if !days.isEmpty { Directory.sync(directory) }
    }

    /// How many calls are stored, by day.
    var callDays: [CallDay] {
        state.withLock { state in
            state.days.keys.sorted().map { day in
                CallDay(
                    name: CallDayName.name(day), start: CallDayName.start(day),
                    calls: calls(of: day, &state),
                    bytes: state.days[day] ?? 0)
            }
        }
    }

    /// Brings what was written to the disk.
    /// - Throws: `StoreError`.
    func flush() throws(StoreError) {
        // The disk is waited for outside the lock: additions go on meanwhile.
        let files = try state.withLock { (state) throws(StoreError) -> [FileHandle] in
            guard !state.isClosed else { throw .closed }
            var files: [FileHandle] = []
            for index in state.writers.indices where state.writers[index].isDirty {
                state.writers[index].isDirty = false
                files.append(state.writers[index].file)
            }
            return files
        }
        for file in files { try file.sync() }
    }

    func close() {
        try? flush()
        state.withLock { state in
            state.isClosed = true
            state.writers.removeAll()
        }
    }

    var problems: [String] { state.withLock { $0.problems.sorted { $0.key < $1.key }.map(\.value) } }

    var counters: [StoreCounter] {
        state.withLock { state in
            [
                StoreCounter("calls_stored", state.counts.stored),
                StoreCounter("calls_outside_retention", state.counts.outsideRetention),
                StoreCounter("calls_dropped", state.counts.dropped),
                StoreCounter("calls_removed_for_space", state.counts.removedForSpace),
                StoreCounter("call_days_removed_for_space", state.counts.daysRemovedForSpace),
                StoreCounter("calls_torn_bytes_cut", state.counts.tornBytes),
                StoreCounter("calls_damaged_blocks", state.counts.damagedBlocks),
                StoreCounter("call_days_unreadable", state.counts.unreadableDays),
                StoreCounter("call_days_files", UInt64(state.days.count)),
                StoreCounter("calls_bytes", UInt64(clamping: state.days.values.reduce(0, +))),
            ]
        }
    }
}

/// The largest raw value of a symbol in any stored call, in a file of its own: number (4 bytes), its complement (4 bytes).
enum SymbolMark {
    private static func path(_ directory: String) -> String { directory + "/symbols" }

    /// 0 when it was never written, or is damaged.
    static func read(_ directory: String) -> UInt32 {
        guard let file = try? FileHandle(path(directory), writing: false) else { return 0 }
        var bytes: [UInt8] = []
        guard let got = try? file.read(8, at: 0, into: &bytes), got == 8,
            bytes.word32(at: 0) == ~bytes.word32(at: 4)
        else { return 0 }
        return bytes.word32(at: 0)
    }

    /// - Throws: `StoreError`.
    static func write(_ highest: UInt32, _ directory: String) throws(StoreError) {
        var bytes = [UInt8](repeating: 0, count: 8)
        bytes.put(highest, at: 0)
        bytes.put(~highest, at: 4)
        try FileHandle(path(directory), writing: true).write(bytes, 0..<8, at: 0)
    }
}
