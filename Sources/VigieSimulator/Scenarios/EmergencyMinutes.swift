public import VigieWire

/// A quiet year of a nation's emergency calls as counts by minute: what `quiet-year` tells call by call, a hundred times as fast.
///
/// The same departments, hours, moods, storms, feasts, machines and their stumbles; redials come back some minutes later.
public struct EmergencyMinutes {
    /// Calls of one minute that share everything.
    public struct Row: Sendable {
        /// The short number.
        public var service: UInt64
        /// 1 to 95 and 971 to 976; Corsica is 201 and 202.
        public var department: UInt16
        /// Index into `nodes`.
        public var node: UInt16
        /// Index into `operators`.
        public var operatorName: UInt16
        /// Index into `trunks`.
        public var ingress: UInt16
        /// Attempts, each redial counted.
        public var attempts = 0
        /// Attempts by somebody who had not called in ten minutes.
        public var callers = 0
        /// Attempts answered.
        public var answered = 0
        /// Attempts that the network lost.
        public var failed = 0
        /// Attempts given up, or that found the centre busy.
        public var abandoned = 0
    }

    /// Names of trunks, in the order of their indices.
    public let trunks: [String]
    /// Names of machines.
    public let nodes: [String]
    /// Names of operators.
    public let operators: [String]
    /// When the next minute begins.
    public private(set) var now: Timestamp
    /// When the year is over.
    public let end: Timestamp

    private let network: EmergencyNetwork
    private let rushes: [EmergencyRush]
    private let perMinute: Double
    private var random: SeededRandom
    private var nationMood = 0.0
    private var placeMoods: [Double] = []
    private var nodeMoods: [UInt16: Double] = [:]
    private var blip: (node: UInt16, until: Int64) = (0, 0)
    /// Redials of the next minutes: by minute, service and department.
    private var redials: [[(service: Int, department: Int, operatorIndex: Int)]] = Array(
        repeating: [], count: 8)
    private var places: [UInt64: Int] = [:]

    /// A year, or so many days of it, from its seed.
    public init(seed: UInt64, days: Double = 365, callsADay: Double = 171_000) {
        let start = ParisClock.moment(2024, 1, 8)
        let window = start.rawValue..<(start + .seconds(Int64(days * 86_400))).rawValue
        var world = World(seed: seed, start: start, callsADay: callsADay)
        network = EmergencyNetwork(&world.network)
        let context = ScenarioContext(
            seed: seed, window: window, callsADay: callsADay, scale: 1, world: world,
            random: SeededRandom(seed: seed, stream: 3))
        rushes = EmergencyScenarios.quietRushes(context)
        (trunks, nodes, operators) = (world.network.trunks, world.network.nodes, world.network.operators)
        now = start
        end = Timestamp(rawValue: window.upperBound)
        perMinute = callsADay / 1_440
        random = SeededRandom(seed: seed, stream: 41)
        for _ in EmergencyNation.departments { placeMoods.append(0.07 * random.normal()) }
    }

