public import VigieWire

/// Reads `vigie.counts/1`: emergency calls counted by somebody, an interval a row, as CSV with a header or as NDJSON with the same keys.
///
/// `start` (RFC 3339) and `service` (the short number) are required, and one of `attempts` and `answered`. `seconds` is the length
/// (60 when absent), `source` `receiver` (the default) or `network`, `department` where the callers were. Further columns: `centre`
/// (`+33…`), `node`, `operator`, `ingress`, `callers`, `failed`, `abandoned`, `cut`. Other columns are passed over.
public struct EmergencyCountReader: Sendable {
    /// The name of the format.
    public static let format = "vigie.counts/1"
    /// The columns, in the order in which people write them.
    public static let columns = [
        "start", "seconds", "source", "service", "department", "centre", "node", "operator", "ingress",
        "attempts",
        "callers", "answered", "failed", "abandoned", "cut",
    ]
    /// A row of more bytes is refused.
    public static let maxRow = 16_384
    /// The longest interval: a week.
    public static let maxSeconds: Int64 = 604_800
    /// A count beyond it is refused: no nation makes so many calls in a week.
    public static let maxCount: Int64 = 100_000_000
    /// 1990 to 2099: a year beyond is a mistake in the row.
    static let times = Timestamp(seconds: 631_152_000)...Timestamp(seconds: 4_102_444_799)

    /// Why a row is not taken.
    public enum Refusal: Error, Hashable, Sendable {
        case notReadable
        case noStart
        case noService
        case noCount
        case moreAnswered
        case source
        case length
        case department
        case centre
        case number
        case tooLong

        /// Its name in counters.
        public var name: StaticString {
            switch self {
            case .notReadable: "count-row-not-readable"
            case .noStart: "count-start-not-usable"
            case .noService: "count-service-not-usable"
            case .noCount: "count-without-attempts-or-answered"
            case .moreAnswered: "count-answered-over-attempts"
            case .source: "count-source-not-known"
            case .length: "count-seconds-out-of-range"
            case .department: "count-department-not-known"
            case .centre: "count-centre-not-a-number"
            case .number: "count-not-a-whole-number"
            case .tooLong: "count-row-too-long"
            }
        }
    }

    private enum Shape: Sendable {
        case objects
        case columns([String: Int], separator: UInt8)
    }
    private var shape: Shape?
    /// Rows read.
    public private(set) var rows: UInt64 = 0
    /// Rows refused, by name.
    public private(set) var malformed = NamedCounts()

    /// Nothing read yet: the first line says whether columns or objects come.
    public init() {}

    /// Whether a file that begins so is one.
    public static func recognises(_ head: Span<UInt8>) -> Bool {
        var end = 0
        while end < head.count, end < maxRow, head[end] != 0x0A { end += 1 }
        let line = String(decoding: (0..<end).map { head[$0] }, as: UTF8.self)
        if line.first == "{" {
            guard let value = try? JSONValue(parsing: line.trimmed) else { return false }
            return value["service"] != nil && value["start"] != nil && value["called"] == nil
                && (value["attempts"] != nil || value["answered"] != nil)
        }
        guard let (names, _) = header(line) else { return false }
        return names["service"] != nil && names["start"] != nil && names["called"] == nil
            && (names["attempts"] != nil || names["answered"] != nil)
    }

    /// Reads one line; `nil` for a header, an empty line, a comment, and for what is refused and counted.
    ///
    /// - Parameter offset: of the line in its file, for the counters.
    public mutating func read(_ line: Span<UInt8>, offset: UInt64, symbols: inout SymbolTable)
        -> EmergencyCount?
    {
        guard line.count <= Self.maxRow else {
            malformed.count(Refusal.tooLong.name, at: offset)
            return nil
        }
        let text = String(decoding: line.indices.map { line[$0] }, as: UTF8.self).trimmed
        guard !text.isEmpty, text.first != "#" else { return nil }
        if shape == nil {
            if text.first == "{" {
                shape = .objects
            } else if let (names, separator) = Self.header(text) {
                shape = .columns(names, separator: separator)
                return nil
            } else {
                malformed.count(Refusal.notReadable.name, at: offset)
                return nil
            }
        }
        rows += 1
        do throws(Refusal) {
            switch shape {
            case .columns(let names, let separator):
                let fields = Self.fields(text, separator)
                return try EmergencyCount(symbols: &symbols) { name in
                    guard let index = names[name], index < fields.count, !fields[index].isEmpty else {
                        return nil
                    }
                    return fields[index]
                }
            default:
                guard let value = try? JSONValue(parsing: text) else { throw .notReadable }
                return try EmergencyCount(json: value, symbols: &symbols)
            }
        } catch {
            malformed.count(error.name, at: offset)
            return nil
        }
    }

