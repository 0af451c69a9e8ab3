public import VigieWire

/// The clock on the wall in metropolitan France.
///
/// Since 1996 (directive 2000/84/EC) summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC.
public enum ParisClock {
    /// Seconds east of UTC at a moment: 3,600 or 7,200.
    public static func offsetSeconds(at moment: Timestamp) -> Int {
        let year = CivilTime(moment).year
        let seconds = Int(moment.seconds)
        let begins = lastSunday(year, month: 3) * 86_400 + 3_600
        let ends = lastSunday(year, month: 10) * 86_400 + 3_600
        return seconds >= begins && seconds < ends ? 7_200 : 3_600
    }

    /// The date and time that the clock shows.
    public static func civil(_ moment: Timestamp) -> CivilTime {
        CivilTime(moment, offsetSeconds: offsetSeconds(at: moment))
    }

    /// The moment at which the clock shows this date and time (the first one when it shows it twice).
    public static func moment(_ civil: CivilTime) -> Timestamp {
        let summer = civil.timestamp(offsetSeconds: 7_200)
        return offsetSeconds(at: summer) == 7_200 ? summer : civil.timestamp(offsetSeconds: 3_600)
    }

    /// The moment at which the clock shows this date and time.
    static func moment(_ year: Int, _ month: Int, _ day: Int, hour: Double = 0) -> Timestamp {
        moment(CivilTime(year: year, month: month, day: day)) + .seconds(Int64(hour * 3_600))
    }

    private static func lastSunday(_ year: Int, month: Int) -> Int {
        let last = CivilTime(year: year, month: month, day: 31)
        return last.dayNumber - (last.weekday + 1) % 7
    }
}
