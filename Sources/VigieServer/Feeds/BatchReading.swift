import VigieCalls
import VigieWire

/// Reads the records of one batch, chunk by chunk, and remembers which rows are none.
struct BatchReading {
    private let reader: CallRecordReader
    private var joiner: RecordJoiner
    private let symbols: NodeSymbols
    private var lines: LineCount
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
        lines = LineCount(bytes)
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
                isOver = try !reader.next()
            } catch {
                stopped = error.sentence
                isOver = true
            }
            for refusal in reader.takeRefusals() { note(refusal.offset, refusal.name) }
            if isOver { return }
            let before = joiner.malformed
            if let event = join(&table) {
                events.append(event)
            } else if joiner.malformed.total > before.total {
                let known = before.byName
                let names = joiner.malformed.byName.filter { $0.value > known[$0.key] ?? 0 }.keys.sorted()
                note(reader.record.offset, names.joined(separator: ", "))
            }
        }
    }

    private mutating func join(_ table: inout SymbolTable) -> CallEvent? {
        reader.withRecord { record, bytes in joiner.join(record, bytes: bytes, symbols: &table) }
    }

    private mutating func note(_ offset: UInt64, _ name: String) {
        guard named.count < BatchFeed.namedRows else { return }
        named.append((lines.line(at: offset), name))
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

/// Which line of a text an offset stands in; offsets come in their order.
struct LineCount {
    private let text: [UInt8]
    private var counted = 0
    private var current = 1

    init(_ text: [UInt8]) { self.text = text }

    /// The line, from 1.
    mutating func line(at offset: UInt64) -> Int {
        let end = min(text.count, Int(clamping: offset))
        if end < counted { (counted, current) = (0, 1) }
        while counted < end {
            if text[counted] == 0x0A { current += 1 }
            counted += 1
        }
        return current
    }
}
