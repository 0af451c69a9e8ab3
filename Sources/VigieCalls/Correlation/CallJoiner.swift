public import VigieWire

/// Joins SIP messages into call attempts: one `CallEvent` an attempt, however often and wherever its messages were seen.
///
/// Messages come in time order (`MessageMerger`), from any number of probes. What makes two messages one attempt, in this
/// order: Call-ID and From tag; the Call-ID alone; another leg's Call-ID in `X-Call-ID` and its like; the same `icid-value`,
/// `Session-ID` or HEP correlation id; the same numbers within seconds at a machine that both legs touch.
///
/// An event comes out when its attempt ended and `Settings.settle` passed without a further leg, when a call goes on for
/// `Settings.ongoingAfter`, or at `finish`. Bounded by `Settings.capacity`; allocates only while its tables still double.
public struct CallJoiner: Sendable {
    /// How long to wait for what.
    public struct Settings: Sendable {
        /// Attempts remembered at once; about 700 bytes each. 262,144 hold what a national operator has open.
        public var capacity = 262_144
        /// After the end, time in which another leg or fork may still say more.
        public var settle: Duration = .seconds(2)
        /// After 401, 407, 3xx and CANCEL, time in which the attempt goes on or ends: 64 × T1 for each of two transactions
        /// (RFC 3261 §17.1.1.2), for some clients ask a person for the password.
        public var wait: Duration = .seconds(64)
        /// After the event, time in which late copies are recognised: 64 × T1 (RFC 3261 §17.1.1.2) and some for slow probes.
        public var linger: Duration = .seconds(40)
        /// After this time a call that goes on is told.
        public var ongoingAfter: Duration = .seconds(600)
        /// After this time the end of a call that was told is no longer waited for.
        public var longest: Duration = .seconds(43_200)
        /// Legs with the same numbers follow each other within this time.
        public var legWindow: Duration = .seconds(2)
        /// The country whose national form of numbers is read.
        public var home = Country.france
        /// Legs with the same icid, Session-ID or HEP correlation id follow each other within this time.
        public var linkWindow: Duration = .seconds(10)

        /// The values above.
        public init() {}
    }

    /// As given.
    public let settings: Settings
    /// What was not used or not as it should be, by name.
    public internal(set) var counts = NamedCounts()
    /// Copies of messages that were seen before: retransmissions, and the same message from two probes.
    public internal(set) var repeated: UInt64 = 0
    /// RFC 6076 figures of the attempts told so far.
    public internal(set) var measures = SignallingMeasures()
    /// How many attempts were told.
    public internal(set) var emitted: UInt64 = 0
    /// The latest time seen in the data.
    public private(set) var now = Timestamp.distantPast

    var table: OpenCallTable
    var hasher: MessageHasher
    var names = AddressNames()
    let numbers: SIPNumbers
    let waits: Waits
    private var nextSweep = Timestamp.distantPast

    /// The settings in nanoseconds, never negative: `Duration` is 128 bits wide, too wide for every message.
    struct Waits: Sendable {
        let settle: Int64
        let wait: Int64
        let linger: Int64
        let ongoingAfter: Int64
        let longest: Int64
        let legWindow: Int64
        let linkWindow: Int64

        init(_ settings: Settings) {
            settle = max(0, settings.settle.wholeNanoseconds)
            wait = max(0, settings.wait.wholeNanoseconds)
            linger = max(0, settings.linger.wholeNanoseconds)
            ongoingAfter = max(0, settings.ongoingAfter.wholeNanoseconds)
            longest = max(0, settings.longest.wholeNanoseconds)
            legWindow = max(0, settings.legWindow.wholeNanoseconds)
            linkWindow = max(0, settings.linkWindow.wholeNanoseconds)
        }
    }

    /// A joiner that has seen nothing. `hashKey` should be unknown to those who send the messages.
    public init(settings: Settings = Settings(), hashKey: UInt64 = 0x5B4D_1C8E_97F3_0A6D) {
        self.settings = settings
        waits = Waits(settings)
        numbers = SIPNumbers(home: settings.home)
        table = OpenCallTable(capacity: settings.capacity)
        hasher = MessageHasher(key: hashKey)
    }

    /// A step back by more nanoseconds than this is no disorder between probes.
    private static let clockStep: Int64 = 3_600_000_000_000

    /// Attempts that are remembered now, told ones that are kept to recognise copies included.
    public var remembered: Int { table.used }

    /// Takes the next message; `emit` receives the events that it, or the time that passed, makes ready.
    ///
    /// - Complexity: constant.
    public mutating func take(
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, symbols: inout SymbolTable,
        emit: (CallEvent) -> Void
    ) {
        advance(to: packet.time, emit: emit)
        if message.isRequest {
            switch message.method {
            case .invite: takeInvite(packet, message, &symbols, emit)
            case .bye: takeBye(packet, message)
            case .cancel: takeCancel(packet, message)
            case .ack, .prack, .update, .info: break  // of a call that other messages tell
            default: countOther(message.method, packet.offset)
            }
        } else {
            guard let cSeq = message.cSeq else {
                counts.count("response-without-cseq", at: packet.offset)
                return
            }
            switch cSeq.method {
            case .invite where message.statusCode > 100:
                takeInviteResponse(packet, message, cSeq, &symbols, emit)
            case .bye where message.statusCode >= 200: takeByeResponse(packet, message)
            default: break
            }
        }
    }

