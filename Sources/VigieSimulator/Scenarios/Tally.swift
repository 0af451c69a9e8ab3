import VigieCalls
import VigieWire

/// Counts what one incident did, for the truth file.
struct Tally {
    private(set) var calls = 0
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    private var hits: [PhoneNumber: Int] = [:]
    private var callers: Set<PhoneNumber> = []
    private var trunks: [UInt16: Int] = [:]
    private var departments: [UInt16: Int] = [:]

    mutating func add(_ call: SimulatedCall) {
        calls += 1
        if first == nil { first = call.start }
        last = call.start
        hits[call.called, default: 0] += 1
        callers.insert(call.caller)
        trunks[call.ingress, default: 0] += 1
        let text = String(call.called.digits)
        if text.utf8.count == 11, text.hasPrefix("33"), let prefix = UInt64(text.dropFirst(2).prefix(3)) {
            let department = FrenchBlocks.department(prefix: prefix)
            if department != 0 { departments[department, default: 0] += 1 }
        }
    }

    var distinctCallers: Int { callers.count }

    /// The incident with everything that was counted; `nil` when nothing happened.
    func incident(_ kind: String, network: Network) -> TrueIncident? {
        guard let first, let last else { return nil }
        var incident = TrueIncident(kind: kind)
        incident.start = first.rfc3339()
        incident.end = last.rfc3339()
        incident.calls = calls
        incident.affected = hits.count
        incident.distinctCallers = callers.count
        incident.ingress = trunks.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            network.trunks[Int($0.key)]
        }
        incident.departments = departments.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(12)
            .map { ($0.key < 10 ? "0" : "") + String($0.key) }
        incident.mostHit = hits.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10)
            .map { TrueIncident.HitNumber(number: $0.key.description, calls: $0.value) }
        return incident
    }
}
