public import VigieWire

/// Says which hour of the week it is where the callers live: Central European Time with summer time, or the time of another zone.
///
/// Central Europe's rule since 1996 (directive 2000/84/EC): summer time runs from the last Sunday of March to the last Sunday of October,
/// each 01:00 UTC; before, it ended with September. The present stretch is kept, so asking is two comparisons.
public struct LocalClock: Sendable {
    private var from = Int64.max
    private var until = Int64.min
    private var offset: Int64 = 3_600
    private let zone: TimeZoneOffsets?

    /// A clock that has not been asked yet.
    ///
    /// - Parameter zone: an IANA name or an offset (`+02:00`); a zone that nobody knows is Central Europe.
    public init(zone: String = LocalClock.centralEurope) {
        self.zone = zone == Self.centralEurope ? nil : TimeZoneOffsets(zone)
    }

    /// The zone whose rule is built in.
    public static let centralEurope = "Europe/Paris"

    /// Seconds east of UTC at `moment`.
    public mutating func offsetSeconds(at moment: Timestamp) -> Int {
        let seconds = moment.seconds
        if seconds < from || seconds >= until { turn(to: seconds) }
        return Int(offset)
    }

    /// Hour of the week, Monday 0 h is 0, Sunday 23 h is 167.
    public mutating func hourOfWeek(at moment: Timestamp) -> Int {
        let local = moment.seconds + Int64(offsetSeconds(at: moment))
        let hours = (local >= 0 ? local : local - 3_599) / 3_600
        return Int(((hours + 72) % 168 + 168) % 168)  // 1970-01-01 was a Thursday
    }

    private mutating func turn(to seconds: Int64) {
        if let zone {
            // Every zone of the last fifty years turns at a whole quarter of an hour UTC.
            from = (seconds >= 0 ? seconds : seconds - 899) / 900 * 900
            until = from + 900
            offset = zone.offset(atUTC: seconds)
            return
        }
        let year = CivilTime(Timestamp(seconds: seconds)).year
        let spring = Self.lastSunday(year: year, month: 3)
        let autumn = Self.lastSunday(year: year, month: year < 1996 ? 9 : 10)
        if seconds < spring {
            (from, until, offset) = (
                Self.lastSunday(year: year - 1, month: year - 1 < 1996 ? 9 : 10), spring, 3_600
            )
        } else if seconds < autumn {
            (from, until, offset) = (spring, autumn, 7_200)
        } else {
            (from, until, offset) = (autumn, Self.lastSunday(year: year + 1, month: 3), 3_600)
        }
    }

    private static func lastSunday(year: Int, month: Int) -> Int64 {
        let last = CivilTime(year: year, month: month, day: month == 9 ? 30 : 31, hour: 1)
        return last.timestamp().seconds - Int64((last.weekday + 1) % 7) * 86_400
    }
}
