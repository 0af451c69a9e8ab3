extension RecordCursor {
    /// Passes over a byte order mark, reads the header, refuses encodings that are not ASCII's heirs.
    mutating func begin() throws(InputError) {
        _ = try stream.require(4)
        if CallRecordFormat.isUTF16(stream.unread) {
            throw .broken(rule: CallRecordFormat.utf16Rule, offset: 0)
        }
        if stream.unreadCount >= 3, stream.unread[0] == 0xEF, stream.unread[1] == 0xBB,
            stream.unread[2] == 0xBF
        {
            stream.consume(3)
        }
        guard format.mapping.layout == .delimited else { return }
        switch format.mapping.header {
        case .absent:
            if format.mapping.hasTypesLine, let line = try headerLine(), !HeaderLine.isTypes(line) {
                notes.count("types_line_missing", at: 0)
                pending = 0
            }
            stream.consume(pending)
            pending = 0
            if let missing = plan.missing(format.mapping, names: nil), format.mapping.skips == nil {
                throw .broken(rule: missing, offset: 0)
            }
        case .names:
            guard let line = try headerLine() else {
                throw .broken(
                    rule: "the file is empty: a header row with column names was expected", offset: 0)
            }
            stream.consume(pending)
            pending = 0
            try adopt(HeaderLine.names(line, format.mapping))
            if format.mapping.hasTypesLine, let line = try headerLine(), HeaderLine.isTypes(line) {
                stream.consume(pending)
            }
            pending = 0
        case .databaseText:
            guard let line = try headerLine() else {
                throw .broken(
                    rule: "the file is empty: a header row with column names was expected", offset: 0)
            }
            stream.consume(pending)
            pending = 0
            try adopt(HeaderLine.databaseTextNames(line))
        }
    }

    private static let carriageReturnRule =
        "its lines end with a carriage return alone; convert it first: tr '\\r' '\\n' < FILE > NEW"

    /// The next line as bytes, blank lines passed over; sets `pending` to its length with its end. `nil` at the end.
    private mutating func headerLine() throws(InputError) -> [UInt8]? {
        while true {
            let count = stream.unreadCount
            var line: [UInt8] = []
            var index = 0
            while index < count, stream.unread[index] != 0x0A {
                line.append(stream.unread[index])
                index += 1
            }
            if index < count || stream.sourceEnded {
                guard count > 0 else { return nil }
                while let last = line.last, last <= 0x20, last != 0x09 { line.removeLast() }
                // A file of old Macintosh line ends would be one endless header and no row.
                guard !line.contains(0x0D) else {
                    throw .broken(rule: Self.carriageReturnRule, offset: stream.offset)
                }
                if line.isEmpty, index < count {
                    stream.consume(index + 1)
                    continue
                }
                pending = min(index + 1, count)
                return line
            }
            guard stream.unreadCount <= CallRecordReader.maxRowBytes else {
                throw .broken(
                    rule: "the header row is longer than \(CallRecordReader.maxRowBytes) bytes",
                    offset: stream.offset)
            }
            _ = try stream.readMore()
        }
    }
}

/// Cuts the first line of a file into the names of its columns.
enum HeaderLine {
    /// Names of a delimited header, quotes taken away.
    static func names(_ line: [UInt8], _ mapping: RecordMapping) -> [String] {
        fields(line, separator: mapping.separator, quoting: mapping.quoting)
    }

    /// The values of a line.
    static func fields(_ line: [UInt8], separator: UInt8, quoting: RecordMapping.Quoting) -> [String] {
        var fields: [String] = []
        var value: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < line.count {
            let byte = line[index]
            if quoting == .doubled, byte == 0x22 {
                if isQuoted, index + 1 < line.count, line[index + 1] == 0x22 {
                    value.append(byte)
                    index += 1
                } else if isQuoted {
                    isQuoted = false
                } else if value.allSatisfy({ $0 == 0x20 }) {
                    isQuoted = true
                    value = []
                } else {
                    value.append(byte)
                }
            } else if quoting == .backslash, byte == 0x5C, index + 1 < line.count {
                index += 1
                value.append(line[index])
            } else if byte == separator, !isQuoted {
                fields.append(trimmed(value))
                value = []
            } else {
                value.append(byte)
            }
            index += 1
        }
        fields.append(trimmed(value))
        return fields
    }

    /// Names of `id(int,auto) method(string) …`.
    static func databaseTextNames(_ line: [UInt8]) -> [String] {
        line.split(separator: 0x20).map { String(decoding: $0.prefix { $0 != 0x28 }, as: UTF8.self) }
    }

    /// Whether every value is the name of a column type: `INTEGER`, `VARCHAR(50)`, `STRING`, `UNIQUEIDENTIFIER`.
    static func isTypes(_ line: [UInt8]) -> Bool {
        let values = fields(line, separator: 0x2C, quoting: .doubled)
        guard values.count >= 8 else { return false }
        return values.allSatisfy {
            $0 == "INTEGER" || $0.hasPrefix("VARCHAR") || $0 == "STRING" || $0 == "UNIQUEIDENTIFIER"
                || $0 == "BIGINT"
                || $0 == "DATETIME" || $0 == "SMALLINT"
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        let front = bytes.drop { $0 <= 0x20 }
        let count = (front.lastIndex { $0 > 0x20 } ?? front.startIndex - 1) + 1
        return HeaderText.string(Array(front[front.startIndex..<max(front.startIndex, count)]))
    }
}

extension ColumnPlan {
    /// Why a call cannot be told from these columns, as a sentence; `nil` when it can.
    func missing(_ mapping: RecordMapping, names: [String]?) -> String? {
        var lacking: [String] = []
        if !present.contains(.start) { lacking.append("`start`") }
        if !present.contains(.called) { lacking.append("`called`") }
        let outcomes: [RecordField] = [
            .sipStatus, .q850, .answer, .answered, .disposition, .talk, .callerCause, .calledCause,
        ]
        if present.isDisjoint(with: outcomes) { lacking.append("one of `sip_status`, `q850`, `answer`") }
        guard !lacking.isEmpty else { return nil }
        let found = names.map { "; its columns are: " + $0.prefix(40).joined(separator: ", ") } ?? ""
        return
            "\(mapping.name) needs a column for \(lacking.joined(separator: " and ")), and this file has none\(found)"
    }
}

extension CallRecordFormat {
    /// What to tell someone whose file is UTF-16.
    public static let utf16Rule =
        "the text is UTF-16; convert it to UTF-8 first: iconv -f UTF-16 -t UTF-8 FILE > NEW"

    /// Whether a text is UTF-16: it has that byte order mark, or every other byte of its front is 0.
    public static func isUTF16(_ head: Span<UInt8>) -> Bool {
        guard head.count >= 2 else { return false }
        if head[0] == 0xFF && head[1] == 0xFE || head[0] == 0xFE && head[1] == 0xFF { return true }
        guard head.count >= 4 else { return false }
        return (head[0] == 0) != (head[1] == 0) && (head[0] == 0) == (head[2] == 0)
            && (head[1] == 0) == (head[3] == 0)
    }
}
