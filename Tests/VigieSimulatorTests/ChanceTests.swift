import Testing
import VigieWire

@testable import VigieSimulator

struct ChanceTests {
    @Test func `the generator gives the same numbers on every machine`() {
        var random = SeededRandom(seed: 42, stream: 3)
        let drawn = (0..<4).map { _ in random.next() }
        #expect(drawn == ChanceTests.pinned)
        var again = SeededRandom(seed: 42, stream: 3)
        #expect((0..<4).map { _ in again.next() } == drawn)
        var other = SeededRandom(seed: 42, stream: 4)
        #expect(other.next() != drawn[0])
    }

    static let pinned: [UInt64] = [
        4_036_003_700_804_856_912, 7_393_888_535_654_700_762, 12_083_362_690_282_073_641,
        9_305_040_532_194_273_438,
    ]

    @Test func `exponential and logarithm undo each other`() {
        for value in [1e-9, 0.3, 1, 1.4142135, 2, 17.5, 8.64e13] {
            #expect(abs(PortableMath.exp(PortableMath.log(value)) / value - 1) < 1e-12)
        }
        #expect(abs(PortableMath.log(10) - 2.302585092994046) < 1e-14)
        #expect(abs(PortableMath.exp(1) - 2.718281828459045) < 1e-14)
    }

    @Test func `the normal quantile is right in the middle and in both tails`() {
        #expect(abs(PortableMath.normalQuantile(0.5)) < 1e-9)
        #expect(abs(PortableMath.normalQuantile(0.975) - 1.959963985) < 1e-7)
        #expect(abs(PortableMath.normalQuantile(0.001) + 3.090232306) < 1e-7)
        #expect(abs(PortableMath.normalQuantile(0.999) - 3.090232306) < 1e-7)
    }

    @Test func `draws have the means they are asked for`() {
        var random = SeededRandom(seed: 7, stream: 1)
        let count = 20_000
        let exponential =
            (0..<count).reduce(0.0) { sum, _ in sum + random.exponential(mean: 3) } / Double(count)
        #expect(abs(exponential - 3) < 0.1)
        for mean in [0.4, 6.0, 90.0] {
            let average = (0..<count).reduce(0) { sum, _ in sum + random.poisson(mean: mean) }
            #expect(abs(Double(average) / Double(count) / mean - 1) < 0.05)
        }
        #expect((0..<1_000).allSatisfy { _ in (0..<5).contains(random.below(5)) })
        #expect(random.below(0) == 0)
    }

    @Test func `the Paris clock changes on the last Sundays of March and October`() {
        func offset(_ text: String) -> Int {
            ParisClock.offsetSeconds(at: Timestamp(rfc3339: text) ?? .distantPast)
        }
        #expect(offset("2024-03-31T00:59:59Z") == 3_600)
        #expect(offset("2024-03-31T01:00:00Z") == 7_200)
        #expect(offset("2024-10-27T00:59:59Z") == 7_200)
        #expect(offset("2024-10-27T01:00:00Z") == 3_600)
        #expect(ParisClock.moment(2009, 2, 14).rfc3339() == "2009-02-13T23:00:00Z")
        #expect(ParisClock.moment(2013, 10, 7, hour: 9.5).rfc3339() == "2013-10-07T07:30:00Z")
    }

    @Test func `intents come out by time, equal ones in the order they went in`() {
        var random = SeededRandom(seed: 1, stream: 1)
        var queue = IntentQueue()
        for index in 0..<2_000 { queue.push(Intent(time: Int64(random.below(50)), count: UInt16(index))) }
        var last = (time: Int64.min, count: UInt16.min)
        var popped = 0
        while let intent = queue.pop() {
            #expect(intent.time > last.time || intent.time == last.time && intent.count > last.count)
            last = (intent.time, intent.count)
            popped += 1
        }
        #expect(popped == 2_000)
    }
}
