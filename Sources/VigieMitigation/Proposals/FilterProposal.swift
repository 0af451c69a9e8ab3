public import VigieCalls
import VigieDetection
import VigieDiagnosis
public import VigieIncidents

/// A filter worth showing to a person, with what it would have done to the calls on record.
public struct FilterProposal: Sendable {
    /// What is proposed.
    public var filter: Filter
    /// What it would have done.
    public var outcome: FilterTrial.Outcome

    /// A filter with its outcome.
    public init(filter: Filter, outcome: FilterTrial.Outcome) {
        self.filter = filter
        self.outcome = outcome
    }
}

/// Looks for the narrowest filter that stops an incident.
public struct FilterSearch {
    private let incident: Incident
    private let dossier: Dossier
    private let plans: NumberingPlans
    /// What the filter should stop.
    public let target: FilterTrial.Target
    /// What to try on the stored calls.
    public let candidates: [Filter.Match]

    /// Lists candidate filters for an incident, from what its dossier shows.
    public init(_ incident: Incident, dossier: Dossier, plans: NumberingPlans) {
        self.incident = incident
        self.dossier = dossier
        self.plans = plans
        switch incident.subject {
        case .misroutedFlood(let origin, let landing):
            target = .trouble
            candidates = Self.floodCandidates(origin, landing, dossier, reach: Self.reach(incident.causes))
        case .numberUsurpation(let number, let trunks):
            target = dossier.proofs > 0 ? .proof : .trouble
            candidates = Self.usurpationCandidates(number, trunks, isCauseSeen: dossier.proofs > 0)
        case .dialerCampaign(let ingress, let numbers, _):
            target = .trouble
            candidates = Self.campaignCandidates(ingress, numbers, dossier)
        case .wangiri(let numbers):
            target = .trouble
            candidates = [Self.match { $0.calledNumbers = numbers }]
        case .revenueShareFraud(let numbers, let prefixes, let ingress):
            target = .trouble
            candidates = Self.revenueShareCandidates(numbers, prefixes, ingress, dossier.mainCaller)
        case .telephonyDoS(let numbers, let ingress):
            target = .trouble
            candidates = Self.denialCandidates(numbers, ingress, dossier)
        case .emergencyFailure:
            // No filter ever stands before an emergency call.
            target = .trouble
            candidates = []
        }
    }

    /// What a filter of this incident should do.
    private var action: Filter.Action {
        switch incident.kind {
        case .numberUsurpation: target == .proof ? .reject : .redirect
        case .telephonyDoS: .limit
        default: .reject
        }
    }

    /// The best candidate: it stops nearly as much as any, and of those the least that is wanted, and of those the plainest.
    ///
    /// `nil` when none stops at least half of the trouble, or the best does harm: no filter is better than a harmful one.
    public func best(of outcomes: [FilterTrial.Outcome]) -> FilterProposal? {
        guard let most = outcomes.map(\.wantedShare).max(), most >= 0.5 else { return nil }
        let goal = min(most, max(0.95, most - 0.03))
        let good = outcomes.indices.filter { Self.reaches(goal, outcomes[$0]) }
        let pool = good.isEmpty ? outcomes.indices.filter { outcomes[$0].wantedShare >= most - 1e-9 } : good
        let index = pool.min { left, right in
            let one = outcomes[left].legitimateShare
            let other = outcomes[right].legitimateShare
            if abs(one - other) > 0.001 { return one < other }
            // Few calls on record say little about harm (none stopped of 300 is less than 1 %): then whoever may know somebody passes.
            let isCareful = candidates[left].withoutTies
            if isCareful != candidates[right].withoutTies, outcomes[left].legitimate < 300 {
                return isCareful
            }
            return candidates[left].keys < candidates[right].keys
        }
        guard let index, !outcomes[index].isHarmful else { return nil }
        var filter = Filter(match: candidates[index], action: action)
        // Ten calls a minute is more than one line answers, and leaves room for those who are wanted.
        if action == .limit { filter.limit = Filter.Rate(calls: 10, seconds: 60, per: .calledNumber) }
        return FilterProposal(filter: filter, outcome: outcomes[index])
    }

