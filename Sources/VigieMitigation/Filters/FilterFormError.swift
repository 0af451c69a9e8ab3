/// Why a text is no filter: which field, which rule, and what to write instead. It never carries a number.
public struct FilterFormError: Error, Hashable, Sendable {
    /// The rule that was broken.
    public enum Rule: String, CaseIterable, Sendable {
        case notJSON = "not-json"
        case missing
        case unknownKey = "unknown-key"
        case wrongType = "wrong-type"
        case emptyList = "empty-list"
        case tooMany = "too-many"
        case tooLong = "too-long"
        case notANumber = "not-a-number"
        case emergencyNumber = "emergency-number"
        case notAPrefix = "not-a-prefix"
        case notACountry = "not-a-country"
        case notAName = "not-a-name"
        case notOneOf = "not-one-of"
        case notHours = "not-hours"
        case notAMoment = "not-a-moment"
        case outOfRange = "out-of-range"
        case notAURI = "not-a-uri"
        case notPrintable = "not-printable"
        case contradiction
        case matchesEverything = "matches-everything"
    }

    /// Where: `match.called_prefixes[2]`.
    public var field: String
    /// The rule that was broken.
    public var rule: Rule
    /// What to write instead, a sentence.
    public var advice: String

    /// A broken rule.
    public init(_ field: String, _ rule: Rule, _ advice: String) {
        self.field = field
        self.rule = rule
        self.advice = advice
    }

    /// One line: `match.called_prefixes[2]: not-a-prefix: write …`.
    public var message: String { (field.isEmpty ? "" : field + ": ") + rule.rawValue + ": " + advice }
}
