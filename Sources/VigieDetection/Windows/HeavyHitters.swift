/// Finds the keys that come most often (Space-Saving in sets of eight, each set one short scan).
///
/// A key's `count` is never too low and too high by at most its `error`, which is at most the share of the stream that
/// falls in its set divided by eight: about N/k for k entries. Old counts fade when the owner calls `fade`. Mergeable.
public struct HeavyHitters: Sendable {
    /// One key that came often.
    public struct Entry: Sendable {
        /// What was counted.
        public var key: UInt64
        /// How often, at most.
        public var count: UInt32
        /// At most this many of `count` belong to other keys.
        public var error: UInt32
    }

    private var entries: [Entry]
    private let mask: Int

    /// Room for `capacity` keys (rounded up to a power of two, at least 8), 16 bytes each.
    public init(capacity: Int) {
        var sets = 1
        while sets * 8 < capacity, sets < 1 << 20 { sets *= 2 }
        mask = sets - 1
        entries = Array(repeating: Entry(key: 0, count: 0, error: 0), count: sets * 8)
    }

    /// Counts one key (not 0) with its hash; returns the entry after counting.
    @discardableResult
    public mutating func add(_ key: UInt64, hash: UInt64, amount: UInt32 = 1) -> Entry {
        let base = (Int(truncatingIfNeeded: hash >> 40) & mask) * 8
        var smallest = base
        for index in base..<base + 8 {
            if entries[index].key == key {
                entries[index].count &+= amount
                return entries[index]
            }
            if entries[index].count < entries[smallest].count { smallest = index }
        }
        let floor = entries[smallest].count
        entries[smallest] = Entry(key: key, count: floor &+ amount, error: floor)
        return entries[smallest]
    }

    /// Multiplies every count by `numerator / 256`.
    public mutating func fade(by numerator: UInt32) {
        for index in entries.indices where entries[index].count > 0 {
            entries[index].count = UInt32(UInt64(entries[index].count) * UInt64(min(numerator, 256)) / 256)
            entries[index].error = UInt32(UInt64(entries[index].error) * UInt64(min(numerator, 256)) / 256)
            if entries[index].count == 0 { entries[index].key = 0 }
        }
    }

    /// The keys with at least `least` calls for certain, most first.
    public func top(_ limit: Int, least: UInt32 = 1) -> [Entry] {
        let sure = entries.filter { $0.key != 0 && $0.count - $0.error >= least }
        return Array(
            sure.sorted { ($0.count - $0.error, $1.key) > ($1.count - $1.error, $0.key) }.prefix(limit))
    }

    /// Adds what `other`, of the same capacity, counted.
    public mutating func merge(_ other: HeavyHitters) {
        for entry in other.entries where entry.key != 0 {
            add(entry.key, hash: KeyHash.of(entry.key), amount: entry.count)
        }
    }
}
