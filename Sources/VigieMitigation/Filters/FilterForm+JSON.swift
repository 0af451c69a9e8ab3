public import VigieCalls
public import VigieWire

extension FilterForm {
    /// The filter in the contract's shape; keys that do not narrow are left out.
    public var json: JSONValue { .object(members) }

    /// The members of `json`, so that others can be added behind them.
    public var members: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("match", matchJSON), ("action", .string(filter.action.rawValue)),
            ("expires", .string("\(filter.expiresHours)h")),
        ]
        if filter.priority != 0 { members.append(("priority", .integer(Int64(filter.priority)))) }
        if let limit = filter.limit { members.append(("limit", Self.json(limit, calls: "calls"))) }
        let answer = filter.answer
        if !answer.reason.isEmpty { members.append(("reason", .string(answer.reason))) }
        if let code = answer.sipCode { members.append(("sip_code", .integer(Int64(code)))) }
        if !answer.announcement.isEmpty { members.append(("announcement", .string(answer.announcement))) }
        return members
    }

    private var matchJSON: JSONValue {
        let match = filter.match
        var keys: [(String, JSONValue)] = []
        func add(_ name: String, _ values: [String]) {
            if !values.isEmpty { keys.append((name, JSONValue(values))) }
        }
        add("ingress", ingress)
        add("caller_country", match.callerCountry.map(\.description))
        add("caller_prefixes", match.callerPrefixes.map(\.description))
        add("caller_numbers", match.callerNumbers.map(\.description))
        add("caller_lists", callerLists)
        if match.callerWithheld { keys.append(("caller_withheld", .bool(true))) }
        add("called_prefixes", match.calledPrefixes.map(\.description))
        add("called_numbers", match.calledNumbers.map(\.description))
        add("called_lists", calledLists)
        if match.firstContact { keys.append(("first_contact", .bool(true))) }
        if match.withoutTies { keys.append(("without_ties", .bool(true))) }
        if let since = match.firstContactSince {
            keys.append(("first_contact_since", .string(since.rfc3339())))
        }
        add("verstat", match.verstat.map(FilterWords.verstat))
        add("attestation", match.attestation.map(FilterWords.attestation))
        if let hours = match.hours { keys.append(("hours", .string(hours.description))) }
        if let rate = match.rate { keys.append(("rate", Self.json(rate, calls: "above"))) }
        return .object(keys)
    }

    private static func json(_ rate: Filter.Rate, calls: String) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("per", .string(rate.per.rawValue)), (calls, .integer(Int64(rate.calls))),
            ("seconds", .integer(Int64(rate.seconds))),
        ]
        if rate.per == .calledRange { members.append(("digits", .integer(Int64(rate.digits)))) }
        return .object(members)
    }

    /// Reads a filter in the contract's shape, strictly: an unknown key, a number that is none, an emergency number, a match
    /// that means every call are refused by name. What a proposal says of its outcome (`wanted_stopped`,
    /// `legitimate_stopped`, `legitimate_seen`) is stepped over, so that a proposal can be sent back as it came.
    ///
    /// - Parameter home: whose national numbers (`03 27 14 56 78`) and emergency numbers are meant.
    /// - Throws: `FilterFormError` with the field, the rule and what to write instead.
    public init(json: JSONValue, home: Country = .france) throws(FilterFormError) {
        let reader = FilterFormReader(home: home)
        self = try reader.form(json)
    }

    /// Reads a filter from JSON text.
    public init(parsing text: String, home: Country = .france) throws(FilterFormError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw FilterFormError("", .notJSON, "no JSON: \(error.rule.rawValue) at byte \(error.offset)")
        }
        self = try FilterForm(json: value, home: home)
    }
}

/// Words of values that are no plain text in the house.
enum FilterWords {
    static func verstat(_ value: CallEvent.Verstat) -> String {
        switch value {
        case .absent: "absent"
        case .noValidation: "No-TN-Validation"
        case .passed: "TN-Validation-Passed"
        case .failed: "TN-Validation-Failed"
        }
    }
    static let verstats: [CallEvent.Verstat] = [.failed, .noValidation, .passed, .absent]

    static func attestation(_ value: CallEvent.Attestation) -> String {
        switch value {
        case .none: "none"
        case .a: "A"
        case .b: "B"
        case .c: "C"
        }
    }
    static let attestations: [CallEvent.Attestation] = [.a, .b, .c, .none]
}
