import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

@Suite struct QuietTests {
    /// Ten weeks of over-dispersed first contacts: a daily curve, bursts that last an hour, many origins and landings.
    @Test func `ten over-dispersed weeks without trouble bring no flood`() {
        var random = TestRandom(seed: 31)
        var lane = DetectionLane(detectors: [MisroutedFlood(), TelephonyDoS()])
        var keys: Set<String> = []
        let origins: [(UInt64, Int, Double)] = [
            (2126, 8, 4), (346, 8, 3), (393, 9, 2), (22177, 7, 0.5), (336, 8, 30),
        ]
        for hour in 0..<24 * 70 {
            let day = hour % 24
            let season = (day < 7 ? 0.2 : day < 21 ? 1.5 : 0.7) * (hour / 24 % 7 >= 5 ? 0.6 : 1)
            for (index, origin) in origins.enumerated() {
                let mean = random.gamma(mean: origin.2 * season, shape: 3)
                for _ in 0..<random.poisson(mean) {
                    let second = Int64(hour) * 3_600 + Int64(random.next() % 3_600)
                    var event = CallEvent(start: monday + .seconds(second))
                    let scale = PhoneNumber.powerOfTen(origin.1)
                    event.caller = PhoneNumber(e164: origin.0 * scale + random.next() % scale) ?? .absent
                    let zone = 1 + min(4, random.next() % 6)
                    event.called =
                        PhoneNumber(
                            e164: 33 * 1_000_000_000 + zone * 100_000_000 + random.next() % 100_000_000)
                        ?? .absent
                    event.ingress = Symbol(rawValue: UInt32(2 + index))
                    event.answer = event.start + .seconds(9)
                    event.end = event.start + .seconds(60)
                    event.outcome = .success
                    lane.observe(event) { keys.insert($0.key) }
                }
            }
        }
        #expect(keys.isEmpty)
    }
}
