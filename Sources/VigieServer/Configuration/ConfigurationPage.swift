/// The documented default configuration, as YAML and as a page: both come from the table of keys.
public enum ConfigurationPage {
    /// A file with every key, its meaning, unit and default; it reads back as the defaults.
    public static var yaml: String {
        var lines = [
            "# Configuration of a Vigie node. All of it is optional; what is not written has the value shown here.",
            "# Check a file with `vigie serve --check --config FILE`. [restart]: not obeyed by a reload.",
        ]
        let values = Dictionary(
            NodeConfiguration().values.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
        for key in NodeConfigurationKeys.all {
            lines.append("")
            lines += yaml(key.entry, path: key.entry.name, indent: "", values)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func yaml(
        _ entry: ConfigurationEntry, path: String, indent: String, _ values: [String: String]
    ) -> [String] {
        let restart = entry.reload == .restart ? " [restart]" : ""
        switch entry.shape {
        case .value(let unit):
            let written = unit.replacing("\\|", with: "|")
            return wrapped("\(entry.meaning) (\(written))\(restart)", indent)
                + ["\(indent)\(entry.name): \(values[path] ?? "")"]
        case .section(let entries):
            return wrapped(entry.meaning, indent) + ["\(indent)\(entry.name):"]
                + entries.flatMap { yaml($0, path: "\(path).\($0.name)", indent: indent + "  ", values) }
        case .list(let entries, let example):
            var lines = wrapped(entry.meaning, indent)
            lines.append("\(indent)# Keys of an item:")
            for entry in entries {
                guard case .value(let unit) = entry.shape else { continue }
                lines += wrapped(
                    "\(entry.name): \(entry.meaning) (\(unit.replacing("\\|", with: "|")))", indent,
                    hanging: "  ")
            }
            lines.append("\(indent)# For example:")
            lines.append("\(indent)#   \(entry.name):")
            lines += example.split(separator: "\n").map { "\(indent)#     \($0)" }
            lines.append("\(indent)\(entry.name): \(values[path] ?? "[]")")
            return lines
        }
    }

    private static func wrapped(_ text: String, _ indent: String, hanging: String = "") -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let start = lines.isEmpty ? "" : hanging
            if !line.isEmpty, indent.count + start.count + line.count + word.count > 112 {
                lines.append("\(indent)# \(start)\(line)")
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        if !line.isEmpty { lines.append("\(indent)# \(lines.isEmpty ? "" : hanging)\(line)") }
        return lines
    }

    /// The tables of `Docs/guides/configuration.md`.
    public static var markdown: String {
        let values = Dictionary(
            NodeConfiguration().values.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
        var plain: [ConfigurationEntry] = []
        var rest: [String] = []
        for key in NodeConfigurationKeys.all {
            switch key.entry.shape {
            case .value: plain.append(key.entry)
            case .section, .list: rest += section(key.entry, path: key.entry.name, values)
            }
        }
        return (["## At the top", ""] + table(plain, path: "", values) + rest).joined(separator: "\n") + "\n"
    }

    private static func section(
        _ entry: ConfigurationEntry, path: String, _ values: [String: String]
    ) -> [String] {
        switch entry.shape {
        case .value: return []
        case .section(let entries):
            var lines = ["", "## `\(path)`", "", entry.meaning]
            let leaves = entries.filter { if case .value = $0.shape { true } else { false } }
            if !leaves.isEmpty { lines += [""] + table(leaves, path: path, values) }
            return lines + entries.flatMap { section($0, path: "\(path).\($0.name)", values) }
        case .list(let entries, let example):
            return ["", "## `\(path)`", "", entry.meaning, ""] + table(entries, path: nil, values)
                + ["", "```yaml", "\(entry.name):"] + example.split(separator: "\n").map { "  \($0)" } + [
                    "```"
                ]
        }
    }

    private static func table(
        _ entries: [ConfigurationEntry], path: String?, _ values: [String: String]
    ) -> [String] {
        let head =
            path == nil
            ? ["| Key | Unit | Meaning |", "|---|---|---|"]
            : ["| Key | Unit | Default | Reload | Meaning |", "|---|---|---|---|---|"]
        return head
            + entries.map { entry in
                guard case .value(let unit) = entry.shape else { return "" }
                guard let path else { return "| `\(entry.name)` | \(unit) | \(entry.meaning) |" }
                let key = path.isEmpty ? entry.name : "\(path).\(entry.name)"
                let value = values[key].map { "`\($0)`" } ?? ""
                let reload = entry.reload == .live ? "at once" : "restart"
                return "| `\(entry.name)` | \(unit) | \(value) | \(reload) | \(entry.meaning) |"
            }
    }
}
