public import VigieCalls
public import VigieWire

/// Finds calls made by machines that hide it: silent calls, numbers dialled in a row or at random, invented callers.
///
/// Three views of the same calls: the displayed number, its block of ten thousand at one ingress, and the ingress.
/// Only calls between numbers that never spoke count. At least one strong sign and one more are needed, or one sign that is
/// overwhelming; volume, first contact, short talk and odd hours alone are what honest senders show as well.
public struct DialerCampaign: Detector {
    /// What can be tuned.
    public struct Settings: Sendable {
        /// First-contact calls within about an hour before anything is said; 10…1000.
        public var leastCalls = 25.0
        /// Strength in nats that one sign must reach: 10^5 runs × 10^4 hours a year is ln(10^9) = 21, plus margin.
        public var nats = 24.0
        /// Nats at which a single strong sign is enough.
        public var overwhelming = 100.0
        /// Displayed numbers and blocks watched at once, about 400 bytes each.
        public var runs = 4_096
        /// Ingresses watched at once, about 400 bytes each.
        public var ingresses = 1_024
        /// The defaults.
        public init() {}
    }

    private let settings: Settings
    private let home: Country
    var runs: RecentTable<DialerRun>
    var ingresses: RecentTable<DialerRun>
    var campaigns: [DialerRecord] = []
    private var hours = PermittedHours()

    /// A detector that knows nothing yet.
    ///
    /// - Parameter home: whose subscribers this network serves; their calls abroad are another detector's matter.
    public init(_ settings: Settings = Settings(), home: Country = .france) {
        self.settings = settings
        self.home = home
        runs = RecentTable(capacity: settings.runs)
        ingresses = RecentTable(capacity: settings.ingresses)
        campaigns.reserveCapacity(DialerRecord.limit)
    }

    /// The page about it.
    public static let card = DetectorCard.dialerCampaign

    /// Forgets campaigns that ended more than a day ago.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        campaigns.removeAll { now - $0.last > .seconds(86_400) }
    }

    /// Asks for the keys of the caller and of its block.
    public mutating func prepare(for call: UpcomingCall) {
        let place = UInt64(call.ingress.rawValue) << 2
        runs.prefetch(KeyHash.of(call.callerHash, place | 1))
        runs.prefetch(KeyHash.of(call.caller.digits / 10_000, place | 2))
    }

    /// Takes in one call.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        guard event.called.isE164 else { return }
        // Thousands who dial 15 and are led to a few centres' long numbers, tried again while they fail, are no machine.
        if event.dialled != .absent, EmergencyNumbers.service(event.dialled, home: home) != nil { return }
        // The home country's subscribers who call abroad in rows are revenue-share fraud's matter.
        let calledCountry = facts.called.country
        let isFromHome = facts.caller.country == home && home != .none
        guard !isFromHome || calledCountry == home else { return }
        let marks = DialerMarks(event, facts)
        let isPermitted = hours.contains(event.start)
        let place = UInt64(event.ingress.rawValue) << 2
        let isNumber = event.caller.isE164
        if isNumber {
            let key = KeyHash.of(facts.callerHash, place | 1)
            let isBusy = facts.callerActivity.made >= 8
            watch(key, .number, marks.isSuspicious || isBusy, event, facts, marks, isPermitted, report)
            let block = KeyHash.of(event.caller.digits / 10_000, place | 2)
            watch(block, .block, marks.isSilent || marks.isForged, event, facts, marks, isPermitted, report)
        }
        let key = KeyHash.of(place | 3)
        let index: Int
        if let found = ingresses.find(key) {
            index = found
        } else {
            index = ingresses.insert(key)
            ingresses[index].name(.ingress, event, facts)
        }
        ingresses[index].count(event, facts, marks, isPermitted: isPermitted)
        let mayJudge = marks.isForged || marks.isSilent || marks.isNeighbour
        if mayJudge, ingresses[index].calls >= settings.leastCalls {
            judge(ingresses[index], event, marks, report)
        }
    }

    private mutating func watch(
        _ key: UInt64, _ scope: DialerRun.Scope, _ mayOpen: Bool, _ event: borrowing CallEvent,
        _ facts: borrowing CallFacts, _ marks: DialerMarks, _ isPermitted: Bool, _ report: (Finding) -> Void
    ) {
        let index: Int
        if let found = runs.find(key) {
            index = found
        } else {
            guard mayOpen, marks.isFirstContact else { return }
            index = runs.insert(key)
            runs[index].name(scope, event, facts)
        }
        runs[index].count(event, facts, marks, isPermitted: isPermitted)
        if marks.isFirstContact, runs[index].calls >= settings.leastCalls {
            judge(runs[index], event, marks, report)
        }
    }

    private mutating func judge(
        _ run: borrowing DialerRun, _ event: borrowing CallEvent, _ marks: DialerMarks,
        _ report: (Finding) -> Void
    ) {
        // Calls to one or two numbers are a flood upon them; calls that only ring are wangiri's.
        let most = max(run.sameCalled / 2, run.ringOnly / 0.5)
        guard most <= run.calls else { return }
        // What was told in this minute needs no new judgement: a flood costs no more than ordinary calls.
        let minute = event.start.seconds / 60
        let (place, number) = (UInt64(run.ingress.rawValue), run.caller.rawValue)
        for index in campaigns.indices where campaigns[index].reportedMinute == minute {
            if campaigns[index].key == place || (place == 0 && campaigns[index].key == number) { return }
        }
        let signs = DialerSigns(run, nats: settings.nats)
        guard signs.strongCount > 0, signs.count >= 2 || signs.strongest >= settings.overwhelming else {
            return
        }
        if run.scope != .number {
            // Many callers: people hang up early too, and a trunk may spoil the numbers that it passes on. It takes an
            // invented or neighbouring number, or a row, and calls that do not go as people's calls do.
            let isOddlyShort = signs.isOddlyShort(run)
            guard signs.strongCount >= 2 || (signs.isForgedOrInRow && isOddlyShort) else { return }
        }
        record(run, signs, event, marks, report)
    }

    private mutating func record(
        _ run: borrowing DialerRun, _ signs: DialerSigns, _ event: borrowing CallEvent, _ marks: DialerMarks,
        _ report: (Finding) -> Void
    ) {
        var key = UInt64(run.ingress.rawValue)
        if key == 0, run.scope == .number { key = run.caller.rawValue }
        let ingress = run.ingress
        if key == 0 {
            // Without trunks all calls are one crowd: what a number was already found to do is not told again.
            let hourAgo = event.start - .seconds(3_600)
            guard !campaigns.contains(where: { $0.key != 0 && $0.last > hourAgo }) else { return }
        }
        let index: Int
        if let found = campaigns.firstIndex(where: { $0.key == key }) {
            index = found
        } else {
            if campaigns.count >= DialerRecord.limit {
                guard let oldest = campaigns.indices.min(by: { campaigns[$0].last < campaigns[$1].last })
                else { return }
                campaigns.remove(at: oldest)
            }
            campaigns.append(DialerRecord(key: key, ingress: ingress, first: run.began))
            index = campaigns.count - 1
        }
        campaigns[index].update(run, signs, event, marks)
        let minute = event.start.seconds / 60
        guard campaigns[index].reportedMinute != minute else { return }
        campaigns[index].reportedMinute = minute
        report(campaigns[index].finding(run, at: max(event.start, run.knownAt), least: settings.nats))
    }
}
