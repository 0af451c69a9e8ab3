import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// What counts say is missing: how much, since when, until when, and on whose side.
@Suite struct MissingCountsTests {
    /// Centres that count every quarter of an hour.
    struct Centres {
        // A Monday; eight weeks from then the clocks have not changed.
        static let begin = CivilTime(year: 2026, month: 1, day: 5).timestamp(offsetSeconds: 3_600)
        static let perHour = [
            25, 20, 17, 15, 15, 20, 30, 40, 55, 65, 70, 70, 65, 62, 62, 66, 72, 78, 82, 82, 72, 60, 46, 36,
        ]

        var lookout = EmergencyFailure()
        var random: TestRandom
        var departments = ["59", "62", "69"]
        var findings: [Finding] = []
        /// Whether centres tell what they answered.
        var tells = true
        /// Calls, and answers, that a test kept from the centre of the first department.
        var kept = (calls: 0, answers: 0)

        init(seed: UInt64) { random = TestRandom(seed: seed) }

        /// Hours after the beginning.
        static func at(_ hour: Double) -> Timestamp { begin + .seconds(Int64(hour * 3_600)) }

        /// - Parameters:
        ///   - calls: share of its calls that the first department's centre gets.
        ///   - answers: share of its calls that every centre answers, but `fallen` by the first.
        mutating func run(
            from first: Int, to last: Int, calls: Double = 1, answers: Double = 0.9, fallen: Double? = nil
        ) {
            for quarter in first * 4..<last * 4 {
                for (index, department) in departments.enumerated() {
                    let all = random.poisson(Double(Self.perHour[quarter / 4 % 24]) / 4)
                    let came = index == 0 ? (0..<all).count { _ in random.unit() < calls } : all
                    let share = index == 0 ? fallen ?? answers : answers
                    let answered = (0..<came).count { _ in random.unit() < share }
                    if index == 0 {
                        kept.calls += all - came
                        if fallen != nil { kept.answers += Int(Double(came) * answers) - answered }
                    }
                    take(department, quarter: quarter, came, answered)
                }
            }
        }

        mutating func take(
            _ department: String, quarter: Int, _ attempts: Int, _ answered: Int, seconds: Int64 = 900
        ) {
            var count = EmergencyCount(
                source: .receiver, start: Self.begin + .seconds(Int64(quarter) * 900),
                length: .seconds(seconds), service: .samu)
            count.department = DepartmentCode(department) ?? .none
            count.attempts = attempts
            if tells { (count.answered, count.abandoned) = (answered, attempts - answered) }
            var found: [Finding] = []
            lookout.take(count) { found.append($0) }
            findings += found
        }

        var scope: EmergencyScope? {
            guard case .emergencyFailure(let scope)? = findings.last?.subject else { return nil }
            return scope
        }

        mutating func restart() throws {
            var writer = StateCoder()
            lookout.code(&writer)
            var reader = StateCoder(reading: writer.bytes)
            lookout = EmergencyFailure()
            lookout.code(&reader)
            try #require(reader.isComplete)
        }
    }

    private static let learned = 24 * 7 * 7

    @Test(arguments: [0.5, 0.0], [true, false])
    func
        `a centre that gets fewer calls is a failure from the first missing call on and until they come again`(
            share: Double, tells: Bool
        ) throws
    {
        var centres = Centres(seed: 31)
        centres.tells = tells
        centres.run(from: 0, to: Self.learned + 10)
        #expect(centres.findings.isEmpty)
        centres.run(from: Self.learned + 10, to: Self.learned + 130, calls: share)
        let last = try #require(centres.findings.last)
        let scope = try #require(centres.scope)
        #expect(scope.departments.map(\.description) == ["59"] && scope.sign == "receiver")
        // Five days later it still goes on; it began when it did.
        #expect(Centres.at(Double(Self.learned + 130)) - last.lastSeen <= .seconds(900))
        let onset = (last.firstSeen - Centres.at(Double(Self.learned + 10))).secondsAsDouble
        #expect(abs(onset) <= 3_600, "\(onset)")
        #expect(scope.lostLow <= centres.kept.calls && centres.kept.calls <= scope.lostHigh)
        #expect(abs(scope.lostCallers - centres.kept.calls) < centres.kept.calls / 6)
        let missing = try #require(scope.missing)
        #expect(missing.basis == .usual && missing.expected - missing.seen == scope.lostCallers)
        #expect(Set(centres.findings.map(\.key)).count == 1)
        // The calls come again: nothing is told any more, and nothing is told anew.
        centres.run(from: Self.learned + 130, to: Self.learned + 180)
        let end = try #require(centres.findings.last)
        #expect(end.lastSeen - Centres.at(Double(Self.learned + 130)) < .seconds(7_200))
        #expect(Set(centres.findings.map(\.key)).count == 1)
    }

