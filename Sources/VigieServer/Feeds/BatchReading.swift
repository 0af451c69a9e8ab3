import VigieCalls
import VigieWire

/// Reads the records of one batch, chunk by chunk, and remembers which rows are none.
struct BatchReading {
    private let reader: CallRecordReader
    private var joiner: RecordJoiner
    private let symbols: NodeSymbols
    private let lines: RowLines
    private var lastRow: UInt64 = 0
    private var counts: [String: UInt64] = [:]
    private var named: [(line: Int, name: String)] = []
    private var stopped: String?
    private var isOver = false

    /// - Throws: `NodeActionError.refused` when the octets are no records.
    init(_ bytes: [UInt8], settings: AnalysisSettings, symbols: NodeSymbols) throws(NodeActionError) {
        guard !bytes.isEmpty else {
            throw .refused(name: "batch-empty", "the batch is empty: one JSON object a line is wanted")
        }
        let head = bytes.span.extracting(first: min(bytes.count, 65_536))
        guard let format = CallRecordFormat.sniff(head) else {
            throw .refused(
                name: "batch-not-recognised",
                "the batch holds no call records that Vigie knows; send vigie.calls/1 as NDJSON: start, called, and one of sip_status, q850, answer"
            )
        }
        self.symbols = symbols
        lines = RowLines(
            bytes.span, hasHeader: format.mapping.layout == .delimited && format.mapping.header != .absent)
        reader = CallRecordReader(
            ByteStream(MemoryByteSource(bytes)), format: format, timeZone: settings.timeZone)
        joiner = RecordJoiner(
            normaliser: NumberNormaliser(for: format.mapping, home: settings.home), recent: RecentCalls())
    }

    /// The next calls, `count` at most; none at the end.
    mutating func next(_ count: Int) -> [CallEvent] {
        var events: [CallEvent] = []
        while !isOver, events.count < count {
            // The names are lent for 64 rows at a time: other feeds want them too.
            symbols.withTable { read(64, &$0, &events) }
        }
        if isOver {
            while events.count < count, let event = joiner.finish() { events.append(event) }
        }
        return events
    }

    private mutating func read(_ count: Int, _ table: inout SymbolTable, _ events: inout [CallEvent]) {
        for _ in 0..<count {
            do throws(InputError) {
                guard try reader.next() else {
                    isOver = true
                    noteRefused(upTo: reader.rows + 1)
                    return
                }
            } catch {
                stopped = error.sentence
                isOver = true
                noteRefused(upTo: reader.rows + 1)
                return
            }
            let row = reader.record.row
            noteRefused(upTo: row)
            lastRow = row
            let before = joiner.malformed.total
            if let event = join(&table) {
                events.append(event)
            } else if joiner.malformed.total > before {
                note(row, newNames())
            }
        }
    }

    private mutating func join(_ table: inout SymbolTable) -> CallEvent? {
        reader.withRecord { record, bytes in joiner.join(record, bytes: bytes, symbols: &table) }
    }

    /// The rows between the last good one and `row` were passed over.
    private mutating func noteRefused(upTo row: UInt64) {
        guard row > lastRow + 1 else { return }
        let name = newNames()
        for missing in (lastRow + 1)..<row where named.count < BatchFeed.namedRows { note(missing, name) }
        lastRow = row - 1
    }

    private mutating func note(_ row: UInt64, _ name: String) {
        guard named.count < BatchFeed.namedRows else { return }
        named.append((lines.line(of: row), name))
    }

    /// What was counted since the last time, by name.
    private mutating func newNames() -> String {
        var all = reader.malformed
        all.add(joiner.malformed)
        let now = all.byName
        let names = now.filter { $0.value > counts[$0.key] ?? 0 }.keys.sorted()
        counts = now
        return names.isEmpty ? "row_not_usable" : names.joined(separator: ", ")
    }

    /// Says what was refused.
    func describe(_ receipt: inout BatchReceipt) {
        var all = reader.malformed
        all.add(joiner.malformed)
        receipt.refused = all.byName.sorted { $0.key < $1.key }.map { ($0.key, Int(clamping: $0.value)) }
        receipt.refusedLines = named
        let doubled = joiner.dropped.byName["duplicate_row"] ?? 0
        receipt.known += Int(clamping: doubled)
        if let stopped { receipt.refused.append(("unreadable from here: " + stopped, 1)) }
    }
}

/// Which line of a text a row stands in: rows are the lines that are not blank, behind a header if there is one.
struct RowLines {
    private var starts: [Int32] = []

    init(_ text: Span<UInt8>, hasHeader: Bool) {
        var line: Int32 = 1
        var isBlank = true
        var skipped = !hasHeader
        for index in text.indices {
            let octet = text[index]
            if octet == 0x0A {
                if !isBlank { keep(line, &skipped) }
                line += 1
                isBlank = true
            } else if octet != 0x0D, octet != 0x20, octet != 0x09 {
                isBlank = false
            }
        }
        if !isBlank { keep(line, &skipped) }
    }

    private mutating func keep(_ line: Int32, _ skipped: inout Bool) {
        if skipped { starts.append(line) }
        skipped = true
    }

    /// The line of a row, both from 1.
    func line(of row: UInt64) -> Int {
        row >= 1 && row <= UInt64(starts.count) ? Int(starts[Int(row) - 1]) : Int(clamping: row)
    }
}
