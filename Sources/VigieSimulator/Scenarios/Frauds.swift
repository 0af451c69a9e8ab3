import VigieCalls
import VigieWire

/// Campaigns and frauds, one in each story.
enum Frauds {
    /// A dialler on one trunk: silent calls, in sequence or from neighbour or impossible numbers, also at forbidden hours.
    @Sendable static func dialler(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let network = context.world.network
        let trunk = random.pick([
            network.world[0], network.world[1], network.national[2][0], network.enterprise[2],
        ])
        let style = random.below(4)
        let day = random.within(2...max(2, Int(context.hours / 24) - 2))
        let hour = random.within(9.0...17.5)
        let span = context.span(day, hour, hour + random.within(2.5...6.0))
        let fixed: UInt64 =
            900_000_000 + random.pick([70, 72, 73, 77, 80] as [UInt64]) * 1_000_000
            + UInt64(random.below(700_000))
        let block = random.pick(FrenchBlocks.fixed).prefix * 1_000_000 + UInt64(random.below(990)) * 1_000
        var cursor = block
        let silent = random.within(0.45...0.75)
        let shape = Surge.Shape(
            label: 1, windows: [span], calls: random.within(2_500...6_000) * min(context.scale, 5),
            reply: Reply(
                voicemail: 0.12, noAnswer: 0.1, busy: 0.05, givesUp: 0.22, declined: 0.02,
                unallocated: style == 0 ? 0.18 : 0.05, shortShare: 0.4, shortMedian: 12, longMedian: 50,
                longSpread: 0.8, callerReleases: 0.5),
            ingress: trunk, againShare: 0.02, callBackShare: style == 0 ? 0.02 : 0, attestation: 0x43)
        return [
            Surge(
                shape, seed: context.seed, world: context.world,
                finish: { call, random in
                    guard let answer = call.answer, random.chance(silent) else { return }
                    call.end = answer + .milliseconds(Int64(random.within(900...4_800)))
                    call.releasedBy = random.chance(0.75) ? .caller : .called
                },
                report: { calls, _, network in
                    guard var incident = calls.incident("dialer-campaign", network: network) else {
                        return []
                    }
                    incident.numbers = style == 0 || style == 3 ? ["+33\(fixed)"] : []
                    incident.signs =
                        ["silent", "short"] + (style == 0 ? ["sequential"] : style == 1 ? ["neighbour"] : [])
                    return [incident]
                }
            ) { random, world, _ in
                var callee: Party
                if style == 0 {
                    // Counting through a block, most of it nobody's.
                    cursor += UInt64(random.within(1...3))
                    callee = world.frenchNumber(cursor)
                } else {
                    callee = world.party(.subscriber(random.below(world.subscribers)))
                    guard callee.isHome else { return nil }
                }
                callee.operatorIndex = 0
                let presented: PhoneNumber
                switch style {
                case 0, 3: presented = world.french(fixed)
                case 1:  // the callee's own first digits
                    presented = world.french(
                        (callee.number.digits - 33_000_000_000) / 10_000 * 10_000
                            + UInt64(random.below(10_000)))
                default:  // anything: blocks that are not given out, numbers of impossible length
                    presented =
                        random.chance(0.25)
                        ? PhoneNumber(e164: 330_000_000 + UInt64(random.below(9_000_000))) ?? .absent
                        : world.french(UInt64(random.within(100_000_000...599_999_999)))
                }
                let caller = Party(
                    number: presented, operatorIndex: 255, country: 6, region: callee.region, department: 0,
                    isMobile: false, isBusiness: true, withholds: 0)
                return (caller, callee)
            }
        ]
    }

    /// Ring once from an expensive number, and wait for the call-backs.
    @Sendable static func wangiri(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let ranges: [(country: String, prefix: UInt64, free: Int)] = [
            ("CU", 535, 7), ("LV", 3_716, 7), ("SO", 25_261, 7), ("BI", 25_779, 6), ("PG", 67_570, 6),
            ("SB", 67_774, 5),
            ("TN", 21_656, 6), ("GM", 2_207, 6), ("SL", 23_288, 6),
        ]
        let range = random.pick(ranges)
        let scale = PhoneNumber.powerOfTen(range.free)
        let base = range.prefix * scale + UInt64(random.below(Int(scale) - 100))
        let numbers = (0..<random.within(2...9)).map { base + UInt64($0) * 3 }
        let day = random.within(2...max(2, Int(context.hours / 24) - 2))
        let hour = random.within(9.0...17.0)
        let trunk = random.pick([
            context.world.network.world[0], context.world.network.world[1], context.world.network.maghreb[1],
        ])
        let shape = Surge.Shape(
            label: 1, windows: [context.span(day, hour, hour + random.within(1.5...4.0))],
            calls: random.within(2_200...6_000) * min(context.scale, 5),
            reply: Reply(
                voicemail: 0, noAnswer: 0, busy: 0.05, givesUp: 0.93, declined: 0, unallocated: 0.004,
                networkFailure: 0.006),
            ingress: trunk, againShare: 0.05, againDelay: 3_600, callBackShare: random.within(0.03...0.08),
            callBackDelay: 420,
            callBackReply: Reply(
                voicemail: 0, noAnswer: 0.02, busy: 0.03, givesUp: 0.1, declined: 0, shortShare: 0.5,
                shortMedian: 20, longMedian: 75, longSpread: 0.7, callerReleases: 0.95))
        return [
            Surge(
                shape, seed: context.seed, world: context.world,
                finish: { call, random in
                    guard call.sipStatus == 487, let ringing = call.ringing else { return }
                    call.end = ringing + .milliseconds(Int64(random.within(600...2_400)))
                },
                report: { calls, returned, network in
                    guard var incident = calls.incident("wangiri", network: network) else { return [] }
                    incident.numbers = numbers.map { "+\($0)" }
                    incident.country = range.country
                    incident.callBacks = returned.calls
                    return [incident]
                }
            ) { random, world, _ in
                let callee = world.party(.subscriber(random.below(world.subscribers)))
                guard callee.isHome else { return nil }
                let number = PhoneNumber(e164: numbers[random.below(numbers.count)]) ?? .absent
                return (
                    Party(
                        number: number, operatorIndex: 255, country: UInt8(world.foreign.count - 1),
                        region: 0,
                        department: 0, isMobile: true, isBusiness: false, withholds: 0), callee
                )
            }
        ]
    }

