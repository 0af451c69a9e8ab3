extension Span where Element == UInt8 {
    /// A 64-bit hash of the octets under `key`: sixteen octets a step, each step one 64 × 64 → 128-bit product folded.
    ///
    /// For table keys: whoever does not know `key` cannot choose octets that collide. Not for signatures.
    public func keyedHash(_ key: UInt64) -> UInt64 {
        // Odd constants with as many ones as zeros; the count goes in first, so that trailing zero octets count.
        var state = key ^ (UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15)
        // Keyed on both sides: a word that equals a constant one could guess would wipe out the state.
        let first = key.folded(with: 0xA076_1D64_78BD_642F) ^ 0x2D35_8DCC_AA6C_78A5
        let second = first.folded(with: 0xE703_7ED1_A0B4_28DB) ^ 0x8EBC_6AF0_9C88_C6E3
        var index = 0
        while index &+ 16 <= count {
            state = (word(at: index) ^ first).folded(with: word(at: index &+ 8) ^ state)
            index &+= 16
        }
        if index &+ 8 <= count {
            state = (word(at: index) ^ second).folded(with: state ^ first)
            index &+= 8
        }
        // The last octets by the word that ends with them, where there are eight; `count` tells such overlaps apart.
        let tail = index < count ? (count >= 8 ? word(at: count &- 8) : word(at: index)) : 0
        return (tail ^ state).folded(with: 0x8BB8_4B93_962E_ACC9 ^ second)
    }
}

extension UInt64 {
    /// The two halves of the 128-bit product, combined.
    @inlinable
    @inline(__always)
    public func folded(with other: UInt64) -> UInt64 {
        let product = multipliedFullWidth(by: other)
        return product.high ^ product.low
    }
}
