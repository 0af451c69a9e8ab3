/// October 2013: a fragile person's number in Indre on the screens of thousands.
enum Villegongis2013 {
    @Sendable static func sources(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        let victim: UInt64 = 254_000_000 + UInt64(random.below(1_000_000))
        return [usurpation(victim: victim, department: 36, &random, &context)]
    }

    static func usurpation(
        victim: UInt64, department: UInt16, _ random: inout SeededRandom, _ context: inout ScenarioContext
    ) -> Usurpation {
        let network = context.world.network
        let trunk = random.pick([network.enterprise[3], network.world[1], network.national[2][1]])
        // Late in the story, between ten in the morning and four in the afternoon.
        let day = (context.hours / 24 * random.within(0.62...0.88)).rounded(.down)
        let dialled = random.within(5_000...11_000) * max(0.4, min(context.scale, 4))
        let shape = Usurpation.Shape(
            victim: victim, department: department,
            begins: context.hour(day * 24 + random.within(9.5...15.5)),
            seconds: random.within(6_000...18_000), dialled: Int(dialled),
            callBackShare: random.within(0.028...0.05), delay: random.within(8...26),
            delaySpread: random.within(1.1...1.6), isVisible: random.chance(0.5), trunk: trunk,
            abroadShare: random.within(0.02...0.08), isSequential: random.chance(0.3))
        return Usurpation(shape: shape, seed: context.seed, world: context.world, label: 1)
    }
}
