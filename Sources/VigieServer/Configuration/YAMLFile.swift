import VigieWire
import Yams

/// Reads the nodes of one YAML file as typed values; each refusal names line, column, key, and what to write.
struct YAMLFile: Sendable {
    /// The name that refusals show.
    let name: String

    /// The document's top node; `empty` says what an empty file should have held, `nil` allows it.
    func compose(_ text: String, empty: String?) throws(ConfigurationProblem) -> Node? {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let failure as YamlError {
            throw problem(failure)
        } catch {
            throw ConfigurationProblem(file: name, key: "", message: "cannot be read as YAML")
        }
        if node == nil, let empty { throw ConfigurationProblem(file: name, key: "", message: empty) }
        return node
    }

    /// The entries of a mapping.
    func pairs(_ node: Node, _ path: String) throws(ConfigurationProblem) -> [(key: Node, value: Node)] {
        guard let mapping = node.mapping else {
            throw error(node, path, "lines of `key: value` are expected here")
        }
        return mapping.map { ($0.key, $0.value) }
    }

    /// The items of a list; a single value is a list of one.
    func items(_ node: Node, _ path: String) throws(ConfigurationProblem) -> [Node] {
        if let sequence = node.sequence { return Array(sequence) }
        if node.isNull { return [] }
        guard node.scalar != nil else { throw error(node, path, "a list is expected here: `[one, two]`") }
        return [node]
    }

    /// One value as it is written.
    func scalar(_ node: Node, _ path: String) throws(ConfigurationProblem) -> String {
        guard let text = node.scalar?.string else {
            throw error(node, path, "a single value is expected here")
        }
        return text
    }

    /// `true` or `false`, and the words that mean them.
    func flag(_ node: Node, _ path: String) throws(ConfigurationProblem) -> Bool {
        switch try scalar(node, path).lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        case let text: throw error(node, path, "`\(text)` is neither `true` nor `false`")
        }
    }

    /// One of some words.
    func choice<Value>(
        _ node: Node, _ path: String, _ values: [String: Value]
    ) throws(ConfigurationProblem) -> Value {
        let text = try scalar(node, path)
        if let value = values[text] { return value }
        let names = values.keys.filter { $0 != "\t" }.sorted()
        throw error(
            node, path,
            "`\(text)` is not one of \(names.map { "`\($0)`" }.joined(separator: ", "))\(Nearest.suggestion(text, names))"
        )
    }

    /// A whole number.
    func number(
        _ node: Node, _ path: String, _ range: ClosedRange<Int>
    ) throws(ConfigurationProblem) -> Int {
        let text = try scalar(node, path)
        let plain = text.filter { $0 != "_" }
        guard let value = Int(plain), range.contains(value) else {
            throw error(
                node, path, "`\(text)` is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// An IANA zone, or an offset.
    func timeZone(_ node: Node, _ path: String) throws(ConfigurationProblem) -> String {
        let name = try scalar(node, path)
        guard TimeZoneOffsets(name) != nil else {
            throw error(
                node, path,
                "`\(name)` is no time zone; write an IANA name (Europe/Paris), UTC, or an offset (\"+01:00\")"
            )
        }
        return name
    }

    /// A refusal at a node.
    func error(_ node: Node, _ path: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            file: name, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, key: path,
            message: message)
    }

    private func problem(_ failure: YamlError) -> ConfigurationProblem {
        switch failure {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationProblem(
                file: name, line: mark.line, column: mark.column, key: "", message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            ConfigurationProblem(
                file: name, line: context.mark.line, column: context.mark.column, key: duplicates.first ?? "",
                message: "stands twice; keep one of the lines")
        default: ConfigurationProblem(file: name, key: "", message: "cannot be read as YAML")
        }
    }
}

extension Node {
    /// Whether nothing is written: `key:` alone, `~` or `null`.
    var isNull: Bool {
        guard let scalar else { return false }
        return scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
