import Synchronization
public import VigieCalls

/// Carries the calls that were decided from the SIP thread to the line, in batches.
///
/// Bounded: when `capacity` events wait, the newest are dropped and counted; a decision never waits for the line. Both sides keep
/// their array's room, so that in steady state nothing is allocated.
public final class CallEventRing: Sendable {
    /// Events that may wait.
    public let capacity: Int

    private struct State {
        var waiting: [CallEvent] = []
        var pushed: UInt64 = 0
        var dropped: UInt64 = 0
    }

    private let state: Mutex<State>  // held to append or to swap a batch, never while waiting

    /// An empty ring; 65,536 events of about 240 bytes bridge a second of 65,000 calls.
    public init(capacity: Int = 65_536) {
        self.capacity = max(1, capacity)
        state = Mutex(State())
    }

    /// Moves `events` into the ring and empties the array; those that find no room are dropped and counted.
    public func push(_ events: inout [CallEvent]) {
        guard !events.isEmpty else { return }
        state.withLock { state in
            let room = capacity - state.waiting.count
            state.pushed &+= UInt64(events.count)
            if events.count <= room {
                state.waiting.append(contentsOf: events)
            } else {
                state.waiting.append(contentsOf: events.prefix(room))
                state.dropped &+= UInt64(events.count - room)
            }
        }
        events.removeAll(keepingCapacity: true)
    }

    /// Moves every waiting event, in the order in which they came, into `events`, which must be empty: the arrays are swapped.
    public func drain(into events: inout [CallEvent]) {
        events.removeAll(keepingCapacity: true)
        state.withLock { swap(&$0.waiting, &events) }
    }

    /// How many events wait now.
    public var waiting: Int { state.withLock { $0.waiting.count } }

    /// How many events were pushed, and how many of them were dropped because the ring was full.
    public var counts: (pushed: UInt64, dropped: UInt64) { state.withLock { ($0.pushed, $0.dropped) } }
}
