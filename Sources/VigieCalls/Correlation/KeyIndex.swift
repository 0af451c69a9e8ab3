/// Finds a small integer by a 64-bit hash: open addressing, linear probing, deletion that leaves no gravestones.
///
/// Keys are keyed hashes already, so their bits are used as they are. Grows by doubling up to `limit` keys, then refuses;
/// 16 bytes a slot, at most half of the slots in use.
///
/// - Complexity: constant per look-up; allocates only when it doubles.
struct KeyIndex: Sendable {
    private struct Slot: BitwiseCopyable {
        var key: UInt64 = 0  // 0: free
        var value: UInt32 = 0
    }

    /// Keys at most.
    let limit: Int
    private(set) var count = 0
    private var slots: [Slot]
    private var mask: Int

    init(limit: Int) {
        self.limit = max(16, limit)
        slots = Array(repeating: Slot(), count: 1024)
        mask = 1023
    }

    private static func usable(_ key: UInt64) -> UInt64 { key == 0 ? 1 : key }

    /// The value of a key; `nil` when it is not there.
    subscript(key: UInt64) -> UInt32? {
        let key = Self.usable(key)
        var index = Int(truncatingIfNeeded: key) & mask
        while slots[index].key != 0 {
            if slots[index].key == key { return slots[index].value }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Sets the value of a key; `false` when the key is new and there is no room.
    mutating func set(_ key: UInt64, _ value: UInt32) -> Bool {
        let key = Self.usable(key)
        var index = Int(truncatingIfNeeded: key) & mask
        while slots[index].key != 0 {
            if slots[index].key == key {
                slots[index].value = value
                return true
            }
            index = (index + 1) & mask
        }
        guard count < limit else { return false }
        slots[index] = Slot(key: key, value: value)
        count += 1
        if count * 2 > slots.count { grow() }
        return true
    }

    /// Forgets a key, if its value is still `value`.
    mutating func remove(_ key: UInt64, ifValue value: UInt32) {
        let key = Self.usable(key)
        var index = Int(truncatingIfNeeded: key) & mask
        while slots[index].key != key {
            if slots[index].key == 0 { return }
            index = (index + 1) & mask
        }
        guard slots[index].value == value else { return }
        count -= 1
        // Knuth 6.4, algorithm R: move later members of the run back into the hole they could not use before.
        var hole = index
        var next = (hole + 1) & mask
        while slots[next].key != 0 {
            let home = Int(truncatingIfNeeded: slots[next].key) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot.key != 0 {
            var index = Int(truncatingIfNeeded: slot.key) & mask
            while slots[index].key != 0 { index = (index + 1) & mask }
            slots[index] = slot
        }
    }
}
