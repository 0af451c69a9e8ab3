import VigieWire

/// Whether many more people call than usual: a cumulative likelihood ratio of over-dispersed counts, for two sizes of rush.
///
/// Counts are taken as negative binomial with mean μ and variance dμ; a rush has r times the mean and the same size k = μ/(d − 1). The
/// sum of ln LR = n·ln(rd / (1 + r(d − 1))) − μ·ln((1 + r(d − 1)) / d) / (d − 1), never below 0, passes h by chance with e^−h at most for each call
/// at which a rush could have begun (Page 1954). The mean is raised by what is not known of it.
struct RushTest: Sendable {
    /// Evidence in nats for a rush: where a nation's 404 cells bring 130 callers a minute, about one by chance in three months.
    static let certain = 16.5
    /// Evidence for a place within a nation or a department that is rushed: it very likely takes part.
    static let within = 3.0
    /// The same within a service, which may be rushed in some regions only.
    static let withinService = 6.0
    /// Evidence for places of one service that are rushed together: three in ten thousand each, so that five are a storm and no chance.
    static let together = 8.0
    static let company = 5
    /// Callers over those expected of the last quarter of an hour: below this a rush is over.
    static let least = 1.5
    /// Doubts (standard deviations) by which the mean is raised: on a first day, which knows no hour twice, by a third.
    private static let caution = 1.0
    /// A rush that lasted for hours does not outlast itself, nor does what is left of one join with chance hours later.
    private static let most = certain + 4
    private static let memoryMinutes = 120.0
    private static let sizes = SIMD2(1.7, 3.5)

    private var sums = SIMD2<Double>.zero
    private var came = 0.0
    private var weighted = 0.0
    private var minutes = 0.0

    /// Evidence that many more call now than usual, in nats.
    var evidence: Double { sums.max() }

    /// Callers and minutes, each weighed by the season's factor, that wait for the end of their minute.
    mutating func wait(came: Double, weighted: Double, minutes: Double) {
        self.came += came
        self.weighted += weighted
        self.minutes += minutes
    }

    /// Takes what waited, where `level` callers a minute are usual, which may be wrong by `doubt` (a share of it, one standard deviation).
    mutating func take(level: Double, doubt: Double, dispersion: Double) {
        sums *= max(0, 1 - minutes / Self.memoryMinutes)
        let mean = level * weighted * (1 + Self.caution * doubt)
        let spread = max(1.05, dispersion)
        for size in 0..<2 {
            let odds = 1 + Self.sizes[size] * (spread - 1)
            let gain = came * Logarithm.natural(Self.sizes[size] * spread / odds)
            let cost = mean * Logarithm.natural(odds / spread) / (spread - 1)
            sums[size] = min(Self.most, max(0, sums[size] + gain - cost))
        }
        (came, weighted, minutes) = (0, 0, 0)
    }

    /// Callers of the last quarter of an hour over those expected: a rush that is over is forgotten.
    mutating func end(load: Double) {
        if load < 1.2, evidence > Self.certain { sums = .zero }
    }
}