    /// Whether a filter stops a share of `goal`, or so nearly that chance explains what it missed: in the first minutes of a flood two
    /// calls are more than 3 %, and no reason to prefer a filter that stops everybody's cousins.
    private static func reaches(_ goal: Double, _ outcome: FilterTrial.Outcome) -> Bool {
        if outcome.wantedShare >= goal - 1e-9 { return true }
        guard goal < 1, outcome.wantedShare >= 0.5, outcome.wanted <= 1_000 else { return false }
        // The chance of fewer misses, when each call is missed with 1 - goal.
        var fewer = 0.0
        var term = 1.0
        for _ in 0..<outcome.wanted { term *= goal }
        for misses in 0..<outcome.wanted - outcome.wantedStopped {
            fewer += term
            term *= Double(outcome.wanted - misses) / Double(misses + 1) * (1 - goal) / goal
        }
        return 1 - fewer > 0.02
    }

    private static func match(_ set: (inout Filter.Match) -> Void) -> Filter.Match {
        var match = Filter.Match()
        set(&match)
        return match
    }

    /// Where the fault leads, when one is as good as certain: strays land there next, whatever they hit so far.
    private static func reach(_ causes: [Cause]) -> [NumberPrefix] {
        guard let first = causes.first, first.score >= 0.9, first.explains >= 0.9 else { return [] }
        return first.reach.map { [$0] } ?? []
    }

