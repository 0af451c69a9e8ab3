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
    var keys: CacheLines<InlineArray<8, UInt64>>  // two sets in each
    var entries: [Entry]
    /// Entries that had to go although somebody still wanted them.
    var evicted: UInt64 = 0

    /// Room for `capacity` entries, rounded up to a power of two, 16…262,144.
    init(capacity: Int) {
        var sets = 4
        while sets * Self.ways < capacity, sets < 1 << 16 { sets *= 2 }
        mask = sets - 1
        keys = CacheLines(count: sets * Self.ways / 8)
        entries = Array(repeating: Entry(), count: sets * Self.ways)
    }

    /// Bytes held.
    var byteCount: Int { keys.byteCount + entries.count * MemoryLayout<Entry>.stride }

    subscript(_ index: Int) -> Entry {
        _read { yield entries[index] }
        _modify { yield &entries[index] }
    }

    /// Every place, and whether it holds an entry.
    var indices: Range<Int> { entries.indices }
    func isTaken(_ index: Int) -> Bool { key(index) != 0 }

    private func key(_ index: Int) -> UInt64 { keys[index >> 3][index & 7] }

    private func base(_ key: UInt64) -> Int { (Int(truncatingIfNeeded: key >> 33) & mask) * Self.ways }

    /// Asks for the key's set, which `find` will read soon.
    func prefetch(_ key: UInt64) { keys.prefetch(base(key) >> 3) }

    /// Where the entry of this key is; keys are well mixed.
    func find(_ key: UInt64) -> Int? {
        let base = base(key)
        let line = keys[base >> 3]
        let first = base & 7
        for way in 0..<Self.ways where line[first &+ way] == key { return base &+ way }
        return nil
    }

    /// The place that `insert` would take: a free one, or that of the entry of least worth.
    func place(for key: UInt64) -> Int {
        let base = base(key)
        var victim = base
        var least = Int64.max
        for index in base..<base + Self.ways {
            guard isTaken(index) else { return index }
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
        if isTaken(index) { evicted &+= 1 }
        keys[index >> 3][index & 7] = key
        entries[index] = Entry()
        return index
    }

    /// Forgets an entry.
    mutating func remove(_ index: Int) { keys[index >> 3][index & 7] = 0 }
}
