import VigieCalls
import VigieWire

/// One failure from its first sign to its end, as the lookout follows it.
struct EmergencyEpisode: Sendable {
    /// Equal for all findings of it.
    var key: String
    /// Second of the first lost call that belongs to it.
    var onset: UInt32
    /// Second at which a test was first above its threshold.
    var detected: UInt32
    /// Second of the last judgement that found it.
    var lastAlarm: UInt32
    /// Second of the last lost call.
    var lastLost: UInt32
    /// When it was last reported.
    var lastReport: UInt32 = 0
    var scope = EmergencyScope()
    var attempts = 0.0
    var failed = 0.0
    var strength = 0.0
    /// The most evidence that a search found for it, in nats.
    var bestGain = 0.0
    /// Callers whose last try is more than ten minutes old, and that never got through.
    var settledLost = 0
    /// Tries within the set that went wrong, among the settled ones.
    var settledFailed = 0.0
    /// Settled tries outside all sets that went wrong, and how many of them would have on an ordinary day.
    var outsideFailed = 0.0
    var outsideUsual = 0.0
    /// Tries up to this second are settled.
    var settledUntil: UInt32
    /// Callers who should have called and are not on record, by the volume test.
    var missing = 0.0
    /// The series whose counts are missing; empty where failed calls tell.
    var members: Set<UInt64> = []
    /// Seconds without a judgement that found it, after which it is forgotten.
    var patience: UInt32 = 3_600

    /// Whether counts tell it.
    var isOfCounts: Bool { scope.missing != nil }

    /// Whether a scope speaks of the same failure.
    func isSame(_ other: EmergencyScope) -> Bool {
        if !scope.nodes.isEmpty, !other.nodes.isEmpty, Set(scope.nodes).isDisjoint(with: other.nodes) {
            return false
        }
        if !scope.operators.isEmpty, !other.operators.isEmpty,
            Set(scope.operators).isDisjoint(with: other.operators)
        {
            return false
        }
        if !Set(scope.nodes).isDisjoint(with: other.nodes) { return true }
        return !Set(scope.services).isDisjoint(with: other.services)
            && (scope.departments.isEmpty || other.departments.isEmpty
                || !Set(scope.departments).isDisjoint(with: other.departments))
    }

    /// Notes how it stands, when that has changed or ten minutes have passed.
    mutating func remember(_ moment: Timestamp) {
        if let last = scope.history.last, last.services == scope.services,
            last.departments == scope.departments,
            last.nodes == scope.nodes, last.operators == scope.operators, moment - last.at < .seconds(600)
        {
            return
        }
        guard scope.history.count < EmergencyScope.maxMoments else { return }
        scope.history.append(
            EmergencyScope.Moment(
                at: moment, services: scope.services, departments: scope.departments, nodes: scope.nodes,
                operators: scope.operators, lostCallers: scope.lostCallers))
    }
}
