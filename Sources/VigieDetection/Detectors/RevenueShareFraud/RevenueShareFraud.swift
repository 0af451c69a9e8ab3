public import VigieCalls
public import VigieWire

/// Finds a source, mostly a company's exchange that was broken into, that suddenly calls expensive numbers.
///
/// Two views of calls that leave the country (or go to premium numbers): an ingress and a called block of ten thousand; a
/// displayed number and a called country. The volume must be far above the habit of that very view, by work hours and by
/// the rest, and what only thieves combine must speak for it: hours, destination, parallel calls, few numbers.
public struct RevenueShareFraud: Detector {
    /// What can be tuned.
    public struct Settings: Sendable {
        /// Calls within about an hour before anything is said; 6…1000.
        public var leastCalls = 12.0
        /// Nats above three times the habit: 10^5 runs × 10^4 hours a year is ln(10^9) = 21.
        public var nats = 22.0
        /// Points that must speak for it besides the volume, of 11.5.
        public var points = 7.0
        /// Runs watched at once, about 500 bytes each.
        public var runs = 4_096

        /// The defaults.
        public init() {}
    }

    /// The page about it.
    public static let card = DetectorCard.revenueShareFraud

    private let settings: Settings
    private let home: Country
    var runs: RecentTable<FraudRun>
    var records: [FraudRecord] = []
    private var minute: Int64 = .min
    private var isNight = false

    /// A detector that knows nothing yet.
    ///
    /// - Parameter home: whose subscribers this network serves; its hours are the ones that count.
    public init(_ settings: Settings = Settings(), home: Country = .france) {
        self.settings = settings
        self.home = home
        runs = RecentTable(capacity: settings.runs)
        records.reserveCapacity(FraudRecord.limit)
    }

    /// Forgets frauds that ended more than a day ago.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        records.removeAll { now - $0.last > .seconds(86_400) }
    }

    /// Takes in one call.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        // Most calls end here: they stay in the country, and their numbers are of ordinary kinds.
        let country = facts.called.country
        let kind = facts.called.kind
        let isPremium = kind == .premiumRate || kind == .satellite
        guard event.called.isE164 else { return }
        if !isPremium {
            guard country != home, country != facts.caller.country else { return }
        }
        let isNight = isNight(event.start)
        let place = UInt64(event.ingress.rawValue)
        if event.ingress != .none {
            let key = KeyHash.of(event.called.digits / 10_000, place << 2 | 1)
            watch(key, .block, event, facts, isNight, report)
        }
        if event.caller.isE164 {
            let key = KeyHash.of(facts.callerHash, UInt64(country.rawValue) << 2 | 2)
            watch(key, .country, event, facts, isNight, report)
        }
    }

    /// Eight in the evening to seven in the morning, Saturday and Sunday; in France's time, elsewhere in UTC.
    private mutating func isNight(_ moment: Timestamp) -> Bool {
        let minute = moment.seconds / 60
        if minute != self.minute {
            self.minute = minute
            let offset = home == .france ? PermittedHours.parisOffset(moment) : 0
            let local = CivilTime(moment, offsetSeconds: offset)
            isNight = local.weekday > 4 || local.hour >= 20 || local.hour < 7
        }
        return isNight
    }

    private mutating func watch(
        _ key: UInt64, _ scope: FraudRun.Scope, _ event: borrowing CallEvent, _ facts: borrowing CallFacts,
        _ isNight: Bool, _ report: (Finding) -> Void
    ) {
        let index: Int
        if let found = runs.find(key) {
            index = found
        } else {
            index = runs.insert(key)
            runs[index].scope = scope
            runs[index].ingress = event.ingress
            runs[index].called = event.called
            runs[index].calledFacts = facts.called
        }
        runs[index].count(event, facts, isNight: isNight, learned: facts.learned)
        guard runs[index].calls >= settings.leastCalls else { return }
        judge(index, event, facts, report)
    }

    private mutating func judge(
        _ index: Int, _ event: borrowing CallEvent, _ facts: borrowing CallFacts, _ report: (Finding) -> Void
    ) {
        // Many callers of one expensive number are its victims (wangiri) or its public (a vote), not its accomplices.
        let callers = runs[index].distinctCallers.estimate
        guard callers * 4 <= Int(runs[index].total) else { return }
        // The sums fade over an hour, which weighs like 1.44 hours; three times the habit is still a habit.
        let expected = 1 + 3 * 1.44 * runs[index].usual
        let calls = runs[index].calls
        guard calls > expected else { return }
        let nats = 0.5 * (calls * Logarithm.natural(calls / expected) - calls + expected)
        guard nats >= settings.nats * min(1, 0.4 + 0.02 * calls) else { return }
        let signs = FraudSigns(runs[index], learned: facts.learned)
        guard signs.isTypical, signs.points >= settings.points else { return }
        record(index, nats, event, report)
    }

    private mutating func record(
        _ index: Int, _ nats: Double, _ event: borrowing CallEvent, _ report: (Finding) -> Void
    ) {
        var source = UInt64(event.ingress.rawValue)
        if source == 0 { source = event.caller.rawValue }
        let place: Int
        if let found = records.firstIndex(where: { $0.source == source }) {
            place = found
        } else {
            if records.count >= FraudRecord.limit {
                guard let oldest = records.indices.min(by: { records[$0].last < records[$1].last }) else {
                    return
                }
                records.remove(at: oldest)
            }
            records.append(FraudRecord(source: source, ingress: event.ingress, first: runs[index].began))
            place = records.count - 1
        }
        records[place].update(event)
        let minute = event.start.seconds / 60
        guard records[place].reportedMinute != minute else { return }
        records[place].reportedMinute = minute
        report(records[place].finding(runs[index], nats: nats, at: max(event.start, runs[index].knownAt)))
    }
}
