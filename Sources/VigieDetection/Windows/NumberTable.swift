public import VigieWire

/// What the lane remembers of one number before the present call; counts above 31 are rounded by up to 3 %.
public struct NumberActivity: Hashable, Sendable {
    /// Whether the number was never seen before, or so long ago that it is forgotten.
    public var isNew = true
    /// Calls received in the present clock hour, `0...1984`.
    public var receivedThisHour = 0
    /// The most calls received in one earlier clock hour, `0...1984`.
    public var busiestHour = 0
    /// Calls made in all, as a power of two: `0, 1, 2, 4 … 2^30`, within a factor of two.
    public var made = 0
    /// Calls received in all, likewise.
    public var received = 0

    /// Never seen.
    public init() {}
}

/// Counts the calls of up to millions of numbers, 8 bytes each, forgetting the least active when it is full.
///
/// Sets of 8 entries in one cache line; like `PairMemory` it starts small and doubles without keeping keys.
/// ```
/// entry  bits 40...63 tag: the 24 hash bits after the first 8 · bits 24...39 last hour, 1...65535, 0 is empty
///        bits 17...23 received this hour · bits 10...16 busiest hour, both as `Log7` · bits 5...9 received · 0...4 made
/// ```
/// Two numbers are confused with probability ≤ 8 · 2^-(32 - level), 0.2 % at the default largest size. Large counts are
/// stepped up with a probability taken from the call's own hash (Morris counters), so the same input gives the same state.
public struct NumberTable: Sendable {
    /// One cache line of entries.
    typealias Set = InlineArray<8, UInt64>
    static let firstLevel = 8
    /// Numbers forgotten because their set was full.
    public internal(set) var evicted: UInt64 = 0
    /// Numbers remembered now.
    public internal(set) var count = 0
    let largestLevel: Int
    var level = NumberTable.firstLevel
    var sets: CacheLines<Set>

    /// A table for at most `capacity` numbers (rounded up to a power of two, 2,048…8,388,608).
    public init(capacity: Int) {
        var largest = Self.firstLevel
        while largest < 20, 8 << largest < capacity { largest += 1 }
        largestLevel = largest
        sets = CacheLines(count: 1 << Self.firstLevel)
    }

    /// Bytes held now.
    public var byteCount: Int { sets.byteCount }

    /// Which side of the call the number is on.
    public enum Role: Sendable { case caller, called }

    /// Asks for the number's set, which `observe` will read soon.
    func prefetch(hash: UInt64) { sets.prefetch(Int(truncatingIfNeeded: hash >> UInt64(64 - level))) }

    /// What was known of the number before this call; then counts the call.
    ///
    /// - Parameters:
    ///   - hash: `KeyHash.of` of the number.
    ///   - hour: whole hours since the epoch, from `NumberTable.hour(of:)`.
    ///   - dice: well-mixed bits of this call, for the probabilistic steps.
    public mutating func observe(hash: UInt64, role: Role, hour: UInt64, dice: UInt64) -> NumberActivity {
        let tag = hash << 8 & 0xFFFF_FF00_0000_0000
        let index = Int(truncatingIfNeeded: hash >> UInt64(64 - level))
        let set = sets[index]
        var same: UInt32 = 0
        for lane in 0..<8 {
            same |=
                (set[lane] & 0xFFFF_FF00_0000_0000 == tag && set[lane] & 0xFF_FF00_0000 != 0 ? 1 : 0)
                << UInt32(lane)
        }
        if same != 0 {
            let lane = same.trailingZeroBitCount & 7
            sets[index][lane] = Self.counted(set[lane], role: role, hour: hour, dice: dice)
            return Self.activity(set[lane], hour: hour)
        }
        insert(Self.counted(tag | hour << 24, role: role, hour: hour, dice: dice), into: index, hour: hour)
        return NumberActivity()
    }

    /// Whole hours since the epoch in the form that entries hold, `1...65535`: it comes round every 7.5 years.
    public static func hour(of moment: Timestamp) -> UInt64 {
        let hours = moment.seconds / 3_600 % 65_535
        return UInt64(bitPattern: hours < 0 ? hours + 65_535 : hours) + 1
    }

    private static func age(_ entry: UInt64, hour: UInt64) -> UInt64 {
        let then = entry >> 24 & 0xFFFF
        return hour >= then ? hour - then : hour + 65_535 - then
    }

