import CAllocationCounter
import Testing
import VigieCalls
import VigieMitigation
import VigieWire

@Suite struct DecisionTests {
    @Test func `each key narrows: a call that differs in one of them goes on`() {
        let table = table(
            filter {
                $0.ingress = [Symbol(rawValue: 3), Symbol(rawValue: 7)]
                $0.callerCountry = [.morocco]
                $0.callerPrefixes = [prefix("+2126")]
                $0.calledPrefixes = [prefix("+3332"), prefix("+33327")]
                $0.verstat = [.failed, .absent]
                $0.hours = WeeklyHours("Mo 00:00-02:00")
            })
        var screening = screening()
        #expect(screening.decide(call(), table) == .reject(first))
        #expect(screening.decide(call(ingress: 7), table) == .reject(first))
        #expect(screening.decide(call(ingress: 4), table) == .pass)
        #expect(screening.decide(call(from: 212_537_000_001), table) == .pass)
        #expect(screening.decide(call(from: 33_661_000_001), table) == .pass)
        #expect(screening.decide(call(from: 0), table) == .pass)
        #expect(screening.decide(call(to: 33_331_000_001), table) == .pass)
        // 01:30 local is 00:30 UTC in January; 02:30 local is outside.
        #expect(screening.decide(call(1_800), table) == .reject(first))
        #expect(screening.decide(call(5_400), table) == .pass)
        var passed = call()
        passed.verstat = .passed
        #expect(screening.decide(passed, table) == .pass)
    }

    @Test func `every action is a decision, and only a stop keeps a pair unknown`() {
        for (action, decision) in [
            (Filter.Action.pass, Decision.pass), (.flag, .flag(first)), (.mask, .mask(first)),
            (.reject, .reject(first)),
            (.redirect, .redirect(first)),
        ] {
            var screening = screening()
            let table = table(filter(action) { $0.calledNumbers = [number(33_327_000_001)] })
            #expect(screening.decide(call(), table) == decision)
            // The pair, and what each of the two has to do with the other's country.
            #expect(screening.pairsKnown == (decision.isStopped ? 0 : 3))
        }
    }

    @Test func `allow lists come first, then priority, then the narrower filter`() {
        var screening = screening()
        let wide = filter(.reject) { $0.calledPrefixes = [prefix("+33")] }
        let narrow = filter(.flag) { $0.calledPrefixes = [prefix("+33327")] }
        #expect(screening.decide(call(), table(wide, narrow)) == .flag(second))
        var urgent = wide
        urgent.priority = 1
        #expect(screening.decide(call(), table(urgent, narrow)) == .reject(first))
        var allow = filter(.pass) { $0.callerNumbers = [number(212_661_000_001)] }
        allow.priority = -100
        let all = table(urgent, narrow, allow)
        #expect(screening.decide(call(), all) == .pass)
        #expect(screening.decide(call(from: 212_661_000_002), all) == .reject(first))
    }

    @Test func `a list of numbers is one key, and its near misses pass`() throws {
        let numbers = (0..<5_000).map { number(33_327_100_000 + 2 * UInt64($0)) }
        let list = try NumberList(name: "victims", numbers: numbers.reversed() + numbers)
        #expect(list.numbers.count == 5_000)
        let table = table(
            filter {
                $0.calledLists = [list]; $0.calledNumbers = [number(33_199_000_001)]
            })
        var screening = screening()
        #expect(screening.decide(call(to: 33_327_100_002), table) == .reject(first))
        #expect(screening.decide(call(to: 33_327_109_998), table) == .reject(first))
        #expect(screening.decide(call(to: 33_199_000_001), table) == .reject(first))
        #expect(screening.decide(call(to: 33_327_100_003), table) == .pass)
        #expect(screening.decide(call(to: 33_327_110_000), table) == .pass)
    }

