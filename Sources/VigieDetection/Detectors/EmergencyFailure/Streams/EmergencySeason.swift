import VigieCalls
import VigieWire

/// How busy emergency numbers are at a moment against their mean: by hour of the week, feasts apart.
///
/// One season for each service and one for all; places lend each other strength by sharing it. Until it is learned, a day shaped
/// like France's: fewest calls at four, most at seven in the evening.
struct EmergencySeason: Sendable {
    private var baseline = SeasonalBaseline()
    private var hourCount = 0.0

    /// Share of a day's calls by hour, times 24.
    private static let usualDay: [Double] = [
        0.57, 0.47, 0.40, 0.34, 0.31, 0.33, 0.44, 0.64, 0.96, 1.17, 1.27, 1.27, 1.23, 1.20, 1.20, 1.25, 1.35, 1.51,
        1.66, 1.75, 1.58, 1.32, 1.02, 0.77,
    ]

    mutating func learn(callers: Double, hourOfWeek hour: Int, exposure: Double) {
        baseline.learn(count: callers, hourOfWeek: hour, exposure: exposure)
    }

    /// Hours learned so far.
    var hours: Double { baseline.hoursLearned }

    /// Factor on the mean at a minute of the week, and how far it may be wrong (one standard deviation over the factor).
    func factor(minuteOfWeek minute: Int) -> (factor: Double, doubt: Double) {
        let position = Double(minute) - 30
        let before = Int((position / 60).rounded(.down))
        let part = position / 60 - Double(before)
        let early = usual(hour: before + 168)
        let late = usual(hour: before + 169)
        return (
            early.factor * (1 - part) + late.factor * part, early.doubt * (1 - part) + late.doubt * part
        )
    }

    private func usual(hour: Int) -> (factor: Double, doubt: Double) {
        let prior = Self.usualDay[hour % 24]
        let hours = baseline.hoursLearned
        guard hours >= 24, baseline.mean > 0 else { return (prior, 0.35) }
        let expected = baseline.expectation(hourOfWeek: hour % 168)
        let learned = expected.mean / baseline.mean
        // The first week leans on the usual day; from then on what was learned speaks.
        let weight = min(1, (hours - 12) / 156)
        let doubt = min(0.35, expected.doubt / max(0.1, expected.mean))
        return (max(0.05, learned * weight + prior * (1 - weight)), max(0.03, doubt * weight + 0.35 * (1 - weight)))
    }

    mutating func merge(_ other: EmergencySeason) { baseline.merge(other.baseline) }
}

/// French public holidays, on which fewer people work and fewer call.
enum PublicHolidays {
    /// Whether a local date is one (Code du travail L3133-1), or the day between Christmas and New Year on which offices stand still.
    static func contains(year: Int, month: Int, day: Int) -> Bool {
        switch (month, day) {
        case (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 31): return true
        default: break
        }
        let easter = easterDay(year)
        let date = CivilTime(year: year, month: month, day: day).dayNumber
        return [1, 39, 50].contains(date - easter)
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
