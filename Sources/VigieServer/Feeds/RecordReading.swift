import VigieCalls
import VigieWire

/// Where the reading of one file of call records stands: the row that waits, and the one behind it.
struct RecordReading {
    let reader: CallRecordReader
    private(set) var joiner: RecordJoiner
    /// Two rows, used in turn: the one that waits and the one that is read meanwhile.
    private var even = RecordJoiner.Row()
    private var odd = RecordJoiner.Row()
    private var isEven = false
    private var isWaiting = false
    private var isDone = false
    /// Rows far ahead of the others, which wait or are refused.
    private(set) var strays: StrayRows
    /// Why the file could not be read to its end.
    private(set) var stopped: String?

    init(_ reader: CallRecordReader, _ joiner: RecordJoiner, strays: StrayRows = StrayRows()) {
        self.reader = reader
        self.joiner = joiner
        self.strays = strays
    }

    /// When the row that waits begins; the distant past before the first one is read, `nil` at the end.
    var next: Timestamp? {
        guard !isDone else { return nil }
        return isWaiting ? (isEven ? even.event.start : odd.event.start) : .distantPast
    }

    /// Hands over the row that waits, and reads the one behind it.
    @inline(__always)
    mutating func step(_ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void) {
        let (wasWaiting, wasEven) = (isWaiting, isEven)
        isEven.toggle()
        isWaiting = look(&symbols)
        isDone = !isWaiting
        // A row is compared with those before it only now: the memory for that was asked for a row ago.
        guard wasWaiting else { return }
        if wasEven {
            if joiner.accept(even) { emit(even.event) }
        } else {
            if joiner.accept(odd) { emit(odd.event) }
        }
    }

    /// Reads the next row that gives a call; `false` at the end.
    private mutating func look(_ symbols: inout SymbolTable) -> Bool {
        if takeReleased() { return true }
        do throws(InputError) {
            while try reader.next() {
                let isCall = reader.withRecord { record, bytes in
                    isEven
                        ? joiner.read(record, bytes: bytes, symbols: &symbols, into: &even)
                            && strays.admits(even, number: record.row, offset: record.offset)
                        : joiner.read(record, bytes: bytes, symbols: &symbols, into: &odd)
                            && strays.admits(odd, number: record.row, offset: record.offset)
                }
                if isCall || takeReleased() { return true }
            }
        } catch {
            stopped = error.sentence
        }
        strays.finish()
        return false
    }

    /// Takes a row that had waited until time was known to have gone on.
    private mutating func takeReleased() -> Bool {
        guard let row = strays.next() else { return false }
        if isEven { even = row } else { odd = row }
        return true
    }

    /// The calls that still waited for their ends.
    mutating func finish(_ emit: (CallEvent) -> Void) {
        while let event = joiner.finish() { emit(event) }
    }
}
