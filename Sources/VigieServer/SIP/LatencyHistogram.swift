/// How long things took, in buckets that are 6 % wide: fixed size, no allocation, mergeable.
public struct LatencyHistogram: Sendable {
    // 16 buckets to each power of two of nanoseconds, up to 2^40 (18 minutes).
    private static let count = 41 * 16
    private var buckets = [UInt64](repeating: 0, count: LatencyHistogram.count)
    /// How many were recorded.
    public private(set) var total: UInt64 = 0
    /// Their sum, nanoseconds.
    public private(set) var sum: UInt64 = 0

    /// Nothing recorded yet.
    public init() {}

    /// Records `times` things that took `nanoseconds` each.
    public mutating func record(nanoseconds: UInt64, times: UInt64 = 1) {
        total &+= times
        sum &+= nanoseconds &* times
        buckets[Self.index(nanoseconds)] &+= times
    }

    /// The time within which `share` of all were done, nanoseconds, rounded up to the bucket's end; 0 when there are none.
    public func quantile(_ share: Double) -> UInt64 {
        guard total > 0 else { return 0 }
        let wanted = UInt64((Double(total) * min(max(share, 0), 1)).rounded(.up))
        var seen: UInt64 = 0
        for index in buckets.indices {
            seen &+= buckets[index]
            if seen >= wanted { return Self.end(of: index) }
        }
        return Self.end(of: Self.count - 1)
    }

    private static func index(_ nanoseconds: UInt64) -> Int {
        guard nanoseconds >= 16 else { return Int(nanoseconds) }
        let exponent = 63 - nanoseconds.leadingZeroBitCount
        let step = Int(nanoseconds >> UInt64(exponent - 4)) & 15
        return min((exponent - 3) * 16 + step, count - 1)
    }

    private static func end(of index: Int) -> UInt64 {
        guard index >= 16 else { return UInt64(index) }
        let exponent = index / 16 + 3
        return (UInt64(16 + index % 16 + 1) << UInt64(exponent - 4)) - 1
    }
}
