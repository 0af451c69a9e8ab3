/// A moment: whole nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Range: the years 1678 to 2262. Left of the server nobody asks a clock: every timestamp comes from the data.
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the Unix epoch; negative before it.
    public var rawValue: Int64

    /// A moment given in nanoseconds since the Unix epoch.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// A moment given in whole seconds since the Unix epoch, plus nanoseconds; saturates at the ends of the range.
    @inlinable
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowsSum) = product.addingReportingOverflow(nanoseconds)
        rawValue = overflow || overflowsSum ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole seconds since the Unix epoch, rounded down.
    @inlinable public var seconds: Int64 {
        let quotient = rawValue / 1_000_000_000
        return rawValue % 1_000_000_000 < 0 ? quotient - 1 : quotient
    }

    /// Nanoseconds after `seconds`, in `0..<1_000_000_000`.
    @inlinable public var nanosecondsOfSecond: Int64 { rawValue &- seconds &* 1_000_000_000 }

    /// Earlier than every other moment.
    public static let distantPast = Timestamp(rawValue: .min)
    /// Later than every other moment.
    public static let distantFuture = Timestamp(rawValue: .max)

    /// Orders by value.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }

    /// Nanoseconds from `other` to this moment; saturates. Durations are 128 bits wide, which shows where every call asks.
    @inlinable
    public func nanoseconds(since other: Timestamp) -> Int64 {
        let (difference, overflow) = rawValue.subtractingReportingOverflow(other.rawValue)
        return overflow ? (rawValue < other.rawValue ? .min : .max) : difference
    }

    /// Seconds from `other` to this moment, with their fraction.
    @inlinable
    public func seconds(since other: Timestamp) -> Double { Double(nanoseconds(since: other)) / 1e9 }

    /// The moment so many whole seconds later; saturates at the ends of the range.
    @inlinable
    public func adding(seconds: Int64) -> Timestamp {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowsSum) = rawValue.addingReportingOverflow(product)
        return Timestamp(rawValue: overflow || overflowsSum ? (seconds < 0 ? .min : .max) : sum)
    }

    /// The moment `duration` later; saturates at the ends of the range.
    @inlinable
    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (sum, overflow) = left.rawValue.addingReportingOverflow(right.wholeNanoseconds)
        return Timestamp(rawValue: overflow ? (right.wholeNanoseconds < 0 ? .min : .max) : sum)
    }

    /// The moment `duration` earlier; saturates at the ends of the range.
    @inlinable
    public static func - (left: Timestamp, right: Duration) -> Timestamp {
        let (difference, overflow) = left.rawValue.subtractingReportingOverflow(right.wholeNanoseconds)
        return Timestamp(rawValue: overflow ? (right.wholeNanoseconds < 0 ? .max : .min) : difference)
    }

    /// The time from `right` to `left`; saturates.
    @inlinable
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.rawValue.subtractingReportingOverflow(right.rawValue)
        return .nanoseconds(overflow ? (left.rawValue < right.rawValue ? .min : .max) : difference)
    }
}

extension Duration {
    /// The whole duration in nanoseconds; saturates beyond 292 years.
    @inlinable public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowsSum) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || overflowsSum ? (seconds < 0 ? .min : .max) : sum
    }

    /// The whole duration in seconds, with its fraction.
    @inlinable public var secondsAsDouble: Double { Double(wholeNanoseconds) / 1e9 }
}
