import VigieCalls
import VigieWire

extension MisroutedFlood {
    /// Looks at the cells beyond the threshold in the light of all other traffic, opens, updates and ends episodes.
    mutating func judge(_ alarms: [UInt64], at now: Timestamp, report: (Finding) -> Void) {
        var judged: [FloodOrigin] = []
        // Wide cells first: the excess of a whole zone hides in the "rest of the origin" of its parts.
        let suspected = alarms.filter { !isFollowed($0, FloodOrigin(cell: $0)) }
            .sorted(by: { (FloodKey.digits($0), $0) < (FloodKey.digits($1), $1) })
        let (all, sums) = suspected.isEmpty ? (FloodSums.Part(), []) : sums(of: suspected)
        for (index, cell) in suspected.enumerated() {
            let origin = FloodOrigin(cell: cell)
            guard judged.count < 16, !judged.contains(origin), !isFollowed(cell, origin) else { continue }
            let context = context(of: sums[index], origin, all: all)
            guard context.callers >= settings.minimumExcess * context.explained,
                context.heavy <= 2 * context.callers + 10
            else {
                clearEvidence(of: cell)
                continue
            }
            guard context.evidence >= 8 else { continue }
            if open(cell, origin, at: now) { judged.append(origin) }
        }
        for index in episodes.indices { follow(index, at: now, report: report) }
        for episode in episodes where now - episode.lastSeen > .seconds(1_800) {
            for origin in episode.origins { clearEvidence(of: origin) }
        }
        episodes.removeAll { now - $0.lastSeen > .seconds(1_800) }
    }

    /// Whether an episode of this origin and landing country is open already: then there is nothing left to judge.
    private func isFollowed(_ cell: UInt64, _ origin: FloodOrigin) -> Bool {
        let landing = NumberPrefix(digits: FloodKey.landing(cell), count: FloodKey.digits(cell))
        return episodes.contains { episode in
            episode.origins.contains(origin) && landing.description.hasPrefix(episode.landing.description)
        }
    }

    /// Sums the leaves by their place relative to each of the cells: there are tens of thousands of leaves, so one walk does
    /// for all.
    func sums(of cells: [UInt64]) -> (all: FloodSums.Part, cells: [FloodSums]) {
        var all = FloodSums.Part()
        var sums = cells.map { FloodSums(cell: $0) }
        // Where the landings of each length that lie in a cell begin, and how many do: sixteen lengths a cell, in one plain row.
        var firsts: [UInt64] = []
        var sizes: [UInt64] = []
        for cell in cells {
            let bounds = FloodKey.bounds(of: cell)
            for digits in 0..<16 {
                firsts.append(bounds[digits].0)
                sizes.append(bounds[digits].1)
            }
        }
        let minutes = Double(minutes)
        for set in leaves.keys.indices {
            let keys = leaves.keys[set]
            for lane in 0..<8 where keys[lane] != 0 {
                // Only the fields that count are read, where they stand: the leaves are more than the caches hold.
                let (key, place) = (keys[lane], set &* 8 &+ lane)
                // 1/(1 + x + x²/2) follows e^-x closely enough here.
                let passed = max(0, minutes - Double(leaves.values[place].minute))
                var fast = 0.0
                if passed <= 5 * Double(FloodLeaf.recentMinutes) {
                    let age = passed / Double(FloodLeaf.recentMinutes)
                    fast = 1 / (1 + age + age * age / 2)
                }
                let now = Double(leaves.values[place].freshNow) * fast
                let fresh = Double(leaves.values[place].fresh)
                all.now += now
                all.fresh += fresh
                let landing = FloodKey.landing(key)
                let digits = FloodKey.digits(key)
                for index in sums.indices {
                    let isRow = key & sums[index].mask == sums[index].value
                    let column = index &* 16 &+ digits
                    let isColumn = landing &- firsts[column] < sizes[column]
                    guard isRow || isColumn else { continue }
                    if isRow {
                        sums[index].row.now += now
                        sums[index].row.fresh += fresh
                        sums[index].rowKnown += Double(leaves.values[place].known)
                    }
                    if isColumn {
                        sums[index].column.now += now
                        sums[index].column.fresh += fresh
                    }
                    if isRow && isColumn {
                        sums[index].own.now += now
                        sums[index].own.fresh += fresh
                        sums[index].ownKnownNow += Double(leaves.values[place].knownNow) * fast
                        sums[index].heavy += Double(leaves.values[place].heavyNow) * fast
                    }
                }
            }
        }
        return (all, sums)
    }

