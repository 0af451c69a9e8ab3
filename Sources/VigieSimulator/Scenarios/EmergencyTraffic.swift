import VigieCalls
import VigieWire

/// Everybody's calls to 15, 17, 18 and 112: who calls, by which path, what becomes of it, and who tries again.
final class EmergencyTraffic: TrafficSource {
    private enum Kind {
        static let arrival: UInt8 = 0
        static let again: UInt8 = 1
        static let minute: UInt8 = 2
        static let witness: UInt8 = 3
    }

    /// Somebody who needs help, over all attempts.
    private struct Seeker {
        var number: UInt64
        var withholds: Bool
        var service: Int
        var department: Int
        var operatorIndex: Int
        var attempt = 0
        var wasHit = false
    }

    private let seed: UInt64
    private let network: EmergencyNetwork
    private let faults: [EmergencyFault]
    private let rushes: [EmergencyRush]
    private let perMinute: Double
    private let report: ((EmergencyTally, Network) -> [TrueIncident])?
    private let names: Network
    private var seekers: [UInt64: Seeker] = [:]
    private var nextSeeker: UInt64 = 0
    private var tally = EmergencyTally()
    // The present minute: calls a minute by service, and the steps by which a department is drawn.
    private var minute = Int64.min
    private var rates: [Double] = [0, 0, 0, 0]
    private var steps: [[Double]] = [[], [], [], []]
    private var loads: [[Double]] = []
    private var nationMood = 0.0
    private var placeMoods: [Double]
    private var nodeMoods: [UInt16: Double] = [:]
    private var blip: (node: UInt16, until: Int64) = (0, 0)

    init(
        seed: UInt64, callsADay: Double, network: EmergencyNetwork, names: Network, faults: [EmergencyFault],
        rushes: [EmergencyRush], report: ((EmergencyTally, Network) -> [TrueIncident])? = nil
    ) {
        self.seed = seed
        self.network = network
        self.names = names
        self.faults = faults
        self.rushes = rushes
        self.report = report
        perMinute = callsADay / 1_440
        placeMoods = Array(repeating: 0, count: EmergencyNation.departments.count)
        super.init(random: SeededRandom(seed: seed, stream: 40))
        for index in placeMoods.indices { placeMoods[index] = 0.07 * random.normal() }
    }

    override func begin(_ exchange: inout Exchange) {
        exchange.schedule(self, at: exchange.window.lowerBound, kind: Kind.minute)
    }

    // MARK: When

    /// Sets the rates of a minute and draws its calls.
    private func enter(_ time: Int64, _ exchange: inout Exchange) {
        minute = time / 60_000_000_000
        let civil = ParisClock.civil(Timestamp(rawValue: time))
        if civil.minute == 0 {
            nationMood = 0.97 * nationMood + 0.012 * random.normal()
            for index in placeMoods.indices {
                placeMoods[index] = 0.985 * placeMoods[index] + 0.012 * random.normal()
            }
            for region in network.callServers {
                for node in region { nodeMoods[node] = 0.35 * random.normal() }
            }
            for node in network.gatewayNodes { nodeMoods[node] = 0.35 * random.normal() }
        }
        let hour = EmergencyNation.hourFactor(minuteOfDay: civil.hour * 60 + civil.minute)
        let nation = PortableMath.exp(nationMood)
        let people = EmergencyNation.departments.reduce(0) { $0 + $1.thousands }
        var loads: [[Double]] = []
        for service in EmergencyNation.services.indices {
            let usual =
                perMinute * EmergencyNation.services[service].share * hour
                * EmergencyNation.dayFactor(service: service, weekday: civil.weekday, hour: civil.hour)
            var steps: [Double] = []
            var load: [Double] = []
            var sum = 0.0
            for (index, department) in EmergencyNation.departments.enumerated() {
                var factor = nation * PortableMath.exp(placeMoods[index])
                for rush in rushes {
                    factor *= rush.factor(at: time, service: service, department: department.code)
                }
                // A centre is staffed for its usual hour; a rush is what it is not staffed for.
                load.append(factor)
                sum += usual * department.thousands / people * factor
                steps.append(sum)
            }
            self.steps[service] = steps
            loads.append(load)
            rates[service] = sum
        }
        self.loads = loads
        if random.chance(1.0 / (1_440 * 4)) {
            // Once in four days some machine stumbles for a few seconds.
            let node =
                random.chance(0.5) ? random.pick(network.gatewayNodes) : random.pick(network.callServers)[0]
            blip = (node, time + Int64(random.within(4...14)) * 1_000_000_000)
        }
        // 0.90: the rest are second tries and witnesses.
        for service in rates.indices {
            for _ in 0..<random.poisson(mean: rates[service] * 0.86) {
                exchange.schedule(
                    self, at: time + Int64(random.unit() * 60e9), kind: Kind.arrival,
                    caller: PartyID(.number, UInt64(service)))
            }
        }
        exchange.schedule(self, at: (minute + 1) * 60_000_000_000, kind: Kind.minute)
    }

