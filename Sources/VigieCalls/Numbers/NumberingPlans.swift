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

    let automaton: [UInt16]
    let classes: [UInt64]
    let powers: [UInt64]
    let changeTable: ChangeTable
    let french: FrenchAllocations
    let placeTable: PlaceTable
    let shortCodes: ShortCodeTable
    /// From this moment on, no plan change matters.
    let settled: Timestamp

    init() {
        automaton = NumberingTables.automaton()
        classes = NumberingTables.classes()
        powers = (0...18).map { PhoneNumber.powerOfTen($0) }
        french = FrenchAllocations()
        placeTable = PlaceTable()
        departments = NumberingTables.departments().compactMap { fields in
            guard fields.count == 3, let zone = UInt8(fields[2]) else { return nil }
            return Department(code: String(fields[0]), name: String(fields[1]), zone: zone)
        }
        changes = PlanChange.known.sorted { $0.effective < $1.effective }
        changeTable = ChangeTable(changes)
        settled = changes.map { max($0.effective, $0.parallelUntil) }.max() ?? .distantPast
        shortCodes = ShortCodeTable(french: french)
    }

    /// What the plan in force at `moment` says about `number`. Allocates nothing.
    ///
    /// A number as dialled is looked up among the short numbers of `home`.
    public func facts(of number: PhoneNumber, at moment: Timestamp, home: Country = .france) -> NumberFacts {
        guard number.isE164 else { return shortFacts(of: number, home: home) }
        let today = todaysFacts(of: number)
        return moment >= settled ? today : facts(of: number, at: moment, today: today)
    }

    /// What today's plan says about an E.164 number.
    @inline(__always)
    func todaysFacts(of number: PhoneNumber) -> NumberFacts {
        let found = numberClass(of: number)
        var facts = NumberFacts()
        facts.country = found.region == .none ? found.mainCountry : found.region
        facts.countryDigits = found.countryDigits
        facts.areaDigits = min(found.areaDigits, UInt8(truncatingIfNeeded: number.count))
        facts.kind = found.kind
        facts.isValid = found.isValid
        if let national = frenchPlanNumber(number, countryDigits: Int(found.countryDigits)) {
            facts.isAllocated = french.isGiven(national.value, digits: national.digits)
        }
        return facts
    }

    /// Walks the automaton: one row a digit.
    @inline(__always)
    func numberClass(of number: PhoneNumber) -> NumberClass {
        // The digits, aligned to the left of sixteen, in two halves that fit 32 bits.
        let count = min(number.count, 16)
        let aligned = number.digits &* powers[16 &- count]
        var half = UInt64(truncatingIfNeeded: aligned / 100_000_000)
        let low = aligned &- half &* 100_000_000
        var row = 0
        var left = count
        for _ in 0..<2 {
            // 2^57 / 10^7, rounded up: the first digit of eight stands above bit 57, the others follow by × 10.
            var fraction = half &* 14_411_518_808
            var steps = min(left, 8)
            left &-= steps
            while steps > 0 {
                let digit = Int(truncatingIfNeeded: fraction >> 57)
                row = Int(automaton[row &* NumberingTables.rowWidth &+ digit])
                fraction = (fraction & (1 << 57 &- 1)) &* 10
                steps &-= 1
            }
            half = low
        }
        return NumberClass(rawValue: classes[Int(automaton[row &* NumberingTables.rowWidth &+ 10])])
    }

    /// The number as the French plan writes it without its leading 0, for France and its departments overseas.
    @inline(__always)
    func frenchPlanNumber(_ number: PhoneNumber, countryDigits: Int) -> (value: UInt64, digits: Int)? {
        guard countryDigits == 2 || countryDigits == 3, number.count > countryDigits else { return nil }
        let digits = number.count &- countryDigits
        // The country code is read off the first eight digits, which the automaton had to find too: no division by a variable.
        let count = min(number.count, 16)
        let eight = number.digits &* powers[16 &- count] / 100_000_000
        let code = countryDigits == 2 ? eight / 1_000_000 : eight / 100_000
        let national = number.digits &- code &* powers[digits]
        switch code {
        case 33, 262, 590, 594, 596: return (national, digits)
        case 508: return digits == 6 ? (508_000_000 &+ national, 9) : (national, digits)
        default: return nil
        }
    }

    // The plan of another day. Old numbers are brought forward, change by change, and read by today's plan: blocks have not
    // been taken back since, as far as is published.
    private func facts(of number: PhoneNumber, at moment: Timestamp, today: NumberFacts) -> NumberFacts {
        switch changeTable.bringForward(number, of: today.country, from: moment, isValidToday: today.isValid)
        {
        case .same: return today
        case .old(let brought):
            var facts = todaysFacts(of: brought)
            let area = Int(facts.areaDigits) - (brought.count - number.count)
            facts.areaDigits = UInt8(clamping: max(area, Int(facts.countryDigits)))
            return facts
        case .unknown:
            var facts = today
            facts.isValid = false
            facts.kind = .unknown
            if facts.isAllocated != nil { facts.isAllocated = false }
            return facts
        }
    }

    private func shortFacts(of number: PhoneNumber, home: Country) -> NumberFacts {
        var facts = NumberFacts()
        guard number.form == .dialled else { return facts }
        facts.country = home
        if EmergencyNumbers.contains(number, home: home) {
            facts.kind = .emergency
            facts.isValid = true
            facts.isAllocated = home == .france ? true : nil
        } else if number.count <= 6, let known = shortCodes.isGiven(number, home: home) {
            facts.kind = .shortCode
            facts.isValid = true
            facts.isAllocated = known
        }
        return facts
    }

    /// The country, or territory with its own code, of `number`; `none` when it has none.
    public func country(of number: PhoneNumber) -> Country {
        guard number.isE164 else { return .none }
        let found = numberClass(of: number)
        return found.region == .none ? found.mainCountry : found.region
    }

    /// The type of `number` by libphonenumber's names, in today's plan.
    public func type(of number: PhoneNumber) -> NumberType {
        number.isE164 ? numberClass(of: number).type : .unknown
    }

    /// Whether a subscriber of `home` who dials `number` calls an emergency service. Allocates nothing.
    public func isEmergency(_ number: PhoneNumber, home: Country) -> Bool {
        EmergencyNumbers.contains(number, home: home)
    }

    /// The country code of a country, 0 when it is not known.
    public func countryCode(of country: Country) -> UInt64 {
        switch country {
        case .france: 33
        case .morocco: 212
        default: DiallingTable.standard.region(country)?.countryCode ?? 0
        }
    }

    /// How subscribers of `country` dial.
    public func dialling(of country: Country) -> Dialling {
        DiallingTable.standard.region(country)?.dialling ?? Dialling()
    }
}