    /// What the rest of the traffic says about the cell.
    mutating func context(of sums: FloodSums, _ origin: FloodOrigin, all: FloodSums.Part) -> FloodContext {
        let (own, row, column) = (sums.own, sums.row, sums.column)
        var context = FloodContext()
        context.heavy = sums.heavy
        let window = Double(FloodLeaf.recentMinutes)
        let hours = max(Double(exposure), 0.5)
        // as many callers of general traffic lend their mix to an origin that is little known
        let strangers = 20.0
        let mixOfAll = column.fresh / max(all.fresh, 1)
        let shareOfAll = row.fresh / max(all.fresh, 1)
        let inRow = (own.fresh + strangers * mixOfAll) / (row.fresh + strangers)
        let inColumn = (own.fresh + strangers * shareOfAll) / (column.fresh + strangers)
        let ordinary = (row.fresh + 1) / (row.fresh + sums.rowKnown + 2)
        let growth = min(10, (all.now - row.now) / max(1, (all.fresh - row.fresh) / hours / 60 * window))
        var learned = 0.0
        if let place = cells.find(sums.cell) {
            learned =
                Double(cells.values[place].rate(exposure: Float(hours), factor: factor(of: origin))) * window
        }
        context.callers = own.now
        context.explained = max(
            learned,
            max(
                Self.odds(inRow) * (row.now - own.now),
                max(
                    Self.odds(inColumn) * (column.now - own.now),
                    max(Self.odds(ordinary) * sums.ownKnownNow, own.fresh / hours / 60 * window * growth))))
        return context
    }

    private static func odds(_ share: Double) -> Double {
        let share = min(max(share, 0), 0.8)
        return share / (1 - share)
    }

    /// Opens an episode, or finds that one covers it already. False when the calls do not look like a misroute.
    private mutating func open(_ cell: UInt64, _ origin: FloodOrigin, at now: Timestamp) -> Bool {
        let landing = FloodKey.landing(cell)
        let digits = FloodKey.digits(cell)
        let prefix = NumberPrefix(digits: landing, count: digits)
        var start = now - .seconds(7_200)
        if let place = cells.find(cell) {
            start = max(
                now - .seconds(43_200),
                now - .seconds(Int64(max(0, minutes - cells.values[place].since) * 60) + 60))
        }
        let calls = suspects.since(start) { origin.holds($0.leaf) && prefix.contains($0.called) }
        guard let first = calls.first else { return false }
        var blocks = DistinctCount()
        var called = DistinctCount()
        var fresh = 0
        var invalid = 0
        for call in calls {
            blocks.insert(KeyHash.of(call.caller.digits / 100))
            called.insert(KeyHash.of(call.called.rawValue))
            if call.callerIsNew { fresh += 1 }
            if !call.callerIsValid { invalid += 1 }
        }
        guard blocks.estimate >= settings.minimumCallers, invalid * 5 <= calls.count else { return false }
        let country = Self.common(calls.map { UInt64($0.country.rawValue) })
        var isHome = true
        if let country { isHome = share(of: .country(country)) >= 0.4 }
        let isTransit = calls.count(where: \.isInTransit) * 2 > calls.count
        if isHome || isTransit {
            // Strangers alone prove little here: at home everybody may call anybody, in transit routes come and go.
            guard Double(calls.count(where: \.looksWrong)) >= settings.minimumWrongShare * Double(calls.count)
            else {
                clearEvidence(of: cell)
                return false
            }
        }
        // Digits that a fault strings together are in part numbers that nobody was given; people hardly ever dial those.
        if isHome || isTransit, calls.count(where: \.isUnallocated) * 33 < calls.count {
            clearEvidence(of: cell)
            return false
        }
        if isHome {
            guard let began, now - began >= settings.minimumHomeLearning else {
                clearEvidence(of: cell)
                return false
            }
            // At home everybody may call anybody: it takes known subscribers who end at many different strangers.
            guard called.estimate >= 5, called.estimate * 3 >= calls.count, fresh * 2 <= calls.count else {
                clearEvidence(of: cell)
                return false
            }
        }
        // Few numbers hit: the others must not be calling them as well, or it is a crowd, or a usurped number.
        if called.estimate <= 3 {
            let busiest = calls.reduce(0) { max($0, Int($1.calledThisHour)) }
            guard busiest <= 2 * calls.count else { return false }
        }
        let code = NumberPrefix(first.called, count: Int(first.countryDigits))
        if let index = episodes.firstIndex(where: { episode in
            episode.landing == code
                && (episode.origins.contains(origin)
                    || country.map { episode.origins.contains(.country($0)) } ?? false)
        }) {
            if !episodes[index].origins.contains(origin) { episodes[index].origins.append(origin) }
            return true
        }
        var origins = [origin]
        if !isHome, let country, origin != .country(country) { origins.append(.country(country)) }
        let name =
            isHome ? "trunk-\(first.ingress.rawValue)" : Country(rawValue: UInt16(country ?? 0)).description
        episodes.append(
            FloodEpisode(
                key: "misrouted-flood/\(name)/\(code)", origins: origins, landing: code,
                firstSeen: first.start,
                detectedAt: now, lastSeen: calls.last?.start ?? first.start,
                settledAt: first.start - .seconds(1)))
        return true
    }

