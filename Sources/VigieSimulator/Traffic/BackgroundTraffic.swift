import VigieCalls
import VigieWire

/// Everyday calls of a nation: families, businesses, people abroad, wrong numbers, redials and call-backs.
final class BackgroundTraffic: TrafficSource {
    private enum Kind {
        static let arrival: UInt8 = 0
        static let redial: UInt8 = 1
        static let callBack: UInt8 = 2
    }

    /// Shares of calls that come from abroad and go there.
    private static let (incoming, outgoing) = (0.045, 0.030)
    private let profile = WeekProfile()
    private let abroadOnly: Bool
    private let callsADay: Double
    /// The minute for which `meanGap` holds.
    private var minute = Int64.min
    private var meanGap = 1e12
    private var weekMinute = 0
    /// Slow wander of the whole nation's mood, as a logarithm.
    private var wander = 0.0
    /// Communities where something is going on, each until a moment.
    private var lively: [(community: Int, until: Int64)] = []
    private let countryWeights: [Double]
    private let weightSteps: [UInt8]

    init(seed: UInt64, world: World, callsADay: Double, abroadOnly: Bool = false) {
        // Redials and call-backs come on top: about one call in seven.
        self.callsADay = callsADay * 0.81 * (abroadOnly ? Self.incoming + Self.outgoing : 1)
        self.abroadOnly = abroadOnly
        countryWeights = world.foreignWeights
        let total = countryWeights.reduce(0, +)
        var steps: [UInt8] = []
        for (index, weight) in countryWeights.enumerated() {
            steps += Array(repeating: UInt8(index), count: Int((weight / total * 1_024).rounded()))
        }
        weightSteps = steps
        super.init(random: SeededRandom(seed: seed, stream: 2))
    }

    override func begin(_ exchange: inout Exchange) {
        for _ in 0..<3 { lively.append((random.below(exchange.world.subscribers / World.communitySize), 0)) }
        exchange.schedule(
            self, at: nextArrival(after: exchange.window.lowerBound, exchange.world), kind: Kind.arrival)
    }

    override func act(_ intent: Intent, _ exchange: inout Exchange) -> SimulatedCall? {
        if intent.kind == Kind.arrival {
            exchange.schedule(self, at: nextArrival(after: intent.time, exchange.world), kind: Kind.arrival)
            return arrival(at: intent.time, &exchange)
        }
        let caller = exchange.world.party(intent.caller)
        let called = exchange.world.party(intent.called)
        return place(
            intent.caller, caller, intent.called, called, at: intent.time, attempt: intent.count, &exchange)
    }

    // MARK: When

    private func nextArrival(after time: Int64, _ world: World) -> Int64 {
        var time = time
        while true {
            let current = time / 60_000_000_000
            if current != minute { enter(current, world) }
            // Within a minute the rate is constant; across its end the exponential forgets.
            let candidate = time + max(1, Int64(random.exponential(mean: meanGap)))
            let end = (current + 1) * 60_000_000_000
            if candidate < end { return candidate }
            time = end
        }
    }

    private func enter(_ minute: Int64, _ world: World) {
        self.minute = minute
        let civil = ParisClock.civil(Timestamp(rawValue: minute * 60_000_000_000))
        weekMinute = civil.weekday * 1_440 + civil.hour * 60 + civil.minute
        wander = 0.985 * wander + 0.014 * random.normal()
        let mood = PortableMath.exp(wander + 0.05 * random.normal())
        meanGap = 86_400e9 / (callsADay * profile.minutes[weekMinute] * mood)
        let now = minute * 60_000_000_000
        for index in lively.indices where lively[index].until < now {
            lively[index] = (
                random.below(world.subscribers / World.communitySize),
                now + Int64(random.within(1_200...5_400)) * 1_000_000_000
            )
        }
    }

    private var isBusinessHour: Bool {
        let day = weekMinute / 1_440
        let hour = weekMinute % 1_440 / 60
        return day < 6 && hour >= 8 && hour < (day == 5 ? 13 : 19)
    }

    // MARK: Who

    /// A subscriber: few call much, many call little, some communities are lively.
    private func somebody(_ world: World) -> Int {
        if random.chance(0.03) {
            return lively[random.below(lively.count)].community * World.communitySize
                + random.below(World.communitySize)
        }
        let draw = random.unit()
        let rank = Int(Double(world.subscribers) * draw * (0.35 + 0.65 * draw))
        // An odd prime scatters the frequent callers over the communities.
        return rank &* 15_485_863 % world.subscribers
    }

    /// Somebody in the subscriber's circle, the closest ones most often.
    private func known(to subscriber: Int, _ world: World) -> Int {
        let draw = random.unit()
        let place = Int(Double(world.circleSize(subscriber)) * draw * draw)
        return world.contact(of: subscriber, place: place)
    }

    private func arrival(at time: Int64, _ exchange: inout Exchange) -> SimulatedCall? {
        // This network sees a call when one end is its own: draw until it is.
        for _ in 0..<24 {
            let (caller, called) = pair(exchange.world)
            let callerParty = exchange.world.party(caller)
            let calledParty = exchange.world.party(called)
            guard callerParty.isHome || calledParty.isHome else { continue }
            return place(caller, callerParty, called, calledParty, at: time, attempt: 0, &exchange)
        }
        return nil
    }

