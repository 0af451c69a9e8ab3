// Eight octets at a time over a `Span`, in little-endian order, so that the first octet is the lowest.

extension Span where Element == UInt8 {
    /// The eight octets from `index` on; octets beyond the end read as zero.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        if index >= 0, index <= count &- 8 {
            // In bounds by the line above.
            return unsafe UInt64(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
        }
        var word: UInt64 = 0
        var position = 0
        while position < 8, index >= 0, index + position < count {
            word |= UInt64(self[index + position]) << UInt64(8 * position)
            position += 1
        }
        return word
    }

    /// Index of the first `octet` in `start..<end`, or `end` when there is none.
    @inline(__always)
    func firstIndex(of octet: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = UInt64(octet) &* 0x0101_0101_0101_0101
        var index = start
        // A zero octet of `difference` is a match; the subtraction borrows through it, and the lowest set bit is exact.
        while index <= end &- 8 {
            let difference = word(at: index) ^ pattern
            let match = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if match != 0 { return index &+ match.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end, self[index] != octet { index &+= 1 }
        return index
    }
}

extension UInt64 {
    /// The same eight octets with `A...Z` made `a...z` and every other octet kept.
    @inline(__always)
    var lowercasedASCII: UInt64 {
        // Seven low bits of each octet plus a bias set bit 7 when the octet is at least `A`, or beyond `Z`.
        let seven = self & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = seven &+ 0x3F3F_3F3F_3F3F_3F3F
        let beyondZ = seven &+ 0x2525_2525_2525_2525
        let upper = fromA & ~beyondZ & ~self & 0x8080_8080_8080_8080
        return self | (upper &>> 2)
    }

    /// The lowest `count` octets, the others zero; `count` in `0...8`.
    @inline(__always)
    func lowOctets(_ count: Int) -> UInt64 { count >= 8 ? self : self & ((1 &<< UInt64(8 &* count)) &- 1) }
}
