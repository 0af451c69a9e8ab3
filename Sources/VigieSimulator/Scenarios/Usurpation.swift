import VigieCalls
import VigieWire

/// A dialler presents somebody's number; those who missed its calls call the owner back.
final class Usurpation: TrafficSource {
    private enum Kind {
        static let dial: UInt8 = 0
        static let callBack: UInt8 = 1
        static let ordinary: UInt8 = 2
    }

    struct Shape {
        /// The victim's number after the country code.
        var victim: UInt64
        var department: UInt16
        var begins: Int64
        var seconds: Int
        /// Calls of the dialler, all operators together.
        var dialled: Int
        /// How many of those reached call back.
        var callBackShare: Double
        /// Minutes to the call-back, median.
        var delay: Double
        var delaySpread: Double
        /// Whether the dialler's calls cross this network.
        var isVisible: Bool
        /// The dialler's trunk.
        var trunk: UInt16
        var abroadShare: Double
        /// Whether the dialler counts through the subscribers instead of drawing them.
        var isSequential: Bool
    }

    let shape: Shape
    private let victim: Party
    private let label: UInt8
    private let network: Network
    private var tally = Tally()
    private var dialler = Tally()
    private var cursor = 0
    /// Until when the victim's line is taken.
    private var takenUntil = Timestamp.distantPast

    init(shape: Shape, seed: UInt64, world: World, label: UInt8) {
        self.shape = shape
        self.label = label
        network = world.network
        let prefix = shape.victim / 1_000_000
        victim = Party(
            number: world.french(shape.victim), operatorIndex: 0, country: 0,
            region: prefix / 100 == 2 ? 3 : UInt8(world.hash(20, shape.victim) % 5),
            department: shape.department,
            isMobile: prefix / 100 >= 6, isBusiness: false, withholds: 0)
        super.init(random: SeededRandom(seed: seed, stream: 11))
        cursor = random.below(world.subscribers)
    }

    override func begin(_ exchange: inout Exchange) {
        let gap = Double(shape.seconds) / Double(max(1, shape.dialled))
        exchange.schedule(
            self, at: shape.begins + Int64(random.exponential(mean: gap) * 1e9), kind: Kind.dial)
        exchange.schedule(
            self, at: exchange.window.lowerBound + Int64(random.within(1...7) * 3_600) * 1_000_000_000,
            kind: Kind.ordinary)
    }

