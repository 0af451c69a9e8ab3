public import VigieWire

/// A change of a country's numbering plan: which numbers became which, and when.
public struct PlanChange: Sendable {
    /// Rewrites the numbers that begin with `prefix` and had `oldDigits` digits.
    public struct Rule: Hashable, Sendable {
        /// Leading digits of the old number, country code first.
        public var prefix: NumberPrefix
        /// Digits of the old and the new number, country code included.
        public var oldDigits: Int
        /// Digits of the new number, country code included.
        public var newDigits: Int
        /// What stands instead of `prefix` in the new number, country code first.
        public var replacement: NumberPrefix
        /// What the numbers are for; `unknown`: ask the new number.
        public var kind: NumberKind = .unknown

        /// The new number of an old one; `nil` when the rule does not concern it.
        public func apply(_ number: PhoneNumber) -> PhoneNumber? {
            guard number.count == oldDigits, prefix.contains(number) else { return nil }
            let keep = oldDigits - prefix.count
            guard keep >= 0, keep + replacement.count == newDigits, newDigits <= 15 else { return nil }
            let scale = PhoneNumber.powerOfTen(keep)
            return PhoneNumber(
                form: .e164, digits: replacement.digits &* scale &+ number.digits % scale, count: newDigits)
        }
    }

    /// What the plan before the change says of numbers that no rule concerns.
    public enum Unmatched: Sendable {
        /// They were numbers then as they are now.
        case kept
        /// They did not exist: every number of the country changed.
        case refused
        /// Those that look like new numbers did not exist; others are kept.
        case newRefused
    }

    /// Names the change in `rules` of an answer, `MA-2009`.
    public var name: String
    /// Whose plan changed.
    public var country: Country
    /// From this moment the new numbers work.
    public var effective: Timestamp
    /// Until this moment the old numbers work as well; equal to `effective` when there was no parallel running.
    public var parallelUntil: Timestamp
    /// What became of which numbers; the first rule that concerns a number counts.
    public var rules: [Rule]
    /// What the plan before the change says of other numbers.
    public var unmatched: Unmatched
    /// Where the facts were published.
    public var sources: [String]

    /// The new number of an old one; `nil` when no rule concerns it.
    public func apply(_ number: PhoneNumber) -> PhoneNumber? {
        for rule in rules {
            if let changed = rule.apply(number) { return changed }
        }
        return nil
    }

    /// The old numbers of a new one; empty when the new one did not exist before.
    public func undo(_ number: PhoneNumber) -> [PhoneNumber] {
        var old: [PhoneNumber] = []
        for rule in rules where number.count == rule.newDigits && rule.replacement.contains(number) {
            let keep = rule.newDigits - rule.replacement.count
            let digits =
                rule.prefix.digits &* PhoneNumber.powerOfTen(keep)
                &+ number.digits % PhoneNumber.powerOfTen(keep)
            if let number = PhoneNumber(form: .e164, digits: digits, count: rule.oldDigits) {
                old.append(number)
            }
        }
        return old
    }
}