    private static func activity(_ entry: UInt64, hour: UInt64) -> NumberActivity {
        var activity = NumberActivity()
        activity.isNew = false
        let age = age(entry, hour: hour)
        let latest = entry >> 17 & 127
        let busiest = entry >> 10 & 127
        activity.receivedThisHour = age == 0 || age > 60_000 ? Log7.value(latest) : 0
        activity.busiestHour = Log7.value(age == 0 || age > 60_000 ? busiest : max(busiest, latest))
        activity.received = Log7.power(entry >> 5 & 31)
        activity.made = Log7.power(entry & 31)
        return activity
    }

    private static func counted(_ entry: UInt64, role: Role, hour: UInt64, dice: UInt64) -> UInt64 {
        var latest = entry >> 17 & 127
        var busiest = entry >> 10 & 127
        var received = entry >> 5 & 31
        var made = entry & 31
        var stamp = entry >> 24 & 0xFFFF
        let age = age(entry, hour: hour)
        // More than 60,000 hours "ago" is an event a little out of order: it counts in the hour we are in.
        if age > 0, age <= 60_000 {
            busiest = max(busiest, latest)
            latest = 0
            stamp = hour
            if age > 672, busiest > 8 { busiest -= 8 }  // after four silent weeks an old record fades
        }
        if role == .called {
            latest = Log7.stepped(latest, dice: dice)
            received = Log7.steppedPower(received, dice: dice >> 32)
        } else {
            made = Log7.steppedPower(made, dice: dice >> 32)
        }
        return entry & 0xFFFF_FF00_0000_0000 | stamp << 24 | latest << 17 | busiest << 10 | received << 5
            | made
    }

    private mutating func insert(_ entry: UInt64, into index: Int, hour: UInt64) {
        let set = sets[index]
        var victim = 0
        var worst: UInt64 = 0
        for lane in 0..<8 {
            guard set[lane] >> 24 & 0xFFFF != 0 else {
                sets[index][lane] = entry
                count += 1
                if count * 5 > sets.count * 8 * 3, level < largestLevel { grow() }
                return
            }
            // The least active goes: long silent, and few calls in all.
            let calls = max(set[lane] & 31, set[lane] >> 5 & 31)
            let score = (Self.age(set[lane], hour: hour) % 60_000 + 1) << 8 / (calls + 1)
            if score > worst {
                worst = score
                victim = lane
            }
        }
        sets[index][victim] = entry
        evicted &+= 1
    }

    private mutating func grow() {
        var larger = CacheLines<Set>(count: sets.count * 2)
        let shift = UInt64(63 - (level - Self.firstLevel))
        for index in sets.indices {
            var counts = (0, 0)
            for lane in 0..<8 where sets[index][lane] != 0 {
                let entry = sets[index][lane]
                if entry >> shift & 1 == 0 {
                    larger[index * 2][counts.0] = entry
                    counts.0 += 1
                } else {
                    larger[index * 2 + 1][counts.1] = entry
                    counts.1 += 1
                }
            }
        }
        sets = larger
        level += 1
    }
}

/// Counts in a few bits: exact to 31, then 16 steps for each doubling, up to 1,984 in 7 bits; and bare powers of two.
enum Log7 {
    /// The count that a code stands for.
    static func value(_ code: UInt64) -> Int {
        guard code >= 32 else { return Int(code) }
        let exponent = (code - 32) / 16 + 1
        return Int((16 + code % 16) << exponent)
    }

    /// One more: always below 32, then with the probability that keeps the mean right.
    static func stepped(_ code: UInt64, dice: UInt64) -> UInt64 {
        guard code >= 32 else { return min(code + 1, 127) }
        let mask = (UInt64(1) << ((code - 32) / 16 + 1)) - 1
        return code < 127 && dice & mask == 0 ? code + 1 : code
    }

    /// 0, 1, 2, 4, 8 …
    static func power(_ code: UInt64) -> Int { code == 0 ? 0 : 1 << Int(min(code, 31) - 1) }

    static func steppedPower(_ code: UInt64, dice: UInt64) -> UInt64 {
        guard code > 1 else { return code + 1 }
        let mask = (UInt64(1) << (code - 1)) - 1
        return code < 31 && dice & mask == 0 ? code + 1 : code
    }
}
