public import VigieCalls
public import VigieWire

/// Takes call events in time order, works out what all detectors need to know of each, and asks every detector.
///
/// A plain value, bounded by `DetectionSettings.memory` and the detectors' own settings. Lanes share nothing.
public struct DetectionLane: Sendable {
    /// Events whose `start` was more than this before the latest are late: they are counted, and seen as of now.
    private static let tolerance = Duration.seconds(60)

    /// Events taken in.
    public internal(set) var events: UInt64 = 0
    /// Events that came out of order by more than a minute.
    public internal(set) var late: UInt64 = 0
    var pairs: PairMemory
    var numbers: NumberTable
    var retries = RetryMemory()
    var detectors = DetectorSet()
    /// Held apart from the others: it is told names and counts, and shows a board.
    var lookout: EmergencyFailure?
    private let plans: NumberingPlans
    let home: Country
    var began: Timestamp?
    var now = Timestamp.distantPast
    var lastEvent = Timestamp.distantPast
    var nextAdvance = Timestamp.distantPast

    /// A lane with all detectors of the catalog.
    public init(settings: DetectionSettings = DetectionSettings(), plans: NumberingPlans = .standard) {
        self.init(settings: settings, plans: plans, detectors: Catalog.detectors(settings))
    }

    /// A lane with the given detectors.
    public init(
        settings: DetectionSettings = DetectionSettings(), plans: NumberingPlans = .standard,
        detectors: [any Detector]
    ) {
        pairs = PairMemory(span: settings.memory.pairSpan, capacity: settings.memory.pairs)
        numbers = NumberTable(capacity: settings.memory.numbers)
        self.plans = plans
        home = settings.home
        for detector in detectors {
            if lookout == nil, let found = detector as? EmergencyFailure {
                lookout = found
            } else {
                self.detectors.add(detector)
            }
        }
    }

    /// Tells the lane the names of locations: call it when the symbol table may have grown, before the calls that use the names.
    public mutating func meet(_ symbols: borrowing SymbolTable) { lookout?.meet(symbols) }

    /// How the emergency numbers stand; `nil` when the lane has no emergency lookout.
    public var emergencyBoard: EmergencyBoard? { lookout?.board() }

    /// The latest data time it was told.
    public var reached: Timestamp { now }

    /// Takes in emergency calls that somebody counted, when their interval is over.
    public mutating func take(_ count: EmergencyCount, report: (Finding) -> Void) {
        if count.end >= nextAdvance { advance(to: count.end, report: report) }
        lookout?.take(count, report: report)
    }

    /// What the network did with emergency calls in the intervals of these counts.
    public func network(during counts: [EmergencyCount]) -> [ReceiverComparison.Network] {
        lookout?.network(during: counts) ?? counts.map { _ in ReceiverComparison.Network() }
    }

    /// Notes what people declare about a service in a department; `nil` withdraws it.
    public mutating func declare(
        _ declaration: EmergencyBoard.Declared?, service: EmergencyService, department: DepartmentCode
    ) {
        lookout?.declare(declaration, service: service, department: department)
    }

    /// Takes in one call; findings come out while it does.
    public mutating func observe(_ event: borrowing CallEvent, report: (Finding) -> Void) {
        if event.start >= nextAdvance { advance(to: event.start, report: report) }
        if event.start < now {
            if now - event.start > Self.tolerance { late &+= 1 }
        } else {
            now = event.start
        }
        if event.start > lastEvent { lastEvent = event.start }
        events &+= 1
        var facts = CallFacts()
        work(out: &facts, event)
        detectors.observe(event, facts, report: report)
        lookout?.observe(event, facts, report: report)
    }

    /// Takes in what became of a call that `observe` took in as it began: no further call, and nothing new about who knows whom.
    public mutating func complete(_ event: borrowing CallEvent, report: (Finding) -> Void) {
        var facts = CallFacts()
        facts.caller = plans.facts(of: event.caller, at: event.start, home: home)
        facts.called = plans.facts(of: event.called, at: event.start, home: home)
        facts.callerHash = KeyHash.of(event.caller.rawValue)
        facts.calledHash = KeyHash.of(event.called.rawValue)
        if let began { facts.learned = now - began }
        detectors.complete(event, facts, report: report)
        lookout?.complete(event, facts, report: report)
    }

    /// What was forgotten early because a table was full: `numbers_forgotten`, `pairs_forgotten`. A crowded bucket forgets a few at
    /// any size, so less than a twentieth of what a table holds is not told.
    public var forgottenEarly: NamedCounts {
        var counts = NamedCounts()
        if numbers.evicted > UInt64(numbers.count / 20) {
            counts.count("numbers_forgotten", at: 0, times: numbers.evicted)
        }
        if pairs.evicted > UInt64(pairs.count / 20) {
            counts.count("pairs_forgotten", at: 0, times: pairs.evicted)
        }
        return counts
    }

