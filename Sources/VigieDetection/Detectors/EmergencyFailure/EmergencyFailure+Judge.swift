import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// What a test above its threshold says.
    struct Alarm {
        enum Sign: String { case failures, answers, cuts, retries, volume, receiver }
        var key: StreamKey
        var sign: Sign
        var excess: Double
        var since: UInt32
    }

    /// Seconds after which a failure that is found no more is not going on.
    private static let goingSeconds: UInt32 = 180
    /// Seconds between two reports of one failure.
    private static let reportSeconds: UInt32 = 60
    /// The search looks at this much at most: a failure changes its shape.
    private static let searchSeconds: UInt32 = 2_400
    /// A failure may have begun so shortly ago.
    private static let freshSeconds: UInt32 = 600
    /// Where little is called, the evidence took hours to gather: the search then looks at so much.
    private static let quietSearchSeconds: UInt32 = 21_600
    /// Fewer bad attempts on record tell nothing.
    private static let leastBad = 3.0
    /// Evidence in nats for a second failure beside one.
    private static let anotherGain = 30.0
    /// What the last minutes must show for a failure to go on.
    private static let recentSeconds: UInt32 = 480

    /// Compares all tests with their thresholds; where one is above, looks for what the failed calls share, and adds up what is missing.
    mutating func judge(report: (Finding) -> Void) {
        episodes.removeAll { now &- $0.lastAlarm > $0.patience }
        let bad = alarms().max { $0.excess < $1.excess }
        let shortages = shortages()
        guard bad != nil || !shortages.isEmpty else { return }
        let isNew = episodes.allSatisfy { now - $0.lastAlarm > Self.goingSeconds }
        guard isNew || now - lastFinding >= Self.reportSeconds else {
            return
        }
        lastFinding = now
        if let bad { follow(bad, report: report) }
        if !shortages.isEmpty { followMissing(shortages, isAlone: bad == nil, report: report) }
    }

    /// Judges at once when a centre's counts are beyond chance.
    mutating func judgeCounts(report: (Finding) -> Void) {
        if counted.isAlarming || answered.isAlarming || !deliveries.gaps.isEmpty { judge(report: report) }
    }

    private func alarms() -> [Alarm] {
        var alarms: [Alarm] = []
        // By place: a stream is a kilobyte, and is not copied to be looked at.
        for index in streams.indices where blindSince == nil && streams[index].height >= 1 {
            let stream = streams[index]
            func add(_ sign: Alarm.Sign, _ bank: BernoulliBank) {
                guard bank.height >= 1 else { return }
                let highest = bank.highest
                alarms.append(
                    Alarm(key: stream.key, sign: sign, excess: highest.excess, since: highest.since))
            }
            add(.failures, stream.failureTest)
            add(.answers, stream.answerTest)
            add(.cuts, stream.shortTest)
            add(.retries, stream.redialTest)
        }
        guard blindSince == nil else { return alarms }
        if let sum = sumAlarm() { alarms.append(sum) }
        return alarms
    }

    /// Many cells that each know a little.
    private func sumAlarm() -> Alarm? {
        var best: Alarm?
        let cells = population[Int(StreamKey.Level.cell.rawValue)]
        guard cells >= 8 else { return nil }
        // A judgement every twenty seconds; neighbours in time are nearly the same, so this is on the safe side.
        let judgements = AlarmBudget.year * 3
        let chance = budget.alarmsAYear * AlarmBudget.Kind.sums.share / judgements / 2
        var limit: Double?
        for size in 1..<3 {
            var sum = 0.0
            var since = UInt32.max
            for index in streams.indices where streams[index].key.level == .cell {
                let score = streams[index].failureTest.score(size)
                guard score > ShrunkSum.level else { continue }
                sum += score - ShrunkSum.level
                since = min(since, streams[index].failureTest.highest.since)
            }
            guard sum > 0 else { continue }
            let threshold = limit ?? ShrunkSum.threshold(cells: cells, chance: chance)
            limit = threshold
            if sum > threshold, sum - threshold > best?.excess ?? 0 {
                best = Alarm(
                    key: .nation, sign: .failures, excess: sum - threshold, since: max(since, now &- 1_800))
            }
        }
        return best
    }

    // MARK: Failed attempts

    /// Searches what bad attempts share since the failure seems to have begun, where little is called since hours ago, and reports what it
    /// finds.
    private mutating func follow(_ alarm: Alarm, report: (Finding) -> Void) {
        // When it began is not sure: the strongest test may have begun anew since, or have risen by chance before. Calls from before the
        // failure dilute it, and without its first ones small places are missed: the beginning with the most evidence counts.
        let going = episodes.filter { !$0.isOfCounts && now - $0.lastAlarm <= Self.goingSeconds }.map(\.onset)
            .min()
        let earliest = now &- Self.searchSeconds
        var begins = [alarm.since, going ?? alarm.since]
        if alarm.since > earliest { begins.append(now &- Self.freshSeconds) }
        if search(alarm, from: begins.map { max($0 &- 30, earliest) }, report: report) { return }
        let longer = max(begins.min() ?? earliest, now &- Self.quietSearchSeconds) &- 30
        if longer < earliest, search(alarm, from: [longer], report: report) { return }
        // Nothing in common, shortly after a failure: what is left of it on quiet streams.
        if episodes.contains(where: { !$0.isOfCounts && now - $0.lastAlarm < 3_600 })
            || bad(in: streamScope(alarm), since: longer, alarm.sign).failed < Self.leastBad
        {
            calm()
        } else {
            keepStream(alarm, since: longer, report: report)
        }
    }

    /// Searches set by set what bad attempts share since the one of some seconds that tells most; whether anything was found, be it
    /// that it is over.
    private mutating func search(_ alarm: Alarm, from begins: [UInt32], report: (Finding) -> Void) -> Bool {
        var groups: [AffectedSetSearch.Group] = []
        var best: AffectedSetSearch.Found?
        var since = now
        let tried = Set(begins).sorted()
        for (begin, those) in zip(tried, self.groups(since: tried, sign: alarm.sign)) {
            guard let found = AffectedSetSearch(those).best(), found.gain > best?.gain ?? 0,
                found.failed >= Self.leastBad
            else { continue }
            (groups, best, since) = (those, found, begin)
        }
        guard let best else { return false }
        guard lasts(best, alarm.sign, since: since) else {
            calm()
            return true
        }
        var next: AffectedSetSearch.Found? = running(apart: best, groups) ?? best
        for rank in 0..<3 {
            guard let found = next, rank == 0 || found.gain > Self.anotherGain && found.share > 0.05 else {
                break
            }
            var scope = scope(of: found, groups, sign: alarm.sign)
            let isTold = episodes.contains {
                !$0.isOfCounts && $0.lastAlarm == now && $0.isSame(scope) && !isBeside($0, scope)
            }
            if rank == 0 || !isTold {
                keep(&scope, found, alarm, since: since, report: report)
            }
            groups.removeAll { found.holds($0) }
            next = groups.isEmpty ? nil : AffectedSetSearch(groups).best()
        }
        return true
    }

    /// A running failure of some path as a set, where it and what fails beside it tell more than the one set that was found: two failures
    /// at one time are no rectangle.
    private func running(apart found: AffectedSetSearch.Found, _ groups: [AffectedSetSearch.Group])
        -> AffectedSetSearch.Found?
    {
        typealias Dimension = AffectedSetSearch.Dimension
        for episode in episodes
        where !episode.isOfCounts && now - episode.lastAlarm <= Self.goingSeconds && episode.scope.namesPath {
            var known = AffectedSetSearch.Found()
            func keep(_ dimension: Dimension, _ names: [Symbol]) {
                known.values[dimension.rawValue] =
                    names.isEmpty ? nil : Set(names.map { UInt64($0.rawValue) })
            }
            keep(.node, episode.scope.nodes)
            keep(.operator, episode.scope.operators)
            keep(.ingress, episode.scope.ingresses)
            keep(.egress, episode.scope.egresses)
            let paths = [Dimension.node, .operator, .ingress, .egress].map(\.rawValue)
            // A set that names these machines among others holds them already.
            let isHeld = paths.allSatisfy { path in
                known.values[path].map { found.values[path]?.isSuperset(of: $0) == true } ?? true
            }
            guard !isHeld else { continue }
            known.weigh(groups)
            guard known.gain > Self.anotherGain,
                let other = AffectedSetSearch(groups.filter { !known.holds($0) }).best(),
                other.gain > Self.anotherGain, other.share > 0.05,
                known.gain + other.gain > found.gain + Self.anotherGain
            else { continue }
            return known
        }
        return nil
    }

    /// Whether the last minutes still look like the failure, rather than like ordinary days.
    private func lasts(_ found: AffectedSetSearch.Found, _ sign: Alarm.Sign, since: UInt32) -> Bool {
        let recent = groups(since: [max(since, now &- Self.recentSeconds)], sign: sign)
        var weight = 0.0
        for group in recent[0] where found.holds(group) {
            let usual = min(0.9, max(0.003, group.usual))
            let share = min(0.98, max(found.share, usual * 1.5))
            weight +=
                group.failed * Logarithm.natural(share / usual)
                + (group.attempts - group.failed) * Logarithm.natural((1 - share) / (1 - usual))
        }
        return weight > -4
    }

    /// The failure is over: tests begin anew.
    private mutating func calm() {
        for index in streams.indices where streams[index].height > 0.05 {
            streams[index].resetTests()
            streams[index].tainted = true
        }
        counted.reset()
        answered.reset()
    }
}
