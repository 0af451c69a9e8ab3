import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// Counts of a centre, hour after hour.
@Suite struct CountedSeriesTests {
    /// Hourly counts with a day's shape and a weekend; the share missing from an hour on.
    private func run(
        hours: Int, perHour: Double, seed: UInt64, missing: Double = 0, from: Int = .max,
        into series: inout CountedSeries
    ) -> Int? {
        var random = TestRandom(seed: seed)
        let day = [
            0.5, 0.4, 0.35, 0.3, 0.3, 0.4, 0.6, 0.8, 1.0, 1.2, 1.3, 1.3, 1.2, 1.2, 1.2, 1.3, 1.4, 1.5, 1.6,
            1.6, 1.4, 1.2, 0.9, 0.7,
        ]
        for hour in 0..<hours {
            let weekend = hour / 24 % 7 >= 5 ? 1.3 : 0.9
            let mean = perHour * day[hour % 24] * weekend * (hour >= from ? 1 - missing : 1)
            series.add(
                Double(random.poisson(mean)), start: UInt32(345_600 + hour * 3_600),
                secondOfWeek: hour * 3_600 % 604_800,
                isFeast: false, intervalsBetweenAlarms: AlarmBudget.year / 60 * 80)
            if series.height >= 1 { return hour }
        }
        return nil
    }

    @Test(arguments: [0.5, 0.9])
    func `a drop is found about when the series said it would be`(share: Double) throws {
        var delays: [Double] = []
        var announced: [Double] = []
        for seed in 1...12 {
            var series = CountedSeries(.nation, intervalSeconds: 3_600)
            var clean = CountedSeries(.nation, intervalSeconds: 3_600)
            let start = 24 * 7 * 8 + seed * 5
            #expect(run(hours: start, perHour: 40, seed: UInt64(seed), into: &clean) == nil)
            announced.append(try #require(clean.delay(drop: share)) / 3_600)
            let found = try #require(
                run(
                    hours: start + 96, perHour: 40, seed: UInt64(seed), missing: share, from: start,
                    into: &series))
            delays.append(Double(found - start + 1))
        }
        let mean = delays.reduce(0, +) / Double(delays.count)
        let promised = announced.reduce(0, +) / Double(announced.count)
        #expect(mean < 1.7 * promised + 1)
        #expect(mean > 0.4 * promised - 1)
    }

    @Test func `a department that falls silent in its first week is seen, one that is quiet by night is not`()
    {
        func play(_ key: StreamKey, perHour: Double, silentFrom: Int) -> Int? {
            var random = TestRandom(seed: 4)
            var series = CountedSeries(key, intervalSeconds: 60)
            for minute in 0..<7 * 1_440 {
                let mean = minute % 1_440 < 360 ? perHour / 600 : perHour / 60
                series.add(
                    minute >= silentFrom ? 0 : Double(random.poisson(mean)),
                    start: UInt32(345_600 + minute * 60), secondOfWeek: minute * 60 % 604_800, isFeast: false,
                    intervalsBetweenAlarms: AlarmBudget.year * 1_000)
                if series.height >= 1 { return minute }
            }
            return nil
        }
        let evening = 5 * 1_440 + 20 * 60
        let department = StreamKey(.department, 59)
        let found = play(department, perHour: 40, silentFrom: evening).map { $0 - evening } ?? .max
        #expect(found > 30 && found < 120, "\(found) minutes")
        #expect(play(department, perHour: 40, silentFrom: .max) == nil)
        #expect(play(department, perHour: 4, silentFrom: .max) == nil)
        // On the second evening nobody knows what evenings are like; and a centre may close.
        #expect(play(department, perHour: 40, silentFrom: 1_440 + 20 * 60) == nil)
        #expect(play(StreamKey(.receiver, 15, 59), perHour: 40, silentFrom: evening) == nil)
    }

    @Test func `ordinary years raise nothing`() {
        for seed in 1...3 {
            var series = CountedSeries(.nation, intervalSeconds: 3_600)
            #expect(run(hours: 8_760, perHour: 8, seed: UInt64(seed), into: &series) == nil)
        }
    }

    @Test func `days with moods make it say that a small drop takes days, rather than raise alarms`() {
        var random = TestRandom(seed: 4)
        var series = CountedSeries(.nation, intervalSeconds: 3_600)
        var mood = 0.0
        var alarms = 0
        for hour in 0..<8_760 {
            if hour % 24 == 0 { mood = 0.12 * (2 * random.unit() - 1) }
            series.add(
                Double(random.poisson(200 * (1 + mood))), start: UInt32(345_600 + hour * 3_600),
                secondOfWeek: hour * 3_600 % 604_800, isFeast: false,
                intervalsBetweenAlarms: AlarmBudget.year / 60 * 80)
            if series.height >= 1 {
                alarms += 1
                series.reset()
            }
        }
        // A mood of 7 % that jumps at midnight is the worst that days do: one alarm in its year, not one a week.
        #expect(alarms <= 1)
        #expect(series.delay(drop: 0.11).map { $0 > 172_800 } ?? true)
        #expect(series.delay(drop: 0.50).map { $0 < 43_200 } == true)
    }