    /// Says that a call between these numbers comes a few calls later: asks for the memory that it will need. Changes nothing.
    public mutating func prepare(caller: PhoneNumber, called: PhoneNumber, ingress: Symbol) {
        let call = UpcomingCall(caller: caller, called: called, ingress: ingress)
        numbers.prefetch(hash: call.callerHash)
        numbers.prefetch(hash: call.calledHash)
        pairs.prefetch(pairHash: call.pairHash)
        retries.prefetch(call.pairHash, caller < called)
        detectors.prepare(for: call)
    }

    /// Says that data time has come to `moment`: once a minute while events flow, and at any time in silence.
    public mutating func advance(to moment: Timestamp, report: (Finding) -> Void) {
        if began == nil { began = moment }
        guard moment >= now else { return }
        now = moment
        nextAdvance = Timestamp(seconds: (moment.seconds / 60 + 1).clamped * 60)
        detectors.advance(to: moment, report: report)
        lookout?.advance(to: moment, report: report)
    }

    /// Says that no event will come any more: what waits for the end of its minute is judged now. Said again, it changes nothing.
    public mutating func finish(report: (Finding) -> Void) {
        let end = Timestamp(seconds: (lastEvent.seconds / 60 + 1).clamped * 60)
        guard began != nil, lastEvent != .distantPast, end > now else { return }
        advance(to: end, report: report)
    }

    private mutating func work(out facts: inout CallFacts, _ event: borrowing CallEvent) {
        facts.caller = plans.facts(of: event.caller, at: event.start, home: home)
        facts.called = plans.facts(of: event.called, at: event.start, home: home)
        facts.callerHash = KeyHash.of(event.caller.rawValue)
        facts.calledHash = KeyHash.of(event.called.rawValue)
        if let began { facts.learned = now - began }
        let dice = KeyHash.of(facts.callerHash ^ facts.calledHash, UInt64(bitPattern: event.start.rawValue))
        let hour = NumberTable.hour(of: now)
        let hasCaller = event.caller.isNumber
        let hasCalled = event.called.isNumber
        if hasCaller && hasCalled {
            facts.pairHash = KeyHash.ofPair(event.caller, event.called)
            let callerIsSmaller = event.caller < event.called
            let contact = pairs.observe(pairHash: facts.pairHash, callerIsSmaller: callerIsSmaller, at: now)
            facts.isFirstContact = !contact.isKnown
            facts.isCallBack = contact.otherWay
            let isRecent = retries.isRetry(facts.pairHash, callerIsSmaller, at: now)
            facts.isRetry = isRecent && contact.sameWay
        }
        if hasCaller {
            facts.callerActivity = numbers.observe(
                hash: facts.callerHash, role: .caller, hour: hour, dice: dice)
        }
        if hasCalled {
            facts.calledActivity = numbers.observe(
                hash: facts.calledHash, role: .called, hour: hour, dice: dice &>> 7 ^ facts.calledHash)
        }
    }
}

/// Remembers the calls of the last minute: 16,384 places of 8 bytes, a newer pair takes the place of an older one.
struct RetryMemory: Sendable {
    var places = CacheLines<InlineArray<8, UInt64>>(count: 2_048)

    /// Asks for the pair's place, which `isRetry` will read soon.
    func prefetch(_ pairHash: UInt64, _ callerIsSmaller: Bool) {
        let hash = callerIsSmaller ? pairHash : ~pairHash
        places.prefetch(Int(truncatingIfNeeded: hash >> 23 & 2_047))
    }

    /// Whether the same caller tried the same called number in the last 60 seconds; remembers this try.
    mutating func isRetry(_ pairHash: UInt64, _ callerIsSmaller: Bool, at now: Timestamp) -> Bool {
        let hash = callerIsSmaller ? pairHash : ~pairHash
        let (line, slot) = (
            Int(truncatingIfNeeded: hash >> 23 & 2_047), Int(truncatingIfNeeded: hash >> 20 & 7)
        )
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let second = UInt64(UInt32(truncatingIfNeeded: now.seconds))
        let old = places[line][slot]
        places[line][slot] = tag | second
        return old & 0xFFFF_FFFF_0000_0000 == tag && second &- (old & 0xFFFF_FFFF) <= 60
    }
}

extension PhoneNumber {
    /// Whether there are digits at all.
    var isNumber: Bool { form == .e164 || form == .dialled }
}

extension Int64 {
    /// Kept away from the ends, so that a multiplication by 60 cannot overflow.
    fileprivate var clamped: Int64 { Swift.min(Swift.max(self, -150_000_000), 150_000_000) }
}
