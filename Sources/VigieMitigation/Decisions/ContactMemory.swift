import VigieWire

/// Remembers since when pairs of numbers speak, in a fixed amount of memory; a pair is entered only when its call passed.
///
/// Buckets of one cache line. Each pair has one bucket, found from the top bits of its hash:
/// ```
/// bucket   8 slots of 64 bits
/// slot     bits 40...63 fingerprint, the low bits of the hash · bits 20...39 minute of the first call
///          bits 0...19 minute of the last call; minutes count modulo 2^20 (728 days), a whole slot of 0 is empty
/// ```
/// A stranger is taken for a known pair with probability ≤ 8 · 2^-24. A pair that did not speak for `span` is a stranger
/// again. When a bucket is full, of the pairs that spoke in one minute only the one longest ago goes, and without such the
/// pair longest unused: a flood of strangers does not push out the regulars. `evicted` counts them.
struct ContactMemory: Sendable {
    static let slotsInBucket = 8
    private static let minuteMask: UInt64 = 1 << 20 - 1

    /// Pairs that were forgotten before their time because their bucket was full.
    private(set) var evicted: UInt64 = 0
    private var slots: [UInt64]
    private let shift: UInt64
    private let spanMinutes: UInt64
    private var swept = 0

    /// A memory of `span` (364 days at most) for at most `capacity` pairs of 8 bytes, rounded up to a power of two.
    init(span: Duration, capacity: Int) {
        var bits: UInt64 = 4
        while bits < 24, Self.slotsInBucket << bits < capacity { bits += 1 }
        shift = 64 - bits
        slots = Array(repeating: 0, count: Self.slotsInBucket << bits)
        spanMinutes = UInt64(max(1, min(364 * 1_440, span.components.seconds / 60)))
    }

    /// Bytes held.
    var byteCount: Int { slots.count * 8 }

    /// The whole minutes since 1970.
    static func minute(_ moment: Timestamp) -> Int64 {
        let seconds = moment.seconds
        return (seconds >= 0 ? seconds : seconds &- 59) / 60
    }

    /// What is known of a pair.
    struct Contact {
        /// The place of its slot, -1 when it is a stranger.
        var place: Int
        /// How many minutes ago it first spoke.
        var minutesKnown: Int64

        /// A stranger.
        static let none = Contact(place: -1, minutesKnown: 0)
    }

    /// What is known of the pair with `hash` (`KeyHash.ofPair`).
    func find(_ hash: UInt64, minute: Int64) -> Contact {
        let base = Int(truncatingIfNeeded: hash >> shift) * Self.slotsInBucket
        let tag = hash & 0xFF_FFFF
        for place in base..<base + Self.slotsInBucket {
            let slot = slots[place]
            if slot >> 40 == tag, slot != 0, age(slot, minute) <= spanMinutes {
                let known = (UInt64(bitPattern: minute) &- slot >> 20) & Self.minuteMask
                return Contact(place: place, minutesKnown: Int64(known))
            }
        }
        return Contact(place: -1, minutesKnown: 0)
    }

    /// Remembers that the pair spoke in this minute.
    ///
    /// - Parameter contact: what `find` said of it just before.
    mutating func remember(_ hash: UInt64, _ contact: Contact, minute: Int64) {
        let stamp = UInt64(bitPattern: minute) & Self.minuteMask
        if contact.place >= 0 {
            // Skipped when nothing changes: a pair's second call of the minute writes nothing.
            let slot = slots[contact.place]
            if slot & Self.minuteMask != stamp { slots[contact.place] = slot & ~Self.minuteMask | stamp }
            return
        }
        let fresh = (hash & 0xFF_FFFF) << 40 | stamp << 20 | stamp
        let base = Int(truncatingIfNeeded: hash >> shift) * Self.slotsInBucket
        var victim = base
        var most: UInt64 = 0
        for place in base..<base + Self.slotsInBucket {
            let slot = slots[place]
            let age = age(slot, minute)
            if slot == 0 || age > spanMinutes {
                // A stamp of 0 with fingerprint 0 would look empty: such a pair stays a stranger once in 728 days.
                slots[place] = fresh
                return
            }
            let spokeOnce = slot >> 20 & Self.minuteMask == slot & Self.minuteMask
            let worthless = (spokeOnce ? 1 << 32 : 0) + age + 1
            if worthless > most {
                most = worthless
                victim = place
            }
        }
        slots[victim] = fresh
        evicted &+= 1
    }