    @Test
    func
        `a filter of an incident stops those who insisted before it was in force, not those who knew each other`()
    {
        var match = Filter.Match()
        match.calledPrefixes = [prefix("+33327")]
        match.firstContact = true
        match.firstContactSince = call(86_400).at
        let filter = Filter(match: match, action: .reject)
        var screening = screening()
        let nothing = DecisionTable.empty
        // friends, the day before
        #expect(screening.decide(call(0, from: 212_661_000_001), nothing) == .pass)
        // misrouted, insists
        #expect(screening.decide(call(86_460, from: 212_661_000_002), nothing) == .pass)
        #expect(screening.decide(call(87_000, from: 212_661_000_002), nothing) == .pass)
        let table = table(filter)
        #expect(screening.decide(call(90_000, from: 212_661_000_001), table) == .pass)
        #expect(screening.decide(call(90_000, from: 212_661_000_002), table) == .reject(first))
        #expect(screening.decide(call(90_000, from: 212_661_000_003), table) == .reject(first))
        // Being stopped makes nobody known, whichever way round.
        #expect(screening.decide(call(90_060, from: 212_661_000_003), table) == .reject(first))
        let back = call(90_100, from: 33_327_000_001, to: 212_661_000_003)
        #expect(screening.decide(back, table) == .pass)
    }

    @Test func `a pair is forgotten after its span, and restored pairs are known`() {
        var limits = Screening.Limits()
        limits.pairs = 1_024
        limits.pairSpan = .seconds(86_400)
        var screening = Screening(limits: limits)
        let table = table(
            filter {
                $0.firstContact = true; $0.calledPrefixes = [prefix("+33")]
            })
        screening.learn(caller: number(212_661_000_001), called: number(33_327_000_001), at: call(0).at)
        #expect(screening.decide(call(3_600), table) == .pass)
        let saved = screening.pairs
        var other = Screening(limits: limits)
        #expect(other.decide(call(3_600), table) == .reject(first))
        let isRestored = other.restorePairs(saved)
        #expect(isRestored)
        let isTorn = other.restorePairs(Array(saved.dropLast()))
        #expect(!isTorn)
        #expect(other.decide(call(3_600), table) == .pass)
        #expect(screening.decide(call(3_600 + 86_400 + 120), table) == .reject(first))
    }

    @Test func `what is learned from older calls moves the beginning back, not the end`() {
        var match = Filter.Match()
        match.calledPrefixes = [prefix("+33327")]
        match.firstContact = true
        match.firstContactSince = call(86_400).at
        let table = table(Filter(match: match, action: .reject))
        var screening = screening()
        screening.learn(caller: number(212_661_000_001), called: number(33_327_000_001), at: call(90_000).at)
        #expect(screening.decide(call(91_000), table) == .reject(first))
        screening.learn(caller: number(212_661_000_001), called: number(33_327_000_001), at: call(600).at)
        #expect(screening.decide(call(91_000), table) == .pass)
    }

    @Test func `a rate per landing range stops only what is above it, and lets go when it falls`() {
        let table = table(
            filter {
                $0.callerCountry = [.morocco]
                $0.rate = Filter.Rate(calls: 20, seconds: 600, per: .calledRange, digits: 6)
            })
        var screening = screening()
        func decide(_ second: Int, _ called: UInt64) -> Decision {
            screening.decide(call(Double(second), from: 212_661_000_000 + UInt64(second), to: called), table)
        }
        for index in 0..<20 { #expect(decide(index, 33_327_560_000 + UInt64(index)) == .pass) }
        #expect(decide(20, 33_327_560_777) == .reject(first))
        #expect(decide(21, 33_327_661_000) == .pass, "another range")
        #expect(
            screening.decide(call(22, from: 33_661_000_001, to: 33_327_560_778), table) == .pass,
            "another country")
        #expect(decide(2_000, 33_327_560_779) == .pass, "the next window but one")
    }

    @Test func `an allowance lets so many through and fills up again`() {
        var limited = filter(.limit) { $0.calledNumbers = [number(33_327_000_001)] }
        limited.limit = Filter.Rate(calls: 3, seconds: 60, per: .calledNumber)
        let table = table(limited)
        var screening = screening()
        let decisions = (0..<5).map {
            screening.decide(call(Double($0) / 10, from: 212_661_000_000 + UInt64($0)), table)
        }
        #expect(decisions == [.pass, .pass, .pass, .limit(first), .limit(first)])
        #expect(screening.decide(call(21), table) == .pass, "one call in twenty seconds")
        #expect(screening.decide(call(21.1), table) == .limit(first))
    }

