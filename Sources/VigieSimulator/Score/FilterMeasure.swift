import VigieCalls
import VigieWire

/// What a proposed filter would have done, measured on the simulation where every call's nature is known.
public struct FilterMeasure: Encodable, Sendable {
    /// Share of the incident's calls that it stops, from the moment of detection.
    public var unwantedStopped: Double
    /// Ordinary calls it stops in that time.
    public var ordinaryStopped: Int
    /// Their share among ordinary calls with the same trunk or country of origin.
    public var ordinaryShare: Double
    /// Calls of the incident before detection.
    public var callsBefore: Int

    enum CodingKeys: String, CodingKey {
        case unwantedStopped = "unwanted_stopped"
        case ordinaryStopped = "ordinary_stopped"
        case ordinaryShare = "ordinary_share"
        case callsBefore = "calls_before"
    }

    /// Runs the simulation again; `nil` when the filter or the scenario cannot be read.
    init?(_ filter: AnalysisDocument.ProposedFilter, _ incident: AnalysisDocument.Incident, of truth: Truth) {
        guard let match = filter.match, let scenario = Scenario.named(truth.scenario),
            let start = Timestamp(rfc3339: truth.window.start), let first = truth.incidents.first,
            let detected = incident.detectedAt.flatMap({ Timestamp(rfc3339: $0) }),
            let end = Timestamp(rfc3339: first.end)
        else { return nil }
        var settings = SimulationSettings(seed: truth.seed)
        settings.start = start
        settings.days = truth.days
        settings.callsADay = truth.rate
        var simulation = scenario.simulation(settings)
        let trial = FilterTest(match, trunks: simulation.names.trunks, addresses: truth.addresses ?? [:])
        guard trial.narrows else { return nil }
        var seen: Set<UInt64> = []
        var tied: Set<PhoneNumber> = []
        let begin = Timestamp(rfc3339: first.start) ?? detected
        var (unwanted, stopped, ordinary, ordinaryStopped, before) = (0, 0, 0, 0, 0)
        while let call = simulation.next(), call.start <= end {
            // A pair without order: whoever was called knows the caller's number.
            let pair = SeededRandom.hash(
                min(call.caller.rawValue, call.called.rawValue),
                max(call.caller.rawValue, call.called.rawValue))
            let isFirstContact = call.caller == .absent || !seen.contains(pair)
            var isStopped = false
            if call.start < detected {
                if call.label != 0 { before += 1 }
            } else {
                isStopped = trial.matches(
                    call, isFirstContact: isFirstContact,
                    hasTies: tied.contains(call.caller) || tied.contains(call.called))
                if call.label != 0 {
                    unwanted += 1
                    if isStopped { stopped += 1 }
                } else if trial.isNear(call) {
                    ordinary += 1
                    if isStopped { ordinaryStopped += 1 }
                }
            }
            // A call that the filter stopped is no contact: those who insist stay strangers.
            if call.caller != .absent, !isStopped { seen.insert(pair) }
            // Who had to do with the country in question before: the incident's own calls make no ties.
            if call.start < begin, trial.isOfCountry(call.caller) || trial.isOfCountry(call.called) {
                tied.formUnion([call.caller, call.called])
            }
        }
        unwantedStopped = unwanted == 0 ? 0 : Double(stopped) / Double(unwanted)
        self.ordinaryStopped = ordinaryStopped
        ordinaryShare = ordinary == 0 ? 0 : Double(ordinaryStopped) / Double(ordinary)
        callsBefore = before
    }
}

/// A filter's match, read on its own from its JSON: keys that are given must all hold.
struct FilterTest {
    private let trunks: Set<UInt16>
    private let countryCodes: [NumberPrefix]
    private let callerPrefixes: [NumberPrefix]
    private let callers: Set<PhoneNumber>
    private let calledPrefixes: [NumberPrefix]
    private let called: Set<PhoneNumber>
    private let firstContact: Bool
    private let withoutTies: Bool
    private let namesTrunk: Bool
    private let namesCountry: Bool
    private let namesCaller: Bool
    private let namesCalled: Bool

    init(
        _ match: AnalysisDocument.ProposedFilter.Match, trunks names: [String], addresses: [String: [String]]
    ) {
        func numbers(_ texts: [String]?) -> Set<PhoneNumber> {
            Set((texts ?? []).compactMap { UInt64($0.drop { $0 == "+" }).flatMap { PhoneNumber(e164: $0) } })
        }
        namesTrunk = !(match.ingress?.values ?? []).isEmpty
        namesCountry = !(match.callerCountry ?? []).isEmpty
        trunks = Set(
            (match.ingress?.values ?? []).compactMap { given in
                names.firstIndex { $0 == given || addresses[$0]?.contains(given) == true }.map { UInt16($0) }
            })
        let plans = ForeignPlan.all(at: Timestamp(seconds: 1_700_000_000))
        countryCodes = (match.callerCountry ?? []).compactMap { country in
            country == "FR"
                ? NumberPrefix("33")
                : plans.first { $0.country.description == country }.flatMap { NumberPrefix("\($0.code)") }
        }
        callerPrefixes = (match.callerPrefixes ?? []).compactMap { NumberPrefix($0) }
        callers = numbers(match.callerNumbers)
        calledPrefixes = (match.calledPrefixes ?? []).compactMap { NumberPrefix($0) }
        called = numbers(match.calledNumbers)
        firstContact = match.firstContact ?? false
        withoutTies = match.withoutTies ?? false
        namesCaller = !callerPrefixes.isEmpty || !callers.isEmpty
        namesCalled = !calledPrefixes.isEmpty || !called.isEmpty
    }

    /// Whether it names anything at all.
    var narrows: Bool { namesTrunk || namesCountry || namesCaller || namesCalled }

    /// Whether a number lies in the countries that the filter names.
    func isOfCountry(_ number: PhoneNumber) -> Bool { countryCodes.contains { $0.contains(number) } }

    func matches(_ call: SimulatedCall, isFirstContact: Bool, hasTies: Bool) -> Bool {
        if withoutTies, hasTies { return false }
        if namesTrunk, !trunks.contains(call.ingress) { return false }
        if namesCountry, !countryCodes.contains(where: { $0.contains(call.caller) }) { return false }
        if !callerPrefixes.isEmpty, !callerPrefixes.contains(where: { $0.contains(call.caller) }) {
            return false
        }
        if !callers.isEmpty, !callers.contains(call.caller) { return false }
        if !calledPrefixes.isEmpty, !calledPrefixes.contains(where: { $0.contains(call.called) }) {
            return false
        }
        if !called.isEmpty, !called.contains(call.called) { return false }
        return !firstContact || isFirstContact
    }

    /// Whether an ordinary call belongs to the population that the filter endangers: same trunk, or same country.
    func isNear(_ call: SimulatedCall) -> Bool {
        if namesTrunk, trunks.contains(call.ingress) { return true }
        if namesCountry, countryCodes.contains(where: { $0.contains(call.caller) }) { return true }
        return !namesTrunk && !namesCountry
    }
}
