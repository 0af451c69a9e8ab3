public import VigieCalls
public import VigieWire

/// What the stored calls tell about a misroute: where calls landed, what those callers usually dial, what else moved.
///
/// Bounded: beyond `maxLandings` landings and `maxHabits` habits only counts go on.
public struct MisrouteEvidence: Sendable {
    /// One call that landed where it should not.
    struct Landing: Sendable {
        var caller: PhoneNumber
        var called: PhoneNumber
        var dialled: PhoneNumber
    }

    /// Who usually calls whom, from the same origin.
    struct Habit: Sendable {
        var caller: PhoneNumber
        var called: PhoneNumber
    }

    /// Landings kept, 24 bytes each.
    static let maxLandings = 50_000
    /// Habits kept, 16 bytes each.
    static let maxHabits = 400_000

    /// The callers' country; `none` when mixed.
    public let originCountry: Country
    /// Where the calls land.
    public let landing: [NumberPrefix]
    /// First and last misrouted call.
    public let from: Timestamp
    /// The last misrouted call.
    public let to: Timestamp

    var landings: [Landing] = []
    var habits: [Habit] = []
    /// Misrouted calls in all, and those to numbers that nobody was given.
    var calls = 0
    var unallocated = 0
    var allocationKnown = 0
    /// Misrouted and ordinary calls with a charge on record, and those of them charged nothing.
    var chargeKnown = 0
    var free = 0
    var ordinaryChargeKnown = 0
    var ordinaryFree = 0
    /// Ordinary calls of the same origin to each landing area before and during the trouble.
    var demandBefore: [NumberPrefix: Int] = [:]
    var demandDuring: [NumberPrefix: Int] = [:]
    /// First and last stored call of the origin.
    var historyFrom: Timestamp?

    /// Nothing seen yet.
    public init(originCountry: Country, landing: [NumberPrefix], from: Timestamp, to: Timestamp) {
        self.originCountry = originCountry
        self.landing = landing
        self.from = from
        self.to = to
    }

    /// Takes in the next stored call, misrouted or not.
    public mutating func take(_ event: CallEvent, isMisrouted: Bool, plans: NumberingPlans) {
        if isMisrouted {
            takeMisrouted(event, plans: plans)
            return
        }
        guard event.start <= to, event.called.isE164, event.caller.isE164 else { return }
        if originCountry != .none {
            guard plans.facts(of: event.caller, at: event.start).country == originCountry else { return }
        }
        if historyFrom == nil { historyFrom = event.start }
        if event.start < from, let charge = event.chargeMicros {
            ordinaryChargeKnown += 1
            if charge == 0 { ordinaryFree += 1 }
        }
        let facts = plans.facts(of: event.called, at: event.start)
        let area = NumberPrefix(event.called, count: Int(facts.countryDigits) + 2)
        if event.start < from {
            if demandBefore.count < 50_000 || demandBefore[area] != nil {
                demandBefore[area, default: 0] += 1
            }
        } else if demandDuring.count < 50_000 || demandDuring[area] != nil {
            demandDuring[area, default: 0] += 1
        }
        if habits.count < Self.maxHabits { habits.append(Habit(caller: event.caller, called: event.called)) }
    }

    private mutating func takeMisrouted(_ event: CallEvent, plans: NumberingPlans) {
        calls += 1
        if let isAllocated = plans.facts(of: event.called, at: event.start).isAllocated {
            allocationKnown += 1
            if !isAllocated { unallocated += 1 }
        }
        if let charge = event.chargeMicros {
            chargeKnown += 1
            if charge == 0 { free += 1 }
        }
        guard landings.count < Self.maxLandings else { return }
        landings.append(Landing(caller: event.caller, called: event.called, dialled: event.dialled))
    }
}
