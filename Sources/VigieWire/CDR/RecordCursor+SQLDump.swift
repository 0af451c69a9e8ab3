/// Where a reader stands in a database dump.
struct SQLRowScanner: Sendable {
    /// Columns of the tables that were created, by table.
    var columnsByTable: [String: [String]] = [:]
    /// The table whose `CREATE TABLE` is being read.
    var creating: String?
    /// Whether the next tuple belongs to a table that is read; `nil` outside `VALUES`.
    var isWanted: Bool?
}

extension RecordCursor {
    /// Reads one tuple of an `INSERT`; `nil` at the end, `false` for a statement or tuple that was passed over.
    mutating func nextTuple() throws(InputError) -> Bool? {
        guard sql.isWanted != nil else { return try nextStatementLine() }
        var index = 0
        while true {
            let count = stream.unreadCount
            while index < count, stream.unread[index] <= 0x20 || stream.unread[index] == 0x2C { index += 1 }
            if index < count { break }
            guard try stream.readMore() else { return nil }
        }
        stream.consume(index)
        guard stream.unread[0] == 0x28 else {
            sql.isWanted = nil
            if stream.unread[0] == 0x3B { stream.consume(1) }
            return false
        }
        while true {
            record.slices = InlineArray(repeating: .empty)
            let tuple = Self.scanTuple(stream, plan, &record)
            if tuple.consumed > 0 {
                pending = tuple.consumed
                guard sql.isWanted == true else {
                    dropped.count("row_of_another_table", at: stream.offset)
                    return false
                }
                rows += 1
                record.row = rows
                record.offset = stream.offset
                guard plan.columnCount == 0 || tuple.columns == plan.columnCount else {
                    refuse(tuple.columns < plan.columnCount ? "too_few_columns" : "too_many_columns", nil)
                    return false
                }
                if tuple.hasEscapes || plan.needsScratch { completeInScratch(tuple.consumed) }
                return interpret()
            }
            if stream.unreadCount > CallRecordReader.maxRowBytes {
                sql.isWanted = nil
                return try passOverLongRow()
            }
            guard try stream.readMore() else {
                rows += 1
                record.row = rows
                record.offset = stream.offset
                refuse("truncated_row", nil)
                stream.consume(stream.unreadCount)
                return nil
            }
        }
    }

    // `(1,'text with '' or \' inside',NULL)`.
    private static func scanTuple(
        _ stream: borrowing ByteStream, _ plan: borrowing ColumnPlan, _ record: inout CallRecord
    ) -> (consumed: Int, columns: Int, hasEscapes: Bool) {
        let bytes = stream.unread
        var index = 1
        var column = 0
        var anyEscapes = false
        while index < bytes.count {
            while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
            guard index < bytes.count else { break }
            var first = index
            var end = index
            var escaped = false
            if bytes[index] == 0x27 {
                first = index + 1
                index += 1
                while index < bytes.count {
                    if bytes[index] == 0x5C {
                        escaped = true
                        index += 2
                    } else if bytes[index] == 0x27 {
                        guard index + 1 < bytes.count else { return (0, 0, false) }
                        guard bytes[index + 1] == 0x27 else { break }
                        escaped = true
                        index += 2
                    } else {
                        index += 1
                    }
                }
                guard index < bytes.count else { break }
                end = index
                index += 1
                while index < bytes.count, bytes[index] != 0x2C, bytes[index] != 0x29 { index += 1 }
            } else {
                while index < bytes.count, bytes[index] != 0x2C, bytes[index] != 0x29 { index += 1 }
                end = index
                let isNull = end - first == 4 && bytes[first] == 0x4E && bytes[first + 1] == 0x55
                if isNull { end = first }
            }
            guard index < bytes.count else { break }
            if column < plan.slots.count, plan.slots[column] != ColumnPlan.ignored, end > first {
                let slot = Int(plan.slots[column])
                if record.slices[slot].count == 0 {
                    let mark: UInt32 = escaped ? DelimitedScanner.escapedBit : 0
                    anyEscapes = anyEscapes || escaped
                    record.slices[slot] = FieldSlice(
                        offset: UInt32(truncatingIfNeeded: first),
                        count: UInt32(truncatingIfNeeded: end - first) | mark)
                }
            }
            column += 1
            index += 1
            if bytes[index - 1] == 0x29 { return (index, column, anyEscapes) }
        }
        return (0, 0, false)
    }

