public import VigieCalls
public import VigieWire

/// Finds first-contact calls from one origin that land where its calls never landed.
///
/// It counts first-time callers by origin (a country other than the home one, or a trunk) and landing prefix of one,
/// two and three digits after the country code. Once a minute each touched cell weighs its callers against what was
/// learned (`FloodCell`); a cell beyond the threshold is then compared with what the rest of the traffic does at the
/// moment (`FloodJudge`). Only the start of a call and its numbers decide, so it is sure while the calls still ring.
public struct MisroutedFlood: Detector {
    static let minuteCapacity = 8_192  // calls taken in together; when it is full the minute is cut in two
    static let cutoff: Float = 4  // nats from which a cell's calls are kept for a later look

    /// As given.
    public let settings: Settings
    /// The home country: a call from abroad to abroad is only in transit here.
    let home: Country
    /// Evidence at which the false-alarm budget is kept: ln(cells × minutes of a year ÷ alarms a year).
    let threshold: Float
    var leaves: CellTable<FloodLeaf>
    var cells: CellTable<FloodCell>
    var rows: CellTable<FloodRow>
    var everything = FloodRow()
    var suspects = SuspectRing(capacity: 4_096)
    var episodes: [FloodEpisode] = []
    var minute: [FirstContact] = []
    var touched: [UInt64] = []
    private var alarms: [UInt64] = []
    var callers = CallerWatch(hours: 24)
    var blocks = CallerWatch(hours: 6)
    private var clock: LocalClock
    var began: Timestamp?
    var hour = Int64.min
    /// Whether this state was read back, and the hour that was going on then is not over yet.
    var isResumed = false
    /// The strongest evidence of the cells that the leaf in hand was counted in.
    private var strongestOfLeaf: Float = 0
    var minutes: Float = 0

    /// A detector that has learned nothing.
    public init(settings: Settings = Settings(), home: Country = .france, clock: LocalClock = LocalClock()) {
        self.settings = settings
        self.clock = clock
        self.home = home
        let budget = min(max(settings.falseAlarmsPerYear, 0.01), 100)
        threshold = Float(Logarithm.natural(Double(max(settings.cells, 1_024)) * 525_600 / budget))
        leaves = CellTable(capacity: max(1_024, settings.cells / 2), blank: FloodLeaf())
        cells = CellTable(capacity: max(1_024, settings.cells), blank: FloodCell())
        rows = CellTable(capacity: 512, blank: FloodRow())
        minute.reserveCapacity(Self.minuteCapacity)
        touched.reserveCapacity(Self.minuteCapacity)
        alarms.reserveCapacity(64)
    }

    /// Bytes of the tables now.
    public var byteCount: Int {
        leaves.byteCount + cells.byteCount + rows.byteCount + 2 * 65_536 * 8
            + minute.capacity * MemoryLayout<FirstContact>.stride + touched.capacity * 8
    }

    /// Hours learned, faded like the counts.
    var exposure: Float {
        let hours = Double(minutes) / 60
        let memory = Double(FloodCell.memoryHours)
        return Float(memory * (1 - Logarithm.exponential(-hours / memory)))
    }

    /// Asks for what the watches know of the caller.
    public mutating func prepare(for call: UpcomingCall) {
        callers.prefetch(call.callerHash)
        blocks.prefetch(KeyHash.of(call.caller.digits / 100))
    }

