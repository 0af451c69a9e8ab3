import VigieWire

/// How often each duration was seen, in buckets that are at most 12.5 % wide; two histograms add up to one.
///
/// Milliseconds; below 16 ms exact, then eight buckets an octave up to 37 hours, longer ones in the last bucket. Negative
/// durations (clocks that disagree) count as 0. 1.6 KB, allocated once.
public struct DurationHistogram: Sendable {
    private static let exact = 16
    private static let octaves = 23  // 2^4 ms ... 2^27 ms
    private static let buckets = exact + octaves * 8

    private var counts = [UInt64](repeating: 0, count: buckets)
    /// How many durations.
    public private(set) var count: UInt64 = 0
    /// Sum of all, in milliseconds; saturates.
    public private(set) var totalMilliseconds: UInt64 = 0

    /// Nothing seen yet.
    public init() {}

    /// Adds one.
    public mutating func add(_ duration: Duration) { add(nanoseconds: duration.wholeNanoseconds) }

    /// Adds one, given in nanoseconds.
    public mutating func add(nanoseconds: Int64) {
        let milliseconds = UInt64(max(0, nanoseconds) / 1_000_000)
        counts[Self.bucket(milliseconds)] += 1
        count += 1
        totalMilliseconds =
            totalMilliseconds.addingReportingOverflow(milliseconds).overflow
            ? .max : totalMilliseconds + milliseconds
    }

    /// Adds all that another one saw.
    public mutating func add(_ other: DurationHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        let (sum, overflow) = totalMilliseconds.addingReportingOverflow(other.totalMilliseconds)
        totalMilliseconds = overflow ? .max : sum
    }

    /// The mean; `nil` when nothing was seen.
    public var mean: Duration? {
        count == 0 ? nil : .milliseconds(Int64(clamping: totalMilliseconds / count))
    }

    /// The duration below which a share `fraction` (in `0...1`) of all lies, to the middle of its bucket; `nil` when nothing
    /// was seen.
    public func quantile(_ fraction: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = UInt64((Double(count) * min(1, max(0, fraction))).rounded(.up))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen += counts[index]
            if seen >= max(1, rank) { return .milliseconds((Self.lower(index) + Self.lower(index + 1)) / 2) }
        }
        return nil
    }

    /// Lower bound of each bucket that is not empty, and how many it has, in order.
    public var distribution: [(from: Duration, to: Duration, count: UInt64)] {
        counts.indices.filter { counts[$0] > 0 }.map {
            (.milliseconds(Self.lower($0)), .milliseconds(Self.lower($0 + 1)), counts[$0])
        }
    }

    private static func bucket(_ milliseconds: UInt64) -> Int {
        guard milliseconds >= UInt64(exact) else { return Int(milliseconds) }
        let octave = 63 - milliseconds.leadingZeroBitCount  // 4...
        guard octave < 4 + octaves else { return buckets - 1 }
        return exact + (octave - 4) * 8 + Int(milliseconds >> UInt64(octave - 3) & 7)
    }

    private static func lower(_ bucket: Int) -> Int64 {
        guard bucket >= exact else { return Int64(bucket) }
        let octave = (bucket - exact) / 8 + 4
        return Int64(8 + (bucket - exact) % 8) << Int64(octave - 3)
    }
}