    /// The value that nine tenths of all share.
    static func common(_ values: [UInt64]) -> UInt64? {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted[sorted.count / 2]
        return values.count(where: { $0 == middle }) * 10 >= values.count * 9 ? middle : nil
    }

    /// Takes in the calls that came since, and reports when there were any.
    private mutating func follow(_ index: Int, at now: Timestamp, report: (Finding) -> Void) {
        let episode = episodes[index]
        guard now - episode.reportedAt >= .seconds(300) else { return }
        let calls = suspects.since(max(episode.firstSeen, now - .seconds(7_200))) { call in
            episode.landing.contains(call.called) && episode.origins.contains { $0.holds(call.leaf) }
        }
        var recent: [FirstContact] = []
        for call in calls where suspicion(of: call.leaf) >= threshold / 2 { recent.append(call) }
        let new = recent.filter { $0.start > episode.settledAt }
        guard let last = new.last else { return }
        let elapsed = max(1, (now - max(episode.settledAt, episode.firstSeen)).secondsAsDouble)
        episodes[index].now = episode.now * Logarithm.exponential(-elapsed / 900) + Double(new.count)
        // A trickle of one twentieth of the flood at its height is ordinary life again.
        guard episodes[index].now > episodes[index].peak / 20 else { return }
        episodes[index].peak = max(episodes[index].peak, episodes[index].now)
        episodes[index].settledAt = last.start
        episodes[index].reportedAt = now
        episodes[index].lastSeen = max(episode.lastSeen, last.start)
        episodes[index].calls += new.count
        for call in new {
            episodes[index].callers.insert(KeyHash.of(call.caller.rawValue))
            episodes[index].called.insert(KeyHash.of(call.called.rawValue))
            if episodes[index].samples.count < 10, !call.callID.isEmpty {
                episodes[index].samples.append(call.callID)
            }
        }
        describe(index, recent)
        report(finding(episodes[index], recent))
    }

    /// Where the calls come from and where they land, from the calls of the last two hours.
    private mutating func describe(_ index: Int, _ calls: [FirstContact]) {
        guard let first = calls.first else { return }
        var origin = Origin()
        if let country = Self.common(calls.map { UInt64($0.country.rawValue) }) {
            origin.country = Country(rawValue: UInt16(country))
        }
        if let ingress = Self.common(calls.map { UInt64($0.ingress.rawValue) }) {
            origin.ingress = Symbol(rawValue: UInt32(ingress))
        }
        if origin.country != .none {
            for digits in (4...7).reversed() {
                guard let area = Self.common(calls.map { $0.caller.isE164 ? $0.caller.leading(digits) : 0 }),
                    area > 0
                else { continue }
                origin.area = NumberPrefix(digits: area, count: digits)
                break
            }
        }
        episodes[index].origin = origin
        episodes[index].prefixes = LandingCover.prefixes(
            of: calls.map(\.called), countryDigits: Int(first.countryDigits)
        ) { populatedChildren(of: $0) }
    }

    /// How many of a prefix's ten children carry first-contact calls of anybody.
    private func populatedChildren(of prefix: NumberPrefix) -> Int {
        var children: Set<UInt64> = []
        leaves.forEach { key, leaf in
            let drop = FloodKey.digits(key) - prefix.count - 1
            guard drop >= 0, leaf.fresh + leaf.known >= 1 else { return }
            let child = FloodKey.landing(key) / PhoneNumber.powerOfTen(drop)
            if child / 10 == prefix.digits { children.insert(child) }
        }
        return children.isEmpty ? 10 : children.count
    }

    private mutating func finding(_ episode: FloodEpisode, _ calls: [FirstContact]) -> Finding {
        let count = Double(max(calls.count, 1))
        let answered = calls.count(where: \.isAnswered)
        let short = calls.count { $0.isAnswered && $0.talk < 15 }
        var strength: Float = 0
        if let last = calls.last { strength = suspicion(of: last.leaf) - threshold }
        return Finding(
            kind: .misroutedFlood, key: episode.key,
            subject: .misroutedFlood(origin: episode.origin, landing: episode.prefixes),
            firstSeen: episode.firstSeen, detectedAt: episode.detectedAt, lastSeen: episode.lastSeen,
            strength: Double(max(0, strength)),
            metrics: [
                Metric("first_contact_calls", Double(episode.calls)),
                Metric("distinct_callers", Double(episode.callers.estimate)),
                Metric("distinct_called", Double(episode.called.estimate)),
                Metric("unallocated_share", Double(calls.count(where: \.isUnallocated)) / count),
                Metric("answered_share", Double(answered) / count),
                Metric("short_answer_share", answered == 0 ? 0 : Double(short) / Double(answered)),
            ],
            samples: episode.samples)
    }

}
