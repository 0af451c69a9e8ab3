import Synchronization
import VigieCalls
import VigieWire

/// Minutes of emergency calls in one file a UTC day, `2026-11-22.minutes` (`MinuteFrame`), beside each day that is over what it adds
/// up to, `2026-11-22.quarters` (`QuarterFile`), and the days' sums of a month together, `2026-11.days`.
///
/// Additions go to the file before they are acknowledged, one write for all of a day. Nothing of the contents stays in memory.
final class MinuteFiles: Sendable {
    struct State: Sendable {
        /// Octets of each day's file, as far as it was written.
        var days: [Int64: Int] = [:]
        var writers: [Writer] = []
        /// Days that are to be added up by the next `flush`.
        var unrolled: Set<Int64> = []
        var additions: UInt64 = 0
        var counts = Counts()
        var isClosed = false
        /// Sentences by what they are about: a file's name, or `write`.
        var problems: [String: String] = [:]
    }

    struct Writer: Sendable {
        var day: Int64
        var file: FileHandle
        var used: UInt64
        var isDirty = true
    }

    struct Counts: Sendable {
        var stored: UInt64 = 0
        var outsideRetention: UInt64 = 0
        var dropped: UInt64 = 0
        var tornBytes: UInt64 = 0
        var damagedFrames: UInt64 = 0
        var unreadableDays: UInt64 = 0
        var daysRemovedForSpace: UInt64 = 0
    }

    // Today, and days of a file that is read late.
    static let writersAtMost = 4
    static let suffix = ".minutes"
    static let quarters = ".quarters"
    static let days = ".days"
    /// Octets of a month's sums at most: a nation's take 400 KiB.
    static let monthBytes = 32 << 20
    /// Days that one `flush` adds up at most; a day takes some ten milliseconds.
    static let rolledAtOnce = 16
    let directory: String
    let retention: StoreRetention
    let state: Mutex<State>

    /// - Throws: `StoreError`.
    init(directory: String, retention: StoreRetention) throws(StoreError) {
        self.directory = directory
        self.retention = retention
        try Directory.make(directory)
        var state = State()
        var rolled: Set<Int64> = []
        for name in Directory.names(directory) {
            if name.hasSuffix(Self.quarters), let day = CallFiles.day(name.dropLast(Self.quarters.count)) {
                rolled.insert(day)
            } else if name.hasSuffix(Self.suffix), let day = CallFiles.day(name.dropLast(Self.suffix.count)) {
                state.days[day] = Int(clamping: FileSize.of(directory + "/" + name))
            } else if name.hasSuffix(".new") {
                try FileNames.remove(directory + "/" + name)
            }
        }
        state.unrolled = Set(state.days.keys).subtracting(rolled)
        self.state = Mutex(state)
        // What a kill tore is in the newest file: looked at now, so that it is told now.
        if let newest = newestDay {
            self.state.withLock { state in try? openWriter(of: newest, &state) }
        }
    }

    func path(_ day: Int64) -> String { directory + "/" + CallDayName.name(day) + Self.suffix }
    /// `2026-11.days`: the sums of the month's days, for questions about a year.
    func monthPath(_ day: Int64) -> String { directory + "/" + CallDayName.name(day).dropLast(3) + Self.days }
    func quartersPath(_ day: Int64) -> String { directory + "/" + CallDayName.name(day) + Self.quarters }

    var newestDay: Int64? { state.withLock { $0.days.keys.max() } }

    static func day(ofMinute minute: Int64) -> Int64 { EmergencyHistoryQuery.floor(minute, 1_440) }

    // MARK: Writing

    /// Adds minutes; those of one day go to the disk in one write.
    func append(_ minutes: [EmergencyMinute], at now: Timestamp) -> MinuteAppendResult {
        let today = CallDayName.day(of: now)
        let accepted = (today - Int64(min(max(retention.minuteDays, 1), 36_500)))...(today + 1)
        return state.withLock { state in
            var result = MinuteAppendResult()
            var days: [Int64: [EmergencyMinute]] = [:]
            for minute in minutes {
                let day = Self.day(ofMinute: minute.number)
                if accepted.contains(day) {
                    days[day, default: []].append(minute)
                } else {
                    result.outsideRetention += 1
                }
            }
            for day in days.keys.sorted() {
                let some = days[day] ?? []
                do throws(StoreError) {
                    guard !state.isClosed else { throw .closed }
                    try write(some, on: day, &state)
                    result.stored += some.count
                    state.problems["write"] = nil
                } catch {
                    result.dropped += some
                    result.error = error
                    if error != .closed { state.problems["write"] = error.sentence }
                }
            }
            state.counts.stored += UInt64(result.stored)
            state.counts.outsideRetention += UInt64(result.outsideRetention)
            state.counts.dropped += UInt64(result.dropped.count)
            return result
        }
    }