    /// Every combination of trunk, caller prefix, landing prefix and first contact that the dossier supports.
    private static func floodCandidates(
        _ origin: Origin, _ landing: [NumberPrefix], _ dossier: Dossier, reach: [NumberPrefix]
    ) -> [Filter.Match] {
        var trunkChoices: [[Symbol]] = [[]]
        let trunks = covering(dossier.trunks.filter { $0.0 != .none }, of: dossier.calls, fewest: fewest)
        if !trunks.isEmpty { trunkChoices.append(trunks) }
        var callerChoices: [[NumberPrefix]] = [[]]
        for length in 3...7 {
            var counts: [NumberPrefix: Int] = [:]
            for flow in dossier.flows {
                guard let from = NumberPrefix(flow.from), from.count >= length,
                    let cut = NumberPrefix("\(from.digits / PhoneNumber.powerOfTen(from.count - length))")
                else { continue }
                counts[cut, default: 0] += flow.calls
            }
            let list = covering(
                counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) },
                of: dossier.calls, fewest: fewest)
            if !list.isEmpty, list.count <= 8, !callerChoices.contains(list.sorted()) {
                callerChoices.append(list.sorted())
            }
        }
        var matches: [Filter.Match] = []
        for trunks in trunkChoices {
            for callers in callerChoices {
                for called in reach.isEmpty ? landingChoices(landing, dossier) : [reach] {
                    let strangers = match {
                        $0.ingress = trunks
                        $0.callerPrefixes = callers
                        $0.callerCountry =
                            callers.isEmpty && origin.country != .none ? [origin.country] : []
                        $0.calledPrefixes = called
                        $0.firstContact = true
                    }
                    matches.append(strangers)
                    guard origin.country != .none, origin.country != .france else { continue }
                    var others = strangers
                    others.withoutTies = true
                    matches.append(others)
                }
            }
        }
        return matches
    }

    /// The landing as found, and ever longer prefixes that still hold 97 % of the calls: fashion narrows a flood.
    private static func landingChoices(_ landing: [NumberPrefix], _ dossier: Dossier) -> [[NumberPrefix]] {
        var choices = [landing]
        for length in 4...9 {
            var counts: [NumberPrefix: Int] = [:]
            for line in dossier.reached where line.number.count >= length {
                counts[NumberPrefix(line.number, count: length), default: 0] += line.calls
            }
            let ranked = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) }
            let list = covering(ranked, of: dossier.calls, limit: maxPrefixes, fewest: fewest)
            if !list.isEmpty { choices.append(list.sorted()) }
        }
        return choices
    }

    /// Prefixes in one filter at most: what a person can still read before approving it.
    private static let maxPrefixes = 64

    private static func usurpationCandidates(_ number: PhoneNumber, _ trunks: [Symbol], isCauseSeen: Bool)
        -> [Filter.Match]
    {
        isCauseSeen
            ? [
                match {
                    $0.callerNumbers = [number]; $0.ingress = trunks
                }, match { $0.callerNumbers = [number] },
            ]
            : [
                match {
                    $0.calledNumbers = [number]; $0.firstContact = true
                }
            ]
    }

    private static func campaignCandidates(_ ingress: Symbol, _ numbers: [PhoneNumber], _ dossier: Dossier)
        -> [Filter.Match]
    {
        var matches: [Filter.Match] = []
        if !numbers.isEmpty {
            matches.append(
                match {
                    $0.ingress = ingress == .none ? [] : [ingress]; $0.callerNumbers = numbers
                })
        }
        let prefixes = covering(
            dossier.flows.compactMap { flow in NumberPrefix(flow.to).map { ($0, flow.calls) } },
            of: dossier.calls)
        if ingress != .none {
            if !prefixes.isEmpty, prefixes.count <= 10 {
                matches.append(
                    match {
                        $0.ingress = [ingress]; $0.calledPrefixes = Set(prefixes).sorted();
                        $0.firstContact = true
                    })
            }
            matches.append(
                match {
                    $0.ingress = [ingress]; $0.firstContact = true
                })
        }
        return matches
    }

    private static func revenueShareCandidates(
        _ numbers: [PhoneNumber], _ prefixes: [NumberPrefix], _ ingress: Symbol, _ caller: PhoneNumber?
    ) -> [Filter.Match] {
        let trunks = ingress == .none ? [] : [ingress]
        var matches: [Filter.Match] = []
        if let caller {
            matches.append(
                match {
                    $0.ingress = trunks; $0.callerNumbers = [caller]
                    $0.calledPrefixes = Set(prefixes.map { $0.cut(to: min(4, $0.count)) }).sorted()
                })
        }
        if !numbers.isEmpty {
            matches.append(
                match {
                    $0.ingress = trunks; $0.calledNumbers = numbers
                })
        }
        if !prefixes.isEmpty {
            matches.append(
                match {
                    $0.ingress = trunks; $0.calledPrefixes = prefixes
                })
        }
        return matches
    }

    private static func denialCandidates(_ numbers: [PhoneNumber], _ ingress: Symbol, _ dossier: Dossier)
        -> [Filter.Match]
    {
        var matches = [
            match {
                $0.calledNumbers = numbers; $0.firstContact = true
            }
        ]
        if let caller = dossier.mainCaller {
            matches.append(
                match {
                    $0.calledNumbers = numbers; $0.callerNumbers = [caller]
                })
        }
        let trunks = covering(dossier.trunks.filter { $0.0 != .none }, of: dossier.calls)
        if !trunks.isEmpty {
            matches.append(
                match {
                    $0.calledNumbers = numbers; $0.firstContact = true; $0.ingress = trunks
                })
        }
        return matches
    }

    /// Of so many calls none came from elsewhere: then at most 3 % do (the rule of three). With fewer, what the first minute did not
    /// show is no reason to look away from it.
    private static let fewest = 100

    /// The first entries that together hold 97 % of the calls; empty when even `limit` of them do not, or there are fewer calls than
    /// `fewest`.
    private static func covering<Key>(_ ranked: [(Key, Int)], of total: Int, limit: Int = 20, fewest: Int = 0)
        -> [Key]
    {
        guard total >= fewest else { return [] }
        var kept: [Key] = []
        var sum = 0
        for (key, calls) in ranked.prefix(limit) {
            kept.append(key)
            sum += calls
            if Double(sum) >= 0.97 * Double(total) { return kept }
        }
        return []
    }
}
