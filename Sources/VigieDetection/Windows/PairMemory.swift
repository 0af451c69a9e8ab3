public import VigieWire

/// Remembers which pairs of numbers have spoken in the last days, and in which direction, in a fixed amount of memory.
///
/// A fingerprint filter in buckets of one cache line. Each pair has one bucket, found from the top bits of its hash:
/// ```
/// bucket   16 slots of 32 bits
/// slot     bits 8...31 fingerprint: the 24 hash bits after the first 8 · bits 2...7 age period, 1...63, 0 is empty
///          bit 0 the smaller number called the larger · bit 1 the larger called the smaller
/// ```
/// The table starts small and doubles when it is 60 % full: an entry moves by its next fingerprint bit, so no key is
/// kept. At `level` the bucket takes `level` hash bits, 8 of them outside the fingerprint, so a stranger is taken for
/// a known pair with probability ≤ 16 · 2^-(32 - level): 0.2 % at the default largest size, 0.4 % at level 20.
/// A known pair is forgotten early only when its bucket is full: the slot longest unused goes, and `evicted` counts it.
public struct PairMemory: Sendable {
    /// What is remembered of a pair.
    public struct Contact: Hashable, Sendable {
        /// Whether the caller has called this number before.
        public var sameWay: Bool
        /// Whether the called number has called this caller before.
        public var otherWay: Bool
        /// Whether the two have spoken before, either way.
        public var isKnown: Bool { sameWay || otherWay }
    }

    /// One cache line of slots; a plain fixed array, which the compiler compares lane by lane without bound checks.
    typealias Bucket = InlineArray<16, UInt32>
    static let firstLevel = 8
    static let slotsInBucket = 16
    private static let keptPeriods: Int64 = 30  // the memory moves on in steps of 1/30 of its span

    /// Pairs that were forgotten before their time because their bucket was full.
    public internal(set) var evicted: UInt64 = 0
    /// Pairs remembered now.
    public internal(set) var count = 0
    let largestLevel: Int
    let periodSeconds: Int64
    var level: Int
    var buckets: CacheLines<Bucket>
    var period: Int64 = .min
    var periodEnd: Int64 = .min

    /// A memory of `span`, for at most `capacity` slots of 4 bytes (rounded up to a power of two, 4,096…16,777,216).
    public init(span: Duration, capacity: Int) {
        periodSeconds = max(1, span.components.seconds / Self.keptPeriods)
        var largest = Self.firstLevel
        while largest < 20, Self.slotsInBucket << largest < capacity { largest += 1 }
        largestLevel = largest
        level = Self.firstLevel
        buckets = CacheLines(count: 1 << Self.firstLevel)
    }

    /// Bytes held now.
    public var byteCount: Int { buckets.byteCount }

    /// Asks for the pair's bucket, which `observe` will read soon.
    func prefetch(pairHash: UInt64) {
        buckets.prefetch(Int(truncatingIfNeeded: pairHash >> UInt64(64 - level)))
    }

    /// Says what is known of the pair, and remembers that `caller` called `called` at `now`.
    ///
    /// - Parameter pairHash: `KeyHash.ofPair(caller, called)`.
    public mutating func observe(
        pairHash: UInt64, callerIsSmaller: Bool, at now: Timestamp
    ) -> Contact {
        let seconds = now.seconds
        if seconds >= periodEnd { turn(to: seconds) }
        let stamp = UInt32(truncatingIfNeeded: (period % 63 + 63) % 63 + 1) << 2
        let bit: UInt32 = callerIsSmaller ? 1 : 2
        let tag = UInt32(truncatingIfNeeded: pairHash >> 24) & 0xFFFF_FF00
        let index = Int(truncatingIfNeeded: pairHash >> UInt64(64 - level))
        let bucket = buckets[index]
        // Without a branch, so that it becomes a few vector comparisons; an empty slot has age 0.
        var same: UInt32 = 0
        for lane in 0..<16 {
            same |= (bucket[lane] & 0xFFFF_FF00 == tag && bucket[lane] & 0xFC != 0 ? 1 : 0) << UInt32(lane)
        }
        if same != 0 {
            let lane = same.trailingZeroBitCount & 15
            let slot = bucket[lane]
            buckets[index][lane] = tag | stamp | (slot & 3) | bit
            return Contact(sameWay: slot & bit != 0, otherWay: slot & (bit ^ 3) != 0)
        }
        insert(tag | stamp | bit, into: index)
        return Contact(sameWay: false, otherWay: false)
    }

    private mutating func insert(_ slot: UInt32, into index: Int) {
        let bucket = buckets[index]
        var victim = 0
        var oldest: Int64 = -1
        for lane in 0..<Self.slotsInBucket {
            let stamp = Int64(bucket[lane] >> 2 & 63)
            guard stamp != 0 else {
                buckets[index][lane] = slot
                count += 1
                if count * 5 > buckets.count * Self.slotsInBucket * 3, level < largestLevel { grow() }
                return
            }
            let age = (period - (stamp - 1)) % 63
            let positive = age < 0 ? age + 63 : age
            if positive > oldest {
                oldest = positive
                victim = lane
            }
        }
        buckets[index][victim] = slot
        evicted &+= 1
    }

    /// Doubles the table: each entry goes to one of two buckets by the next bit of its fingerprint.
    private mutating func grow() {
        var larger = CacheLines<Bucket>(count: buckets.count * 2)
        let shift = UInt32(31 - (level - Self.firstLevel))
        for index in buckets.indices {
            var low = Bucket(repeating: 0)
            var high = low
            var lowCount = 0
            var highCount = 0
            let bucket = buckets[index]
            for lane in 0..<Self.slotsInBucket where bucket[lane] != 0 {
                if bucket[lane] >> shift & 1 == 0 {
                    low[lowCount] = bucket[lane]
                    lowCount += 1
                } else {
                    high[highCount] = bucket[lane]
                    highCount += 1
                }
            }
            larger[index * 2] = low
            larger[index * 2 + 1] = high
        }
        buckets = larger
        level += 1
    }

    /// Moves to the period of `seconds` and forgets what is older than the span.
    private mutating func turn(to seconds: Int64) {
        let next = (seconds >= 0 ? seconds : seconds - periodSeconds + 1) / periodSeconds
        let isFirst = period == .min
        let elapsed = isFirst ? 0 : next - period
        period = next
        periodEnd = (next + 1).multipliedReportingOverflow(by: periodSeconds).partialValue
        guard !isFirst else { return }
        count = 0
        for index in buckets.indices {
            var bucket = buckets[index]
            for lane in 0..<Self.slotsInBucket where bucket[lane] != 0 {
                let stamp = Int64(bucket[lane] >> 2 & 63)
                let age = ((next - (stamp - 1)) % 63 + 63) % 63
                if age > Self.keptPeriods || elapsed > Self.keptPeriods {
                    bucket[lane] = 0
                } else {
                    count += 1
                }
            }
            buckets[index] = bucket
        }
    }
}
