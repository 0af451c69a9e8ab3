import VigieCalls
import VigieDetection

/// Finds the filters that have one key: an open-addressing hash over a flat list, built once, never changed.
///
/// ```
/// keys     a power of two of 64-bit keys, 0 is free, at most half of them taken
/// spans    beside each key: start in `members` (32 bits) · count (32 bits)
/// members  numbers of rules, those of one key side by side, best rank first
/// ```
struct BucketIndex: Sendable {
    private let keys: [UInt64]
    private let spans: [UInt64]
    let members: [UInt32]
    private let mask: Int
    /// How many keys there are.
    let count: Int

    /// - Parameter entries: keys (not 0) with the rules that have them; sorted here.
    init(_ entries: [(key: UInt64, rule: UInt32)]) {
        let sorted = entries.sorted { ($0.key, $0.rule) < ($1.key, $1.rule) }
        var distinct = 0
        for index in sorted.indices where index == 0 || sorted[index].key != sorted[index - 1].key {
            distinct += 1
        }
        var size = 1
        while size < distinct * 2 { size *= 2 }
        var keys = [UInt64](repeating: 0, count: size)
        var spans = [UInt64](repeating: 0, count: size)
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].key == sorted[start].key { end += 1 }
            var slot = Int(truncatingIfNeeded: KeyHash.of(sorted[start].key)) & (size - 1)
            while keys[slot] != 0 { slot = (slot + 1) & (size - 1) }
            keys[slot] = sorted[start].key
            spans[slot] = UInt64(start) << 32 | UInt64(end - start)
            start = end
        }
        self.keys = keys
        self.spans = spans
        members = sorted.map(\.rule)
        mask = size - 1
        count = distinct
    }

    /// The places in `members` of the rules that have `key`; empty when none has.
    func find(_ key: UInt64) -> Range<Int> {
        var slot = Int(truncatingIfNeeded: KeyHash.of(key)) & mask
        while true {
            let found = keys[slot]
            if found == key, key != 0 {
                let start = Int(spans[slot] >> 32)
                return start..<start + Int(spans[slot] & 0xFFFF_FFFF)
            }
            if found == 0 { return 0..<0 }
            slot = (slot + 1) & mask
        }
    }

    /// Bytes held.
    var byteCount: Int { keys.count * 16 + members.count * 4 }
}

/// Says in which of at most 32 lists a number is: one look-up for all of them.
///
/// Built once for a set of lists and shared by every table that uses the same ones; 24 bytes a number.
final class ListIndex: Sendable {
    /// Lists at most.
    static let maxLists = 32

    /// The lists, in the order of their bits.
    let lists: [NumberList]
    private let keys: [UInt64]
    private let masks: [UInt32]
    private let slotMask: Int

    init(_ lists: [NumberList]) {
        self.lists = Array(lists.prefix(Self.maxLists))
        var size = 1
        while size < self.lists.reduce(0, { $0 + $1.numbers.count }) * 2 { size *= 2 }
        var keys = [UInt64](repeating: 0, count: size)
        var masks = [UInt32](repeating: 0, count: size)
        for (bit, list) in self.lists.enumerated() {
            for number in list.numbers {
                var slot = Int(truncatingIfNeeded: KeyHash.of(number.rawValue)) & (size - 1)
                while keys[slot] != 0, keys[slot] != number.rawValue { slot = (slot + 1) & (size - 1) }
                keys[slot] = number.rawValue
                masks[slot] |= 1 << UInt32(bit)
            }
        }
        self.keys = keys
        self.masks = masks
        slotMask = size - 1
    }

    /// A bit for each list that holds the number.
    func lists(of number: UInt64) -> UInt32 {
        var slot = Int(truncatingIfNeeded: KeyHash.of(number)) & slotMask
        while true {
            let found = keys[slot]
            if found == 0 { return 0 }
            if found == number { return masks[slot] }
            slot = (slot + 1) & slotMask
        }
    }

    /// Bytes held.
    var byteCount: Int { keys.count * 12 }
}
