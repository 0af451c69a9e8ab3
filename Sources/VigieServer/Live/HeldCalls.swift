import VigieCalls
import VigieWire

/// Screened calls that wait to be stored until it is known what became of them, so that a call is stored once and whole.
///
/// Only while ends are being told at all (mirrored messages of the same calls); otherwise calls are stored as they come.
/// Bounded by `capacity`; the oldest is stored without its end.
struct HeldCalls: Sendable {
    /// Mirrored calls are told a minute after their start at the latest, and some seconds later when the line is busy.
    static let leastPatience = Duration.seconds(75)
    /// Call records come when the call is over, or with their file: a quarter of an hour covers most calls and the usual delivery.
    static let mostPatience = Duration.seconds(900)
    static let capacity = 131_072  // about 300 bytes each

    /// How long a call waits: longer once ends came later than that.
    private(set) var patience = HeldCalls.leastPatience
    /// Ends that came when their call had been stored without one: the detectors heard them, the stored call has none.
    private(set) var tooLate: UInt64 = 0

    private var events: [UInt64: CallEvent] = [:]
    private var queue: [(key: UInt64, start: Timestamp)] = []
    private var first = 0

    var count: Int { events.count }
    /// What waits, in no order.
    var all: [CallEvent] { Array(events.values) }

    /// Holds a call that has a Call-ID.
    mutating func hold(_ event: CallEvent, release: (CallEvent) -> Void) {
        events[event.callID.key] = event
        queue.append((event.callID.key, event.start))
        if events.count > Self.capacity { releaseFirst(release) }
    }

    /// The call that began as `start` told, with what `ended` adds; `nil` when it is not held.
    mutating func complete(_ ended: CallEvent, at now: Timestamp) -> CallEvent? {
        guard var event = events.removeValue(forKey: ended.callID.key) else {
            tooLate &+= 1
            let waited = now - ended.start
            if waited > patience { patience = min(Self.mostPatience, waited + waited / 4) }
            return nil
        }
        event.answer = ended.answer.map { max($0, event.start) }
        event.end = ended.end.map { max($0, event.start) }
        event.sipStatus = ended.sipStatus
        event.q850 = ended.q850
        event.releasedBy = ended.releasedBy
        event.outcome = ended.outcome
        event.chargeMicros = ended.chargeMicros
        event.currency = ended.currency
        if event.egress == .none { event.egress = ended.egress }
        if event.node == .none { event.node = ended.node }
        if event.operator == .none { event.operator = ended.operator }
        if event.location == .none { event.location = ended.location }
        if event.dialled == .absent { event.dialled = ended.dialled }
        return event
    }

    /// Gives out those that began before `moment`.
    mutating func release(before moment: Timestamp, _ release: (CallEvent) -> Void) {
        while first < queue.count, queue[first].start < moment { releaseFirst(release) }
        if first > 4_096, first * 2 > queue.count {
            queue.removeFirst(first)
            first = 0
        }
    }

    private mutating func releaseFirst(_ release: (CallEvent) -> Void) {
        guard first < queue.count else { return }
        let key = queue[first].key
        first += 1
        if let event = events.removeValue(forKey: key) { release(event) }
    }
}
