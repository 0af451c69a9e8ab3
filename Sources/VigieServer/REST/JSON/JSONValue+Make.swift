import VigieWire

extension JSONValue {
    /// Whether it is `null`.
    var isNull: Bool { if case .null = self { true } else { false } }

    /// An integer.
    static func whole(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: value)) }

    /// A string, or `null`.
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// Strings in their order.
    static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
}