    override func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        switch intent.kind {
        case Kind.dial: return dial(intent, &exchange)
        case Kind.callBack: return callBack(intent, &exchange)
        default: return ordinary(intent, &exchange)
        }
    }

    private func dial(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        if intent.time < shape.begins + Int64(shape.seconds) * 1_000_000_000 {
            let gap = Double(shape.seconds) / Double(max(1, shape.dialled))
            exchange.schedule(
                self, at: intent.time + Int64(random.exponential(mean: gap) * 1e9), kind: Kind.dial)
        }
        let id: PartyID
        if random.chance(shape.abroadShare) {
            let country = random.index(weights: exchange.world.foreignWeights)
            let madagascar = exchange.world.foreign.firstIndex { $0.code == 261 } ?? country
            id = .abroad(country: random.chance(0.3) ? madagascar : country, hash: random.next())
        } else if shape.isSequential {
            cursor = (cursor + 1) % exchange.world.subscribers
            id = .subscriber(cursor)
        } else {
            id = .subscriber(random.below(exchange.world.subscribers))
        }
        let callee = exchange.world.party(id)
        // A silent dialler: it rings many at once and drops all but the first who answers.
        var trial = SimulatedCall(start: Timestamp(rawValue: intent.time / 1_000_000 * 1_000_000))
        let reply = Reply(
            voicemail: 0.10, noAnswer: 0.06, busy: 0.05, givesUp: 0.38, declined: 0.01, unallocated: 0.012,
            networkFailure: 0.008, shortShare: 0.86, shortMedian: 4.5, longMedian: 40, longSpread: 0.8,
            callerReleases: 0.72)
        trial.resolve(reply, random: &random)
        let hasRung = trial.ringing != nil
        if hasRung, random.chance(trial.isAnswered ? shape.callBackShare * 0.8 : shape.callBackShare * 1.2) {
            let delay = random.logNormal(median: shape.delay * 60, spread: shape.delaySpread)
            exchange.schedule(
                self, at: trial.end.rawValue + Int64(delay * 1e9), kind: Kind.callBack, caller: id)
        }
        guard shape.isVisible, callee.isHome,
            var call = exchange.call(
                Party(
                    number: victim.number, operatorIndex: 1, country: 0, region: callee.region, department: 0,
                    isMobile: false, isBusiness: false, withholds: 0), callee, at: intent.time,
                ingress: shape.trunk, random: &random)
        else { return nil }
        call.answer = trial.answer
        call.ringing = trial.ringing
        call.end = trial.end
        call.sipStatus = trial.sipStatus
        call.q850 = trial.q850
        call.releasedBy = trial.releasedBy
        call.label = label
        if call.attestation != 0 { call.attestation = 0x43 }
        exchange.charge(&call, victim, callee)
        dialler.add(call)
        return call
    }

    private func callBack(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        let hour = ParisClock.civil(Timestamp(rawValue: intent.time)).hour
        if hour < 7 || hour > 22 {
            // At night most let it be; some wait for the morning.
            if random.chance(0.45) {
                let wait = Double((31 - hour) % 24) + random.unit() * 4
                exchange.schedule(
                    self, at: intent.time + Int64(wait * 3_600e9), kind: Kind.callBack, caller: intent.caller,
                    count: intent.count)
            }
            return nil
        }
        let caller = exchange.world.party(intent.caller)
        guard var call = exchange.call(caller, victim, at: intent.time, random: &random) else { return nil }
        if call.start < takenUntil {
            call.fail(486, 17, .called, after: random.within(300...1_400))
        } else {
            call.resolve(
                Reply(
                    voicemail: 0.06, noAnswer: 0.30, busy: 0, givesUp: 0.12, declined: 0, unallocated: 0,
                    networkFailure: 0.004, shortShare: 0.8, shortMedian: 16, longMedian: 55, longSpread: 0.8,
                    callerReleases: 0.45), random: &random)
            takenUntil = call.end
        }
        exchange.charge(&call, caller, victim)
        call.label = label + 1
        tally.add(call)
        if !call.isAnswered, intent.count < 3, random.chance(0.3) {
            let delay = random.logNormal(median: 300, spread: 1.2)
            exchange.schedule(
                self, at: call.end.rawValue + Int64(delay * 1e9), kind: Kind.callBack, caller: intent.caller,
                count: intent.count + 1)
        }
        return call
    }

    /// The victim's own light life: a call or two a day, with few people.
    private func ordinary(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        exchange.schedule(
            self, at: intent.time + Int64(random.exponential(mean: 9 * 3_600) * 1e9), kind: Kind.ordinary)
        let hour = ParisClock.civil(Timestamp(rawValue: intent.time)).hour
        guard hour >= 8, hour < 22 else { return nil }
        let friend = PartyID.subscriber(
            Int(
                exchange.world.hash(21, shape.victim &* 8 + UInt64(random.below(5)))
                    % UInt64(exchange.world.subscribers)))
        let other = exchange.world.party(friend)
        let isOutgoing = random.chance(0.4)
        let caller = isOutgoing ? victim : other
        let called = isOutgoing ? other : victim
        guard var call = exchange.call(caller, called, at: intent.time, random: &random) else { return nil }
        call.resolve(.fixedLine, random: &random)
        exchange.charge(&call, caller, called)
        return call
    }

    override func incidents() -> [TrueIncident] {
        var found: [TrueIncident] = []
        if var incident = tally.incident("number-usurpation", network: network) {
            incident.numbers = [victim.number.description]
            incident.callBacks = tally.calls
            incident.pairedCallsVisible = shape.isVisible
            incident.ingress = shape.isVisible ? [network.trunks[Int(shape.trunk)]] : []
            if let first = dialler.first { incident.start = first.rfc3339() }
            found.append(incident)
        }
        if var campaign = dialler.incident("dialer-campaign", network: network) {
            campaign.numbers = [victim.number.description]
            campaign.signs = ["silent", "short"] + (shape.isSequential ? ["sequential"] : [])
            campaign.isRequired = false
            found.append(campaign)
        }
        return found
    }
}
