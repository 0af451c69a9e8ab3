import VigieWire

/// Days on which emergency calls get lost, and days on which they do not although it looks so.
enum EmergencyScenarios {
    static let all: [Scenario] = [
        Scenario(
            name: "orange-2021",
            summary:
                "2 June 2021: 11 % of emergency calls lost, up to 30 % in places, after work on a voice gateway",
            start: (2021, 6, 2), firstHour: 6, days: 20.0 / 24, callsADay: EmergencyNation.callsADay,
            ordinaryShare: 0.12, sources: orange2021),
        Scenario(
            name: "orange-2023",
            summary:
                "17 January 2023: six calls in ten to 15, 18 and 112 lost in 23 departments, 17 untouched",
            start: (2023, 1, 17), firstHour: 6, days: 13.0 / 24, callsADay: EmergencyNation.callsADay,
            ordinaryShare: 0.12, sources: orange2023),
        Scenario(
            name: "optus-2025",
            summary:
                "one small operator loses three emergency calls in four from midnight; centres hardly notice",
            start: (2025, 9, 17), firstHour: 10, days: 28.0 / 24, callsADay: EmergencyNation.callsADay,
            ordinaryShare: 0.12, sources: optus2025),
        Scenario(
            name: "quiet-year",
            summary: "a year of emergency calls with storms, matches and feasts: no failure may be found",
            start: (2024, 1, 8), days: 365, callsADay: EmergencyNation.callsADay, ordinaryShare: 0.02,
            sources: quietYear),
        Scenario(
            name: "storm",
            summary:
                "a storm over a dozen departments: centres drown in calls, no call is lost by the network",
            start: (2024, 11, 20), days: 2, callsADay: EmergencyNation.callsADay, ordinaryShare: 0.12,
            sources: storm),
        Scenario(
            name: "new-year", summary: "New Year's Eve: three times the calls at midnight, and no failure",
            start: (2024, 12, 30), days: 2.5, callsADay: EmergencyNation.callsADay, ordinaryShare: 0.12,
            sources: newYear),
    ]

    private static func traffic(
        _ context: ScenarioContext, _ network: EmergencyNetwork, faults: [EmergencyFault] = [],
        rushes: [EmergencyRush] = [], report: ((EmergencyTally, Network) -> [TrueIncident])? = nil
    ) -> [TrafficSource] {
        [
            EmergencyTraffic(
                seed: context.seed, callsADay: context.callsADay, network: network,
                names: context.world.network,
                faults: faults, rushes: rushes, report: report)
        ]
    }

    /// 16:45 to 24:00. A gateway loses calls after its reconfiguration; the commands sent to all call servers make these lose a few too.
    @Sendable private static func orange2021(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        var random = context.random
        let gateway = network.gatewayNodes[random.below(network.gatewayNodes.count)]
        let window = context.hour(10.75)..<context.hour(18)
        let share =
            gateway == network.gatewayNodes[0] ? 0.56 : gateway == network.gatewayNodes[1] ? 0.60 : 0.66
        let faults = [
            EmergencyFault(
                window: window, nodes: [gateway], share: share, spread: 0.45, cutShare: 0.18, rampSeconds: 240
            ),
            EmergencyFault(
                window: context.hour(11.1)..<window.upperBound,
                nodes: Set(network.callServers.flatMap { $0 }), share: 0.015, spread: 0.8, cutShare: 0.1),
        ]
        return traffic(context, network, faults: faults) { tally, names in
            [tally.incident(network: names, nodes: [gateway], operators: false, nationwide: true)].compactMap
            { $0 }
        }
    }

    /// 15:00 to 16:45, 15, 18 and 112 but not 17, in the departments that the press named.
    @Sendable private static func orange2023(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        let departments: Set<UInt16> = [
            42, 72, 61, 55, 85, 77, 70, 28, 58, 62, 40, 87, 43, 26, 71, 65, 74, 76, 47, 83, 44, 86, 79,
        ]
        let fault = EmergencyFault(
            window: context.hour(9)..<context.hour(10.75), services: [0, 2, 3], departments: departments,
            share: 0.6, spread: 0.12, cutShare: 0.08)
        return traffic(context, network, faults: [fault]) { tally, names in
            guard
                var incident = tally.incident(network: names, nodes: [], operators: false, nationwide: false)
            else { return [] }
            incident.soundServices = ["17"]
            return [incident]
        }
    }

    /// 00:18 to 14:00: the callers of one small operator.
    @Sendable private static func optus2025(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        let fault = EmergencyFault(
            window: context.hour(14.3)..<context.hour(28), operators: [4], share: 0.75, spread: 0.1,
            cutShare: 0.02)
        return traffic(context, network, faults: [fault]) { tally, names in
            [tally.incident(network: names, nodes: [], operators: true, nationwide: true)].compactMap { $0 }
        }
    }

    @Sendable private static func storm(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        var random = context.random
        var rushes: [EmergencyRush] = []
        let region = random.below(5)
        let hit = Set(EmergencyNation.departments.filter { $0.region == region }.prefix(14).map(\.code))
        rushes.append(
            EmergencyRush(
                window: context.hour(27)..<context.hour(40), departments: hit, height: random.within(5...11),
                services: [0.35, 0.2, 1, 0.8], peak: 0.3))
        return traffic(context, network, rushes: rushes)
    }

    @Sendable private static func newYear(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        return traffic(context, network, rushes: [feast(context.hour(44)..<context.hour(55), height: 3.2)])
    }

    private static func feast(_ window: Range<Int64>, height: Double) -> EmergencyRush {
        EmergencyRush(window: window, height: height, services: [0.7, 1, 1, 0.9], peak: 0.38)
    }

    @Sendable private static func quietYear(_ context: inout ScenarioContext) -> [TrafficSource] {
        let network = EmergencyNetwork(&context.world.network)
        return traffic(context, network, rushes: quietRushes(context))
    }

    /// What a year without a failure brings: storms, matches and feasts.
    static func quietRushes(_ context: ScenarioContext) -> [EmergencyRush] {
        var random = context.random
        var rushes: [EmergencyRush] = []
        let days = context.hours / 24
        // A dozen storms a year over some departments, twenty matches over all, and feasts where the calendar has them.
        for _ in 0..<random.poisson(mean: 12 * days / 365) {
            let start = random.within(0...max(1, context.hours - 20))
            let region = random.below(5)
            let departments = EmergencyNation.departments.filter { $0.region == region && random.chance(0.4) }
            rushes.append(
                EmergencyRush(
                    window: context.hour(start)..<context.hour(start + random.within(4...18)),
                    departments: Set(departments.map(\.code)), height: random.within(2...9),
                    services: [0.35, 0.2, 1, 0.8]))
        }
        for _ in 0..<random.poisson(mean: 20 * days / 365) {
            let day = Double(random.below(max(1, Int(days))))
            rushes.append(
                EmergencyRush(
                    window: context.hour(day * 24 + 20)..<context.hour(day * 24 + 25),
                    height: random.within(1.1...1.5),
                    services: [0.5, 1, 0.8, 0.8]))
        }
        var day = 0.0
        while day < days {
            let moment = ParisClock.civil(Timestamp(rawValue: context.hour(day * 24 + 12)))
            if moment.month == 12, moment.day == 31 {
                rushes.append(feast(context.hour(day * 24 + 20)..<context.hour(day * 24 + 31), height: 3.2))
            }
            if moment.month == 7, moment.day == 13 || moment.day == 14 {
                rushes.append(feast(context.hour(day * 24 + 20)..<context.hour(day * 24 + 29), height: 1.8))
            }
            day += 1
        }
        return rushes
    }
}
