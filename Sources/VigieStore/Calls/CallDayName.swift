import VigieWire

/// Days of calls: whole days since 1970 UTC, and their names.
enum CallDayName {
    static let seconds: Int64 = 86_400

    /// The UTC day on which `moment` lies.
    static func day(of moment: Timestamp) -> Int64 {
        let total = moment.seconds
        return total >= 0 ? total / seconds : (total - seconds + 1) / seconds
    }

    static func start(_ day: Int64) -> Timestamp {
        Timestamp(seconds: day.multipliedReportingOverflow(by: seconds).partialValue)
    }

    /// `2009-02-17`.
    static func name(_ day: Int64) -> String {
        let civil = CivilTime(start(day))
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2)
    }

    /// The days whose calls are kept at `now`: the retention's, today among them, and tomorrow.
    static func accepted(at now: Timestamp, retention: StoreRetention) -> ClosedRange<Int64> {
        let today = day(of: now)
        let kept = Int64(min(max(retention.callDays, 1), 36_500))
        return (today - kept)...(today + 1)
    }
}

/// Tells an old store from a clock that jumped: days are removed when the clock agrees with the calls, or has gone on for an hour.
struct SweepClock: Sendable {
    private var suspectedAt: Timestamp?

    /// Whether `days` days that are over may be removed; otherwise why not.
    mutating func mayRemove(_ days: Int, newest: Int64?, now: Timestamp) -> (Bool, String?) {
        guard days > 0, let newest else { return (true, nil) }
        // Calls came yesterday or today: the clock is what the calls say.
        guard CallDayName.day(of: now) - newest > 2 else {
            suspectedAt = nil
            return (true, nil)
        }
        guard let since = suspectedAt, since <= now else {
            suspectedAt = now
            return (false, Self.reason(newest))
        }
        return now - since >= .seconds(3_600) ? (true, nil) : (false, Self.reason(newest))
    }

    private static func reason(_ newest: Int64) -> String {
        "the clock is more than two days after the last stored call (\(CallDayName.name(newest))): "
            + "old calls are kept for an hour more, in case the clock jumped"
    }
}