    /// Takes in one call: a first contact is kept for the end of the minute.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        guard event.called.isE164, event.caller.isNumber, event.called.count > 4 else { return }
        let code = facts.called.countryDigits == 0 ? 2 : Int(facts.called.countryDigits)
        let digits = min(code + FloodKey.leafDigits, 6)
        let leaf = FloodKey.leaf(
            country: facts.caller.country, ingress: event.ingress, landing: event.called.leading(digits),
            digits: digits)
        guard facts.isFirstContact else {
            // A caller who met somebody new today may be insisting: only calls of the others show ordinary life.
            if callers.calls(facts.callerHash, at: event.start, adding: false) == 0 {
                count(leaf) { $0.known &+= 1 }
            }
            return
        }
        _ = callers.calls(facts.callerHash, at: event.start, adding: true)
        let block = KeyHash.of(event.caller.digits / 100)
        guard blocks.calls(block, at: event.start, adding: true) < settings.callsPerCallerBlock else {
            count(leaf) { $0.heavy &+= 1 }
            return
        }
        // Rung for under four seconds and withdrawn by the caller: bait for call-backs, no lost caller does that.
        let isValid = facts.called.isValid
        if isValid, event.answer == nil, event.outcome == .callerSide, let end = event.end {
            if end.nanoseconds(since: event.start) < 4_000_000_000 { return }
        }
        let from = facts.caller.country
        let to = facts.called.country
        let isInTransit = from != home && to != home && to != .none
        let isRefused = facts.called.isAllocated == false
        count(leaf) { $0.fresh &+= 1 }
        if minute.count == Self.minuteCapacity { settle(at: event.start, report: report) }
        minute.append(
            FirstContact(
                leaf: leaf, start: event.start, caller: event.caller, called: event.called,
                ingress: event.ingress,
                country: facts.caller.country, countryDigits: UInt8(code), landingDigits: UInt8(digits),
                calledThisHour: UInt16(clamping: facts.calledActivity.receivedThisHour),
                callerIsNew: facts.callerActivity.isNew,
                isInTransit: isInTransit, callerIsValid: facts.caller.isValid,
                isUnallocated: !isValid || isRefused,
                isAnswered: event.answer != nil, talk: Float(Double(event.talkNanoseconds ?? 0) / 1e9),
                callID: event.callID))
    }

    private mutating func count(
        _ leaf: UInt64, _ add: (inout (fresh: UInt16, known: UInt16, heavy: UInt16)) -> Void
    ) {
        let place = leaves.place(leaf) { Double($0.fresh + $0.known + 8 * $0.freshNow) }
        let isFirst = leaves.values[place].pending == (0, 0, 0)
        add(&leaves.values[place].pending)
        if isFirst, touched.count < 65_536 { touched.append(leaf) }
    }

    /// Weighs the minute that ended.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        settle(at: now, report: report)
    }

    /// Takes in what came since the last time, then judges the cells that stand out.
    private mutating func settle(at now: Timestamp, report: (Finding) -> Void) {
        if began == nil { began = now }
        guard let began else { return }
        minutes = max(minutes, Float(now.seconds(since: began) / 60))
        turnHour(at: now)
        alarms.removeAll(keepingCapacity: true)
        let isLearned = now - began >= settings.minimumLearning
        let exposure = exposure
        for index in touched.indices {
            if index + 8 < touched.count { ask(for: touched[index + 8], keysOnly: true) }
            if index + 4 < touched.count { ask(for: touched[index + 4], keysOnly: false) }
            take(touched[index], exposure: exposure, isLearned: isLearned)
        }
        touched.removeAll(keepingCapacity: true)
        if isLearned {
            for call in minute {
                guard let place = leaves.find(call.leaf), leaves.values[place].suspicion >= Self.cutoff else {
                    continue
                }
                suspects.append(call)
            }
            if !alarms.isEmpty || !episodes.isEmpty { judge(alarms, at: now, report: report) }
        }
        minute.removeAll(keepingCapacity: true)
    }

    /// Asks for what `take` will read of a leaf and its cells: the keys first, and when they are there the values.
    private mutating func ask(for leaf: UInt64, keysOnly: Bool) {
        if keysOnly {
            leaves.prefetch(leaf)
        } else if let place = leaves.find(leaf) {
            leaves.values.prefetch(place)
        }
        let code = FloodKey.digits(leaf) - FloodKey.leafDigits
        for digits in code + 1...code + FloodKey.leafDigits {
            for origin in 0..<2 {
                let cell =
                    origin == 0
                    ? FloodOrigin.country(FloodKey.country(leaf)).cell(leaf, digits: digits)
                    : FloodOrigin.ingress(FloodKey.ingress(leaf)).cell(leaf, digits: digits)
                if keysOnly {
                    cells.prefetch(cell)
                } else if let place = cells.find(cell) {
                    cells.values.prefetch(place)
                }
            }
        }
    }

    /// The origins under which a leaf's calls are counted: its country unless that is most of the traffic, and its trunk.
    // `mutating` though it changes nothing, as some others here: else the whole detector is copied for each call.
    private mutating func origins(of leaf: UInt64) -> (FloodOrigin?, FloodOrigin?) {
        let country = FloodOrigin.country(FloodKey.country(leaf))
        let ingress = FloodOrigin.ingress(FloodKey.ingress(leaf))
        let isKnown = FloodKey.country(leaf) != 0
        let hasTrunk = FloodKey.ingress(leaf) != 0
        return (
            isKnown && share(of: country) < 0.4 ? country : nil,
            hasTrunk && share(of: ingress) < 0.6 ? ingress : nil
        )
    }

    /// The origin's share of all first-contact callers learned; 0 while little is known.
    mutating func share(of origin: FloodOrigin) -> Float {
        guard everything.total > 50, let place = rows.find(origin.row) else { return 0 }
        return rows.values[place].total / everything.total
    }

    private mutating func take(_ key: UInt64, exposure: Float, isLearned: Bool) {
        guard let place = leaves.find(key) else { return }
        let pending = leaves.values[place].pending
        leaves.values[place].pending = (0, 0, 0)
        leaves.values[place].fade(to: minutes)
        let fresh = Float(pending.fresh)
        var weight: Float = 1
        if pending.fresh > 0 {
            let (country, ingress) = origins(of: key)
            strongestOfLeaf = 0
            if let country { weight = min(weight, weigh(country, key, fresh, exposure, isLearned)) }
            if let ingress { weight = min(weight, weigh(ingress, key, fresh, exposure, isLearned)) }
            leaves.values[place].suspicion = strongestOfLeaf
            grow(FloodOrigin.country(FloodKey.country(key)).row, by: fresh, weight)
            if FloodKey.ingress(key) != 0 {
                grow(FloodOrigin.ingress(FloodKey.ingress(key)).row, by: fresh, weight)
            }
            everything.add(fresh, weight: weight, at: minutes)
        }
        leaves.values[place].fresh += fresh * weight
        leaves.values[place].known += Float(pending.known)
        leaves.values[place].freshNow += fresh
        leaves.values[place].knownNow += Float(pending.known)
        leaves.values[place].heavyNow += Float(pending.heavy)
    }

    private mutating func grow(_ row: UInt64, by callers: Float, _ weight: Float) {
        let place = rows.place(row) { Double($0.total) }
        rows.values[place].add(callers, weight: weight, at: minutes)
    }

    /// Adds a minute's callers to the origin's cells; how much of them may be learned as usual, `0.02...1`.
    private mutating func weigh(
        _ origin: FloodOrigin, _ leaf: UInt64, _ fresh: Float, _ exposure: Float, _ isLearned: Bool
    ) -> Float {
        let factor = factor(of: origin)
        let code = FloodKey.digits(leaf) - FloodKey.leafDigits
        var weight: Float = 1
        for digits in code + 1...code + FloodKey.leafDigits {
            let key = origin.cell(leaf, digits: digits)
            let place = cells.place(key) { Double($0.learned + $0.strongest) }
            let rate = cells.values[place].rate(exposure: exposure, factor: factor)
            if isLearned {
                cells.values[place].add(fresh, at: minutes, rate: rate, ceiling: threshold + 10)
                let strongest = cells.values[place].strongest
                strongestOfLeaf = max(strongestOfLeaf, strongest)
                if strongest >= threshold, alarms.count < 64, !alarms.contains(key) { alarms.append(key) }
                // What stands out weighs less in the volume of its origin. Only the evidence for the smallest multiple
                // counts here: for the others one caller at a quiet hour is much already.
                let steady = cells.values[place].evidence.0
                if steady > 8 { weight = min(weight, max(0.02, 64 / (steady * steady))) }
            } else {
                cells.values[place].minute = minutes
                cells.values[place].learned += fresh
            }
        }
        return weight
    }

    /// How much more than its mean the origin may bring at this hour: as the season says (small origins follow
    /// everything), or as all other origins do at the moment, whichever is more.
    mutating func factor(of origin: FloodOrigin) -> Float {
        guard let place = rows.find(origin.row) else { return everything.factor }
        let usual = Float(everything.baseline.mean - rows.values[place].baseline.mean)
        let others = everything.recent(at: minutes) - rows.values[place].recent(at: minutes)
        let season = rows.values[place].baseline.mean >= 20 ? rows.values[place].factor : everything.factor
        guard usual >= 5 else { return season }
        let growth = min(8, 1.2 * others / usual)
        // In the first day and a half the hour's own history says nothing: the others' growth is all there is.
        return everything.baseline.hoursLearned < 36 ? max(1.5, growth) : max(season, growth)
    }

    mutating func suspicion(of leaf: UInt64) -> Float {
        let (country, ingress) = origins(of: leaf)
        let code = FloodKey.digits(leaf) - FloodKey.leafDigits
        var strongest: Float = 0
        for origin in [country, ingress] {
            guard let origin else { continue }
            for digits in code + 1...code + FloodKey.leafDigits {
                if let place = cells.find(origin.cell(leaf, digits: digits)) {
                    strongest = max(strongest, cells.values[place].strongest)
                }
            }
        }
        return strongest
    }

    /// Closes the hour that is over: every origin learns what it brought and what the next hour may bring.
    private mutating func turnHour(at now: Timestamp) {
        let present = now.seconds / 3_600
        guard present != hour else { return }
        let next = clock.hourOfWeek(at: now)
        if hour != .min {
            let before = clock.hourOfWeek(at: Timestamp(seconds: hour * 3_600))
            // Hours that passed while the node was stopped were not silent: nobody listened.
            let silent = isResumed ? 0 : min(present - hour - 1, 168)
            Self.turn(&everything, before: before, silent: silent, next: next)
            rows.updateAll { Self.turn(&$0, before: before, silent: silent, next: next) }
        }
        isResumed = false
        hour = present
    }

    private static func turn(_ row: inout FloodRow, before: Int, silent: Int64, next: Int) {
        row.baseline.learn(count: Double(row.thisHour), hourOfWeek: before)
        if silent > 0 {
            for hour in 1...silent { row.baseline.learn(count: 0, hourOfWeek: (before + Int(hour)) % 168) }
        }
        row.thisHour = 0
        row.total *= 1 - 1 / FloodCell.memoryHours
        let expected = row.baseline.expectation(hourOfWeek: next)
        row.factor = Float(
            min(max((expected.mean + 1.5 * expected.doubt) / max(row.baseline.mean, 0.05), 0.25), 6))
    }

    /// Forgets the evidence of a cell that something wider explains.
    mutating func clearEvidence(of cell: UInt64) {
        if let place = cells.find(cell) {
            cells.values[place].evidence = (0, 0, 0)
            cells.values[place].learnWaiting()
            cells.values[place].quietUntil = minutes + 10
        }
    }

    /// Forgets the evidence of an origin's cells after its flood is over, so that the next one is seen afresh.
    mutating func clearEvidence(of origin: FloodOrigin) {
        cells.updateAll(where: { FloodOrigin(cell: $0) == origin }) {
            $0.evidence = (0, 0, 0)
            $0.waiting = 0
        }
    }
}
