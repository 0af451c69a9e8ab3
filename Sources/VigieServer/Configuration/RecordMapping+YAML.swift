public import VigieWire
internal import Yams

/// Why a mapping file cannot be used: where, which key, and what to do.
public struct MappingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's name.
    public var file: String
    /// Counted from 1; 0: the file as a whole.
    public var line: Int
    /// Path of the key, `columns.setup`; empty: the file as a whole.
    public var key: String
    /// What is wrong and what to write instead.
    public var message: String

    /// One line for a terminal.
    public var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        return key.isEmpty ? "\(place): \(message)" : "\(place): \(key): \(message)"
    }
}

extension RecordMapping {
    /// Reads a mapping from a YAML text.
    ///
    /// - Parameter file: the name that errors show.
    /// - Throws: `MappingError` with the line, the key, and the nearest word that is known.
    public init(yaml: String, file: String) throws(MappingError) {
        let reader = MappingReader(file: file)
        self = try reader.read(yaml)
    }
}

/// Turns the nodes of a mapping file into a mapping, everything checked before anything is used.
private struct MappingReader {
    let file: String

    private static let keys = [
        "name", "format", "separator", "quoting", "header", "skip-types-line", "time-zone", "date-order",
        "home-country",
        "unknown-columns", "columns", "constants",
    ]

    func read(_ text: String) throws(MappingError) -> RecordMapping {
        let top = try compose(text)
        var mapping = RecordMapping(name: "mapped call records", columns: [])
        mapping.minimumColumns = 1
        for (key, value) in try pairs(top, "") {
            let name = try scalar(key, "")
            switch name {
            case "name": mapping.name = try scalar(value, name)
            case "format": mapping.layout = try choice(value, name, ["csv": .delimited, "json": .json])
            case "separator":
                mapping.separator = try choice(
                    value, name,
                    [",": 0x2C, ";": 0x3B, "tab": 0x09, "\t": 0x09, "|": 0x7C, ":": 0x3A, " ": 0x20])
            case "quoting":
                mapping.quoting = try choice(
                    value, name, ["doubled": .doubled, "backslash": .backslash, "none": .none])
            case "header": mapping.header = try flag(value, name) ? .names : .absent
            case "skip-types-line": mapping.hasTypesLine = try flag(value, name)
            case "time-zone": mapping.timeZone = try timeZone(value, name)
            case "date-order":
                mapping.dateOrder = try choice(
                    value, name, ["day-first": .dayFirst, "month-first": .monthFirst])
            case "home-country": mapping.homeCountry = try country(value, name)
            case "unknown-columns":
                mapping.keepsUnknownColumns = try choice(value, name, ["keep": true, "ignore": false])
            case "columns", "constants": break
            default:
                throw error(key, name, "there is no such key\(Nearest.suggestion(name, Self.keys))")
            }
        }
        guard let columns = top["columns"] else {
            throw MappingError(
                file: file, line: 0, key: "columns",
                message: "is missing: write `columns:` and one line `column: field` for each column")
        }
        for (key, value) in try pairs(columns, "columns") {
            if let column = try column(
                key, value, hasHeader: mapping.header != .absent || mapping.layout == .json)
            {
                mapping.columns.append(column)
            }
        }
        if let constants = top["constants"] {
            for (key, value) in try pairs(constants, "constants") {
                let name = try scalar(key, "constants")
                let field = try field(name, key, "constants.\(name)")
                guard field != .extra else {
                    throw error(key, "constants.\(name)", "a constant needs a field of its own")
                }
                mapping.constants[field] = try scalar(value, "constants.\(name)")
            }
        }
        try check(mapping, columns)
        mapping.minimumColumns =
            1
            + (mapping.columns.compactMap { if case .index(let index) = $0.source { index } else { nil } }
                .max() ?? 0)
        return mapping
    }

    private func check(_ mapping: RecordMapping, _ columns: Node) throws(MappingError) {
        let present = Set(mapping.columns.map(\.field)).union(mapping.constants.keys)
        for field in [RecordField.start, .called] where !present.contains(field) {
            throw error(columns, "columns", "no column is mapped to `\(field.name)`, and a call needs one")
        }
        let outcomes: [RecordField] = [
            .sipStatus, .q850, .answer, .answered, .disposition, .talk, .callerCause, .calledCause,
        ]
        if present.isDisjoint(with: outcomes) {
            throw error(
                columns, "columns",
                "nothing says what became of a call: map a column to one of sip_status, q850, answer, talk, answered, disposition, "
                    + "or write `answered: yes` under `constants:` when the file holds answered calls only")
        }
        let extras = mapping.columns.count { $0.field == .extra }
        if extras > RecordField.extraSlots {
            throw error(
                columns, "columns",
                "\(extras) columns are mapped to `extra`; there is room for \(RecordField.extraSlots)")
        }
    }

    private func column(_ key: Node, _ value: Node, hasHeader: Bool) throws(MappingError) -> RecordMapping
        .Column?
    {
        let name = try scalar(key, "columns")
        let path = "columns.\(name)"
        let source: RecordMapping.Source
        if hasHeader {
            source = .name(name)
        } else {
            guard let position = Int(name), (1...4_096).contains(position) else {
                throw error(key, path, "with `header: false` a column is its number, the first is 1")
            }
            source = .index(position - 1)
        }
        guard value.mapping != nil else {
            let word = try scalar(value, path)
            if word == "ignore" { return nil }
            return RecordMapping.Column(source, try field(word, value, path))
        }
        var column = RecordMapping.Column(source, .extra)
        var sawField = false
        for (key, value) in try pairs(value, path) {
            let part = try scalar(key, path)
            switch part {
            case "field":
                column.field = try field(try scalar(value, path + ".field"), value, path + ".field")
                sawField = true
            case "transform":
                column.transform = try choice(
                    value, path + ".transform",
                    [
                        "none": .none, "channel-name": .channelName,
                        "little-endian-address": .littleEndianAddress,
                    ])
            case "values":
                for (word, meaning) in try pairs(value, path + ".values") {
                    let text = try scalar(word, path + ".values")
                    column.values[text] = try self.meaning(meaning, path + ".values.\(text)")
                }
            default:
                throw error(
                    key, path,
                    "there is no key `\(part)` here\(Nearest.suggestion(part, ["field", "values", "transform"]))"
                )
            }
        }
        guard sawField else {
            throw error(value, path, "`field:` is missing: write which field the column is")
        }
        if !column.values.isEmpty, column.field != .disposition {
            throw error(
                value, path, "`values:` needs `field: disposition`: words that say what became of a call")
        }
        return column
    }

