import VigieCalls
import VigieWire

/// More calls of one sort than usual, for a while: the stuff of look-alikes and of the simpler frauds.
final class Surge: TrafficSource {
    private enum Kind {
        static let arrival: UInt8 = 0
        static let again: UInt8 = 1
        static let callBack: UInt8 = 2
    }

    /// How the calls spread over a window.
    enum Curve {
        case flat
        /// Rises and falls, most in the middle.
        case hump
        /// Most at once, then ever fewer.
        case spike

        func height(_ position: Double) -> Double {
            switch self {
            case .flat: 1
            case .hump: 6 * position * (1 - position)
            case .spike: 5 * PortableMath.exp(-5 * position)
            }
        }

        var highest: Double {
            switch self {
            case .flat: 1
            case .hump: 1.5
            case .spike: 5
            }
        }
    }

    struct Shape {
        var label: UInt8
        /// Tells apart the random streams of surges with one label.
        var stream: UInt64 = 0
        /// When; each window gets its share of the calls by its length.
        var windows: [Range<Int64>]
        /// First attempts, all windows together.
        var calls: Double
        var curve = Curve.flat
        var reply = Reply.person
        /// Trunk on which the calls arrive; by the caller when `nil`.
        var ingress: UInt16?
        /// Share of the unanswered who try again, and after how many seconds (median).
        var againShare = 0.3
        var againDelay = 240.0
        /// Share of those who missed the call that call back, and after how many seconds (median).
        var callBackShare = 0.0
        var callBackDelay = 900.0
        var callBackReply = Reply.business
        var attestation: UInt8 = 0
        /// The end of a call in which nobody spoke: seconds after which the caller hangs up; `nil` when people talk.
        var message: ClosedRange<Double>?
    }

    typealias Pair = (caller: Party, called: Party)

    let shape: Shape
    private let pair: (inout SeededRandom, borrowing World, Int64) -> Pair?
    private let finish: ((inout SimulatedCall, inout SeededRandom) -> Void)?
    private let report: ((Tally, Tally, Network) -> [TrueIncident])?
    private var pending: [UInt64: Pair] = [:]
    private var nextPending: UInt64 = 0
    private var windowIndex = 0
    private var tally = Tally()
    private var returned = Tally()
    private let network: Network

    /// - Parameters:
    ///   - pair: draws who calls whom.
    ///   - finish: has the last word on each first call.
    ///   - report: what it was in truth, from the tallies of the calls and of the call-backs.
    init(
        _ shape: Shape, seed: UInt64, world: World,
        finish: ((inout SimulatedCall, inout SeededRandom) -> Void)? = nil,
        report: ((Tally, Tally, Network) -> [TrueIncident])? = nil,
        pair: @escaping (inout SeededRandom, borrowing World, Int64) -> Pair?
    ) {
        self.shape = shape
        self.pair = pair
        self.finish = finish
        self.report = report
        network = world.network
        super.init(random: SeededRandom(seed: seed, stream: 100 + UInt64(shape.label) + shape.stream << 8))
    }

    override func begin(_ exchange: inout Exchange) {
        if let first = shape.windows.first { schedule(after: first.lowerBound, &exchange) }
    }

    private func schedule(after time: Int64, _ exchange: inout Exchange) {
        let total = shape.windows.reduce(0.0) { $0 + Double($1.upperBound - $1.lowerBound) }
        guard total > 0, shape.calls > 0 else { return }
        // Thinning: candidates at the highest rate, kept by the height of the curve.
        let gap = total / shape.calls / shape.curve.highest
        var time = time
        while windowIndex < shape.windows.count {
            let window = shape.windows[windowIndex]
            time = max(time, window.lowerBound) + max(1, Int64(random.exponential(mean: gap)))
            guard time < window.upperBound else {
                windowIndex += 1
                continue
            }
            let position = Double(time - window.lowerBound) / Double(window.upperBound - window.lowerBound)
            if random.chance(shape.curve.height(position) / shape.curve.highest) {
                exchange.schedule(self, at: time, kind: Kind.arrival)
                return
            }
        }
    }

