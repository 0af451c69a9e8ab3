import Synchronization
public import VigieWire

/// What happens in the node, for those who listen: a bounded ring of recent events, and a bounded queue a listener.
///
/// A listener that comes back with the id of the last event it had gets what it missed, as far as the ring goes back. A listener
/// that does not read is dropped and counted; it comes back and catches up.
public final class LiveEvents: Sendable {
    /// Events kept for those who come back: an hour of a bad night.
    public static let ringCapacity = 1_024
    /// Events that wait for one listener.
    public static let queueCapacity = 256

    /// One event, as both kinds of listener may see it.
    struct Event: Sendable {
        var sequence: UInt64
        var name: String
        /// With whole numbers.
        var whole: String
        /// With masked numbers.
        var masked: String
    }

    /// What a listener hears.
    enum Word: Sendable {
        case event(Event)
        /// Nothing happened for a while.
        case heartbeat
    }

    /// One listener's queue.
    struct Listener: Sendable {
        var number: UInt64
        /// What was missed, oldest first; `nil`: the ring does not go back so far, look at everything again.
        var missed: [Event]?
        var words: AsyncStream<Word>
        /// Ends when the listener is dropped.
        var dropped: AsyncStream<Void>
    }

    private struct Outlet {
        var words: AsyncStream<Word>.Continuation
        var dropped: AsyncStream<Void>.Continuation
    }

    private struct State {
        var ring: [Event] = []
        var oldest = 0
        var sequence: UInt64 = 0
        var outlets: [UInt64: Outlet] = [:]
        var nextListener: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())  // published some times a second at most
    private let boot: String
    private let maxListeners: Int
    private let published = Counter()
    private let droppedListeners = Counter()
    private let refusedListeners = Counter()

    /// Nothing has happened yet.
    ///
    /// - Parameters:
    ///   - boot: tells this run of the node from others in the ids of events.
    ///   - maxListeners: listeners at once.
    public init(boot: Timestamp = NodeClock.real.now, maxListeners: Int = 128) {
        self.boot = String(UInt64(bitPattern: boot.rawValue) >> 20, radix: 36)
        self.maxListeners = max(1, maxListeners)
    }

    /// Tells all listeners.
    ///
    /// - Parameters:
    ///   - name: `incident`, `filter`, `peer`, `feed`, `health`.
    ///   - document: what happened; telephone numbers in it are masked for those who may not see them.
    public func publish(_ name: String, _ document: JSONValue) {
        let whole = document.text()
        let masked = NumberMask.masked(document).text()
        published.count()
        state.withLock { state in
            state.sequence += 1
            let event = Event(sequence: state.sequence, name: name, whole: whole, masked: masked)
            if state.ring.count < Self.ringCapacity {
                state.ring.append(event)
            } else {
                state.ring[state.oldest] = event
                state.oldest = (state.oldest + 1) % Self.ringCapacity
            }
            say(.event(event), &state)
        }
    }

    /// Tells all listeners that nothing happened, so that dead ones are noticed.
    func beat() { state.withLock { say(.heartbeat, &$0) } }

    private func say(_ word: Word, _ state: inout State) {
        for (number, outlet) in state.outlets {
            switch outlet.words.yield(word) {
            case .enqueued: continue
            case .dropped: droppedListeners.count()
            default: break  // it has gone by itself
            }
            outlet.words.finish()
            outlet.dropped.finish()
            state.outlets[number] = nil
        }
    }

    /// Begins to listen; `nil` when there are as many listeners as there may be.
    ///
    /// - Parameter last: the id of the last event that the listener had.
    func listen(after last: String?) -> Listener? {
        state.withLock { state in
            guard !state.isClosed, state.outlets.count < maxListeners else {
                refusedListeners.count()
                return nil
            }
            let (words, wordsInlet) = AsyncStream.makeStream(
                of: Word.self, bufferingPolicy: .bufferingOldest(Self.queueCapacity))
            let (dropped, droppedInlet) = AsyncStream.makeStream(
                of: Void.self, bufferingPolicy: .bufferingOldest(1))
            state.nextListener += 1
            state.outlets[state.nextListener] = Outlet(words: wordsInlet, dropped: droppedInlet)
            return Listener(
                number: state.nextListener, missed: missed(after: last, state), words: words,
                dropped: dropped)
        }
    }

    /// Ends a listener's queue.
    func leave(_ listener: Listener) {
        state.withLock { state in
            guard let outlet = state.outlets.removeValue(forKey: listener.number) else { return }
            outlet.words.finish()
            outlet.dropped.finish()
        }
    }

    /// Ends all listeners' queues: the node stops.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for outlet in state.outlets.values {
                outlet.words.finish()
                outlet.dropped.finish()
            }
            state.outlets = [:]
        }
    }

    /// The id of an event as listeners see it.
    func id(_ event: Event) -> String { "\(boot)-\(event.sequence)" }

    /// How many listen now.
    var listeners: Int { state.withLock { $0.outlets.count } }

    /// Its figures.
    var samples: [MetricSample] {
        [
            MetricSample("vigie_events_published_total", [], Double(published.total)),
            MetricSample("vigie_events_listeners", [], Double(listeners)),
            MetricSample("vigie_events_listeners_dropped_total", [], Double(droppedListeners.total)),
            MetricSample("vigie_events_listeners_refused_total", [], Double(refusedListeners.total)),
        ]
    }

    private func missed(after last: String?, _ state: borrowing State) -> [Event]? {
        guard let last else { return [] }
        let parts = last.split(separator: "-")
        guard parts.count == 2, parts[0] == boot, let sequence = UInt64(parts[1]), sequence <= state.sequence
        else { return nil }
        if sequence == state.sequence { return [] }
        let all = Array(state.ring[state.oldest...] + state.ring[..<state.oldest])
        guard let first = all.first, first.sequence <= sequence + 1 else { return nil }
        return all.filter { $0.sequence > sequence }
    }
}
