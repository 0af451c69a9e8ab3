public import VigieCalls
import VigieWire

/// What a centre counted in an interval beside what the network did in it: who of the two does not hear the calls.
public struct ReceiverComparison: Sendable {
    /// What the two say together.
    public enum Verdict: String, CaseIterable, Sendable {
        /// The centre saw at least what the network delivered.
        case agree
        /// The network delivered calls that the centre did not see: they were lost behind the network, or the centre is silent.
        case receiverSilent = "receiver-silent"
        /// The network lost many of the attempts; the centre saw what was left.
        case networkFailed = "network-failed"
        /// The centre hears calls where the network shows none: other operators' callers, or a feed that is blind.
        case networkBlind = "network-blind"
        /// Too few calls to tell.
        case tooFew = "too-few"
    }

    /// What the network did with the calls of an interval.
    public struct Network: Hashable, Sendable {
        /// Attempts, each redial counted.
        public var attempts = 0
        /// Attempts that were answered.
        public var delivered = 0
        /// Attempts that the network lost or cut.
        public var failed = 0

        /// Nothing seen.
        public init() {}
    }

    /// What the centre counted.
    public var count: EmergencyCount
    /// The centre's name, as it gave it.
    public var centre: String
    /// What the network did.
    public var network: Network

    /// Both counts of one interval.
    public init(count: EmergencyCount, centre: String, network: Network) {
        self.count = count
        self.centre = centre
        self.network = network
    }

    /// Who of the two does not hear the calls. A centre hears other operators' callers too, so only less than delivered tells.
    public var verdict: Verdict {
        let delivered = Double(network.delivered)
        let seen = Double(max(count.attempts, count.answered))
        if network.failed >= 3, Double(network.failed) > 0.2 * Double(max(1, network.attempts)) {
            return .networkFailed
        }
        // Three standard deviations of a Poisson count, and one call for the edges of the interval.
        if delivered >= 5, seen < delivered - 3 * delivered.squareRoot() - 1 { return .receiverSilent }
        if network.attempts == 0, seen >= 5 { return .networkBlind }
        return delivered < 5 && seen < 5 ? .tooFew : .agree
    }
}

extension EmergencyFailure {
    /// What the network did in the intervals of these counts; those of which the attempts are no longer held get nothing.
    ///
    /// - Complexity: one pass over the attempts since the earliest interval.
    public func network(during counts: [EmergencyCount]) -> [ReceiverComparison.Network] {
        var found = Array(repeating: ReceiverComparison.Network(), count: counts.count)
        var places: [UInt64: [Int]] = [:]
        var since = UInt32.max
        for (index, count) in counts.enumerated() {
            places[Self.place(count.service, count.department), default: []].append(index)
            since = min(since, Self.second(count.start))
        }
        guard since != .max else { return found }
        ring.newest(since: since) { entry in
            guard let indices = places[Self.place(entry.service, entry.department)] else { return }
            for index in indices {
                let start = Self.second(counts[index].start)
                let end = start &+ UInt32(clamping: Int(counts[index].length.secondsAsDouble))
                guard entry.second >= start, entry.second < end else { continue }
                found[index].attempts += Int(entry.weight)
                if entry.fate.isLost { found[index].failed += Int(entry.weight) }
                if entry.fate.isAnswered, entry.fate != .cut { found[index].delivered += Int(entry.weight) }
            }
        }
        return found
    }

    private static func place(_ service: EmergencyService, _ department: DepartmentCode) -> UInt64 {
        UInt64(service.rawValue) << 16 | UInt64(department.rawValue)
    }
}