    private func write(_ minutes: [EmergencyMinute], on day: Int64, _ state: inout State) throws(StoreError) {
        try openWriter(of: day, &state)
        guard let index = state.writers.firstIndex(where: { $0.day == day }) else {
            throw .unusable(path: path(day), reason: "its writer is gone")
        }
        let size = state.days[day] ?? 0
        var bytes: [UInt8] = size == 0 ? MinuteFrame.fileBeginning : []
        for minute in minutes { MinuteFrame.append(minute, to: &bytes, place: size) }
        guard size + bytes.count <= retention.minuteDayBytes else {
            throw .full(what: "bytes of minutes of one day", limit: retention.minuteDayBytes)
        }
        // A part that was written is overwritten by the next addition, or cut as torn.
        try state.writers[index].file.write(bytes, bytes.indices, at: size)
        state.additions += 1
        state.writers[index].used = state.additions
        state.writers[index].isDirty = true
        state.days[day] = size + bytes.count
        state.unrolled.insert(day)
    }

    private func openWriter(of day: Int64, _ state: inout State) throws(StoreError) {
        guard !state.writers.contains(where: { $0.day == day }) else { return }
        let isNew = state.days[day] == nil
        if isNew { try makeRoom(for: day, &state) }
        let file = try FileHandle(path(day), writing: true)
        let size = file.size
        if !isNew, size >= MinuteFrame.fileHeader {
            let found: MinuteFrame.Found
            do throws(StoreError) {
                var bytes: [UInt8] = []
                let count = try readWhole(day, file, size, into: &bytes)
                found = MinuteFrame.read(bytes, count: count) { (_, _, _) throws(Never) in }
            } catch {
                note(error, of: day, &state)
                guard case .corrupted = error else { throw error }
                return try openWriter(of: day, &state)
            }
            let torn = size - found.end
            if torn > 0 {
                try file.cut(to: found.end)
                state.counts.tornBytes += UInt64(torn)
                state.problems[CallDayName.name(day)] =
                    "\(file.path): \(torn) bytes at the end were half-written when the node was stopped, and were cut"
            }
            noteDamage(found, of: day, &state)
            state.days[day] = found.end
        } else {
            if size > 0 {
                try file.cut(to: 0)
                state.counts.tornBytes += UInt64(size)
            }
            state.days[day] = 0
        }
        if state.writers.count >= Self.writersAtMost,
            let oldest = state.writers.indices.min(by: { state.writers[$0].used < state.writers[$1].used })
        {
            if state.writers[oldest].isDirty { try state.writers[oldest].file.sync() }
            state.writers.remove(at: oldest)
        }
        if isNew { Directory.sync(directory) }
        state.writers.append(Writer(day: day, file: file, used: state.additions))
    }

    /// The whole file of a day.
    /// - Throws: `StoreError`: `corrupted` when it is none of ours, then it was set aside; `wrongVersion`.
    func readWhole(_ day: Int64, _ file: FileHandle, _ size: Int, into bytes: inout [UInt8])
        throws(StoreError) -> Int
    {
        let count = try file.read(min(size, retention.minuteDayBytes), at: 0, into: &bytes)
        if count >= 8, bytes.word64(at: 0) != MinuteFrame.magic.word64(at: 0) {
            let moved = try FreeName.beside(file.path)
            try FileNames.move(file.path, to: moved)
            throw .corrupted(path: file.path, movedTo: moved)
        }
        guard count < 12 || bytes.word32(at: 8) == MinuteFrame.version else {
            throw .wrongVersion(path: file.path, found: "version \(bytes.word32(at: 8))")
        }
        return count
    }

    /// Keeps in mind that a day cannot be read.
    func note(_ error: StoreError, of day: Int64, _ state: inout State) {
        if case .corrupted = error { forget(day, &state) }
        let name = CallDayName.name(day)
        if state.problems[name] == nil { state.counts.unreadableDays += 1 }
        state.problems[name] = error.sentence
    }

    func noteDamage(_ found: MinuteFrame.Found, of day: Int64, _ state: inout State) {
        let name = CallDayName.name(day)
        guard found.damaged > 0, state.problems[name] == nil else { return }
        state.counts.damagedFrames += UInt64(found.damaged)
        state.problems[name] =
            "\(path(day)): \(found.damaged) minutes in the middle are damaged; those that could be read are kept"
    }

    /// Keeps the cap where a day is about to begin: the oldest day goes, never one after it.
    private func makeRoom(for day: Int64, _ state: inout State) throws(StoreError) {
        // The quarters take a third of the minutes at most.
        while state.days.values.reduce(0, +) > retention.minuteBytes / 4 * 3 {
            guard let oldest = state.days.keys.min(), oldest < day else {
                throw .full(what: "bytes of minutes", limit: retention.minuteBytes)
            }
            try removeFiles(of: oldest)
            forget(oldest, &state)
            state.counts.daysRemovedForSpace += 1
        }
    }

    func removeFiles(of day: Int64) throws(StoreError) {
        try FileNames.remove(quartersPath(day))
        try FileNames.remove(path(day))
    }

    func forget(_ day: Int64, _ state: inout State) {
        state.days[day] = nil
        state.unrolled.remove(day)
        state.writers.removeAll { $0.day == day }
        state.problems[CallDayName.name(day)] = nil
    }
}
