import Yams

/// One key of the configuration file: its name, unit, meaning and default, how it is read, and how it is shown.
///
/// The same table reads a file, prints the documented default, writes the page, and finds what a reload changes.
struct ConfigurationKey<Root: Sendable>: Sendable {
    /// What the key is about; it carries the keys below it when it has some.
    let entry: ConfigurationEntry
    /// Reads the node into the root; problems go to the reader.
    let read: @Sendable (inout Root, Node, String, inout ConfigurationReader) -> Void
    /// The values below the key as `path` and text, for comparison and for printing.
    let values: @Sendable (Root, String) -> [ConfigurationValue]
}

/// What a key is about, without its types.
struct ConfigurationEntry: Sendable {
    /// When a changed value is obeyed.
    enum Reload: Sendable { case live, restart }
    /// What stands behind a key.
    enum Shape: Sendable {
        case value(unit: String)
        case section([ConfigurationEntry])
        case list([ConfigurationEntry], example: String)
    }

    let name: String
    let shape: Shape
    let meaning: String
    let reload: Reload
}

/// One value of a configuration.
struct ConfigurationValue: Sendable, Equatable {
    /// `sip.udp`, `peers`.
    let path: String
    /// As YAML on one line.
    let text: String
    /// When a change is obeyed.
    let reload: ConfigurationEntry.Reload
}

/// Collects what a file says and what is wrong with it.
struct ConfigurationReader {
    let file: YAMLFile
    private(set) var problems: [ConfigurationProblem] = []
    /// Where each key stands, for checks across keys.
    private var marks: [String: Mark] = [:]

    init(file: YAMLFile) { self.file = file }

    /// Notes a problem.
    mutating func add(_ problem: ConfigurationProblem) {
        // Enough to say "and N more" without keeping a hostile file's every line.
        if problems.count < 1_000 { problems.append(problem) }
    }

    /// Notes a problem with a key that was, or was not, written.
    mutating func add(_ path: String, _ message: String) {
        add(problem(path, message))
    }

    /// A problem with a key, at the place of the nearest key above it that was written.
    func problem(_ path: String, _ message: String) -> ConfigurationProblem {
        var above = path
        while marks[above] == nil, let cut = above.lastIndex(where: { $0 == "." || $0 == "[" }) {
            above = String(above[..<cut])
        }
        let mark = marks[above]
        return ConfigurationProblem(
            file: file.name, line: mark?.line ?? 0, column: mark?.column ?? 0, key: path, message: message)
    }

    /// Notes where the keys of a mapping stand that is read elsewhere.
    mutating func note(_ path: String, _ node: Node) {
        guard let mapping = node.mapping else { return }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { continue }
            marks["\(path).\(name)"] = key.mark
            note("\(path).\(name)", value)
        }
    }

    /// Reads one value, or notes why it cannot be.
    mutating func take<Value>(_ read: () throws(ConfigurationProblem) -> Value) -> Value? {
        do throws(ConfigurationProblem) { return try read() } catch {
            add(error)
            return nil
        }
    }

    /// Reads the entries of a mapping by their keys.
    mutating func read<Root>(
        _ root: inout Root, _ node: Node, _ path: String, _ keys: [ConfigurationKey<Root>]
    ) {
        if node.isNull { return }
        let file = file
        guard let pairs = take({ () throws(ConfigurationProblem) in try file.pairs(node, path) }) else {
            return
        }
        for (key, value) in pairs {
            guard let name = take({ () throws(ConfigurationProblem) in try file.scalar(key, path) }) else {
                continue
            }
            let full = path.isEmpty ? name : "\(path).\(name)"
            guard let known = keys.first(where: { $0.entry.name == name }) else {
                let names = keys.map(\.entry.name)
                add(
                    file.error(
                        key, full,
                        "there is no such key\(Nearest.suggestion(name, names)); keys here: \(names.joined(separator: ", "))"
                    ))
                continue
            }
            marks[full] = key.mark
            known.read(&root, value, full, &self)
        }
    }

    /// Reads the items of a list, each with its own keys.
    mutating func list<Item: Sendable>(
        _ node: Node, _ path: String, blank: Item, _ keys: [ConfigurationKey<Item>], most: Int
    ) -> [Item] {
        if node.isNull { return [] }
        guard let sequence = node.sequence else {
            add(file.error(node, path, "a list is expected here: one `- ` line for each item"))
            return []
        }
        guard sequence.count <= most else {
            add(file.error(node, path, "\(sequence.count) items are written; \(most) is the most"))
            return []
        }
        return sequence.enumerated().map { index, item in
            var value = blank
            marks["\(path)[\(index)]"] = item.mark
            read(&value, item, "\(path)[\(index)]", keys)
            return value
        }
    }
}
