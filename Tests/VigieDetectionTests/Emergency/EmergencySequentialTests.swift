import Testing
import VigieCalls
import VigieWire

@testable import VigieDetection

/// The sequential tests against what theory and exact tables say of them.
@Suite struct EmergencySequentialTests {
    /// Attempts until a share of them fails is seen, one false alarm a year at λ = 1 a minute: the exact figures.
    @Test(arguments: [
        (0.005, 0.11, 40.0), (0.005, 0.30, 12.0), (0.01, 0.11, 52.0), (0.01, 0.30, 14.0), (0.02, 0.11, 72.0),
        (0.02, 0.30, 18.0), (0.12, 0.11, 236.0), (0.12, 0.30, 46.0),
    ])
    func `a failing share is seen within half as much again as the limit`(
        usual: Double, added: Double, limit: Double
    ) {
        var runs = RunLengths()
        var bank = BernoulliBank()
        let one: InlineArray<4, Double> = [added, added, added, added]
        bank.set(usual: usual, added: one, attemptsBetweenAlarms: 525_600, runs: &runs)
        var random = TestRandom(seed: UInt64(usual * 1_000 + added * 100_000))
        var total = 0.0
        let rounds = 300
        for _ in 0..<rounds {
            bank.reset()
            var attempts = 0
            while bank.height < 1, attempts < 5_000 {
                attempts += 1
                // One attempt a minute: the limit of evidence in twenty seconds does not matter.
                bank.add(isBad: random.unit() < usual + added, second: UInt32(attempts * 60 + 1_000))
            }
            total += Double(attempts)
        }
        #expect(total / Double(rounds) < 1.5 * limit)
    }

    @Test(arguments: [0.01, 0.05, 0.12, 0.2, 0.25, 0.35, 0.5], [0.15, 0.30, 0.60])
    func `false alarms come as rarely as asked, also where much is bad on ordinary days`(
        usual: Double, added: Double
    ) {
        var runs = RunLengths()
        var bank = BernoulliBank()
        let asked = 3_000.0
        bank.set(
            usual: usual, added: [added, added, added, added], attemptsBetweenAlarms: asked, runs: &runs)
        var random = TestRandom(seed: UInt64(usual * 1_000 + added * 100_000))
        var alarms = 0
        for attempt in 0..<90_000 {
            bank.add(isBad: random.unit() < usual, second: UInt32(attempt * 60 + 1_000))
            if bank.height >= 1 {
                alarms += 1
                bank.reset()
            }
        }
        // Thirty are allowed; two standard deviations and the roughness of lattices on top.
        #expect(alarms < 60, "\(alarms)")
    }

    @Test func `the exact mean run between false alarms is what happens`() {
        let expected = RunLengths.mean(usual: 0.05, changed: 0.30, threshold: 4)
        var random = TestRandom(seed: 77)
        let up = Logarithm.natural(6)
        let unit = -Logarithm.natural(0.7 / 0.95)
        let step = (up / unit).rounded() * unit  // the lattice that the exact figure stands on
        var total = 0.0
        let rounds = 400
        for _ in 0..<rounds {
            var score = 0.0
            var attempts = 0.0
            while score < (4 / unit).rounded(.up) * unit - 1e-9 {
                attempts += 1
                score = max(0, score + (random.unit() < 0.05 ? step : -unit))
            }
            total += attempts
        }
        #expect(abs(total / Double(rounds) / expected - 1) < 0.2)
    }

    /// Minutes until missing callers are seen, one false alarm a year for the cell: the exact figures at known rates.
    @Test(arguments: [
        (1.0, 0.3, 184.0), (1.0, 0.5, 68.0), (5.0, 0.3, 43.0), (10.0, 0.3, 23.0), (10.0, 0.5, 8.0),
        (50.0, 0.3, 5.3),
    ])
    func `missing callers are seen within half as much again as the limit`(
        rate: Double, drop: Double, limit: Double
    ) {
        var random = TestRandom(seed: UInt64(rate * 10 + drop * 1_000))
        let minutes = SequentialTrial.minutesToMiss(
            rate: rate, drop: drop, minutesBetweenAlarms: AlarmBudget.year, runs: 200, using: &random)
        #expect(minutes < 1.5 * limit)
    }

    @Test func `the budget is never exceeded`() {
        let budget = AlarmBudget(alarmsAYear: 1)
        #expect(AlarmBudget.Kind.allCases.reduce(0) { $0 + $1.share } <= 1)
        let one = budget.minutesBetweenAlarms(.failures, levels: 13, streams: 404, sizes: 4)
        #expect(abs(AlarmBudget.year / one * 13 * 404 * 4 - 0.4) < 1e-6)
    }

