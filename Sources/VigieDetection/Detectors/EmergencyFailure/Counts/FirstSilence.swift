import VigieWire

/// Nobody calls at all where on every day so far many called at this hour: all that can be said of missing callers in the first weeks.
///
/// What an hour brings is taken to be the least it brought on any whole day, three days at least. Counts whose variance is twice their
/// mean are 0 with 2^−μ, so μ = log₂ of the intervals between false alarms must be missing without a single call. That takes no
/// habit of weekdays, no shape and no mood, and it sees nothing but silence.
struct FirstSilence: Sendable, BitwiseCopyable {
    /// Days on which an hour must have been seen.
    private static let daysToLearn: UInt8 = 3

    /// The fewest that came in each hour of the day, and on how many days it was seen whole.
    private var fewest: InlineArray<24, UInt16> = InlineArray(repeating: 0)
    private var days: InlineArray<24, UInt8> = InlineArray(repeating: 0)
    private var hour = -1
    private var hourBegan: UInt32 = 0
    private var hourCount = 0.0
    private var hourSeconds = 0
    /// Expected since the last call, at least.
    private(set) var missing = 0.0
    /// Second at which the silence began.
    private(set) var since: UInt32 = 0
    /// What must be missing for an alarm.
    private var threshold = Double.infinity

    /// The silence against its threshold; 1 and above is an alarm.
    var height: Double { missing / threshold }
    /// Evidence beyond the threshold, in nats.
    var excess: Double { (missing - threshold) * 0.693 }

    /// Takes in an interval.
    ///
    /// - Parameters:
    ///   - isNext: nothing is missing between it and the one before.
    ///   - least: share of an ordinary day's counts that may be expected at least.
    mutating func add(
        _ count: Double, start: UInt32, secondOfWeek: Int, seconds: Int, isNext: Bool, least: Double,
        intervalsBetweenAlarms: Double
    ) {
        let hour = secondOfWeek % 86_400 / 3_600
        guard seconds <= 3_600 else { return }
        if hour != self.hour || start &- hourBegan >= 3_600 {
            endHour()
            self.hour = hour
            hourBegan = start
        }
        if count > 0 || !isNext { missing = 0 }
        hourCount += count
        hourSeconds += seconds
        guard count <= 0 else { return }
        if missing <= 0 { since = start }
        threshold = max(20, Logarithm.natural(max(2, intervalsBetweenAlarms)) / 0.693)
        guard days[hour] >= Self.daysToLearn else { return }
        missing += least * Double(fewest[hour]) * Double(seconds) / 3_600
    }

    private mutating func endHour() {
        defer { (hourCount, hourSeconds) = (0, 0) }
        // An hour of which much was not seen, or in which somebody was missing, is not the measure.
        guard hour >= 0, hourSeconds >= 2_700, height < 0.5 else { return }
        let count = UInt16(clamping: Int(hourCount))
        fewest[hour] = days[hour] == 0 ? count : min(fewest[hour], count)
        days[hour] = min(days[hour] + 1, 100)
    }

    mutating func reset() { missing = 0 }
}
