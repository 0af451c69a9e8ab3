/// Learns which share of attempts goes some way on ordinary days, over about two weeks.
struct UsualShare: Sendable {
    private var attempts: Float = 0
    private var cases: Float = 0
    /// Of the present hour; learned when it is over and nothing was wrong.
    private var hourAttempts: Float = 0
    private var hourCases: Float = 0

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

    /// The share with one standard deviation of doubt on top: what a test may take for usual.
    func cautious(parent: Double, strength: Double) -> Double {
        let share = share(parent: parent, strength: strength)
        return share + (share * (1 - share) / (Double(attempts) + strength)).squareRoot()
    }

    mutating func merge(_ other: UsualShare) {
        attempts += other.attempts
        cases += other.cases
        hourAttempts += other.hourAttempts
        hourCases += other.hourCases
    }
}
