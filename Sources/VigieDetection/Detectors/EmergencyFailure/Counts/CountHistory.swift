import VigieWire

/// What was expected and what came lately, interval by interval for hours and hour by hour for days: from when on counts are missing
/// is read off it.
///
/// The test that says *that* counts are missing may have left 0 long before they were, by chance; the moment from which on the missing
/// counts tell most is the likeliest (Hinkley 1970).
struct CountHistory: Sendable {
    /// What was expected and what came since a moment.
    struct Sums: Sendable {
        var since: UInt32
        var expected: Double
        var count: Double
        /// The level before it.
        var level: Double
    }

    /// An interval or an hour.
    private struct Bucket: Sendable, BitwiseCopyable {
        var start: UInt32
        var expected: Float
        var count: Float
        /// The level at which it was expected.
        var level: Float
    }

    private struct Ring: Sendable {
        let limit: Int
        var buckets: [Bucket] = []
        var next = 0

        init(_ limit: Int) { self.limit = limit }

        /// The bucket so many before the newest.
        subscript(back: Int) -> Bucket { buckets[place(back)] }

        func place(_ back: Int) -> Int { (next + 2 * buckets.count - 1 - back) % buckets.count }

        var newest: UInt32? { buckets.isEmpty ? nil : self[0].start }
        var oldest: UInt32? { buckets.isEmpty ? nil : self[buckets.count - 1].start }

        mutating func append(_ bucket: Bucket) {
            if buckets.count < limit {
                buckets.append(bucket)
            } else {
                buckets[next] = bucket
                next = next + 1 == limit ? 0 : next + 1
            }
        }

        mutating func code(_ state: inout StateCoder) {
            state.code(&buckets, counts: 0...limit)
            state.code(&next)
            if !(0..<limit).contains(next) || next > 0 && buckets.count < limit {
                state.refuse("the order of a history")
                next = 0
            }
        }
    }

    private static let hour: UInt32 = 3_600

    private var fine = Ring(96)
    private var coarse = Ring(128)

    /// Takes in an interval; those of an hour or more are kept once.
    mutating func add(_ count: Double, expected: Double, level: Double, start: UInt32, seconds: Int) {
        guard level > 0 else { return }
        var bucket = Bucket(
            start: start, expected: Float(expected), count: Float(count), level: Float(level))
        fine.append(bucket)
        guard seconds < Int(Self.hour) else { return }
        bucket.start = start / Self.hour * Self.hour
        if coarse.newest == bucket.start {
            let place = coarse.place(0)
            coarse.buckets[place].expected += bucket.expected
            coarse.buckets[place].count += bucket.count
        } else {
            coarse.append(bucket)
        }
    }

    /// The moment since which the missing counts tell most; `nil` when none are missing.
    ///
    /// All is set against the level before the moment: later ones have followed what is missing.
    ///
    /// - Parameter ratio: variance over mean of sums over so many seconds.
    func onset(ratio: (_ seconds: UInt32) -> Double) -> Sums? {
        guard let newest = fine.newest else { return nil }
        var best: Sums?
        var most = 0.0
        for ring in [coarse, fine] {
            var counts = 0.0
            var shares = 0.0
            for back in ring.buckets.indices {
                let bucket = ring[back]
                let usual = Double(bucket.level)
                counts += Double(bucket.count)
                shares += Double(bucket.expected / bucket.level)
                let expected = shares * usual
                guard counts < expected else { continue }
                let came = counts > 0 ? counts * Logarithm.natural(counts / expected) : 0
                let evidence = (came + expected - counts) / max(1, ratio(newest &- bucket.start))
                guard evidence > most else { continue }
                most = evidence
                best = Sums(since: bucket.start, expected: expected, count: counts, level: usual)
            }
        }
        return best
    }

    /// What was expected and what came since a moment, at the level before it; where intervals are not kept so long, from the hour in
    /// which it lies. `nil` before the first one kept.
    func sums(since moment: UInt32) -> Sums? {
        let isFine = (fine.oldest ?? .max) <= moment
        let ring = isFine ? fine : coarse
        let from = isFine ? moment : moment / Self.hour * Self.hour
        guard let oldest = ring.oldest, oldest <= from else { return nil }
        var sums = Sums(since: moment, expected: 0, count: 0, level: 0)
        var shares = 0.0
        for back in ring.buckets.indices where ring[back].start >= from {
            let bucket = ring[back]
            sums.count += Double(bucket.count)
            shares += Double(bucket.expected / bucket.level)
            sums.level = Double(bucket.level)
        }
        sums.expected = shares * sums.level
        return sums.level > 0 ? sums : nil
    }

    /// Start of the oldest hour or interval.
    var oldest: UInt32? { fine.oldest.map { min($0, coarse.oldest ?? $0) } }

    mutating func code(_ state: inout StateCoder) {
        fine.code(&state)
        coarse.code(&state)
    }
}
