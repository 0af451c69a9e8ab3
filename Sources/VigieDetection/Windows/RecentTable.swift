import VigieWire

/// What a `RecentTable` keeps.
protocol RecentEntry: Sendable {
    /// Nothing counted.
    init()
    /// What it is worth to keep it, in minutes of data time: when it was last of use, and a bonus for what it holds.
    var worth: Int64 { get }
}

/// Keeps the most recent and most valuable entries by a 64-bit key, in a fixed number of places.
///
/// Sets of four; the entry of least worth goes when a set is full. The keys stand apart from the entries, so that a
/// look-up that finds nothing reads one cache line. No key is 0.
struct RecentTable<Entry: RecentEntry>: Sendable {
    private static var ways: Int { 4 }
    private let mask: Int
    var keys: [UInt64]
    var entries: [Entry]
    /// Entries that had to go although somebody still wanted them.
    var evicted: UInt64 = 0

    /// Room for `capacity` entries, rounded up to a power of two, 16…262,144.
    init(capacity: Int) {
        var sets = 4
        while sets * Self.ways < capacity, sets < 1 << 16 { sets *= 2 }
        mask = sets - 1
        keys = Array(repeating: 0, count: sets * Self.ways)
        entries = Array(repeating: Entry(), count: sets * Self.ways)
    }

    /// Bytes held.
    var byteCount: Int { keys.count * (8 + MemoryLayout<Entry>.stride) }

    subscript(_ index: Int) -> Entry {
        get { entries[index] }
        _modify { yield &entries[index] }
    }

    /// Every place, and whether it holds an entry.
    var indices: Range<Int> { keys.indices }
    func isTaken(_ index: Int) -> Bool { keys[index] != 0 }

    private func base(_ key: UInt64) -> Int { (Int(truncatingIfNeeded: key >> 33) & mask) * Self.ways }

    /// Where the entry of this key is; keys are well mixed.
    func find(_ key: UInt64) -> Int? {
        let base = base(key)
        for index in base..<base + Self.ways where keys[index] == key { return index }
        return nil
    }

    /// The place that `insert` would take: a free one, or that of the entry of least worth.
    func place(for key: UInt64) -> Int {
        let base = base(key)
        var victim = base
        var least = Int64.max
        for index in base..<base + Self.ways {
            guard keys[index] != 0 else { return index }
            let worth = entries[index].worth
            if worth < least {
                least = worth
                victim = index
            }
        }
        return victim
    }

    /// Puts a fresh entry under a key that `find` does not know.
    mutating func insert(_ key: UInt64) -> Int {
        let index = place(for: key)
        if keys[index] != 0 { evicted &+= 1 }
        keys[index] = key
        entries[index] = Entry()
        return index
    }

    /// Forgets an entry.
    mutating func remove(_ index: Int) { keys[index] = 0 }
}
