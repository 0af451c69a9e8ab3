/// The names of the simulated operator's network: trunks, nodes and operators, each with a small number.
struct Network: Sendable {
    /// Region of each access trunk, by the first digit of the geographic number: Île-de-France 1 to south-west 5.
    static let regions = ["paris", "lille", "lyon", "rennes", "bordeaux"]

    private(set) var trunks: [String] = [""]
    private(set) var nodes: [String] = [""]
    private(set) var operators: [String] = [""]

    let access: [UInt16]
    let mobileCore: [UInt16]
    /// Interconnections with national operators, in the order of `nationalOperators`.
    let national: [[UInt16]]
    let enterprise: [UInt16]
    /// International carriers: the first two serve Morocco.
    let morocco: [UInt16]
    let maghreb: [UInt16]
    let europe: [UInt16]
    let world: [UInt16]

    /// The operator whose network this is, and its national peers.
    let home: UInt16
    let nationalOperators: [UInt16]
    let foreign: UInt16

    init() {
        var trunks = [""]
        var operators = [""]
        func add(_ name: String) -> UInt16 {
            trunks.append(name)
            return UInt16(trunks.count - 1)
        }
        func addOperator(_ name: String) -> UInt16 {
            operators.append(name)
            return UInt16(operators.count - 1)
        }
        access = Self.regions.map { add("acc-\($0)") }
        mobileCore = [add("mob-north"), add("mob-south")]
        national = ["alpha", "beta", "gamma"].map { peer in [add("ic-\(peer)-1"), add("ic-\(peer)-2")] }
        enterprise = (1...6).map { add("ent-sbc-\($0)") }
        morocco = [add("intl-ma-1"), add("intl-ma-2")]
        maghreb = [add("intl-africa-1"), add("intl-africa-2")]
        europe = [add("intl-eu-1"), add("intl-eu-2")]
        world = [add("intl-world-1"), add("intl-world-2")]
        home = addOperator("HOME")
        nationalOperators = [addOperator("ALPHA"), addOperator("BETA"), addOperator("GAMMA")]
        foreign = addOperator("INTL")
        self.trunks = trunks
        self.operators = operators
        // Two exchanges a region, and two border controllers for all that is international.
        for region in Self.regions { nodes += ["mgc-\(region)-1", "mgc-\(region)-2"] }
        nodes += ["sbc-intl-1", "sbc-intl-2", "sbc-ent-1"]
    }

    /// The trunk of a name, made when it is new: scenarios add their own.
    mutating func trunk(_ name: String) -> UInt16 {
        if let index = trunks.firstIndex(of: name) { return UInt16(index) }
        trunks.append(name)
        return UInt16(trunks.count - 1)
    }

    /// The node of a name, made when it is new.
    mutating func nodeNamed(_ name: String) -> UInt16 {
        if let index = nodes.firstIndex(of: name) { return UInt16(index) }
        nodes.append(name)
        return UInt16(nodes.count - 1)
    }

    /// The operator of a name, made when it is new.
    mutating func operatorNamed(_ name: String) -> UInt16 {
        if let index = operators.firstIndex(of: name) { return UInt16(index) }
        operators.append(name)
        return UInt16(operators.count - 1)
    }

    /// The node that handles a call arriving on this trunk.
    func node(ingress: UInt16, region: Int, hash: UInt64) -> UInt16 {
        let name = trunks[Int(ingress)]
        if name.utf8.starts(with: "intl".utf8) { return UInt16(11 + Int(hash & 1)) }
        if name.utf8.starts(with: "ent".utf8) { return 13 }
        return UInt16(1 + 2 * region + Int(hash & 1))
    }
}
