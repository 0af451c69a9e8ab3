import Logging
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieStore
import VigieWire

/// The rounds of the line's thread: take what waits, work it off, store the calls, hand over what changed.
struct LineRound: ~Copyable {
    /// Real time that the thread sleeps when nothing comes; calls that were screened are looked for then.
    static let nap: Int64 = 20_000_000
    /// Real time that it sleeps while calls come thick: many short rounds, so that on a busy machine no answer to a SIP server waits
    /// behind a long one.
    static let shortNap: Int64 = 2_000_000
    /// Calls of one round from which the next nap is a short one.
    static let thick = 64
    /// Records wait this long for others of the same delivery, and never longer than the second while more come.
    static let quiet: Int64 = 1_000_000_000
    static let patience: Int64 = 5_000_000_000
    /// Calls are stored when so many wait, or after the time below.
    static let storeCalls = 4_096
    static let storeAfter: Int64 = 200_000_000

    private let settings: LineSettings
    private let clock: NodeClock
    private let symbols: NodeSymbols
    private let inbox: LineInbox
    private let ring: CallEventRing?
    private let contacts: ContactFeed?
    private let desk: InvestigationDesk
    private var work: LineWork
    private var keeper: CallKeeper
    private var minutes: MinuteKeeper
    private var memory: LineMemory
    private var screened: [CallEvent] = []
    private var nap = Self.nap
    private var replies: [(receipt: RecordReceipt, reply: @Sendable (RecordReceipt) -> Void)] = []
    private var lastRecord: Int64 = 0
    private var firstRecord: Int64 = 0
    private var lastStored: Int64 = 0
    private var lastPoke: Int64 = 0
    private var isFirst = true
    private var knownNames = -1

    init(
        settings: LineSettings, clock: NodeClock, symbols: NodeSymbols, store: any Store,
        otherTimes: any Store, plans: NumberingPlans, inbox: LineInbox, ring: CallEventRing?,
        contacts: ContactFeed?, desk: InvestigationDesk, logger: Logger
    ) {
        self.settings = settings
        self.clock = clock
        self.symbols = symbols
        self.inbox = inbox
        self.ring = ring
        self.contacts = contacts
        self.desk = desk
        keeper = CallKeeper(store: store, otherTimes: otherTimes, symbols: symbols, logger: logger)
        minutes = MinuteKeeper(store: store, logger: logger)
        memory = LineMemory(store: store, settings: settings, logger: logger)
        work = memory.restore(plans: plans, desk: desk)
    }

    /// One round; `false` after the last one.
    ///
    /// - Parameter isReading: a file is being read, so earlier records may come.
    mutating func run(isReading: Bool) -> Bool {
        let names = symbols.count
        if names != knownNames {
            knownNames = names
            work.meet(symbols.snapshot)
        }
        if isFirst {
            isFirst = false
            memory.relearn(&work)
            minutes.recount(&work, at: clock.now)
            handOver()
        }
        let items = inbox.take(waiting: nap)
        let now = NodeClock.monotonic
        let time = clock.now
        drainRing(time)
        for item in items { take(item, time, now) }
        let recordsWait = firstRecord != 0
        let areOver =
            recordsWait && !isReading && (now - lastRecord > Self.quiet || now - firstRecord > Self.patience)
        if areOver { firstRecord = 0 }
        work.pass(to: time, recordsAreOver: areOver)
        let isLast = items.isEmpty && inbox.isClosed && (ring?.waiting ?? 0) == 0
        if isLast { work.finish(clock: clock.now) }
        if isLast || !replies.isEmpty || work.waitingToStore >= Self.storeCalls
            || now - lastStored > Self.storeAfter
        {
            lastStored = now
            store(time)
            minutes.keep(&work, isLast: isLast, at: time, monotonic: now)
        }
        handOver()
        if now - lastPoke > 500_000_000 {
            lastPoke = now
            desk.poke()
        }
        memory.snapshot(work, keeper, isLast: isLast, at: now)
        if isLast { desk.poke(all: true) }
        return !isLast
    }

    private mutating func drainRing(_ time: Timestamp) {
        guard let ring else { return }
        ring.drain(into: &screened)
        nap = screened.count < Self.thick ? Self.nap : Self.shortNap
        if !screened.isEmpty { work.take(screened, .screening, clock: time) }
    }

    private mutating func take(_ item: consuming LineInbox.Item, _ time: Timestamp, _ now: Int64) {
        switch consume item {
        case .events(let events, let origin):
            work.take(events, origin, clock: time)
            if origin == .record { noteRecords(now) }
        case .records(let events, let reply):
            let new = work.take(events, .record, clock: time)
            replies.append((RecordReceipt(new: new, known: events.count - new, notStored: 0), reply))
            noteRecords(now)
        case .messages(let batch):
            work.take(batch, symbols: symbols, clock: time)
            inbox.recycle(batch)
        case .task(let task): task(&work)
        }
    }

    private mutating func noteRecords(_ now: Int64) {
        lastRecord = now
        if firstRecord == 0 { firstRecord = now }
    }

    private mutating func store(_ time: Timestamp) {
        contacts?.tell(work.takeContacts())
        let lost = keeper.keep(work.takeCalls(), at: time)
        for (receipt, reply) in replies {
            var receipt = receipt
            receipt.notStored = min(lost, receipt.new)
            reply(receipt)
        }
        replies.removeAll()
    }

    private mutating func handOver() {
        let changes = work.takeChanges()
        guard !changes.isEmpty else { return }
        // What is looked into must be stored.
        store(clock.now)
        let held = work.held.all
        var keys: [String: [String]] = [:]
        for change in changes where keys[change.incident.id] == nil {
            keys[change.incident.id] = work.book.keys(of: change.incident.id)
        }
        desk.note(changes, keys: keys, held: held)
    }

    /// How the line is now.
    var status: LineStatus {
        var status = LineStatus()
        status.ways = EventOrigin.allCases.map { origin in
            LineStatus.Way(
                origin: origin, taken: inbox.taken[origin].total, dropped: inbox.dropped[origin].total)
        }
        if let ring {
            let counts = ring.counts
            let index = Int(EventOrigin.screening.rawValue)
            status.ways[index].taken += counts.pushed - counts.dropped
            status.ways[index].dropped += counts.dropped
        }
        let figures = work.figures
        status.calls = figures.calls
        status.answered = figures.answered
        status.completed = figures.completed
        status.repeated = figures.repeated
        status.endsTooLate = work.held.tooLate
        status.otherTime = figures.otherTime
        status.aheadOfClock = figures.aheadOfClock
        status.malformed = figures.malformed
        status.findings = figures.findings
        status.late = work.late
        status.joining = work.joiner.counts.entries.map { ($0.name.description, $0.count) }
        status.repeatedMessages = work.joiner.repeated
        let waiting = inbox.waiting
        status.waiting = waiting.events + waiting.messages + (ring?.waiting ?? 0) + work.waiting
        status.openCalls = work.joiner.remembered
        status.emergencyMinutesLost = minutes.lost
        status.emergencyNotCounted = work.tally.notes.total
        status.stored = keeper.stored
        status.notStored = keeper.notStored
        status.looks = desk.looks.total
        status.setAside = desk.setAside.total
        status.changesDropped = desk.feed.dropped.total
        status.dataTime = work.present.now == .distantPast ? nil : work.present.now
        status.clock = clock.now
        return status
    }
}