    /// Remembers that the pair spoke in this minute, which may be earlier than what is known.
    mutating func learn(_ hash: UInt64, minute: Int64) {
        let base = Int(truncatingIfNeeded: hash >> shift) * Self.slotsInBucket
        let stamp = UInt64(bitPattern: minute) & Self.minuteMask
        for place in base..<base + Self.slotsInBucket
        where slots[place] != 0 && slots[place] >> 40 == hash & 0xFF_FFFF {
            let (first, last) = (slots[place] >> 20 & Self.minuteMask, slots[place] & Self.minuteMask)
            // Half the circle is "later": 364 days.
            let isEarlier = (first &- stamp) & Self.minuteMask < 1 << 19
            let isLater = (stamp &- last) & Self.minuteMask < 1 << 19
            let times = (isEarlier ? stamp : first) << 20 | (isLater ? stamp : last)
            slots[place] = (hash & 0xFF_FFFF) << 40 | times
            return
        }
        remember(hash, Contact(place: -1, minutesKnown: 0), minute: minute)
    }

    /// Minutes since the pair of `slot` last spoke; a clock that went back a little is 0.
    private func age(_ slot: UInt64, _ minute: Int64) -> UInt64 {
        let age = (UInt64(bitPattern: minute) &- slot) & Self.minuteMask
        return age > Self.minuteMask - 10_000 ? 0 : age
    }

    /// Clears what is too old in the next `buckets` buckets, so that nothing is left when the minutes come round again.
    mutating func sweep(buckets: Int, minute: Int64) {
        for _ in 0..<buckets * Self.slotsInBucket {
            if slots[swept] != 0, age(slots[swept], minute) > spanMinutes { slots[swept] = 0 }
            swept += 1
            if swept == slots.count { swept = 0 }
        }
    }

    private static let mark: UInt64 = 0x3253_5249_4150_4756  // "VGPAIRS2"

    /// How many slots there are; `append` takes them part by part.
    var slotCount: Int { slots.count }

    /// The start of a saved memory: a mark, the number of slots; little endian.
    var head: [UInt8] {
        var bytes: [UInt8] = []
        Self.append(Self.mark, 8, to: &bytes)
        Self.append(UInt64(slots.count), 8, to: &bytes)
        return bytes
    }

    /// Adds the slots in use of a stretch: the number of each in 4 octets, what it holds in 8.
    func append(_ places: Range<Int>, to bytes: inout [UInt8]) {
        for place in places.clamped(to: slots.indices) where slots[place] != 0 {
            Self.append(UInt64(place), 4, to: &bytes)
            Self.append(slots[place], 8, to: &bytes)
        }
    }

    private static func append(_ word: UInt64, _ octets: Int, to bytes: inout [UInt8]) {
        for index in 0..<octets { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(index)))) }
    }

    /// Takes back `head` and what `append` added; `false` when the bytes are not of a memory of this size.
    mutating func restore(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        guard bytes.count >= 16, (bytes.count - 16) % 12 == 0 else { return false }
        func word(_ offset: Int, _ octets: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in (0..<octets).reversed() { word = word << 8 | UInt64(bytes[offset + index]) }
            return word
        }
        guard word(0, 8) == Self.mark, word(8, 8) == UInt64(slots.count) else { return false }
        var fresh = [UInt64](repeating: 0, count: slots.count)
        for offset in stride(from: 16, to: bytes.count, by: 12) {
            let place = Int(word(offset, 4))
            guard place < fresh.count else { return false }
            fresh[place] = word(offset + 4, 8)
        }
        slots = fresh
        return true
    }

    /// Pairs remembered.
    ///
    /// - Complexity: reads the whole memory.
    var count: Int { slots.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } }
}