    @Test func `a centre that misses half its calls is a finding although no feed of calls exists`() throws {
        var lookout = EmergencyFailure()
        var random = TestRandom(seed: 9)
        var findings: [Finding] = []
        let begin = CivilTime(year: 2026, month: 2, day: 2).timestamp(offsetSeconds: 3_600)
        let weeks = 24 * 7 * 12
        for hour in 0..<weeks + 48 {
            for department in ["59", "69"] {
                var count = EmergencyCount(
                    source: .receiver, start: begin + .seconds(Int64(hour * 3_600)), length: .seconds(3_600),
                    service: .samu)
                count.department = DepartmentCode(department) ?? .none
                count.attempts = random.poisson(hour >= weeks && department == "59" ? 45 : 90)
                lookout.take(count) { findings.append($0) }
            }
        }
        let first = try #require(findings.first)
        #expect((first.detectedAt - begin).secondsAsDouble / 3_600 >= Double(weeks))
        #expect((first.detectedAt - begin).secondsAsDouble / 3_600 < Double(weeks) + 12)
        guard case .emergencyFailure(let scope) = first.subject else {
            Issue.record("not an emergency failure")
            return
        }
        #expect(scope.services == [.samu])
        #expect(scope.departments.map(\.description) == ["59"])
        #expect(scope.sign == "receiver")
        #expect(
            lookout.board().cells.contains {
                $0.department.description == "69" && $0.delay30.byReceiver != nil
            })
    }

    @Test(arguments: [21, 22, 23])
    func `a centre that sends no counts any more is a hole, and not missing calls`(seed: UInt64) {
        var lookout = EmergencyFailure()
        var random = TestRandom(seed: seed)
        var findings: [Finding] = []
        let begin = CivilTime(year: 2026, month: 2, day: 2).timestamp(offsetSeconds: 3_600)
        for hour in 0..<24 * 7 * 12 {
            for department in ["59", "62", "69", "75", "13"] where department != "59" || hour < 24 * 7 * 8 {
                var count = EmergencyCount(
                    source: .receiver, start: begin + .seconds(Int64(hour * 3_600)), length: .seconds(3_600),
                    service: .samu)
                count.department = DepartmentCode(department) ?? .none
                count.attempts = random.poisson(90)
                lookout.take(count) { findings.append($0) }
            }
        }
        #expect(findings.isEmpty)
    }

    @Test func `an interval told twice is no second department`() {
        func lookout(repeats: Bool) -> EmergencyFailure {
            var lookout = EmergencyFailure()
            var random = TestRandom(seed: 10)
            let begin = CivilTime(year: 2026, month: 2, day: 2).timestamp(offsetSeconds: 3_600)
            for hour in 0..<24 * 7 * 6 {
                var count = EmergencyCount(
                    source: .receiver, start: begin + .seconds(Int64(hour * 3_600)), length: .seconds(3_600),
                    service: .samu)
                count.department = DepartmentCode("59") ?? .none
                count.attempts = random.poisson(60)
                lookout.take(count) { _ in }
                if repeats, hour % 100 == 0 { lookout.take(count) { _ in } }
            }
            return lookout
        }
        let (once, twice) = (lookout(repeats: false), lookout(repeats: true))
        #expect(twice.counted.series.map(\.key) == once.counted.series.map(\.key))
        #expect(twice.counted.refused == 11 && once.counted.refused == 0)
        #expect(twice.notes.entries.map(\.count) == [11] && once.notes.entries.isEmpty)
        #expect(twice.counted.series.first?.delay(drop: 0.5) == once.counted.series.first?.delay(drop: 0.5))
        #expect(once.counted.series.first?.delay(drop: 0.5) != nil)
    }

    @Test(arguments: [
        (2026, 5, 25, true), (2026, 11, 26, true), (2026, 11, 27, true), (2026, 7, 14, false),
        (2026, 7, 4, true), (2011, 12, 26, true), (2022, 6, 20, true), (2021, 7, 5, true),
        (2026, 7, 6, false),
    ])
    func `the United States have their own holidays, kept on the next working day`(
        year: Int, month: Int, day: Int, expected: Bool
    ) throws {
        let home = try #require(Country("US"))
        #expect(
            PublicHolidays.contains(CivilTime(year: year, month: month, day: day), home: home) == expected)
    }
}
