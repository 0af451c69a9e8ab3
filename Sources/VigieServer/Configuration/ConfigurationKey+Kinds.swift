import Yams

extension ConfigurationKey {
    typealias Path<Value> = any (WritableKeyPath<Root, Value> & Sendable)

    /// A key with one value that `parse` understands and `show` writes.
    static func value<Value: Sendable>(
        _ name: String, _ path: Path<Value>, unit: String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live,
        show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (YAMLFile, Node, String) throws(ConfigurationProblem) -> Value
    ) -> Self {
        Self(
            entry: ConfigurationEntry(
                name: name, shape: .value(unit: unit), meaning: meaning, reload: reload),
            read: { root, node, full, reader in
                let file = reader.file
                let value = reader.take { () throws(ConfigurationProblem) in try parse(file, node, full) }
                if let value { root[keyPath: path] = value }
            },
            values: { root, full in
                [ConfigurationValue(path: full, text: show(root[keyPath: path]), reload: reload)]
            })
    }

    /// Keys below a key.
    static func section<Value: Sendable>(
        _ name: String, _ path: Path<Value>, _ meaning: String, _ keys: [ConfigurationKey<Value>]
    ) -> Self {
        Self(
            entry: ConfigurationEntry(
                name: name, shape: .section(keys.map(\.entry)), meaning: meaning, reload: .live),
            read: { root, node, full, reader in reader.read(&root[keyPath: path], node, full, keys) },
            values: { root, full in
                keys.flatMap { $0.values(root[keyPath: path], "\(full).\($0.entry.name)") }
            })
    }

    /// A list of items with keys of their own.
    static func list<Item: Sendable>(
        _ name: String, _ path: Path<[Item]>, most: Int, blank: Item, _ meaning: String, example: String,
        _ keys: [ConfigurationKey<Item>]
    ) -> Self {
        Self(
            entry: ConfigurationEntry(
                name: name, shape: .list(keys.map(\.entry), example: example), meaning: meaning, reload: .live
            ),
            read: { root, node, full, reader in
                root[keyPath: path] = reader.list(node, full, blank: blank, keys, most: most)
            },
            values: { root, full in
                let items = root[keyPath: path].map { item in
                    let parts = keys.flatMap { $0.values(item, $0.entry.name) }
                    return "{\(parts.map { "\($0.path): \($0.text)" }.joined(separator: ", "))}"
                }
                return [
                    ConfigurationValue(
                        path: full, text: "[\(items.joined(separator: ", "))]", reload: .live)
                ]
            })
    }

    static func text(
        _ name: String, _ path: Path<String>, unit: String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live,
        check: @escaping @Sendable (String) -> String? = { _ in nil }
    ) -> Self {
        value(name, path, unit: unit, meaning, reload: reload, show: YAMLFile.quoted) {
            file, node, full throws(ConfigurationProblem) in
            let text = node.isNull ? "" : try file.scalar(node, full)
            if !text.isEmpty, let wrong = check(text) { throw file.error(node, full, wrong) }
            return text
        }
    }

    static func flag(
        _ name: String, _ path: Path<Bool>, _ meaning: String, reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(name, path, unit: "true or false", meaning, reload: reload, show: { "\($0)" }) {
            file, node, full throws(ConfigurationProblem) in try file.flag(node, full)
        }
    }

    static func count(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, unit: String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(
            name, path, unit: "\(unit), \(range.lowerBound)…\(range.upperBound)", meaning, reload: reload,
            show: { "\($0)" }
        ) { file, node, full throws(ConfigurationProblem) in try file.number(node, full, range) }
    }

    static func real(
        _ name: String, _ path: Path<Double>, _ range: ClosedRange<Double>, unit: String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(
            name, path,
            unit: "\(unit), \(YAMLFile.text(range.lowerBound))…\(YAMLFile.text(range.upperBound))", meaning,
            reload: reload, show: { YAMLFile.text($0) }
        ) { file, node, full throws(ConfigurationProblem) in try file.real(node, full, range) }
    }

    static func duration(
        _ name: String, _ path: Path<Duration>, _ range: ClosedRange<Duration>, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(
            name, path,
            unit: "time, \(YAMLFile.text(range.lowerBound))…\(YAMLFile.text(range.upperBound))", meaning,
            reload: reload, show: { YAMLFile.text($0) }
        ) { file, node, full throws(ConfigurationProblem) in try file.duration(node, full, range) }
    }

    static func bytes(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(
            name, path,
            unit: "size, \(YAMLFile.text(bytes: range.lowerBound))…\(YAMLFile.text(bytes: range.upperBound))",
            meaning, reload: reload, show: { YAMLFile.text(bytes: $0) }
        ) { file, node, full throws(ConfigurationProblem) in try file.bytes(node, full, range) }
    }

    static func listen(_ name: String, _ path: Path<[ListenAddress]>, _ meaning: String) -> Self {
        value(
            name, path, unit: "list of address:port", meaning, reload: .restart,
            show: { YAMLFile.quoted($0.map(\.description)) }
        ) { file, node, full throws(ConfigurationProblem) in
            var addresses: [ListenAddress] = []
            for item in try file.items(node, full) { addresses.append(try file.listen(item, full)) }
            guard addresses.count <= 64 else { throw file.error(node, full, "64 addresses are the most") }
            return addresses
        }
    }

    static func words(
        _ name: String, _ path: Path<[String]>, unit: String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(name, path, unit: unit, meaning, reload: reload, show: { YAMLFile.quoted($0) }) {
            file, node, full throws(ConfigurationProblem) in
            var words: [String] = []
            for item in try file.items(node, full) { words.append(try file.scalar(item, full)) }
            return words
        }
    }

    static func choice<Choice: CaseIterable & Sendable & Equatable>(
        _ name: String, _ path: Path<Choice>, word: @escaping @Sendable (Choice) -> String, _ meaning: String,
        reload: ConfigurationEntry.Reload = .live
    ) -> Self {
        value(
            name, path, unit: Choice.allCases.map(word).joined(separator: " \\| "), meaning, reload: reload,
            show: { YAMLFile.quoted(word($0)) }
        ) { file, node, full throws(ConfigurationProblem) in
            try file.choice(
                node, full,
                Dictionary(Choice.allCases.map { (word($0), $0) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}

extension YAMLFile {
    /// An address and port.
    func listen(_ node: Node, _ path: String) throws(ConfigurationProblem) -> ListenAddress {
        let text = try scalar(node, path)
        guard let address = ListenAddress(text) else {
            let hint =
                Int(text) != nil
                ? "; did you mean `127.0.0.1:\(text)` (this machine) or `*:\(text)` (all addresses)?" : ""
            throw error(
                node, path,
                "`\(text)` is not an address and port: write `192.0.2.1:5060`, `\"[2001:db8::1]:5060\"` or `*:5060`\(hint)"
            )
        }
        return address
    }

    /// A text as a YAML value on one line, within quotes where YAML would read it as something else.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            case UInt8(ascii: "+"), UInt8(ascii: ":"), UInt8(ascii: "@"): true
            default: false
            }
        }
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        let isPlain =
            plain && !text.isEmpty && !words.contains(text.lowercased()) && !text.hasSuffix(":")
            && !":-+@.".contains(text.first ?? ":")
        if isPlain { return text }
        let escaped = text.map { character -> String in
            switch character {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\t": "\\t"
            default: String(character)
            }
        }.joined()
        return "\"\(escaped)\""
    }

    /// A list on one line.
    static func quoted(_ texts: [String]) -> String {
        "[\(texts.map { quoted($0) }.joined(separator: ", "))]"
    }
}
