import VigieWire

/// What is wrong with a value, and where.
struct SchemaComplaint: Sendable {
    /// JSON Pointer (RFC 6901) into the body; empty: all of it.
    var pointer: String
    /// What is wrong and what would be right.
    var words: String
}

extension Schema {
    /// Complaints at most; one who sends a wrong kind of body need not read ten thousand.
    static let maxComplaints = 10

    /// What is wrong with `value`; nothing when it is right.
    func complaints(_ value: JSONValue, in names: [String: Schema]) -> [SchemaComplaint] {
        var out: [SchemaComplaint] = []
        check(value, at: "", names, &out)
        return out
    }

    private func check(
        _ value: JSONValue, at pointer: String, _ names: [String: Schema], _ out: inout [SchemaComplaint]
    ) {
        guard out.count < Self.maxComplaints else { return }
        func complain(_ words: String) { out.append(SchemaComplaint(pointer: pointer, words: words)) }
        switch self {
        case .anything: return
        case .named(let name): names[name]?.check(value, at: pointer, names, &out)
        case .orNull(let schema): if !value.isNull { schema.check(value, at: pointer, names, &out) }
        case .truth: if value.boolValue == nil { complain("true or false is wanted") }
        case .whole(let range):
            guard let whole = value.integerValue else { return complain("a whole number is wanted") }
            if !range.contains(whole) { complain("a whole number of \(Self.words(range)) is wanted") }
        case .number(let range):
            guard let real = value.numberValue else { return complain("a number is wanted") }
            if let range, !range.contains(real) {
                complain(
                    "a number from \(CounterBoard.number(range.lowerBound)) to \(CounterBoard.number(range.upperBound)) is wanted"
                )
            }
        case .text(let rule):
            guard let text = value.stringValue else { return complain("a text is wanted") }
            if let words = rule.complaint(text) { complain(words) }
        case .list(let schema, let maxCount):
            guard let values = value.arrayValue else { return complain("a list is wanted") }
            if values.count > maxCount { return complain("at most \(maxCount) entries are taken") }
            for (index, element) in values.enumerated() {
                schema.check(element, at: "\(pointer)/\(index)", names, &out)
            }
        case .map(let schema):
            guard let members = value.objectValue else { return complain("an object is wanted") }
            for (name, member) in members {
                schema.check(member, at: pointer + "/" + Self.escaped(name), names, &out)
            }
        case .object(let properties, let isOpen):
            guard let members = value.objectValue else { return complain("an object is wanted") }
            for property in properties where property.isRequired {
                if !members.contains(where: { $0.0 == property.name }) {
                    complain("`\(property.name)` is missing")
                }
            }
            for (name, member) in members {
                let place = pointer + "/" + Self.escaped(name)
                if let property = properties.first(where: { $0.name == name }) {
                    property.schema.check(member, at: place, names, &out)
                } else if !isOpen {
                    out.append(
                        SchemaComplaint(
                            pointer: place,
                            words: "not known here" + Suggestion.words(name, among: properties.map(\.name))))
                }
            }
        }
    }

    private static func words(_ range: ClosedRange<Int64>) -> String {
        range.upperBound == .max
            ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
    }

    // RFC 6901 §3: `~` is written `~0`, `/` is written `~1`.
    private static func escaped(_ name: String) -> String {
        name.prefix(64).map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}

extension Schema.TextRule {
    /// What is wrong with a text; `nil` when it is right.
    func complaint(_ text: String) -> String? {
        if !values.isEmpty, !values.contains(text) {
            return "one of \(values.joined(separator: ", ")) is wanted"
                + Suggestion.words(text, among: values)
        }
        if let shape, !shape.accepts(text) { return shape.words + " is wanted" }
        let length = text.unicodeScalars.count
        if length < minLength {
            return minLength == 1 ? "it is empty" : "at least \(minLength) characters are wanted"
        }
        if let maxLength, length > maxLength { return "at most \(maxLength) characters are taken" }
        return nil
    }
}

/// Guesses what was meant.
enum Suggestion {
    /// `; did you mean x?`, or nothing when no name is near.
    static func words(_ text: String, among names: [String]) -> String {
        let near = names.map { ($0, distance(text, $0)) }.min { $0.1 < $1.1 }
        guard let near, near.1 <= max(1, near.0.count / 3) else { return "" }
        return "; did you mean \(near.0)?"
    }

    /// Insertions, removals, exchanges and swaps of neighbours; long texts are not compared.
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(64)), right = Array(right.utf8.prefix(64))
        var before: [Int] = []
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var next = [index + 1]
            for column in 0..<right.count {
                var cost = min(row[column + 1], next[column]) + 1
                cost = min(cost, row[column] + (byte == right[column] ? 0 : 1))
                if index > 0, column > 0, byte == right[column - 1], left[index - 1] == right[column] {
                    cost = min(cost, before[column - 1] + 1)
                }
                next.append(cost)
            }
            before = row
            row = next
        }
        return row[right.count]
    }
}
