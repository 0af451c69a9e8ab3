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

    /// Seconds between two reports of one failure.
    private static let reportSeconds: UInt32 = 60
    /// The search looks at this much at most: a failure changes its shape.
    private static let searchSeconds: UInt32 = 2_400
    /// What the last minutes must show for a failure to go on.
    private static let recentSeconds: UInt32 = 480

    /// Compares all tests with their thresholds; where one is above, looks for what the failed calls share.
    mutating func judge(report: (Finding) -> Void) {
        episodes.removeAll { now &- $0.lastAlarm > 3_600 }
        let alarms = alarms()
        guard let strongest = alarms.max(by: { $0.excess < $1.excess }) else { return }
        let isNew = episodes.allSatisfy { now - $0.lastAlarm > 180 }
        guard isNew || now - lastFinding >= Self.reportSeconds else {
            return
        }
        lastFinding = now
        let bad = alarms.filter { $0.sign != .volume && $0.sign != .receiver }.max { $0.excess < $1.excess }
        if let bad {
            follow(bad, report: report)
        } else {
            followMissing(strongest, alarms, report: report)
        }
    }

    /// Judges at once when a centre's counts are beyond chance.
    mutating func judgeCounts(report: (Finding) -> Void) {
        if counted.isAlarming { judge(report: report) }
    }

    private func alarms() -> [Alarm] {
        var alarms: [Alarm] = []
        for stream in streams where blindSince == nil && stream.height >= 1 {
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
            add(.receiver, stream.receiverTest)
        }
        for series in counted.series where series.height >= 1 {
            let isReceiver = series.key.level == .receiver
            guard isReceiver || blindSince == nil && !isAnyFeedBlind else { continue }
            let highest = series.highest
            alarms.append(
                Alarm(
                    key: series.key, sign: isReceiver ? .receiver : .volume, excess: highest.excess,
                    since: highest.since))
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
        let threshold = ShrunkSum.threshold(cells: cells, chance: chance)
        for size in 1..<3 {
            var sum = 0.0
            var since = UInt32.max
            for stream in streams where stream.key.level == .cell {
                let score = stream.failureTest.score(size)
                guard score > ShrunkSum.level else { continue }
                sum += score - ShrunkSum.level
                since = min(since, stream.failureTest.highest.since)
            }
            if sum > threshold, sum - threshold > best?.excess ?? 0 {
                best = Alarm(
                    key: .nation, sign: .failures, excess: sum - threshold, since: max(since, now &- 1_800))
            }
        }
        return best
    }

    // MARK: Failed attempts

    /// Searches what bad attempts share, set by set, and reports what it finds.
    private mutating func follow(_ alarm: Alarm, report: (Finding) -> Void) {
        let since = max(alarm.since &- 30, now &- Self.searchSeconds)
        var groups = self.groups(since: since, sign: alarm.sign)
        var isFirst = true
        for _ in 0..<3 {
            guard let found = AffectedSetSearch(groups).best(),
                isFirst || found.gain > 30 && found.share > 0.05
            else { break }
            if isFirst, !lasts(found, alarm.sign, since: since) {
                calm()
                return
            }
            var scope = scope(of: found, groups, sign: alarm.sign)
            if isFirst || !episodes.contains(where: { $0.isSame(scope) && $0.lastAlarm == now }) {
                keep(&scope, found, alarm, since: since, report: report)
            }
            isFirst = false
            groups.removeAll { found.holds($0) }
            if groups.isEmpty { break }
        }
        guard isFirst else { return }
        // Nothing in common, shortly after a failure: what is left of it on quiet streams.
        if episodes.contains(where: { now - $0.lastAlarm < 3_600 }) {
            calm()
        } else {
            keepStream(alarm, since: since, report: report)
        }
    }

    /// Whether the last minutes still look like the failure, rather than like ordinary days.
    private func lasts(_ found: AffectedSetSearch.Found, _ sign: Alarm.Sign, since: UInt32) -> Bool {
        let recent = groups(since: max(since, now &- Self.recentSeconds), sign: sign)
        var weight = 0.0
        for group in recent where found.holds(group) {
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
    }

    private func isBad(_ entry: AttemptRing.Entry, _ sign: Alarm.Sign) -> Bool {
        switch sign {
        case .answers: !entry.fate.isAnswered || entry.fate.isLost
        case .cuts: entry.fate == .short || entry.fate.isLost
        case .retries: entry.isRetry || entry.fate.isLost
        default: entry.fate.isLost
        }
    }

    /// Attempts since a second with equal values in all dimensions, counted.
    private func groups(since: UInt32, sign: Alarm.Sign) -> [AffectedSetSearch.Group] {
        struct Key: Hashable {
            var high: UInt64
            var low: UInt64
            var centre: UInt64
        }
        var places: [Key: Int] = [:]
        var groups: [AffectedSetSearch.Group] = []
        var usual: [UInt64: Double] = [:]
        ring.newest(since: since) { entry in
            let key = Key(
                high: UInt64(entry.service.rawValue) << 32 | UInt64(entry.department.rawValue) << 16
                    | UInt64(entry.node),
                low: UInt64(entry.operator) << 32 | UInt64(entry.ingress) << 16 | UInt64(entry.egress),
                centre: entry.centre.rawValue)
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = groups.count
                places[key] = place
                groups.append(
                    AffectedSetSearch.Group(
                        values: [
                            UInt64(entry.service.rawValue), UInt64(entry.department.rawValue),
                            entry.centre.rawValue, UInt64(entry.node), UInt64(entry.operator),
                            UInt64(entry.ingress), UInt64(entry.egress),
                        ], attempts: 0, failed: 0, usual: usualShare(of: entry, sign, &usual)))
            }
            groups[place].attempts += Double(entry.weight)
            if isBad(entry, sign) { groups[place].failed += Double(entry.weight) }
        }
        return groups
    }

    /// What is usual for an attempt: the most of what its cell, machine and operator are used to.
    private func usualShare(of entry: AttemptRing.Entry, _ sign: Alarm.Sign, _ known: inout [UInt64: Double])
        -> Double
    {
        let keys = [
            StreamKey.cell(entry.service, entry.department), StreamKey(.node, UInt64(entry.node)),
            StreamKey(.operator, UInt64(entry.operator)),
        ]
        let nation =
            places[StreamKey.nation.rawValue].map {
                streams[Int($0)].failures.share(parent: 0.01, strength: 200)
            } ?? 0.01
        var most = 0.003
        for key in keys {
            if let share = known[key.rawValue] {
                most = max(most, share)
                continue
            }
            var share = 0.003
            if let place = places[key.rawValue] {
                let stream = streams[Int(place)]
                switch sign {
                case .answers: share = stream.usualSilence + stream.usualFailure
                case .cuts: share = stream.shorts.cautious(parent: 0.06, strength: 60) + stream.usualFailure
                case .retries:
                    share = stream.redials.cautious(parent: 0.1, strength: 60) + stream.usualFailure
                // What is likeliest, not what a test may take for usual: a test errs once a year, here the odds of each place count.
                default: share = stream.failures.share(parent: nation, strength: 150)
                }
            }
            known[key.rawValue] = share
            most = max(most, share)
        }
        return min(most, 0.9)
    }

    /// A set found as people read it, with what is sound.
    private func scope(
        of found: AffectedSetSearch.Found, _ groups: [AffectedSetSearch.Group], sign: Alarm.Sign
    )
        -> EmergencyScope
    {
        typealias Dimension = AffectedSetSearch.Dimension
        var inside = [[UInt64: (attempts: Double, failed: Double)]](repeating: [:], count: 7)
        var whole = inside
        var allFailed = 0.0
        var usual = 0.0
        for group in groups {
            let holds = found.holds(group)
            allFailed += group.failed
            if holds { usual += group.usual * group.attempts }
            for dimension in 0..<7 {
                let value = group.values[dimension]
                let old = whole[dimension][value] ?? (0, 0)
                whole[dimension][value] = (old.attempts + group.attempts, old.failed + group.failed)
                guard holds else { continue }
                let part = inside[dimension][value] ?? (0, 0)
                inside[dimension][value] = (part.attempts + group.attempts, part.failed + group.failed)
            }
        }
        usual = min(0.9, max(0.003, usual / max(1, found.attempts)))
        func weight(_ counts: (attempts: Double, failed: Double)) -> Double {
            counts.failed * Logarithm.natural(max(found.share, 0.02) / usual)
                + (counts.attempts - counts.failed)
                * Logarithm.natural((1 - min(0.98, found.share)) / (1 - usual))
        }
        /// Narrowed: the values found, most evidence first. Not narrowed: nothing, or with `showsAll` those with failures.
        func named(_ dimension: Dimension, showsAll: Bool = false) -> [UInt64] {
            let parts = inside[dimension.rawValue]
            let values: [UInt64]
            if let set = found.values[dimension.rawValue] {
                values = Array(set)
            } else if showsAll {
                values = parts.filter { $0.value.failed > 0 && $0.value.failed > usual * $0.value.attempts }
                    .map(\.key)
            } else {
                return []
            }
            return values.filter { $0 != 0 }.sorted {
                let one = weight(parts[$0] ?? (0, 0))
                let other = weight(parts[$1] ?? (0, 0))
                return one != other ? one > other : $0 < $1
            }
        }
        /// Values with calls enough to say that they do not fail as the set does.
        func sound(_ dimension: Dimension, apart: [UInt64]) -> [UInt64] {
            whole[dimension.rawValue].filter {
                $0.key != 0 && !apart.contains($0.key) && weight($0.value) < -3
            }
            .map(\.key).sorted()
        }
        var scope = EmergencyScope()
        let services = named(.service, showsAll: true)
        let departments = named(.department, showsAll: true)
        let nodes = named(.node)
        let operators = named(.operator)
        scope.services = services.map { EmergencyService(rawValue: UInt32($0)) }.sorted()
        scope.departments = departments.map { DepartmentCode(rawValue: UInt16($0)) }.sorted()
        scope.isNationwide =
            found.values[Dimension.department.rawValue] == nil
            && found.values[Dimension.centre.rawValue] == nil
        scope.centres = named(.centre).map { PhoneNumber(rawValue: $0) }
        scope.nodes = nodes.map { Symbol(rawValue: UInt32($0)) }
        scope.operators = operators.map { Symbol(rawValue: UInt32($0)) }
        scope.ingresses = named(.ingress).map { Symbol(rawValue: UInt32($0)) }
        scope.egresses = named(.egress).map { Symbol(rawValue: UInt32($0)) }
        scope.soundServices = sound(.service, apart: services).map { EmergencyService(rawValue: UInt32($0)) }
            .sorted()
        scope.soundDepartments = sound(.department, apart: departments).map {
            DepartmentCode(rawValue: UInt16($0))
        }.sorted()
        scope.soundNodes = sound(.node, apart: nodes).map { Symbol(rawValue: UInt32($0)) }
        scope.soundOperators = sound(.operator, apart: operators).map { Symbol(rawValue: UInt32($0)) }
        scope.share = found.share
        scope.explains = allFailed > 0 ? found.failed / allFailed : 0
        scope.sign = sign.rawValue
        scope.side = side(scope, found, inside)
        return scope
    }

    private func side(
        _ scope: EmergencyScope, _ found: AffectedSetSearch.Found,
        _ inside: [[UInt64: (attempts: Double, failed: Double)]]
    ) -> EmergencyScope.Side {
        typealias Dimension = AffectedSetSearch.Dimension
        if !scope.nodes.isEmpty || !scope.egresses.isEmpty { return .network }
        if !scope.operators.isEmpty || !scope.ingresses.isEmpty { return .access }
        let paths = inside[Dimension.node.rawValue].count { $0.value.failed > 0 }
        let isOnePlace =
            scope.centres.count == 1 || !scope.isNationwide && scope.departments.count == 1
        if isOnePlace { return paths > 1 ? .centre : .unknown }
        return scope.services.count > 1 || scope.departments.count > 1 ? .network : .unknown
    }

    // MARK: Episodes

    private mutating func keep(
        _ scope: inout EmergencyScope, _ found: AffectedSetSearch.Found, _ alarm: Alarm, since: UInt32,
        report: (Finding) -> Void
    ) {
        let known = scope
        let index: Int
        if let same = episodes.firstIndex(where: { $0.isSame(known) }) {
            index = same
        } else {
            guard episodes.count < 16 else { return }
            let first = firstLost(known, since: since, alarm.sign) ?? since
            let suffix = episodes.isEmpty ? "" : "-\(episodes.count + 1)"
            episodes.append(
                EmergencyEpisode(
                    key: Timestamp(seconds: Int64(first / 60 * 60)).rfc3339() + suffix, onset: first,
                    detected: now,
                    lastAlarm: now, lastLost: now, settledUntil: first &- 600))
            index = episodes.count - 1
        }
        episodes[index].lastAlarm = now
        // Towards its end a failure shows only parts of itself: what was known when most was seen stays.
        let isOver =
            episodes[index].scope.share > 0
            && recentShare(in: episodes[index].scope, alarm.sign) < 0.5 * episodes[index].scope.share
        if !isOver && found.gain >= 0.4 * episodes[index].bestGain
            || found.gain == 0 && episodes[index].bestGain == 0
        {
            episodes[index].bestGain = max(episodes[index].bestGain, found.gain)
            scope.history = episodes[index].scope.history
            episodes[index].scope = scope
        } else {
            scope = episodes[index].scope
        }
        episodes[index].attempts = found.attempts
        episodes[index].failed = found.failed
        episodes[index].strength = max(0, max(alarm.excess, found.gain))
        countLost(index, alarm.sign)
        tell(index, report)
    }

    /// Share of the last five minutes' attempts within a set that went wrong; 1 when there were too few to say.
    private func recentShare(in scope: EmergencyScope, _ sign: Alarm.Sign) -> Double {
        var attempts = 0.0
        var failed = 0.0
        ring.newest(since: now &- 300) { entry in
            guard scope.holds(entry) else { return }
            attempts += Double(entry.weight)
            if isBad(entry, sign) { failed += Double(entry.weight) }
        }
        return attempts < 20 ? 1 : failed / attempts
    }

    /// An alarm whose calls share nothing that can be named: its own stream is the place.
    private mutating func keepStream(_ alarm: Alarm, since: UInt32, report: (Finding) -> Void) {
        var scope = EmergencyScope()
        scope.sign = alarm.sign.rawValue
        scope.isNationwide = true
        let key = alarm.key
        switch key.level {
        case .service, .serviceNode, .serviceOperator: scope.services = [key.service]
        case .receiver where key.second == CountWatch.everywhere: scope.services = [key.service]
        case .cell, .receiver:
            scope.services = [key.service]
            scope.departments = [DepartmentCode(rawValue: UInt16(truncatingIfNeeded: key.second))]
            scope.isNationwide = false
        case .department, .departmentNode, .departmentOperator:
            scope.departments = [DepartmentCode(rawValue: UInt16(truncatingIfNeeded: key.first))]
            scope.isNationwide = false
        case .node: scope.nodes = [Symbol(rawValue: UInt32(key.first))]
        case .operator: scope.operators = [Symbol(rawValue: UInt32(key.first))]
        case .ingress: scope.ingresses = [Symbol(rawValue: UInt32(key.first))]
        case .egress: scope.egresses = [Symbol(rawValue: UInt32(key.first))]
        case .nation, .centre: break
        }
        scope.departments.removeAll { $0 == .none }
        if scope.services.isEmpty {
            scope.services = streams.filter { $0.key.level == .service }.map(\.key.service).sorted()
        }
        keep(&scope, AffectedSetSearch.Found(), alarm, since: since, report: report)
    }

    private func firstLost(_ scope: EmergencyScope, since: UInt32, _ sign: Alarm.Sign) -> UInt32? {
        var first: UInt32?
        ring.newest(since: since) { entry in
            if isBad(entry, sign), scope.holds(entry) { first = min(first ?? entry.second, entry.second) }
        }
        return first
    }

    /// Counts callers who tried within the set and got through nowhere: for good after ten minutes, until then provisionally.
    private mutating func countLost(_ index: Int, _ sign: Alarm.Sign) {
        let scope = episodes[index].scope
        let settled = now &- CallerMemory.span
        let from = episodes[index].settledUntil
        var callers: [UInt64: (last: UInt32, isServed: Bool, isHit: Bool)] = [:]
        var lastLost = episodes[index].lastLost
        var firstLost = UInt32.max
        ring.newest(since: from &- CallerMemory.span) { entry in
            // Newest first: the first entry of a caller is the last try.
            var caller = callers[entry.callerHash] ?? (entry.second, false, false)
            if entry.fate.isAnswered, entry.fate != .cut { caller.isServed = true }
            if isBad(entry, sign), entry.second >= episodes[index].onset, scope.holds(entry) {
                caller.isHit = true
                firstLost = min(firstLost, entry.second)
                if entry.second > lastLost || lastLost == now { lastLost = entry.second }
            }
            callers[entry.callerHash] = caller
        }
        var pending = 0
        for caller in callers.values where caller.isHit && !caller.isServed {
            if caller.last <= from { continue }
            if caller.last <= settled { episodes[index].settledLost += 1 } else { pending += 1 }
        }
        episodes[index].settledUntil = max(from, settled)
        if lastLost != now || firstLost != .max { episodes[index].lastLost = min(now, lastLost) }
        let lost = episodes[index].settledLost + pending
        let usual = min(Double(lost), episodes[index].attempts * 0.004)
        let error = 1.96 * Double(max(1, lost)).squareRoot()
        episodes[index].scope.lostCallers = lost
        episodes[index].scope.lostLow = max(0, Int((Double(lost) - usual - error).rounded(.down)))
        episodes[index].scope.lostHigh =
            Int((Double(lost) + error + max(0, episodes[index].missing)).rounded(.up))
    }

    mutating func tell(_ index: Int, _ report: (Finding) -> Void) {
        let moment = Timestamp(seconds: Int64(now))
        episodes[index].remember(moment)
        let episode = episodes[index]
        let metrics = [
            Metric("attempts", episode.attempts), Metric("failed_attempts", episode.failed),
            Metric("failed_share", episode.scope.share), Metric("explained_share", episode.scope.explains),
            Metric("lost_callers", Double(episode.scope.lostCallers)),
            Metric("lost_callers_low", Double(episode.scope.lostLow)),
            Metric("lost_callers_high", Double(episode.scope.lostHigh)),
        ]
        let samples = lostSamples.reversed().filter { episode.scope.holds($0.attempt) && !$0.callID.isEmpty }
            .prefix(10).map(\.callID)
        episodes[index].lastReport = now
        report(
            Finding(
                kind: .emergencyFailure, key: episode.key, subject: .emergencyFailure(episode.scope),
                firstSeen: Timestamp(seconds: Int64(min(episode.onset, now))),
                detectedAt: Timestamp(seconds: Int64(episode.detected)),
                lastSeen: Timestamp(seconds: Int64(min(now, max(episode.lastLost, episode.onset)))),
                strength: episode.strength, metrics: metrics, samples: Array(samples)))
    }

    // MARK: Missing callers

    /// Streams that miss callers: the cells that speak for it, or the widest stream.
    private mutating func followMissing(_ strongest: Alarm, _ alarms: [Alarm], report: (Finding) -> Void) {
        var scope = EmergencyScope()
        scope.sign = strongest.sign.rawValue
        var services: Set<EmergencyService> = []
        var departments: Set<DepartmentCode> = []
        var expected = 0.0
        for series in counted.series where series.key.level == .cell || series.key.level == .receiver {
            guard series.height > 0.5, series.key.second != CountWatch.everywhere else { continue }
            services.insert(series.key.service)
            let department = DepartmentCode(rawValue: UInt16(truncatingIfNeeded: series.key.second))
            if department != .none { departments.insert(department) }
            expected += series.missing
        }
        let operators = alarms.filter { $0.key.level == .operator }
        if operators.count == 1, let only = operators.first, alarms.allSatisfy({ $0.key.level != .nation }) {
            scope.operators = [Symbol(rawValue: UInt32(only.key.first))]
            scope.side = .access
        }
        if services.isEmpty {
            keepStream(strongest, since: max(strongest.since, now &- 7_200), report: report)
            return
        }
        scope.services = services.sorted()
        scope.departments = departments.sorted()
        scope.isNationwide = departments.isEmpty
        var found = AffectedSetSearch.Found()
        found.gain = strongest.excess
        keep(&scope, found, strongest, since: strongest.since, report: report)
        if let index = episodes.firstIndex(where: { $0.isSame(scope) }) {
            episodes[index].missing = max(episodes[index].missing, expected)
        }
    }
}

extension EmergencyScope {
    /// Whether an attempt on record lies within the set.
    func holds(_ entry: AttemptRing.Entry) -> Bool {
        (services.isEmpty || services.contains(entry.service))
            && (isNationwide || departments.isEmpty || departments.contains(entry.department))
            && (centres.isEmpty || entry.centre == .absent || centres.contains(entry.centre))
            && (nodes.isEmpty || nodes.contains { $0.rawValue == UInt32(entry.node) })
            && (operators.isEmpty || operators.contains { $0.rawValue == UInt32(entry.operator) })
            && (ingresses.isEmpty || ingresses.contains { $0.rawValue == UInt32(entry.ingress) })
            && (egresses.isEmpty || egresses.contains { $0.rawValue == UInt32(entry.egress) })
    }
}
