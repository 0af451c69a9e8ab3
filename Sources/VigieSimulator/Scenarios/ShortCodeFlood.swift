import VigieCalls
import VigieWire

/// A short code entered with a plus sign in a foreign exchange: whoever dials it and goes on typing reaches France, free of charge.
///
/// It begins by accident, then spreads by word of mouth; callers try digits, keep the numbers that answer and hand them on.
final class ShortCodeFlood: TrafficSource {
    private enum Kind {
        static let minute: UInt8 = 0
        static let call: UInt8 = 1
        static let again: UInt8 = 2
    }

    /// What one night was like; drawn from the seed.
    struct Shape {
        /// The short code; read as E.164 it begins with 33.
        var code: UInt64 = 333
        var begins: Int64
        var ends: Int64
        /// Callers who know the trick at the beginning, and at most.
        var firstCallers: Double
        var mostCallers: Double
        /// Hours in which the number of callers doubles.
        var doubling: Double
        /// Calls a caller makes in an ordinary hour.
        var pace: Double
        /// Five digits (after the country code) that became famous, the most famous first.
        var famous: [UInt64]
        /// Share of callers with a fixed line in the capital.
        var fixedShare: Double
        /// Share of the calls on the main trunk.
        var mainTrunkShare: Double
        var mainTrunk: Int
    }

    let shape: Shape
    private let label: UInt8
    private var callers: [PhoneNumber] = []
    /// Numbers that answered, once for each time: what people hand on.
    private var heard: [UInt64] = []
    private var tally = Tally()
    private let network: Network
    private let neighbours: [UInt64]

    init(shape: Shape, seed: UInt64, world: World, label: UInt8) {
        self.shape = shape
        self.label = label
        network = world.network
        // Some of those reached are people whom we know otherwise, with calls of their own.
        let department = FrenchBlocks.department(prefix: (shape.famous.first ?? 32_700) / 100)
        neighbours = world.communities(in: department).flatMap { range in
            range.compactMap { index in
                let number = world.party(.subscriber(index)).number.digits - 33_000_000_000
                return number / 100_000_000 == 3 ? number : nil
            }
        }
        super.init(random: SeededRandom(seed: seed, stream: 10))
    }

    override func begin(_ exchange: inout Exchange) {
        exchange.schedule(self, at: shape.begins, kind: Kind.minute)
    }

