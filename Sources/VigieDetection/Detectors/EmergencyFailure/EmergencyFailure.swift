public import VigieCalls
public import VigieWire

/// Finds calls to emergency numbers that do not get through, and says which services, places, machines and operators they share.
///
/// Attempts are counted in streams: the nation, each service, department, centre, node, operator and trunk, and some pairs of them.
/// Every stream has sequential tests on failed attempts, missing answers, calls cut at once, redials and missing callers;
/// one national false-alarm budget is shared among all (`AlarmBudget`). A feed that has gone silent is *blind*, not failed.
///
/// - Complexity: a call to an ordinary number costs a comparison and two array writes; an emergency call a dozen look-ups.
public struct EmergencyFailure: Detector {
    /// Seconds between two judgements.
    static let tickSeconds: UInt32 = 20
    /// How long a call that was told as it began may go without an end.
    static let patienceSeconds: UInt32 = 180
    /// Such calls at most: three minutes of 2,700 a minute.
    static let maxWaiting = 8_192

    let settings: Settings
    let home: Country
    let plans: NumberingPlans
    let budget: AlarmBudget
    var locations = Locations()

    var streams: [EmergencyStream] = []
    var places: [UInt64: Int32] = [:]
    var population: [Int] = Array(repeating: 0, count: StreamKey.Level.allCases.count)
    var ring: AttemptRing
    var callers = CallerMemory()
    var runs = RunLengths()
    var seasons: [EmergencyService: EmergencySeason] = [:]
    var nationSeason = EmergencySeason()
    var clock: LocalClock
    var counted = CountWatch()
    var answered = AnsweredWatch()
    var deliveries = DeliveryWatch()
    /// The minute of data time that is being counted.
    var countedMinute: UInt32 = 0
    var feeds = FeedActivity()
    var episodes: [EmergencyEpisode] = []
    var lostSamples: [(attempt: EmergencyAttempt, callID: CallID)] = []
    var declared: [StreamKey: EmergencyBoard.Declared] = [:]
    var counts = NamedCounts()
    var waiting: [UInt64: (second: UInt32, attempt: EmergencyAttempt)] = [:]
    /// Whether calls told as they began ever had their ends told.
    var hasEnds = false

    // Data time in seconds.
    var now: UInt32 = 0
    var began: UInt32 = 0
    var lastTick: UInt32 = 0
    /// Until when expectations were added: time counts only while something is seen.
    var seenUntil: UInt32 = 0
    var lastSettled: UInt32 = 0
    var hour: UInt32 = 0
    var quarter: UInt32 = 0
    var blindSince: UInt32?
    /// Silences that ended, the latest; `gapCount` also counts those forgotten.
    var gaps: [EmergencyBoard.Gap] = []
    var gapCount = 0
    var isAnyFeedBlind = false
    var lastFinding: UInt32 = 0
    /// Data time at which a state was read, until time goes on.
    var restored: UInt32?

    /// A lookout for the emergency numbers of `home`.
    public init(
        settings: Settings = Settings(), home: Country = .france, clock: LocalClock = LocalClock(),
        plans: NumberingPlans = .standard
    ) {
        self.settings = settings
        self.clock = clock
        self.home = home
        self.plans = plans
        budget = AlarmBudget(alarmsAYear: settings.falseAlarmsAYear)
        ring = AttemptRing(capacity: max(1_024, settings.attempts))
    }

    /// Tells it the names of locations, as the symbol table grows.
    public mutating func meet(_ symbols: borrowing SymbolTable) { locations.meet(symbols) }

    /// Streams kept now; each takes about a kilobyte.
    public var streamCount: Int { streams.count }

    /// What was refused or could not be used, by name.
    public var notes: NamedCounts { counts }

    static func second(_ moment: Timestamp) -> UInt32 { UInt32(clamping: moment.seconds) }

