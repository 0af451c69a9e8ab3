import Testing
import VigieCalls
import VigieWire

@testable import VigieSimulator

struct BackgroundTests {
    /// Two days of a small nation, made once.
    static let calls: [SimulatedCall] = {
        var settings = SimulationSettings(seed: 5)
        settings.callsADay = 12_000
        var simulation = Scenario.named("background")?.simulation(settings)
        var calls: [SimulatedCall] = []
        while let call = simulation?.next() { calls.append(call) }
        return calls
    }()

    private func share(_ isMeant: (SimulatedCall) -> Bool) -> Double {
        Double(Self.calls.count(where: isMeant)) / Double(max(1, Self.calls.count))
    }

    @Test func `calls come in order, at about the rate asked for`() {
        #expect(zip(Self.calls, Self.calls.dropFirst()).allSatisfy { $0.start <= $1.start })
        // Monday and Tuesday are busier than the average day of the week.
        #expect((22_000...32_000).contains(Self.calls.count))
        #expect(Set(Self.calls.map(\.serial)).count == Self.calls.count)
    }

    @Test func `outcomes are those of an ordinary network`() {
        #expect((0.60...0.75).contains(share(\.isAnswered)))
        let network = share { [34, 38, 41, 42, 20, 102].contains($0.q850) }
        #expect((0.004...0.03).contains(network))
        #expect((0.003...0.015).contains(share { $0.sipStatus == 404 }))
        #expect((0.04...0.09).contains(share { $0.caller == .absent }))
        #expect((0.03...0.12).contains(share { $0.q850 == 17 }))
    }

    @Test func `times follow each other within a call`() {
        for call in Self.calls {
            #expect(call.end >= call.start)
            if let ringing = call.ringing { #expect(ringing >= call.start && ringing <= call.end) }
            if let answer = call.answer { #expect(answer >= call.start && answer <= call.end) }
            #expect(call.isAnswered == (call.sipStatus == 200))
        }
    }

    @Test func `people call those they know`() {
        var seen: Set<[PhoneNumber]> = []
        var known = 0
        var counted = 0
        for (index, call) in Self.calls.enumerated() where call.caller != .absent {
            let isKnown = !seen.insert([min(call.caller, call.called), max(call.caller, call.called)])
                .inserted
            if index > Self.calls.count / 2 {
                counted += 1
                if isKnown { known += 1 }
            }
        }
        #expect((0.5...0.9).contains(Double(known) / Double(max(1, counted))))
    }

    @Test func `nights are quiet and there are two humps a day`() {
        var hours = [Int](repeating: 0, count: 24)
        for call in Self.calls { hours[ParisClock.civil(call.start).hour] += 1 }
        #expect(hours[3] * 15 < hours[10])
        #expect(hours[12] < hours[10] && hours[12] < hours[17])
    }

    @Test func `counts scatter more than Poisson's`() {
        // The same five minutes of Monday and of Tuesday: for Poisson counts the mean is 1.
        var steps: [Int64: Double] = [:]
        for call in Self.calls { steps[call.start.seconds / 300, default: 0] += 1 }
        let ratios = steps.compactMap { step, count -> Double? in
            guard let next = steps[step + 288], count + next > 60 else { return nil }
            return (count - next) * (count - next) / (count + next)
        }
        #expect(ratios.count > 100)
        #expect(ratios.reduce(0, +) / Double(max(1, ratios.count)) > 1.2)
    }

    @Test func `what people are to each other is mutual`() {
        let world = World(seed: 9, start: ParisClock.moment(2024, 3, 4), callsADay: 60_000)
        for subscriber in stride(from: 0, to: world.subscribers, by: 7) {
            for place in 0..<6 {
                let other = world.contact(of: subscriber, place: place)
                #expect(other != subscriber)
                #expect((0..<world.subscribers).contains(other))
                #expect(world.contact(of: other, place: place) == subscriber)
            }
        }
    }

    @Test(arguments: [2009, 2013, 2024]) func `numbers are distinct and given out by the regulator`(year: Int)
    {
        let start = ParisClock.moment(year, 2, 1)
        let world = World(seed: 3, start: start, callsADay: 40_000)
        var numbers: Set<PhoneNumber> = []
        var doubtful = 0
        for subscriber in 0..<world.subscribers {
            let number = world.party(.subscriber(subscriber)).number
            numbers.insert(number)
            let facts = NumberingPlans.standard.facts(of: number, at: start)
            if !facts.isValid || facts.isAllocated == false { doubtful += 1 }
        }
        #expect(numbers.count == world.subscribers)
        #expect(Double(doubtful) < 0.002 * Double(world.subscribers))
    }

    @Test(arguments: [2009, 2024]) func `numbers abroad are valid on their day`(year: Int) {
        let start = ParisClock.moment(year, 2, 1)
        for plan in ForeignPlan.all(at: start) {
            for draw in 0..<50 as Range<UInt64> {
                let number = plan.number(SeededRandom.mix(draw))
                #expect(NumberingPlans.standard.country(of: number) == plan.country)
                if plan.country == .morocco {
                    #expect(NumberingPlans.standard.facts(of: number, at: start).isValid, "\(number)")
                }
            }
        }
    }
}
