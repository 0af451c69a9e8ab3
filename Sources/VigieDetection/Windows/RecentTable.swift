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
    /// What each entry is worth, so that whoever looks for a place does not read the entries, which lie far apart.
    private var worths: [Int64]
    /// Keys that were asked for and whose entries have not been: eight, used in turn.
    private var asked: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    private var nextAsked = 0
    /// Entries that had to go although somebody still wanted them.
    var evicted: UInt64 = 0

    /// Room for `capacity` entries, rounded up to a power of two, 16…262,144.
    init(capacity: Int) {
        var sets = 4
        while sets * Self.ways < capacity, sets < 1 << 16 { sets *= 2 }
        mask = sets - 1
        keys = CacheLines(count: sets * Self.ways / 8)
        entries = Array(repeating: Entry(), count: sets * Self.ways)
        worths = Array(repeating: 0, count: sets * Self.ways)
    }

    /// Bytes held.
    var byteCount: Int { keys.byteCount + entries.count * (MemoryLayout<Entry>.stride + 8) }

    subscript(_ index: Int) -> Entry {
        _read { yield entries[index] }
        _modify {
            yield &entries[index]
            worths[index] = entries[index].worth
        }
    }

    /// Every place, and whether it holds an entry.
    var indices: Range<Int> { entries.indices }
    func isTaken(_ index: Int) -> Bool { key(index) != 0 }

    private func key(_ index: Int) -> UInt64 { keys[index >> 3][index & 7] }

    private func base(_ key: UInt64) -> Int { (Int(truncatingIfNeeded: key >> 33) & mask) * Self.ways }

    /// Asks for the key's set, which `find` will read soon, and for the entry of a key that was asked for eight keys ago.
    mutating func prefetch(_ key: UInt64) {
        keys.prefetch(base(key) >> 3)
        let due = asked[nextAsked]
        asked[nextAsked] = key
        nextAsked = (nextAsked &+ 1) & 7
        if due != 0, let index = find(due) { entries.prefetch(index, bytes: 384) }
    }

    /// Works out what the entries are worth, after they were read back.
    mutating func weigh() {
        for index in indices where isTaken(index) { worths[index] = entries[index].worth }
    }

    /// Where the entry of this key is; keys are well mixed.
    func find(_ key: UInt64) -> Int? {
        let base = base(key)
        let line = keys[base >> 3]
        // Written out: with constant places the line stays in registers.
        if base & 4 == 0 {
            if line[0] == key { return base }
            if line[1] == key { return base &+ 1 }
            if line[2] == key { return base &+ 2 }
            if line[3] == key { return base &+ 3 }
        } else {
            if line[4] == key { return base }
            if line[5] == key { return base &+ 1 }
            if line[6] == key { return base &+ 2 }
            if line[7] == key { return base &+ 3 }
        }
        return nil
    }

    /// The place that `insert` would take: a free one, or that of the entry of least worth.
    func place(for key: UInt64) -> Int {
        let base = base(key)
        var victim = base
        var least = Int64.max
        for index in base..<base + Self.ways {
            guard isTaken(index) else { return index }
            if worths[index] < least {
                least = worths[index]
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
        worths[index] = entries[index].worth
        return index
    }

    /// Forgets an entry.
    mutating func remove(_ index: Int) { keys[index >> 3][index & 7] = 0 }
}
