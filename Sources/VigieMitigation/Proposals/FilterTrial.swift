public import VigieCalls
public import VigieDetection
public import VigieIncidents
import VigieWire

/// Tries filters on stored calls: how many of the calls that make the trouble each would have stopped, and how many
/// wanted calls of the same kind with them.
///
/// Feed it every stored call from the first, in order; first contact is worked out anew for the calls in question.
public struct FilterTrial {
    /// What one filter would have done.
    public struct Outcome: Sendable {
        /// Calls that should be stopped, and those of them that would have been.
        public var wanted = 0
        /// Calls that should be stopped and would have been.
        public var wantedStopped = 0
        /// Wanted calls of the same kind, and those of them that would have been stopped.
        public var legitimate = 0
        /// Wanted calls that would have been stopped.
        public var legitimateStopped = 0

        /// Nothing tried yet.
        public init() {}

        /// Share of the calls to stop that would have been stopped, in `0...1`.
        public var wantedShare: Double { wanted == 0 ? 0 : Double(wantedStopped) / Double(wanted) }
        /// Whether it would stop half of the wanted calls, and more than a few of them: of two calls in a week one means little
        /// beside the dozen that the first minute of a flood brought.
        var isHarmful: Bool { legitimateShare >= 0.5 && legitimateStopped * 5 >= wantedStopped }

        /// Share of the wanted calls that would have been stopped too, in `0...1`; 0 when none was seen.
        public var legitimateShare: Double {
            legitimate == 0 ? 0 : Double(legitimateStopped) / Double(legitimate)
        }
    }

    /// Which calls a filter is asked to stop.
    public enum Target: Sendable { case trouble, proof }

    /// In the order of the candidates.
    public private(set) var outcomes: [Outcome]
    private let candidates: [Filter.Match]
    private let target: Target
    private var scope: IncidentScope
    private let plans: NumberingPlans
    private let home: Country
    private let clock: LocalClock
    private let firstSeen: Timestamp
    private var legitimateFrom: Timestamp?
    private var pairs: Set<UInt64> = []
    /// Numbers with the other end's country, by `Ties`; learnt before the trouble only, and not when no candidate asks.
    private var ties: Set<UInt64> = []
    private let asksForTies: Bool

    /// - Parameters:
    ///   - candidates: what to try, at most a few hundred.
    ///   - target: what to stop: the trouble itself, or the calls that cause it.
    public init(
        _ candidates: [Filter.Match], incident: Incident, target: Target, plans: NumberingPlans,
        home: Country = .france, clock: LocalClock = LocalClock()
    ) {
        self.clock = clock
        self.home = home
        self.candidates = candidates
        self.target = target
        self.plans = plans
        scope = IncidentScope(incident, plans: plans)
        firstSeen = incident.firstSeen
        outcomes = Array(repeating: Outcome(), count: candidates.count)
        asksForTies = candidates.contains { $0.withoutTies }
    }

    /// Takes in the next stored call.
    public mutating func take(_ event: CallEvent) {
        if legitimateFrom == nil {
            legitimateFrom = max(
                firstSeen - .seconds(7 * 86_400), event.start + (firstSeen - event.start) / 2)
        }
        var hasTies = false
        if asksForTies {
            let both = Ties(event.caller, event.called, plans)
            hasTies = both.crossesBorder && (ties.contains(both.callerHash) || ties.contains(both.calledHash))
            if both.crossesBorder, event.start < firstSeen, ties.count < IncidentScope.maxPairs {
                ties.insert(both.callerHash)
                ties.insert(both.calledHash)
            }
        }
        guard let role = scope.role(of: event) else { return }
        let pair = KeyHash.ofPair(event.caller, event.called)
        let isFirst =
            pairs.count < IncidentScope.maxPairs ? pairs.insert(pair).inserted : !pairs.contains(pair)
        let isWanted = target == .trouble ? role == .trouble : role == .proof
        // Call-backs are a consequence: neither to be stopped nor to be counted as harm when their cause is the target.
        guard isWanted || role == .ordinary else { return }
        // Harm is measured on the week before the trouble, when every call was wanted; a journal's first half only teaches
        // who knows whom. During the trouble a wanted first contact cannot be told from an unwanted one.
        if !isWanted, let legitimateFrom, event.start < legitimateFrom || event.start >= firstSeen { return }
        let country = plans.facts(of: event.caller, at: event.start).country
        let isEmergency = plans.isEmergency(event.called, home: home)
        for index in candidates.indices {
            // A misrouted caller who insists is a first contact at the first try only; the filter in force would have
            // stopped that one, and with it the pair would still be unknown.
            let matches = candidates[index].matches(
                event, callerCountry: country, isFirstContact: isFirst || isWanted, isEmergency: isEmergency,
                clock: clock, hasTies: hasTies)
            if isWanted {
                outcomes[index].wanted += 1
                if matches { outcomes[index].wantedStopped += 1 }
            } else {
                outcomes[index].legitimate += 1
                if matches { outcomes[index].legitimateStopped += 1 }
            }
        }
    }
}
