import VigieCalls

/// Everything that looks like an incident and is none, in one week; each part drawn from the seed.
enum LookAlikes {
    @Sendable static func sources(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        var found: [TrafficSource] = []
        found += feast(&context, &random)
        found.append(vote(&context, &random))
        found.append(school(&context, &random))
        found.append(campaign(&context, &random))
        found.append(callCentre(&context, &random))
        found.append(contest(&context, &random))
        found += doctor(&context, &random)
        found += afterOutage(&context, &random)
        found.append(reminders(&context, &random))
        found.append(deliveries(&context, &random))
        reroute(&context, &random)
        return found
    }

    /// The ordinary days of a line with much to do: it calls out by its own trunk, and is called.
    private static func life(
        of line: Party, trunk: UInt16?, callsADay: Double, stream: UInt64, _ context: ScenarioContext
    ) -> [TrafficSource] {
        let days = (0..<7).map { context.span($0, 8.5, 18.5) }
        func shape(_ part: UInt64, _ ingress: UInt16?) -> Surge.Shape {
            Surge.Shape(
                label: 0, stream: stream * 2 + part, windows: days, calls: callsADay * 7 / 2,
                reply: .business,
                ingress: ingress)
        }
        // Half with some hundred people again and again, half with anybody.
        func somebody(_ random: inout SeededRandom, _ world: borrowing World) -> Party {
            let draw =
                random.chance(0.5)
                ? Int(world.hash(stream, UInt64(random.below(200))) % UInt64(world.subscribers))
                : random.below(world.subscribers)
            return world.party(.subscriber(draw))
        }
        return [
            Surge(shape(0, trunk), seed: context.seed, world: context.world) { random, world, _ in
                let callee = somebody(&random, world)
                return callee.isHome || trunk != nil ? (line, callee) : nil
            },
            Surge(shape(1, nil), seed: context.seed, world: context.world) { random, world, _ in
                (somebody(&random, world), line)
            },
        ]
    }

