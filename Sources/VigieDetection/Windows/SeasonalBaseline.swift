/// Learns how many events an hour of the week brings, and says what to expect, with how much doubt.
///
/// Three levels lend each other strength: the hour of the week, the hour of a working or weekend day, the overall mean.
/// A level speaks in proportion to the weeks it has seen. Counts are over-dispersed, so the answer is a mean with a
/// quasi-Poisson variance φ·μ, plus the doubt about the mean itself, which is what makes a cold start quiet. φ is learned.
/// Hours that stand out are learned with less weight (Farrington's down-weighting), so an incident does not become usual.
public struct SeasonalBaseline: Sendable {
    /// What to expect of an hour; a negative binomial with this mean and variance.
    public struct Expectation: Sendable {
        /// Events an hour.
        public var mean: Double
        /// Of the count in one hour, doubt about the mean included; at least `mean`.
        public var variance: Double
        /// Standard deviation of the mean itself.
        public var doubt: Double
        /// Mean plus `deviations` standard deviations.
        public func upper(_ deviations: Double) -> Double { mean + deviations * variance.squareRoot() }
    }

    private static let memoryWeeks: Float = 8  // an hour of the week is averaged over about as many weeks
    // A level's own voice equals the wider level's after as many observations.
    private static let lentWeeks = 2.0
    private var hourOfWeek: InlineArray<168, Float> = InlineArray(repeating: 0)
    private var weeks: InlineArray<168, Float> = InlineArray(repeating: 0)
    private var hourOfDay: InlineArray<48, Float> = InlineArray(repeating: 0)
    private var days: InlineArray<48, Float> = InlineArray(repeating: 0)
    private var overall: Float = 0
    private var hours: Float = 0
    private var dispersion: Float = 1.5

    /// Knows nothing.
    public init() {}

    /// Hours learned so far.
    public var hoursLearned: Double { Double(hours) }
    /// Events an hour on average; 0 before anything was learned.
    public var mean: Double { Double(overall) }
    /// Variance over mean of the counts around their expectation.
    public var varianceToMean: Double { Double(dispersion) }

    private static func dayClass(_ hour: Int) -> Int { hour % 24 + (hour >= 120 ? 24 : 0) }

    /// What the hour of the week (`0...167`) should bring.
    public func expectation(hourOfWeek hour: Int) -> Expectation {
        let hour = min(max(hour, 0), 167)
        let day = Self.dayClass(hour)
        let ownDays = Double(days[day])
        let ownWeeks = Double(weeks[hour])
        // The wide prior: with no hour learned, anything up to thousands is possible.
        guard hours > 0 else { return Expectation(mean: 1, variance: 1e6, doubt: 1e3) }
        let level = Double(overall)
        let byDay = (Double(hourOfDay[day]) * ownDays + level * Self.lentWeeks) / (ownDays + Self.lentWeeks)
        let mean =
            (Double(hourOfWeek[hour]) * ownWeeks + byDay * Self.lentWeeks) / (ownWeeks + Self.lentWeeks)
        // How far the truth can be from the mean: a daily curve swings by about its own size until the hour was seen.
        let seen = ownDays + 2 * ownWeeks
        let relative = 1.5 / (1 + seen)
        let fewHours =
            Double(dispersion) * max(mean, byDay, 0.3 * level, 0.05) / max(0.25, min(Double(hours), seen + 1))
        let doubt = relative * relative * mean * mean + fewHours
        return Expectation(
            mean: max(mean, 0.01), variance: Double(dispersion) * max(mean, 0.01) + doubt,
            doubt: doubt.squareRoot())
    }

    /// Learns that an hour of the week brought `count` events over `exposure` hours (`0...1`).
    public mutating func learn(count: Double, hourOfWeek hour: Int, exposure: Double = 1) {
        guard exposure > 0.01, count >= 0, (0..<168).contains(hour) else { return }
        let expected = expectation(hourOfWeek: hour)
        let rate = count / exposure
        let deviation = (rate - expected.mean) / max(0.3, (expected.variance / exposure).squareRoot())
        // Full weight within 2.6 standard deviations, then as the inverse square (Noufaily 2013); young baselines learn all.
        let isYoung = hours < 24
        let weight = Float(
            (isYoung || deviation < 2.6 ? 1 : (2.6 / deviation) * (2.6 / deviation)) * exposure)
        if hours >= 48, weights(hour) >= 2 {
            let residual = (rate - expected.mean) * (rate - expected.mean) / max(0.2, expected.mean)
            dispersion += 0.02 * weight * (Float(min(residual, 12)) - dispersion)
            dispersion = min(max(dispersion, 1), 50)
        }
        let day = Self.dayClass(hour)
        Self.average(&hourOfWeek[hour], &weeks[hour], rate, weight, limit: Self.memoryWeeks)
        Self.average(&hourOfDay[day], &days[day], rate, weight, limit: Self.memoryWeeks * 5)
        Self.average(&overall, &hours, rate, weight, limit: Self.memoryWeeks * 168)
    }

    private func weights(_ hour: Int) -> Float { weeks[hour] + days[Self.dayClass(hour)] }

    private static func average(
        _ mean: inout Float, _ total: inout Float, _ value: Double, _ weight: Float, limit: Float
    ) {
        total = min(total + weight, limit)
        if total > 0 { mean += (Float(value) - mean) * weight / total }
    }

    /// Adds what `other` learned: another node's part of the same traffic, so rates add up.
    public mutating func merge(_ other: SeasonalBaseline) {
        for hour in 0..<168 {
            hourOfWeek[hour] += other.hourOfWeek[hour]
            weeks[hour] = max(weeks[hour], other.weeks[hour])
        }
        for day in 0..<48 {
            hourOfDay[day] += other.hourOfDay[day]
            days[day] = max(days[day], other.days[day])
        }
        overall += other.overall
        hours = max(hours, other.hours)
        dispersion = max(dispersion, other.dispersion)
    }
}
