/// The evidence that one cell (origin × landing prefix) has more first-time callers than it should.
///
/// For each of three multiples m of the expected rate λ a CUSUM of the Poisson log-likelihood ratio:
/// S ← max(0, S − (m − 1)·λ·Δt + n·ln m). Page's bound holds for each: the mean time between false alarms at the
/// threshold h is at least e^h minutes while the true rate is at most λ. λ is therefore an upper bound of what was learned,
/// and a minute counts for at most `3 + 3λ` callers, so that one burst alone convicts nobody.
struct FloodCell: Sendable {
    static let multiples: (Float, Float, Float) = (4, 16, 64)
    private static let logs: (Float, Float, Float) = (1.386_294, 2.772_589, 4.158_883)
    static let memoryHours: Float = 14 * 24 / 0.693  // half-life of 14 days

    /// Faded count of callers learned.
    var learned: Float = 0
    /// Callers since the evidence for the smallest multiple last was zero. They are learned once it is zero again, or
    /// once the rest of the traffic explains them; those of a flood never are. So nothing is learned twice or by halves.
    var waiting: Float = 0
    var evidence: (Float, Float, Float) = (0, 0, 0)
    /// Minutes since the lane began, of the last update and of the moment the evidence last left zero.
    var minute: Float = -1
    var since: Float = 0
    /// Until this minute no evidence is gathered: the rest of the traffic has just explained the cell, and asking it
    /// again every minute would cost more than all else.
    var quietUntil: Float = -1

    /// The strongest of the three.
    var strongest: Float { max(evidence.0, max(evidence.1, evidence.2)) }

    /// An upper bound of the rate a minute, from `exposure` hours of learning; `factor` is the hour's place in the season.
    func rate(exposure: Float, factor: Float) -> Float {
        let bound = learned + 1 + 2 * (learned + 1).squareRoot()
        return max(bound / max(exposure, 0.5) * factor, 0.2) / 60
    }

    /// Takes in the callers of one minute; `now` is in minutes since the lane began. `ceiling` keeps an end in sight.
    mutating func add(_ callers: Float, at now: Float, rate: Float, ceiling: Float) {
        let elapsed = minute < 0 ? 1 : max(0, now - minute)
        if now < quietUntil {
            learnWaiting()
            learned += callers
            if elapsed > 0, minute >= 0 { learned *= max(0, 1 - elapsed / 60 / Self.memoryHours) }
            minute = now
            return
        }
        let limit = 3 + 3 * rate * max(1, min(elapsed, 1))
        let counted = min(callers, limit)
        if elapsed * 3 * rate > strongest { since = now - 1 }
        if elapsed * 3 * rate >= evidence.0 { learnWaiting() }
        waiting += callers
        evidence.0 = min(ceiling, max(0, evidence.0 - 3 * rate * elapsed) + counted * Self.logs.0)
        evidence.1 = min(ceiling, max(0, evidence.1 - 15 * rate * elapsed) + counted * Self.logs.1)
        evidence.2 = min(ceiling, max(0, evidence.2 - 63 * rate * elapsed) + counted * Self.logs.2)
        if elapsed > 0, minute >= 0 { learned *= max(0, 1 - elapsed / 60 / Self.memoryHours) }
        minute = now
    }
}

extension FloodCell {
    /// Takes what waited for what is usual.
    mutating func learnWaiting() {
        learned += waiting
        waiting = 0
    }
}

/// What is known of one leaf: callers of one country on one trunk to one landing of three digits.
struct FloodLeaf: Sendable {
    static let recentMinutes: Float = 120

    /// Faded counts over weeks: first-contact calls that count, and calls between numbers that know each other.
    var fresh: Float = 0
    var known: Float = 0
    /// The same, faded over two hours, and first-contact calls of callers that had used up their share.
    var freshNow: Float = 0
    var knownNow: Float = 0
    var heavyNow: Float = 0
    var minute: Float = -1
    /// The strongest evidence of the leaf's cells when it was last counted.
    var suspicion: Float = 0
    /// This minute's, not yet taken in.
    var pending: (fresh: UInt16, known: UInt16, heavy: UInt16) = (0, 0, 0)

    /// Lets time pass.
    mutating func fade(to now: Float) {
        guard minute >= 0, now > minute else {
            minute = max(minute, now)
            return
        }
        let elapsed = now - minute
        // 1/(1 + x + x²/2) follows e^-x closely over the minutes between two calls.
        let x = elapsed / Self.recentMinutes
        let fast = 1 / (1 + x + x * x / 2)
        freshNow *= fast
        knownNow *= fast
        heavyNow *= fast
        let slow = max(0, 1 - elapsed / 60 / FloodCell.memoryHours)
        fresh *= slow
        known *= slow
        minute = now
    }
}

/// The volume of one origin: this hour's first-contact callers and what hours usually bring.
struct FloodRow: Sendable {
    static let nowMinutes: Float = 60
    var thisHour: Float = 0
    var total: Float = 0
    /// Callers faded over an hour, as of `minute`.
    var now: Float = 0
    var minute: Float = 0
    /// This hour's upper expectation over the mean; set at the turn of the hour.
    var factor: Float = 4
    var baseline = SeasonalBaseline()

    /// Counts callers at `minute`; what stands out counts for less in what is learned.
    mutating func add(_ callers: Float, weight: Float, at minute: Float) {
        now = recent(at: minute) + callers
        self.minute = minute
        thisHour += callers * weight
        total += callers * weight
    }

    /// Callers of about the last hour.
    func recent(at minute: Float) -> Float {
        // 1/(1 + x + x²/2) follows e^-x closely enough over the minutes between two calls.
        let x = max(0, minute - self.minute) / Self.nowMinutes
        return now / (1 + x + x * x / 2)
    }
}
