import VigieWire

/// Remembers the calls of the last rows, so that a row that is read twice counts once. Bounded: each bucket forgets its oldest.
///
/// One bucket of eight keys is one cache line, and a row touches one bucket: a table that is looked up at random costs a trip
/// to memory for each line. With `n` buckets, a row that comes again after `n` others is missed once in 100,000 times, after
/// `2 n` once in 1,000, after `4 n` once in 20.
struct RecentRows: Sendable {
    /// What a row is to those before it.
    enum Novelty { case new, repeated, sameCall }

    private var keys: CacheLines<InlineArray<8, UInt64>>
    private let mask: Int

    /// Remembers about `rows` rows, in 64 bytes for each of a power of two of buckets.
    init(rows: Int) {
        var buckets = 64
        while buckets < min(rows, 1 << 24) { buckets *= 2 }
        keys = CacheLines(count: buckets)
        mask = buckets - 1
    }

    /// Says whether a call was seen before, and with the same content; remembers it.
    ///
    /// 48 bits of the call's identity and 16 of its content are kept, beside the bits that choose the bucket: one row in
    /// 10^18 is taken for another.
    mutating func remember(identity: UInt64, content: UInt64) -> Novelty {
        let folded = (content ^ content >> 16 ^ content >> 32 ^ content >> 48) & 0xFFFF
        let key = max(1, identity & ~0xFFFF | folded)
        let bucket = bucket(identity)
        let known = keys[bucket]
        var novelty = Novelty.new
        for way in 0..<8 {
            if known[way] == key { return .repeated }
            if known[way] ^ key < 0x1_0000, known[way] != 0 { novelty = .sameCall }
        }
        // The oldest goes: the others move on by one.
        var moved = known
        moved[0] = key
        for way in 1..<8 { moved[way] = known[way &- 1] }
        keys[bucket] = moved
        return novelty
    }

    /// Asks for the bucket of a call, which `remember` will read soon.
    func prefetch(identity: UInt64) { keys.prefetch(bucket(identity)) }

    private func bucket(_ identity: UInt64) -> Int {
        Int(truncatingIfNeeded: identity &* 0x9E37_79B9_7F4A_7C15 >> 40) & mask
    }
}

/// What the joiners of one run have seen, so that a file that is read twice counts once. Not to be shared between threads.
public final class RecentCalls {
    var rows: RecentRows

    /// Remembers so many rows for certain, and most of four times as many.
    ///
    /// - Parameter rows: taken up to a power of two; 64 bytes each.
    public init(rows: Int = 65_536) { self.rows = RecentRows(rows: rows) }
}
