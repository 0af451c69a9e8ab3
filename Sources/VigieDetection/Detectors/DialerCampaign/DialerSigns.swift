import VigieCalls

/// The signs that a run of calls shows, and how strong they are together.
struct DialerSigns: Sendable {
    /// One bit for each `DialerSign`, in the order of its cases.
    private(set) var bits: UInt16 = 0
    /// Nats of the strongest sign that people's calls do not show by chance.
    private(set) var strongest = 0.0
    private(set) var strongCount = 0

    private static let order: [DialerSign] = DialerSign.allCases

    /// Adds a sign by its place in `DialerSign.allCases`.
    private mutating func add(_ sign: DialerSign) {
        if let place = Self.order.firstIndex(of: sign) { bits |= 1 << UInt16(place) }
    }

    /// Whether there is a sign that no crowd of honest callers shows.
    var isForgedOrInRow: Bool {
        Self.order.enumerated().contains {
            bits >> UInt16($0.offset) & 1 == 1
                && [.sequential, .neighbour, .unallocated, .malformed].contains($0.element)
        }
    }

    /// Whether the calls end as machines' calls do: in silence, at once, or never answered.
    func isOddlyShort(_ run: borrowing DialerRun) -> Bool {
        guard run.answered >= 0.2 * run.calls else { return true }
        return max(run.short / 0.3, run.silent / 0.15) >= run.answered
    }

    /// Adds the signs of another run.
    mutating func formUnion(_ other: DialerSigns) {
        bits |= other.bits
        strongest = max(strongest, other.strongest)
        strongCount = max(strongCount, other.strongCount)
    }

    /// The signs, in the order of the contract.
    var list: [DialerSign] {
        Self.order.enumerated().filter { bits >> UInt16($0.offset) & 1 == 1 }.map(\.element)
    }
    /// How many signs there are.
    var count: Int { bits.nonzeroBitCount }

    /// How surprising `hits` of `trials` are when people's calls have a share of `usual`, in nats.
    ///
    /// The Chernoff bound of the binomial tail.
    static func surprise(_ hits: Double, of trials: Double, usual: Double) -> Double {
        guard trials > 0, hits > trials * usual else { return 0 }
        let share = min(hits / trials, 0.999)
        let nats =
            share * Logarithm.natural(share / usual) + (1 - share)
            * Logarithm.natural((1 - share) / (1 - usual))
        return trials * nats
    }

    /// Judges a run.
    ///
    /// - Parameter nats: what a strong sign must reach.
    init(_ run: borrowing DialerRun, nats: Double) {
        // Usual shares are upper ends of what ordinary routes show (measured wholesale week, facts B.2), and a sign
        // must also be large: a surprise of many nats about one per cent too many is of no use to anybody.
        let isCrowd = run.scope != .number
        func strong(_ hits: Double, _ trials: Double, usual: Double, least: Double) -> Double {
            guard trials >= 12, hits >= least * trials else { return 0 }
            // One number's calls to strangers are independent of each other; a crowd's come in clusters of about two.
            let surprise = (isCrowd ? 0.5 : 1) * Self.surprise(hits, of: trials, usual: usual)
            return surprise >= nats ? surprise : 0
        }
        var found: InlineArray<5, Double> = InlineArray(repeating: 0)
        found[0] = strong(run.silent, run.answered, usual: 0.06, least: isCrowd ? 0.45 : 0.2)
        found[1] = strong(run.near, run.calls, usual: 0.02, least: 0.3)
        found[2] = strong(run.neighbour, run.calls, usual: 0.06, least: 0.3)
        // Invented numbers lie everywhere; numbers of one or two blocks that the plan does not know are a plan too old.
        if run.forgedBlocks.estimate >= 8 {
            found[3] = strong(run.freshForged, run.calls, usual: 0.04, least: 0.1)
        }
        found[4] = strong(run.dead, run.calls, usual: 0.05, least: 0.12)
        if found[0] > 0 { add(.silent) }
        if found[1] > 0 { add(.sequential) }
        if found[2] > 0 { add(.neighbour) }
        let isMalformed = run.malformed >= 0.5 * run.forged
        if found[3] > 0 { add(isMalformed ? .malformed : .unallocated) }
        if found[4] > 0 { add(.random) }
        // Numbers out of use are hit by a crowd's misrouted calls too: from many callers they prove nothing.
        let last = isCrowd ? 4 : 5
        for index in 0..<last where found[index] > 0 {
            strongCount += 1
            strongest = max(strongest, found[index])
        }
        guard strongCount > 0 else { return }
        let (calls, answered) = (run.calls, run.answered)
        if answered >= 12, run.short / answered >= 0.4 { add(.short) }
        if isCrowd, run.fresh / calls >= 0.8 {
            let callers = run.distinctCallers.estimate
            if callers >= 12 { add(.rotating) }
        }
        if run.calledCountry == .france {
            if !isCrowd, run.forged / calls >= 0.9 { add(isMalformed ? .malformed : .unallocated) }
            if run.forbiddenHours / calls >= 0.5 { add(.hours) }
            let kind = run.callerKind
            if !isCrowd, kind == .geographic || kind == .mobile { add(.kind) }
        }
    }
}
