import VigieCalls
import VigieWire

extension EmergencyFailure {
    // MARK: What failed attempts share

    func isBad(_ entry: AttemptRing.Entry, _ sign: Alarm.Sign) -> Bool {
        switch sign {
        case .answers: !entry.fate.isAnswered || entry.fate.isLost
        case .cuts: entry.attempt == .secondAfterShort || entry.fate.isLost
        case .retries: entry.attempt.isNews || entry.fate.isLost
        default: entry.fate.isLost
        }
    }

    /// Attempts with equal values in all dimensions, counted since each of some seconds in one look at the record.
    func groups(since begins: [UInt32], sign: Alarm.Sign) -> [[AffectedSetSearch.Group]] {
        struct Key: Hashable {
            var high: UInt64
            var low: UInt64
            var centre: UInt64
        }
        guard let earliest = begins.min() else { return [] }
        var places = [Key: Int](minimumCapacity: 4_096)
        var groups: [[AffectedSetSearch.Group]] = begins.map { _ in [] }
        var usual: [UInt64: Double] = [:]
        let widest = begins.firstIndex(of: earliest) ?? 0
        ring.newest(since: earliest) { entry in
            let key = Key(
                high: UInt64(entry.service.rawValue) << 32 | UInt64(entry.department.rawValue) << 16
                    | UInt64(entry.node),
                low: UInt64(entry.operator) << 32 | UInt64(entry.ingress) << 16 | UInt64(entry.egress),
                centre: entry.centre.rawValue)
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = groups[widest].count
                places[key] = place
                let group = AffectedSetSearch.Group(
                    values: [
                        UInt64(entry.service.rawValue), UInt64(entry.department.rawValue),
                        entry.centre.rawValue, UInt64(entry.node), UInt64(entry.operator),
                        UInt64(entry.ingress), UInt64(entry.egress),
                    ], attempts: 0, failed: 0, usual: usualShare(of: entry, sign, &usual))
                for index in begins.indices { groups[index].append(group) }
            }
            let weight = Double(entry.weight)
            let failed = isBad(entry, sign) ? weight : 0
            for index in begins.indices where entry.second >= begins[index] {
                groups[index][place].attempts += weight
                groups[index][place].failed += failed
            }
        }
        return groups.map { $0.filter { $0.attempts > 0 } }
    }

    /// What is usual for an attempt: the most of what its cell, machine and operator are used to.
    func usualShare(of entry: AttemptRing.Entry, _ sign: Alarm.Sign, _ known: inout [UInt64: Double])
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
                case .cuts: share = stream.shorts.cautious(parent: 0.03, strength: 60) + stream.usualFailure
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
    func scope(
        of found: AffectedSetSearch.Found, _ groups: [AffectedSetSearch.Group], sign: Alarm.Sign
    )
        -> EmergencyScope
    {
        typealias Dimension = AffectedSetSearch.Dimension
        var inside = [[UInt64: (attempts: Double, failed: Double)]](repeating: [:], count: 7)
        var whole = inside
        var wholeUsual = [[UInt64: Double]](repeating: [:], count: 7)
        /// Values of each dimension that calls have within the other dimensions' sets, and are kept out by this one alone.
        var left = [Set<UInt64>](repeating: [], count: 7)
        var allFailed = 0.0
        var usual = 0.0
        for group in groups {
            let outside = found.outside(group)
            let holds = outside.isEmpty
            if outside.count == 1, let only = outside.first { left[only].insert(group.values[only]) }
            allFailed += group.failed
            if holds { usual += group.usual * group.attempts }
            for dimension in 0..<7 {
                let value = group.values[dimension]
                let old = whole[dimension][value] ?? (0, 0)
                whole[dimension][value] = (old.attempts + group.attempts, old.failed + group.failed)
                wholeUsual[dimension][value, default: 0] += group.usual * group.attempts
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
        /// Narrowed: the values found, most evidence first. Not narrowed: nothing, or with `showsAll` those whose calls say rather that
        /// they fail as the set does than that they do not, by so many nats; one failed call among many that are answered accuses nobody.
        func named(_ dimension: Dimension, showsAll: Bool = false, least: Double = 0) -> [UInt64] {
            let parts = inside[dimension.rawValue]
            let values: [UInt64]
            if let set = found.values[dimension.rawValue] {
                values = set.filter { parts[$0] != nil }
                // Most of the paths that lead there name none: the few others had few calls.
                let others = left[dimension.rawValue].count
                if !showsAll, values.count > others, values.count + others >= 4 { return [] }
            } else if showsAll {
                values = parts.filter { weight($0.value) > least }.map(\.key)
            } else {
                return []
            }
            return values.filter { $0 != 0 }.sorted {
                let one = weight(parts[$0] ?? (0, 0))
                let other = weight(parts[$1] ?? (0, 0))
                return one != other ? one > other : $0 < $1
            }
        }
        /// Values outside the set with calls enough to say that they fail as usual, not even a third as often as the set does.
        func sound(_ dimension: Dimension, apart: [UInt64]) -> [UInt64] {
            whole[dimension.rawValue].filter { value, counts in
                guard value != 0, counts.attempts > 0, !apart.contains(value) else { return false }
                let expected = wholeUsual[dimension.rawValue][value] ?? 0
                let own = min(0.9, max(0.003, expected / counts.attempts))
                let third = min(0.95, max(found.share / 3, own * 2))
                let passed = counts.attempts - counts.failed
                let evidence =
                    counts.failed * Logarithm.natural(own / third)
                    + passed * Logarithm.natural((1 - own) / (1 - third))
                return evidence > 3 && counts.failed <= expected + 2 * expected.squareRoot()
            }
            .map(\.key).sorted()
        }
        var scope = EmergencyScope()
        // There are few numbers, and each has an ordinary failed call now and then: where many calls fail, a single one accuses none.
        let services = named(.service, showsAll: true, least: found.failed < 8 ? 0 : 5)
        let isNationwide =
            found.values[Dimension.department.rawValue] == nil
            && found.values[Dimension.centre.rawValue] == nil
        // Where most of the failed calls tell no place, the few that do are no list of the places that are hit.
        let unplaced = inside[Dimension.department.rawValue][0]?.failed ?? 0
        let isUnplaced = !isNationwide && unplaced * 2 > found.failed
        let departments = isUnplaced ? [] : named(.department, showsAll: true)
        let nodes = named(.node)
        let operators = named(.operator)
        scope.services = services.map { EmergencyService(rawValue: UInt32($0)) }.sorted()
        scope.departments = departments.map { DepartmentCode(rawValue: UInt16($0)) }.sorted()
        scope.isNationwide = isNationwide
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
        if scope.isNationwide {
            let served = served(by: scope)
            if !served.isEmpty {
                scope.failingDepartments = scope.departments
                scope.departments = served.union(scope.departments).sorted()
                scope.soundDepartments.removeAll { served.contains($0) }
            }
        }
        return scope
    }

    /// Departments of whose callers one in twenty at least goes by the machines of a scope, or else by its operators.
    private func served(by scope: EmergencyScope) -> Set<DepartmentCode> {
        let (level, names) =
            scope.nodes.isEmpty
            ? (StreamKey.Level.departmentOperator, scope.operators) : (.departmentNode, scope.nodes)
        guard !names.isEmpty else { return [] }
        var callers: [UInt64: Double] = [:]
        for stream in streams
        where stream.key.level == level && names.contains(where: { UInt64($0.rawValue) == stream.key.second })
        {
            callers[stream.key.first, default: 0] += stream.level
        }
        var served: Set<DepartmentCode> = []
        for (department, level) in callers {
            guard let place = places[StreamKey(.department, department).rawValue],
                level >= 0.05 * streams[Int(place)].level
            else { continue }
            served.insert(DepartmentCode(rawValue: UInt16(truncatingIfNeeded: department)))
        }
        return served
    }

    func side(
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
}
