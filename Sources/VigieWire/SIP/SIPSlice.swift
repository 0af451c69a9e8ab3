/// A place in a SIP message: offset and count in bytes. It borrows nothing; read it with `message[slice]`.
public struct SIPSlice: Hashable, Sendable {
    /// Bytes before the slice, from the first byte of the message.
    public var offset: Int { Int(start) }
    /// Bytes in the slice.
    public var count: Int { Int(length) }

    private var start: UInt32
    private var length: UInt32

    /// The bytes `range` of a message; a message is shorter than 4 GiB.
    @inline(__always)
    init(_ range: Range<Int>) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        length = UInt32(truncatingIfNeeded: range.count)
    }

    /// No bytes, at the beginning.
    public static let empty = SIPSlice(0..<0)

    /// Whether there are no bytes.
    public var isEmpty: Bool { length == 0 }

    /// The slice as a range of byte offsets.
    public var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
}
