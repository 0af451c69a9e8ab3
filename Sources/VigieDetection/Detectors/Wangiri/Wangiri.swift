public import VigieCalls
public import VigieWire

/// Finds numbers that ring once and wait to be called back: foreign or expensive, few, to many people.
///
/// A block of ten thousand foreign or premium numbers is watched from its first call that its caller gives up within
/// seconds. People give up so early in about one call of ten; here nearly all do. Then the call-backs of those rung count.
public struct Wangiri: Detector {
    /// What can be tuned.
    public struct Settings: Sendable {
        /// An unanswered call that its caller ends within this time, set-up included, only rang once; 2…20 s.
        public var ringOnce: Duration = .seconds(12)
        /// Single rings within about an hour before anything is said; 8…1000.
        public var leastRings = 15.0
        /// Call-backs that turn single rings into a fraud.
        public var leastCallBacks: UInt32 = 2
        /// Single rings that are enough without any call-back in view.
        public var ringsAlone = 80.0
        /// Nats by which the share of single rings must exceed people's one in ten.
        public var nats = 20.0
        /// Blocks watched at once, about 350 bytes each.
        public var blocks = 2_048

        /// The defaults.
        public init() {}
    }

    /// The page about it.
    public static let card = DetectorCard.wangiri

    private let settings: Settings
    private let ringOnce: Int64
    var runs: RecentTable<RingRun>

    /// A detector that knows nothing yet.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        ringOnce = settings.ringOnce.wholeNanoseconds
        runs = RecentTable(capacity: settings.blocks)
    }

    /// Nothing hangs on silence.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {}

    /// Takes in one call: as a single ring, and as a call-back to a number that rang.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        // Most calls end here: both numbers are of one country and of ordinary kinds.
        let callerCountry = facts.caller.country
        let calledCountry = facts.called.country
        let isAbroad = callerCountry != calledCountry
        let (callerKind, calledKind) = (facts.caller.kind, facts.called.kind)
        guard isAbroad || Self.isExpensive(callerKind) || Self.isExpensive(calledKind) else { return }
        if facts.isCallBack, event.called.isE164 { countCallBack(event, report: report) }
        guard event.caller.isE164, event.called.isE164, facts.isFirstContact else { return }
        countRing(event, facts, report: report)
    }

    /// Kinds whose calls cost more than a call to a person does.
    static func isExpensive(_ kind: NumberKind) -> Bool {
        switch kind {
        case .premiumRate, .sharedCost, .satellite, .personal: true
        default: false
        }
    }

    private static func key(_ number: PhoneNumber) -> UInt64 {
        KeyHash.of(number.digits / 10_000, UInt64(number.count))
    }

    private mutating func countRing(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        let key = Self.key(event.caller)
        let isRing = isSingleRing(event)
        let index: Int
        if let found = runs.find(key) {
            index = found
        } else {
            guard isRing else { return }
            index = runs.insert(key)
            runs[index].country = facts.caller.country
        }
        runs[index].count(event, facts, isRing: isRing)
        guard isRing, runs[index].rings >= settings.leastRings else { return }
        judge(index, event, report: report)
    }

    private func isSingleRing(_ event: borrowing CallEvent) -> Bool {
        guard event.answer == nil, let end = event.end, end.nanoseconds(since: event.start) <= ringOnce else {
            return false
        }
        let (releasedBy, status, cause) = (event.releasedBy, event.sipStatus, event.q850)
        guard releasedBy != .called, releasedBy != .network else { return false }
        return releasedBy == .caller || status == 487 || (status == 0 && (cause == 16 || cause == 0))
    }

    private mutating func countCallBack(_ event: borrowing CallEvent, report: (Finding) -> Void) {
        guard let index = runs.find(Self.key(event.called)) else { return }
        runs[index].countCallBack(event)
        if runs[index].rings >= settings.leastRings || runs[index].isConvicted {
            judge(index, event, report: report)
        }
    }

    private mutating func judge(_ index: Int, _ event: borrowing CallEvent, report: (Finding) -> Void) {
        let rings = runs[index].rings
        let calls = runs[index].calls
        let nats = 0.5 * DialerSigns.surprise(rings, of: calls, usual: 0.15)
        if !runs[index].isConvicted {
            // Few numbers ring many people; many numbers that ring once each verify telephones ("flash calls").
            let callers = Double(runs[index].callers.estimate)
            guard nats >= settings.nats, rings >= 0.7 * calls,
                callers <= 0.34 * Double(runs[index].totalCalls)
            else {
                return
            }
            guard runs[index].callBacks >= settings.leastCallBacks || rings >= settings.ringsAlone else {
                return
            }
            runs[index].isConvicted = true
        }
        let minute = event.start.seconds / 60
        guard minute != runs[index].reportedMinute else { return }
        runs[index].reportedMinute = minute
        report(runs[index].finding(nats: max(0, nats - settings.nats), at: event.start))
    }
}