    /// Reads one line outside `VALUES`, and learns from it.
    private mutating func nextStatementLine() throws(InputError) -> Bool? {
        var line: [UInt8] = []
        while true {
            line.removeAll(keepingCapacity: true)
            let count = stream.unreadCount
            var index = 0
            var sawValues = false
            while index < count, stream.unread[index] != 0x0A {
                line.append(stream.unread[index])
                index += 1
                if SQLText.endsWithValues(line) {
                    sawValues = true
                    break
                }
            }
            if index < count || sawValues || stream.sourceEnded {
                guard count > 0 else { return nil }
                stream.consume(sawValues ? index : min(index + 1, count))
                learn(line, sawValues)
                return false
            }
            if count > CallRecordReader.maxRowBytes { return try passOverLongRow() }
            _ = try stream.readMore()
        }
    }

    private mutating func learn(_ line: [UInt8], _ sawValues: Bool) {
        let text = String(decoding: line, as: UTF8.self)
        if let table = SQLText.table(text, after: "CREATE TABLE") {
            sql.creating = table
            sql.columnsByTable[table] = []
        } else if let table = sql.creating {
            if let name = SQLText.column(text), sql.columnsByTable[table, default: []].count < 512 {
                sql.columnsByTable[table, default: []].append(name)
            } else if text.hasPrefix(")") {
                sql.creating = nil
            }
        }
        guard sawValues, let table = SQLText.table(text, after: "INSERT INTO") else { return }
        let names = SQLText.columnList(text) ?? sql.columnsByTable[table] ?? []
        let isOurs =
            CallRecordFormat.named(names.map(ColumnPlan.normalised))?.name
            == format.mapping.name.replacing(" (SQL)")
        sql.isWanted = isOurs
        if isOurs {
            plan = ColumnPlan(format.mapping, names: names)
            interpreter.adopt(plan, transactions: format.mapping.rowsAreTransactions)
        }
    }
}

extension String {
    /// This text without `suffix` at its end.
    fileprivate func replacing(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

/// The few SQL sentences of a dump.
enum SQLText {
    static func endsWithValues(_ line: [UInt8]) -> Bool {
        guard line.count >= 7, line[line.count - 1] | 0x20 == 0x73 else { return false }
        return line.suffix(6).elementsEqual("VALUES".utf8) || line.suffix(6).elementsEqual("values".utf8)
    }

    /// The table's name behind `verb`, without quotes and schema.
    static func table(_ text: String, after verb: String) -> String? {
        let trimmed = text.drop { $0 == " " }
        guard trimmed.uppercased().hasPrefix(verb) else { return nil }
        var rest = trimmed.dropFirst(verb.count).drop { $0 == " " }
        if rest.uppercased().hasPrefix("IF NOT EXISTS") { rest = rest.dropFirst(13).drop { $0 == " " } }
        let word = rest.prefix { $0 != " " && $0 != "(" }
        return word.filter { $0 != "`" && $0 != "\"" }.split(separator: ".").last.map(String.init)
    }

    /// The column that a line of `CREATE TABLE` defines; `nil` for keys and constraints.
    static func column(_ text: String) -> String? {
        let trimmed = text.drop { $0 == " " || $0 == "\t" }
        guard let first = trimmed.first, first == "`" || first == "\"" else { return nil }
        return String(trimmed.dropFirst().prefix { $0 != first })
    }

    /// The columns of `INSERT INTO t (a, b) VALUES`.
    static func columnList(_ text: String) -> [String]? {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
            return nil
        }
        return text[text.index(after: open)..<close].split(separator: ",").map {
            String($0.filter { $0 != "`" && $0 != "\"" && $0 != " " })
        }
    }
}
