import Testing
import VigieWire

@testable import VigieDetection

/// Drops that last, below what single days swing by themselves.
@Suite struct LastingDropTests {
    /// Daily counts whose rate wanders: a mood that half forgets itself from day to day.
    private struct Days {
        var random: TestRandom
        var mood = 0.0
        let perDay: Double
        let swing: Double

        mutating func next(missing: Double = 0) -> Double {
            mood = 0.5 * mood + swing * random.normal()
            return Double(random.poisson(max(1, perDay * (1 + mood) * (1 - missing))))
        }
    }

    private static let first = 15_000

    private func learned(_ seed: UInt64, days: Int, alarms: inout Int) -> (LastingDrop, Days) {
        var drop = LastingDrop()
        var source = Days(random: TestRandom(seed: seed), perDay: 900, swing: 0.045)
        for day in 0..<days {
            drop.set(daysBetweenAlarms: 4 * 365)
            let was = drop.height >= 1
            drop.add(source.next(), share: 1, day: Self.first + day)
            if drop.height >= 1, !was { alarms += 1 }
        }
        return (drop, source)
    }

    @Test func `a lasting drop of 11 in 100 is found about when it said it would be`() throws {
        var found: [Double] = []
        var announced: [Double] = []
        var alarms = 0
        for seed in 1...40 {
            var (drop, source) = learned(UInt64(seed), days: 400, alarms: &alarms)
            guard drop.height < 1 else { continue }
            announced.append(try #require(drop.days(toSee: 0.11)))
            let day = (1...60).first { day in
                drop.add(source.next(missing: 0.11), share: 1, day: Self.first + 399 + day)
                return drop.height >= 1
            }
            found.append(day.map(Double.init) ?? .infinity)
        }
        let median = found.sorted()[found.count / 2]
        let said = announced.sorted()[announced.count / 2]
        #expect(median > 0.65 * said && median < 1.4 * said, "found \(median), announced \(said)")
        #expect(said < 16)
    }

    @Test func `moods alone alarm no more often than allowed`() {
        var alarms = 0
        for seed in 100..<130 { _ = learned(UInt64(seed), days: 3 * 365, alarms: &alarms) }
        // Ninety years at four lengths of one in four years each: ninety are allowed.
        #expect(alarms < 60, "\(alarms)")
    }

    @Test func `a drop that days swing by themselves is not announced`() {
        var drop = LastingDrop()
        var source = Days(random: TestRandom(seed: 3), perDay: 900, swing: 0.2)
        for day in 0..<400 {
            drop.set(daysBetweenAlarms: 4 * 365)
            drop.add(source.next(), share: 1, day: Self.first + day)
        }
        #expect(drop.days(toSee: 0.11) == nil)
        #expect(drop.days(toSee: 0.90) != nil)
    }

    @Test func `what is over is told no longer`() {
        var alarms = 0
        var (drop, source) = learned(7, days: 300, alarms: &alarms)
        for day in 300..<320 { drop.add(source.next(missing: 0.4), share: 1, day: Self.first + day) }
        #expect(drop.height >= 1)
        var days = 0
        while drop.height >= 1, days < 60 {
            drop.add(source.next(), share: 1, day: Self.first + 320 + days)
            days += 1
        }
        #expect(days <= 12, "\(days) days")
    }

    @Test func `a day of which half was seen counts for half`() {
        var whole = LastingDrop()
        var half = LastingDrop()
        for day in 0..<200 {
            whole.set(daysBetweenAlarms: 1_460)
            half.set(daysBetweenAlarms: 1_460)
            whole.add(1_000, share: 1, day: day)
            half.add(day % 7 == 3 ? 500 : 1_000, share: day % 7 == 3 ? 0.5 : 1, day: day)
        }
        #expect(whole.height == 0 && half.height < 0.1)
    }

    @Test func `an autumn like those before is no drop: what the years do by themselves is expected`() {
        // Two in ten fewer call in winter than in summer; a tenth goes within two months.
        func play(years: Int) -> (alarms: Int, deviation: Double) {
            var drop = LastingDrop()
            var source = Days(random: TestRandom(seed: 12), perDay: 3_000, swing: 0.015)
            var alarms = 0
            for day in 0..<(years * 365) {
                let turn = Double(day % 365) / 365
                let season = 0.2 * (turn < 0.5 ? 2 * turn : 2 - 2 * turn)
                drop.set(daysBetweenAlarms: 4 * 365)
                let was = drop.height >= 1
                drop.add(source.next(missing: 0.2 - season), share: 1, day: Self.first + day)
                if drop.height >= 1, !was { alarms += 1 }
            }
            return (alarms, drop.deviation(3))
        }
        let young = play(years: 1)
        let old = play(years: 5)
        #expect(old.alarms <= 2, "\(old.alarms)")
        #expect(old.deviation < 0.6 * young.deviation, "\(old.deviation) of \(young.deviation)")
    }
}
