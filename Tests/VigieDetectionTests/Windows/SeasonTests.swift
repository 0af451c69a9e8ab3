import Testing
import VigieWire

@testable import VigieDetection

@Suite struct LocalClockTests {
    @Test(arguments: [
        ("2024-03-31T00:59:59Z", 3_600), ("2024-03-31T01:00:00Z", 7_200), ("2024-10-27T00:59:59Z", 7_200),
        ("2024-10-27T01:00:00Z", 3_600), ("2009-02-17T12:00:00Z", 3_600), ("1995-09-24T01:00:00Z", 3_600),
        ("2024-01-01T00:00:00Z", 3_600), ("2024-12-31T23:59:59Z", 3_600), ("1970-01-01T00:00:00Z", 3_600),
    ]) func `summer time turns at one o'clock UTC`(text: String, offset: Int) throws {
        var clock = LocalClock()
        #expect(clock.offsetSeconds(at: try #require(Timestamp(rfc3339: text))) == offset)
    }

    @Test(arguments: [
        ("Europe/London", "2024-07-01T12:00:00Z", 3_600), ("Europe/London", "2024-03-31T00:59:59Z", 0),
        ("Europe/London", "2024-03-31T01:00:00Z", 3_600), ("Indian/Reunion", "2024-03-31T01:00:00Z", 14_400),
        ("+05:45", "1960-01-01T00:00:00Z", 20_700), ("Nowhere/Atall", "2024-07-01T12:00:00Z", 7_200),
    ]) func `another zone has its own hours`(zone: String, text: String, offset: Int) throws {
        var clock = LocalClock(zone: zone)
        let moment = try #require(Timestamp(rfc3339: text))
        // Asked forth and back: what is remembered of the quarter of an hour before must not answer.
        for step in [0, -900, 900, 0] as [Int64] {
            let seconds = clock.offsetSeconds(at: moment + .seconds(step))
            if step == 0 { #expect(seconds == offset) }
        }
    }

    @Test func `the week begins on Monday at midnight in Paris`() {
        var clock = LocalClock()
        #expect(clock.hourOfWeek(at: monday) == 0)
        #expect(clock.hourOfWeek(at: monday - .seconds(1)) == 167)
        #expect(clock.hourOfWeek(at: monday + .seconds(86_400 + 3_600 * 9)) == 33)
    }
}

@Suite struct SeasonalBaselineTests {
    private func shape(_ hour: Int) -> Double {
        let day = hour % 24
        return (day < 7 ? 0.2 : day < 20 ? 1.6 : 0.8) * (hour >= 120 ? 0.6 : 1)
    }

    @Test(arguments: [0.5, 8, 400]) func `after four weeks the expectation follows the season`(level: Double)
    {
        var random = TestRandom(seed: 11)
        var baseline = SeasonalBaseline()
        for hour in 0..<168 * 4 {
            let mean = random.gamma(mean: level * shape(hour % 168), shape: 12)
            baseline.learn(count: Double(random.poisson(mean)), hourOfWeek: hour % 168)
        }
        var outside = 0
        for hour in 0..<168 {
            let expected = baseline.expectation(hourOfWeek: hour)
            let truth = level * shape(hour)
            if abs(expected.mean - truth) > 3 * expected.doubt + 0.1 * truth { outside += 1 }
            #expect(expected.variance >= expected.mean)
        }
        #expect(outside < 12)  // of 168 hours; at half a call an hour the doubt is skewed
    }

    @Test func `a cold start expects anything, a first day expects a daily swing`() {
        var baseline = SeasonalBaseline()
        #expect(baseline.expectation(hourOfWeek: 3).upper(1) > 500)
        for hour in 0..<6 { baseline.learn(count: 10, hourOfWeek: hour) }
        #expect(baseline.expectation(hourOfWeek: 10).upper(2) > 30)
    }

    @Test func `one great hour does not become usual, a lasting change does`() {
        var baseline = SeasonalBaseline()
        for hour in 0..<168 * 3 { baseline.learn(count: 10, hourOfWeek: hour % 168) }
        let before = baseline.expectation(hourOfWeek: 50).mean
        baseline.learn(count: 500, hourOfWeek: 50)
        #expect(baseline.expectation(hourOfWeek: 50).mean < before * 1.6)
        for hour in 0..<168 * 30 { baseline.learn(count: 20, hourOfWeek: hour % 168) }
        #expect(baseline.expectation(hourOfWeek: 50).mean > 17)
    }

    @Test func `over-dispersed counts widen the expectation`() {
        var random = TestRandom(seed: 12)
        var calm = SeasonalBaseline()
        var wild = SeasonalBaseline()
        for hour in 0..<168 * 8 {
            calm.learn(count: Double(random.poisson(20)), hourOfWeek: hour % 168)
            wild.learn(
                count: Double(random.poisson(random.gamma(mean: 20, shape: 5))), hourOfWeek: hour % 168)
        }
        #expect(calm.varianceToMean < 1.6)
        #expect(wild.varianceToMean > 2.5)
    }
}
