/// Counts distinct keys in 64 bytes without touching the heap: exactly up to 15, then within about 13 % (one standard error).
///
/// Small: the 32-bit hashes themselves. Large: a HyperLogLog of 62 one-byte registers (1.04/√62 = 13 %) with the
/// linear-counting correction while registers are empty. Two counts can be merged.
public struct DistinctCount: Sendable {
    private static let exactLimit = 15
    private static let registers = 62
    /// Bytes 0...61 registers, or hashes in bytes 0...59 as little-endian words; byte 63 how many hashes, 255: registers.
    private var words: InlineArray<16, UInt32> = InlineArray(repeating: 0)

    /// Nothing counted.
    public init() {}

    /// Whether nothing was counted.
    public var isEmpty: Bool { words[15] == 0 }

    private var isSketch: Bool { words[15] >> 24 == 255 }

    /// Counts a key by its hash; the same hash counts once. Returns whether it may be new (always right while exact).
    @discardableResult
    public mutating func insert(_ hash: UInt64) -> Bool {
        let short = UInt32(truncatingIfNeeded: hash >> 32)
        guard !isSketch else { return raise(short) }
        let count = Int(words[15] >> 24)
        for index in 0..<count where words[index] == short { return false }
        if count < Self.exactLimit {
            words[count] = short
            words[15] = UInt32(count + 1) << 24
            return true
        }
        let hashes = words
        words = InlineArray(repeating: 0)
        words[15] = 255 << 24
        for index in 0..<count { _ = raise(hashes[index]) }
        _ = raise(short)
        return true
    }

    private func register(_ index: Int) -> UInt32 { words[index >> 2] >> UInt32((index & 3) << 3) & 255 }

    private mutating func raise(_ short: UInt32) -> Bool {
        // The register comes from the high half of a multiplication, the rank from the low bits: they are independent enough.
        // A shift binds tighter than a product.
        let index = Int((UInt64(short >> 8) * UInt64(Self.registers)) >> 24)
        let mixed = short &* 0x85EB_CA6B ^ (short &* 0x85EB_CA6B) >> 15
        let rank = UInt32(min(31, (mixed &* 0xC2B2_AE35).leadingZeroBitCount) + 1)
        guard rank > register(index) else { return false }
        let shift = UInt32((index & 3) << 3)
        words[index >> 2] = words[index >> 2] & ~(255 << shift) | rank << shift
        return true
    }

    /// How many distinct keys were counted.
    public var estimate: Int {
        guard isSketch else { return Int(words[15] >> 24) }
        let m = Double(Self.registers)
        var sum = 0.0
        var empty = 0
        for index in 0..<Self.registers {
            let rank = register(index)
            if rank == 0 { empty += 1 }
            sum += 1 / Double(UInt64(1) << UInt64(rank))
        }
        let raw = 0.709 * m * m / sum
        if raw < 2.5 * m, empty > 0 {
            return max(Self.exactLimit + 1, Int((m * Logarithm.natural(m / Double(empty))).rounded()))
        }
        return Int(raw.rounded())
    }

    /// Adds what `other` counted; keys counted by both count once.
    public mutating func merge(_ other: DistinctCount) {
        if !other.isSketch {
            for index in 0..<Int(other.words[15] >> 24) { insert(UInt64(other.words[index]) << 32) }
            return
        }
        if !isSketch {
            let mine = self
            self = other
            merge(mine)
            return
        }
        for index in 0..<Self.registers where other.register(index) > register(index) {
            let shift = UInt32((index & 3) << 3)
            words[index >> 2] = words[index >> 2] & ~(255 << shift) | other.register(index) << shift
        }
    }
}
