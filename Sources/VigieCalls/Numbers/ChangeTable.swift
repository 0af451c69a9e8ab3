import VigieWire

/// The plan changes as columns of plain integers: reading a number by an old plan copies no array and allocates nothing,
/// optimised or not.
struct ChangeTable: Sendable {
    private var countries: [UInt16] = []
    private var effective: [Int64] = []
    private var parallelUntil: [Int64] = []
    /// 0: numbers that no rule concerns are kept, 1: refused, 2: those that look like new ones are refused.
    private var unmatched: [UInt8] = []
    /// Where each change's rules end.
    private var ruleEnds: [Int] = []
    /// Three words a rule: old prefix, new prefix, and in bytes from the low end the digits of the old prefix, the old
    /// number, the new prefix and the new number.
    private var rules: [UInt64] = []

    /// The changes in the order in which they happened.
    init(_ changes: [PlanChange]) {
        for change in changes {
            countries.append(change.country.rawValue)
            effective.append(change.effective.rawValue)
            parallelUntil.append(change.parallelUntil.rawValue)
            unmatched.append(change.unmatched == .kept ? 0 : change.unmatched == .refused ? 1 : 2)
            for rule in change.rules {
                rules.append(rule.prefix.digits)
                rules.append(rule.replacement.digits)
                rules.append(
                    UInt64(rule.prefix.count) | UInt64(rule.oldDigits) << 8 | UInt64(rule.replacement.count)
                        << 16
                        | UInt64(rule.newDigits) << 24)
            }
            ruleEnds.append(rules.count / 3)
        }
    }

    /// What became of a number.
    enum Reading {
        /// The plan of the day is today's plan for this number.
        case same
        /// The number that stands today for it.
        case old(PhoneNumber)
        /// The plan of the day did not know such numbers.
        case unknown
    }

    /// Brings a number of `country` forward from `moment`, change by change. `isValidToday`: today's plan knows it.
    func bringForward(_ number: PhoneNumber, of country: Country, from moment: Timestamp, isValidToday: Bool)
        -> Reading
    {
        var number = number
        var isOld = false
        var index = 0
        while index < countries.count {
            defer { index &+= 1 }
            guard countries[index] == country.rawValue else { continue }
            if moment.rawValue < effective[index] {
                if let next = apply(index, number) {
                    number = next
                    isOld = true
                } else if unmatched[index] == 1 || unmatched[index] == 2 && isNewForm(index, number) {
                    return .unknown
                }
            } else if moment.rawValue < parallelUntil[index], isOld || !isValidToday,
                let next = apply(index, number)
            {
                number = next
                isOld = true
            }
        }
        return isOld ? .old(number) : .same
    }

    private func apply(_ change: Int, _ number: PhoneNumber) -> PhoneNumber? {
        var rule = change == 0 ? 0 : ruleEnds[change - 1]
        while rule < ruleEnds[change] {
            let counts = rules[rule * 3 + 2]
            let prefixCount = Int(counts & 255)
            let oldDigits = Int(counts >> 8 & 255)
            if number.count == oldDigits, number.leading(prefixCount) == rules[rule * 3] {
                let scale = PhoneNumber.powerOfTen(oldDigits - prefixCount)
                return PhoneNumber(
                    form: .e164, digits: rules[rule * 3 + 1] &* scale &+ number.digits % scale,
                    count: Int(counts >> 24 & 255))
            }
            rule += 1
        }
        return nil
    }

    private func isNewForm(_ change: Int, _ number: PhoneNumber) -> Bool {
        var rule = change == 0 ? 0 : ruleEnds[change - 1]
        while rule < ruleEnds[change] {
            let counts = rules[rule * 3 + 2]
            if number.count == Int(counts >> 24 & 255),
                number.leading(Int(counts >> 16 & 255)) == rules[rule * 3 + 1]
            {
                return true
            }
            rule += 1
        }
        return false
    }
}
