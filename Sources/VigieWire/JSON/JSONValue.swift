/// A JSON value (RFC 8259) whose objects keep their order, so that a report reads in the contract's order.
public indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    /// The text: compact, or indented by two spaces a level.
    public func text(indented: Bool = false) -> String {
        var out = ""
        write(into: &out, level: indented ? 0 : nil)
        return out
    }

    private func write(into out: inout String, level: Int?) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        // RFC 8259 §6: no NaN, no infinity.
        case .number(let value): out += value.isFinite ? Self.short(value) : "null"
        case .string(let value): Self.quote(value, into: &out)
        case .array(let values):
            Self.list(values, "[", "]", into: &out, level: level) { $0.write(into: &$1, level: $2) }
        case .object(let members):
            Self.list(members, "{", "}", into: &out, level: level) { member, out, level in
                Self.quote(member.0, into: &out)
                out += level == nil ? ":" : ": "
                member.1.write(into: &out, level: level)
            }
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, into out: inout String, level: Int?,
        _ body: (Element, inout String, Int?) -> Void
    ) {
        out += open
        for (index, element) in elements.enumerated() {
            if index > 0 { out += "," }
            if let level { out += "\n" + String(repeating: "  ", count: level + 1) }
            body(element, &out, level.map { $0 + 1 })
        }
        if let level, !elements.isEmpty { out += "\n" + String(repeating: "  ", count: level) }
        out += close
    }

    /// Six significant decimals are enough for every share and rate that we report.
    private static func short(_ value: Double) -> String {
        // Beyond that, six decimals are below a double's own steps, and the product would leave its range.
        let rounded = abs(value) < 1e9 ? (value * 1e6).rounded() / 1e6 : value
        if rounded == rounded.rounded(), abs(rounded) < 1e15 { return String(Int64(rounded)) }
        return String(rounded)
    }

    private static func quote(_ text: String, into out: inout String) {
        out += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}

extension JSONValue {
    /// An integer, or `null`.
    public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }

    /// A moment as RFC 3339, or `null`.
    public init(_ moment: Timestamp?) { self = moment.map { .string($0.rfc3339()) } ?? .null }

    /// Strings in their order.
    public init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
}
