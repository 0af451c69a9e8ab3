/// Integers at byte offsets, little-endian: the byte order of what the store writes.
extension [UInt8] {
    func word32(at offset: Int) -> UInt32 {
        guard offset >= 0, offset + 4 <= count else { return 0 }
        var word: UInt32 = 0
        for index in (0..<4).reversed() { word = word << 8 | UInt32(self[offset + index]) }
        return word
    }

    func word64(at offset: Int) -> UInt64 {
        UInt64(word32(at: offset)) | UInt64(word32(at: offset + 4)) << 32
    }

    mutating func put(_ word: UInt32, at offset: Int) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: word >> UInt32(8 * index)) }
    }

    mutating func put(_ word: UInt64, at offset: Int) {
        put(UInt32(truncatingIfNeeded: word), at: offset)
        put(UInt32(truncatingIfNeeded: word >> 32), at: offset + 4)
    }
}
