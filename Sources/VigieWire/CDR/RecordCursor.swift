/// Where a reader stands in its file: the stream, the current row, the counts.
struct RecordCursor: ~Copyable {
    /// The row that `next` read.
    var record = CallRecord()
    /// Rows read, good ones and bad ones, the header not counted.
    var rows: UInt64 = 0
    /// Rows and values that are not what they must be, by name.
    var malformed = NamedCounts()
    /// Rows that are fine and no calls, by name.
    var dropped = NamedCounts()
    /// What was assumed or repaired, by name; the rows count.
    var notes = NamedCounts()
    /// The first row of each name in `malformed`.
    var problems: [RowProblem] = []
    /// Rows refused since somebody took them; further ones are only counted.
    var refusals: [RowProblem] = []
    /// More than a report of a batch names.
    static let maxRefusals = 128
    /// How the file is read.
    let format: CallRecordFormat

    var stream: ByteStream
    var plan: ColumnPlan
    var scanner: DelimitedScanner
    var interpreter: RowInterpreter
    /// Bytes of the current row, still in the stream so that slices hold.
    var pending = 0
    var scratch: [UInt8] = []
    var usesScratch = false
    private var began = false
    private var ended = false
    var json: JSONRowScanner
    var sql = SQLRowScanner()

    /// A reader at the front of `stream`.
    ///
    /// - Parameters:
    ///   - format: as `CallRecordFormat.sniff` recognised it, or as a mapping says.
    ///   - timeZone: the zone of times that name none, where the mapping says nothing.
    init(_ stream: consuming ByteStream, format: CallRecordFormat, timeZone: TimeZoneOffsets? = nil) {
        self.stream = stream
        self.format = format
        let mapping = format.mapping
        plan = ColumnPlan(mapping, names: nil)
        scanner = DelimitedScanner(separator: mapping.separator, quoting: mapping.quoting)
        json = JSONRowScanner(plan)
        let named = mapping.timeZone.flatMap { TimeZoneOffsets($0) }
        interpreter = RowInterpreter(
            zone: named ?? timeZone ?? .utc, isZoneKnown: named != nil || timeZone != nil,
            order: mapping.dateOrder)
        interpreter.adopt(plan, transactions: mapping.rowsAreTransactions)
    }

    /// Reads the next good row into `record`; `false` at the end.
    ///
    /// - Throws: `InputError` when the input cannot be read on: what the source throws, a text that is not UTF-8, a header
    ///   without the columns that are needed.
    mutating func next() throws(InputError) -> Bool {
        if !began {
            began = true
            try begin()
        }
        while !ended {
            stream.consume(pending)
            pending = 0
            usesScratch = false
            let found: Bool? =
                switch format.mapping.layout {
                case .delimited: try nextDelimited()
                case .json: try nextJSON()
                case .accountingLog: try nextLogLine()
                case .sqlDump: try nextTuple()
                }
            guard let found else {
                ended = true
                break
            }
            if found { return true }
        }
        stream.consume(pending)
        pending = 0
        return false
    }

    /// Reads one delimited row; `nil` at the end, `false` for a row that was passed over.
    private mutating func nextDelimited() throws(InputError) -> Bool? {
        var row: DelimitedScanner.Row
        repeat {
            guard stream.unreadCount > 0 || !stream.sourceEnded else { return nil }
            record.slices = InlineArray(repeating: .empty)
            row = Self.scan(stream, scanner, plan, &record)
            if row.consumed == 0 {
                if stream.unreadCount > CallRecordReader.maxRowBytes { return try passOverLongRow() }
                _ = try stream.readMore()
            }
        } while row.consumed == 0 && (stream.unreadCount > 0 || !stream.sourceEnded)
        guard row.consumed > 0 else { return nil }
        pending = row.consumed
        if row.columns <= 1, row.length == 0 { return false }
        rows += 1
        record.row = rows
        record.offset = stream.offset
        guard isShaped(row) else { return false }
        if row.hasEscapes || plan.needsScratch { completeInScratch(row.length) }
        return interpret()
    }

    // The parts of the cursor are handed over one by one, so that a borrowed window and a changed row do not overlap.
    private static func scan(
        _ stream: borrowing ByteStream, _ scanner: DelimitedScanner, _ plan: borrowing ColumnPlan,
        _ record: inout CallRecord
    ) -> DelimitedScanner.Row {
        scanner.scan(stream.unread, atEnd: stream.sourceEnded, slots: plan.slots.span, record: &record)
    }

    private static func interpret(
        _ interpreter: inout RowInterpreter, _ record: inout CallRecord, _ stream: borrowing ByteStream,
        _ plan: borrowing ColumnPlan, _ malformed: inout NamedCounts, _ notes: inout NamedCounts
    ) -> RowInterpreter.Problem? {
        interpreter.interpret(&record, stream.unread, plan.words, &malformed, &notes)
    }

