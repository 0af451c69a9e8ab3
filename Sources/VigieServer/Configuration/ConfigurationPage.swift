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

    /// The page `Docs/guides/configuration.md`, whole.
    public static var markdown: String { introduction + tables }

    private static let introduction = """
        # Configuration

        One YAML file, all of it optional. Made by `make docs` from the table of keys that also reads the file: edit the table
        (`Sources/VigieServer/Configuration/NodeConfigurationKeys.swift`), not this page.

        ```
        vigie serve --print-config                  every key, its meaning, unit and default
        vigie serve --config vigie.yaml --check     what would be started, and what stands in the way; exit status 0 or 1
        vigie serve --config vigie.yaml
        systemctl reload vigie                      or kill -HUP: read the file again
        ```

        Times, sizes and rates carry their unit: `500ms`, `10s`, `5min`, `2h`, `30d`; `64MiB`, `20GiB`; `100/s`. An address to listen on is
        `192.0.2.1:5060`, `"[2001:db8::1]:5060"` or `"*:5060"`. A path that does not begin with `/` is relative to `storage.directory`.

        ## What you see, why, and what to do

        | You see | Why | Do |
        |---|---|---|
        | `vigie.yaml:12:3: sip.upd: there is no such key; did you mean `udp`?` | A key is misspelt, or stands in another section. Line and column are counted from 1. | Correct it; all mistakes are listed at once, twenty at most. |
        | `storage.retention: `30` is not a time with its unit` | Numbers that are times, sizes or rates say their unit. | Write `30d`. |
        | `http.listen: 127.0.0.1:8080 is in use` | Another program, or this node itself, has the port. | `ss -lptun 'sport = :8080'` shows which. While the node runs, `--check` says so of its own ports too. |
        | `sip.certificate: … expired at …` | The certificate's time is over; a warning comes 14 days before. | Put a new one at the same path and reload (HEP and HTTP: restart). |
        | `configuration refused, the former one stays in force` in the log | A reload found a mistake, or a key that only a restart can change. Nothing changed, not even the keys that could have. | The line names the key. Correct it, or `systemctl restart vigie`. |
        | `filters[1].approved_by: 1 of 2 people` | A filter of the file that is `shadow` or `enforced` needs as many different people as `approvals` asks for. | Name them, or write `state: proposed` and let people approve it by `vigie filter`. |

        A reload is obeyed whole or not at all: parse all, check all, let every part prepare, then swap. The column *Reload* says which keys it
        reaches. Emergency calls pass first whatever the file says: there is no key for that.


        """

    private static var tables: String {
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
                + ["", "```yaml"] + sample(path.split(separator: ".").map(String.init), example) + ["```"]
        }
    }

    /// An example under all its keys, so that it can be copied as it stands.
    private static func sample(_ keys: [String], _ example: String) -> [String] {
        guard let key = keys.first else { return example.split(separator: "\n").map(String.init) }
        return ["\(key):"] + sample(Array(keys.dropFirst()), example).map { "  \($0)" }
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
