/// Where a text stands in the bytes of the current row.
public struct FieldSlice: Hashable, Sendable {
    /// Bytes from the front of the row's bytes.
    public var offset: UInt32
    /// Bytes; 0 when the field is empty or not there.
    public var count: UInt32

    /// A text of `count` bytes at `offset`.
    @inlinable
    public init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// Nothing.
    public static let empty = FieldSlice(offset: 0, count: 0)

    /// Whether there is no text.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// The bytes of this text; empty when `bytes` are not those of its row.
    @inlinable
    @_lifetime(copy bytes)
    public func of(_ bytes: Span<UInt8>) -> Span<UInt8> {
        let first = Int(offset)
        let end = first + Int(count)
        guard end <= bytes.count else { return bytes.extracting(first: 0) }
        return bytes.extracting(first..<end)
    }
}

/// One row of a call-record file: what was parsed, and where its texts are.
///
/// A plain value of fixed size; its slices are good until the reader moves on.
public struct CallRecord: Sendable {
    /// What a row stands for.
    public enum Kind: UInt8, Sendable {
        /// A whole call.
        case call
        /// A transaction that asks for a call (`INVITE`).
        case invite
        /// A transaction that ends a call (`BYE`).
        case bye
        /// Any other transaction.
        case other
    }
    /// Whether the row says that the call was answered.
    public enum Answered: UInt8, Sendable { case unknown, no, yes }
    /// Who ended the call, as the row says.
    public enum ReleasedBy: UInt8, Sendable { case unknown, caller, called, network }
    /// Attestation, as the row says (RFC 8588 §4).
    public enum Attestation: UInt8, Sendable { case none, a, b, c }
    /// Verification result, as the row says (3GPP TS 24.229 §7.2A.20).
    public enum Verstat: UInt8, Sendable { case absent, noValidation, passed, failed }

    /// Offset in the input of the row's first byte.
    public var offset: UInt64 = 0
    /// Number of the row, the first after the header is 1.
    public var row: UInt64 = 0
    /// What the row tells of a call.
    public var kind: Kind = .call

    /// When it began; `nil`: not told.
    public var start: Timestamp?
    /// When it was answered; `nil`: not told.
    public var answer: Timestamp?
    /// When it ended; `nil`: not told.
    public var end: Timestamp?
    /// From start to end, in nanoseconds, when the row says it.
    public var duration: Int64?
    /// From answer to end, in nanoseconds, when the row says it.
    public var talk: Int64?
    /// From start to answer, in nanoseconds, when the row says it.
    public var ring: Int64?
    /// Whether the times carry no seconds.
    public var isToTheMinute = false

    /// Whether it was answered.
    public var answered: Answered = .unknown
    /// Whether the input has a way to say that a call was answered, so that an empty one means that it was not.
    public var tellsAnswer = false
    /// Final SIP status code; 0 when the row has none.
    public var sipStatus: UInt16 = 0
    /// Q.850 cause value; 0 when the row has none.
    public var q850: UInt8 = 0
    /// Who ended it.
    public var releasedBy: ReleasedBy = .unknown
    /// What the row says was attested.
    public var attestation: Attestation = .none
    /// The verification result in the row.
    public var verstat: Verstat = .absent
    /// Millionths of the currency.
    public var chargeMicros: Int64?
    /// How many columns of its own the input has.
    public internal(set) var extraCount = 0

    @usableFromInline
    var slices: InlineArray<40, FieldSlice> = InlineArray(repeating: .empty)

    /// A row about which nothing is known.
    public init() {}

    /// Where the text of a field is.
    @inlinable
    public subscript(field: RecordField) -> FieldSlice { slices[Int(field.rawValue)] }

    /// Where the text of the `index`-th column of its own is, in `0..<RecordField.extraSlots`.
    @inlinable
    public func extra(_ index: Int) -> FieldSlice { slices[RecordField.firstExtra + (index & 7)] }
}