    override func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        guard intent.time < shape.ends else { return nil }
        switch intent.kind {
        case Kind.minute:
            spread(at: intent.time, &exchange)
            exchange.schedule(self, at: intent.time + 60_000_000_000, kind: Kind.minute)
            return nil
        case Kind.again:
            return call(
                from: callers[intent.caller.index], to: intent.called.value, at: intent.time, intent,
                &exchange)
        default:
            // Early callers have learnt to like it.
            let draw = random.unit()
            let index = Int(Double(callers.count) * draw * (0.5 + 0.5 * draw))
            let target = choose(caller: callers[index], exchange.world)
            var intent = intent
            intent.caller = .subscriber(index)
            return call(from: callers[index], to: target, at: intent.time, intent, &exchange)
        }
    }

    private func spread(at time: Int64, _ exchange: inout Exchange) {
        let hour = Double(time / 60_000_000_000 % 1_440) / 60  // Morocco kept UTC in February 2009
        let mood = Self.mood(hour: hour)
        let room = max(0, 1 - Double(callers.count) / shape.mostCallers)
        let mean =
            callers.isEmpty
            ? shape.firstCallers : Double(callers.count) * 0.6931 / shape.doubling / 60 * room * mood
        for _ in 0..<random.poisson(mean: mean) { callers.append(newCaller(exchange.world)) }
        for _ in 0..<random.poisson(mean: Double(callers.count) * shape.pace / 60 * mood) {
            exchange.schedule(self, at: time + Int64(random.below(60_000)) * 1_000_000, kind: Kind.call)
        }
    }

    /// Free calls are for the evening and the night.
    private static func mood(hour: Double) -> Double {
        switch hour {
        case 0..<2: 1.6
        case 2..<5: 0.8
        case 5..<9: 0.35
        case 9..<17: 0.85
        case 17..<20: 1.25
        default: 1.75
        }
    }

    private func newCaller(_ world: World) -> PhoneNumber {
        let plan = world.foreign[0]
        let capital: [UInt64] = [377, 372, 5_377, 5_372]  // Rabat
        let wantsFixed = random.chance(shape.fixedShare)
        let fits = plan.templates.filter { wantsFixed ? capital.contains($0.prefix) : $0.isMobile }
        return plan.number(random.pick(fits), random.next())
    }

    /// Which digits somebody types after the code; as a French number without its country code.
    private func choose(caller: PhoneNumber, _ world: World) -> UInt64 {
        let fame = Double(callers.count) / shape.mostCallers
        if !heard.isEmpty, random.chance(0.15 + 0.45 * min(1, fame * 1.5)) {
            return heard[random.below(heard.count)]
        }
        if random.chance(min(0.7, 0.1 + fame)) {
            if !neighbours.isEmpty, random.chance(0.1) { return random.pick(neighbours) }
            let draw = random.unit()
            let prefix = shape.famous[Int(Double(shape.famous.count) * draw * draw)]
            return prefix * 10_000 + UInt64(random.below(10_000))
        }
        return typed(caller: caller)
    }

    /// By accident: the own number, a secret code, anything; then the digits that the code left free are filled.
    private func typed(caller: PhoneNumber) -> UInt64 {
        let free = 11 - String(shape.code).utf8.count
        let code = shape.code % PhoneNumber.powerOfTen(String(shape.code).utf8.count - 2)
        let scale = PhoneNumber.powerOfTen(free)
        let own = caller.digits % 100_000_000
        var digits: UInt64
        switch random.below(100) {
        case 0..<16: digits = own  // asked for the number of the mailbox
        case 16..<24: digits = own / 10  // typed with the leading zero
        case 24..<34:  // gave up in the middle: too short for a French number
            let count = random.within(2...6)
            let short =
                code * PhoneNumber.powerOfTen(count)
                + UInt64(random.below(Int(PhoneNumber.powerOfTen(count))))
            return short
        case 34..<78: digits = 20_000_000 + UInt64(random.below(10_000_000))
        default: digits = UInt64(random.below(100_000_000))
        }
        digits %= scale
        return code * scale + digits
    }

    private func call(
        from caller: PhoneNumber, to national: UInt64, at time: Int64, _ intent: Intent,
        _ exchange: inout Exchange
    ) -> SimulatedCall? {
        let party = Party(
            number: caller, operatorIndex: 255, country: 0, region: 0, department: 0, isMobile: true,
            isBusiness: false, withholds: 0.008)
        let isComplete = national >= 100_000_000
        let called = exchange.world.frenchNumber(national)
        let onMain = random.chance(shape.mainTrunkShare)
        let trunk = exchange.world.network.morocco[onMain ? shape.mainTrunk : 1 - shape.mainTrunk]
        guard var call = exchange.call(party, called, at: time, ingress: trunk, random: &random) else {
            return nil
        }
        if !isComplete {
            // E.164 §6: a French number has eleven digits; this one stays incomplete.
            let text = "33" + String(national)
            call.called = PhoneNumber(e164: UInt64(text) ?? 33) ?? .absent
            call.fail(484, 28, .network, after: random.within(400...9_000))
        } else if exchange.world.isAlive(national) {
            var reply = Reply(
                voicemail: 0.07, noAnswer: 0.14, busy: 0.09, givesUp: 0.09, declined: 0.004,
                unallocated: 0.001,
                networkFailure: 0.012, shortShare: 0.60, shortMedian: 9, longMedian: 85, longSpread: 1.3,
                callerReleases: 0.42)
            if intent.count > 2 { reply.noAnswer += 0.1 }
            call.resolve(reply, random: &random)
        } else {
            call.resolve(.nobody, random: &random)
        }
        call.charge = 0
        call.label = label
        if exchange.tellsDialled {
            let text =
                String(shape.code) + String(call.called.digits).dropFirst(String(shape.code).utf8.count)
            call.dialled =
                PhoneNumber(form: .dialled, digits: UInt64(text) ?? 0, count: text.utf8.count) ?? .absent
        }
        tally.add(call)
        if call.isAnswered, heard.count < 60_000 { heard.append(national) }
        // They insist: because it was fun, or because nobody was there.
        if isComplete, intent.count < 12,
            random.chance(call.isAnswered ? 0.30 : call.sipStatus == 404 ? 0.08 : 0.38)
        {
            let delay = random.logNormal(median: 400, spread: 1.3)
            exchange.schedule(
                self, at: call.end.rawValue + Int64(delay * 1e9), kind: Kind.again, caller: intent.caller,
                called: .number(national), count: intent.count + 1)
        }
        return call
    }

    override func incidents() -> [TrueIncident] {
        guard var incident = tally.incident("misrouted-flood", network: network) else { return [] }
        incident.country = "MA"
        incident.area = "Rabat"
        incident.prefixes = ["+\(shape.code)"]
        incident.cause = TrueIncident.TrueCause(
            fault: "short-code-as-e164",
            hypothesis:
                "the short code \(shape.code) was entered as +\(shape.code): whoever dials it and goes on typing reaches France",
            words: ["\(shape.code)", "+\(shape.code)"])
        return [incident]
    }
}
