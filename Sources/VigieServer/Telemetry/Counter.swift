import Synchronization

/// A counter that any thread may raise: one atomic integer, no lock.
public final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    /// Counts nothing yet.
    public init() {}

    /// Counts `times` more; wraps after 2^64, which takes five centuries at a thousand million a second.
    public func count(_ times: UInt64 = 1) { value.wrappingAdd(times, ordering: .relaxed) }

    /// How many so far.
    public var total: UInt64 { value.load(ordering: .relaxed) }
}

/// Counters with names that are met on the way: reasons of refusals, status codes. Bounded; the rest is `other`.
///
/// For cold paths: a lock is taken to count.
public final class NamedCounters: Sendable {
    private let capacity: Int
    private let counts = Mutex<[String: UInt64]>([:])  // cold paths only: requests, connections, batches

    /// No name yet, and `capacity` of them at most.
    public init(capacity: Int = 256) { self.capacity = max(1, capacity) }

    /// Counts one more of `name`.
    public func count(_ name: String, _ times: UInt64 = 1) {
        counts.withLock { counts in
            let key = counts[name] != nil || counts.count < capacity ? name : "other"
            counts[key, default: 0] &+= times
        }
    }

    /// Name and count, by name.
    public var totals: [(name: String, count: UInt64)] {
        counts.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// The counts as samples of one metric, the name as the label `label`.
    public func samples(_ metric: String, label: String) -> [MetricSample] {
        totals.map { MetricSample(metric, [(label, $0.name)], Double($0.count)) }
    }
}
