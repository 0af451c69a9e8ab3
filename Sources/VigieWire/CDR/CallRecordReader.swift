/// Reads a call-record file row by row; a bad row is counted by name and passed over.
///
/// The rows' bytes stay in the stream's window; nothing is allocated per row. A row longer than `maxRowBytes` is passed over.
public final class CallRecordReader {
    /// Bytes of a row at most.
    public static let maxRowBytes = 1 << 20  // FreeSWITCH's JSON records reach 100 KB with all variables

    private var cursor: RecordCursor

    /// A reader at the front of `stream`.
    ///
    /// - Parameters:
    ///   - format: as `CallRecordFormat.sniff` recognised it, or as a mapping says.
    ///   - timeZone: the zone of times that name none, where the mapping says nothing.
    public init(_ stream: consuming ByteStream, format: CallRecordFormat, timeZone: TimeZoneOffsets? = nil) {
        cursor = RecordCursor(stream, format: format, timeZone: timeZone)
    }

    /// Reads the next good row into `record`; `false` at the end.
    ///
    /// - Throws: `InputError` when the input cannot be read on: what the source throws, a text that is not UTF-8, a header
    ///   without the columns that are needed.
    public func next() throws(InputError) -> Bool { try cursor.next() }

    /// The row that `next` read.
    public var record: CallRecord { cursor.record }

    /// Calls `body` with the row that `next` read and the bytes that its slices point into.
    public func withRecord<Result>(_ body: (borrowing CallRecord, Span<UInt8>) -> Result) -> Result {
        cursor.withRecord(body)
    }

    /// Calls `body` with the bytes that the slices of `record` point into.
    public func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        cursor.withRecord { body($1) }
    }

    /// Rows read, good ones and bad ones, the header not counted.
    public var rows: UInt64 { cursor.rows }
    /// Rows and values that are not what they must be, by name.
    public var malformed: NamedCounts { cursor.malformed }
    /// Rows that are fine and no calls, by name.
    public var dropped: NamedCounts { cursor.dropped }
    /// What was assumed or repaired, by name; the rows count.
    public var notes: NamedCounts { cursor.notes }
    /// The first row of each name in `malformed`.
    public var problems: [RowProblem] { cursor.problems }
    /// The rows that were refused since the last time, 128 at most: for whoever must say where each stands.
    public func takeRefusals() -> [RowProblem] {
        defer { cursor.refusals.removeAll(keepingCapacity: true) }
        return cursor.refusals
    }
    /// How the file is read.
    public var format: CallRecordFormat { cursor.format }
    /// Names of the columns of its own, in the order of `CallRecord.extra(_:)`.
    public var extraNames: [String] { cursor.plan.extraNames }
    /// Offset in the input of the first byte that was not read.
    public var offset: UInt64 { cursor.stream.offset + UInt64(cursor.pending) }
}

/// One row that was refused, for a person to look at.
public struct RowProblem: Sendable, Equatable {
    /// The name under which it is counted.
    public var name: String
    /// The first row after the header is 1.
    public var row: UInt64
    /// The field that is wrong; `nil`: the row as a whole.
    public var field: String?
    /// Offset in the input of the row's first byte.
    public var offset: UInt64

    /// A problem from its parts.
    public init(name: String, row: UInt64, field: String?, offset: UInt64) {
        self.name = name
        self.row = row
        self.field = field
        self.offset = offset
    }
}
