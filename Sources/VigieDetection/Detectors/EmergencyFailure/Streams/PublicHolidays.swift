import VigieCalls
import VigieWire

/// Public holidays, on which fewer people work and fewer call.
enum PublicHolidays {
    /// Whether a local date is one where the callers live: France's (Code du travail L3133-1), or the federal ones of the United States,
    /// or those of England; with the days between Christmas and New Year on which offices stand still.
    static func contains(_ date: CivilTime, home: Country = .france) -> Bool {
        let (month, day) = (date.month, date.day)
        switch (month, day) {
        case (1, 1), (12, 24...31): return true
        default: break
        }
        let easter = CivilTime(year: date.year, month: month, day: day).dayNumber - easterDay(date.year)
        switch home.description {
        case "US": return isFederal(date) || isObserved(date) || easter == 0
        case "GB": return isBankHoliday(date) || easter == -2 || easter == 1
        default: break
        }
        switch (month, day) {
        case (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11): return true
        default: return [1, 39, 50].contains(easter)
        }
    }

    // 5 U.S.C. 6103; the Friday behind Thanksgiving is free for most.
    private static func isFederal(_ date: CivilTime) -> Bool {
        let isMonday = date.weekday == 0
        switch date.month {
        case 1, 2: return isMonday && (15...21).contains(date.day)
        case 5: return isMonday && date.day >= 25
        case 6: return date.day == 19 && date.year >= 2021
        case 7: return date.day == 4
        case 9: return isMonday && date.day <= 7
        case 10: return isMonday && (8...14).contains(date.day)
        case 11:
            return date.day == 11 || date.weekday == 3 && (22...28).contains(date.day)
                || date.weekday == 4 && (23...29).contains(date.day)
        default: return false
        }
    }

    // A federal holiday on a Sunday is kept on the Monday, one on a Saturday on the Friday (5 U.S.C. 6103(b), Executive Order 11582).
    private static func isObserved(_ date: CivilTime) -> Bool {
        switch (date.month, date.day, date.weekday) {
        case (1, 2, 0), (7, 5, 0), (11, 12, 0), (7, 3, 4), (11, 10, 4): true
        case (6, 20, 0), (6, 18, 4): date.year >= 2021
        default: false
        }
    }

    private static func isBankHoliday(_ date: CivilTime) -> Bool {
        let isMonday = date.weekday == 0
        switch date.month {
        case 5: return isMonday && (date.day <= 7 || date.day >= 25)
        case 8: return isMonday && date.day >= 25
        // New Year's Day on a weekend is kept on the Monday (Banking and Financial Dealings Act 1971).
        case 1: return isMonday && date.day <= 3
        default: return false
        }
    }

    // The day number of Easter Sunday (Gregorian computus of Butcher, 1876).
    private static func easterDay(_ year: Int) -> Int {
        let a = year % 19
        let b = year / 100
        let c = year % 100
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let month = (h + l - 7 * m + 114) / 31
        let day = (h + l - 7 * m + 114) % 31 + 1
        return CivilTime(year: year, month: month, day: day).dayNumber
    }
}
