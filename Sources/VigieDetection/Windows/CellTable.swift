import VigieWire

/// Values by packed key in a bounded table: sets of eight, doubling up to a limit, then the least worthy of a set goes.
///
/// A look-up reads one cache line of keys. The value types here are plain and small.
struct CellTable<Value: Sendable>: Sendable {
    var count = 0
    var evicted: UInt64 = 0
    var keys: CacheLines<InlineArray<8, UInt64>>
    /// The values by place; read and written where they stand, without an accessor in between.
    var values: [Value]
    var mask: Int
    private let blank: Value
    let largestSets: Int

    /// Room for `capacity` values at most (rounded up to a power of two); `blank` is what a new key starts with.
    init(capacity: Int, blank: Value) {
        var sets = 1
        while sets * 8 < capacity, sets < 1 << 20 { sets *= 2 }
        largestSets = sets
        let first = min(sets, 32)
        mask = first - 1
        keys = CacheLines(count: first)
        values = Array(repeating: blank, count: first * 8)
        self.blank = blank
    }

    /// Bytes held now.
    var byteCount: Int { keys.byteCount + values.count * MemoryLayout<Value>.stride }

    private func set(_ key: UInt64) -> Int { Int(truncatingIfNeeded: KeyHash.of(key) >> 32) & mask }

    /// Asks for the key's set, which `find` or `place` will read soon.
    func prefetch(_ key: UInt64) { keys.prefetch(set(key)) }

    /// A bit for each of the eight that is `key`; written out, so that the line stays in registers and nothing branches.
    @inline(__always)
    private static func lanes(of key: UInt64, in held: InlineArray<8, UInt64>) -> Int {
        var same = held[0] == key ? 1 : 0
        if held[1] == key { same |= 2 }
        if held[2] == key { same |= 4 }
        if held[3] == key { same |= 8 }
        if held[4] == key { same |= 16 }
        if held[5] == key { same |= 32 }
        if held[6] == key { same |= 64 }
        if held[7] == key { same |= 128 }
        return same
    }

    /// The place of a key (not 0), `nil` when it is not held.
    func find(_ key: UInt64) -> Int? {
        let set = set(key)
        let same = Self.lanes(of: key, in: keys[set])
        return same == 0 ? nil : set &* 8 &+ same.trailingZeroBitCount
    }

    /// The place of a key (not 0), made when it is new: then it holds `blank`. Places change when another key is made.
    ///
    /// - Parameter worth: how much a value deserves to stay when its set is full.
    mutating func place(_ key: UInt64, worth: (Value) -> Double) -> Int {
        while true {
            let set = set(key)
            let same = Self.lanes(of: key, in: keys[set])
            if same != 0 { return set &* 8 &+ same.trailingZeroBitCount }
            let empty = Self.lanes(of: 0, in: keys[set])
            if empty != 0 {
                let free = empty.trailingZeroBitCount
                keys[set][free] = key
                count += 1
                return set &* 8 &+ free
            }
            let base = set &* 8
            if mask + 1 < largestSets {
                grow()
                continue
            }
            var least = base
            var leastWorth = worth(values[base])
            for index in base + 1..<base + 8 {
                let candidate = worth(values[index])
                if candidate < leastWorth {
                    least = index
                    leastWorth = candidate
                }
            }
            keys[set][least - base] = key
            values[least] = blank
            evicted &+= 1
            return least
        }
    }

    /// The value at a place that `find` or `place` gave.
    subscript(place: Int) -> Value {
        _read { yield values[place] }
        _modify { yield &values[place] }
    }

    /// All places; those without a key have key 0.
    var keyIndices: Range<Int> { values.indices }

    /// The key at a place, 0 when there is none.
    func key(at place: Int) -> UInt64 { keys[place >> 3][place & 7] }

    /// Calls `body` with every key and value.
    func forEach(_ body: (UInt64, Value) -> Void) {
        for set in keys.indices {
            let held = keys[set]
            for lane in 0..<8 where held[lane] != 0 { body(held[lane], values[set &* 8 &+ lane]) }
        }
    }

    /// Forgets everything, keeps the memory.
    mutating func removeAll() {
        for index in values.indices where key(at: index) != 0 {
            keys[index >> 3][index & 7] = 0
            values[index] = blank
        }
        count = 0
    }

    /// Forgets the key at a place.
    mutating func remove(at place: Int) {
        guard key(at: place) != 0 else { return }
        keys[place >> 3][place & 7] = 0
        values[place] = blank
        count -= 1
    }

    private mutating func grow() {
        let oldKeys = keys
        let oldValues = values
        mask = (mask + 1) * 2 - 1
        keys = CacheLines(count: mask + 1)
        values = Array(repeating: blank, count: (mask + 1) * 8)
        for index in oldValues.indices {
            let key = oldKeys[index >> 3][index & 7]
            guard key != 0 else { continue }
            // Doubling sends the eight keys of a set to two sets, so there is always room.
            let set = set(key)
            for lane in 0..<8 where keys[set][lane] == 0 {
                keys[set][lane] = key
                values[set &* 8 &+ lane] = oldValues[index]
                break
            }
        }
    }
}

extension CellTable {
    /// Changes every value whose key `isWanted`.
    mutating func updateAll(where isWanted: (UInt64) -> Bool = { _ in true }, _ change: (inout Value) -> Void)
    {
        for index in keyIndices where key(at: index) != 0 && isWanted(key(at: index)) {
            change(&values[index])
        }
    }
}
