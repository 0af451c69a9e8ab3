import VigieCalls
import VigieWire

/// A translation fault drawn from a grammar, in the dial plan of a country drawn at random: its callers reach strangers in France.
enum MisrouteGrammar {
    /// What the faulty table does to the digits.
    enum Fault: Sendable {
        /// A short code entered with a plus: the code, then what the caller types.
        case shortCode(UInt64)
        /// National numbers sent with the French country code instead of their own.
        case countryCode
        /// As `countryCode`, but only for one range of the country.
        case countryCodeOfRange(prefix: UInt64, digits: Int)
        /// Calls to one French block delivered to another.
        case blockSwap(from: UInt64, to: UInt64)
    }

    @Sendable static func sources(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let day = random.within(2...max(2, Int(context.hours / 24) - 3))
        let begins = context.day(day, random.within(7.0...19.0))
        let ends = min(context.hour(context.hours - 2), begins + Int64(random.within(10.0...40.0) * 3_600e9))
        // Countries whose subscriber numbers have nine digits: with 33 before them they are French numbers.
        let nine = context.world.foreign.indices.filter { index in
            context.world.foreign[index].templates.allSatisfy { $0.prefixDigits + $0.free == 9 }
        }
        if random.chance(0.3) {
            let shape = ShortCodeFlood.Shape(
                code: 331 + UInt64(random.below(5)), begins: begins, ends: ends,
                firstCallers: random.within(6...20),
                mostCallers: random.within(500...1_500) * context.scale, doubling: random.within(1.5...3.5),
                pace: random.within(0.35...0.7), famous: [], fixedShare: random.within(0.1...0.4),
                mainTrunkShare: random.within(0.72...1.0), mainTrunk: random.below(2))
            var drawn = shape
            let zone = shape.code % 10
            let blocks = FrenchBlocks.fixed.map(\.prefix).filter { $0 / 100 == zone }
            for _ in 0..<random.within(2...5) {
                drawn.famous.append(random.pick(blocks) * 100 + UInt64(random.below(100)))
            }
            return [ShortCodeFlood(shape: drawn, seed: context.seed, world: context.world, label: 1)]
        }
        let country = random.pick(nine)
        let plan = context.world.foreign[country]
        let fault: Fault
        switch random.below(3) {
        case 0: fault = .countryCode
        case 1:
            let template = random.pick(plan.templates)
            fault = .countryCodeOfRange(prefix: template.prefix, digits: template.prefixDigits)
        default:
            let blocks = FrenchBlocks.fixed.map(\.prefix)
            let from = random.pick(blocks)
            fault = .blockSwap(
                from: from, to: random.pick(blocks.filter { $0 != from && $0 / 100 == from / 100 }))
        }
        return [flood(fault, country: country, begins..<ends, &random, context)]
    }

    private static func flood(
        _ fault: Fault, country: Int, _ window: Range<Int64>, _ random: inout SeededRandom,
        _ context: ScenarioContext
    ) -> TrafficSource {
        let plan = context.world.foreign[country]
        let hours = Double(window.upperBound - window.lowerBound) / 3_600e9
        let trunks = plan.code == 212 ? context.world.network.morocco : context.world.network.maghreb
        let trunk = random.pick(trunks)
        let hourly = random.within(60...240) * context.scale
        let profile = WeekProfile()
        let shape = Surge.Shape(
            label: 1, windows: [window], calls: hourly * hours * 1.5,
            reply: .person, ingress: trunk, againShare: 0, attestation: 0)
        let seed = context.seed
        return Surge(
            shape, seed: seed, world: context.world,
            finish: { call, random in
                let national = call.called.digits - 33_000_000_000
                let isAlive =
                    national >= 600_000_000
                    ? SeededRandom.hash(seed, national) & 7 < 4
                    : FrenchBlocks.department(prefix: national / 1_000_000) != 0
                        && SeededRandom.hash(seed, national) & 7 < 5
                var again = SimulatedCall(start: call.start)
                again.resolve(
                    isAlive
                        ? Reply(
                            voicemail: 0.09, noAnswer: 0.14, busy: 0.05, givesUp: 0.10, shortShare: 0.9,
                            shortMedian: 8, longMedian: 35, longSpread: 0.8, callerReleases: 0.6)
                        : .nobody, random: &random)
                call.answer = again.answer
                call.ringing = again.ringing
                call.end = again.end
                call.sipStatus = again.sipStatus
                call.q850 = again.q850
                call.releasedBy = again.releasedBy
                if call.answer == nil { call.charge = 0 }
            },
            report: { calls, _, network in
                guard var incident = calls.incident("misrouted-flood", network: network) else { return [] }
                incident.country = plan.country.description
                describe(fault, plan, &incident)
                return [incident]
            }
        ) { random, world, time in
            // By day, as ordinary calls of the country.
            let civil = ParisClock.civil(Timestamp(rawValue: time))
            let minute = civil.weekday * 1_440 + civil.hour * 60 + civil.minute
            guard random.chance(profile.minutes[minute] / 2.2) else { return nil }
            let caller = plan.number(random.next() % 40_000 &* 0x9E37_79B9_7F4A_7C15 ^ seed)
            let national: UInt64
            switch fault {
            case .shortCode: return nil
            case .countryCode:
                // Somebody in the own country was meant: people have a few such numbers each.
                let wanted = plan.number(SeededRandom.hash(caller.digits, UInt64(random.below(3))))
                national = wanted.digits % 1_000_000_000
            case .countryCodeOfRange(let prefix, let digits):
                let scale = PhoneNumber.powerOfTen(9 - digits)
                national = prefix * scale + SeededRandom.hash(caller.digits, UInt64(random.below(3))) % scale
            case .blockSwap(_, let to):
                national =
                    to * 1_000_000 + SeededRandom.hash(caller.digits, UInt64(random.below(2))) % 1_000_000
            }
            let party = Party(
                number: caller, operatorIndex: 255, country: UInt8(country), region: 0, department: 0,
                isMobile: true,
                isBusiness: false, withholds: 0.01)
            return (party, world.frenchNumber(national))
        }
    }

    private static func describe(_ fault: Fault, _ plan: ForeignPlan, _ incident: inout TrueIncident) {
        let code = "+\(plan.code)"
        switch fault {
        case .shortCode(let short):
            incident.prefixes = ["+\(short)"]
        case .countryCode:
            incident.prefixes = plan.templates.map { "+33\($0.prefix)" }
            incident.cause = TrueIncident.TrueCause(
                fault: "country-code-replaced",
                hypothesis: "national numbers of \(code) were sent with +33 instead of \(code)",
                words: ["+33", "country code"])
        case .countryCodeOfRange(let prefix, _):
            incident.prefixes = ["+33\(prefix)"]
            incident.cause = TrueIncident.TrueCause(
                fault: "country-code-replaced",
                hypothesis: "numbers \(code)\(prefix)… were sent with +33 instead of \(code)",
                words: ["+33", "country code"])
        case .blockSwap(let from, let to):
            incident.prefixes = ["+33\(to)"]
            incident.cause = TrueIncident.TrueCause(
                fault: "block-swapped", hypothesis: "calls to +33\(from)… were delivered to +33\(to)…",
                words: ["33\(from)", "33\(to)"])
        }
    }
}
