import Synchronization

/// A figure that goes up and down, readable by any thread.
final class Gauge: Sendable {
    private let figure = Atomic<Int>(0)

    /// Sets it.
    func set(_ value: Int) { figure.store(value, ordering: .relaxed) }

    /// What it is.
    var value: Int { figure.load(ordering: .relaxed) }
}