    /// A company's exchange, broken into, calls expensive numbers through the night.
    @Sendable static func revenueShare(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let network = context.world.network
        let trunk = random.pick(network.enterprise)
        let ranges: [(prefix: UInt64, free: Int)] = [
            (25_261, 7), (3_712, 7), (88_213, 7), (67_570, 6), (23_288, 6), (2_207, 6), (5_357, 6),
            (37_251, 6),
        ]
        let range = random.pick(ranges)
        let scale = PhoneNumber.powerOfTen(range.free)
        let base = range.prefix * scale + UInt64(random.below(Int(scale / 1_000) - 1)) * 1_000
        let numbers = (0..<random.within(3...25)).map { _ in base + UInt64(random.below(1_000)) }
        let line = context.line(140_000_000 + UInt64(random.below(900_000)))
        let day = random.within(2...max(2, Int(context.hours / 24) - 2))
        let hour = random.within(19.5...25.0)
        return [
            Surge(
                Surge.Shape(
                    label: 1, windows: [context.span(day, hour, hour + random.within(4.0...8.0))],
                    calls: random.within(350...1_500) * min(context.scale, 3),
                    reply: Reply(
                        voicemail: 0, noAnswer: 0.03, busy: 0.05, givesUp: 0.02, declined: 0,
                        unallocated: 0.02, networkFailure: 0.1, shortShare: 0.05, shortMedian: 30,
                        longMedian: 540, longSpread: 0.8, callerReleases: 0.6),
                    ingress: trunk, againShare: 0.3, againDelay: 20, attestation: 0x41),
                seed: context.seed, world: context.world,
                finish: { call, _ in
                    if let answer = call.answer {
                        call.charge = Int32((call.end - answer).secondsAsDouble * 250)
                    }
                },
                report: { calls, _, network in
                    guard var incident = calls.incident("revenue-share-fraud", network: network) else {
                        return []
                    }
                    incident.numbers = numbers.map { "+\($0)" } + [line.number.description]
                    return [incident]
                }
            ) { random, world, _ in
                let number = PhoneNumber(e164: numbers[random.below(numbers.count)]) ?? .absent
                return (
                    line,
                    Party(
                        number: number, operatorIndex: 255, country: UInt8(world.foreign.count - 1),
                        region: 0,
                        department: 0, isMobile: true, isBusiness: false, withholds: 0)
                )
            }
        ]
    }

    /// A line kept busy on purpose.
    @Sendable static func flooding(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let network = context.world.network
        let trunk = random.pick([
            network.world[0], network.world[1], network.national[1][1], network.national[2][0],
        ])
        let victim = context.line(
            random.pick([156_000_000, 491_000_000, 472_000_000, 320_000_000] as [UInt64])
                + UInt64(random.below(900_000)))
        let day = random.within(2...max(2, Int(context.hours / 24) - 2))
        let hour = random.within(8.0...19.0)
        let rotates = random.chance(0.6)
        let few = (0..<12).map { _ in UInt64(random.within(100_000_000...599_999_999)) }
        return [
            Surge(
                Surge.Shape(
                    label: 1, windows: [context.span(day, hour, hour + random.within(1.0...4.0))],
                    calls: random.within(1_500...5_000) * min(context.scale, 5),
                    reply: Reply(
                        voicemail: 0, noAnswer: 0.03, busy: 0.68, givesUp: 0.08, declined: 0.01,
                        unallocated: 0, networkFailure: 0.05, shortShare: 0.8, shortMedian: 7, longMedian: 40,
                        longSpread: 0.8, callerReleases: 0.5),
                    ingress: trunk, againShare: 0.0, attestation: 0x43),
                seed: context.seed, world: context.world,
                report: { calls, _, network in
                    guard var incident = calls.incident("telephony-dos", network: network) else { return [] }
                    incident.numbers = [victim.number.description]
                    return [incident]
                }
            ) { random, world, _ in
                let presented =
                    rotates ? UInt64(random.within(100_000_000...799_999_999)) : few[random.below(few.count)]
                return (
                    Party(
                        number: world.french(presented), operatorIndex: 2, country: 0, region: victim.region,
                        department: 0, isMobile: false, isBusiness: false, withholds: 0.03), victim
                )
            }
        ]
    }

    /// Today's victim: anybody's mobile, for some hours.
    @Sendable static func usurpedMobile(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let blocks = FrenchBlocks.mobile2009 + FrenchBlocks.mobileSince2010
        let victim = random.pick(blocks) * 1_000_000 + UInt64(random.below(1_000_000))
        return [Villegongis2013.usurpation(victim: victim, department: 0, &random, &context)]
    }
}