    override func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        switch intent.kind {
        case Kind.arrival:
            schedule(after: intent.time, &exchange)
            guard let pair = pair(&random, exchange.world, intent.time) else { return nil }
            return place(pair, at: intent.time, attempt: 0, &exchange)
        case Kind.again:
            guard let pair = pending.removeValue(forKey: intent.caller.value) else { return nil }
            return place(pair, at: intent.time, attempt: intent.count, &exchange)
        default:
            guard let pair = pending.removeValue(forKey: intent.caller.value) else { return nil }
            return callBack(pair, at: intent.time, &exchange)
        }
    }

    private func place(_ pair: Pair, at time: Int64, attempt: UInt16, _ exchange: inout Exchange)
        -> SimulatedCall?
    {
        guard
            var call = exchange.call(
                pair.caller, pair.called, at: time, ingress: shape.ingress, random: &random)
        else { return nil }
        call.resolve(shape.reply, random: &random)
        if let message = shape.message, let answer = call.answer {
            call.end = answer + .milliseconds(Int64(random.within(message) * 1_000))
            call.releasedBy = .caller
        }
        exchange.charge(&call, pair.caller, pair.called)
        finish?(&call, &random)
        if shape.attestation != 0 { call.attestation = shape.attestation }
        call.label = shape.label
        tally.add(call)
        guard !call.isAnswered else { return call }
        if attempt < 5, random.chance(shape.againShare) {
            let delay = random.logNormal(median: shape.againDelay, spread: 0.9)
            keep(
                pair, at: call.end.rawValue + Int64(delay * 1e9), kind: Kind.again, count: attempt + 1,
                &exchange)
        } else if call.caller.isE164, call.sipStatus != 404, random.chance(shape.callBackShare) {
            let delay = random.logNormal(median: shape.callBackDelay, spread: 1.3)
            keep(pair, at: call.end.rawValue + Int64(delay * 1e9), kind: Kind.callBack, count: 0, &exchange)
        }
        return call
    }

    private func callBack(_ pair: Pair, at time: Int64, _ exchange: inout Exchange) -> SimulatedCall? {
        let hour = ParisClock.civil(Timestamp(rawValue: time)).hour
        guard hour >= 7, hour < 23,
            var call = exchange.call(pair.called, pair.caller, at: time, random: &random)
        else { return nil }
        call.resolve(shape.callBackReply, random: &random)
        exchange.charge(&call, pair.called, pair.caller)
        call.label = shape.label
        returned.add(call)
        return call
    }

    private func keep(_ pair: Pair, at time: Int64, kind: UInt8, count: UInt16, _ exchange: inout Exchange) {
        // Bounded by what is under way; a flood of redials beyond that is dropped.
        guard pending.count < 50_000 else { return }
        nextPending += 1
        pending[nextPending] = pair
        exchange.schedule(self, at: time, kind: kind, caller: PartyID(.number, nextPending), count: count)
    }

    override func incidents() -> [TrueIncident] { report?(tally, returned, network) ?? [] }
}

extension ScenarioContext {
    /// The moment at which the Paris clock shows this hour, so many days after the first day.
    func day(_ day: Int, _ hour: Double) -> Int64 {
        let first = ParisClock.civil(Timestamp(rawValue: window.lowerBound))
        let noon =
            ParisClock.moment(first.year, first.month, first.day, hour: 12) + .seconds(Int64(day) * 86_400)
        let date = ParisClock.civil(noon)
        return (ParisClock.moment(date.year, date.month, date.day) + .seconds(Int64(hour * 3_600))).rawValue
    }

    /// From one hour to another of a day.
    func span(_ day: Int, _ from: Double, _ to: Double) -> Range<Int64> {
        self.day(day, from)..<self.day(day, to)
    }

    /// A number with a trunk of its own in this network.
    func line(_ national: UInt64, department: UInt16 = 75, isBusiness: Bool = true) -> Party {
        let prefix = national / 1_000_000
        return Party(
            number: world.french(national), operatorIndex: 0, country: 0, region: UInt8(national % 5),
            department: department, isMobile: prefix / 100 == 6 || prefix / 100 == 7, isBusiness: isBusiness,
            withholds: 0)
    }
}
