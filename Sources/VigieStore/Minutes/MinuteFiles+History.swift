import Synchronization
import VigieCalls
import VigieWire

extension MinuteFiles {
    /// Answers a question from the days' quarters where they say enough, from the minutes otherwise.
    /// - Throws: `StoreError.full` when the question asks for too much; days that cannot be read are named in the answer.
    func history(_ query: EmergencyHistoryQuery) throws(StoreError) -> EmergencyHistory {
        var builder = try HistoryBuilder(query)
        let minutes = builder.minutes
        let wanted =
            Self.day(
                ofMinute: minutes.lowerBound)...Self.day(
                ofMinute: max(minutes.lowerBound, minutes.upperBound - 1))
        let days = try state.withLock { (state) throws(StoreError) -> [(Int64, Int)] in
            guard !state.isClosed else { throw .closed }
            return state.days.filter { wanted.contains($0.key) && $0.value > 0 }.map { ($0.key, $0.value) }
        }
        var buffer: [UInt8] = []
        var known: [Int64: QuarterFile] = [:]
        if query.step == .day { known = months(of: days, builder.query.scope, &buffer) }
        for (day, size) in days.sorted(by: { $0.0 < $1.0 }) {
            do throws(StoreError) {
                if let whole = known[day] {
                    for entry in whole.entries { try builder.add(day * 1_440, entry.series, entry.day) }
                    builder.hear(day: day, whole.heard)
                    continue
                }
                if query.step != .minute, try addQuarters(day, size, &builder, &buffer) { continue }
                try addMinutes(day, size, &builder, &buffer)
            } catch {
                if case .full = error { throw error }
                // Swept meanwhile: it is no longer asked for.
                guard FileNames.exists(path(day)) || error.name == "corrupted" else { continue }
                builder.unreadable.append(CallDayName.name(day))
                state.withLock { note(error, of: day, &$0) }
            }
        }
        return builder.finish()
    }

    /// The latest minute of which something is known, up to `minute`; `nil` when there is none.
    func lastMinute(upTo minute: Int64) -> Int64? {
        let days = state.withLock { state in
            state.days.filter { $0.key <= Self.day(ofMinute: minute) && $0.value > 0 }.map {
                ($0.key, $0.value)
            }
        }
        var bytes: [UInt8] = []
        for (day, size) in days.sorted(by: { $0.0 > $1.0 }).prefix(2) {
            guard let file = try? FileHandle(path(day), writing: false),
                let count = try? readWhole(day, file, size, into: &bytes)
            else { continue }
            let found = MinuteFrame.read(bytes, count: count) { (_, _, _) throws(Never) in }
            if found.lastMinute >= 0 { return min(minute, day * 1_440 + Int64(found.lastMinute)) }
        }
        return nil
    }

    private func addMinutes(
        _ day: Int64, _ size: Int, _ builder: inout HistoryBuilder, _ bytes: inout [UInt8]
    ) throws(StoreError) {
        let file = try FileHandle(path(day), writing: false)
        let count = try readWhole(day, file, size, into: &bytes)
        let found = try MinuteFrame.read(bytes, count: count) { (minute, series, totals) throws(StoreError) in
            try builder.add(day * 1_440 + Int64(minute), series, totals)
        }
        builder.hear(day: day, found.heard)
        if found.damaged > 0 { state.withLock { noteDamage(found, of: day, &$0) } }
    }

    /// The days' sums as the files of their months have them, as far as nothing was added since.
    private func months(
        of days: [(Int64, Int)], _ scope: EmergencyHistoryQuery.Scope, _ buffer: inout [UInt8]
    ) -> [Int64: QuarterFile] {
        let sizes = Dictionary(days, uniquingKeysWith: { $1 })
        var known: [Int64: QuarterFile] = [:]
        for path in Set(days.map { monthPath($0.0) }) {
            guard let file = try? FileHandle(path, writing: false),
                let count = try? file.read(min(file.size, Self.monthBytes), at: 0, into: &buffer)
            else { continue }
            var start = 0
            while let one = QuarterFile(buffer, at: start, count: count, isWanted: { scope.holds($0) }) {
                start += QuarterFile.octets(buffer, at: start, count: count)
                if sizes[one.day] == one.covered { known[one.day] = one }
            }
        }
        return known
    }

    /// `false` when the day was not added up, or has grown since.
    private func addQuarters(
        _ day: Int64, _ size: Int, _ builder: inout HistoryBuilder, _ buffer: inout [UInt8]
    ) throws(StoreError) -> Bool {
        guard let file = try? FileHandle(quartersPath(day), writing: false) else { return false }
        guard let quarters = QuarterFile(day: day, file, buffer: &buffer), quarters.covered == size else {
            state.withLock { _ = $0.unrolled.insert(day) }
            return false
        }
        if builder.query.step == .day {
            for entry in quarters.entries where builder.query.scope.holds(entry.series) {
                try builder.add(day * 1_440, entry.series, entry.day)
            }
            builder.hear(day: day, quarters.heard)
            return true
        }
        // Nothing counts before all of it was read.
        var read: [(minute: Int64, series: EmergencySeries, counts: EmergencyTotals)] = []
        let wanted = quarters.entries.filter { builder.query.scope.holds($0.series) }
        // Many series are read at once, a few one by one.
        let count = wanted.count > 32 ? try file.read(min(file.size, 64 << 20), at: 0, into: &buffer) : 0
        for entry in wanted {
            let tell = { (quarter: Int, counts: EmergencyTotals) in
                read.append((day * 1_440 + Int64(quarter) * 15, entry.series, counts))
            }
            let isWhole =
                count > 0
                ? QuarterFile.quarters(of: entry, in: buffer, count: count, tell)
                : try QuarterFile.quarters(of: entry, file, buffer: &buffer, tell)
            guard isWhole else {
                // Made again from the minutes.
                state.withLock { _ = $0.unrolled.insert(day) }
                try? FileNames.remove(quartersPath(day))
                return false
            }
        }
        for one in read { try builder.add(one.minute, one.series, one.counts) }
        builder.hear(day: day, quarters.heard)
        return true
    }

