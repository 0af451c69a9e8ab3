import VigieCalls
import VigieWire

/// Remembers by which ingress lines, and blocks of lines, come into the network: two trunks each, with how often and
/// since when.
///
/// Sets of four entries of 16 bytes in one cache line; a set's least used entry goes when a new line needs room.
/// ```
/// tag 32 bits (0 is empty) · ingress A, B 16 bits each · calls A, B 16 bits each · first hour of A, B 16 bits each
/// ```
struct LineOrigins: Sendable {
    /// What is known of one line or block.
    struct Entry: Sendable {
        var tag: UInt32 = 0
        var ingressA: UInt16 = 0
        var ingressB: UInt16 = 0
        var callsA: UInt16 = 0
        var callsB: UInt16 = 0
        var sinceA: UInt16 = 0
        var sinceB: UInt16 = 0

        /// The hour of the first call that is remembered.
        var oldest: UInt16 { callsB > 0 && Int16(truncatingIfNeeded: sinceB &- sinceA) < 0 ? sinceB : sinceA }

        /// The busier use of an ingress that is not this one.
        func other(than ingress: UInt16) -> (calls: Int, since: UInt16)? {
            let a = callsA > 0 && ingressA != ingress ? (calls: Int(callsA), since: sinceA) : nil
            let b = callsB > 0 && ingressB != ingress ? (calls: Int(callsB), since: sinceB) : nil
            guard let a, let b else { return a ?? b }
            return a.calls >= b.calls ? a : b
        }

        /// Calls seen by `ingress`, and the hour of the first one; `nil` when none is remembered.
        func use(of ingress: UInt16) -> (calls: Int, since: UInt16)? {
            if callsA > 0, ingressA == ingress { return (Int(callsA), sinceA) }
            if callsB > 0, ingressB == ingress { return (Int(callsB), sinceB) }
            return nil
        }
    }

    private static let ways = 4
    private let mask: Int
    var sets: CacheLines<InlineArray<4, Entry>>

    /// Room for `capacity` lines, rounded up to a power of two, 16 bytes each.
    init(capacity: Int) {
        var sets = 16
        while sets * Self.ways < capacity, sets < 1 << 20 { sets *= 2 }
        mask = sets - 1
        self.sets = CacheLines(count: sets)
    }

    /// Bytes held.
    var byteCount: Int { sets.byteCount }

    private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) | 1 }

    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 36) & mask }

    /// Asks for the line's set, which `count` or `find` will read soon.
    func prefetch(_ hash: UInt64) { sets.prefetch(place(hash)) }

    /// Whole hours since the epoch, cut to 16 bits; differences hold for 3.7 years.
    static func hour(of moment: Timestamp) -> UInt16 { UInt16(truncatingIfNeeded: moment.seconds / 3_600) }

    /// Counts one call of the line with this hash. Returns whether the line was not known.
    @discardableResult
    mutating func count(_ hash: UInt64, ingress: UInt16, hour: UInt16) -> Bool {
        let tag = Self.tag(hash)
        let place = place(hash)
        let set = sets[place]
        var victim = 0
        for way in 0..<Self.ways {
            if set[way].tag == tag {
                Self.count(&sets[place][way], ingress: ingress, hour: hour)
                return false
            }
            if set[way].callsA < set[victim].callsA { victim = way }
        }
        // The set ages by one call with each newcomer, so that lines of long ago make room in the end.
        var aged = set
        for way in 0..<Self.ways where aged[way].callsA > 1 && aged[way].callsB == 0 { aged[way].callsA -= 1 }
        aged[victim] = Entry(tag: tag, ingressA: ingress, callsA: 1, sinceA: hour)
        sets[place] = aged
        return true
    }

    private static func count(_ entry: inout Entry, ingress: UInt16, hour: UInt16) {
        if entry.ingressA == ingress, entry.callsA > 0 {
            if entry.callsA < .max { entry.callsA += 1 }
        } else if entry.ingressB == ingress, entry.callsB > 0 {
            if entry.callsB < .max { entry.callsB += 1 }
        } else if entry.callsB <= 1 {
            entry.ingressB = ingress
            entry.callsB = 1
            entry.sinceB = hour
        } else {
            entry.callsB -= 1
        }
    }

    /// What is known of the line with this hash.
    func find(_ hash: UInt64) -> Entry? {
        let tag = Self.tag(hash)
        let set = sets[place(hash)]
        for way in 0..<Self.ways where set[way].tag == tag { return set[way] }
        return nil
    }
}

/// Remembers who was rung by which number from which ingress, lately: 16 bytes a pair, newer pairs replace older ones.
struct PresentedCalls: Sendable {
    struct Entry: Sendable {
        var tag: UInt32 = 0
        var second: UInt32 = 0
        var ingress: UInt32 = 0
        var unused: UInt32 = 0  // so that a set of four fills a cache line
    }

    private static let ways = 4
    private let mask: Int
    var sets: CacheLines<InlineArray<4, Entry>>

    /// Room for `capacity` pairs, rounded up to a power of two.
    init(capacity: Int) {
        var sets = 16
        while sets * Self.ways < capacity, sets < 1 << 20 { sets *= 2 }
        mask = sets - 1
        self.sets = CacheLines(count: sets)
    }

    /// Bytes held.
    var byteCount: Int { sets.byteCount }

    private static func tag(_ hash: UInt64, callerIsSmaller: Bool) -> UInt32 {
        UInt32(truncatingIfNeeded: hash) & ~3 | (callerIsSmaller ? 2 : 0) | 1
    }

    private func place(_ pairHash: UInt64) -> Int { Int(truncatingIfNeeded: pairHash >> 34) & mask }

    /// Asks for the pair's set, which `remember` or `ring` will read soon.
    func prefetch(_ pairHash: UInt64) { sets.prefetch(place(pairHash)) }

    /// Remembers a call of a pair.
    mutating func remember(
        pairHash: UInt64, callerIsSmaller: Bool, at moment: Timestamp, ingress: UInt16
    ) {
        let tag = Self.tag(pairHash, callerIsSmaller: callerIsSmaller)
        let place = place(pairHash)
        let set = sets[place]
        var victim = 0
        for way in 0..<Self.ways {
            if set[way].tag == tag {
                victim = way
                break
            }
            if set[way].second < set[victim].second { victim = way }
        }
        sets[place][victim] = Entry(
            tag: tag, second: UInt32(truncatingIfNeeded: moment.seconds), ingress: UInt32(ingress))
    }

    /// The ingress by which the called number rang this caller in the last `within` seconds, when it did.
    func ring(pairHash: UInt64, calledIsSmaller: Bool, before moment: Timestamp, within: UInt32) -> UInt16? {
        let tag = Self.tag(pairHash, callerIsSmaller: calledIsSmaller)
        let set = sets[place(pairHash)]
        let now = UInt32(truncatingIfNeeded: moment.seconds)
        for way in 0..<Self.ways where set[way].tag == tag && set[way].second <= now {
            return now - set[way].second <= within ? UInt16(truncatingIfNeeded: set[way].ingress) : nil
        }
        return nil
    }
}
