import VigieCalls
import VigieWire

/// Reads the contract's shape of a filter.
struct FilterFormReader {
    /// Values in one key at most; more go into a number list.
    static let maxNumbers = 10_000
    static let maxPrefixes = 1_000
    static let maxNames = 1_000
    private static let topKeys = [
        "match", "action", "expires", "priority", "limit", "reason", "sip_code", "announcement",
        "wanted_stopped",
        "legitimate_stopped", "legitimate_seen",
    ]
    private static let matchKeys = [
        "ingress", "caller_country", "caller_prefixes", "caller_numbers", "caller_lists", "caller_withheld",
        "called_prefixes", "called_numbers", "called_lists", "first_contact", "first_contact_since",
        "without_ties", "verstat",
        "attestation", "hours", "rate",
    ]

    let home: Country

    func form(_ json: JSONValue) throws(FilterFormError) -> FilterForm {
        let members = try object(json, "", keys: Self.topKeys)
        guard let match = members["match"] else {
            throw FilterFormError(
                "match", .missing, "say which calls are meant, for example {\"called_prefixes\":[\"+3332\"]}")
        }
        guard let action = members["action"] else {
            throw FilterFormError("action", .missing, "say what to do: " + Self.actions)
        }
        var form = try self.match(match)
        form.filter.action = try self.action(action)
        form.filter.expiresHours =
            try members["expires"].map { value throws(FilterFormError) in try expires(value) } ?? 24
        if let value = members["priority"] {
            form.filter.priority = try whole(value, "priority", -100...100)
        }
        if let value = members["limit"] { form.filter.limit = try rate(value, "limit", calls: "calls") }
        try answer(members, &form)
        try check(form)
        return form
    }

    private static let actions = Filter.Action.allCases.map(\.rawValue).joined(separator: ", ")

    private func action(_ json: JSONValue) throws(FilterFormError) -> Filter.Action {
        let text = try string(json, "action", most: 32)
        guard let action = Filter.Action(rawValue: text) else {
            throw FilterFormError(
                "action", .notOneOf,
                NearestWord.advice(text, of: Filter.Action.allCases.map(\.rawValue)))
        }
        return action
    }

    private func expires(_ json: JSONValue) throws(FilterFormError) -> Int {
        let text = try string(json, "expires", most: 16)
        guard text.hasSuffix("h"), let hours = Int(text.dropLast()), (1...24).contains(hours) else {
            throw FilterFormError(
                "expires", .outOfRange,
                "write whole hours, 1h to 24h; a filter that must last longer is renewed")
        }
        return hours
    }

    private func answer(_ members: [String: JSONValue], _ form: inout FilterForm) throws(FilterFormError) {
        if let value = members["reason"] {
            let text = try string(value, "reason", most: Filter.Answer.maxReasonBytes)
            // It goes into a quoted string of a SIP header (RFC 3261 §25.1): no quotes, no control bytes.
            guard
                text.unicodeScalars.allSatisfy({
                    $0.value >= 0x20 && $0.value != 0x7F && $0 != "\"" && $0 != "\\"
                })
            else {
                throw FilterFormError("reason", .notPrintable, "use printable characters without \" and \\")
            }
            form.filter.answer.reason = text
        }
        if let value = members["sip_code"] {
            form.filter.answer.sipCode = UInt16(try whole(value, "sip_code", 400...699))
        }
        if let value = members["announcement"] {
            let text = try string(value, "announcement", most: Filter.Answer.maxURIBytes)
            guard Self.isSIPURI(text) else {
                throw FilterFormError(
                    "announcement", .notAURI,
                    "write a SIP URI such as sip:wrong-number@announcements.example.net")
            }
            form.filter.answer.announcement = text
        }
    }