    /// Takes in one call attempt.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        let second = Self.second(event.start)
        advance(toSecond: second, report: report)
        if second > feeds.last &+ FeedActivity.leastGap { noteGap(until: second) }
        feeds.see(event.node, event.operator, second: second)
        let called = event.called.count
        let dialled = event.dialled.count
        guard called <= 9 && called >= 2 || dialled <= 9 && dialled >= 2 || !settings.centres.isEmpty,
            let attempt = EmergencyAttempt(
                event, home: home, centres: settings.centres, locations: locations, plans: plans)
        else { return }
        // A live node tells a call as it begins: what becomes of it comes later, or not at all.
        if event.outcome == .indeterminate, event.answer == nil, event.end == nil, event.sipStatus == 0,
            event.q850 == 0
        {
            wait(attempt, key: event.callID.key, second: second)
            return
        }
        finish(attempt, event.callID, second: second)
    }

    /// Takes in how a call ended.
    public mutating func complete(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        hasEnds = true
        guard let begun = waiting.removeValue(forKey: event.callID.key) else { return }
        var attempt = begun.attempt
        attempt.fate = EmergencyFate(event)
        finish(attempt, event.callID, second: now)
    }

    /// Remembers a silence in which calls of any sort were due: nothing can be said of it.
    private mutating func noteGap(until second: UInt32) {
        let factor = [feeds.last, second].map { nationSeason.factor(minuteOfWeek: minuteOfWeek($0)).factor }
        guard feeds.isGap(until: second, factor: factor.min() ?? 1) else { return }
        if gaps.count >= EmergencyBoard.maxGaps { gaps.removeFirst() }
        gapCount += 1
        gaps.append(
            EmergencyBoard.Gap(
                from: Timestamp(seconds: Int64(feeds.last)), to: Timestamp(seconds: Int64(second))))
    }

    private mutating func finish(_ attempt: EmergencyAttempt, _ callID: CallID, second: UInt32) {
        take(attempt, second: second, weight: 1)
        if attempt.fate.isLost {
            if lostSamples.count >= 64 { lostSamples.removeFirst(32) }
            lostSamples.append((attempt, callID))
        }
    }

    private mutating func wait(_ attempt: EmergencyAttempt, key: UInt64, second: UInt32) {
        guard waiting.count < Self.maxWaiting else {
            counts.count("emergency-call-without-end", at: 0)
            return
        }
        waiting[key == 0 ? attempt.callerHash ^ UInt64(second) : key] = (second, attempt)
    }

    /// Calls whose end has not come in three minutes: where ends are told they are conversations; elsewhere nobody knows, and what a
    /// node was only asked about is no failure.
    mutating func stopWaiting() {
        guard !waiting.isEmpty else { return }
        for (key, begun) in waiting where now &- begun.second > Self.patienceSeconds {
            waiting[key] = nil
            guard hasEnds else {
                counts.count("emergency-call-without-end", at: 0)
                continue
            }
            var attempt = begun.attempt
            attempt.fate = .answered
            take(attempt, second: now, weight: 1)
        }
    }

    /// Says that data time has come to a moment; judges what is due.
    public mutating func advance(to moment: Timestamp, report: (Finding) -> Void) {
        advance(toSecond: Self.second(moment), report: report)
    }

    private mutating func advance(toSecond second: UInt32, report: (Finding) -> Void) {
        if now == 0 {
            now = second
            began = second
            lastTick = second
            seenUntil = second
            lastSettled = second
            hour = second / 3_600
            quarter = second / 900
            feeds.begin(second)
        }
        guard second > now else { return }
        if restored != nil { goOn(at: second) }
        now = second
        if now - lastTick >= Self.tickSeconds { tick(report: report) }
    }
}

/// When each machine and each operator last showed a call of any sort: two words by symbol, for a feed that fell silent.
struct FeedActivity: Sendable {
    static let capacity = 4_096
    private(set) var last: UInt32 = 0
    private(set) var total: UInt64 = 0
    private var began: UInt32 = 0
    private var nodes: [(last: UInt32, count: UInt32)] = []
    private var operators: [(last: UInt32, count: UInt32)] = []

    mutating func begin(_ second: UInt32) {
        began = second
        last = second
    }

    mutating func see(_ node: Symbol, _ operator: Symbol, second: UInt32) {
        if second > last { last = second }
        total &+= 1
        Self.note(&nodes, node, second)
        Self.note(&operators, `operator`, second)
    }

    private static func note(
        _ list: inout [(last: UInt32, count: UInt32)], _ symbol: Symbol, _ second: UInt32
    ) {
        let index = Int(symbol.rawValue)
        guard index > 1, index < capacity else { return }
        while list.count <= index { list.append((0, 0)) }
        if second > list[index].last { list[index].last = second }
        list[index].count &+= 1
    }

    /// Seconds of silence after which all feeds together are taken for dead, given what they brought so far.
    func deathAfter(_ now: UInt32) -> UInt32 {
        let rate = Double(total) / Double(max(60, now &- began))
        return UInt32(min(7_200, max(120, 20 / max(1e-3, rate))))
    }

    /// Seconds that no silence worth a word is shorter than.
    static let leastGap: UInt32 = 300

    /// Whether a silence from the last call to a moment is longer than chance allows at half of `factor` times the mean rate.
    func isGap(until second: UInt32, factor: Double) -> Bool {
        guard total >= 50, second > last, last > began else { return false }
        let rate = Double(total) / Double(max(60, last - began)) * max(0.1, factor) * 0.5
        return Double(second - last) > max(Double(Self.leastGap), 20 / rate)
    }

    /// Machines that have been silent for longer than chance allows at `factor` times their mean rate.
    func silentNodes(at now: UInt32, factor: Double) -> [Symbol] { silent(nodes, now, factor) }
    /// Operators that have been silent for longer than chance allows.
    func silentOperators(at now: UInt32, factor: Double) -> [Symbol] { silent(operators, now, factor) }

    private func silent(_ list: [(last: UInt32, count: UInt32)], _ now: UInt32, _ factor: Double) -> [Symbol]
    {
        var silent: [Symbol] = []
        let time = Double(max(600, now &- began))
        for index in list.indices where list[index].count >= 50 {
            let rate = Double(list[index].count) / time * max(0.1, factor) * 0.5
            if Double(now &- list[index].last) > max(300, 16 / rate) {
                silent.append(Symbol(rawValue: UInt32(index)))
            }
        }
        return silent
    }
}
