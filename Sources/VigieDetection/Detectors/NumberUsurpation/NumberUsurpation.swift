public import VigieCalls
public import VigieWire

/// Finds the subscriber whose number somebody else displays: strangers from everywhere call "back" a quiet line.
///
/// Two proofs, each enough. *Pairs*: a caller was rung before, by this very number, from an ingress that is not the
/// line's own. *Surge*: far more new callers than this line ever has, from everywhere, a few at a time, short talk, at a
/// line that one person answers and that does not call out itself. `SurgeEvidence` weighs both against innocent stories.
public struct NumberUsurpation: Detector {
    /// What can be tuned.
    public struct Settings: Sendable {
        /// New callers in a surge before anything is said; 4…100.
        public var leastCallers = 8.0
        /// Pairs that prove it by themselves, when they came from elsewhere; 2…100.
        public var leastPairs = 4.0
        /// How long after a displayed call a call-back still answers it.
        public var pairSpan: Duration = .seconds(48 * 3_600)
        /// Surges watched at once, about 700 bytes each.
        public var surges = 2_048
        /// Pairs of displayed calls remembered, 16 bytes each.
        public var presentedCalls = 262_144
        /// Lines and blocks of lines whose ingress is remembered, 16 bytes each.
        public var lines = 262_144

        /// The defaults.
        public init() {}
    }

    /// A surge without a call for so many nanoseconds is over; one that was reported may sleep over a night.
    private static let idle: Int64 = 5_400 * 1_000_000_000
    private static let idleWhenReported: Int64 = 43_200 * 1_000_000_000

    private let settings: Settings
    private let margins = SurgeEvidence.Margins()
    var surges: RecentTable<CallBackSurge>
    var presented: PresentedCalls
    var origins: LineOrigins
    var ingresses = IngressNames()
    var calls: UInt64 = 0
    var samples = SamplePool()
    var nextSweep = Timestamp.distantPast

