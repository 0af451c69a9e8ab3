import Testing
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieWire

@testable import VigieMitigation

@Suite struct FilterTests {
    private let plans = NumberingPlans.standard

    @Test func `no filter whatever matches an emergency call`() throws {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for code in ["15", "17", "18", "112", "114", "115", "119", "116000", "191", "196", "197"] {
            let value = try #require(UInt64(code))
            let called = try #require(PhoneNumber(form: .dialled, digits: value, count: code.count))
            #expect(plans.isEmergency(called, home: .france), "\(code) is an emergency number")
            for _ in 0..<200 {
                var match = Filter.Match()
                if random(2) == 0 { match.calledNumbers = [called] }
                if random(2) == 0 { match.ingress = [Symbol(rawValue: 3)] }
                if random(2) == 0 { match.callerCountry = [.france] }
                match.firstContact = random(2) == 0
                var event = CallEvent(start: Timestamp(seconds: 1_600_000_000))
                event.called = called
                event.caller = try #require(PhoneNumber(e164: 33_600_000_000 + UInt64(random(1_000))))
                event.ingress = Symbol(rawValue: 3)
                #expect(
                    !match.matches(
                        event, callerCountry: .france, isFirstContact: true,
                        isEmergency: plans.isEmergency(called, home: .france)))
            }
        }
    }

    @Test func `every key narrows, an empty match means every call`() throws {
        var event = CallEvent(start: Timestamp(seconds: 1_600_000_000))
        event.caller = try #require(PhoneNumber(e164: 212_661_000_001))
        event.called = try #require(PhoneNumber(e164: 33_327_000_001))
        event.ingress = Symbol(rawValue: 3)
        func matches(_ match: Filter.Match, first: Bool = true) -> Bool {
            match.matches(event, callerCountry: .morocco, isFirstContact: first, isEmergency: false)
        }
        #expect(matches(Filter.Match()))
        var match = Filter.Match()
        match.callerCountry = [.morocco]
        match.calledPrefixes = [try #require(NumberPrefix("+3332"))]
        match.ingress = [Symbol(rawValue: 3)]
        match.firstContact = true
        #expect(matches(match))
        #expect(!matches(match, first: false))
        match.calledPrefixes = [try #require(NumberPrefix("+3333"))]
        #expect(!matches(match))
        #expect(match.keys == 4)
    }

    @Test func `a filter never lasts longer than a day`() {
        #expect(Filter(match: Filter.Match(), action: .reject, expiresHours: 100).expiresHours == 24)
        #expect(Filter(match: Filter.Match(), action: .reject, expiresHours: 0).expiresHours == 1)
    }

    @Test func `the proposal against a flood stops it, and its harm is measured on the day before`() throws {
        let begin = Timestamp(seconds: 1_234_800_000)
        let incident = Incident(
            id: "i", kind: .misroutedFlood, state: .firing, severity: .minor,
            subject: .misroutedFlood(
                origin: Origin(country: .morocco), landing: [try #require(NumberPrefix("+3332"))]),
            firstSeen: begin + .seconds(86_400), detectedAt: begin + .seconds(87_000),
            lastSeen: begin + .seconds(100_000))
        var calls: [CallEvent] = []
        func add(_ caller: UInt64, _ called: UInt64, _ second: Int) throws {
            var event = CallEvent(start: begin + .seconds(second))
            event.caller = try #require(PhoneNumber(e164: caller))
            event.called = try #require(PhoneNumber(e164: called))
            event.ingress = Symbol(rawValue: 4)
            calls.append(event)
        }
        // Forty pairs that call every two hours, then a flood between strangers on 33327….
        for second in stride(from: 0, to: 86_400, by: 180) {
            let pair = UInt64(second / 180 % 40)
            try add(21_261_000_000 + pair, 33_320_000_000 + pair, second)
        }
        for index in 0..<300 {
            try add(21_237_000_000 + UInt64(index % 60), 33_327_560_000 + UInt64(index), 86_400 + index * 40)
        }
        var investigator = Investigator(incident, plans: plans)
        for call in calls { investigator.take(call) }
        let dossier = investigator.finish().dossier
        let search = FilterSearch(incident, dossier: dossier, plans: plans)
        var trial = FilterTrial(search.candidates, incident: incident, target: search.target, plans: plans)
        for call in calls { trial.take(call) }
        let proposal = try #require(search.best(of: trial.outcomes))
        #expect(proposal.filter.action == .reject)
        #expect(proposal.outcome.wantedShare >= 0.95)
        #expect(proposal.outcome.legitimate > 100)
        #expect(proposal.outcome.legitimateShare <= 0.01)
        #expect(proposal.filter.match.firstContact)
    }

    @Test func `chance that missed two of fourteen calls is no reason to stop the wanted`() throws {
        let incident = Incident(
            id: "i", kind: .misroutedFlood, state: .firing, severity: .minor,
            subject: .misroutedFlood(
                origin: Origin(country: .morocco), landing: [try #require(NumberPrefix("+3332"))]),
            firstSeen: Timestamp(seconds: 1_234_800_000), detectedAt: Timestamp(seconds: 1_234_800_060),
            lastSeen: Timestamp(seconds: 1_234_800_060))
        let dossier = Investigator(incident, plans: plans).finish().dossier
        let search = FilterSearch(incident, dossier: dossier, plans: plans)
        /// What all filters would have done: those that ask for ties, and the others.
        func best(_ careful: FilterTrial.Outcome, _ plain: FilterTrial.Outcome) -> FilterProposal? {
            search.best(of: search.candidates.map { $0.withoutTies ? careful : plain })
        }
        var (careful, plain) = (FilterTrial.Outcome(), FilterTrial.Outcome())
        (careful.wanted, careful.wantedStopped, careful.legitimate) = (14, 12, 13)
        (plain.wanted, plain.wantedStopped, plain.legitimate, plain.legitimateStopped) = (14, 14, 13, 3)
        #expect(best(careful, plain)?.filter.match.withoutTies == true)
        // Of a thousand calls, 14 % missed are no chance.
        (careful.wanted, careful.wantedStopped) = (1_000, 860)
        (plain.wanted, plain.wantedStopped) = (1_000, 1_000)
        #expect(best(careful, plain)?.filter.match.withoutTies == false)
        // Thirteen calls are too few to say that nobody's cousin is stopped; a thousand are not.
        (careful.wantedStopped, plain.legitimateStopped) = (990, 0)
        #expect(best(careful, plain)?.filter.match.withoutTies == true)
        (careful.legitimate, plain.legitimate) = (1_000, 1_000)
        #expect(best(careful, plain)?.filter.match.withoutTies == false)
    }
}
