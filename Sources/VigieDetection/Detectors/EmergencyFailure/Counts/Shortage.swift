import VigieCalls

/// Counts of one series that are missing now.
struct Shortage: Sendable {
    /// Series that are judged together.
    enum Lane: Sendable {
        /// Callers, minute by minute, by the network's own records.
        case volume
        /// What a centre counts beside what it usually does.
        case receiver
        /// What a centre counts beside what the network delivered to it.
        case delivered
        /// What a centre answers of what it counts.
        case answered
    }

    var key: StreamKey
    var lane: Lane
    var onset: UInt32
    var expected: Double
    var seen: Double
    /// Standard deviation of what is missing.
    var deviation: Double
    /// End of the last interval in which they were missing.
    var until: UInt32
    /// Length of an interval, in seconds.
    var seconds: UInt32
    /// Evidence beyond the threshold, in nats.
    var excess: Double

    var missing: Double { max(0, expected - seen) }
    /// Standard deviations that are missing: what is known best.
    var height: Double { missing / max(1, deviation) }

    var service: EmergencyService? {
        switch key.level {
        case .service, .cell, .receiver, .serviceOperator: key.service
        default: nil
        }
    }

    var department: DepartmentCode? {
        switch key.level {
        case .department: DepartmentCode(rawValue: UInt16(truncatingIfNeeded: key.first))
        case .cell, .receiver:
            key.second == CountWatch.everywhere
                ? nil : DepartmentCode(rawValue: UInt16(truncatingIfNeeded: key.second))
        default: nil
        }
    }

    /// Whether it is of one service in one place.
    var isOfPlace: Bool { service != nil && department.map { $0 != .none } ?? false }

    /// Whether both may be one failure: they began about when the other did, and nothing that both name differs in both. When a few
    /// callers of many are missing is less sure than when most of a few are.
    func isRelated(_ other: Shortage) -> Bool {
        let isPart = isOfPlace != other.isOfPlace
        guard lane == other.lane,
            max(onset, other.onset) - min(onset, other.onset) <= (isPart ? 172_800 : 86_400)
        else { return false }
        let sharesService = service == nil || other.service == nil || service == other.service
        let sharesPlace = department == nil || other.department == nil || department == other.department
        return isPart ? sharesService && sharesPlace : sharesService || sharesPlace
    }
}

extension EmergencyScope.Missing.Basis {
    init(_ lane: Shortage.Lane) {
        switch lane {
        case .volume, .receiver: self = .usual
        case .delivered: self = .delivered
        case .answered: self = .answered
        }
    }
}
