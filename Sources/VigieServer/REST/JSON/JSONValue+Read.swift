import VigieReports

extension JSONValue {
    /// The member `name` of an object; `nil` when there is none.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    /// The text of a string.
    var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    /// A whole number; `1.0` is one too.
    var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value) where value == value.rounded() && value.magnitude < 9e15: Int64(value)
        default: nil
        }
    }

    /// A number.
    var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// A truth value.
    var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The values of an array.
    var arrayValue: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

    /// The members of an object.
    var objectValue: [(String, JSONValue)]? { if case .object(let members) = self { members } else { nil } }
}
