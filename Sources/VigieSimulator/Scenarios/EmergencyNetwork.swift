/// The paths that emergency calls take: callers' operators, trunks, call servers and gateways, and the centres' trunks.
struct EmergencyNetwork: Sendable {
    /// Callers' operators and their shares of the nation.
    static let operators: [(name: String, share: Double)] = [
        ("HOME", 0.40), ("ALPHA", 0.24), ("BETA", 0.17), ("GAMMA", 0.123), ("DELTA", 0.067),
    ]
    /// Call servers of each region, two, and the voice gateways that carry calls between networks and regions.
    static let gateways = ["vgw-lille", "vgw-paris", "vgw-lyon"]

    let operatorIndices: [UInt16]
    /// By region: HOME's access.
    let access: [UInt16]
    /// By operator, from the second: two interconnections each.
    let interconnect: [[UInt16]]
    /// By region: the trunks towards centres.
    let centreTrunks: [UInt16]
    /// By region, two each.
    let callServers: [[UInt16]]
    let gatewayNodes: [UInt16]

    init(_ network: inout Network) {
        var operators: [UInt16] = []
        for entry in Self.operators { operators.append(network.operatorNamed(entry.name)) }
        operatorIndices = operators
        access = network.access
        var interconnect: [[UInt16]] = []
        for entry in Self.operators.dropFirst() {
            let name = entry.name.lowercased()
            interconnect.append([network.trunk("ic-\(name)-1"), network.trunk("ic-\(name)-2")])
        }
        self.interconnect = interconnect
        var centreTrunks: [UInt16] = []
        var callServers: [[UInt16]] = []
        for region in Network.regions {
            centreTrunks.append(network.trunk("psap-\(region)"))
            callServers.append([network.nodeNamed("cs-\(region)-1"), network.nodeNamed("cs-\(region)-2")])
        }
        self.centreTrunks = centreTrunks
        self.callServers = callServers
        var gateways: [UInt16] = []
        for name in Self.gateways { gateways.append(network.nodeNamed(name)) }
        gatewayNodes = gateways
    }

    /// How a call from a region by an operator gets through: its trunk in, the machine that handles it, and the trunk out.
    func path(operatorIndex: Int, department: Int, region: Int, random: inout SeededRandom)
        -> (ingress: UInt16, node: UInt16, egress: UInt16)
    {
        let ingress =
            operatorIndex == 0
            ? access[region] : interconnect[operatorIndex - 1][random.below(2)]
        // A department's line hangs on one call server of its region, and now and then on the other.
        let home = callServers[region][random.chance(0.85) ? department & 1 : 1 - department & 1]
        let byGateway = random.chance(operatorIndex == 0 ? 0.22 : 0.62)
        let node = byGateway ? gatewayNodes[gateway(region, random: &random)] : home
        return (ingress, node, centreTrunks[region])
    }

    // Calls between networks go by the nearest gateway, mostly: Lille for the north, east and west, Lyon for the south.
    private func gateway(_ region: Int, random: inout SeededRandom) -> Int {
        let weights: [Double] =
            switch region {
            case 0: [0.25, 0.60, 0.15]
            case 1: [0.70, 0.18, 0.12]
            case 2: [0.12, 0.18, 0.70]
            case 3: [0.45, 0.45, 0.10]
            default: [0.15, 0.40, 0.45]
            }
        return random.index(weights: weights)
    }
}
