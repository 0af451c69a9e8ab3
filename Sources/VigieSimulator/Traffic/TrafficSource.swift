import VigieCalls
import VigieWire

/// Something that makes calls. The simulation wakes it when one of its intents is due.
class TrafficSource {
    /// Its place among the sources of the simulation; set when it joins.
    var index: UInt8 = 0
    var random: SeededRandom

    init(random: SeededRandom) { self.random = random }

    /// Puts the first intents into the queue.
    func begin(_ exchange: inout Exchange) {}

    /// Acts on an intent: returns at most one call, and may put more intents into the queue.
    func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? { nil }

    /// What the source knows of itself after the last call, for the truth file.
    func incidents() -> [TrueIncident] { [] }
}

/// What all sources share: the nation, the queue, and the way in which a call is written down.
struct Exchange {
    var world: World
    var queue = IntentQueue()
    let window: Range<Int64>
    private(set) var serial: UInt64 = 0
    /// Whether the record tells what a caller abroad typed.
    let tellsDialled: Bool
    /// Calls that the national minute carries on average: incidents scale with it.
    let callsADay: Double
    /// Trunks that carry another's traffic for a while: the ingress taken instead, and the share that moves.
    var reroutes: [UInt16: (to: UInt16, share: Double, window: Range<Int64>)] = [:]

    init(world: World, window: Range<Int64>, callsADay: Double, tellsDialled: Bool) {
        self.world = world
        self.window = window
        self.callsADay = callsADay
        self.tellsDialled = tellsDialled
    }

    /// Wakes `source` at a moment, when it lies within the simulation.
    mutating func schedule(
        _ source: TrafficSource, at time: Int64, kind: UInt8, caller: PartyID = .subscriber(0),
        called: PartyID = .subscriber(0), count: UInt16 = 0
    ) {
        guard time < window.upperBound else { return }
        queue.push(
            Intent(time: time, source: source.index, kind: kind, count: count, caller: caller, called: called)
        )
    }

    /// A call from one party to another with everything but its outcome; `nil` when this network does not see it.
    mutating func call(
        _ caller: Party, _ called: Party, at time: Int64, ingress: UInt16? = nil, random: inout SeededRandom
    ) -> SimulatedCall? {
        guard caller.isHome || called.isHome || ingress != nil else { return nil }
        // Milliseconds: what exchanges write.
        var call = SimulatedCall(start: Timestamp(rawValue: time / 1_000_000 * 1_000_000))
        serial += 1
        call.serial = serial
        let draw = SeededRandom.hash(world.seed ^ 0xCA11, serial)
        call.caller = random.chance(caller.withholds) ? .absent : caller.number
        call.called = called.number
        call.ingress = ingress ?? trunk(of: caller, draw: draw, outgoing: false)
        if let reroute = reroutes[call.ingress], reroute.window.contains(time),
            Double(draw >> 44 & 0xFFF) < reroute.share * 4_096
        {
            call.ingress = reroute.to
        }
        call.egress = trunk(of: called, draw: draw >> 8, outgoing: true)
        if caller.isHome { call.asserted = caller.number }
        let region = Int(caller.isAbroad ? called.region : caller.region) % 5
        call.node = world.network.node(ingress: call.ingress, region: region, hash: draw >> 20)
        call.operatorName =
            caller.isAbroad
            ? world.network.foreign
            : caller.isHome
                ? world.network.home : world.network.nationalOperators[Int(caller.operatorIndex) - 1]
        call.department = caller.isHome ? caller.department : 0
        if world.year >= 2025, !caller.isAbroad { call.attestation = draw >> 30 & 15 == 0 ? 0x42 : 0x41 }
        return call
    }

    /// A call of which only the moment and the serial number are known.
    mutating func blank(at time: Int64) -> SimulatedCall {
        var call = SimulatedCall(start: Timestamp(rawValue: time / 1_000_000 * 1_000_000))
        serial += 1
        call.serial = serial
        return call
    }

    /// Writes the price, once the outcome is known.
    func charge(_ call: inout SimulatedCall, _ caller: Party, _ called: Party) {
        guard let answer = call.answer else {
            call.charge = 0
            return
        }
        let seconds = Int((call.end - answer).secondsAsDouble) + 1
        let perMinute: Int
        if caller.isAbroad {
            perMinute = 180  // what the carrier abroad pays us
        } else if called.isAbroad {
            perMinute = world.foreign[Int(called.country)].price
        } else {
            perMinute = called.isMobile ? 900 : 250
        }
        call.charge = Int32(min(seconds * perMinute / 60 + 10, 2_000_000_000))
    }

    private func trunk(of party: Party, draw: UInt64, outgoing: Bool) -> UInt16 {
        let network = world.network
        if party.isAbroad {
            let country = world.foreign[Int(party.country)].country
            let choices: [UInt16]
            switch country.description {
            case "MA":
                // Seven in ten on the first direct trunk, some through a wholesale carrier.
                return draw & 15 < 11
                    ? network.morocco[0] : draw & 15 < 14 ? network.morocco[1] : network.world[0]
            case "DZ", "TN", "SN", "ML", "MG", "CM", "CI": choices = network.maghreb
            case "GB", "DE", "ES", "IT", "BE", "PT", "CH", "PL", "RO": choices = network.europe
            default: choices = network.world
            }
            return draw & 7 == 7 ? network.world[1] : choices[draw & 8 == 0 ? 0 : 1]
        }
        if !party.isHome { return network.national[Int(party.operatorIndex) - 1][Int(draw >> 3 & 1)] }
        if party.isBusiness, party.number.digits % 5 < 2 {
            return network.enterprise[Int(party.number.digits % 6)]
        }
        if party.isMobile {
            return network.mobileCore[party.region == 0 || party.region == 1 || party.region == 3 ? 0 : 1]
        }
        return network.access[Int(party.region) % 5]
    }
}
