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
        0.57, 0.47, 0.40, 0.34, 0.31, 0.33, 0.44, 0.64, 0.96, 1.17, 1.27, 1.27, 1.23, 1.20, 1.20, 1.25, 1.35,
        1.51,
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
        return (
            max(0.05, learned * weight + prior * (1 - weight)),
            max(0.03, doubt * weight + 0.35 * (1 - weight))
        )
    }

    mutating func merge(_ other: EmergencySeason) { baseline.merge(other.baseline) }
}
