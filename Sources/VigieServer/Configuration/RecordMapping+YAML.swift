public import VigieWire
internal import Yams

extension RecordMapping {
    /// Reads a mapping from a YAML text.
    ///
    /// - Parameter file: the name that errors show.
    /// - Throws: `MappingError` with the line, the key, and the nearest word that is known.
    public init(yaml: String, file: String) throws(MappingError) {
        let reader = MappingReader(file: YAMLFile(name: file))
        self = try reader.read(yaml)
    }
}

/// Turns the nodes of a mapping file into a mapping, everything checked before anything is used.
private struct MappingReader {
    let file: YAMLFile

    private static let keys = [
        "name", "format", "separator", "quoting", "header", "skip-types-line", "time-zone", "date-order",
        "home-country",
        "unknown-columns", "columns", "constants",
    ]

    func read(_ text: String) throws(MappingError) -> RecordMapping {
        let empty = "is empty: write at least `columns:` and one line `column: field` for each column"
        guard let top = try file.compose(text, empty: empty) else { throw fileProblem("", empty) }
        var mapping = RecordMapping(name: "mapped call records", columns: [])
        mapping.minimumColumns = 1
        for (key, value) in try file.pairs(top, "") {
            let name = try file.scalar(key, "")
            switch name {
            case "name": mapping.name = try file.scalar(value, name)
            case "format": mapping.layout = try file.choice(value, name, ["csv": .delimited, "json": .json])
            case "separator":
                mapping.separator = try file.choice(
                    value, name,
                    [",": 0x2C, ";": 0x3B, "tab": 0x09, "\t": 0x09, "|": 0x7C, ":": 0x3A, " ": 0x20])
            case "quoting":
                mapping.quoting = try file.choice(
                    value, name, ["doubled": .doubled, "backslash": .backslash, "none": .none])
            case "header": mapping.header = try file.flag(value, name) ? .names : .absent
            case "skip-types-line": mapping.hasTypesLine = try file.flag(value, name)
            case "time-zone": mapping.timeZone = try file.timeZone(value, name)
            case "date-order":
                mapping.dateOrder = try file.choice(
                    value, name, ["day-first": .dayFirst, "month-first": .monthFirst])
            case "home-country": mapping.homeCountry = try country(value, name)
            case "unknown-columns":
                mapping.keepsUnknownColumns = try file.choice(value, name, ["keep": true, "ignore": false])
            case "columns", "constants": break
            default:
                throw file.error(key, name, "there is no such key\(Nearest.suggestion(name, Self.keys))")
            }
        }
        guard let columns = top["columns"] else {
            throw fileProblem(
                "columns", "is missing: write `columns:` and one line `column: field` for each column")
        }
        for (key, value) in try file.pairs(columns, "columns") {
            if let column = try column(
                key, value, hasHeader: mapping.header != .absent || mapping.layout == .json)
            {
                mapping.columns.append(column)
            }
        }
        if let constants = top["constants"] {
            for (key, value) in try file.pairs(constants, "constants") {
                let name = try file.scalar(key, "constants")
                let field = try field(name, key, "constants.\(name)")
                guard field != .extra else {
                    throw file.error(key, "constants.\(name)", "a constant needs a field of its own")
                }
                mapping.constants[field] = try file.scalar(value, "constants.\(name)")
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
            throw file.error(
                columns, "columns", "no column is mapped to `\(field.name)`, and a call needs one")
        }
        let outcomes: [RecordField] = [
            .sipStatus, .q850, .answer, .answered, .disposition, .talk, .callerCause, .calledCause,
        ]
        if present.isDisjoint(with: outcomes) {
            throw file.error(
                columns, "columns",
                "nothing says what became of a call: map a column to one of sip_status, q850, answer, talk, answered, disposition, "
                    + "or write `answered: yes` under `constants:` when the file holds answered calls only")
        }
        let extras = mapping.columns.count { $0.field == .extra }
        if extras > RecordField.extraSlots {
            throw file.error(
                columns, "columns",
                "\(extras) columns are mapped to `extra`; there is room for \(RecordField.extraSlots)")
        }
    }

    private func column(_ key: Node, _ value: Node, hasHeader: Bool) throws(MappingError) -> RecordMapping
        .Column?
    {
        let name = try file.scalar(key, "columns")
        let path = "columns.\(name)"
        let source: RecordMapping.Source
        if hasHeader {
            source = .name(name)
        } else {
            guard let position = Int(name), (1...4_096).contains(position) else {
                throw file.error(key, path, "with `header: false` a column is its number, the first is 1")
            }
            source = .index(position - 1)
        }
        guard value.mapping != nil else {
            let word = try file.scalar(value, path)
            if word == "ignore" { return nil }
            return RecordMapping.Column(source, try field(word, value, path))
        }
        var column = RecordMapping.Column(source, .extra)
        var sawField = false
        for (key, value) in try file.pairs(value, path) {
            let part = try file.scalar(key, path)
            switch part {
            case "field":
                column.field = try field(try file.scalar(value, path + ".field"), value, path + ".field")
                sawField = true
            case "transform":
                column.transform = try file.choice(
                    value, path + ".transform",
                    [
                        "none": .none, "channel-name": .channelName,
                        "little-endian-address": .littleEndianAddress,
                    ])
            case "values":
                for (word, meaning) in try file.pairs(value, path + ".values") {
                    let text = try file.scalar(word, path + ".values")
                    column.values[text] = try self.meaning(meaning, path + ".values.\(text)")
                }
            default:
                throw file.error(
                    key, path,
                    "there is no key `\(part)` here\(Nearest.suggestion(part, ["field", "values", "transform"]))"
                )
            }
        }
        guard sawField else {
            throw file.error(value, path, "`field:` is missing: write which field the column is")
        }
        if !column.values.isEmpty, column.field != .disposition {
            throw file.error(
                value, path, "`values:` needs `field: disposition`: words that say what became of a call")
        }
        return column
    }

    private func meaning(_ node: Node, _ path: String) throws(MappingError) -> RecordMapping.Meaning {
        var meaning = RecordMapping.Meaning()
        for (key, value) in try file.pairs(node, path) {
            let name = try file.scalar(key, path)
            switch name {
            case "sip_status":
                meaning.sipStatus = UInt16(try file.number(value, path + "." + name, 100...699))
            case "q850": meaning.q850 = UInt8(try file.number(value, path + "." + name, 1...127))
            case "answered": meaning.answered = try file.flag(value, path + "." + name)
            case "released_by":
                meaning.releasedBy = try file.choice(
                    value, path + "." + name, ["caller": .caller, "called": .called, "network": .network])
            default:
                let known = ["sip_status", "q850", "answered", "released_by"]
                throw file.error(
                    key, path, "there is no key `\(name)` here\(Nearest.suggestion(name, known))")
            }
        }
        return meaning
    }

    private func field(_ name: String, _ node: Node, _ path: String) throws(MappingError) -> RecordField {
        if let field = RecordField(name: name) { return field }
        let names = RecordField.allCases.map(\.name)
        throw file.error(
            node, path,
            "there is no field `\(name)`\(Nearest.suggestion(name, names + ["ignore"])); fields: \(names.joined(separator: ", "))"
        )
    }

    private func country(_ node: Node, _ path: String) throws(MappingError) -> String {
        let name = try file.scalar(node, path).uppercased()
        if name == "NONE" { return "" }
        guard name.utf8.count == 2, name.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else {
            throw file.error(
                node, path,
                "`\(name)` is no ISO 3166-1 country code; write two letters (FR), or none when every number carries its country code"
            )
        }
        return name
    }

    private func fileProblem(_ key: String, _ message: String) -> MappingError {
        MappingError(file: file.name, key: key, message: message)
    }
}