    // MARK: Keeping house

    /// Brings what was written to the disk, and adds up days that are over.
    /// - Throws: `StoreError`.
    func flush() throws(StoreError) {
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
        let due = state.withLock { state -> [(Int64, Int)] in
            guard let newest = state.days.keys.max() else { return [] }
            return state.unrolled.filter { $0 < newest }.sorted().prefix(Self.rolledAtOnce).compactMap {
                day in
                state.days[day].map { (day, $0) }
            }
        }
        for (day, size) in due { try roll(day, size) }
    }

    /// Adds a day up: written beside and renamed, so that there is always a whole one.
    private func roll(_ day: Int64, _ size: Int) throws(StoreError) {
        var bytes: [UInt8] = []
        do throws(StoreError) {
            let file = try FileHandle(path(day), writing: false)
            let count = try readWhole(day, file, size, into: &bytes)
            let made = QuarterFile.make(day: day, from: bytes, count: count)
            let place = quartersPath(day)
            let fresh = try FileHandle(place + ".new", writing: true)
            try fresh.cut(to: 0)
            try fresh.write(made, made.indices, at: 0)
            try fresh.sync()
            try FileNames.move(place + ".new", to: place)
            try keepInMonth(day, made)
        } catch {
            try? FileNames.remove(quartersPath(day) + ".new")
            try? FileNames.remove(monthPath(day) + ".new")
            guard error.name == "corrupted" || error.name == "wrong-version" else { throw error }
            state.withLock { state in
                note(error, of: day, &state)
                state.unrolled.remove(day)
            }
            return
        }
        state.withLock { state in
            // What was added meanwhile waits for the next time.
            if state.days[day] == size { state.unrolled.remove(day) }
        }
    }

    /// Puts a day's sums among those of its month, in the place of older ones: first parts of `QuarterFile`, one after the other.
    private func keepInMonth(_ day: Int64, _ made: [UInt8]) throws(StoreError) {
        let place = monthPath(day)
        var bytes: [UInt8] = []
        var kept: [UInt8] = []
        if FileNames.exists(place) {
            let file = try FileHandle(place, writing: false)
            let count = try file.read(min(file.size, Self.monthBytes), at: 0, into: &bytes)
            var start = 0
            // What is damaged ends the file: those days are read from their own.
            while let one = QuarterFile(bytes, at: start, count: count, isWanted: { _ in false }) {
                let end = start + QuarterFile.octets(bytes, at: start, count: count)
                if one.day != day { kept += bytes[start..<end] }
                start = end
            }
        }
        kept += made[0..<QuarterFile.octets(made, at: 0, count: made.count)]
        guard kept.count <= Self.monthBytes else { return }
        let fresh = try FileHandle(place + ".new", writing: true)
        try fresh.cut(to: 0)
        try fresh.write(kept, kept.indices, at: 0)
        try fresh.sync()
        try FileNames.move(place + ".new", to: place)
    }

    /// Days of stored minutes before the retention at `now`.
    func daysOver(at now: Timestamp) -> Set<Int64> {
        let oldest = CallDayName.day(of: now) - Int64(min(max(retention.minuteDays, 1), 36_500))
        return state.withLock { Set($0.days.keys.filter { $0 < oldest }) }
    }

    /// Removes days.
    /// - Throws: `StoreError` when a file cannot be removed; those before it are gone.
    func remove(_ days: Set<Int64>, into report: inout SweepReport) throws(StoreError) {
        for day in days.sorted() {
            try state.withLock { (state) throws(StoreError) in
                try removeFiles(of: day)
                forget(day, &state)
            }
            report.minuteDays += 1
        }
        // A month goes when its last day has gone.
        for month in Set(days.map { monthPath($0) }) {
            let isOver = state.withLock { state in !state.days.keys.contains { monthPath($0) == month } }
            if isOver { try FileNames.remove(month) }
        }
        if !days.isEmpty { Directory.sync(directory) }
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
                StoreCounter("minutes_stored", state.counts.stored),
                StoreCounter("minutes_outside_retention", state.counts.outsideRetention),
                StoreCounter("minutes_dropped", state.counts.dropped),
                StoreCounter("minutes_torn_bytes_cut", state.counts.tornBytes),
                StoreCounter("minutes_damaged", state.counts.damagedFrames),
                StoreCounter("minute_days_unreadable", state.counts.unreadableDays),
                StoreCounter("minute_days_removed_for_space", state.counts.daysRemovedForSpace),
                StoreCounter("minute_days_files", UInt64(state.days.count)),
                StoreCounter("minutes_bytes", UInt64(clamping: state.days.values.reduce(0, +))),
            ]
        }
    }
}
