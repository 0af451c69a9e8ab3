import VigieWire

/// What the network delivered beside what centres counted, interval by interval, and the calls of which the centre knows nothing.
struct DeliveryWatch: Sendable {
    /// Share of the delivered calls that a centre may not count on ordinary days: intervals have edges.
    static let usual = 0.03
    /// Intervals of a centre that are kept: eight hours of five minutes.
    private static let kept = 96
    /// Evidence for an end in nats.
    private static let enough = 6.0

    private struct Interval: Sendable, BitwiseCopyable {
        var start: UInt32
        var delivered: UInt32
        var seen: UInt32
    }

    /// Delivered calls that a centre did not see, as long as it does not.
    struct Gap: Sendable, BitwiseCopyable {
        let onset: UInt32
        fileprivate(set) var delivered: Double
        fileprivate(set) var seen: Double
        fileprivate(set) var until: UInt32
        /// Length of its intervals in seconds.
        let seconds: UInt32
        fileprivate var back = 0.0
        fileprivate var backSince: UInt32

        /// What the centre used to count of each delivered call, at least 1: it hears callers of other networks, and those who hang up
        /// before anybody answers.
        fileprivate let ratio: Double
        /// How surely that is known, as a share of it.
        fileprivate let doubt: Double

        /// Calls that the centre should have counted.
        var expected: Double { delivered * ratio }
        /// Calls that the centre did not see.
        var missing: Double { max(0, expected - seen) }
        /// Standard deviation of it: chance in what others call, the edges of intervals, and the doubt about the ratio.
        var deviation: Double {
            let others = (ratio - 1) * delivered + missing + DeliveryWatch.usual * delivered
            return max(1, others + doubt * doubt * expected * expected).squareRoot()
        }
        /// End of the last interval in which the centre missed calls, as far as is known.
        var lastMissing: UInt32 { back > DeliveryWatch.enough / 2 ? max(onset, backSince) : until }
    }

    private struct Record: Sendable {
        var intervals: [Interval] = []
        var gap: Gap?
    }

    private var records: [UInt64: Record] = [:]

    /// The gaps that are open, by key.
    var gaps: [(key: StreamKey, gap: Gap)] {
        records.compactMap { key, record in record.gap.map { (StreamKey(rawValue: key), $0) } }
            .sorted { $0.0.rawValue < $1.0.rawValue }
    }

    /// Takes in an interval; whether it closed a gap, so that its test is to begin anew.
    ///
    /// - Parameter isAlarm: the test on it is above its threshold.
    mutating func add(
        _ key: StreamKey, delivered: Int, seen: Int, start: UInt32, until end: UInt32, isAlarm: Bool
    ) -> Bool {
        guard records[key.rawValue] != nil || records.count < StreamKey.Level.receiver.capacity else {
            return false
        }
        var record = records[key.rawValue] ?? Record()
        defer { records[key.rawValue] = record }
        if record.intervals.count >= Self.kept { record.intervals.removeFirst(Self.kept / 4) }
        record.intervals.append(
            Interval(
                start: start, delivered: UInt32(clamping: delivered), seen: UInt32(clamping: seen)))
        guard var gap = record.gap else {
            if isAlarm { record.gap = Self.begin(record.intervals, until: end, seconds: end &- start) }
            return false
        }
        let share = min(0.98, max(1 - gap.seen / max(1, gap.delivered), 2 * Self.usual))
        let (bad, good) = (Double(max(0, delivered - seen)), Double(min(seen, delivered)))
        gap.back = max(
            0,
            gap.back + bad * Logarithm.natural(Self.usual / share)
                + good * Logarithm.natural((1 - Self.usual) / (1 - share)))
        if gap.back <= 0 { gap.backSince = end }
        gap.delivered += Double(delivered)
        gap.seen += Double(seen)
        gap.until = end
        record.gap = gap.back >= Self.enough ? nil : gap
        return record.gap == nil
    }

    /// The interval since which the missing calls tell most.
    private static func begin(_ intervals: [Interval], until: UInt32, seconds: UInt32) -> Gap? {
        var good = 0.0
        var bad = 0.0
        var most = 0.0
        var first: Int?
        for (index, interval) in intervals.enumerated().reversed() {
            let seen = min(interval.seen, interval.delivered)
            good += Double(seen)
            bad += Double(interval.delivered - seen)
            let share = bad / max(1, good + bad)
            guard share > usual else { continue }
            let evidence =
                bad * Logarithm.natural(share / usual)
                + (good > 0 ? good * Logarithm.natural((1 - share) / (1 - usual)) : 0)
            if evidence > most { (most, first) = (evidence, index) }
        }
        guard let first else { return nil }
        let before = sums(intervals[..<first])
        let after = sums(intervals[first...])
        let isKnown = before.delivered >= 20
        return Gap(
            onset: intervals[first].start, delivered: after.delivered, seen: after.seen, until: until,
            seconds: seconds, backSince: until,
            ratio: isKnown ? min(3, max(1, before.seen / before.delivered)) : 1,
            doubt: isKnown ? (1 / before.delivered + 1 / max(1, before.seen)).squareRoot() : 0.1)
    }

    private static func sums(_ intervals: ArraySlice<Interval>) -> (delivered: Double, seen: Double) {
        intervals.reduce((0, 0)) { ($0.0 + Double($1.delivered), $0.1 + Double($1.seen)) }
    }

    mutating func code(_ state: inout StateCoder) {
        var keys = records.keys.sorted()
        state.code(&keys, counts: 0...StreamKey.Level.receiver.capacity)
        guard state.mismatch == nil else { return }
        var all = keys.map { records[$0] ?? Record() }
        for index in keys.indices {
            state.code(&all[index].intervals, counts: 0...Self.kept)
            var gap =
                all[index].gap
                ?? Gap(
                    onset: 0, delivered: 0, seen: 0, until: 0, seconds: 0, backSince: 0, ratio: 1, doubt: 0)
            state.code(&gap)
            all[index].gap = gap.until == 0 ? nil : gap
        }
        guard state.mismatch == nil else { return }
        records = Dictionary(zip(keys, all), uniquingKeysWith: { first, _ in first })
    }
}