    /// The counts of the next minute; `nil` when the year is over.
    public mutating func next() -> [Row]? {
        guard now < end else { return nil }
        let time = now.rawValue
        let civil = ParisClock.civil(now)
        if civil.minute == 0 { changeMoods() }
        if random.chance(1.0 / (1_440 * 4)) {
            let node =
                random.chance(0.5) ? random.pick(network.gatewayNodes) : random.pick(network.callServers)[0]
            blip = (node, time + Int64(random.within(4...14)) * 1_000_000_000)
        }
        var rows: [Row] = []
        places.removeAll(keepingCapacity: true)
        let hour = EmergencyNation.hourFactor(minuteOfDay: civil.hour * 60 + civil.minute)
        let nation = PortableMath.exp(nationMood)
        let people = EmergencyNation.departments.reduce(0) { $0 + $1.thousands }
        let active = rushes.filter { $0.window.contains(time) }
        var factors = placeMoods.map { nation * PortableMath.exp($0) }
        let slot = Int(now.seconds / 60 % 8)
        let again = redials[slot]
        redials[slot].removeAll(keepingCapacity: true)
        for service in EmergencyNation.services.indices {
            let usual =
                perMinute * 0.86 * EmergencyNation.services[service].share * hour
                * EmergencyNation.dayFactor(service: service, weekday: civil.weekday, hour: civil.hour)
            for (index, department) in EmergencyNation.departments.enumerated() {
                var load = factors[index]
                for rush in active {
                    load *= rush.factor(at: time, service: service, department: department.code)
                }
                let mean = usual * department.thousands / people * load
                for _ in 0..<random.poisson(mean: mean) {
                    let operatorIndex = random.index(weights: Self.operatorShares)
                    place(service, index, operatorIndex, load: load, isRedial: false, &rows)
                    // An accident is seen by several people.
                    if random.chance(0.02) {
                        for _ in 0..<random.within(1...8) {
                            redials[(slot + random.within(1...3)) % 8].append((service, index, -1))
                        }
                    }
                }
            }
        }
        factors.removeAll()
        for caller in again {
            let isWitness = caller.operatorIndex < 0
            let operatorIndex = isWitness ? random.index(weights: Self.operatorShares) : caller.operatorIndex
            place(caller.service, caller.department, operatorIndex, load: 1, isRedial: !isWitness, &rows)
        }
        now = now + .seconds(60)
        return rows
    }

    private static let operatorShares = EmergencyNetwork.operators.map(\.share)

    private mutating func changeMoods() {
        nationMood = 0.97 * nationMood + 0.012 * random.normal()
        for index in placeMoods.indices {
            placeMoods[index] = 0.985 * placeMoods[index] + 0.012 * random.normal()
        }
        for region in network.callServers { for node in region { nodeMoods[node] = 0.35 * random.normal() } }
        for node in network.gatewayNodes { nodeMoods[node] = 0.35 * random.normal() }
    }

    private mutating func place(
        _ service: Int, _ department: Int, _ operatorIndex: Int, load: Double, isRedial: Bool,
        _ rows: inout [Row]
    ) {
        let place = EmergencyNation.departments[department]
        let path = network.path(
            operatorIndex: operatorIndex, department: department, region: place.region, random: &random)
        let key =
            UInt64(service) << 56 | UInt64(department) << 40 | UInt64(path.node) << 24 | UInt64(path.ingress)
            << 8
            | UInt64(operatorIndex)
        let index: Int
        if let known = places[key] {
            index = known
        } else {
            index = rows.count
            places[key] = index
            rows.append(
                Row(
                    service: EmergencyNation.services[service].number, department: place.code,
                    node: path.node,
                    operatorName: network.operatorIndices[operatorIndex], ingress: path.ingress))
        }
        rows[index].attempts += 1
        if !isRedial { rows[index].callers += 1 }
        var lost = 0.005 * PortableMath.exp(nodeMoods[path.node] ?? 0)
        if blip.node == path.node, now.rawValue < blip.until {
            // The stumble lasts for a part of the minute.
            lost = max(lost, 0.3 * min(1, Double(blip.until - now.rawValue) / 60e9))
        }
        var answered = EmergencyNation.services[service].answered
        if load > 1.5 { answered *= 0.25 + 0.75 * 1.5 / load }
        if random.chance(lost) {
            rows[index].failed += 1
            if random.chance(0.8) {
                come(back: service, department, operatorIndex, after: random.within(1...2))
            }
        } else if random.chance(answered) {
            rows[index].answered += 1
        } else {
            rows[index].abandoned += 1
            if random.chance(0.4) {
                come(back: service, department, operatorIndex, after: random.within(1...4))
            }
        }
    }

    private mutating func come(back service: Int, _ department: Int, _ operatorIndex: Int, after minutes: Int)
    {
        let slot = (Int(now.seconds / 60 % 8) + minutes) % 8
        redials[slot].append((service, department, operatorIndex))
    }
}
