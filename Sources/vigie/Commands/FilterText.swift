import VigieWire

/// Filters in words, for a terminal.
enum FilterText {
    /// One line a filter.
    static func table(_ items: [JSONValue]) -> String {
        guard !items.isEmpty else { return "No filter. Propose one: vigie filter propose --incident ID" }
        var rows = [["ID", "STATE", "SHARE", "ENDS", "WHAT"]]
        for item in items {
            rows.append([
                text(item, "id"), text(item, "state"), percent(item["share"]?.numberValue ?? 1),
                moment(item, "expires_at"), what(item["filter"] ?? .null),
            ])
        }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            (0..<4).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count + 2) }.joined()
                + row[4]
        }.joined(separator: "\n")
    }

    /// A filter with its life.
    static func one(_ item: JSONValue) -> String {
        var lines = [
            "Filter \(text(item, "id")): \(text(item, "state"))", "  " + what(item["filter"] ?? .null),
        ]
        let author = text(item, "author")
        if !author.isEmpty {
            lines.append("  Proposed by \(author), \(moment(item, "proposed_at")). \(text(item, "reason"))")
        }
        if let incident = item["incident"]?.stringValue { lines.append("  Against \(incident)") }
        let approvals = item["approvals"]?.arrayValue ?? []
        let needed = item["approvals_needed"]?.integerValue ?? 0
        let names = approvals.compactMap { $0["actor"]?.stringValue }.joined(separator: ", ")
        lines.append("  Approved by \(approvals.count) of \(needed)" + (names.isEmpty ? "" : ": \(names)"))
        if let trial = item["trial"], trial.objectValue != nil { lines.append("  " + self.trial(trial)) }
        if text(item, "state") == "enforced" {
            lines.append("  In force for \(percent(item["share"]?.numberValue ?? 1)) of the calls")
        }
        if item["expires_at"]?.stringValue != nil {
            lines.append("  Ends by itself \(moment(item, "expires_at"))")
        }
        for (name, value) in item["counters"]?.objectValue ?? [] {
            lines.append("  \(name.split(separator: "_").joined(separator: " ")): \(value.text())")
        }
        if let next = next(item, approvals.count, Int(needed)) { lines.append("  Next: \(next)") }
        return lines.joined(separator: "\n")
    }

    /// Steps, one a line.
    static func history(_ lines: [JSONValue]) -> String {
        lines.map { line in
            let reason = text(line, "reason")
            return "\(moment(line, "at"))  \(text(line, "actor"))  \(text(line, "action"))"
                + (reason.isEmpty ? "" : "  \(reason)")
        }.joined(separator: "\n")
    }

    private static func trial(_ trial: JSONValue) -> String {
        let calls = trial["calls"]?.integerValue ?? 0
        return
            "Tried on \(calls) calls: would stop \(percent(trial["wanted_stopped"]?.numberValue ?? 0)) of what it is for, "
            + "and \(percent(trial["legitimate_stopped"]?.numberValue ?? 0)) of wanted calls"
    }

    private static func next(_ item: JSONValue, _ approvals: Int, _ needed: Int) -> String? {
        let id = text(item, "id")
        switch text(item, "state") {
        case "proposed" where item["trial"]?.objectValue == nil: return "vigie filter trial \(id)"
        case "proposed":
            return "vigie filter approve \(id)"
                + (needed - approvals > 1 ? " (\(needed - approvals) people)" : "")
        case "approved": return "vigie filter shadow \(id)"
        case "shadow": return "vigie filter enforce \(id) --share 0.1"
        case "enforced": return "vigie filter renew \(id), or vigie filter revert \(id)"
        default: return nil
        }
    }

    /// `reject ingress INTL-MA, called_prefixes +3332, first_contact`.
    private static func what(_ filter: JSONValue) -> String {
        let keys = (filter["match"]?.objectValue ?? []).map { name, value -> String in
            let word = name.split(separator: "_").joined(separator: " ")
            switch value {
            case .bool: return word
            case .string(let text): return "\(word) \(text)"
            case .array(let values):
                let shown = values.prefix(3).compactMap(\.stringValue).joined(separator: " ")
                return "\(word) \(shown)" + (values.count > 3 ? " and \(values.count - 3) more" : "")
            default: return "\(word) \(value.text())"
            }
        }
        return "\(filter["action"]?.stringValue ?? "?") " + keys.joined(separator: ", ")
    }

    private static func text(_ item: JSONValue, _ name: String) -> String { item[name]?.stringValue ?? "" }

    /// A moment without its fraction of a second.
    private static func moment(_ item: JSONValue, _ name: String) -> String {
        let text = text(item, name)
        return text.contains(".") ? text.prefix { $0 != "." } + "Z" : text
    }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 1_000).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths)) %" : "\(tenths) %"
    }
}
