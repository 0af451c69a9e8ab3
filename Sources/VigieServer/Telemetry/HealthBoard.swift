import Synchronization

/// How one part of the node is.
public enum Health: Sendable, Equatable {
    /// Does its work.
    case good
    /// Does its work with less than it should have; the sentence says what is missing and what to do.
    case degraded(String)
    /// Does not do its work; the sentence says why and what to do.
    case failed(String)

    /// `good`, `degraded` or `failed`.
    public var name: String {
        switch self {
        case .good: "good"
        case .degraded: "degraded"
        case .failed: "failed"
        }
    }

    /// The sentence; `nil` when all is well.
    public var sentence: String? {
        switch self {
        case .good: nil
        case .degraded(let text), .failed(let text): text
        }
    }
}

/// What `/readyz` and the first page say about each part of the node.
public final class HealthBoard: Sendable {
    // at start; read by a probe
    private let checks = Mutex<[(part: String, read: @Sendable () -> Health)]>([])

    /// A board without parts: ready.
    public init() {}

    /// Adds a part; a part of the same name is replaced.
    ///
    /// - Parameters:
    ///   - part: `store`, `sip`, `hep`, `alerts`, …
    ///   - read: tells how it is now; must not block.
    public func register(_ part: String, _ read: @escaping @Sendable () -> Health) {
        checks.withLock { checks in
            if let index = checks.firstIndex(where: { $0.part == part }) {
                checks[index].read = read
            } else {
                checks.append((part, read))
            }
        }
    }

    /// Each part's health now, in the order in which parts were registered.
    public func read() -> [(part: String, health: Health)] {
        let checks = checks.withLock { $0 }
        return checks.map { ($0.part, $0.read()) }
    }

    /// Whether no part has failed: a degraded node is ready, since decisions go on.
    public var isReady: Bool {
        !read().contains { if case .failed = $0.health { true } else { false } }
    }
}
