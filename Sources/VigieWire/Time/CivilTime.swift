/// A date and time of day as written, without a time zone.
///
/// Proleptic Gregorian calendar. The conversion works on a year that begins in March, so that the leap day comes last.
public struct CivilTime: Hashable, Sendable {
    /// The year, of the Gregorian calendar.
    public var year: Int
    /// In `1...12`.
    public var month: Int
    /// In `1...31`.
    public var day: Int
    /// In `0...23`.
    public var hour: Int
    /// In `0...59`.
    public var minute: Int
    /// In `0...60`: a leap second is accepted and counted as the second after.
    public var second: Int
    /// In `0..<1_000_000_000`.
    public var nanosecond: Int

    /// A date and time of day; fields are taken as they are, see `isValid`.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, nanosecond: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.nanosecond = nanosecond
    }

    /// The date and time of day that a clock `offsetSeconds` east of UTC shows at `moment`.
    public init(_ moment: Timestamp, offsetSeconds: Int = 0) {
        let total = moment.seconds &+ Int64(offsetSeconds)
        let days = total >= 0 ? total / 86_400 : (total &- 86_399) / 86_400
        let secondOfDay = Int(total &- days &* 86_400)
        let shifted = days &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = secondOfDay / 3_600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
        nanosecond = Int(moment.nanosecondsOfSecond)
    }

    /// Whether every field is in range and the day exists in its month; years `1...9999`.
    public var isValid: Bool {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= daysInMonth else {
            return false
        }
        return (0...23).contains(hour) && (0...59).contains(minute) && (0...60).contains(second)
            && (0..<1_000_000_000).contains(nanosecond)
    }

    private var daysInMonth: Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01.
    public var dayNumber: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Day of the week, Monday 0 to Sunday 6.
    public var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }

    /// The moment at which a clock `offsetSeconds` east of UTC shows this date and time.
    public func timestamp(offsetSeconds: Int = 0) -> Timestamp {
        let seconds = dayNumber * 86_400 + hour * 3_600 + minute * 60 + second - offsetSeconds
        return Timestamp(seconds: Int64(seconds), nanoseconds: Int64(nanosecond))
    }
}
