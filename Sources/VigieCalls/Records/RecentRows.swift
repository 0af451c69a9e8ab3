/// Remembers the calls of the last rows, so that a row that is read twice counts once. Bounded: two generations, the older goes.
struct RecentRows: Sendable {
    /// What a row is to those before it.
    enum Novelty { case new, repeated, sameCall }

    /// Rows that one generation holds; between one and two generations are remembered.
    let capacity: Int
    private var current: [UInt64]
    private var previous: [UInt64]
    private var used = 0

    /// Remembers between `capacity` and twice `capacity` rows, in 32 bytes each.
    init(capacity: Int) {
        var size = 1_024
        while size < capacity { size *= 2 }
        self.capacity = size
        current = Array(repeating: 0, count: size * 2)
        previous = current
    }

    /// Says whether a call was seen before, and with the same content; remembers it.
    ///
    /// 48 bits of the call's identity and 16 of its content are kept: among 100,000 remembered rows, one in three thousand million
    /// is taken for another one.
    mutating func remember(identity: UInt64, content: UInt64) -> Novelty {
        let key = identity & ~0xFFFF | (content ^ content >> 16 ^ content >> 32 ^ content >> 48) & 0xFFFF
        let key1 = key == 0 ? 1 : key
        let (slot, found) = Self.find(current, key1)
        if found != .new { 
            if found == .sameCall { insert(key1, slot) }
            return found
        }
        let (_, earlier) = Self.find(previous, key1)
        insert(key1, slot)
        return earlier
    }

    private mutating func insert(_ key: UInt64, _ slot: Int) {
        current[slot] = key
        used += 1
        guard used >= capacity else { return }
        swap(&current, &previous)
        for index in current.indices { current[index] = 0 }
        used = 0
    }

    /// Half of the slots are free, so a walk ends.
    @inline(__always)
    private static func find(_ table: [UInt64], _ key: UInt64) -> (slot: Int, novelty: Novelty) {
        let slots = table.span
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: key >> 20) & mask
        var novelty = Novelty.new
        while slots[slot] != 0 {
            if slots[slot] == key { return (slot, .repeated) }
            if (slots[slot] ^ key) >> 16 == 0 { novelty = .sameCall }
            slot = (slot &+ 1) & mask
        }
        return (slot, novelty)
    }
}
