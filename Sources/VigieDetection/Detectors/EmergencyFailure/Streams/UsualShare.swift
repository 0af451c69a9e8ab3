/// Learns which share of attempts goes some way on ordinary days, over about two weeks.
struct UsualShare: Sendable {
    private var attempts: Float = 0
    private var cases: Float = 0
    /// Of the present hour; learned when it is over and nothing was wrong.
    private var hourAttempts: Float = 0
    private var hourCases: Float = 0

    /// How far hours swing around the share beyond chance: squares of what came over what was expected, and of the latter.
    private var swings: Float = 0
    private var swingWeight: Float = 0

    /// Taken for usual before hours were seen: a standard deviation of a third of the share, as if seen in as many expected cases.
    private static let priorSwing: Float = 0.12
    private static let priorWeight: Float = 100
    /// Attempts that weigh at most, so that years do not freeze it.
    private static let memory: Float = 200_000

    mutating func count(_ isCase: Bool, weight: Float = 1) {
        hourAttempts += weight
        if isCase { hourCases += weight }
    }

    /// Ends the hour: learns it, or forgets it when something was wrong.
    mutating func endHour(learns: Bool) {
        defer { (hourAttempts, hourCases) = (0, 0) }
        guard learns else { return }
        let fade: Float = 1 - 1 / 336  // two weeks of hours
        if attempts > 500 {
            let expected = max(0.05, cases / attempts * hourAttempts)
            let square = (hourCases - expected) * (hourCases - expected) - hourCases
            // One hour in which everything was wrong does not set the measure.
            swings = swings * fade + min(square, 2 * expected * expected + 4)
            swingWeight = swingWeight * fade + expected * expected
        }
        attempts = attempts * fade + hourAttempts
        cases = cases * fade + hourCases
        if attempts > Self.memory {
            cases *= Self.memory / attempts
            attempts = Self.memory
        }
    }

    /// Attempts that were learned.
    var learned: Double { Double(attempts) }

    /// The share, leaning on `parent` as if it had been seen in `strength` attempts.
    func share(parent: Double, strength: Double) -> Double {
        (Double(cases) + strength * parent) / (Double(attempts) + strength)
    }

    /// The share with some standard deviations of doubt on top: what a test may take for usual.
    func cautious(parent: Double, strength: Double, deviations: Double = 1) -> Double {
        let share = share(parent: parent, strength: strength)
        return share + deviations * (share * (1 - share) / (Double(attempts) + strength)).squareRoot()
    }

    /// By how much the share is higher in an hour as bad as one in two hundred.
    var badHour: Double {
        let square =
            (swings + Self.priorSwing * Self.priorWeight) / (swingWeight + Self.priorWeight)
        let deviation = Logarithm.ofOnePlus(Double(max(0, square))).squareRoot()
        return Logarithm.exponential(min(1.5, 2.5 * deviation))
    }

    mutating func merge(_ other: UsualShare) {
        attempts += other.attempts
        cases += other.cases
        hourAttempts += other.hourAttempts
        hourCases += other.hourCases
        swings += other.swings
        swingWeight += other.swingWeight
    }
}
