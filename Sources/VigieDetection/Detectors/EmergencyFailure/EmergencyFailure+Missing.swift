import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// What is missing of the counts now: of series that still count, and of those seen by feeds that are not blind.
    func shortages() -> [Shortage] {
        var found: [Shortage] = []
        func isHeard(_ until: UInt32, _ seconds: UInt32) -> Bool {
            now <= until || now - until <= 3 * seconds + 300
        }
        for index in counted.isAlarming ? counted.series.indices : 0..<0 {
            guard let drop = counted.series[index].open?.drop else { continue }
            let key = counted.series[index].key
            let isReceiver = key.level == .receiver
            let seconds = UInt32(clamping: counted.series[index].intervalSeconds)
            guard isReceiver || blindSince == nil && !isAnyFeedBlind, isHeard(drop.until, seconds) else {
                continue
            }
            found.append(
                Shortage(
                    key: key, lane: isReceiver ? .receiver : .volume, onset: drop.onset,
                    expected: drop.expected,
                    seen: drop.seen, deviation: drop.deviation, until: drop.lastMissing, seconds: seconds,
                    excess: max(0, counted.series[index].highest.excess)))
        }
        for index in answered.isAlarming ? answered.series.indices : 0..<0 {
            guard let drop = answered.series[index].open else { continue }
            let seconds = UInt32(clamping: answered.series[index].intervalSeconds)
            guard isHeard(drop.until, seconds) else { continue }
            found.append(
                Shortage(
                    key: answered.series[index].key, lane: .answered, onset: drop.onset,
                    expected: drop.expected,
                    seen: drop.seen, deviation: drop.deviation, until: drop.lastMissing, seconds: seconds,
                    excess: max(0, answered.series[index].excess)))
        }
        for (key, gap) in deliveries.gaps where isHeard(gap.until, gap.seconds) {
            found.append(
                Shortage(
                    key: key, lane: .delivered, onset: gap.onset, expected: gap.expected, seen: gap.seen,
                    deviation: gap.deviation, until: gap.lastMissing, seconds: gap.seconds,
                    excess: place(known: key).map { max(0, streams[$0].receiverTest.highest.excess) } ?? 0))
        }
        return found.sorted { $0.excess > $1.excess }
    }

    private func place(known key: StreamKey) -> Int? { places[key.rawValue].map { Int($0) } }

    /// Adds what is missing to the failures that are known, or begins new ones, and reports them.
    ///
    /// - Parameter isAlone: no failed calls speak now; while they do, nothing new is made of counts.
    mutating func followMissing(_ shortages: [Shortage], isAlone: Bool, report: (Finding) -> Void) {
        var groups: [(episode: Int?, parts: [Shortage])] = []
        for shortage in shortages {
            let known = episodes.firstIndex {
                $0.members.contains(shortage.key.rawValue ^ shortage.lane.mark)
            }
            let group = groups.firstIndex { group in
                if let episode = group.episode, let known { return episode == known }
                return group.parts.contains { $0.isRelated(shortage) }
            }
            if let group {
                groups[group].parts.append(shortage)
                if groups[group].episode == nil { groups[group].episode = known }
            } else {
                groups.append((known, [shortage]))
            }
        }
        var told: Set<Int> = []
        for (known, parts) in groups {
            guard let strongest = parts.max(by: { $0.height < $1.height }) else { continue }
            let scope = scope(of: parts)
            // Where calls fail, those that leave no record belong to the same failure.
            if let failing = episodes.firstIndex(where: { !$0.isOfCounts && $0.isSame(scope) }) {
                if strongest.lane == .volume {
                    episodes[failing].missing = max(episodes[failing].missing, Double(scope.lostCallers))
                }
                continue
            }
            let index: Int
            if let known = known ?? justOver(scope, strongest.onset, apart: told) {
                index = known
            } else {
                guard isAlone, episodes.count < 16 else { continue }
                index = episodes.count
                episodes.append(
                    EmergencyEpisode(
                        key: newKey(strongest.onset), onset: strongest.onset, detected: now, lastAlarm: now,
                        lastLost: strongest.until, settledUntil: now))
            }
            told.insert(index)
            keepMissing(index, scope, parts, report: report)
        }
    }

    /// What was missing elsewhere of the same calls a short while ago: one storm, one failure.
    private func justOver(_ scope: EmergencyScope, _ onset: UInt32, apart told: Set<Int>) -> Int? {
        episodes.indices.first { index in
            let episode = episodes[index]
            return !told.contains(index) && episode.isOfCounts && episode.scope.sign == scope.sign
                && episode.scope.side == scope.side
                && max(episode.onset, onset) - min(episode.onset, onset) <= 86_400
                && !Set(episode.scope.services).isDisjoint(with: scope.services)
        }
    }

    private mutating func keepMissing(
        _ index: Int, _ scope: EmergencyScope, _ parts: [Shortage], report: (Finding) -> Void
    ) {
        var scope = scope
        scope.history = episodes[index].scope.history
        episodes[index].scope = scope
        episodes[index].members = Set(parts.map { $0.key.rawValue ^ $0.lane.mark })
        episodes[index].patience = max(3_600, 4 * (parts.map(\.seconds).max() ?? 0))
        episodes[index].lastAlarm = now
        episodes[index].lastLost = min(now, parts.map(\.until).max() ?? now)
        // Between two intervals it goes on.
        if parts.contains(where: { $0.until >= now || now - $0.until <= $0.seconds }) {
            episodes[index].lastLost = now
        }
        episodes[index].attempts = Double(scope.missing?.expected ?? 0)
        episodes[index].failed = Double(scope.lostCallers)
        episodes[index].strength = parts.map(\.excess).max() ?? 0
        tell(index, report)
    }

    // MARK: What it reaches

    /// The services and places of what is missing, how much it is, and on whose side.
    private func scope(of parts: [Shortage]) -> EmergencyScope {
        var scope = EmergencyScope()
        guard let lane = parts.first?.lane else { return scope }
        var places = parts.filter(\.isOfPlace)
        let wide = widest(parts)
        let isNarrow = wide.isEmpty
        // A wide stream that misses callers is told with the places that look as if they did too.
        if !isNarrow { places += halfSeen(beside: places, wide) }
        scope.services = Set((places + parts).compactMap(\.service)).sorted()
        scope.departments = Set((places + parts).compactMap(\.department)).filter { $0 != .none }.sorted()
        let operators = parts.filter { $0.key.level == .operator || $0.key.level == .serviceOperator }
        if operators.count == parts.count {
            scope.operators = Set(
                operators.map {
                    Symbol(rawValue: UInt32($0.key.level == .operator ? $0.key.first : $0.key.second))
                }
            ).sorted { $0.rawValue < $1.rawValue }
        }
        if scope.services.isEmpty {
            scope.services = streams.filter { $0.key.level == .service }.map(\.key.service).sorted()
        }
        var told = places.isEmpty ? parts : places
        if !isNarrow {
            // Places that hold most of what is missing everywhere are where it is.
            let (inPlaces, inAll) = (sum(of: places).missing, sum(of: wide).missing)
            let isEverywhere = wide.contains { $0.department == nil } && scope.operators.isEmpty
            if inPlaces < 0.6 * inAll || places.isEmpty { told = wide }
            scope.isNationwide =
                isEverywhere && (told.first?.isOfPlace != true || isMostOfNation(scope))
            if scope.isNationwide, lane == .volume {
                (scope.failingDepartments, scope.departments) = (scope.departments, calling(scope.services))
            }
        }
        if lane == .receiver, !isNarrow, told.first?.isOfPlace != true {
            // All that report together: that is where it is, and no nation unless it is one.
            scope.departments = reporting(scope.services)
            scope.isNationwide = scope.departments.count >= 80
        }
        scope.isNationwide = scope.isNationwide || scope.departments.isEmpty
        let all = sum(of: told)
        scope.lostCallers = Int(all.missing.rounded())
        scope.lostLow = max(0, Int((all.missing - 1.96 * all.deviation).rounded(.down)))
        scope.lostHigh = Int((all.missing + 1.96 * all.deviation).rounded(.up))
        scope.share = all.expected > 0 ? min(1, all.missing / all.expected) : 0
        scope.explains = 1
        scope.missing = EmergencyScope.Missing(
            basis: .init(lane), expected: Int(all.expected.rounded()), seen: Int(all.seen.rounded()))
        switch lane {
        case .volume: (scope.sign, scope.side) = ("volume", scope.operators.isEmpty ? .unknown : .access)
        case .receiver: (scope.sign, scope.side) = ("receiver", .unknown)
        case .delivered: (scope.sign, scope.side) = ("receiver", .centre)
        case .answered: (scope.sign, scope.side) = ("answers", .centre)
        }
        return scope
    }

    /// The parts that reach furthest, of one level: the nation, services, or departments; none where only places or operators tell.
    private func widest(_ parts: [Shortage]) -> [Shortage] {
        for level in [StreamKey.Level.nation, .service, .department] {
            let found = parts.filter { $0.key.level == level }
            if !found.isEmpty { return found }
        }
        return parts.filter { $0.key.level == .receiver && $0.key.second == CountWatch.everywhere }
    }

    /// Places of a wide failure whose own tests have not said so, but are half-way there.
    private func halfSeen(beside known: [Shortage], _ wide: [Shortage]) -> [Shortage] {
        let keys = Set(known.map(\.key))
        guard let first = wide.first else { return [] }
        let level = first.lane == .volume ? StreamKey.Level.cell : .receiver
        let since = wide.map(\.onset).min() ?? now
        var found: [Shortage] = []
        for index in counted.series.indices {
            let key = counted.series[index].key
            guard key.level == level, key.second != CountWatch.everywhere, key.second != 0,
                !keys.contains(key), counted.series[index].height > 0.5
            else { continue }
            guard let sums = counted.series[index].history.sums(since: since) else { continue }
            let part = Shortage(
                key: key, lane: first.lane, onset: since, expected: sums.expected, seen: sums.count,
                deviation: (1.5 * max(1, sums.expected)).squareRoot(), until: now, seconds: first.seconds,
                excess: 0)
            guard
                wide.contains(where: {
                    ($0.service == nil || $0.service == part.service)
                        && ($0.department == nil || $0.department == part.department)
                })
            else { continue }
            found.append(part)
        }
        return found
    }

    /// Departments of which centres count these services.
    private func reporting(_ services: [EmergencyService]) -> [DepartmentCode] {
        var found: Set<UInt64> = []
        for index in counted.series.indices {
            let key = counted.series[index].key
            if key.level == .receiver, services.contains(key.service) { found.insert(key.second) }
        }
        found.subtract([0, CountWatch.everywhere])
        return found.map { DepartmentCode(rawValue: UInt16(truncatingIfNeeded: $0)) }.sorted()
    }

    /// Departments from which these services are called.
    private func calling(_ services: [EmergencyService]) -> [DepartmentCode] {
        var found: Set<UInt64> = []
        for stream in streams where stream.key.level == .cell && services.contains(stream.key.service) {
            if stream.key.second != 0 { found.insert(stream.key.second) }
        }
        return found.map { DepartmentCode(rawValue: UInt16(truncatingIfNeeded: $0)) }.sorted()
    }

    /// Whether the departments named are most of those that call.
    private func isMostOfNation(_ scope: EmergencyScope) -> Bool {
        let known = calling(scope.services).count
        return known >= 8 && scope.departments.count * 10 >= known * 6
    }

    private func sum(of parts: [Shortage]) -> (
        expected: Double, seen: Double, missing: Double, deviation: Double
    ) {
        let expected = parts.reduce(0) { $0 + $1.expected }
        let seen = parts.reduce(0) { $0 + $1.seen }
        let variance = parts.reduce(0) { $0 + $1.deviation * $1.deviation }
        return (expected, seen, max(0, expected - seen), variance.squareRoot())
    }
}

extension Shortage.Lane {
    /// Tells the lanes of one key apart: bits above those of any level.
    var mark: UInt64 {
        switch self {
        case .volume: 0
        case .receiver: 0x40
        case .delivered: 0x80
        case .answered: 0xC0
        }
    }
}