    /// Lets the time of the data pass without a message.
    public mutating func advance(to time: Timestamp, emit: (CallEvent) -> Void) {
        if time > now {
            now = time
        } else if now.rawValue > .min + Self.clockStep, time.rawValue < now.rawValue - Self.clockStep {
            // Another capture, or one wrong clock before: from here on this is the time.
            counts.count("clock-backwards", at: 0)
            now = time
            nextSweep = time
        }
        if now >= nextSweep {
            nextSweep = after(50_000_000)
            expire(emit)
        }
    }

    /// Tells everything that is still open; the joiner is empty then.
    public mutating func finish(emit: (CallEvent) -> Void) {
        finish(.settling, emit)
        finish(.waiting, emit)
        finish(.open, emit)
        finish(.long, emit)
        finish(.lingering, emit)
    }

    private mutating func finish(_ phase: OpenCall.Phase, _ emit: (CallEvent) -> Void) {
        while let place = table.first(phase) {
            tell(place, emit)
            table.free(place)
        }
    }

    // MARK: Time

    /// So many nanoseconds from now; saturates.
    func after(_ nanoseconds: Int64) -> Timestamp {
        let (sum, overflow) = now.rawValue.addingReportingOverflow(nanoseconds)
        return Timestamp(rawValue: overflow ? .max : sum)
    }

    private mutating func expire(_ emit: (CallEvent) -> Void) {
        while let place = due(.settling) {
            tell(place, emit)
            table.move(place, to: .lingering, until: after(waits.linger))
        }
        while let place = due(.waiting) {
            tell(place, emit)
            table.move(place, to: .lingering, until: after(waits.linger))
        }
        while let place = due(.open) {
            tell(place, emit)
            if table.calls[place].marks.contains(.answered) {
                table.move(place, to: .long, until: after(waits.longest))
            } else {
                table.move(place, to: .lingering, until: after(waits.linger))
            }
        }
        while let place = due(.long) { table.free(place) }
        while let place = due(.lingering) { table.free(place) }
    }

    private func due(_ phase: OpenCall.Phase) -> Int? {
        guard let place = table.first(phase), table.calls[place].deadline <= now else { return nil }
        return place
    }

    /// A place for a new attempt; when all are taken, the one that is missed least is forgotten.
    mutating func claim(_ offset: UInt64, _ emit: (CallEvent) -> Void) -> Int? {
        if let place = table.claim() { return place }
        if let place = table.first(.lingering) {
            counts.count("told-call-forgotten-early", at: offset)
            table.free(place)
        } else if let place = table.first(.long) {
            counts.count("long-call-forgotten", at: offset)
            table.free(place)
        } else if let place = table.first(.settling) ?? table.first(.waiting) ?? table.first(.open) {
            counts.count("open-call-told-early", at: offset)
            tell(place, emit)
            table.free(place)
        }
        return table.claim()
    }

    // MARK: Telling

    /// Emits the event of an attempt, unless it is out.
    private mutating func tell(_ place: Int, _ emit: (CallEvent) -> Void) {
        guard !table.calls[place].isEmitted else { return }
        var event = table.calls[place].event
        let marks = table.calls[place].marks
        if event.sipStatus == 0 { event.sipStatus = table.calls[place].downstreamStatus }
        if table.calls[place].target == event.called || event.dialled == event.called {
            event.dialled = .absent
        }
        let answered = marks.contains(.answered)
        if answered, !marks.contains(.released) { event.end = nil }
        if !answered, marks.contains(.cancelledByCaller) { event.releasedBy = .caller }
        event.outcome = CallOutcome.classify(
            sipStatus: event.sipStatus, q850: event.q850, answered: answered, releasedBy: event.releasedBy)
        // Whatever the network makes of it, a caller that cancelled gave up.
        if !answered, marks.contains(.cancelledByCaller), event.q850 == 0 {
            switch event.sipStatus {
            case 0, 408, 487: event.outcome = .callerSide
            default: break
            }
        }
        // A proxy that gives up on a ringing terminal says 408 (RFC 3261 §16.7, Timer C): it rang, and nobody answered.
        if event.sipStatus == 408, event.q850 == 0, marks.contains(.rang), !answered {
            event.outcome = .user
        }
        if !answered, event.releasedBy == .unknown, event.sipStatus >= 300 {
            event.releasedBy = event.outcome == .user ? .called : .network
        }
        measures.addRequest(
            start: event.start, firstProvisional: table.calls[place].firstProvisional, answer: event.answer,
            end: event.end,
            status: event.sipStatus)
        emitted += 1
        emit(event)
    }

    private mutating func countOther(_ method: SIPMethod, _ offset: UInt64) {
        switch method {
        case .register: counts.count("outside-calls-register", at: offset)
        case .options: counts.count("outside-calls-options", at: offset)
        case .subscribe: counts.count("outside-calls-subscribe", at: offset)
        case .notify: counts.count("outside-calls-notify", at: offset)
        case .publish: counts.count("outside-calls-publish", at: offset)
        case .message: counts.count("outside-calls-message", at: offset)
        case .refer: counts.count("outside-calls-refer", at: offset)
        default: counts.count("unknown-method", at: offset)
        }
    }
}
