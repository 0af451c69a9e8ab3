public import VigieCalls
import VigieDetection
import VigieWire

/// Tells, call by call in journal order, what part a call has in an incident.
///
/// One definition for the census, the charts and the trial of filters: what is counted as trouble is what a filter is
/// asked to stop. Remembers pairs of numbers that spoke before, for calls near the incident only, and at most
/// `maxPairs` of them.
public struct IncidentScope {
    /// The part that a call has.
    public enum Role: Sendable {
        /// It belongs to the trouble: a misrouted call, a call-back, a machine's call.
        case trouble
        /// It proves the cause: a call that displayed the usurped number from elsewhere, a one-ring call.
        case proof
        /// It is what the trouble hides in: calls of the same kind that are wanted.
        case ordinary
    }

    /// Pairs remembered at most, 8 bytes each and their table: about 40 MiB.
    public static let maxPairs = 2_000_000

    private let incident: Incident
    private let plans: NumberingPlans
    private let numbers: Set<PhoneNumber>
    private var knownPairs: Set<UInt64> = []

    private let locations: Locations
    private let home: Country
    private let centres: EmergencyCentres

    /// The scope of one incident.
    ///
    /// - Parameters:
    ///   - locations: in which department a call's location lies; without it emergency failures are told by service and node only.
    ///   - home: whose emergency numbers are meant.
    ///   - centres: long numbers to which emergency calls are routed.
    public init(
        _ incident: Incident, plans: NumberingPlans, locations: Locations = Locations(),
        home: Country = .france, centres: EmergencyCentres = EmergencyCentres()
    ) {
        self.centres = centres
        self.incident = incident
        self.locations = locations
        self.home = home
        self.plans = plans
        switch incident.subject {
        case .dialerCampaign(_, let numbers, _), .wangiri(let numbers), .revenueShareFraud(let numbers, _, _),
            .telephonyDoS(let numbers, _):
            self.numbers = Set(numbers)
        case .numberUsurpation(let number, _): numbers = [number]
        case .misroutedFlood, .emergencyFailure: numbers = []
        }
    }

    /// The part of `event`, or `nil` when it has none. Ask for every call from the journal's first, in order.
    public mutating func role(of event: CallEvent) -> Role? {
        switch incident.subject {
        case .misroutedFlood(let origin, let landing): flood(event, origin, landing)
        case .numberUsurpation(let number, let trunks): usurpation(event, number, trunks)
        case .dialerCampaign(let ingress, _, let signs):
            campaign(event, ingress, isRotating: signs.contains(.rotating))
        case .wangiri: wangiri(event)
        case .revenueShareFraud(_, let prefixes, let ingress): revenueShare(event, prefixes, ingress)
        case .telephonyDoS(_, let ingress): denial(event, ingress)
        case .emergencyFailure(let scope): emergency(event, scope)
        }
    }

    private mutating func flood(_ event: CallEvent, _ origin: Origin, _ landing: [NumberPrefix]) -> Role? {
        if isFrom(origin, event.caller, event.ingress, at: event.start), landing.covers(event.called) {
            let isKnown = knownPairs.contains(Self.pair(event.caller, event.called))
            if event.start >= incident.firstSeen, event.start <= incident.lastSeen, !isKnown {
                return .trouble
            }
            if event.start < incident.firstSeen { remember(event.caller, event.called) }
            return .ordinary
        }
        guard event.start < incident.firstSeen, landing.covers(event.caller) else { return nil }
        let calledCountry = plans.facts(of: event.called, at: event.start).country
        if origin.country == .none || calledCountry == origin.country { remember(event.caller, event.called) }
        return nil
    }

    private func isFrom(_ origin: Origin, _ caller: PhoneNumber, _ ingress: Symbol, at time: Timestamp)
        -> Bool
    {
        if origin.ingress != .none, ingress != origin.ingress { return false }
        if let area = origin.area, !area.contains(caller) { return false }
        return origin.country == .none || plans.facts(of: caller, at: time).country == origin.country
    }

