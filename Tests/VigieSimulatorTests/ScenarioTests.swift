import Testing
import VigieCalls
import VigieWire

@testable import VigieSimulator

struct ScenarioTests {
    private func run(_ name: String, seed: UInt64, rate: Double? = nil) throws -> (
        [SimulatedCall], Truth, Simulation
    ) {
        let scenario = try #require(Scenario.named(name))
        var settings = SimulationSettings(seed: seed)
        settings.callsADay = rate
        var simulation = scenario.simulation(settings)
        var labelled: [SimulatedCall] = []
        while let call = simulation.next() { if call.label != 0 { labelled.append(call) } }
        return (
            labelled, Truth(scenario, simulation, seed: seed, rate: rate ?? scenario.usualCallsADay),
            simulation
        )
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `the Rabat night is as it was`(seed: UInt64) throws {
        let (calls, truth, simulation) = try run("rabat-2009", seed: seed, rate: 12_000)
        let incident = try #require(truth.incidents.first)
        #expect(truth.incidents.count == 1 && truth.alsoTrue.isEmpty)
        #expect(incident.calls == calls.count)
        #expect(calls.count > 1_000)
        #expect(calls.allSatisfy { $0.called.description.hasPrefix("+333") })
        #expect(calls.allSatisfy { $0.caller == .absent || $0.caller.description.hasPrefix("+212") })
        #expect(calls.allSatisfy { $0.charge == 0 })
        #expect(Set(calls.map { simulation.trunk($0.ingress) }).isSubset(of: ["intl-ma-1", "intl-ma-2"]))
        // Ordinary answers, many short; dead ends; the same numbers again and again.
        let answered = calls.count(where: \.isAnswered)
        #expect((0.3...0.7).contains(Double(answered) / Double(calls.count)))
        #expect(calls.contains { $0.sipStatus == 404 } && calls.contains { $0.sipStatus == 484 })
        let first = try #require(Timestamp(rfc3339: incident.start))
        let last = try #require(Timestamp(rfc3339: incident.end))
        #expect(first > simulation.window.lowerBound + .seconds(2 * 86_400))
        // Over on the morning of the 19th, Paris.
        let end = ParisClock.civil(last)
        #expect(end.day == 19 && (4...11).contains(end.hour))
        let early = calls.count { $0.start < first + .seconds(3 * 3_600) }
        #expect(early * 4 < calls.count, "it grows by word of mouth")
        #expect(incident.cause?.words == ["333", "+333"])
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func `the victim of Villegongis is called back`(seed: UInt64)
        throws
    {
        let (calls, truth, _) = try run("villegongis-2013", seed: seed)
        let incident = try #require(truth.incidents.first)
        let victim = try #require(incident.numbers.first)
        #expect(victim.hasPrefix("+33254"))
        let callBacks = calls.filter { $0.label == 2 }
        #expect(callBacks.count == incident.callBacks)
        #expect(callBacks.allSatisfy { $0.called.description == victim })
        var hours: [Int64: Int] = [:]
        for call in callBacks { hours[call.start.seconds / 3_600, default: 0] += 1 }
        #expect((30...300).contains(hours.values.max() ?? 0))
        let presented = calls.filter { $0.label == 1 }
        #expect((incident.pairedCallsVisible == true) == !presented.isEmpty)
        #expect(presented.allSatisfy { $0.caller.description == victim })
        #expect(truth.alsoTrue.map(\.kind) == (presented.isEmpty ? [] : ["dialer-campaign"]))
    }

    @Test func `both ways of usurpation occur`() throws {
        let visible = try Set(
            (1...8 as ClosedRange<UInt64>).map {
                try run("villegongis-2013", seed: $0, rate: 4_000).1.incidents[0].pairedCallsVisible
            })
        #expect(visible == [true, false])
    }

    @Test(arguments: ["background", "quiet-week", "look-alikes"]) func `nothing is wrong in quiet traffic`(
        name: String
    ) throws {
        let (_, truth, _) = try run(name, seed: 2, rate: 5_000)
        #expect(truth.incidents.isEmpty && truth.alsoTrue.isEmpty)
    }

    @Test func `every look-alike takes part`() throws {
        let (calls, _, _) = try run("look-alikes", seed: 3)
        #expect(Set(calls.map(\.label)) == Set(10...20))
    }

    @Test(arguments: [
        "dialer-campaign": "dialer-campaign", "wangiri": "wangiri",
        "revenue-share-fraud": "revenue-share-fraud",
        "telephony-dos": "telephony-dos", "misroute-grammar": "misrouted-flood",
        "usurped-mobile": "number-usurpation",
    ]) func `each fraud has its incident`(name: String, kind: String) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let (calls, truth, simulation) = try run(name, seed: seed, rate: 6_000)
            #expect(truth.incidents.map(\.kind) == [kind])
            let incident = truth.incidents[0]
            #expect(!calls.isEmpty && incident.calls > 20)
            let first = try #require(Timestamp(rfc3339: incident.start))
            #expect(first > simulation.window.lowerBound + .seconds(86_400))
            if kind == "misrouted-flood" {
                #expect(incident.cause != nil)
                #expect(
                    calls.allSatisfy { call in
                        incident.prefixes.contains { call.called.description.hasPrefix($0) }
                    })
            }
        }
    }

    @Test func `a story leaves the ordinary traffic as it was`() throws {
        var settings = SimulationSettings(seed: 8)
        settings.callsADay = 3_000
        settings.days = 5
        settings.start = ParisClock.moment(2026, 2, 2)
        var plain = try #require(Scenario.named("background")).simulation(settings)
        var told = try #require(Scenario.named("wangiri")).simulation(settings)
        var ordinary: [Timestamp] = []
        while let call = plain.next() { ordinary.append(call.start) }
        var beside: [Timestamp] = []
        while let call = told.next() { if call.label == 0 { beside.append(call.start) } }
        #expect(ordinary == beside)
    }
}
