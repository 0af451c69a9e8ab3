import VigieCalls
import VigieDetection
import VigieIncidents
import VigieWire

/// What the line's thread does, without the thread: calls and messages in, incidents and calls to store out.
///
/// Two lanes. *Present* takes calls in step with its own time; calls of another time (a file of last year beside live traffic, a
/// machine whose clock is ahead) go to *past*, so that neither disturbs what the other knows of normality.
struct LineWork: ~Copyable {
    /// Calls that begin further ahead of the node's clock than this are none of the present: a clock is wrong.
    static let ahead = Duration.seconds(300)
    /// Calls that began up to so long before the present lane's time are still of the present.
    static let behind = Duration.seconds(600)
    /// Calls that began longer than this before the past lane's time are of another past: that lane begins anew.
    static let otherPast = Duration.seconds(3_600)
    /// How near the clock must be to a call to tell the time after it.
    static let nearClock = Duration.seconds(600)
    /// Time in silence is this much behind the clock: calls on their way count before the minute is judged.
    static let lag = Duration.seconds(2)
    /// Incidents of calls that the clock does not follow go on for so long in silence: files come hourly.
    static let patience = Duration.seconds(7_200)

    /// Figures of the line.
    struct Figures: Sendable {
        var calls: UInt64 = 0
        var answered: UInt64 = 0
        var completed: UInt64 = 0
        var repeated: UInt64 = 0
        var otherTime: UInt64 = 0
        var aheadOfClock: UInt64 = 0
        var pastsBegun: UInt64 = 0
        var messages: UInt64 = 0
        var malformed: UInt64 = 0
        var findings: UInt64 = 0
    }

    private(set) var book: IncidentBook
    private(set) var present: CallLane
    /// None or one; an array, so that it is changed in place.
    private(set) var past: [CallLane] = []
    private(set) var figures = Figures()
    private(set) var joiner: CallJoiner
    /// Messages that are not SIP, by the rule that does not hold.
    private(set) var malformed = NamedCounts()
    private(set) var held = HeldCalls()
    /// Emergency calls by the minute in which they began, of both lanes.
    private(set) var tally: EmergencyTally
    private var told: ToldCalls
    private var calls: [CallEvent] = []
    private var contacts: [ContactFeed.Contact] = []
    private var changes: [IncidentChange] = []
    private var pastIncidents: Set<String> = []
    private var findings: [Finding] = []
    private let settings: LineSettings
    private let plans: NumberingPlans
    private var lastPresent = Timestamp.distantPast  // the clock when the present lane was told a call
    private var lastPast = Timestamp.distantPast
    private var lastPacket: (clock: Timestamp, time: Timestamp) = (.distantPast, .distantPast)
    private var lastCompletion = Timestamp.distantPast

    init(
        _ settings: LineSettings, plans: NumberingPlans, book: consuming IncidentBook,
        lane: consuming DetectionLane, now: Timestamp = .distantPast
    ) {
        self.settings = settings
        self.plans = plans
        self.book = book
        present = CallLane(lane, reordering: settings.reordering, now: now)
        var joining = CallJoiner.Settings()
        joining.capacity = settings.openCalls
        joining.ongoingAfter = settings.ongoingAfter
        joining.home = settings.detection.home
        joiner = CallJoiner(settings: joining)
        told = ToldCalls(capacity: settings.toldCalls)
        tally = EmergencyTally(
            home: settings.detection.home, centres: settings.detection.emergencyFailure.centres, plans: plans)
        findings.reserveCapacity(64)
    }

    // MARK: What came in

    /// Takes in calls; how many of them are new.
    @discardableResult
    mutating func take(_ events: [CallEvent], _ origin: EventOrigin, clock: Timestamp) -> Int {
        let before = figures.calls
        for event in events { take(event, origin, clock) }
        return Int(figures.calls &- before)
    }

    /// Takes in mirrored messages.
    mutating func take(_ batch: borrowing MessageBatch, symbols: NodeSymbols, clock: Timestamp) {
        figures.messages &+= UInt64(batch.count)
        var events: [CallEvent] = []
        if let last = batch.entries.last { lastPacket = (clock, last.packet.time) }
        Self.join(batch, symbols, &joiner, &malformed, &events)
        figures.malformed = malformed.total
        take(events, .signalling, clock: clock)
    }