    private func meaning(_ node: Node, _ path: String) throws(MappingError) -> RecordMapping.Meaning {
        var meaning = RecordMapping.Meaning()
        for (key, value) in try pairs(node, path) {
            let name = try scalar(key, path)
            switch name {
            case "sip_status": meaning.sipStatus = UInt16(try number(value, path + "." + name, 100...699))
            case "q850": meaning.q850 = UInt8(try number(value, path + "." + name, 1...127))
            case "answered": meaning.answered = try flag(value, path + "." + name)
            case "released_by":
                meaning.releasedBy = try choice(
                    value, path + "." + name, ["caller": .caller, "called": .called, "network": .network])
            default:
                let known = ["sip_status", "q850", "answered", "released_by"]
                throw error(key, path, "there is no key `\(name)` here\(Nearest.suggestion(name, known))")
            }
        }
        return meaning
    }

    private func field(_ name: String, _ node: Node, _ path: String) throws(MappingError) -> RecordField {
        if let field = RecordField(name: name) { return field }
        let names = RecordField.allCases.map(\.name)
        throw error(
            node, path,
            "there is no field `\(name)`\(Nearest.suggestion(name, names + ["ignore"])); fields: \(names.joined(separator: ", "))"
        )
    }

    private func timeZone(_ node: Node, _ path: String) throws(MappingError) -> String {
        let name = try scalar(node, path)
        guard TimeZoneOffsets(name) != nil else {
            throw error(
                node, path,
                "`\(name)` is no time zone; write an IANA name (Europe/Paris), UTC, or an offset (\"+01:00\")"
            )
        }
        return name
    }

    private func country(_ node: Node, _ path: String) throws(MappingError) -> String {
        let name = try scalar(node, path).uppercased()
        if name == "NONE" { return "" }
        guard name.utf8.count == 2, name.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
            throw error(
                node, path,
                "`\(name)` is no ISO 3166-1 country code; write two letters (FR), or none when every number carries its country code"
            )
        }
        return name
    }

    private func number(_ node: Node, _ path: String, _ range: ClosedRange<Int>) throws(MappingError) -> Int {
        let text = try scalar(node, path)
        guard let value = Int(text), range.contains(value) else {
            throw error(
                node, path, "`\(text)` is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func flag(_ node: Node, _ path: String) throws(MappingError) -> Bool {
        switch try scalar(node, path).lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        case let text: throw error(node, path, "`\(text)` is neither `true` nor `false`")
        }
    }

    private func choice<Value>(_ node: Node, _ path: String, _ values: [String: Value]) throws(MappingError)
        -> Value
    {
        let text = try scalar(node, path)
        if let value = values[text] { return value }
        let names = values.keys.filter { $0 != "\t" }.sorted()
        throw error(
            node, path,
            "`\(text)` is not one of \(names.map { "`\($0)`" }.joined(separator: ", "))\(Nearest.suggestion(text, names))"
        )
    }

    private func scalar(_ node: Node, _ path: String) throws(MappingError) -> String {
        guard let text = node.scalar?.string else {
            throw error(node, path, "a single value is expected here")
        }
        return text
    }

    private func pairs(_ node: Node, _ path: String) throws(MappingError) -> [(key: Node, value: Node)] {
        guard let mapping = node.mapping else {
            throw error(node, path, "lines of `key: value` are expected here")
        }
        return mapping.map { ($0.key, $0.value) }
    }

    private func compose(_ text: String) throws(MappingError) -> Node {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let failure as YamlError {
            throw yamlError(failure)
        } catch {
            throw MappingError(file: file, line: 0, key: "", message: "cannot be read as YAML")
        }
        guard let node else {
            throw MappingError(
                file: file, line: 0, key: "",
                message: "is empty: write at least `columns:` and one line `column: field` for each column")
        }
        return node
    }

    private func yamlError(_ failure: YamlError) -> MappingError {
        switch failure {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return MappingError(file: file, line: mark.line, key: "", message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return MappingError(
                file: file, line: context.mark.line, key: duplicates.first ?? "",
                message: "stands twice; keep one of the lines")
        default: return MappingError(file: file, line: 0, key: "", message: "cannot be read as YAML")
        }
    }

    private func error(_ node: Node, _ key: String, _ message: String) -> MappingError {
        MappingError(file: file, line: node.mark?.line ?? 0, key: key, message: message)
    }
}

/// Finds the known word that a misspelt one is nearest to.
private enum Nearest {
    /// `; did you mean …?`, or nothing when no word is near.
    static func suggestion(_ word: String, _ known: [String]) -> String {
        let best = known.map { ($0, distance(word.lowercased(), $0)) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(1, word.count / 2) else { return "" }
        return "; did you mean `\(best.0)`?"
    }

    /// Levenshtein's edit distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(64))
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let previous = row[j + 1]
                row[j + 1] = min(previous + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = previous
            }
        }
        return row[right.count]
    }
}