    @Test func `a drop of three in ten everywhere that days tell began when it did`() throws {
        var centres = Centres(seed: 34)
        centres.departments = ["59"]
        centres.run(from: 0, to: Self.learned + 10)
        centres.run(from: Self.learned + 10, to: Self.learned + 144, calls: 0.75)
        let scope = try #require(centres.scope)
        let onset = try #require(centres.findings.last).firstSeen - Centres.at(Double(Self.learned + 10))
        #expect(abs(onset.secondsAsDouble) <= 6 * 3_600, "\(onset)")
        #expect(scope.lostLow <= centres.kept.calls && centres.kept.calls <= scope.lostHigh)
        #expect(scope.lostLow > 0)
    }

    @Test func `a centre that answers half as much by its own counts is a failure at the centre`() throws {
        var centres = Centres(seed: 32)
        centres.run(from: 0, to: Self.learned)
        #expect(centres.findings.isEmpty)
        centres.run(from: Self.learned, to: Self.learned + 120, fallen: 0.45)
        let first = try #require(centres.findings.first)
        #expect(first.detectedAt - Centres.at(Double(Self.learned)) <= .seconds(10 * 3_600))
        let scope = try #require(centres.scope)
        #expect(scope.sign == "answers" && scope.side == .centre)
        #expect(scope.departments.map(\.description) == ["59"] && scope.missing?.basis == .answered)
        #expect(scope.lostLow <= centres.kept.answers && centres.kept.answers <= scope.lostHigh)
        let cell = try #require(
            centres.lookout.board().cells.first { $0.department.description == "59" })
        #expect(cell.state == .partial && cell.reason == "answers")
        #expect(Set(centres.findings.map(\.key)).count == 1)
    }

    @Test(arguments: [0.9, 0.6])
    func `a centre that answers what it always answers is none, nor is one that is drowned in a rush`(
        share: Double
    ) {
        var centres = Centres(seed: 33)
        centres.run(from: 0, to: Self.learned, answers: share)
        // Three times as many call one evening, and it answers as many as on other evenings.
        for quarter in Self.learned * 4..<(Self.learned + 4) * 4 {
            for department in centres.departments { centres.take(department, quarter: quarter, 60, 17) }
        }
        centres.run(from: Self.learned + 4, to: Self.learned + 100, answers: share)
        #expect(centres.findings.isEmpty)
    }

    @Test func `a restart in the middle of what is missing changes nothing`() throws {
        func play(restarts: Bool) throws -> [Finding] {
            var centres = Centres(seed: 35)
            centres.run(from: 0, to: Self.learned)
            centres.run(from: Self.learned, to: Self.learned + 30, calls: 0.4)
            if restarts { try centres.restart() }
            centres.run(from: Self.learned + 30, to: Self.learned + 60, calls: 0.4)
            return centres.findings
        }
        let (unbroken, broken) = (try play(restarts: false).last, try play(restarts: true).last)
        #expect(broken?.subject == unbroken?.subject && unbroken != nil)
        #expect(broken?.key == unbroken?.key && broken?.firstSeen == unbroken?.firstSeen)
        #expect(broken?.lastSeen == unbroken?.lastSeen)
    }

    @Test func `a restart keeps the sum of departments that is half gathered, and what was refused`() throws {
        func play(restarts: Bool) throws -> EmergencyFailure {
            var centres = Centres(seed: 36)
            centres.run(from: 0, to: 48)
            // One department of three has told, the first twice.
            centres.take("59", quarter: 48 * 4, 10, 9)
            centres.take("59", quarter: 48 * 4, 10, 9)
            if restarts { try centres.restart() }
            centres.take("62", quarter: 48 * 4, 10, 9)
            centres.take("69", quarter: 48 * 4, 10, 9)
            centres.run(from: 49, to: 50)
            return centres.lookout
        }
        let key = StreamKey(.receiver, UInt64(EmergencyService.samu.rawValue), CountWatch.everywhere)
        let (unbroken, broken) = (try play(restarts: false), try play(restarts: true))
        #expect(unbroken.counted.refused == 1 && broken.counted.refused == 1)
        let since = EmergencyFailure.second(Centres.at(48))
        let (one, other) = (
            unbroken.counted[key]?.history.sums(since: since),
            broken.counted[key]?.history.sums(since: since)
        )
        #expect(one?.count == other?.count && (one?.count ?? 0) > 0)
    }

    @Test func `one row of another length is refused by name, and a day of them is a new beginning`() {
        var centres = Centres(seed: 37)
        centres.run(from: 0, to: Self.learned)
        let key = StreamKey(
            .receiver, UInt64(EmergencyService.samu.rawValue), UInt64(DepartmentCode("59")?.rawValue ?? 0))
        let before = centres.lookout.counted[key]?.began
        centres.take("59", quarter: Self.learned * 4, 70, 63, seconds: 3_600)
        #expect(centres.lookout.counted[key]?.intervalSeconds == 900)
        #expect(centres.lookout.counted[key]?.began == before)
        #expect(
            centres.lookout.notes.entries.map(\.name.description) == ["emergency-count-of-another-length"])
        #expect(centres.lookout.notes.entries.map(\.count) == [1])
        for hour in 1...30 {
            centres.take("59", quarter: (Self.learned + hour) * 4, 70, 63, seconds: 3_600)
        }
        #expect(centres.lookout.counted[key]?.intervalSeconds == 3_600)
        #expect((centres.lookout.counted[key]?.began ?? 0) > (before ?? 0))
    }
}