    /// Lets time pass.
    ///
    /// - Parameter recordsAreOver: nothing is being read that may tell an earlier record: those that wait are told.
    mutating func pass(to clock: Timestamp, recordsAreOver: Bool) {
        if lastPacket.clock != .distantPast {
            // The time of the messages goes on with the clock, wherever their clock stands.
            let time = lastPacket.time + (clock - lastPacket.clock) - Self.lag
            var events: [CallEvent] = []
            joiner.advance(to: time) { events.append($0) }
            take(events, .signalling, clock: clock)
        }
        if recordsAreOver {
            if present.held > 0 { present.flush { findings.append($0) } }
            fileFindings(isPast: false)
            for index in past.indices where past[index].held > 0 { past[index].flush { findings.append($0) } }
            fileFindings(isPast: true)
        }
        if present.followsClock {
            // Whole minutes, as while calls come: what is judged does not depend on how often the line looks at the clock.
            let minute = Timestamp(seconds: (clock - Self.lag).seconds / 60 * 60)
            present.advance(to: minute) { findings.append($0) }
        }
        if present.followsClock { tally.pass(to: present.now) }
        fileFindings(isPast: false)
        resolve(clock)
        let waited = clock - held.patience
        release(before: waited)
    }

    /// Tells everything that still waits: the node stops.
    mutating func finish(clock: Timestamp) {
        var events: [CallEvent] = []
        joiner.finish { events.append($0) }
        take(events, .signalling, clock: clock)
        pass(to: clock, recordsAreOver: true)
        release(before: .distantFuture)
    }

    /// Takes in a call that was stored before the node started: the detectors learn it, nothing is stored.
    mutating func relearn(_ event: CallEvent) {
        figures.calls &+= 1
        present.tell(event) { findings.append($0) }
        if !findings.isEmpty { fileFindings(isPast: false) }
    }

    /// Counts a call that was stored before the node started, but whose minute was not told yet.
    mutating func recount(_ event: borrowing CallEvent) { tally.count(event, isPresent: false) }

    /// Tells the detectors the names of locations, as far as they were met.
    mutating func meet(_ symbols: borrowing SymbolTable) {
        tally.meet(symbols)
        present.meet(symbols)
        for index in past.indices { past[index].meet(symbols) }
    }

    /// How the emergency numbers stand, by the calls of the present.
    var emergencyBoard: EmergencyBoard? { present.detection.emergencyBoard }

    /// What the network did with emergency calls in the intervals of these counts.
    func network(during counts: [EmergencyCount]) -> [ReceiverComparison.Network] {
        present.detection.network(during: counts)
    }

    /// Takes in emergency calls that a centre or an exchange counted.
    mutating func take(_ count: EmergencyCount) {
        tally.take(count)
        present.take(count) { findings.append($0) }
        if !findings.isEmpty { fileFindings(isPast: false) }
    }

    /// Remembers that a call is stored, so that it is not taken in again.
    mutating func remember(_ event: borrowing CallEvent) { told.remember(stored: event) }

    // MARK: What goes out

    /// The calls to store since the last time.
    mutating func takeCalls() -> [CallEvent] {
        guard !calls.isEmpty else { return [] }
        var taken: [CallEvent] = []
        taken.reserveCapacity(calls.count)
        swap(&taken, &calls)
        return taken
    }

    /// Who spoke with whom since the last time, by every way but the screening.
    mutating func takeContacts() -> [ContactFeed.Contact] {
        guard !contacts.isEmpty else { return [] }
        var taken: [ContactFeed.Contact] = []
        swap(&taken, &contacts)
        return taken
    }

    /// The minutes of emergency calls to keep since the last time.
    mutating func takeMinutes(isDue: Bool, isLast: Bool) -> [EmergencyMinute] {
        tally.takeMinutes(isDue: isDue, isLast: isLast)
    }

    /// How many calls wait to be stored.
    var waitingToStore: Int { calls.count }
    /// Calls that wait for earlier records, or to learn their end.
    var waiting: Int { present.held + (past.first?.held ?? 0) + held.count }
    /// Calls that came too late for their place in time.
    var late: UInt64 { present.late &+ (past.first?.late ?? 0) }

    /// What happened to incidents since the last time.
    mutating func takeChanges() -> [IncidentChange] {
        guard !changes.isEmpty else { return [] }
        let taken = changes
        changes = []
        return taken
    }

    // MARK: Inside

