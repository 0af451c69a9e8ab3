import VigieCalls
import VigieWire

/// What a surge of calls to one number looks like: sums over its callers and calls.
///
/// The sums fade with a half-life of `halfLife`, so that a line that is called steadily never piles up a surge.
struct SurgeSums: Sendable {
    /// One hour: call-backs follow the displayed call by minutes to a few hours.
    static let halfLifeSeconds = 3_600.0

    // Per distinct caller.
    var callers = 0.0
    var firstContacts = 0.0
    var paired = 0.0
    /// Of those, by an ingress that the line's own calls speak against.
    var proven = 0.0
    /// Rung before by this number, which never called before, from an ingress of which nothing is known.
    var unplaced = 0.0
    var known = 0.0
    var sameArea = 0.0
    var otherArea = 0.0
    var foreign = 0.0
    var forged = 0.0
    /// Of the foreign ones, those of the most frequent foreign country.
    var oneForeign = 0.0
    /// Minutes in which a new caller came.
    var minutes = 0.0
    /// Sum over minutes of the square of their new callers; over `callers` it is how many come together.
    var crowding = 0.0

    // Per call.
    var calls = 0.0
    var repeats = 0.0
    var answeredShort = 0.0
    var answeredLong = 0.0
    var unanswered = 0.0
    /// Answered while two earlier ones were being answered: more than a person's line can do.
    var overlapping = 0.0
    /// Calls by the number itself, from where it usually calls.
    var ownCalls = 0.0

    /// Lets `factor` of everything remain.
    mutating func fade(_ factor: Double) {
        callers *= factor
        firstContacts *= factor
        paired *= factor
        proven *= factor
        unplaced *= factor
        known *= factor
        sameArea *= factor
        otherArea *= factor
        foreign *= factor
        forged *= factor
        oneForeign *= factor
        minutes *= factor
        crowding *= factor
        calls *= factor
        repeats *= factor
        answeredShort *= factor
        answeredLong *= factor
        unanswered *= factor
        overlapping *= factor
        ownCalls *= factor
    }

    /// How many new callers come in the same minute, seen by one of them; 1 when each comes alone.
    var together: Double { callers > 0 ? crowding / callers : 0 }
    /// Share of calls that are another try of somebody who called in this surge before.
    var redialShare: Double { calls > 0 ? repeats / calls : 0 }
}

/// How much better a usurped number explains a surge than each innocent story does, in nats.
///
/// Each story is a simple hypothesis with a few probabilities; the usurpation must beat every one of them by its own
/// margin, so that evidence against one story never pays for another. The probabilities are the stated ones below, not
/// fitted: they are wide on purpose, and each sum is capped so that no single feature convicts.
struct SurgeEvidence: Sendable {
    /// Against "this line is always called like this": the line's own past, the network's volume as the clock.
    var quiet = 0.0
    /// Against "a local crowd": a doctor's bookings, a school that closes, a shop. The crowd is known and near.
    var crowd = 0.0
    /// Against "a rush": many want the same of one line at the same time, and try until they are through.
    var rush = 0.0
    /// Against "an announced moment": a contest, a vote, a ticket sale. All at once, and again and again.
    var burst = 0.0
    /// Against "a service line that answers": parallel answers, real conversations.
    var service = 0.0

    /// The margins that a usurpation needs, each in nats.
    struct Margins: Sendable {
        // 10^7 lines, 10^4 independent hours a year: ln(10^11) is 25; base rate 1 % of lines a year (facts B.1) gives
        // back ln(10^5) = 11 for one false surge per million lines and year before the other stories are looked at.
        var quiet = 14.0
        var crowd = 5.0
        var rush = 5.0
        var burst = 2.5
        var service = 2.0
    }

    /// Weighs the sums.
    /// - Parameters:
    ///   - ownPast: calls of this line before the surge.
    ///   - exposure: the share, in `0...1`, of all calls of the network since the watch began that fell in the surge.
    init(_ sums: SurgeSums, ownPast: Double, exposure: Double) {
        // Given all new callers of this line, past and surge, the number that falls in the surge is binomial with the
        // network's own share of calls: no model of hours, days or seasons is needed. Halved, because calls to one
        // line come in clusters of about two (over-dispersion 1.1...2, measured on real counts).
        let inside = sums.callers
        let all = inside + ownPast + 0.5
        let share = inside / all
        let expected = min(max(exposure, 1e-4), 1)
        if share > expected {
            let outside = all - inside
            quiet =
                0.5
                * (inside * Logarithm.natural(share / expected)
                    + (expected < 1
                        ? outside * Logarithm.natural(max((1 - share) / (1 - expected), 1e-9)) : 0))
        }
        quiet += 3 * sums.paired + sums.unplaced

        // Same area as the line (or as most callers when the line has none): usurped 0.12, local crowd 0.85. Other
        // area 0.70 against 0.13. Foreign 0.18 against 0.02. Mobiles say nothing of where they are. Known callers
        // are 0.05 of those who call back and 0.4 of a crowd.
        crowd =
            sums.sameArea * -1.96 + sums.otherArea * 1.68 + min(sums.foreign, 4) * 2.2 + sums.known * -2.08
            + 2.5 * sums.paired
        crowd = min(crowd, 40)

        // Half of a rush is from elsewhere (mobiles, old numbers), but it insists. Same area 0.12 against 0.5, other area
        // 0.70 against 0.45, foreign 0.18 against 0.05; a try again 0.2 against 0.6, a first try 0.8 against 0.4.
        rush =
            sums.sameArea * -1.43 + sums.otherArea * 0.44 + min(sums.foreign, 4) * 1.28 + sums.known * -2.08
            + (sums.calls - sums.repeats) * 0.69 + sums.repeats * -1.1 + 2.5 * sums.paired
        rush = min(rush, 40)

        // A try again: 0.3 against 0.7; a first try 0.7 against 0.3. New callers in one minute: beyond five a minute
        // each is three times likelier under an announced moment.
        burst = (sums.calls - sums.repeats) * 0.85 + sums.repeats * -0.85 + 2 * sums.paired
        burst -= max(0, sums.together - 5) * 1.1

        // Short talk (under a minute) 0.85 against 0.35, long talk 0.15 against 0.65, not answered 0.5 against 0.33,
        // a third call answered in parallel 0.04 against 0.5.
        service =
            sums.answeredShort * 0.89 + sums.answeredLong * -1.47 + sums.unanswered * 0.4
            + sums.overlapping * -2.5 + 1.5 * sums.proven
        service = min(service, 40)
    }

    /// Whether every margin is reached.
    func convicts(_ margins: Margins) -> Bool {
        quiet >= margins.quiet && crowd >= margins.crowd && rush >= margins.rush && burst >= margins.burst
            && service >= margins.service
    }

    /// The smallest excess over its margin.
    func excess(_ margins: Margins) -> Double {
        min(
            quiet - margins.quiet, crowd - margins.crowd, rush - margins.rush, burst - margins.burst,
            service - margins.service)
    }
}
