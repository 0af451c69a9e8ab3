import Testing
import VigieCalls
import VigieMitigation
import VigieWire

@Suite struct EmergencyTests {
    static let codes = [
        "15", "17", "18", "112", "114", "115", "119", "191", "196", "197", "911", "116000", "116111",
        "116117",
    ]
    static let mistaken: [UInt64] = [3_315, 3_317, 3_318, 33_112, 33_114, 33_119, 33_196, 33_116_000, 21_219]

    /// Thousands of filters of every shape over few values, so that they meet often; every action, share and limit.
    private func randomTable(_ dice: inout Dice, size: Int) -> DecisionTable {
        let emergencies = Self.codes.map(short) + Self.mistaken.map(number)
        var entries: [DecisionTable.Entry] = []
        for index in 0..<size {
            var match = Filter.Match()
            if dice.chance(20) { match.ingress = [Symbol(rawValue: UInt32(dice.below(4)))] }
            if dice.chance(15) { match.callerCountry = [dice.pick([.france, .morocco, .none])] }
            if dice.chance(20) {
                match.callerPrefixes = [prefix(dice.pick(["+33", "+3315", "+212", "+2126"]))]
            }
            if dice.chance(10) { match.callerNumbers = [number(33_199_000_000 + UInt64(dice.below(5)))] }
            if dice.chance(5) { match.callerWithheld = true }
            if dice.chance(25) {
                match.calledPrefixes = [prefix(dice.pick(["+33", "+331", "+3315", "+33112", "+1"]))]
            }
            if dice.chance(40) { match.calledNumbers = [dice.pick(emergencies)] }
            if dice.chance(30) { match.firstContact = true }
            if dice.chance(10) { match.verstat = [.failed, .absent] }
            if dice.chance(10) { match.attestation = [CallEvent.Attestation.none] }
            if dice.chance(10) { match.hours = WeeklyHours("00:00-24:00") }
            if dice.chance(20) {
                match.rate = Filter.Rate(calls: 1, seconds: 3_600, per: dice.pick(Filter.Key.allCases))
            }
            var filter = Filter(
                match: match, action: dice.pick(Filter.Action.allCases.filter { $0 != .pass }))
            filter.priority = dice.below(201) - 100
            filter.limit = Filter.Rate(calls: 1, seconds: 86_400, per: dice.pick(Filter.Key.allCases))
            entries.append(
                DecisionTable.Entry(
                    id: FilterID(rawValue: UInt64(index + 1)), filter: filter, isEnforced: dice.chance(90),
                    share: dice.pick([0.01, 0.5, 1])))
        }
        return DecisionTable(entries)
    }

    @Test(arguments: [UInt64(1), 20_090_216, 20_131_001, 20_210_602])
    func `no filter, limit, rate, list or full memory stands before an emergency call`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var screening = screening(pairs: 64, rates: 16)
        var stopped = 0
        for _ in 0..<8 {
            let table = randomTable(&dice, size: 600)
            for round in 0..<400 {
                var call = call(
                    Double(dice.below(1_000_000)),
                    from: dice.chance(20) ? 0 : 33_199_000_000 + UInt64(dice.below(40)),
                    to: 33_100_000_000 + UInt64(dice.below(40)), ingress: UInt32(dice.below(4)))
                // Ordinary calls wear the counters and memories out.
                if screening.decide(call, table).isStopped { stopped += 1 }
                switch dice.below(3) {
                case 0: call.called = short(dice.pick(Self.codes))
                case 1: call.called = number(dice.pick(Self.mistaken))
                default: call.isEmergency = true
                }
                if dice.chance(5) { call.at = dice.pick([.distantPast, .distantFuture]) }
                #expect(screening.decide(call, table) == .pass, "seed \(seed), round \(round)")
            }
        }
        #expect(stopped > 500, "the filters do stop other calls: \(stopped)")
    }

    @Test func `every emergency number of the law is known in every form, and its neighbours are not`() {
        for code in Self.codes { #expect(EmergencyCheck.isEmergency(short(code), home: .morocco), "\(code)") }
        for digits in Self.mistaken {
            #expect(EmergencyCheck.isEmergency(number(digits), home: .france), "+\(digits)")
        }
        for code in ["3900", "10", "16", "1150", "118218"] {
            #expect(!EmergencyCheck.isEmergency(short(code), home: .france), "\(code)")
        }
        for digits in [33_115_000_000, 33_327_000_018, 331_5, 33_999] as [UInt64] where digits != 3_315 {
            #expect(!EmergencyCheck.isEmergency(number(digits), home: .france), "+\(digits)")
        }
        #expect(!EmergencyCheck.isEmergency(.absent, home: .france))
        #expect(!EmergencyCheck.isEmergency(.malformed, home: .france))
    }

    @Test func `a protected long number passes like the short one, its neighbour does not`() {
        let table = table(filter { $0.calledPrefixes = [prefix("+33327")] })
        var limits = Screening.Limits()
        limits.pairs = 64
        var screening = Screening(protected: [number(33_327_000_018)], limits: limits)
        #expect(screening.decide(call(to: 33_327_000_018), table) == .pass)
        #expect(screening.decide(call(to: 33_327_000_019), table) == .reject(first))
        #expect(screening.counts.emergency == 1)
    }
}
