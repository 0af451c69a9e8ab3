import Synchronization
import VigieCalls
import VigieWire

extension CallFiles {
    /// The days of a window, oldest first.
    private func views(_ window: ClosedRange<Timestamp>) -> [CallDayView] {
        let days = CallDayName.day(of: window.lowerBound)...CallDayName.day(of: window.upperBound)
        return state.withLock { state in
            guard !state.isClosed else { return [] }
            return state.days.keys.sorted().filter(days.contains).map { day in
                let writer = state.writers.first { $0.day == day }
                return CallDayView(
                    day: day, blocks: blocks(of: day, &state), open: writer?.block, file: writer?.file)
            }
        }
    }

    /// Calls `body` for each stored call of a window; asks before each block whether it goes on.
    func replay(
        _ window: ClosedRange<Timestamp>, while goesOn: () -> Bool, _ body: (borrowing CallEvent) -> Void
    ) throws(StoreError) {
        guard !state.withLock({ $0.isClosed }) else { throw .closed }
        var reader = BlockReader(self)
        for view in views(window) {
            for (slot, summary) in view.slots(touching: window) {
                guard goesOn() else { return }
                reader.frames(of: CallBlockView(view, slot: slot, summary: summary))?
                    .forEach(in: window) { call, _ in body(call) }
            }
        }
    }

    /// Stored calls that match, latest start first.
    func search(_ query: CallQuery) throws(StoreError) -> StorePage<CallEvent> {
        guard !state.withLock({ $0.isClosed }) else { throw .closed }
        let cursor = try CallCursor.of(query.cursor)
        let limit = MemoryStore.limit(query.limit)
        var found = FoundCalls(limit: limit)
        var reader = BlockReader(self)
        // A filter is a sixteenth of a block.
        var budget = max(1, query.blockBudget) * 16
        var window = query.window
        if let cursor {
            guard cursor.start >= window.lowerBound else { return StorePage(records: [], next: nil) }
            window = window.lowerBound...min(window.upperBound, cursor.start)
        }
        var blocks = LatestBlocks(views(window), touching: window)
        while let view = blocks.next() {
            if found.isComplete(before: view.summary.latest) { break }
            // The next page must begin before this one did, or it would read the same blocks for ever.
            let isProgress = cursor.map { view.summary.latest + .nanoseconds(1) < $0.start } ?? true
            if budget <= 0, isProgress { return found.page(cutAt: view.summary.latest) }
            budget -= 1
            if !reader.mayHold(query, view) { continue }
            budget -= 15
            reader.frames(of: view)?.forEach(in: window) { call, ordinal in
                let position = UInt64(view.slot) << 16 | UInt64(ordinal)
                let start = call.start
                if let cursor, !cursor.precedes(start, position) { return }
                if query.matches(copy call) { found.add(copy call, position) }
            }
        }
        return found.page()
    }

    func noteDamage(_ view: CallBlockView, _ reason: String) {
        let name = CallDayName.name(view.day)
        state.withLock { state in
            state.counts.damagedBlocks += 1
            state.problems[name] =
                "\(path(view.day)): block \(view.slot) cannot be read whole (\(reason)); its other calls are kept"
        }
    }
}

/// Reads blocks into one buffer.
private struct BlockReader {
    private let files: CallFiles
    private var buffer = [UInt8](repeating: 0, count: CallBlock.bytes)
    private var file: (day: Int64, handle: FileHandle?)?

    init(_ files: CallFiles) { self.files = files }

    // A day that was removed meanwhile has no file, and no calls.
    private mutating func handle(_ view: CallBlockView) -> FileHandle? {
        if let handle = view.file { return handle }
        if let file, file.day == view.day { return file.handle }
        let handle = try? FileHandle(files.path(view.day), writing: false)
        file = (view.day, handle)
        return handle
    }

    /// Whether the block's filter lets the query's number and Call-ID through.
    mutating func mayHold(_ query: CallQuery, _ view: CallBlockView) -> Bool {
        guard view.summary.isSealed, query.number != nil || query.callKey != nil, let handle = handle(view),
            let got = try? handle.read(CallBlock.headerBytes, at: view.slot * CallBlock.bytes, into: &buffer),
            got == CallBlock.headerBytes
        else { return true }
        if let number = query.number, number != .absent,
            !NumberFilter.mayContain(number.rawValue, buffer, at: 48)
        {
            return false
        }
        if let key = query.callKey, !NumberFilter.mayContain(key, buffer, at: 48) { return false }
        return true
    }

    mutating func frames(of view: CallBlockView) -> CallFrames? {
        if let open = view.open {
            return CallFrames(open.buffer, day: view.day, slot: view.slot, count: open.used)
        }
        guard let handle = handle(view) else { return nil }
        let wanted = CallBlock.headerBytes + Int(view.summary.frameBytes)
        do throws(StoreError) {
            let got = try handle.read(wanted, at: view.slot * CallBlock.bytes, into: &buffer)
            let frames = CallFrames(buffer, day: view.day, slot: view.slot, count: got)
            if frames.goodBytes < Int(view.summary.frameBytes) {
                files.noteDamage(view, "a checksum does not hold")
            }
            return frames
        } catch {
            files.noteDamage(view, error.sentence)
            return nil
        }
    }
}

/// The latest calls found so far, a few more than the page.
private struct FoundCalls {
    private struct Found {
        var call: CallEvent
        var position: UInt64
    }

    private let limit: Int
    private var calls: [Found] = []
    private var hasMore = false

    init(limit: Int) { self.limit = limit }

    mutating func add(_ call: CallEvent, _ position: UInt64) {
        calls.append(Found(call: call, position: position))
        if calls.count >= 4 * limit + 64 { sort() }
    }

    private mutating func sort() {
        calls.sort { ($1.call.start, $1.position) < ($0.call.start, $0.position) }
        if calls.count > limit {
            calls.removeSubrange(limit...)
            hasMore = true
        }
    }

    /// Whether no call that starts at `latest` or before belongs to the page.
    mutating func isComplete(before latest: Timestamp) -> Bool {
        guard calls.count >= limit else { return false }
        sort()
        guard let last = calls.last, last.call.start > latest else { return false }
        hasMore = true
        return true
    }

    mutating func page() -> StorePage<CallEvent> {
        sort()
        let next = calls.last.map { CallCursor(start: $0.call.start, position: $0.position).text }
        return StorePage(records: calls.map(\.call), next: hasMore ? next : nil)
    }

    /// The page as far as it is sure: calls that start at `latest` or before were not all looked at.
    mutating func page(cutAt latest: Timestamp) -> StorePage<CallEvent> {
        sort()
        calls.removeAll { $0.call.start <= latest }
        let cursor = CallCursor(start: latest + .nanoseconds(1), position: 0)
        return StorePage(records: calls.map(\.call), next: cursor.text)
    }
}