    @Test func `the sum over cells needs more when there are more of them, or when it may err less`() {
        let few = ShrunkSum.threshold(cells: 40, chance: 1e-6)
        let many = ShrunkSum.threshold(cells: 404, chance: 1e-6)
        #expect(few < many)
        #expect(many < ShrunkSum.threshold(cells: 404, chance: 1e-9))
    }

    @Test func `a failure of half the calls in one place and machine is named so and not wider`() throws {
        var random = TestRandom(seed: 5)
        var groups: [AffectedSetSearch.Group] = []
        for service in 1...4 {
            for department in 1...30 {
                for node in 1...5 {
                    let isHit = node == 3 && [4, 7, 9, 20].contains(department)
                    let attempts = 6
                    var failed = 0
                    for _ in 0..<attempts where random.unit() < (isHit ? 0.5 : 0.01) { failed += 1 }
                    groups.append(
                        AffectedSetSearch.Group(
                            values: [UInt64(service), UInt64(department), 0, UInt64(node), 1, 2, 3],
                            attempts: Double(attempts), failed: Double(failed), usual: 0.01))
                }
            }
        }
        let found = try #require(AffectedSetSearch(groups).best())
        #expect(found.values[0] == nil)
        #expect(found.values[1] == [4, 7, 9, 20])
        #expect(found.values[3] == [3])
    }

    @Test func `nothing is found where nothing fails`() {
        let groups = (1...50).map { value in
            AffectedSetSearch.Group(
                values: [15, UInt64(value), 0, 1, 1, 1, 1], attempts: 20, failed: value % 7 == 0 ? 1 : 0,
                usual: 0.01)
        }
        #expect(AffectedSetSearch(groups).best() == nil)
    }

    @Test func `one failed call among many that are answered accuses no service`() throws {
        let services = try ["15", "17", "18"].map { try #require(EmergencyService($0)) }
        var found = AffectedSetSearch.Found()
        found.values[1] = [59, 62]
        var groups: [AffectedSetSearch.Group] = []
        for service in services {
            for department in [59, 62] as [UInt64] {
                let failed = service.description == "17" ? (department == 59 ? 1.0 : 0) : 5
                let group = AffectedSetSearch.Group(
                    values: [UInt64(service.rawValue), department, 0, 1, 1, 2, 3], attempts: 20,
                    failed: failed, usual: 0.01)
                groups.append(group)
                found.attempts += group.attempts
                found.failed += group.failed
            }
        }
        found.share = found.failed / found.attempts
        let scope = EmergencyFailure().scope(of: found, groups, sign: .failures)
        #expect(scope.services.map(\.description) == ["15", "18"])
        #expect(scope.departments.map(\.description) == ["59", "62"])
    }

    @Test func `in the first minute of a failure one failed call of two accuses no number`() throws {
        let services = try ["15", "17", "18"].map { try #require(EmergencyService($0)) }
        var found = AffectedSetSearch.Found()
        found.values[1] = [59, 62]
        let groups = services.map { service in
            AffectedSetSearch.Group(
                values: [UInt64(service.rawValue), 59, 0, 1, 1, 2, 3],
                attempts: service.description == "17" ? 2 : 8,
                failed: service.description == "17" ? 1 : 5, usual: 0.006)
        }
        (found.attempts, found.failed, found.share) = (18, 11, 11.0 / 18)
        let scope = EmergencyFailure().scope(of: found, groups, sign: .failures)
        #expect(scope.services.map(\.description) == ["15", "18"])
    }

    @Test(arguments: [(kept: 1...2, named: 2), (1...9, 0)])
    func `some of the centres of the places that fail are named, most of them are not`(
        kept: ClosedRange<UInt64>, named: Int
    ) throws {
        let service = try #require(EmergencyService("15"))
        var found = AffectedSetSearch.Found()
        found.values[1] = [59]
        found.values[2] = Set((kept.lowerBound...kept.upperBound + 90).filter { $0 > 20 || kept ~= $0 })
        var groups: [AffectedSetSearch.Group] = []
        for centre in 1...12 as ClosedRange<UInt64> {
            let isHit = kept ~= centre
            groups.append(
                AffectedSetSearch.Group(
                    values: [UInt64(service.rawValue), 59, centre, 1, 1, 2, 3], attempts: isHit ? 20 : 4,
                    failed: isHit ? 12 : 0, usual: 0.006))
            // Centres of other places lie in the set because nothing was called there.
            groups.append(
                AffectedSetSearch.Group(
                    values: [UInt64(service.rawValue), 62, centre + 20, 1, 1, 2, 3], attempts: 4, failed: 0,
                    usual: 0.006))
        }
        found.attempts = Double(kept.count) * 20
        (found.failed, found.share) = (found.attempts * 0.6, 0.6)
        let scope = EmergencyFailure().scope(of: found, groups, sign: .failures)
        #expect(scope.centres.count == named)
        #expect(scope.departments.map(\.description) == ["59"])
    }
}