    private static func interpret(
        _ interpreter: inout RowInterpreter, _ record: inout CallRecord, _ scratch: borrowing [UInt8],
        _ plan: borrowing ColumnPlan, _ malformed: inout NamedCounts, _ notes: inout NamedCounts
    ) -> RowInterpreter.Problem? {
        interpreter.interpret(&record, scratch.span, plan.words, &malformed, &notes)
    }

    /// Calls `body` with the row and the bytes that its slices point into.
    func withRecord<Result>(_ body: (borrowing CallRecord, Span<UInt8>) -> Result) -> Result {
        usesScratch ? body(record, scratch.span) : body(record, stream.unread)
    }

    /// Whether a row has the columns it must have; counts it when it has not.
    private mutating func isShaped(_ row: DelimitedScanner.Row) -> Bool {
        if row.hasNUL {
            refuse("nul_byte", nil)
            return false
        }
        let tooFew = plan.columnCount > 0 ? row.columns < plan.columnCount : row.columns < plan.minimumColumns
        let tooMany = plan.columnCount > 0 && row.columns > plan.columnCount
        let isBroken = row.hasStrayQuote || tooFew || tooMany
        if isBroken, row.firstBreak > 0 {
            // A quote that nobody closes eats the rows behind it: only the first line is given up.
            pending = row.firstBreak
            refuse("unterminated_quote", nil)
            return false
        }
        if row.endsInQuote {
            if tooFew || tooMany {
                refuse("unterminated_quote", nil)
                return false
            }
            notes.count("unterminated_quote_at_end", at: record.offset)
        }
        if row.hasStrayQuote {
            refuse("text_after_quote", nil)
            return false
        }
        if tooFew {
            let isLast = stream.sourceEnded && pending == stream.unreadCount
            refuse(isLast ? "truncated_row" : row.columns == 1 ? "wrong_separator" : "too_few_columns", nil)
            return false
        }
        if tooMany, !restIsEmpty(row) {
            refuse("too_many_columns", nil)
            return false
        }
        return true
    }

    /// Whether a row with too many columns ends with separators only, as spreadsheets write them.
    private borrowing func restIsEmpty(_ row: DelimitedScanner.Row) -> Bool {
        var empty = 0
        var index = row.length
        while index > 0, stream.unread[index - 1] == scanner.separator {
            empty += 1
            index -= 1
        }
        return empty >= row.columns - plan.columnCount
    }

    mutating func passOverLongRow() throws(InputError) -> Bool? {
        rows += 1
        record.row = rows
        record.offset = stream.offset
        refuse("row_too_long", nil)
        while true {
            let count = stream.unreadCount
            var index = 0
            while index < count, stream.unread[index] != 0x0A { index += 1 }
            let found = index < count
            stream.consume(found ? index + 1 : index)
            if found { return false }
            guard try stream.readMore() else { return nil }
        }
    }

    /// Parses what the slices of the row hold.
    mutating func interpret() -> Bool {
        record.extraCount = plan.extraNames.count
        if let skips = skipName {
            dropped.count(skips, at: record.offset)
            return false
        }
        let problem =
            usesScratch
            ? Self.interpret(&interpreter, &record, scratch, plan, &malformed, &notes)
            : Self.interpret(&interpreter, &record, stream, plan, &malformed, &notes)
        if let problem {
            refuse(problem.name, problem.field)
            return false
        }
        return true
    }

    private var skipName: StaticString? { format.mapping.skips == nil ? nil : "quality_record" }

    /// Counts a row that is refused, and remembers the first one of each name.
    mutating func refuse(_ name: StaticString, _ field: RecordField?) {
        malformed.count(name, at: record.offset)
        let isListed = refusals.count >= Self.maxRefusals
        let isKnown = problems.count >= 64 || problems.contains { $0.name == name.description }
        guard !isListed || !isKnown else { return }
        let problem = RowProblem(
            name: name.description, row: record.row, field: field?.name, offset: record.offset)
        if !isListed { refusals.append(problem) }
        if !isKnown { problems.append(problem) }
    }

    /// Adopts a header's names, or refuses them.
    mutating func adopt(_ names: [String]) throws(InputError) {
        plan = ColumnPlan(format.mapping, names: names)
        interpreter.adopt(plan, transactions: format.mapping.rowsAreTransactions)
        guard format.mapping.skips == nil else { return }
        if let missing = plan.missing(format.mapping, names: names) {
            throw .broken(rule: missing, offset: stream.offset)
        }
    }
}
