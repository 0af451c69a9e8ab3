import VigieCalls
import VigieWire

/// Calls in memory, bounded; the oldest additions go when it is full.
struct MemoryCalls: Sendable {
    private var calls: [CallEvent] = []
    // Additions before `calls[0]`, so that a call keeps its position for the cursors.
    private var dropped: UInt64 = 0
    private let capacity: Int
    var outsideRetention: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    mutating func append(_ call: CallEvent) {
        if calls.count >= capacity {
            // A quarter at once: removing from the front moves the rest.
            let going = max(1, capacity / 4)
            calls.removeFirst(going)
            dropped += UInt64(going)
        }
        calls.append(call)
    }

    /// Calls of a window, day by day, in the order in which they came.
    func byDay(_ window: ClosedRange<Timestamp>) -> [CallEvent] {
        let found = calls.indices.filter { window.contains(calls[$0].start) }
        let sorted = found.sorted {
            (CallDayName.day(of: calls[$0].start), $0) < (CallDayName.day(of: calls[$1].start), $1)
        }
        return sorted.map { calls[$0] }
    }

    func search(_ query: CallQuery, after cursor: CallCursor?) -> StorePage<CallEvent> {
        let limit = MemoryStore.limit(query.limit)
        var found: [(start: Timestamp, position: UInt64, index: Int)] = []
        for index in calls.indices {
            let position = dropped + UInt64(index)
            if let cursor, !cursor.precedes(calls[index].start, position) { continue }
            if query.matches(calls[index]) { found.append((calls[index].start, position, index)) }
        }
        found.sort { ($1.start, $1.position) < ($0.start, $0.position) }
        let page = found.prefix(limit)
        let next =
            found.count > limit
            ? page.last.map { CallCursor(start: $0.start, position: $0.position).text } : nil
        return StorePage(records: page.map { calls[$0.index] }, next: next)
    }

    var newestDay: Int64? { calls.lazy.map { CallDayName.day(of: $0.start) }.max() }

    func daysBefore(_ day: Int64) -> Set<Int64> {
        Set(calls.lazy.map { CallDayName.day(of: $0.start) }.filter { $0 < day })
    }

    mutating func remove(_ days: Set<Int64>, into report: inout SweepReport) {
        let before = calls.count
        calls.removeAll { days.contains(CallDayName.day(of: $0.start)) }
        dropped += UInt64(before - calls.count)
        report.calls += before - calls.count
        report.days += days.sorted().map(CallDayName.name)
    }

    var days: [CallDay] {
        var counts: [Int64: Int] = [:]
        for call in calls { counts[CallDayName.day(of: call.start), default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { day, count in
            CallDay(
                name: CallDayName.name(day), start: CallDayName.start(day), calls: count,
                bytes: count * MemoryLayout<CallEvent>.stride)
        }
    }

    var counters: [StoreCounter] {
        [
            StoreCounter("calls_stored", dropped + UInt64(calls.count)),
            StoreCounter("calls_outside_retention", outsideRetention),
            StoreCounter("calls_oldest_dropped", dropped),
        ]
    }
}

extension CallEvent {
    /// The largest raw value of its symbols.
    var highestSymbol: UInt32 {
        var highest = max(ingress.rawValue, egress.rawValue, node.rawValue)
        highest = max(highest, self.operator.rawValue, location.rawValue, currency.rawValue)
        for index in 0..<Self.extraDimensions { highest = max(highest, extra[index].rawValue) }
        return highest
    }
}