    private mutating func take(_ event: CallEvent, _ origin: EventOrigin, _ clock: Timestamp) {
        switch told.admit(event, origin) {
        case .repeated: figures.repeated &+= 1
        case .completes:
            figures.completed &+= 1
            lastCompletion = clock
            if event.answer != nil { figures.answered &+= 1 }
            if let whole = held.complete(event, at: clock) { calls.append(whole) }
            tally.complete(event)
            present.complete(event) { findings.append($0) }
            fileFindings(isPast: false)
        case .new:
            figures.calls &+= 1
            if event.answer != nil { figures.answered &+= 1 }
            if origin != .screening, ContactFeed.isContact(event) {
                contacts.append(
                    ContactFeed.Contact(caller: event.caller, called: event.called, at: event.start))
            }
            store(event, origin, clock)
            let isPresent = isPresent(event.start, clock)
            tally.count(event, isPresent: isPresent)
            if isPresent {
                present.followsClock =
                    event.start >= clock - Self.nearClock && event.start <= clock + Self.nearClock
                lastPresent = clock
                Self.tell(event, origin, &present, &findings)
                fileFindings(isPast: false)
            } else {
                figures.otherTime &+= 1
                if event.start > clock + Self.ahead { figures.aheadOfClock &+= 1 }
                lastPast = clock
                preparePast(for: event)
                Self.tell(event, origin, &past[0], &findings)
                fileFindings(isPast: true)
            }
        }
    }

    private mutating func store(_ event: CallEvent, _ origin: EventOrigin, _ clock: Timestamp) {
        // Ends of screened calls have been told in the last hour (files come hourly): this one's will be too.
        let endsAreTold = lastCompletion > clock - .seconds(3_600)
        if origin == .screening, endsAreTold, !event.callID.isEmpty {
            held.hold(event) { calls.append($0) }
        } else {
            calls.append(event)
        }
    }

    private func isPresent(_ start: Timestamp, _ clock: Timestamp) -> Bool {
        start <= clock + Self.ahead && start >= present.now - Self.behind
    }

    private mutating func preparePast(for event: borrowing CallEvent) {
        if let lane = past.first, event.start >= lane.now - Self.otherPast { return }
        figures.pastsBegun &+= 1
        past = [
            CallLane(
                DetectionLane(settings: settings.detection, plans: plans), reordering: settings.reordering)
        ]
    }

    private mutating func fileFindings(isPast: Bool) {
        guard !findings.isEmpty else { return }
        for finding in findings {
            figures.findings &+= 1
            for change in book.apply(finding) {
                if isPast {
                    pastIncidents.insert(change.incident.id)
                } else {
                    pastIncidents.remove(change.incident.id)
                }
                changes.append(change)
            }
        }
        findings.removeAll(keepingCapacity: true)
    }

    /// Resolves what has gone quiet, by the time of the lane that it came from.
    private mutating func resolve(_ clock: Timestamp) {
        func quiet(_ lane: borrowing CallLane, _ last: Timestamp) -> Timestamp {
            guard last != .distantPast, !lane.followsClock, clock - last > Self.patience else {
                return lane.now
            }
            return lane.now + (clock - last - Self.patience)
        }
        let pastOnes = pastIncidents
        if present.now != .distantPast {
            let now = quiet(present, lastPresent)
            changes += book.advance(to: now) { !pastOnes.contains($0.id) }
        }
        if let lane = past.first, lane.now != .distantPast {
            let now = quiet(lane, lastPast)
            changes += book.advance(to: now) { pastOnes.contains($0.id) }
        }
        if !pastIncidents.isEmpty, past.isEmpty { pastIncidents = [] }
    }

    private mutating func release(before moment: Timestamp) {
        guard held.count > 0 else { return }
        held.release(before: moment) { calls.append($0) }
    }

    // The parts are handed over one by one, so that changing the one while the other reports does not overlap.
    private static func tell(
        _ event: CallEvent, _ origin: EventOrigin, _ lane: inout CallLane, _ findings: inout [Finding]
    ) {
        switch origin {
        case .record: lane.file(event) { findings.append($0) }
        case .screening, .signalling, .replay: lane.tell(event) { findings.append($0) }
        }
    }

    private static func join(
        _ batch: borrowing MessageBatch, _ symbols: NodeSymbols, _ joiner: inout CallJoiner,
        _ malformed: inout NamedCounts, _ events: inout [CallEvent]
    ) {
        // The names are lent for 64 messages at a time, some 50 µs, for the SIP thread may want to look one up.
        var first = 0
        while first < batch.count {
            let range = first..<min(batch.count, first + 64)
            symbols.withTable { table in
                batch.forEach(in: range) { packet, bytes in
                    do throws(SIPParseError) {
                        let message = try SIPMessage.parse(bytes)
                        joiner.take(packet, message, symbols: &table) { events.append($0) }
                    } catch {
                        malformed.count(error.rule.name, at: packet.offset)
                    }
                }
            }
            first = range.upperBound
        }
    }
}

extension IncidentChange {
    /// The incident as it is now.
    var incident: Incident {
        switch self {
        case .opened(let incident), .updated(let incident), .reopened(let incident), .resolved(let incident):
            incident
        }
    }
}
