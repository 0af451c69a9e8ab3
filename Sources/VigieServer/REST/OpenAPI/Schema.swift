/// What a value of the API looks like: said once, checked on the way in, and written into the OpenAPI document.
indirect enum Schema: Sendable {
    /// A text of `length` characters, of a shape, or one of some values.
    case text(TextRule)
    /// A whole number.
    case whole(ClosedRange<Int64>)
    /// A number.
    case number(ClosedRange<Double>?)
    /// `true` or `false`.
    case truth
    /// Values of one kind.
    case list(Schema, maxCount: Int)
    /// Named values.
    case object([Property], isOpen: Bool)
    /// Names of anybody's choice, values of one kind.
    case map(Schema)
    /// One that `components/schemas` describes.
    case named(String)
    /// That, or `null`.
    case orNull(Schema)
    /// Anything.
    case anything

    /// A member of an object.
    struct Property: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool
        var words: String
    }

    /// What a text may be.
    struct TextRule: Sendable {
        var shape: TextShape?
        var minLength = 0
        var maxLength: Int?
        var values: [String] = []
        var example: String?
    }

    // Short ways to say them.

    /// Any text of at most `maxLength` characters.
    static func text(_ minLength: Int = 0, maxLength: Int? = nil) -> Schema {
        .text(TextRule(minLength: minLength, maxLength: maxLength))
    }
    /// A text of a shape.
    static func shaped(_ shape: TextShape, example: String? = nil) -> Schema {
        .text(TextRule(shape: shape, example: example))
    }
    /// One of these words.
    static func oneOf(_ values: [String]) -> Schema { .text(TextRule(values: values)) }
    /// A count: 0 and up.
    static let count = Schema.whole(0...Int64.max)
    /// A share, 0…1.
    static let share = Schema.number(0...1)
    /// An object that may have further members: what we send.
    static func open(_ properties: [Property]) -> Schema { .object(properties, isOpen: true) }
    /// An object with these members and no others: what we take.
    static func closed(_ properties: [Property]) -> Schema { .object(properties, isOpen: false) }
}

extension Schema.Property {
    /// A member that is always there.
    static func must(_ name: String, _ schema: Schema, _ words: String = "") -> Schema.Property {
        Schema.Property(name: name, schema: schema, isRequired: true, words: words)
    }
    /// A member that may be missing.
    static func may(_ name: String, _ schema: Schema, _ words: String = "") -> Schema.Property {
        Schema.Property(name: name, schema: schema, isRequired: false, words: words)
    }
}

/// Shapes of texts, each with the regular expression that the document shows and the check that we make.
enum TextShape: String, Sendable, CaseIterable {
    case dateTime, number, prefix, country, duration, identifier, cursor, hexID, recordType, sipStatus,
        filterHours

    /// The shape as an ECMA-262 regular expression; `nil`: `format` says it.
    var pattern: String? {
        switch self {
        case .dateTime: nil
        case .number: "^\\+?[0-9]{1,15}$"
        case .prefix: "^\\+?[0-9]{1,15}$"
        case .country: "^[A-Z]{2}$"
        case .duration: "^[1-9][0-9]{0,5}[smhd]$"
        case .identifier: "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$"
        case .cursor: "^[A-Za-z0-9_.-]{1,2200}$"
        case .hexID: "^[0-9a-f]{1,16}$"
        case .recordType: "^[ -~]{1,128}$"
        case .filterHours: "^([1-9]|1[0-9]|2[0-4])h$"
        case .sipStatus: "^[1-6]([0-9]{2}|xx)$"
        }
    }

    /// JSON Schema's `format`.
    var format: String? { self == .dateTime ? "date-time" : nil }

    /// The shape in words, for whoever wrote something else.
    var words: String {
        switch self {
        case .dateTime: "a date and time as in RFC 3339, such as 2009-02-17T14:03:00Z"
        case .number: "a telephone number in digits, such as +33199001234"
        case .prefix: "the beginning of a number in digits, such as +3332"
        case .country: "a country in two capital letters, such as FR"
        case .duration: "a duration such as 30s, 10m, 24h or 2d"
        case .identifier: "letters, digits, . _ : @ -, 128 at most, a letter or digit first"
        case .cursor: "a cursor as an earlier answer gave it in `next`"
        case .hexID: "1 to 16 hexadecimal digits, lower case"
        case .recordType: "1 to 128 printable ASCII characters"
        case .filterHours: "a time of whole hours, 1h to 24h (a filter that must last longer is renewed),"
        case .sipStatus: "a SIP status such as 486, or a class such as 4xx"
        }
    }

    /// Whether a text has the shape.
    func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func all(_ slice: ArraySlice<UInt8>, _ range: ClosedRange<Int>, _ test: (UInt8) -> Bool) -> Bool {
            range.contains(slice.count) && slice.allSatisfy(test)
        }
        switch self {
        case .dateTime: return RFC3339Text.isValid(bytes)
        case .number, .prefix:
            return all(bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...], 1...15, \.isDigit)
        case .country: return all(bytes[...], 2...2) { (0x41...0x5A).contains($0) }
        case .duration:
            guard let last = bytes.last, "smhd".utf8.contains(last), bytes.first != 0x30 else { return false }
            return all(bytes.dropLast(), 1...6, \.isDigit)
        case .identifier:
            guard let first = bytes.first, first.isAlphanumeric else { return false }
            return all(bytes[...], 1...128) { $0.isAlphanumeric || "._:@-".utf8.contains($0) }
        case .cursor: return all(bytes[...], 1...2_200) { $0.isAlphanumeric || "_.-".utf8.contains($0) }
        case .hexID: return all(bytes[...], 1...16) { $0.isDigit || (0x61...0x66).contains($0) }
        case .recordType: return all(bytes[...], 1...128) { (0x20...0x7E).contains($0) }
        case .filterHours:
            guard bytes.last == UInt8(ascii: "h"), (2...3).contains(bytes.count) else { return false }
            let digits = bytes.dropLast()
            return digits.first != 0x30 && digits.allSatisfy(\.isDigit)
                && Int(String(decoding: digits, as: UTF8.self)).map { (1...24).contains($0) } == true
        case .sipStatus:
            guard bytes.count == 3, (0x31...0x36).contains(bytes[0]) else { return false }
            return bytes[1...] == [0x78, 0x78] || bytes[1...].allSatisfy(\.isDigit)
        }
    }
}

extension UInt8 {
    /// `0`…`9`.
    var isDigit: Bool { (0x30...0x39).contains(self) }
    /// A letter or a digit of ASCII.
    var isAlphanumeric: Bool { isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