    @Test func `a shadow counts what it would do and does nothing`() {
        let shadow = filter { $0.calledPrefixes = [prefix("+33327")] }
        let table = table(shadow, enforced: false)
        var screening = screening()
        for index in 0..<10 {
            #expect(screening.decide(call(from: 212_661_000_000 + UInt64(index)), table) == .pass)
        }
        let report = screening.takeReport()
        #expect(
            report.filters.map(\.id) == [first] && report.filters.first?.matched == 10
                && report.filters.first?.decided == 10)
        #expect(report.samples.isEmpty)
        #expect(screening.takeReport().filters.isEmpty)
    }

    @Test func `a ramp acts on its share of the pairs, always the same ones, and more share takes none out`()
    {
        let wanted = filter { $0.calledPrefixes = [prefix("+33327")] }
        func stopped(_ share: Double) -> Set<UInt64> {
            let table = table(wanted, share: share)
            var screening = screening(pairs: 65_536)
            return Set(
                (0..<4_000).filter { screening.decide(call(from: 212_661_000_000 + $0), table).isStopped })
        }
        let tenth = stopped(0.1)
        #expect((300...500).contains(tenth.count))
        #expect(tenth == stopped(0.1))
        #expect(tenth.isSubset(of: stopped(0.3)))
        #expect(stopped(1).count == 4_000)
    }

    @Test func `a filter does nothing from its end on, even when no new table comes`() {
        let table = DecisionTable([
            DecisionTable.Entry(
                id: first, filter: filter { $0.calledPrefixes = [prefix("+33")] }, isEnforced: true,
                until: call(60).at)
        ])
        var screening = screening()
        #expect(screening.decide(call(59), table) == .reject(first))
        #expect(screening.decide(call(60, from: 212_661_000_002), table) == .pass)
    }

    @Test func `counts survive a new table, and stopped calls are sampled`() {
        var screening = screening()
        let one = filter { $0.calledPrefixes = [prefix("+33327")] }
        let two = filter { $0.calledPrefixes = [prefix("+33199")] }
        for index in 0..<100 {
            _ = screening.decide(call(from: 212_661_000_000 + UInt64(index)), table(two, one))
        }
        _ = screening.decide(call(), table(two))
        let report = screening.takeReport()
        #expect(
            report.filters.map(\.id) == [second] && report.filters.first?.matched == 100
                && report.filters.first?.decided == 100)
        #expect(report.samples.count == 33, "the first 32 and the 64th")
        #expect(report.counts.rejected == 100 && report.counts.passed == 1)
    }

    @Test func `more filters than a key may hold are refused by name, and the others work`() {
        let entries = (1...(DecisionTable.maxPerKey + DecisionTable.maxUnindexed + 5)).map { index in
            DecisionTable.Entry(
                id: FilterID(rawValue: UInt64(index)),
                filter: filter(.flag) {
                    $0.calledNumbers = [number(33_327_000_001)]; $0.firstContact = true
                },
                isEnforced: true)
        }
        let table = DecisionTable(entries)
        #expect(table.refused.count == 5)
        var screening = screening()
        #expect(screening.decide(call(), table) == .flag(first))
        #expect(screening.counts.crowded == 1)
    }

    @Test func `the table finds what a walk through all filters finds`() throws {
        var dice = Dice(seed: 333)
        var entries: [DecisionTable.Entry] = []
        for index in 0..<400 {
            var match = Filter.Match()
            if dice.chance(40) {
                match.calledPrefixes = (0..<dice.below(3)).map { _ in prefix("+33\(1 + dice.below(30))") }
            }
            if dice.chance(30) { match.callerPrefixes = [prefix("+212\(5 + dice.below(3))")] }
            if dice.chance(30) { match.calledNumbers = [number(33_100_000_000 + UInt64(dice.below(200)))] }
            if dice.chance(20) { match.callerNumbers = [number(212_500_000_000 + UInt64(dice.below(50)))] }
            if dice.chance(20) { match.ingress = [Symbol(rawValue: UInt32(dice.below(6)))] }
            if dice.chance(10) { match.callerCountry = [.morocco] }
            if dice.chance(10) { match.attestation = [dice.pick([.none, .a, .b, .c])] }
            guard match.keys > 0 else { continue }
            entries.append(
                DecisionTable.Entry(
                    id: FilterID(rawValue: UInt64(index + 1)), filter: Filter(match: match, action: .flag),
                    isEnforced: true))
        }
        let table = DecisionTable(entries)
        #expect(table.refused.isEmpty)
        var screening = screening()
        let order = entries.sorted { (table.place(of: $0.id) ?? 0) < (table.place(of: $1.id) ?? 0) }
        var met = 0
        for _ in 0..<3_000 {
            var call = call(
                from: 212_500_000_000 + UInt64(dice.below(300_000_000))
                    / UInt64(1 + dice.below(2) * 10_000_000),
                to: 33_100_000_000 + UInt64(dice.below(4)) * 50_000_000 + UInt64(dice.below(200)),
                ingress: UInt32(dice.below(6)))
            call.attestation = dice.pick([.none, .a, .b, .c])
            var event = CallEvent(start: call.at)
            event.caller = call.caller
            event.called = call.called
            event.ingress = call.ingress
            event.attestation = call.attestation
            let expected = order.first {
                $0.filter.match.matches(
                    event, callerCountry: .morocco, isFirstContact: true, isEmergency: false)
            }
            if expected != nil { met += 1 }
            #expect(screening.decide(call, table).filter == expected?.id)
        }
        #expect(met > 1_000)
    }

    @Test func `a decision allocates nothing, whatever filters it meets`() throws {
        let list = try NumberList(name: "l", numbers: (0..<1_000).map { number(33_327_100_000 + UInt64($0)) })
        var limited = filter(.limit) {
            $0.calledPrefixes = [prefix("+33327")]; $0.ingress = [Symbol(rawValue: 3)]
        }
        limited.limit = Filter.Rate(calls: 2, seconds: 60, per: .pair)
        let table = table(
            limited, filter { $0.calledLists = [list] },
            filter(.flag) {
                $0.firstContact = true; $0.hours = WeeklyHours("Mo-Su 00:00-24:00")
            },
            filter {
                $0.callerCountry = [.morocco]; $0.rate = Filter.Rate(calls: 30, seconds: 60, per: .caller)
            },
            filter(.mask) { $0.callerWithheld = true })
        var screening = screening()
        var sum = 0
        func run(_ base: UInt64) {
            var index: UInt64 = 0
            while index < 2_000 {
                var call = call(
                    Double(index) / 100, from: index % 7 == 0 ? 0 : 212_661_000_000 + base + index % 97,
                    to: 33_327_099_900 + index % 300)
                if index % 50 == 0 { call.called = PhoneNumber(rawValue: 2 << 62 | 2 << 56 | 18) }
                if screening.decide(call, table).isStopped { sum += 1 }
                index += 1
            }
        }
        run(0)
        let before = vigie_allocations_on_this_thread()
        run(50)
        let allocations = vigie_allocations_on_this_thread() - before
        #expect(allocations == 0)
        #expect(sum > 100)
    }

    @Test func `a hundred thousand filters and a big list are found as one filter is`() throws {
        // Compared by work, not by time: what a call is held against does not grow with the filters.
        let entries = (0..<20_000).map { index in
            DecisionTable.Entry(
                id: FilterID(rawValue: UInt64(index + 1)),
                filter: filter { $0.calledNumbers = [number(33_300_000_000 + UInt64(index) * 7)] },
                isEnforced: true)
        }
        let table = DecisionTable(entries)
        #expect(table.count == 20_000)
        var screening = screening()
        #expect(screening.decide(call(to: 33_300_000_007), table) == .reject(second))
        #expect(screening.decide(call(to: 33_300_000_008), table) == .pass)
        #expect(screening.decide(call(to: 33_300_000_000 + 19_999 * 7), table).isStopped)
    }
}