    private static func header(_ line: String) -> ([String: Int], UInt8)? {
        for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), 9] {
            let fields = fields(line.trimmed, separator)
            guard fields.count >= 2, fields.contains("start") else { continue }
            return (
                Dictionary(fields.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first }),
                separator
            )
        }
        return nil
    }

    // No field of this format holds a separator; quotes around one are taken off.
    private static func fields(_ line: String, _ separator: UInt8) -> [String] {
        line.utf8.split(separator: separator, omittingEmptySubsequences: false).map {
            var field = String(Substring($0)).trimmed
            if field.count >= 2, field.first == "\"", field.last == "\"" {
                field = String(field.dropFirst().dropLast())
            }
            return field
        }
    }
}

extension EmergencyCount {
    /// Reads an object with the keys of `vigie.counts/1`.
    ///
    /// - Throws: `EmergencyCountReader.Refusal`.
    public init(json: JSONValue, symbols: inout SymbolTable) throws(EmergencyCountReader.Refusal) {
        guard json["start"] != nil else { throw .noStart }
        try self.init(symbols: &symbols) { name in
            switch json[name] {
            case .string(let text)?: text.isEmpty ? nil : text
            case .integer(let value)?: String(value)
            case .number(let value)?:
                value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "?"
            case .null?, nil: nil
            default: "?"
            }
        }
    }

    init(symbols: inout SymbolTable, _ field: (String) -> String?) throws(EmergencyCountReader.Refusal) {
        typealias Reader = EmergencyCountReader
        func count(_ name: String) throws(Reader.Refusal) -> Int? {
            guard let text = field(name) else { return nil }
            guard let value = Int64(text), (0...Reader.maxCount).contains(value) else { throw .number }
            return Int(value)
        }
        guard let start = field("start").flatMap({ Timestamp(rfc3339: $0) }), Reader.times.contains(start)
        else { throw .noStart }
        guard let service = field("service").flatMap({ EmergencyService($0) }) else { throw .noService }
        var source = Source.receiver
        if let name = field("source") {
            guard let known = Source(rawValue: name) else { throw .source }
            source = known
        }
        var seconds: Int64 = 60
        if let text = field("seconds") {
            guard let value = Int64(text), (1...Reader.maxSeconds).contains(value) else { throw .length }
            seconds = value
        }
        self.init(source: source, start: start, length: .seconds(seconds), service: service)
        if let text = field("department") {
            guard let code = DepartmentCode(text) else { throw .department }
            department = code
        }
        if let text = field("centre") {
            let digits = text.hasPrefix("+") ? text.dropFirst() : Substring(text)
            guard let value = UInt64(digits), let number = PhoneNumber(e164: value) else { throw .centre }
            centre = number
        }
        if let text = field("node") { node = symbols.symbol(text) }
        if let text = field("operator") { self.operator = symbols.symbol(text) }
        if let text = field("ingress") { ingress = symbols.symbol(text) }
        let attempts = try count("attempts")
        let answered = try count("answered")
        guard attempts != nil || answered != nil else { throw .noCount }
        if let attempts, let answered, answered > attempts { throw .moreAnswered }
        self.answered = answered ?? 0
        failed = try count("failed") ?? 0
        abandoned = try count("abandoned") ?? 0
        cut = try count("cut") ?? 0
        self.attempts = attempts ?? self.answered + failed + abandoned
        callers = min(self.attempts, try count("callers") ?? self.attempts)
    }

    /// When the interval was over.
    public var end: Timestamp { start + length }
}

extension String {
    fileprivate var trimmed: String {
        guard let first = first,
            first == " " || first == "\u{FEFF}" || last == "\r" || last == " " || last == "\r\n"
        else { return self }
        var text = self[...]
        while let first = text.first, first == " " || first == "\u{FEFF}" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\r" || last == "\n" || last == "\r\n" {
            text = text.dropLast()
        }
        return String(text)
    }
}
