import Dispatch
import Synchronization
import VigieCalls
import VigieWire

/// What waits for the line's thread: batches of calls and of messages from every feed, each kind with its own room.
///
/// Full means: what comes newest is not taken. Feeds that can wait (files, batches over HTTP) try again; those that cannot
/// (mirrored messages, calls that were screened) count what they lose, so that received = taken + dropped.
final class LineInbox: Sendable {
    /// How much may wait, a kind.
    struct Capacity: Sendable {
        var screening = 65_536
        var messages = 65_536
        var messageOctets = 128 << 20
        var records = 32_768
        var tasks = 1_024
    }

    /// One thing to do for the line.
    enum Item: Sendable {
        case events([CallEvent], EventOrigin)
        case records([CallEvent], reply: @Sendable (RecordReceipt) -> Void)
        case messages(MessageBatch)
        case task(@Sendable (inout LineWork) -> Void)
    }

    private struct State {
        var items: [Item] = []
        var screening = 0
        var records = 0
        var messages = 0
        var octets = 0
        var tasks = 0
        var isWaiting = false
        var isClosed = false
        var spare: [MessageBatch] = []
    }

    private let capacity: Capacity
    private let state = Mutex(State())  // held for some appends; never while work is done
    private let bell = DispatchSemaphore(value: 0)
    /// Events and messages taken, and those that found no room, by origin.
    let taken = OriginCounters()
    let dropped = OriginCounters()

    init(_ capacity: Capacity) { self.capacity = capacity }

    /// Hands over calls; `false`: there is no room, nothing was taken and nothing counted, try again later.
    func offer(_ events: [CallEvent], _ origin: EventOrigin) -> Bool {
        guard !events.isEmpty else { return true }
        return offer(.events(events, origin), events.count, origin)
    }

    /// Hands over records; `reply` is called when they are stored. `false`: there is no room, try again later.
    func offer(_ records: [CallEvent], reply: @escaping @Sendable (RecordReceipt) -> Void) -> Bool {
        offer(.records(records, reply: reply), records.count, .record)
    }

    /// Hands over calls, or counts them as dropped; how many were taken: all or none.
    @discardableResult
    func submit(_ events: [CallEvent], _ origin: EventOrigin) -> Int {
        if offer(events, origin) { return events.count }
        dropped[origin].count(UInt64(events.count))
        return 0
    }

    private func offer(_ item: Item, _ count: Int, _ origin: EventOrigin) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            switch origin {
            case .screening:
                guard state.screening + count <= capacity.screening else { return false }
                state.screening += count
            case .signalling, .record, .replay:
                // One batch may always wait, however large: it would never get in otherwise.
                guard state.records == 0 || state.records + count <= capacity.records else { return false }
                state.records += count
            }
            state.items.append(item)
            return true
        }
        if isTaken {
            taken[origin].count(UInt64(count))
            ring()
        }
        return isTaken
    }

    /// Hands over messages, or counts them as dropped; what is left in `batch` is empty and ready to be filled. How many were
    /// taken: all or none.
    @discardableResult
    func submit(_ batch: inout MessageBatch) -> Int {
        let count = batch.count
        if offer(&batch) { return count }
        dropped[.signalling].count(UInt64(count))
        batch.removeAll()
        return 0
    }

    /// Hands over messages; `false`: there is no room, nothing was taken and nothing counted, try again later.
    func offer(_ batch: inout MessageBatch) -> Bool {
        let count = batch.count
        guard count > 0 else { return true }
        let next: MessageBatch? = state.withLock { state in
            guard !state.isClosed, state.messages == 0 || state.messages + count <= capacity.messages,
                state.octets + batch.octets.count <= capacity.messageOctets
            else { return nil }
            state.messages += count
            state.octets += batch.octets.count
            state.items.append(.messages(batch))
            return state.spare.popLast() ?? MessageBatch()
        }
        guard let next else { return false }
        batch = next
        taken[.signalling].count(UInt64(count))
        ring()
        return true
    }

    /// Hands over something to do between two batches; `false` when too much waits or the line has ended.
    func perform(_ task: @escaping @Sendable (inout LineWork) -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isClosed, state.tasks < capacity.tasks else { return false }
            state.tasks += 1
            state.items.append(.task(task))
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    /// Takes everything that waits; waits for at most `nanoseconds` when there is nothing.
    func take(waiting nanoseconds: Int64) -> [Item] {
        let items: [Item] = drain(orWait: true)
        guard items.isEmpty else { return items }
        _ = bell.wait(timeout: .now() + .nanoseconds(Int(nanoseconds)))
        return drain(orWait: false)
    }

    /// Takes back the room of a batch that was worked off.
    func recycle(_ batch: consuming MessageBatch) {
        var batch = batch
        batch.removeAll()
        state.withLock { state in
            if state.spare.count < 8 { state.spare.append(batch) }
        }
    }

    /// Takes nothing more.
    func close() {
        state.withLock { $0.isClosed = true }
        bell.signal()
    }

    /// Whether it takes nothing more.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// How many calls and messages wait.
    var waiting: (events: Int, messages: Int) {
        state.withLock { ($0.screening + $0.records, $0.messages) }
    }

    private func drain(orWait: Bool) -> [Item] {
        state.withLock { state in
            state.isWaiting = orWait && state.items.isEmpty
            guard !state.items.isEmpty else { return [] }
            var items: [Item] = []
            items.reserveCapacity(16)
            swap(&items, &state.items)
            state.screening = 0
            state.records = 0
            state.messages = 0
            state.octets = 0
            state.tasks = 0
            return items
        }
    }

    private func ring() {
        let isWaiting = state.withLock { state in
            let waits = state.isWaiting
            state.isWaiting = false
            return waits
        }
        if isWaiting { bell.signal() }
    }
}

/// One counter an origin.
struct OriginCounters: Sendable {
    private let counters = EventOrigin.allCases.map { _ in Counter() }

    subscript(origin: EventOrigin) -> Counter { counters[Int(origin.rawValue)] }
}