    /// Families call each other before and during a feast: many more calls, between people who know each other.
    private static func feast(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> [TrafficSource]
    {
        let eve = context.span(3, 17, 23.5)
        let day = context.span(4, 8, 23)
        let countries = [0, 1, 2]
        return [true, false].map { isIncoming in
            let calls = random.within(900...2_200) * context.scale
            return Surge(
                Surge.Shape(
                    label: isIncoming ? 10 : 11, windows: [eve, day], calls: calls, curve: .hump,
                    reply: .abroad),
                seed: context.seed, world: context.world
            ) { random, world, _ in
                let country = countries[random.index(weights: [20, 17, 9])]
                let home = world.subscriberWithTies(country: country, random: &random)
                let draw = random.unit()
                let places = 1 + Int(world.hash(11, UInt64(home)) % 5)
                let abroad = world.party(
                    world.contactAbroad(of: home, country: country, place: Int(Double(places) * draw * draw)))
                let subscriber = world.party(.subscriber(home))
                guard subscriber.isHome else { return nil }
                return isIncoming ? (abroad, subscriber) : (subscriber, abroad)
            }
        }
    }

    /// Two numbers on television; everybody for the first time.
    private static func vote(_ context: inout ScenarioContext, _ random: inout SeededRandom) -> TrafficSource
    {
        let base: UInt64 = 892_680_000 + UInt64(random.below(9_000))
        let lines = [context.line(base), context.line(base + 1)]
        let first = random.within(0.35...0.65)
        return Surge(
            Surge.Shape(
                label: 12, windows: [context.span(5, 21.2, 21.6), context.span(5, 22.1, 22.6)],
                calls: random.within(1_500...4_000) * context.scale, curve: .hump,
                reply: Reply(
                    voicemail: 0, noAnswer: 0, busy: 0.2, givesUp: 0.02, declined: 0, unallocated: 0,
                    networkFailure: 0.03),
                againShare: 0.5, againDelay: 40, message: 12...24),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            (world.party(.subscriber(random.below(world.subscribers))), lines[random.chance(first) ? 0 : 1])
        }
    }

    /// A school that closes for snow: its parents, all at once.
    private static func school(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let department = random.pick([25, 38, 57, 63, 67, 73, 88] as [UInt16])
        let near = context.world.communities(in: department).first ?? 0..<World.communitySize
        let line = context.line(
            context.world.party(.business(near.lowerBound / World.communitySize * World.localBusinesses))
                .number.digits
                - 33_000_000_000, department: department)
        let day = random.within(1...3)
        let parents = (0..<random.within(130...240)).map { _ in
            random.chance(0.5)
                ? context.world.party(.subscriber(near.lowerBound + random.below(near.count)))
                : context.world.party(.subscriber(random.below(context.world.subscribers)))
        }
        return Surge(
            Surge.Shape(
                label: 13, windows: [context.span(day, 6.7, 8.6)], calls: random.within(180...340),
                curve: .hump,
                reply: Reply(
                    voicemail: 0.08, noAnswer: 0.08, busy: 0.35, givesUp: 0.05, shortShare: 0.7,
                    shortMedian: 25, longMedian: 50),
                againShare: 0.6, againDelay: 150),
            seed: context.seed, world: context.world
        ) { random, _, _ in (random.pick(parents), line) }
    }

    /// A call centre that does it by the book: agents who talk, its own verified number and trunk, permitted hours.
    private static func campaign(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let line = context.line(162_000_000 + UInt64(random.below(400_000)))
        let first = random.within(1...2)
        let windows = [first, first + 1].flatMap { [context.span($0, 10, 13), context.span($0, 14, 20)] }
        return Surge(
            Surge.Shape(
                label: 14, windows: windows, calls: random.within(2_500...5_500) * context.scale,
                reply: Reply(
                    voicemail: 0.16, noAnswer: 0.2, busy: 0.05, givesUp: 0.08, declined: 0.03,
                    unallocated: 0.006, shortShare: 0.35, shortMedian: 22, longMedian: 110, longSpread: 0.8,
                    callerReleases: 0.5),
                ingress: context.world.network.enterprise[1], againShare: 0.1, againDelay: 9_000,
                callBackShare: 0.03,
                callBackReply: .callCentre, attestation: 0x41),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            let callee = world.party(.subscriber(random.below(world.subscribers)))
            return callee.isHome ? (line, callee) : nil
        }
    }

    /// A call centre that calls out every day, once three times as much, and is called back.
    private static func callCentre(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let line = context.line(320_000_000 + UInt64(random.below(900_000)), department: 59)
        let strong = random.within(2...3)
        var windows: [Range<Int64>] = []
        for day in 0..<5 {
            windows.append(context.span(day, 10, 12.5))
            if day == strong { windows.append(context.span(day, 13, 19.5)) }
        }
        return Surge(
            Surge.Shape(
                label: 15, windows: windows, calls: random.within(3_000...6_500) * context.scale,
                reply: Reply(
                    voicemail: 0.14, noAnswer: 0.24, busy: 0.05, givesUp: 0.1, declined: 0.02,
                    unallocated: 0.004, shortShare: 0.3, shortMedian: 25, longMedian: 120, longSpread: 0.8),
                ingress: context.world.network.enterprise[4], againShare: 0.15, againDelay: 7_200,
                callBackShare: random.within(0.10...0.2), callBackReply: .callCentre, attestation: 0x41),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            let callee = world.party(.subscriber(random.below(world.subscribers)))
            return callee.isHome ? (line, callee) : nil
        }
    }

    /// A radio contest: one line, twenty minutes, everybody for the first time, most of them in vain.
    private static func contest(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let line = context.line(148_000_000 + UInt64(random.below(900_000)), department: 93)
        let hour = random.within(7.5...18.0)
        let day = random.within(1...4)
        return Surge(
            Surge.Shape(
                label: 16, windows: [context.span(day, hour, hour + random.within(0.25...0.5))],
                calls: random.within(250...800), curve: .spike,
                reply: Reply(
                    voicemail: 0, noAnswer: 0.02, busy: 0.85, givesUp: 0.04, declined: 0, shortShare: 0.5,
                    shortMedian: 40, longMedian: 120),
                againShare: 0.7, againDelay: 25),
            seed: context.seed, world: context.world
        ) { random, world, _ in (world.party(.subscriber(random.below(world.subscribers))), line) }
    }

    /// A doctor who opens bookings at eight.
    private static func doctor(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> [TrafficSource]
    {
        let line = context.line(254_000_000 + UInt64(random.below(900_000)), department: 36)
        let near = context.world.communities(in: 36).first ?? 0..<World.communitySize
        let patients = (0..<random.within(90...200)).map { _ in
            context.world.party(
                .subscriber(
                    random.chance(0.6)
                        ? near.lowerBound + random.below(near.count) : random.below(context.world.subscribers)
                ))
        }
        let bookings = Surge(
            Surge.Shape(
                label: 17, windows: [context.span(random.within(1...4), 8, 10.5)],
                calls: random.within(90...200),
                curve: .spike,
                reply: Reply(
                    voicemail: 0.02, noAnswer: 0.08, busy: 0.55, givesUp: 0.06, declined: 0, shortShare: 0.1,
                    shortMedian: 30, longMedian: 75, longSpread: 0.5),
                againShare: 0.75, againDelay: 120),
            seed: context.seed, world: context.world
        ) { random, _, _ in (random.pick(patients), line) }
        return [bookings] + life(of: line, trunk: nil, callsADay: 50, stream: 31, context)
    }

    /// A hospital's calls that failed in an outage; those who find them in their list call back.
    private static func afterOutage(
        _ context: inout ScenarioContext, _ random: inout SeededRandom
    ) -> [TrafficSource] {
        let line = context.line(556_000_000 + UInt64(random.below(900_000)), department: 33)
        let hour = random.within(9.0...16.0)
        let calls = Surge(
            Surge.Shape(
                label: 18, windows: [context.span(random.within(1...4), hour, hour + 0.6)],
                calls: random.within(180...380),
                reply: Reply(
                    voicemail: 0.05, noAnswer: 0.1, busy: 0.02, givesUp: 0.02, declined: 0,
                    networkFailure: 0.75),
                ingress: context.world.network.enterprise[2], againShare: 0.1, againDelay: 600,
                callBackShare: 0.35,
                callBackDelay: 1_800, callBackReply: .business, attestation: 0x41),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            let callee = world.party(.subscriber(random.below(world.subscribers)))
            return callee.isHome ? (line, callee) : nil
        }
        return [calls]
            + life(of: line, trunk: context.world.network.enterprise[2], callsADay: 220, stream: 32, context)
    }

    /// Appointment reminders by a machine, from a verified-platform number, in permitted hours.
    private static func reminders(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let line = context.line(
            random.chance(0.6)
                ? 162_500_000 + UInt64(random.below(400_000)) : 948_000_000 + UInt64(random.below(300_000)))
        return Surge(
            Surge.Shape(
                label: 19, windows: (0..<5).map { context.span($0, 10, 18) },
                calls: random.within(1_500...4_000) * context.scale,
                reply: Reply(voicemail: 0.2, noAnswer: 0.1, busy: 0.03, givesUp: 0.03, unallocated: 0.004),
                ingress: context.world.network.enterprise[5], againShare: 0.2, againDelay: 3_600,
                callBackShare: 0.02,
                callBackReply: .callCentre, attestation: 0x41, message: 16...34),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            let callee = world.party(.subscriber(random.below(world.subscribers)))
            return callee.isHome ? (line, callee) : nil
        }
    }

    /// Drivers who ring before they come, each delivery from a number of the platform's range.
    private static func deliveries(_ context: inout ScenarioContext, _ random: inout SeededRandom)
        -> TrafficSource
    {
        let base: UInt64 = 937_000_000 + UInt64(random.below(900_000))
        let lines = (0..<random.within(60...300)).map { context.line(base + UInt64($0)) }
        return Surge(
            Surge.Shape(
                label: 20, windows: (0..<6).map { context.span($0, 9, 20) },
                calls: random.within(3_000...8_000) * context.scale,
                reply: Reply(
                    voicemail: 0.06, noAnswer: 0.18, busy: 0.03, givesUp: 0.14, unallocated: 0.003,
                    shortShare: 0.75, shortMedian: 17, longMedian: 45, longSpread: 0.6, callerReleases: 0.7),
                ingress: context.world.network.enterprise[0], againShare: 0.5, againDelay: 150,
                callBackShare: 0.18,
                callBackDelay: 240, callBackReply: .person, attestation: 0x41),
            seed: context.seed, world: context.world
        ) { random, world, _ in
            let callee = world.party(.subscriber(random.below(world.subscribers)))
            return callee.isHome ? (random.pick(lines), callee) : nil
        }
    }

    /// Carriers take over each other's traffic for some hours.
    private static func reroute(_ context: inout ScenarioContext, _ random: inout SeededRandom) {
        let network = context.world.network
        let hour = random.within(6.0...20.0)
        let day = random.within(1...3)
        let window =
            context.day(day, hour)..<(context.day(day, hour) + Int64(random.within(5.0...30.0) * 3_600e9))
        let from = random.pick([network.maghreb[0], network.morocco[0], network.europe[1]])
        context.reroutes[from] = (
            random.pick([network.world[0], network.world[1], network.maghreb[1]]), random.within(0.6...1.0),
            window
        )
        context.reroutes[network.national[0][0]] = (
            network.national[1][0], 0.9, context.day(day, 2)..<context.day(day, random.within(3.0...14.0))
        )
    }
}
