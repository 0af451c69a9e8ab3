import Yams

/// The part of a written filter that is the contract's `proposed_filter`, kept as JSON for the one place that reads it.
enum FilterDocument {
    private static let unit = "as in `proposed_filter`"

    /// `match`, `action` and the like: keys of the contract, in their own words.
    static let keys: [ConfigurationKey<NodeConfiguration.ProposedFilter>] = [
        key(
            "match",
            "Which calls are meant: `ingress`, `caller_country`, `caller_prefixes`, `caller_numbers`, `called_prefixes`, `called_numbers`, `first_contact`, `hours`, …"
        ),
        key("action", "pass, flag, mask, reject, redirect or limit."),
        key(
            "expires",
            "How long it is in force: whole hours, 24h at most; a filter of the file is renewed while it stands there."
        ),
        key("limit", "What action limit lets through: `{per: called_number, calls: 10, seconds: 60}`."),
        key("reason", "What the caller's operator is told."),
        key("sip_code", "Status of the refusal, 400…699, instead of the peer's block style."),
        key("announcement", "SIP URI of action redirect, instead of `sip.announcement`."),
        key("priority", "-100…100: of several filters that match, the highest decides."),
    ]

    private static func key(
        _ name: String, _ meaning: String
    ) -> ConfigurationKey<NodeConfiguration.ProposedFilter> {
        ConfigurationKey(
            entry: ConfigurationEntry(name: name, shape: .value(unit: unit), meaning: meaning, reload: .live),
            read: { root, node, path, reader in
                let file = reader.file
                guard
                    let value = reader.take({ () throws(ConfigurationProblem) in try file.json(node, path, 0)
                    })
                else { return }
                reader.note(path, node)
                let member = "\(YAMLFile.jsonString(name)):\(value)"
                root.document =
                    root.document.isEmpty ? "{\(member)}" : "\(root.document.dropLast()),\(member)}"
            },
            // The document as a whole stands under the first key, so that it is compared once.
            values: { root, path in
                name == "match" ? [ConfigurationValue(path: path, text: root.document, reload: .live)] : []
            })
    }
}

extension YAMLFile {
    /// The node as JSON: plain `true`, `false` and numbers as JSON writes them, all else as strings (`+3332` too).
    func json(_ node: Node, _ path: String, _ depth: Int) throws(ConfigurationProblem) -> String {
        guard depth < 8 else { throw error(node, path, "is nested too deep") }
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain {
                if ["true", "false", "null"].contains(scalar.string) { return scalar.string }
                if Self.isJSONNumber(scalar.string) { return scalar.string }
            }
            return Self.jsonString(scalar.string)
        case .sequence(let sequence):
            guard sequence.count <= 100_000 else { throw error(node, path, "100000 items are the most") }
            var parts: [String] = []
            for item in sequence {
                // A list holds names and numbers of telephones, which are strings even where they are written bare.
                if let text = item.scalar?.string {
                    parts.append(Self.jsonString(text))
                } else {
                    parts.append(try json(item, path, depth + 1))
                }
            }
            return "[\(parts.joined(separator: ","))]"
        case .mapping(let mapping):
            var parts: [String] = []
            for (key, value) in mapping {
                let name = try scalar(key, path)
                parts.append("\(Self.jsonString(name)):\(try json(value, "\(path).\(name)", depth + 1))")
            }
            return "{\(parts.joined(separator: ","))}"
        case .alias:
            throw error(node, path, "an alias cannot stand here: write the value out")
        }
    }

    /// A JSON string.
    static func jsonString(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func isJSONNumber(_ text: String) -> Bool {
        let body = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first,
            parts.allSatisfy({
                !$0.isEmpty && $0.utf8.count <= 15 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
            })
        else { return false }
        return whole == "0" || !whole.hasPrefix("0")
    }
}
