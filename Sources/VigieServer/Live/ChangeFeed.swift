import Synchronization

/// Tells changes of incidents to whoever subscribed: each subscriber has a buffer of its own, and the oldest change goes when it
/// is full, which is counted: a slow reader of live events never holds up the line or another reader.
final class ChangeFeed: Sendable {
    // some dozen; seldom told
    private let subscribers = Mutex<[UInt64: AsyncStream<LiveChange>.Continuation]>([:])
    private let next = Counter()
    /// Changes that a subscriber's full buffer lost.
    let dropped = Counter()
    /// Changes told.
    let told = Counter()

    /// Subscribes; ends with the task that reads it, or with the line.
    func subscribe(buffering capacity: Int) -> AsyncStream<LiveChange> {
        next.count()
        let id = next.total
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveChange.self, bufferingPolicy: .bufferingNewest(max(1, capacity)))
        continuation.onTermination = { [weak self] _ in
            self?.subscribers.withLock { _ = $0.removeValue(forKey: id) }
        }
        subscribers.withLock { $0[id] = continuation }
        return stream
    }

    func tell(_ change: LiveChange) {
        told.count()
        let all = subscribers.withLock { Array($0.values) }
        for subscriber in all {
            if case .dropped = subscriber.yield(change) { dropped.count() }
        }
    }

    /// Ends every subscription.
    func finish() {
        let all = subscribers.withLock { Array($0.values) }
        for subscriber in all { subscriber.finish() }
    }

    /// How many subscribers there are.
    var count: Int { subscribers.withLock { $0.count } }
}
