// Integers out of and into bytes. Every read is bounds-checked by Span; the compiler joins the byte loads.

extension Span<UInt8> {
    @inline(__always)
    func big16(_ at: Int) -> UInt16 { UInt16(self[at]) << 8 | UInt16(self[at + 1]) }

    @inline(__always)
    func big32(_ at: Int) -> UInt32 { UInt32(big16(at)) << 16 | UInt32(big16(at + 2)) }

    @inline(__always)
    func big64(_ at: Int) -> UInt64 { UInt64(big32(at)) << 32 | UInt64(big32(at + 4)) }

    @inline(__always)
    func integer16(_ at: Int, bigEndian: Bool) -> UInt16 { bigEndian ? big16(at) : big16(at).byteSwapped }

    func integer64(_ at: Int, bigEndian: Bool) -> UInt64 { bigEndian ? big64(at) : big64(at).byteSwapped }

    @inline(__always)
    func integer32(_ at: Int, bigEndian: Bool) -> UInt32 { bigEndian ? big32(at) : big32(at).byteSwapped }
}

extension [UInt8] {
    mutating func big16(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func big32(_ value: UInt32) {
        big16(UInt16(truncatingIfNeeded: value >> 16))
        big16(UInt16(truncatingIfNeeded: value))
    }

    mutating func big64(_ value: UInt64) {
        big32(UInt32(truncatingIfNeeded: value >> 32))
        big32(UInt32(truncatingIfNeeded: value))
    }

    mutating func little16(_ value: UInt16) { big16(value.byteSwapped) }

    mutating func little32(_ value: UInt32) { big32(value.byteSwapped) }

    mutating func setBig16(_ value: UInt16, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 8)
        self[index + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Appends a copy of `span`.
    public mutating func append(span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
