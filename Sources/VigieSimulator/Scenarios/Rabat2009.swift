/// The nights of February 2009, as far as they are known, the rest drawn from the seed.
enum Rabat2009 {
    @Sendable static func sources(_ context: inout ScenarioContext) -> [TrafficSource] {
        var random = context.random
        // Known: first complaints before the 17th, peak on 17 and 18, over on the morning of the 19th. Here as shares of six days.
        let length = context.hours
        let begins = length * random.within(0.40...0.60)
        let ends = length * random.within(0.880...0.905)
        let area: UInt64 = random.chance(0.7) ? 327 : random.pick([320, 321, 327, 328, 383, 387, 326])
        var famous: [UInt64] = []
        for _ in 0..<random.within(2...5) { famous.append(area * 100 + UInt64(random.below(100))) }
        famous.append(random.pick([320, 321, 328, 387, 383, 388]) * 100 + UInt64(random.below(100)))
        let shape = ShortCodeFlood.Shape(
            begins: context.hour(begins), ends: context.hour(ends),
            firstCallers: random.within(6...20) * max(0.3, context.scale),
            mostCallers: random.within(450...1_400) * context.scale, doubling: random.within(2.0...4.2),
            pace: random.within(0.3...0.55), famous: famous, fixedShare: random.within(0.15...0.6),
            mainTrunkShare: random.within(0.72...1.0), mainTrunk: random.chance(0.8) ? 0 : 1)
        return [ShortCodeFlood(shape: shape, seed: context.seed, world: context.world, label: 1)]
    }
}