    override func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        switch intent.kind {
        case Kind.minute:
            enter(intent.time, &exchange)
            return nil
        case Kind.arrival:
            let seeker = newSeeker(service: intent.caller.index)
            // An accident or a fire is seen by several people.
            if random.chance(0.02) {
                for _ in 0..<random.within(1...8) {
                    let delay = Int64(random.logNormal(median: 70, spread: 0.8) * 1e9)
                    keep(
                        newSeeker(service: seeker.service, department: seeker.department),
                        at: intent.time + delay, kind: Kind.witness, &exchange)
                }
            }
            return place(seeker, at: intent.time, &exchange)
        default:
            guard let seeker = seekers.removeValue(forKey: intent.caller.value) else { return nil }
            return place(seeker, at: intent.time, &exchange)
        }
    }

    private func keep(_ seeker: Seeker, at time: Int64, kind: UInt8, _ exchange: inout Exchange) {
        guard time < exchange.window.upperBound else {
            if seeker.wasHit { tally.lose(seeker.department, seeker.service) }
            return
        }
        nextSeeker += 1
        seekers[nextSeeker] = seeker
        exchange.schedule(self, at: time, kind: kind, caller: PartyID(.number, nextSeeker))
    }

    // MARK: Who

    private func newSeeker(service: Int, department: Int? = nil) -> Seeker {
        let department = department ?? drawDepartment(service)
        let national: UInt64 =
            random.chance(0.8)
            ? random.pick(FrenchBlocks.mobile2009) * 1_000_000 + UInt64(random.below(1_000_000))
            : random.pick(FrenchBlocks.fixed).prefix * 1_000_000 + UInt64(random.below(1_000_000))
        let operatorIndex = random.index(weights: Self.operatorShares)
        return Seeker(
            number: 33_000_000_000 + national, withholds: random.chance(0.04), service: service,
            department: department, operatorIndex: operatorIndex)
    }

    private static let operatorShares = EmergencyNetwork.operators.map(\.share)

    private func drawDepartment(_ service: Int) -> Int {
        let steps = self.steps[service]
        let draw = random.unit() * (steps.last ?? 0)
        var low = 0
        var high = steps.count - 1
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] > draw { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: What becomes of it

    private func place(_ seeker: Seeker, at time: Int64, _ exchange: inout Exchange) -> SimulatedCall? {
        var seeker = seeker
        let department = EmergencyNation.departments[seeker.department]
        var call = exchange.blank(at: time)
        let path = network.path(
            operatorIndex: seeker.operatorIndex, department: seeker.department, region: department.region,
            random: &random)
        let number = PhoneNumber(e164: seeker.number) ?? .absent
        call.caller = seeker.withholds ? .absent : number
        call.asserted = number
        let service = EmergencyNation.services[seeker.service]
        let short = PhoneNumber(form: .dialled, digits: service.number, count: service.digits) ?? .absent
        // Some exchanges write the number to which the short one was translated, others the short one.
        if seeker.operatorIndex % 2 == 0 {
            call.dialled = short
            let long = EmergencyNation.longNumber(department: seeker.department, service: seeker.service)
            call.called = PhoneNumber(e164: long) ?? short
        } else {
            call.called = short
        }
        call.operatorName = network.operatorIndices[seeker.operatorIndex]
        (call.ingress, call.node, call.egress) = path
        call.department = department.code
        call.attestation = 0x41
        call.charge = 0

        var chance = 0.0
        var fault: EmergencyFault?
        for candidate in faults {
            let one = candidate.chance(
                at: time, service: seeker.service, department: department.code,
                operatorIndex: seeker.operatorIndex, node: path.node, seed: seed)
            if one > chance { (chance, fault) = (one, candidate) }
        }
        let isHit = fault != nil && random.chance(chance)
        tally.attempt(isHit: isHit, start: call.start, window: faults.first?.window)
        var isServed = false
        if let fault, isHit {
            call.label = 1
            seeker.wasHit = true
            tally.hit(call, seeker.department, seeker.service, service: service.number)
            if random.chance(fault.cutShare) {
                call.answered(
                    after: random.within(3_000...15_000),
                    talk: Int(min(150_000, random.logNormal(median: 7_000, spread: 1.0))),
                    releasedBy: .network)
                call.q850 = random.pick([41, 38, 42])
            } else {
                lose(&call)
            }
        } else if random.chance(usualFailure(path.node, at: time)) {
            lose(&call)
        } else {
            isServed = reach(&call, seeker)
        }
        if isServed {
            seeker.wasHit = false
        } else {
            tryAgain(seeker, after: call, isHit: isHit, &exchange)
        }
        if isHit, fault?.leavesNoRecord == true { return nil }
        return call
    }

    private func usualFailure(_ node: UInt16, at time: Int64) -> Double {
        if blip.node == node, time < blip.until { return 0.3 }
        return 0.005 * PortableMath.exp(nodeMoods[node] ?? 0)
    }

    private func lose(_ call: inout SimulatedCall) {
        let setup = random.within(300...2_500)
        switch random.below(12) {
        case 0...3: call.fail(503, 34, .network, after: setup)
        case 4...5: call.fail(503, 42, .network, after: setup)
        case 6...7: call.fail(500, 41, .network, after: setup)
        case 8: call.fail(502, 38, .network, after: setup)
        case 9: call.fail(503, 47, .network, after: setup)
        case 10: call.fail(408, 102, .network, after: random.within(6_000...32_000))
        default: call.fail(404, 1, .network, after: setup)
        }
    }

    /// The call gets to the centre; whether somebody answers.
    private func reach(_ call: inout SimulatedCall, _ seeker: Seeker) -> Bool {
        let load = loads.isEmpty ? 1 : loads[seeker.service][seeker.department]
        var answered = EmergencyNation.services[seeker.service].answered
        // Staff for 1.5 times the usual; beyond it callers wait, and some give up.
        if load > 1.5 { answered *= 0.25 + 0.75 * 1.5 / load }
        let wait = random.logNormal(median: load > 1.5 ? 35_000 : 8_000, spread: 0.7)
        if random.chance(answered) {
            let talk =
                random.chance(0.06)
                ? random.logNormal(median: 5_000, spread: 0.5)
                : random.logNormal(median: 125_000, spread: 0.7)
            call.answered(
                after: Int(min(180_000, wait)), talk: Int(min(1_800_000, talk)),
                releasedBy: random.chance(0.6) ? .called : .caller)
            return true
        }
        switch random.below(10) {
        case 0: call.fail(486, 17, .called, after: 900)
        case 1: call.fail(480, 19, .called, after: random.within(60_000...120_000))
        default: call.fail(487, 16, .caller, after: Int(min(120_000, wait * 1.3)))
        }
        return false
    }

    private func tryAgain(
        _ seeker: Seeker, after call: SimulatedCall, isHit: Bool, _ exchange: inout Exchange
    ) {
        var seeker = seeker
        seeker.attempt += 1
        let share = isHit || call.releasedBy == .network ? 0.8 : 0.4
        guard seeker.attempt < 5, random.chance(share) else {
            if seeker.wasHit { tally.lose(seeker.department, seeker.service) }
            return
        }
        // One in seven tries another number.
        if seeker.attempt > 1, random.chance(0.15) { seeker.service = seeker.service == 3 ? 2 : 3 }
        let delay = random.logNormal(median: isHit ? 14 : 55, spread: 0.7)
        keep(seeker, at: call.end.rawValue + Int64(delay * 1e9), kind: Kind.again, &exchange)
    }

    override func incidents() -> [TrueIncident] {
        for seeker in seekers.values where seeker.wasHit { tally.lose(seeker.department, seeker.service) }
        seekers.removeAll()
        return report?(tally, names) ?? []
    }
}
