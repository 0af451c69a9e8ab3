import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// Adds what was found to the failure that it speaks of, or begins a new one, and reports it.
    mutating func keep(
        _ scope: inout EmergencyScope, _ found: AffectedSetSearch.Found, _ alarm: Alarm, since: UInt32,
        report: (Finding) -> Void
    ) {
        let known = scope
        let index: Int
        let same = episodes.indices.filter {
            !episodes[$0].isOfCounts && episodes[$0].isSame(known)
                && !hasEnded(episodes[$0], apart: known)
        }
        if let same = same.first(where: { episodes[$0].scope.sharesPath(known) })
            ?? same.first(where: { !isBeside(episodes[$0], known) })
        {
            index = same
        } else {
            guard episodes.count < 16 else { return }
            let first = firstLost(known, since: since, alarm.sign) ?? since
            episodes.append(
                EmergencyEpisode(
                    key: newKey(first), onset: first, detected: now,
                    lastAlarm: now, lastLost: now, settledUntil: first &- 600))
            index = episodes.count - 1
        }
        episodes[index].lastAlarm = now
        // Towards its end a failure shows only parts of itself: what was known when most was seen stays.
        let isOver =
            episodes[index].scope.share > 0
            && recentShare(in: episodes[index].scope, alarm.sign) < 0.5 * episodes[index].scope.share
        if !isOver && found.gain >= 0.7 * episodes[index].bestGain
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

    /// A key that no episode has.
    func newKey(_ onset: UInt32) -> String {
        let minute = Timestamp(seconds: Int64(onset / 60 * 60)).rfc3339()
        let known = Set(episodes.map(\.key))
        var key = episodes.isEmpty ? minute : "\(minute)-\(episodes.count + 1)"
        var next = episodes.count + 2
        while known.contains(key) {
            key = "\(minute)-\(next)"
            next += 1
        }
        return key
    }

    /// Share of the latest attempts within a set that went wrong: those of five minutes, or the last twenty where less is called; 1 when
    /// forty minutes brought fewer than eight.
    func recentShare(in scope: EmergencyScope, _ sign: Alarm.Sign) -> Double {
        var attempts = 0.0
        var failed = 0.0
        ring.newest(since: now &- 2_400) { entry in
            guard attempts < 20 || entry.second >= now &- 300, scope.holds(entry) else { return }
            attempts += Double(entry.weight)
            if isBad(entry, sign) { failed += Double(entry.weight) }
        }
        return attempts < 8 ? 1 : failed / attempts
    }

    /// Whether a failure of some machines, operators or trunks is over, where a set that names none of these goes on failing within it: then
    /// that is another failure. What never failed was no part of it, and cannot end.
    private func hasEnded(_ episode: EmergencyEpisode, apart other: EmergencyScope) -> Bool {
        guard episode.scope.namesPath, !other.namesPath, now &- 600 > episode.onset else { return false }
        var before = (attempts: 0.0, failed: 0.0)
        var after = before
        ring.newest(since: max(episode.onset, now &- 7_200)) { entry in
            guard episode.scope.holds(entry), !other.holds(entry) else { return }
            let weight = Double(entry.weight)
            let failed = entry.fate.isLost ? weight : 0
            if entry.second >= now &- 600 {
                after = (after.attempts + weight, after.failed + failed)
            } else {
                before = (before.attempts + weight, before.failed + failed)
            }
        }
        let share = episode.scope.share
        return after.attempts >= 20 && after.failed < 0.2 * share * after.attempts
            && before.failed >= 0.4 * share * before.attempts
    }

    /// Whether two sets that name different paths each fail where the other one does not reach: then they are two failures at one time.
    func isBeside(_ episode: EmergencyEpisode, _ other: EmergencyScope) -> Bool {
        guard episode.scope.namesPath, other.namesPath, !episode.scope.sharesPath(other) else { return false }
        var own = (attempts: 0.0, failed: 0.0)
        var others = own
        ring.newest(since: max(episode.onset, now &- 7_200)) { entry in
            let (isOwn, isOther) = (episode.scope.holds(entry), other.holds(entry))
            guard isOwn != isOther else { return }
            let weight = Double(entry.weight)
            let failed = entry.fate.isLost ? weight : 0
            if isOwn {
                own = (own.attempts + weight, own.failed + failed)
            } else {
                others = (others.attempts + weight, others.failed + failed)
            }
        }
        func fails(_ sums: (attempts: Double, failed: Double), _ share: Double) -> Bool {
            sums.attempts >= 20 && sums.failed >= 8 && sums.failed >= 0.4 * share * sums.attempts
        }
        return fails(own, episode.scope.share) && fails(others, other.share)
    }

    /// Attempts within a set since a second, and those of them that went wrong.
    func bad(in scope: EmergencyScope, since: UInt32, _ sign: Alarm.Sign) -> (
        attempts: Double, failed: Double
    ) {
        var sums = (attempts: 0.0, failed: 0.0)
        ring.newest(since: since) { entry in
            guard scope.holds(entry) else { return }
            sums.attempts += Double(entry.weight)
            if isBad(entry, sign) { sums.failed += Double(entry.weight) }
        }
        return sums
    }

    /// The set that an alarm's own stream is.
    func streamScope(_ alarm: Alarm) -> EmergencyScope {
        var scope = EmergencyScope()
        scope.sign = alarm.sign.rawValue
        scope.isNationwide = true
        let key = alarm.key
        switch key.level {
        case .service, .serviceNode, .serviceOperator: scope.services = [key.service]
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
        return scope
    }

    /// An alarm whose calls share nothing that can be named: its own stream is the place.
    mutating func keepStream(_ alarm: Alarm, since: UInt32, report: (Finding) -> Void) {
        var scope = streamScope(alarm)
        var found = AffectedSetSearch.Found()
        (found.attempts, found.failed) = bad(in: scope, since: since, alarm.sign)
        found.share = found.failed / max(1, found.attempts)
        scope.share = found.share
        keep(&scope, found, alarm, since: since, report: report)
    }

    /// Second of the first attempt within a set that went wrong, and that no other failure explains.
    func firstLost(_ scope: EmergencyScope, since: UInt32, _ sign: Alarm.Sign) -> UInt32? {
        var first: UInt32?
        let others = episodes.compactMap { $0.isOfCounts ? nil : $0.scope }
        ring.newest(since: since) { entry in
            guard isBad(entry, sign), scope.holds(entry), !others.contains(where: { $0.holds(entry) })
            else { return }
            first = min(first ?? entry.second, entry.second)
        }
        return first
    }

    /// Counts callers who tried within the set and got through nowhere: for good after ten minutes, until then provisionally.
    ///
    /// A failure may reach farther than what can be named: what fails outside more than on ordinary days widens the interval upwards.
    mutating func countLost(_ index: Int, _ sign: Alarm.Sign) {
        let scope = episodes[index].scope
        let settled = now &- CallerMemory.span
        let from = episodes[index].settledUntil
        var callers: [UInt64: (last: UInt32, isServed: Bool, isHit: Bool)] = [:]
        var lastLost = episodes[index].lastLost
        var firstLost = UInt32.max
        var failed = 0.0
        var outside = (failed: 0.0, usual: 0.0)
        var usualShares: [UInt64: Double] = [:]
        let scopes = episodes.compactMap { $0.isOfCounts ? nil : $0.scope }
        let onset = episodes[index].onset
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
            guard entry.second > from, entry.second <= settled, entry.second >= onset else { return }
            let weight = Double(entry.weight)
            if scope.holds(entry) {
                failed += isBad(entry, sign) ? weight : 0
            } else if !scopes.contains(where: { $0.holds(entry) }) {
                outside.failed += isBad(entry, sign) ? weight : 0
                outside.usual += weight * usualShare(of: entry, sign, &usualShares)
            }
        }
        episodes[index].settledFailed += failed
        episodes[index].outsideFailed += outside.failed
        episodes[index].outsideUsual += outside.usual
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
        let episode = episodes[index]
        let beyond = max(
            0, episode.outsideFailed - episode.outsideUsual - 2 * episode.outsideUsual.squareRoot())
        let callersPerFailure = Double(episode.settledLost) / max(1, episode.settledFailed)
        episodes[index].scope.lostCallers = lost
        episodes[index].scope.lostLow = max(0, Int((Double(lost) - usual - error).rounded(.down)))
        episodes[index].scope.lostHigh =
            Int((Double(lost) + error + episode.missing + beyond * callersPerFailure).rounded(.up))
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