    /// A detector that knows nothing yet.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        surges = RecentTable(capacity: settings.surges)
        presented = PresentedCalls(capacity: settings.presentedCalls)
        origins = LineOrigins(capacity: settings.lines)
    }

    /// Forgets, once an hour, the surges that are over.
    public mutating func advance(to now: Timestamp, report: (Finding) -> Void) {
        guard now >= nextSweep else { return }
        nextSweep = now + .seconds(3_600)
        for index in surges.indices where surges.isTaken(index) && isOver(index, at: now) { close(index) }
    }

    /// Asks for what is known of the caller's line, and of the pair.
    public mutating func prepare(for call: UpcomingCall) {
        origins.prefetch(call.callerHash)
        presented.prefetch(call.pairHash)
        surges.prefetch(call.calledHash)
        surges.prefetch(call.callerHash)
    }

    /// Takes in one call: as a possible call-back, and as a call that displays its caller's number.
    public mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        calls &+= 1
        let (called, caller) = (event.called, event.caller)
        if called.isE164, isOfInterest(facts) { observeCallBack(event, facts, report: report) }
        if caller.isE164 { remember(event, facts) }
    }

    /// Most calls end here: the called line was not called in this hour, or is called often, or by those it knows.
    private func isOfInterest(_ facts: borrowing CallFacts) -> Bool {
        if mayOpen(facts) { return true }
        return surges.find(facts.calledHash) != nil
    }

    private func mayOpen(_ facts: borrowing CallFacts) -> Bool {
        let (received, busiest) = (facts.calledActivity.receivedThisHour, facts.calledActivity.busiestHour)
        let (isStranger, isCallBack, kind) = (facts.isFirstContact, facts.isCallBack, facts.called.kind)
        return received >= 1 && (isStranger || isCallBack) && (busiest <= 3 || received >= busiest)
            && Self.mayBeUsurped(kind)
    }

    private mutating func observeCallBack(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        var found = surges.find(facts.calledHash)
        if let index = found, isOver(index, at: event.start) {
            close(index)
            found = nil
        }
        let index: Int
        if let found {
            index = found
        } else {
            guard mayOpen(facts) else { return }
            index = open(event, hash: facts.calledHash, facts.calledActivity)
        }
        let (relation, ingress) = relation(event, facts, received: surges[index].ownPast)
        let isNew = surges[index].count(event, facts, relation: relation, ingress: ingress)
        keepSample(event, of: index)
        guard isNew, surges[index].sums.callers >= min(settings.leastCallers, settings.leastPairs) else {
            return
        }
        judge(index, event, facts, report: report)
    }

    /// Numbers that belong to a person or an ordinary business; service numbers are called by strangers all day.
    private static func mayBeUsurped(_ kind: NumberKind) -> Bool {
        switch kind {
        case .geographic, .mobile, .fixedOrMobile, .nonGeographic, .unknown, .fiction, .personal, .pager: true
        default: false
        }
    }

    private mutating func open(_ event: borrowing CallEvent, hash: UInt64, _ activity: NumberActivity) -> Int
    {
        let place = surges.place(for: hash)
        if surges.isTaken(place) { samples.release(surges[place].samples) }
        let index = surges.insert(hash)
        surges[index].number = event.called
        // Counts of the lane are powers of two, rounded down: 1.4 is the middle. Those of this hour belong to the surge.
        let past = max(0, Double(activity.received) * 1.4 - Double(activity.receivedThisHour))
        surges[index].ownPast = past
        surges[index].busiestBefore = Double(activity.busiestHour)
        surges[index].networkBefore = calls
        return index
    }

    // From here on some functions are `mutating` though they change nothing: else the whole detector is copied for each call.
    private mutating func isOver(_ index: Int, at now: Timestamp) -> Bool {
        now.nanoseconds(since: surges[index].last)
            > (surges[index].isConvicted ? Self.idleWhenReported : Self.idle)
    }

    private mutating func close(_ index: Int) {
        samples.release(surges[index].samples)
        surges.remove(index)
    }

    private mutating func relation(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, received: Double
    ) -> (CallBackSurge.Relation, UInt16) {
        if facts.isCallBack,
            let ingress = presented.ring(
                pairHash: facts.pairHash, calledIsSmaller: event.called < event.caller, before: event.start,
                within: UInt32(clamping: settings.pairSpan.components.seconds))
        {
            let line = Line(
                number: event.called, facts: facts.called, egress: event.egress, received: received)
            switch standing(of: ingress, line: line, learned: facts.learned, at: event.start) {
            case .proven: return (.pairedFromElsewhere, ingress)
            case .elsewhere: return (.pairedPresumed, ingress)
            case .new: return (.pairedUnplaced, ingress)
            case .own: return (.known, ingress)
            }
        }
        return (facts.isFirstContact ? .firstContact : .known, 0)
    }

    /// A line and by which egress it is reached.
    private struct Line {
        var number: PhoneNumber
        var facts: NumberFacts
        var egress: Symbol
        /// Calls that it received before this surge, about.
        var received: Double
    }

    /// How an ingress stands to a line.
    private enum Standing {
        /// The line calls from there, or nothing says otherwise.
        case own
        /// The line never called before; from where it would call is not known.
        case new
        /// Its neighbours, its egress or its past speak against it.
        case elsewhere
        /// The line itself called from another one before.
        case proven
    }

    private mutating func standing(
        of ingress: UInt16, line: Line, learned: Duration, at moment: Timestamp
    ) -> Standing {
        let hour = LineOrigins.hour(of: moment)
        let own = origins.find(KeyHash.of(line.number.rawValue))
        let nats =
            IngressNames.isDay(ingress) ? 0 : strangeness(of: ingress, line, own, hour)
        if nats >= 4 { return isProven(ingress, own, hour) ? .proven : .elsewhere }
        guard nats > -1, let use = own?.use(of: ingress) else { return .own }
        let hours = learned.components.seconds / 3_600
        if IngressNames.isDay(ingress), let other = own?.other(than: ingress) {
            // Without trunks a line's days stand for them: it never called like this on another day.
            return use.calls >= max(12, 8 * other.calls) ? .new : .own
        }
        return hours >= 6 && Int64(hour &- use.since) <= min(12, hours / 2) && own?.oldest == use.since
            ? .new : .own
    }

    /// Whether the line itself called from another ingress, and earlier.
    private func isProven(_ ingress: UInt16, _ own: LineOrigins.Entry?, _ hour: UInt16) -> Bool {
        guard let own, let other = own.other(than: ingress), !IngressNames.isDay(ingress) else {
            return false
        }
        return hour &- other.since > hour &- (own.use(of: ingress)?.since ?? hour)
    }

    /// How sure it is, in nats, that the line does not call from this ingress; negative: it does.
    private func strangeness(
        of ingress: UInt16, _ line: Line, _ own: LineOrigins.Entry?, _ hour: UInt16
    ) -> Double {
        var nats = 0.0
        if let own {
            let here = own.use(of: ingress)
            let other = own.other(than: ingress)
            if let here, hour &- here.since >= 12, here.calls >= 2 { nats -= 8 }
            if let here, let other, other.calls > here.calls { nats -= 3 }  // a busy line that was rerouted
            if let other, hour &- other.since > hour &- (here?.since ?? hour) { nats += 4 }
        }
        if let block = origins.find(Self.blockHash(line.number)) {
            nats += Self.compare(block, ingress, least: 3, differs: 4, same: -5)
        }
        if let area = Self.areaHash(line.number, line.facts), let entry = origins.find(area) {
            nats += Self.compare(entry, ingress, least: 20, differs: 1.5, same: -1.5)
        }
        // In service for some time, yet it never called from there: a new line's first campaign is no surprise.
        if line.received >= 2, let here = own?.use(of: ingress), hour &- here.since <= 12 { nats += 1.5 }
        if line.egress != .none {
            let egress = IngressNames.short(line.egress)
            if egress == ingress { nats -= 6 } else if ingresses.contains(egress) { nats += 1.5 }
        }
        return nats
    }

    private static func compare(
        _ entry: LineOrigins.Entry, _ ingress: UInt16, least: UInt16, differs: Double, same: Double
    ) -> Double {
        let most = entry.callsA >= entry.callsB ? entry.ingressA : entry.ingressB
        let calls = max(entry.callsA, entry.callsB)
        if most == ingress { return calls >= 2 ? same : 0 }
        guard calls >= least else { return 0 }
        let here = entry.use(of: ingress)?.calls ?? 0
        return Int(calls) >= 5 * here ? differs : 0
    }

    private static func blockHash(_ number: PhoneNumber) -> UInt64 {
        KeyHash.of(number.rawValue & ~(1 << 56 - 1) | number.digits / 10_000, 0xB10C)
    }

    private static func areaHash(_ number: PhoneNumber, _ facts: NumberFacts) -> UInt64? {
        CallBackSurge.area(of: number, facts).map { KeyHash.of($0, 0xA3EA) }
    }

    /// Remembers whom this call rang, and by which ingress its caller's number came.
    private mutating func remember(_ event: borrowing CallEvent, _ facts: borrowing CallFacts) {
        let named = IngressNames.short(event.ingress)
        if named != 0 { ingresses.insert(named) }
        let ingress = named == 0 || ingresses.count < 2 ? IngressNames.day(of: event.start) : named
        let hour = LineOrigins.hour(of: event.start)
        // Blocks and areas count lines, not calls: a number that is displayed a thousand times weighs little.
        if origins.count(facts.callerHash, ingress: ingress, hour: hour) {
            origins.count(Self.blockHash(event.caller), ingress: ingress, hour: hour)
            if let area = Self.areaHash(event.caller, facts.caller) {
                origins.count(area, ingress: ingress, hour: hour)
            }
        }
        guard facts.isFirstContact, event.called.isE164 else { return }
        presented.remember(
            pairHash: facts.pairHash, callerIsSmaller: event.caller < event.called, at: event.start,
            ingress: ingress)
        guard let index = surges.find(facts.callerHash) else { return }
        let line = Line(
            number: event.caller, facts: facts.caller, egress: .none, received: surges[index].ownPast)
        if standing(of: ingress, line: line, learned: facts.learned, at: event.start) == .own {
            surges[index].sums.ownCalls += 1
        }
    }

    private mutating func keepSample(_ event: borrowing CallEvent, of index: Int) {
        guard !event.callID.isEmpty, surges[index].callBacks <= 40 else { return }
        if surges[index].samples < 0, surges[index].sums.callers + surges[index].sums.paired >= 4.5 {
            surges[index].samples = samples.take()
        }
        samples.add(event.callID, to: surges[index].samples)
    }

    private mutating func judge(
        _ index: Int, _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {
        let sums = surges[index].sums
        let past = Double(surges[index].networkBefore)
        let exposure = calls > 0 ? 1 - past / Double(calls) : 1
        let own = surges[index].ownPast
        let evidence = SurgeEvidence(sums, ownPast: own, exposure: exposure)
        if !surges[index].isConvicted {
            guard convicts(index, evidence) else { return }
            surges[index].isConvicted = true
        }
        let minute = event.start.seconds / 60
        guard minute != surges[index].reportedMinute else { return }
        surges[index].reportedMinute = minute
        report(finding(index, max(0, evidence.excess(margins)), at: max(event.start, surges[index].knownAt)))
    }

    private mutating func convicts(_ index: Int, _ evidence: SurgeEvidence) -> Bool {
        let sums = surges[index].sums
        guard evidence.convicts(margins) else { return false }
        if sums.paired >= settings.leastPairs { return true }
        // Invented callers are another trouble (a flood), and so are callers who nearly all come from one other country.
        guard sums.forged <= 0.25 * sums.callers else { return false }
        return sums.callers >= settings.leastCallers && sums.minutes >= 4
            && sums.callers >= 2 * surges[index].busiestBefore
            && sums.foreign <= 0.5 * sums.callers
            && (sums.unplaced < 1 || evidence.service >= margins.service + 3)
            && sums.ownCalls <= 0.25 * sums.callers
            && sums.known <= 0.25 * sums.callers
            && sums.together <= 10
    }

    private func finding(_ index: Int, _ strength: Double, at detected: Timestamp) -> Finding {
        let surge = surges[index]
        var presenters = (0..<surge.presenterCount).map { surge.presenters[$0] }
        presenters.sort { ($0.pairs, $1.ingress) > ($1.pairs, $0.ingress) }
        presenters.removeAll { IngressNames.isDay($0.ingress) }
        let line = origins.find(KeyHash.of(surge.number.rawValue))
        let presented = presenters.map { Double(max(line?.use(of: $0.ingress)?.calls ?? 0, Int($0.pairs))) }
        var metrics = [
            Metric("call_backs", Double(surge.callBacks)),
            Metric("distinct_callers", Double(surge.distinctCallers)),
            Metric("pairs", Double(surge.pairs)),
            Metric(
                "first_contact_share",
                Double(surge.firstContacts + surge.pairs) / Double(max(1, surge.newCallers))),
            Metric("countries", Double(surge.countryCount)),
            Metric("callers_per_minute_together", surge.sums.together),
            Metric("redial_share", surge.sums.redialShare),
            Metric("received_before", surge.ownPast.rounded()),
            Metric("presented_calls", presented.reduce(0, +)),
        ]
        for (place, calls) in presented.enumerated() {
            metrics.append(Metric("presented_calls_\(place + 1)", calls))
        }
        return Finding(
            kind: .numberUsurpation, key: "number-usurpation|\(surge.number)",
            subject: .numberUsurpation(
                number: surge.number, presentedBy: presenters.map { Symbol(rawValue: UInt32($0.ingress)) }),
            firstSeen: surge.began, detectedAt: detected, lastSeen: surge.last, strength: strength,
            metrics: metrics, samples: samples.ids(surge.samples))
    }
}
