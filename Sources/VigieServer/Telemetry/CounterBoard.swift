import Synchronization

/// Where everything that counts puts its figures: `/metrics`, the first page and the API read them here.
///
/// Whoever counts registers a closure that reads its figures; it is called when somebody asks, never on the hot path.
/// Bounded: 256 groups, 2,000 figures a group; what is beyond is left out and counted in
/// `vigie_metrics_samples_left_out_total`.
public final class CounterBoard: Sendable {
    /// Groups at most; a node has a few dozen.
    public static let maxGroups = 256
    /// Figures of one group at most: a national operator has a few hundred peers, with a handful of figures each.
    public static let maxSamples = 2_000

    /// The figures of one group, as they were when they were read.
    public struct Group: Sendable {
        /// As it was registered.
        public var name: String
        /// In the order in which the group told them.
        public var samples: [MetricSample]
    }

    private struct State {
        var readers: [(group: String, read: @Sendable () -> [MetricSample])] = []
        var words: [String: (kind: MetricKind, help: String)] = [:]
        var leftOut: UInt64 = 0
    }

    private let state = Mutex(State())  // registered at start, read by a scrape: never on the way of a call

    /// An empty board.
    public init() {}

    /// Adds a group of figures; a group of the same name is replaced.
    ///
    /// - Parameters:
    ///   - group: `sip`, `hep`, `store`, …
    ///   - read: tells the figures of this moment; must not block.
    public func register(
        _ group: String,
        _ read: @escaping @Sendable () -> [(name: String, labels: [(String, String)], value: Double)]
    ) {
        register(group, samples: { read().map { MetricSample($0.name, $0.labels, $0.value) } })
    }

    /// Adds a group of figures; a group of the same name is replaced.
    public func register(_ group: String, samples read: @escaping @Sendable () -> [MetricSample]) {
        state.withLock { state in
            if let index = state.readers.firstIndex(where: { $0.group == group }) {
                state.readers[index].read = read
            } else if state.readers.count < Self.maxGroups {
                state.readers.append((group, read))
            } else {
                state.leftOut += 1
            }
        }
    }

    /// Takes a group away.
    public func remove(_ group: String) {
        state.withLock { state in state.readers.removeAll { $0.group == group } }
    }

    /// Says what a metric means; without it the words are made from its name.
    ///
    /// - Parameters:
    ///   - name: of the metric.
    ///   - kind: counter or gauge.
    ///   - help: one sentence, with the unit.
    public func describe(_ name: String, _ kind: MetricKind, _ help: String) {
        state.withLock { $0.words[name] = (kind, help) }
    }

    /// Every group's figures of this moment, in the order in which the groups were registered.
    public func groups() -> [Group] {
        let readers = state.withLock { $0.readers }
        return readers.map { reader in
            let samples = reader.read()
            if samples.count > Self.maxSamples {
                state.withLock { $0.leftOut += UInt64(samples.count - Self.maxSamples) }
            }
            return Group(name: reader.group, samples: Array(samples.prefix(Self.maxSamples)))
        }
    }

    /// How many figures found no room since the start.
    public var leftOut: UInt64 { state.withLock { $0.leftOut } }

    /// What is known of a metric: its kind and its help.
    func words(_ name: String) -> (kind: MetricKind, help: String) {
        if let known = state.withLock({ $0.words[name] }) { return known }
        let kind: MetricKind = name.hasSuffix("_total") ? .counter : .gauge
        var text = name.hasPrefix("vigie_") ? String(name.dropFirst(6)) : name
        if text.hasSuffix("_total") { text.removeLast(6) }
        return (kind, text.split(separator: "_").joined(separator: " ").capitalizedFirst + ".")
    }
}

extension String {
    /// With a capital first letter.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
