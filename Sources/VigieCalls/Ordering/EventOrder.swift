public import VigieWire

/// Puts call events in order of `start`: joiners tell a call when it ended, files overlap, rows stand out of order by seconds.
///
/// Holds events back until the latest start seen is `window` later, or until `capacity` of them are held. Events that come in
/// order go into a ring, only stragglers into a heap. An event that comes later than that is released at once, out of order,
/// and counted.
///
/// - Complexity: constant for events in order, logarithmic in the number of stragglers held for the others; no allocation once
///   ring and heap are as large as the data asks.
public struct EventOrder: Sendable {
    /// Data time for which an event is held back.
    public let window: Duration
    /// Events held at most.
    public let capacity: Int
    /// Events released although a later one had been released before.
    public private(set) var late: UInt64 = 0
    /// Events that began more than `window` before one that came earlier: a clock ran backwards, or inputs are not in order.
    public private(set) var backwards: UInt64 = 0
    /// Events released so far.
    public private(set) var released: UInt64 = 0

    private let windowNanoseconds: Int64
    private var ring: [CallEvent] = []
    private var ringStart = 0
    private var ringCount = 0
    /// Events at the front of the ring that `prepare` has told.
    private var prepared = 0
    private var heap = EventHeap()
    private var arrivals: UInt64 = 0
    private var latest = Timestamp.distantPast
    private var lastReleased = Timestamp.distantPast
    private var lastInRing = Timestamp.distantPast

    /// An order that holds nothing. `capacity` is at least 1.
    public init(window: Duration = .seconds(600), capacity: Int = 131_072) {
        self.window = window
        windowNanoseconds = max(0, window.wholeNanoseconds)
        self.capacity = max(1, capacity)
    }

    /// How many events are held.
    public var held: Int { ringCount + heap.count }

    /// The earliest start that may still come in order: everything before it was released.
    public var horizon: Timestamp { lastReleased }

    /// Calls `body` once for each event that comes within `places` after the next one: its numbers and its trunk.
    ///
    /// Every event in order is told, also where several are released at once. A straggler may still come before it, so this is a
    /// hint and no promise.
    public mutating func prepare(
        _ places: Int, _ body: (_ caller: PhoneNumber, _ called: PhoneNumber, _ ingress: Symbol) -> Void
    ) {
        let end = min(places, ringCount)
        var place = prepared
        prepared = max(prepared, end)
        while place < end {
            var index = ringStart + place
            if index >= ring.count { index -= ring.count }
            // Written minutes of data time ago, so it has left the caches: what comes next will be asked for too.
            let next = index + 6
            ring.prefetch(next >= ring.count ? next - ring.count : next)
            body(ring[index].caller, ring[index].called, ring[index].ingress)
            place += 1
        }
    }

    /// Takes an event; `release` receives those that no earlier one can overtake any more, in order of `start`, and those with
    /// one start in the order in which they came.
    public mutating func push(_ event: CallEvent, release: (borrowing CallEvent) -> Void) {
        arrivals &+= 1
        if event.start > latest { latest = event.start }
        // `Duration` is 128 bits wide; two integers do here.
        let (floor, underflow) = latest.rawValue.subtractingReportingOverflow(windowNanoseconds)
        let limit = Timestamp(rawValue: underflow ? .min : floor)
        if event.start < limit { backwards += 1 }
        if event.start < lastReleased {
            late += 1
            released += 1
            release(event)
        } else if ringCount == 0 || event.start >= lastInRing {
            append(event)
        } else {
            heap.push(event, arrivals)
        }
        while held > 0, held > capacity || earliest < limit { pop(release) }
    }

    /// Releases everything that began before `time`, although the window has not passed: the inputs have nothing earlier.
    public mutating func release(before time: Timestamp, release: (borrowing CallEvent) -> Void) {
        while held > 0, earliest < time { pop(release) }
    }

    /// Releases everything, in order.
    public mutating func flush(release: (borrowing CallEvent) -> Void) {
        while held > 0 { pop(release) }
    }

    private var earliest: Timestamp {
        guard ringCount > 0 else { return heap.earliest }
        return min(ring[ringStart].start, heap.earliest)
    }

    private mutating func pop(_ release: (borrowing CallEvent) -> Void) {
        released += 1
        // A straggler of the same start came after the one in the ring that it could not overtake.
        if ringCount > 0, ring[ringStart].start <= heap.earliest {
            let index = ringStart
            lastReleased = ring[index].start
            ringStart = index + 1 == ring.count ? 0 : index + 1
            ringCount -= 1
            if prepared > 0 { prepared -= 1 }
            release(ring[index])
        } else {
            let event = heap.pop()
            lastReleased = event.start
            release(event)
        }
    }

    private mutating func append(_ event: CallEvent) {
        if ringCount == ring.count { grow(event) }
        var index = ringStart + ringCount
        if index >= ring.count { index -= ring.count }
        ring[index] = event
        ringCount += 1
        lastInRing = event.start
    }

    private mutating func grow(_ filler: CallEvent) {
        var larger = [CallEvent]()
        larger.reserveCapacity(max(64, ring.count * 2))
        for offset in 0..<ringCount { larger.append(ring[(ringStart + offset) % ring.count]) }
        while larger.count < max(64, ring.count * 2) { larger.append(filler) }
        ring = larger
        ringStart = 0
    }
}

/// The stragglers, earliest first, those with one start in order of arrival: a binary heap.
private struct EventHeap: Sendable {
    private struct Entry {
        var event: CallEvent
        var arrival: UInt64

        func precedes(_ other: Entry) -> Bool {
            event.start != other.event.start ? event.start < other.event.start : arrival < other.arrival
        }
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }
    var earliest: Timestamp { entries.isEmpty ? .distantFuture : entries[0].event.start }

    mutating func push(_ event: CallEvent, _ arrival: UInt64) {
        entries.append(Entry(event: event, arrival: arrival))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest out; there is one.
    mutating func pop() -> CallEvent {
        let event = entries[0].event
        let last = entries.removeLast()
        guard !entries.isEmpty else { return event }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            let left = 2 * parent + 1
            if left < entries.count, entries[left].precedes(entries[least]) { least = left }
            if left + 1 < entries.count, entries[left + 1].precedes(entries[least]) { least = left + 1 }
            guard least != parent else { break }
            entries.swapAt(parent, least)
            parent = least
        }
        return event
    }
}