    private mutating func usurpation(_ event: CallEvent, _ number: PhoneNumber, _ trunks: [Symbol]) -> Role? {
        if event.called == number {
            let isKnown = knownPairs.contains(Self.pair(event.caller, number))
            if event.start >= incident.firstSeen, event.start <= incident.lastSeen, !isKnown {
                return .trouble
            }
            if event.start < incident.firstSeen { remember(event.caller, number) }
            return .ordinary
        }
        guard event.caller == number || event.asserted == number else { return nil }
        if event.caller == number, trunks.contains(event.ingress) { return .proof }
        if event.start < incident.firstSeen { remember(number, event.called) }
        return .ordinary
    }

    private func campaign(_ event: CallEvent, _ ingress: Symbol, isRotating: Bool) -> Role? {
        guard event.ingress == ingress else { return nil }
        if isRotating, event.start >= incident.firstSeen, event.start <= incident.lastSeen {
            // Each call displays another number: the finding holds examples, and the campaign's calls are known by
            // being over at once, or by a number that cannot be.
            if let talk = event.talk, talk <= .seconds(10) { return .trouble }
            return plans.facts(of: event.caller, at: event.start).isValid ? .ordinary : .trouble
        }
        let isDuring = event.start >= incident.firstSeen && event.start <= incident.lastSeen
        return isDuring && (numbers.isEmpty || numbers.contains(event.caller)) ? .trouble : .ordinary
    }

    private func wangiri(_ event: CallEvent) -> Role? {
        let isDuring = event.start >= incident.firstSeen && event.start <= incident.lastSeen
        if numbers.contains(event.caller) { return .proof }
        if numbers.contains(event.called) { return isDuring ? .trouble : .ordinary }
        return nil
    }

    private func revenueShare(_ event: CallEvent, _ prefixes: [NumberPrefix], _ ingress: Symbol) -> Role? {
        // Of the same callers, the whole network called belongs to it: the list of numbers holds the first twenty only.
        let isAccomplice =
            numbers.contains(event.caller)
            && prefixes.contains { $0.count >= 4 && $0.cut(to: 4).contains(event.called) }
        guard isAccomplice || numbers.contains(event.called) || prefixes.covers(event.called) else {
            return nil
        }
        let isDuring = event.start >= incident.firstSeen && event.start <= incident.lastSeen
        return isDuring && (ingress == .none || event.ingress == ingress) ? .trouble : .ordinary
    }

    private mutating func denial(_ event: CallEvent, _ ingress: Symbol) -> Role? {
        guard numbers.contains(event.called) else { return nil }
        let isKnown = knownPairs.contains(Self.pair(event.caller, event.called))
        if event.start < incident.firstSeen { remember(event.caller, event.called) }
        let isDuring = event.start >= incident.firstSeen && event.start <= incident.lastSeen
        return isDuring && !isKnown && (ingress == .none || event.ingress == ingress) ? .trouble : .ordinary
    }

    /// An emergency attempt within the affected set: trouble when the network lost or cut it, or when it went wrong the way in which the
    /// incident shows itself (nobody answered, over at once); ordinary otherwise.
    private func emergency(_ event: CallEvent, _ scope: EmergencyScope) -> Role? {
        guard
            let attempt = EmergencyAttempt(
                event, home: home, centres: centres, locations: locations, plans: plans)
        else { return nil }
        let isDuring = event.start >= incident.firstSeen && event.start <= incident.lastSeen
        let isTrouble =
            switch scope.sign {
            case "answers": attempt.fate.isLost || !attempt.fate.isAnswered
            case "cuts": attempt.fate.isLost || attempt.fate == .short
            default: attempt.fate.isLost
            }
        return isDuring && scope.holds(attempt) && isTrouble ? .trouble : .ordinary
    }

    private mutating func remember(_ one: PhoneNumber, _ other: PhoneNumber) {
        guard one != .absent, knownPairs.count < Self.maxPairs else { return }
        knownPairs.insert(Self.pair(one, other))
    }

    /// The same for both directions.
    static func pair(_ one: PhoneNumber, _ other: PhoneNumber) -> UInt64 {
        let low = min(one.rawValue, other.rawValue)
        let high = max(one.rawValue, other.rawValue)
        return (low &* 0x9E37_79B9_7F4A_7C15) ^ (high &* 0xD6E8_FEB8_6659_FD93 &+ 0x2545_F491_4F6C_DD1D)
    }
}

extension [NumberPrefix] {
    /// Whether one of the prefixes is the beginning of `number`.
    public func covers(_ number: PhoneNumber) -> Bool { contains { $0.contains(number) } }
}
