import VigieReports
import VigieWire

/// Why a text is no JSON that we take.
struct JSONProblem: Error, CustomStringConvertible {
    /// The rule that was broken.
    var rule: String
    /// Where, bytes from the beginning.
    var offset: Int

    var description: String { "\(rule) at byte \(offset)" }
}

/// Reads JSON (RFC 8259) from another machine: bounded depth, no doubled names, no trap.
struct JSONReader {
    /// Arrays and objects inside each other.
    static let maxDepth = 32  // the deepest body of the API has five

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that `bytes` write, nothing before or after it but white space.
    static func read(_ bytes: [UInt8]) throws(JSONProblem) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONProblem(rule: "not UTF-8", offset: 0)
        }
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.problem("something after the value") }
        return value
    }

    private func problem(_ rule: String) -> JSONProblem { JSONProblem(rule: rule, offset: index) }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        guard depth < Self.maxDepth else { throw problem("nested too deep") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw problem("the text ends too early")
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONProblem) -> JSONValue {
        for byte in text.description.utf8 where !take(byte) { throw problem("not a JSON word") }
        return value
    }

    private mutating func object(_ depth: Int) throws(JSONProblem) -> JSONValue {
        index += 1
        var members: [(String, JSONValue)] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a member needs a name in quotes") }
            let name = try string()
            guard names.insert(name).inserted else { throw problem("a member is there twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is missing") }
            members.append((name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma is missing") }
        }
    }

    private mutating func array(_ depth: Int) throws(JSONProblem) -> JSONValue {
        index += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw problem("a comma is missing") }
        }
    }

    private mutating func string() throws(JSONProblem) -> String {
        index += 1
        var out: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case ..<0x20: throw problem("a control character in a string")
            default: out.append(byte)
            }
        }
        throw problem("a string has no end")
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONProblem) {
        guard let byte = next else { throw problem("a string has no end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hex()
            if (0xD800..<0xDC00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                    throw problem("half a surrogate pair")
                }
                let low = try hex()
                guard (0xDC00..<0xE000).contains(low) else { throw problem("half a surrogate pair") }
                code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw problem("half a surrogate pair") }
            out.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw problem("an escape that JSON does not know")
        }
    }

    private mutating func hex() throws(JSONProblem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw problem("four hexadecimal digits are missing")
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }

    // RFC 8259 §6: number = [ minus ] int [ frac ] [ exp ]

    private mutating func number() throws(JSONProblem) -> JSONValue {
        let start = index
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let digits = index
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
        guard index > digits else { throw problem("not a JSON value") }
        guard bytes[digits] != 0x30 || index == digits + 1 else { throw problem("a number begins with 0") }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            let fraction = index
            while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
            guard index > fraction else { throw problem("digits are missing after the point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = index
            while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
            guard index > exponent else { throw problem("digits are missing in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw problem("a number is too large") }
        return .number(value)
    }
}
