import VigieWire

/// Something that loses emergency calls for a while: which, where, how many of them.
struct EmergencyFault: Sendable {
    var window: Range<Int64>
    /// Indices into `EmergencyNation.services`; empty: all.
    var services: Set<Int> = []
    /// Department codes; empty: all.
    var departments: Set<UInt16> = []
    /// Indices of callers' operators; empty: all.
    var operators: Set<Int> = []
    /// Nodes; empty: all.
    var nodes: Set<UInt16> = []
    /// Share of the calls that are lost, before the moods of number, place and moment.
    var share: Double
    /// How far moods go: 0 every call has the same chance, 0.6 some numbers lose three times as many as others.
    var spread = 0.0
    /// Share of the lost ones that are answered first and cut in mid-conversation.
    var cutShare = 0.0
    /// Time until it has grown to its full size.
    var rampSeconds = 0.0
    /// Whether lost calls leave no trace in the records of the network.
    var leavesNoRecord = false

    /// How likely a call is lost by it.
    func chance(
        at time: Int64, service: Int, department: UInt16, operatorIndex: Int, node: UInt16, seed: UInt64
    ) -> Double {
        guard window.contains(time), services.isEmpty || services.contains(service),
            departments.isEmpty || departments.contains(department),
            operators.isEmpty || operators.contains(operatorIndex), nodes.isEmpty || nodes.contains(node)
        else { return 0 }
        var chance = share
        if spread > 0 {
            // Number and place have a mood for the whole time, and every ten minutes another one.
            let place = SeededRandom.hash(seed ^ 0xF00D, UInt64(department) << 8 | UInt64(service))
            let moment = SeededRandom.hash(place, UInt64(bitPattern: time / 600_000_000_000))
            let tilt = Double(place >> 40) / Double(1 << 24) * 2 - 1
            let flicker = Double(moment >> 40) / Double(1 << 24) * 2 - 1
            chance *= (1 + spread * tilt) * (1 + 0.5 * spread * flicker)
        }
        if rampSeconds > 0 {
            chance *= min(1, 0.35 + 0.65 * Double(time - window.lowerBound) / (rampSeconds * 1e9))
        }
        return min(0.98, chance)
    }
}

/// Many more people call for a while: a storm over some departments, a night of feast over all.
struct EmergencyRush: Sendable {
    var window: Range<Int64>
    /// Department codes; empty: all.
    var departments: Set<UInt16> = []
    /// Factor on the calls at its height.
    var height: Double
    /// By service: how much of the rush it gets, 1 as much as the others.
    var services: [Double] = [1, 1, 1, 1]
    /// Where in the window it is highest, `0...1`.
    var peak = 0.4

    /// The factor at a moment, at least 1.
    func factor(at time: Int64, service: Int, department: UInt16) -> Double {
        guard window.contains(time), departments.isEmpty || departments.contains(department) else { return 1 }
        let position = Double(time - window.lowerBound) / Double(window.upperBound - window.lowerBound)
        let rise = position < peak ? position / peak : (1 - position) / (1 - peak)
        return 1 + (height - 1) * rise * services[service]
    }
}
