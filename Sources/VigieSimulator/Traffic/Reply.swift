import VigieCalls
import VigieWire

/// How a call ends up, as probabilities; what is left of 1 is answered by a person.
struct Reply: Sendable {
    var voicemail = 0.08
    var noAnswer = 0.11
    var busy = 0.055
    var givesUp = 0.085
    var declined = 0.008
    var unallocated = 0.004
    var incomplete = 0.0
    var networkFailure = 0.012
    /// Talk time: a mixture of a short word and a conversation, medians in seconds.
    var shortShare = 0.28
    var shortMedian = 14.0
    var longMedian = 95.0
    var longSpread = 1.15
    /// Who hangs up after talk.
    var callerReleases = 0.56

    static let person = Reply()
    /// A fixed line in daytime: more rings in vain, fewer machines.
    static let fixedLine = Reply(voicemail: 0.05, noAnswer: 0.15, busy: 0.07, givesUp: 0.09, longMedian: 120)
    static let business = Reply(
        voicemail: 0.05, noAnswer: 0.06, busy: 0.10, givesUp: 0.07, declined: 0, shortShare: 0.2,
        shortMedian: 25,
        longMedian: 130, longSpread: 0.9, callerReleases: 0.62)
    static let callCentre = Reply(
        voicemail: 0.01, noAnswer: 0.01, busy: 0.03, givesUp: 0.10, declined: 0, shortShare: 0.1,
        shortMedian: 30,
        longMedian: 240, longSpread: 0.8, callerReleases: 0.6)
    static let abroad = Reply(
        voicemail: 0.06, noAnswer: 0.13, busy: 0.06, givesUp: 0.11, unallocated: 0.008, networkFailure: 0.03,
        shortShare: 0.2, shortMedian: 18, longMedian: 190, longSpread: 1.2)
    /// Nobody there: the exchange says so.
    static let nobody = Reply(
        voicemail: 0, noAnswer: 0.04, busy: 0.01, givesUp: 0.05, declined: 0, unallocated: 0.88,
        networkFailure: 0.01)
}

extension SimulatedCall {
    /// Decides what becomes of the call, and when.
    mutating func resolve(_ reply: Reply, random: inout SeededRandom) {
        var left = random.unit()
        func falls(_ share: Double) -> Bool {
            left -= share
            return left < 0
        }
        let setup = random.within(300...1_900)  // milliseconds to ringing, or to a refusal
        if falls(reply.unallocated) {
            fail(404, 1, .network, after: setup)
        } else if falls(reply.incomplete) {
            // The caller stopped typing: the last digits are missing.
            let missing = random.within(1...3)
            if called.isE164, called.count > 9,
                let short = PhoneNumber(e164: called.leading(called.count - missing))
            {
                called = short
            }
            fail(484, 28, .network, after: setup)
        } else if falls(reply.networkFailure) {
            switch random.below(10) {
            case 0...3: fail(503, 34, .network, after: setup)
            case 4...5: fail(503, 42, .network, after: setup)
            case 6: fail(500, 41, .network, after: setup)
            case 7: fail(502, 38, .network, after: setup)
            case 8: fail(504, 102, .network, after: random.within(6_000...32_000))
            default: fail(480, 20, .network, after: setup + 3_000)
            }
        } else if falls(reply.busy) {
            fail(486, 17, .called, after: setup)
        } else {
            ring(reply, setup: setup, left: left, random: &random)
        }
    }

    private mutating func ring(_ reply: Reply, setup: Int, left: Double, random: inout SeededRandom) {
        var left = left
        func falls(_ share: Double) -> Bool {
            left -= share
            return left < 0
        }
        ringing = start + .milliseconds(setup)
        if falls(reply.declined) {
            fail(603, 21, .called, after: setup + random.within(1_500...9_000))
        } else if falls(reply.noAnswer) {
            fail(480, 19, .network, after: setup + random.within(30_000...62_000))
        } else if falls(reply.givesUp) {
            let patience = min(58_000, random.logNormal(median: 13_000, spread: 0.7))
            fail(487, 16, .caller, after: setup + Int(patience))
        } else if falls(reply.voicemail) {
            // The machine takes over after five rings; most callers leave at the beep.
            let talk =
                random.chance(0.6)
                ? random.within(1_800...6_500) : Int(random.logNormal(median: 24_000, spread: 0.6))
            answered(after: setup + random.within(19_000...26_000), talk: talk, releasedBy: .caller)
        } else {
            let ring = min(42_000, random.logNormal(median: 8_500, spread: 0.62))
            let isShort = random.chance(reply.shortShare)
            let talk =
                isShort
                ? random.logNormal(median: reply.shortMedian * 1_000, spread: 0.65)
                : random.logNormal(median: reply.longMedian * 1_000, spread: reply.longSpread)
            answered(
                after: setup + Int(ring), talk: max(900, Int(min(talk, 14_000_000))),
                releasedBy: random.chance(reply.callerReleases) ? .caller : .called)
        }
    }

    /// Ends the attempt without an answer, so many milliseconds after its start.
    mutating func fail(_ sipStatus: UInt16, _ q850: UInt8, _ releasedBy: ReleasedBy, after milliseconds: Int)
    {
        self.sipStatus = sipStatus
        self.q850 = q850
        self.releasedBy = releasedBy
        answer = nil
        if let ringing, ringing > start + .milliseconds(milliseconds) { self.ringing = nil }
        end = start + .milliseconds(milliseconds)
    }

    /// Answers the attempt, so many milliseconds after its start, for so many milliseconds of talk.
    mutating func answered(after milliseconds: Int, talk: Int, releasedBy: ReleasedBy) {
        let moment = start + .milliseconds(milliseconds)
        if ringing == nil { ringing = start + .milliseconds(milliseconds / 3) }
        answer = moment
        end = moment + .milliseconds(talk)
        sipStatus = 200
        q850 = 16
        self.releasedBy = releasedBy
    }
}
