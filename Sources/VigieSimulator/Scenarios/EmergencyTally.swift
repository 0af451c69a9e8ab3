import VigieWire

/// Counts what a fault did to emergency calls, for the truth file.
struct EmergencyTally {
    private(set) var hits = 0
    private(set) var attempts = 0
    private(set) var lostCallers = 0
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    private var services: [UInt64: Int] = [:]
    private var departments: [UInt16: Int] = [:]
    private var nodes: [UInt16: Int] = [:]
    private var operators: [UInt16: Int] = [:]

    mutating func attempt(isHit: Bool, start: Timestamp, window: Range<Int64>?) {
        if let window, window.contains(start.rawValue) { attempts += 1 }
        if isHit { hits += 1 }
    }

    mutating func hit(_ call: SimulatedCall, _ department: Int, _ service: Int, service number: UInt64) {
        if first == nil { first = call.start }
        last = call.start
        services[number, default: 0] += 1
        departments[EmergencyNation.departments[department].code, default: 0] += 1
        nodes[call.node, default: 0] += 1
        operators[call.operatorName, default: 0] += 1
    }

    mutating func lose(_ department: Int, _ service: Int) { lostCallers += 1 }

    /// The incident with everything that was counted; `nil` when no call was lost.
    func incident(network: Network, nodes named: Set<UInt16>, operators limited: Bool, nationwide: Bool)
        -> TrueIncident?
    {
        guard let first, let last else { return nil }
        var incident = TrueIncident(kind: "emergency-failure")
        incident.start = first.rfc3339()
        incident.end = last.rfc3339()
        incident.calls = hits
        incident.attempts = attempts
        incident.lostCallers = lostCallers
        incident.services = services.sorted { $0.key < $1.key }.map { "\($0.key)" }
        incident.departments = departments.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            switch $0.key {
            case 201: "2A"
            case 202: "2B"
            default: ($0.key < 10 ? "0" : "") + "\($0.key)"
            }
        }
        let ranked = nodes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        incident.nodes = ranked.filter { named.contains($0.key) }.map { network.nodes[Int($0.key)] }
        if limited {
            incident.operators = operators.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                network.operators[Int($0.key)]
            }
        }
        incident.isNationwide = nationwide
        return incident
    }
}
