/// Values by packed key in a bounded table: sets of eight, doubling up to a limit, then the least worthy of a set goes.
///
/// A look-up reads one cache line of keys. The value types here are plain and small.
struct CellTable<Value: Sendable>: Sendable {
    var count = 0
    var evicted: UInt64 = 0
    var keys: [UInt64]
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
        keys = Array(repeating: 0, count: first * 8)
        values = Array(repeating: blank, count: first * 8)
        self.blank = blank
    }

    /// Bytes held now.
    var byteCount: Int { keys.count * 8 + values.count * MemoryLayout<Value>.stride }

    private func base(_ key: UInt64) -> Int { (Int(truncatingIfNeeded: KeyHash.of(key) >> 32) & mask) * 8 }

    /// The place of a key (not 0), `nil` when it is not held.
    func find(_ key: UInt64) -> Int? {
        let base = base(key)
        for index in base..<base + 8 where keys[index] == key { return index }
        return nil
    }

    /// The place of a key (not 0), made when it is new: then it holds `blank`. Places change when another key is made.
    ///
    /// - Parameter worth: how much a value deserves to stay when its set is full.
    mutating func place(_ key: UInt64, worth: (Value) -> Double) -> Int {
        while true {
            let base = base(key)
            var free = -1
            for index in base..<base + 8 {
                if keys[index] == key { return index }
                if keys[index] == 0, free < 0 { free = index }
            }
            if free >= 0 {
                keys[free] = key
                count += 1
                return free
            }
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
            keys[least] = key
            values[least] = blank
            evicted &+= 1
            return least
        }
    }

    /// The value at a place that `find` or `place` gave.
    subscript(place: Int) -> Value {
        get { values[place] }
        _modify { yield &values[place] }
    }

    /// All places; those without a key have key 0.
    var keyIndices: Range<Int> { keys.indices }

    /// The key at a place, 0 when there is none.
    func key(at place: Int) -> UInt64 { keys[place] }

    /// Calls `body` with every key and value.
    func forEach(_ body: (UInt64, Value) -> Void) {
        for index in keys.indices where keys[index] != 0 { body(keys[index], values[index]) }
    }

    /// Forgets everything, keeps the memory.
    mutating func removeAll() {
        for index in keys.indices where keys[index] != 0 {
            keys[index] = 0
            values[index] = blank
        }
        count = 0
    }

    /// Forgets the key at a place.
    mutating func remove(at place: Int) {
        guard keys[place] != 0 else { return }
        keys[place] = 0
        values[place] = blank
        count -= 1
    }

    private mutating func grow() {
        let oldKeys = keys
        let oldValues = values
        mask = (mask + 1) * 2 - 1
        keys = Array(repeating: 0, count: (mask + 1) * 8)
        values = Array(repeating: blank, count: (mask + 1) * 8)
        for index in oldKeys.indices where oldKeys[index] != 0 {
            // Doubling sends the eight keys of a set to two sets, so there is always room.
            let base = base(oldKeys[index])
            for target in base..<base + 8 where keys[target] == 0 {
                keys[target] = oldKeys[index]
                values[target] = oldValues[index]
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