    /// `sip:` or `sips:`, then printable ASCII that cannot end a header or an addr-spec.
    static func isSIPURI(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard let scheme = ["sip:", "sips:"].first(where: { lower.hasPrefix($0) }),
            text.utf8.count > scheme.utf8.count
        else {
            return false
        }
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) && ![0x22, 0x3C, 0x3E, 0x5C].contains($0) }
    }

    /// What no single field shows.
    private func check(_ form: FilterForm) throws(FilterFormError) {
        switch form.filter.action {
        case .limit:
            guard form.filter.limit != nil else {
                throw FilterFormError(
                    "limit", .missing,
                    "action limit needs what is let through, for example {\"per\":\"called_number\",\"calls\":10,\"seconds\":60}"
                )
            }
        // Without an announcement of its own, `redirect` leads to the node's.
        case .pass, .flag, .mask, .reject, .redirect: break
        }
        if form.filter.action != .limit, form.filter.limit != nil {
            throw FilterFormError("limit", .contradiction, "only action limit has a limit; leave it out")
        }
        if form.filter.action != .redirect, !form.filter.answer.announcement.isEmpty {
            throw FilterFormError(
                "announcement", .contradiction, "only action redirect has one; leave it out")
        }
        let match = form.filter.match
        let hasCaller =
            !match.callerNumbers.isEmpty || !match.callerPrefixes.isEmpty || !match.callerCountry.isEmpty
            || !form.callerLists.isEmpty
        if match.callerWithheld, hasCaller {
            throw FilterFormError(
                "match.caller_withheld", .contradiction,
                "a withheld caller has no number, prefix, country or list")
        }
        if form.keys == 0, form.filter.action != .pass, form.filter.action != .flag {
            throw FilterFormError(
                "match", .matchesEverything, "this means every call; narrow it by at least one key")
        }
    }

    // MARK: Match

    private func match(_ json: JSONValue) throws(FilterFormError) -> FilterForm {
        let members = try object(json, "match", keys: Self.matchKeys)
        var form = FilterForm(Filter(match: Filter.Match(), action: .reject), ingress: [])
        var match = Filter.Match()
        for (key, value) in members {
            let field = "match." + key
            switch key {
            case "ingress": form.ingress = try names(value, field)
            case "caller_lists": form.callerLists = try listNames(value, field)
            case "called_lists": form.calledLists = try listNames(value, field)
            case "caller_country":
                match.callerCountry = try list(value, field, most: 260) { text, at throws(FilterFormError) in
                    guard let country = Country(text) else {
                        throw FilterFormError(
                            at, .notACountry, "write two capital letters of ISO 3166-1, for example MA")
                    }
                    return country
                }
            case "caller_prefixes": match.callerPrefixes = try prefixes(value, field)
            case "called_prefixes": match.calledPrefixes = try prefixes(value, field)
            case "caller_numbers": match.callerNumbers = try numbers(value, field)
            case "called_numbers":
                match.calledNumbers = try numbers(value, field)
                for (index, number) in match.calledNumbers.enumerated()
                where EmergencyCheck.isEmergency(number, home: home) {
                    throw FilterFormError(
                        "\(field)[\(index)]", .emergencyNumber,
                        "no filter may stand before an emergency number; take it out")
                }
            case "caller_withheld": match.callerWithheld = try bool(value, field)
            case "first_contact": match.firstContact = try bool(value, field)
            case "without_ties": match.withoutTies = try bool(value, field)
            case "first_contact_since": match.firstContactSince = try moment(value, field)
            case "verstat":
                match.verstat = try words(
                    value, field, FilterWords.verstats.map { (FilterWords.verstat($0), $0) })
            case "attestation":
                match.attestation = try words(
                    value, field, FilterWords.attestations.map { (FilterWords.attestation($0), $0) })
            case "hours":
                let text = try string(value, field, most: 512)
                guard let hours = WeeklyHours(text) else {
                    throw FilterFormError(
                        field, .notHours,
                        "write local hours of the week, for example \"Mo-Fr 22:00-06:00; Sa,Su 00:00-24:00\"")
                }
                match.hours = hours
            case "rate": match.rate = try rate(value, field, calls: "above")
            default: break  // `object` has refused it
            }
        }
        form.filter.match = match
        return form
    }

    private func names(_ json: JSONValue, _ field: String) throws(FilterFormError) -> [String] {
        try list(json, field, most: Self.maxNames) { text, at throws(FilterFormError) in
            // A symbol keeps 128 bytes of a name.
            guard !text.isEmpty, text.utf8.count <= 128 else {
                throw FilterFormError(at, .notAName, "a trunk's name has 1 to 128 bytes")
            }
            return text
        }
    }

    private func listNames(_ json: JSONValue, _ field: String) throws(FilterFormError) -> [String] {
        try list(json, field, most: 32) { text, at throws(FilterFormError) in
            guard NumberList.isName(text) else {
                throw FilterFormError(
                    at, .notAName, "a list's name has letters, digits, \".\", \"-\" and \"_\", at most 64")
            }
            return text
        }
    }

    private func prefixes(_ json: JSONValue, _ field: String) throws(FilterFormError) -> [NumberPrefix] {
        try list(json, field, most: Self.maxPrefixes) { text, at throws(FilterFormError) in
            guard text.first != "0", !text.hasPrefix("+0"), let prefix = NumberPrefix(text) else {
                throw FilterFormError(
                    at, .notAPrefix, "write the first digits in international form, for example +3332")
            }
            return prefix
        }
    }

    private func numbers(_ json: JSONValue, _ field: String) throws(FilterFormError) -> [PhoneNumber] {
        try list(json, field, most: Self.maxNumbers) { text, at throws(FilterFormError) in
            guard let number = number(text) else {
                throw FilterFormError(
                    at, .notANumber, "write it in international form, for example +33199001234")
            }
            return number
        }
    }

    /// A number in international or national form; up to six digits are a short code, as dialled.
    private func number(_ text: String) -> PhoneNumber? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 40 else { return nil }
        if bytes.count <= 6, bytes.allSatisfy({ (0x30...0x39).contains($0) }), let digits = UInt64(text) {
            return PhoneNumber(form: .dialled, digits: digits, count: bytes.count)
        }
        if bytes[0] == UInt8(ascii: "+"), bytes.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }),
            let digits = UInt64(text.dropFirst())
        {
            return PhoneNumber(form: .e164, digits: digits, count: bytes.count - 1)
        }
        guard let reading = try? NumberText.parse(text, country: home) else { return nil }
        return reading.number
    }

    private func rate(_ json: JSONValue, _ field: String, calls: String) throws(FilterFormError)
        -> Filter.Rate
    {
        let members = try object(json, field, keys: ["per", calls, "seconds", "digits"])
        func need(_ key: String) throws(FilterFormError) -> JSONValue {
            guard let value = members[key] else {
                throw FilterFormError(
                    field + "." + key, .missing,
                    "write for example {\"per\":\"called_range\",\"digits\":6,\"\(calls)\":20,\"seconds\":600}"
                )
            }
            return value
        }
        let words = Filter.Key.allCases.map { ($0.rawValue, $0) }
        let name = try string(try need("per"), field + ".per", most: 32)
        guard let per = words.first(where: { $0.0 == name })?.1 else {
            throw FilterFormError(field + ".per", .notOneOf, NearestWord.advice(name, of: words.map(\.0)))
        }
        let digits = try members["digits"].map { value throws(FilterFormError) in
            try whole(value, field + ".digits", 1...15)
        }
        if digits != nil, per != .calledRange {
            throw FilterFormError(
                field + ".digits", .contradiction, "only per called_range has digits; leave it out")
        }
        return Filter.Rate(
            calls: try whole(try need(calls), field + "." + calls, 1...Filter.Rate.maxCalls),
            seconds: try whole(try need("seconds"), field + ".seconds", 1...Filter.Rate.maxSeconds), per: per,
            digits: digits ?? 6)
    }

    private func words<Value>(_ json: JSONValue, _ field: String, _ words: [(String, Value)])
        throws(FilterFormError)
        -> [Value]
    {
        try list(json, field, most: words.count) { text, at throws(FilterFormError) in
            guard let found = words.first(where: { $0.0 == text }) else {
                throw FilterFormError(at, .notOneOf, NearestWord.advice(text, of: words.map(\.0)))
            }
            return found.1
        }
    }

    // MARK: Values

    private func object(_ json: JSONValue, _ field: String, keys: [String]) throws(FilterFormError)
        -> [String: JSONValue]
    {
        guard case .object(let members) = json else {
            throw FilterFormError(field, .wrongType, "an object {…} is expected")
        }
        var result: [String: JSONValue] = [:]
        for (key, value) in members {
            guard keys.contains(key) else {
                let shown = String(
                    key.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
                throw FilterFormError(
                    field.isEmpty ? shown : field + "." + shown, .unknownKey,
                    NearestWord.advice(key, of: keys))
            }
            if case .null = value { continue }
            result[key] = value
        }
        return result
    }

    private func list<Value>(
        _ json: JSONValue, _ field: String, most: Int,
        _ read: (String, String) throws(FilterFormError) -> Value
    ) throws(FilterFormError) -> [Value] {
        guard let values = json.arrayValue else {
            throw FilterFormError(field, .wrongType, "a list […] of strings is expected")
        }
        guard values.count <= most else {
            throw FilterFormError(field, .tooMany, "\(most) at most; put numbers into a number list")
        }
        var result: [Value] = []
        for (index, value) in values.enumerated() {
            let at = "\(field)[\(index)]"
            guard let text = value.stringValue else {
                throw FilterFormError(at, .wrongType, "a string is expected")
            }
            result.append(try read(text, at))
        }
        return result
    }

    private func string(_ json: JSONValue, _ field: String, most: Int) throws(FilterFormError) -> String {
        guard let text = json.stringValue else {
            throw FilterFormError(field, .wrongType, "a string is expected")
        }
        guard text.utf8.count <= most else { throw FilterFormError(field, .tooLong, "\(most) bytes at most") }
        return text
    }

    private func bool(_ json: JSONValue, _ field: String) throws(FilterFormError) -> Bool {
        guard let value = json.boolValue else {
            throw FilterFormError(field, .wrongType, "true or false is expected")
        }
        return value
    }

    private func whole(_ json: JSONValue, _ field: String, _ range: ClosedRange<Int>) throws(FilterFormError)
        -> Int
    {
        guard let value = json.integerValue else {
            throw FilterFormError(field, .wrongType, "a whole number is expected")
        }
        guard let whole = Int(exactly: value), range.contains(whole) else {
            throw FilterFormError(field, .outOfRange, "write \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    private func moment(_ json: JSONValue, _ field: String) throws(FilterFormError) -> Timestamp {
        let text = try string(json, field, most: 64)
        guard let moment = Timestamp(rfc3339: text) else {
            throw FilterFormError(field, .notAMoment, "write RFC 3339, for example 2026-01-01T08:00:00Z")
        }
        return moment
    }
}
