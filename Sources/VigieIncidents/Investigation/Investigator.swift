public import VigieCalls
import VigieDetection
public import VigieDiagnosis
import VigieWire

/// Looks at the stored calls again for one incident and fills its dossier.
public struct Investigator {
    private var scope: IncidentScope
    private let incident: Incident
    private let plans: NumberingPlans
    private var dossier = Dossier()
    private var callers: [PhoneNumber: Int] = [:]
    private var reached: [PhoneNumber: Dossier.Reached] = [:]
    private var hours: [Int64: Dossier.Hour] = [:]
    private var flows: [FlowKey: Int] = [:]
    private var trunks: [Symbol: Int] = [:]
    private var proofTrunks: [Symbol: Int] = [:]
    private var proofCountries: [Country: Int] = [:]
    private var nodes: [Symbol: Int] = [:]
    private var operators: [Symbol: Int] = [:]
    private var countries: [Country: Int] = [:]
    private var departments: [String: Int] = [:]
    private var shown: Set<PhoneNumber> = []
    private var evidence: MisrouteEvidence?
    private var callBacks: CallBackList?

    private struct FlowKey: Hashable {
        var from: NumberPrefix
        var to: NumberPrefix
    }

    /// - Parameters:
    ///   - plans: the numbering plans by which numbers are read.
    ///   - locations: in which department a call's location lies.
    ///   - home: whose emergency numbers are meant.
    public init(
        _ incident: Incident, plans: NumberingPlans, locations: Locations = Locations(),
        home: Country = .france, centres: EmergencyCentres = EmergencyCentres()
    ) {
        self.incident = incident
        self.plans = plans
        scope = IncidentScope(incident, plans: plans, locations: locations, home: home, centres: centres)
        if case .emergencyFailure = incident.subject { callBacks = CallBackList() }
        if case .misroutedFlood(let origin, let landing) = incident.subject {
            evidence = MisrouteEvidence(
                originCountry: origin.country, landing: landing, from: incident.firstSeen,
                to: incident.lastSeen)
        }
    }

    /// Takes in the next stored call; ask for every one from the journal's first, in order.
    public mutating func take(_ event: CallEvent) {
        let role = scope.role(of: event)
        evidence?.take(event, isMisrouted: role == .trouble, plans: plans)
        guard let role else { return }
        callBacks?.take(event, isLost: role == .trouble)
        switch role {
        case .ordinary:
            dossier.ordinary += 1
            countHour(event.start) { $0.ordinary += 1 }
        case .proof:
            dossier.proofs += 1
            proofTrunks[event.ingress, default: 0] += 1
            proofCountries[plans.facts(of: event.caller, at: event.start).country, default: 0] += 1
            if shown.count < Dossier.maxDistinct { shown.insert(event.called) }
            sample(event.callID)
        case .trouble:
            countTrouble(event)
        }
    }

    /// The dossier, and for a flood the material for its diagnosis.
    public consuming func finish() -> (dossier: Dossier, evidence: MisrouteEvidence?) {
        dossier.distinctCallers = callers.count
        dossier.mainCaller = callers.first { $0.value * 2 > dossier.calls }?.key
        dossier.callBacks = callBacks?.list() ?? []
        dossier.pairs = shown.count { callers[$0] != nil }
        dossier.reachedTotal = reached.count
        dossier.reached = reached.values.sorted { ($0.calls, $1.first) > ($1.calls, $0.first) }
        dossier.hours = hours.values.sorted { $0.start < $1.start }
        dossier.flows = flows.sorted { ($0.value, $1.key.to) > ($1.value, $0.key.to) }.prefix(40).map {
            Dossier.Flow(from: $0.key.from.description, to: $0.key.to.description, calls: $0.value)
        }
        dossier.trunks = Self.ranked(trunks) { $0.rawValue < $1.rawValue }
        dossier.proofTrunks = Self.ranked(proofTrunks) { $0.rawValue < $1.rawValue }
        dossier.proofCountries = Self.ranked(proofCountries) { $0.rawValue < $1.rawValue }
        dossier.nodes = Self.ranked(nodes) { $0.rawValue < $1.rawValue }
        dossier.operators = Self.ranked(operators) { $0.rawValue < $1.rawValue }
        dossier.countries = Self.ranked(countries) { $0.rawValue < $1.rawValue }
        dossier.departments = Self.ranked(departments) { $0 < $1 }
        return (dossier, evidence)
    }

    private mutating func countTrouble(_ event: CallEvent) {
        dossier.calls += 1
        countHour(event.start) { $0.trouble += 1 }
        if event.caller != .absent, callers.count < Dossier.maxDistinct || callers[event.caller] != nil {
            callers[event.caller, default: 0] += 1
        }
        if event.answer != nil { dossier.answered += 1 }
        if let talk = event.talk, talk <= .seconds(10) { dossier.shortCalls += 1 }
        let called = plans.facts(of: event.called, at: event.start)
        let caller = plans.facts(of: event.caller, at: event.start)
        if called.isAllocated == false { dossier.unallocated += 1 }
        if let charge = event.chargeMicros {
            if charge > 0 { dossier.charged += 1 } else { dossier.free += 1 }
        } else {
            dossier.chargeUnknown += 1
        }
        trunks[event.ingress, default: 0] += 1
        nodes[event.node, default: 0] += 1
        operators[event.operator, default: 0] += 1
        countries[caller.country, default: 0] += 1
        let from = NumberPrefix(event.caller, count: Int(max(caller.areaDigits, caller.countryDigits)))
        let to = NumberPrefix(event.called, count: Int(max(called.areaDigits, called.countryDigits)))
        if flows.count < 10_000 || flows[FlowKey(from: from, to: to)] != nil {
            flows[FlowKey(from: from, to: to), default: 0] += 1
        }
        countReached(event)
        sample(event.callID)
    }

    private mutating func countReached(_ event: CallEvent) {
        if reached[event.called] == nil {
            guard reached.count < Dossier.maxReached else { return }
            if let department = plans.place(of: event.called)?.department {
                departments[department, default: 0] += 1
            }
            reached[event.called] = Dossier.Reached(
                number: event.called, first: event.start, last: event.start)
        }
        reached[event.called]?.calls += 1
        reached[event.called]?.last = event.start
        if event.answer != nil { reached[event.called]?.answered += 1 }
        if let charge = event.chargeMicros, charge > 0 { reached[event.called]?.charged += 1 }
    }

    private mutating func countHour(_ time: Timestamp, _ count: (inout Dossier.Hour) -> Void) {
        let hour = time.seconds / 3_600
        if hours[hour] == nil {
            guard hours.count < 24 * 400 else { return }
            hours[hour] = Dossier.Hour(start: Timestamp(seconds: hour * 3_600))
        }
        if var entry = hours[hour] {
            count(&entry)
            hours[hour] = entry
        }
    }

    private mutating func sample(_ callID: CallID) {
        if dossier.samples.count < 10, !callID.isEmpty { dossier.samples.append(callID) }
    }

    private static func ranked<Key: Hashable>(_ counts: [Key: Int], tie: (Key, Key) -> Bool) -> [(Key, Int)] {
        counts.sorted { $0.value != $1.value ? $0.value > $1.value : tie($0.key, $1.key) }.map {
            ($0.key, $0.value)
        }
    }
}
