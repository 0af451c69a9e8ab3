import VigieCalls

/// Writes the answer of `vigie number`, as one JSON object or as lines that can be read aloud.
enum NumberReport {
    static func json(_ answer: NumberDescription) -> String {
        var fields = [
            ("input", string(answer.input)), ("e164", optional(answer.e164)),
            ("national", optional(answer.national)), ("international", optional(answer.international)),
            ("country", optional(answer.country)),
            ("country_code", answer.countryCode == 0 ? "null" : "\(answer.countryCode)"),
            ("kind", string(answer.kind.name)), ("type", string(answer.type.name)),
            ("valid", "\(answer.isValid)"), ("possible", "\(answer.isPossible)"),
            ("allocated", answer.isAllocated.map { "\($0)" } ?? "null"),
        ]
        let assignee = answer.assignee.map { "{\"code\":\(string($0.code)),\"name\":\(string($0.name))}" }
        fields.append(("assignee", assignee ?? "null"))
        let place = answer.place.map { place in
            "{\"department\":\(optional(place.department)),\"name\":\(string(place.name)),"
                + "\"method\":\(string(place.method.rawValue)),\"confidence\":\(place.confidence)}"
        }
        fields.append(("place", place ?? "null"))
        if let failure = answer.failure { fields.append(("failure", string(failure.rawValue))) }
        fields.append(("rules", "[" + answer.rules.map(string).joined(separator: ",") + "]"))
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    static func text(_ answer: NumberDescription) -> String {
        guard answer.failure == nil else {
            return "\(answer.input): \(answer.rules.joined(separator: "; "))."
        }
        var lines = [answer.international.isEmpty ? answer.national : answer.international]
        var first = words(answer.kind)
        if !answer.country.isEmpty, answer.country != "001" { first += " of \(answer.country)" }
        if !answer.isValid, answer.kind != .fiction { first = "not a number of the plan" }
        lines[0] += ": " + first + "."
        if !answer.international.isEmpty { lines.append("  Dialled at home as \(answer.national).") }
        if let assignee = answer.assignee { lines.append("  Block of \(assignee.name) (\(assignee.code)).") }
        if answer.isAllocated == false, !answer.isValid || answer.kind == .fiction {
            lines.append("  Block given to nobody.")
        }
        if let place = answer.place {
            let department = place.department.isEmpty ? "" : ", department \(place.department)"
            lines.append("  \(place.name)\(department), \(Int((place.confidence * 100).rounded())) % sure.")
        }
        lines += answer.rules.map { "  Rule: \($0)." }
        return lines.joined(separator: "\n")
    }

    private static func words(_ kind: NumberKind) -> String {
        switch kind {
        case .unknown: "number of unknown kind"
        case .geographic: "geographic number"
        case .mobile: "mobile number"
        case .nonGeographic: "non-geographic number"
        case .freephone: "free number"
        case .sharedCost: "shared-cost number"
        case .premiumRate: "premium-rate number"
        case .voicemail: "voicemail number"
        case .personal: "personal number"
        case .machineToMachine: "machine-to-machine number"
        case .verifiedPlatform: "verified-platform number"
        case .technicalPlatform: "technical-platform number"
        case .emergency: "emergency number"
        case .shortCode: "short number"
        case .satellite: "satellite number"
        case .fiction: "number reserved for fiction"
        case .fixedOrMobile: "fixed or mobile number"
        case .pager: "pager number"
        case .universalAccess: "company number"
        }
    }

    private static func optional(_ text: String) -> String { text.isEmpty ? "null" : string(text) }

    private static func string(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
