/// Why a text is no JSON that we take, with the offset of the first byte that is wrong.
public struct JSONParseError: Error, Hashable, Sendable {
    /// The rule that was broken (RFC 8259, and our limits).
    public enum Rule: String, Sendable {
        case empty
        case unexpectedByte = "unexpected-byte"
        case unterminated
        case invalidString = "invalid-string"
        case invalidNumber = "invalid-number"
        case duplicateKey = "duplicate-key"
        case tooDeep = "too-deep"
        case tooLong = "too-long"
        case trailingBytes = "trailing-bytes"
    }
    /// The rule that was broken.
    public var rule: Rule
    /// Where, in bytes from the start.
    public var offset: Int
}

extension JSONValue {
    /// The deepest nesting that is read; what we exchange reaches 6.
    public static let maxDepth = 32

    /// Reads one JSON text (RFC 8259), strictly: no comments, no trailing commas, no key twice in an object, valid UTF-8.
    ///
    /// - Parameter limit: the most bytes that are read.
    /// - Throws: `JSONParseError` with the rule and the offset; never traps, whatever the bytes.
    public init(parsing text: Span<UInt8>, limit: Int = 16 << 20) throws(JSONParseError) {
        guard text.count <= limit else { throw JSONParseError(rule: .tooLong, offset: limit) }
        var reader = JSONReader(text)
        self = try reader.document()
    }

    /// Reads one JSON text, strictly.
    public init(parsing text: String, limit: Int = 16 << 20) throws(JSONParseError) {
        let bytes = Array(text.utf8)
        self = try JSONValue(parsing: bytes.span, limit: limit)
    }

    /// The value of a member; `nil` when this is no object or has no such member.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == key }?.1
    }

    /// The text of a string; `nil` otherwise.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The value of a whole number (`3`, `3.0`); `nil` otherwise.
    public var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The value of a number; `nil` otherwise.
    public var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// Whether `true` or `false`; `nil` otherwise.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements of an array; `nil` otherwise.
    public var arrayValue: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members of an object in their order; `nil` otherwise.
    public var objectValue: [(String, JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }
}

/// Reads a JSON text byte by byte.
struct JSONReader: ~Escapable {
    private let text: Span<UInt8>
    private var at = 0
    private var depth = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    mutating func document() throws(JSONParseError) -> JSONValue {
        skipSpace()
        guard at < text.count else { throw failure(.empty) }
        let value = try value()
        skipSpace()
        guard at == text.count else { throw failure(.trailingBytes) }
        return value
    }

    private func failure(_ rule: JSONParseError.Rule) -> JSONParseError {
        JSONParseError(rule: rule, offset: at)
    }

    private mutating func skipSpace() {
        while at < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }

    private mutating func value() throws(JSONParseError) -> JSONValue {
        guard at < text.count else { throw failure(.unterminated) }
        switch text[at] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        for byte in word.description.utf8 {
            guard at < text.count else { throw failure(.unterminated) }
            guard text[at] == byte else { throw failure(.unexpectedByte) }
            at += 1
        }
        return value
    }

    private mutating func enter() throws(JSONParseError) {
        guard depth < JSONValue.maxDepth else { throw failure(.tooDeep) }
        depth += 1
        at += 1
        skipSpace()
    }

    private mutating func object() throws(JSONParseError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [(String, JSONValue)] = []
        var names: Set<String> = []
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            guard at < text.count else { throw failure(.unterminated) }
            guard text[at] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            let start = at
            let name = try string()
            guard names.insert(name).inserted else {
                throw JSONParseError(rule: .duplicateKey, offset: start)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else {
                throw failure(at < text.count ? .unexpectedByte : .unterminated)
            }
            skipSpace()
            members.append((name, try value()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else {
                throw failure(at < text.count ? .unexpectedByte : .unterminated)
            }
            skipSpace()
        }
    }

    private mutating func array() throws(JSONParseError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var values: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            values.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else {
                throw failure(at < text.count ? .unexpectedByte : .unterminated)
            }
            skipSpace()
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func string() throws(JSONParseError) -> String {
        let start = at
        at += 1
        var bytes: [UInt8] = []
        while at < text.count {
            let byte = text[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let string = String(validating: bytes, as: UTF8.self) else {
                    throw JSONParseError(rule: .invalidString, offset: start)
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &bytes)
            case 0..<0x20: throw failure(.invalidString)
            default:
                bytes.append(byte)
                at += 1
            }
        }
        throw failure(.unterminated)
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONParseError) {
        at += 1
        guard at < text.count else { throw failure(.unterminated) }
        let byte = text[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hex4()
            // RFC 8259 §7: outside the Basic Multilingual Plane two escapes make one character.
            if (0xD800..<0xDC00).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                let low = try hex4()
                guard (0xDC00..<0xE000).contains(low) else { throw failure(.invalidString) }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw failure(.invalidString) }
            bytes.append(contentsOf: String(Character(scalar)).utf8)
        default:
            at -= 1
            throw failure(.invalidString)
        }
    }

    private mutating func hex4() throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard at < text.count else { throw failure(.unterminated) }
            switch text[at] {
            case let digit where (0x30...0x39).contains(digit): value = value << 4 | UInt32(digit - 0x30)
            case let letter where (0x61...0x66).contains(letter | 0x20):
                value = value << 4 | UInt32((letter | 0x20) - 0x57)
            default: throw failure(.invalidString)
            }
            at += 1
        }
        return value
    }

    // number = [ "-" ] int [ frac ] [ exp ] ; RFC 8259 §6
    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = at
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let first = at
        skipDigits()
        let length = at - first
        guard length > 0, length == 1 || text[first] != UInt8(ascii: "0") else {
            throw JSONParseError(rule: .invalidNumber, offset: start)
        }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            let fraction = at
            skipDigits()
            guard at > fraction else { throw failure(.invalidNumber) }
        }
        if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = at
            skipDigits()
            guard at > exponent else { throw failure(.invalidNumber) }
        }
        guard at - start <= 64 else { throw JSONParseError(rule: .invalidNumber, offset: start) }
        var digits = ""
        for index in start..<at { digits.unicodeScalars.append(Unicode.Scalar(text[index])) }
        if isWhole, let value = Int64(digits) { return .integer(value) }
        guard let value = Double(digits), value.isFinite else {
            throw JSONParseError(rule: .invalidNumber, offset: start)
        }
        return .number(value)
    }

    private mutating func skipDigits() {
        while at < text.count, (0x30...0x39).contains(text[at]) { at += 1 }
    }
}