    private func pair(_ world: World) -> (caller: PartyID, called: PartyID) {
        var draw = random.unit()
        func falls(_ share: Double) -> Bool {
            draw -= share
            return draw < 0
        }
        if abroadOnly { draw *= Self.incoming + Self.outgoing }
        if falls(Self.incoming) { return international(world, outgoing: false) }
        if falls(Self.outgoing) || abroadOnly { return international(world, outgoing: true) }
        let subscriber = somebody(world)
        if isBusinessHour {
            if falls(0.13) {
                let business = world.localBusiness(of: subscriber, place: random.below(4))
                return (.subscriber(subscriber), .business(business))
            }
            if falls(0.045) { return (.subscriber(subscriber), .business(popular(world))) }
            if falls(0.05) {
                // The doctor's office, the garage, the delivery call their own customers.
                let business = world.localBusiness(of: subscriber, place: random.below(4))
                return (.business(business), .subscriber(subscriber))
            }
            if falls(0.03) { return (.business(popular(world)), .subscriber(somebody(world))) }
        } else if falls(0.03) {
            return (.subscriber(subscriber), .business(popular(world)))
        }
        if falls(0.035) { return (.subscriber(subscriber), .subscriber(somebody(world))) }
        if falls(0.006) { return (.subscriber(subscriber), misdialled(world)) }
        return (.subscriber(subscriber), .subscriber(known(to: subscriber, world)))
    }

    /// A business that everybody calls: a few take most.
    private func popular(_ world: World) -> Int {
        let draw = random.unit()
        return Int(Double(min(world.businesses, 240)) * draw * draw * draw)
    }

    private func international(_ world: World, outgoing: Bool) -> (caller: PartyID, called: PartyID) {
        let country = Int(weightSteps[random.below(weightSteps.count)])
        let subscriber = world.subscriberWithTies(country: country, random: &random)
        let abroad: PartyID
        if random.chance(0.86) {
            let draw = random.unit()
            let places = 1 + Int(world.hash(11, UInt64(subscriber)) % 5)
            abroad = world.contactAbroad(
                of: subscriber, country: country, place: Int(Double(places) * draw * draw))
        } else {
            abroad = .abroad(country: country, hash: random.next())
        }
        // Of those who call a stranger, some call anybody.
        let home = random.chance(0.05) ? random.below(world.subscribers) : subscriber
        return outgoing ? (.subscriber(home), abroad) : (abroad, .subscriber(home))
    }

    private func misdialled(_ world: World) -> PartyID {
        let block = FrenchBlocks.fixed[random.below(FrenchBlocks.fixed.count)].prefix
        return .number(block * 1_000_000 + UInt64(random.below(1_000_000)))
    }

    // MARK: What becomes of it

    private func place(
        _ callerID: PartyID, _ caller: Party, _ calledID: PartyID, _ called: Party, at time: Int64,
        attempt: UInt16,
        _ exchange: inout Exchange
    ) -> SimulatedCall? {
        guard var call = exchange.call(caller, called, at: time, random: &random) else { return nil }
        var reply: Reply
        switch calledID.kind {
        case .business: reply = isBusinessHour ? .business : Reply(voicemail: 0.3, noAnswer: 0.4, busy: 0.03)
        case .abroad: reply = .abroad
        case .number: reply = exchange.world.isAlive(calledID.value) ? .person : .nobody
        case .subscriber: reply = called.isMobile ? .person : .fixedLine
        }
        // Fingers slip when a number is typed for the first time.
        if attempt == 0 { reply.incomplete = 0.0012 }
        let hour = weekMinute % 1_440 / 60
        if hour < 7 || hour >= 23 {
            reply.noAnswer *= 1.8
            reply.longMedian *= 1.5
        }
        call.resolve(reply, random: &random)
        exchange.charge(&call, caller, called)
        follow(call, callerID, calledID, caller, called, attempt: attempt, &exchange)
        return call
    }

    private func follow(
        _ call: SimulatedCall, _ caller: PartyID, _ called: PartyID, _ callerParty: Party,
        _ calledParty: Party,
        attempt: UInt16, _ exchange: inout Exchange
    ) {
        guard !call.isAnswered, attempt < 4 else { return }
        let end = call.end.rawValue
        if random.chance(call.sipStatus == 404 || call.sipStatus == 484 ? 0.15 : 0.30) {
            let delay = random.logNormal(median: call.sipStatus == 486 ? 120 : 240, spread: 1.1)
            exchange.schedule(
                self, at: end + Int64(delay * 1e9), kind: Kind.redial, caller: caller, called: called,
                count: attempt + 1)
        } else if call.ringing != nil, call.caller.isE164, caller.kind != .number, called.kind == .subscriber,
            random.chance(caller.kind == .business ? 0.15 : 0.34)
        {
            // The missed call is returned.
            let delay = random.logNormal(median: 900, spread: 1.5)
            exchange.schedule(
                self, at: end + Int64(delay * 1e9), kind: Kind.callBack, caller: called, called: caller,
                count: 2)
        }
    }
}
