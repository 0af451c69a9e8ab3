import VigieCalls
import VigieMitigation
import VigieWire

/// Everything that decides about calls, on the one thread that owns it: from the bytes of a request to the bytes of its answer.
///
/// It knows no socket: `handle` takes bytes, `withAnswer` lends what goes back. Nothing here waits, locks, or asks the store; the table
/// of filters is read once a batch.
final class SIPDesk {
    private var answer = SIPAnswer()
    private var responder: SIPResponder
    private var screening: Screening
    private let tables: PublishedTable
    private var table: DecisionTable
    private let events: CallEventRing
    private let contacts: ContactFeed
    private var batch: [CallEvent] = []
    private let symbols: NodeSymbols
    private let clock: NodeClock
    private let emergency: EmergencyRule
    private let numbers: SIPNumbers
    private var lines = OctetBuffer(capacity: 1_024)
    private var answerLines: AnswerLines

    private(set) var peers: PeerTable
    private var peerCache = PeerCache()
    private var peerCalls: [UInt64]
    private var peerLimits: [TokenBucket]
    private var unknownAnswers = TokenBucket(perSecond: SIPDesk.unknownAnswersPerSecond)
    private var unknownPeerEmergencies: UInt64 = 0
    private var latency = LatencyHistogram()
    private var overload = OverloadGauge()

    /// Trunk groups that requests named, by the hash of their name: only trusted peers' are read.
    private var trunks: [UInt64: Symbol] = [:]
    private static let maxTrunks = 4_096  // a national operator has a few thousand
    private var lastDecisions: UInt64 = 0

    private var dataNow = Timestamp(rawValue: 0)
    private var monotonicNow: Int64 = 0
    private var batchAnswers: UInt64 = 0

    /// Answers a second to senders that nobody knows: enough to tell a misconfigured SBC, too few to be of use as a reflector.
    static let unknownAnswersPerSecond = 500

    init(
        _ configuration: NodeConfiguration, tables: PublishedTable, screening: consuming Screening,
        symbols: NodeSymbols, events: CallEventRing, contacts: ContactFeed, clock: NodeClock,
        emergency: EmergencyRule, key: UInt64
    ) {
        responder = SIPResponder(key: key, transactions: configuration.limits.answerCache)
        self.screening = screening
        self.tables = tables
        table = tables.current
        self.events = events
        self.contacts = contacts
        self.symbols = symbols
        self.clock = clock
        self.emergency = emergency
        numbers = SIPNumbers(home: configuration.homeCountry)
        answerLines = AnswerLines(configuration.sip)
        peers = PeerTable(configuration.peers, symbols)
        peerCalls = Array(repeating: 0, count: configuration.peers.count)
        peerLimits = configuration.peers.map { TokenBucket(perSecond: $0.callsPerSecond) }
        batch.reserveCapacity(256)
    }

    /// Takes over peers and texts of a new configuration; transactions and counters stay.
    func reload(_ configuration: NodeConfiguration) {
        let known = Dictionary(
            zip(peers.entries.map(\.name), peerCalls), uniquingKeysWith: { first, _ in first })
        answerLines = AnswerLines(configuration.sip)
        peers = PeerTable(configuration.peers, symbols)
        peerCache.clear()
        peerCalls = configuration.peers.map { known[$0.name] ?? 0 }
        peerLimits = configuration.peers.map { TokenBucket(perSecond: $0.callsPerSecond) }
    }

    /// Whether new calls are sent to another server.
    var isDraining: Bool {
        get { responder.isDraining }
        set { responder.isDraining = newValue }
    }

    // MARK: Batches

    /// Reads the clocks and the table: before the first message of a batch.
    func beginBatch() {
        dataNow = clock.now
        monotonicNow = NodeClock.monotonic
        table = tables.current
        batchAnswers = 0
    }

    /// Hands over the calls of the batch, and notes how long its answers took: after they were sent.
    func endBatch() {
        if !batch.isEmpty { events.push(&batch) }
        guard batchAnswers > 0 else { return }
        // The last answer's time stands for all of the batch: none took longer.
        let spent = NodeClock.monotonic &- monotonicNow
        latency.record(nanoseconds: UInt64(max(0, spent)), times: batchAnswers)
    }

    /// Notes how full the sockets' queues are, ten times a second; see `OverloadGauge`.
    func noteQueues(_ state: OverloadGauge.Queues) {
        var state = state
        let decisions = peerCalls.reduce(0, &+)
        state.calls = decisions &- min(decisions, lastDecisions)
        lastDecisions = decisions
        overload.note(state)
        responder.overload = overload.report(at: clock.now)
    }

    /// Learns some of what other feeds say of who spoke with whom; ten times a second.
    func learnContacts() {
        contacts.take { screening.learn(caller: $0.caller, called: $0.called, at: $0.at) }
    }

    /// What the filters did since the last report.
    func takeReport() -> ScreeningReport { screening.takeReport() }

    /// One of `Screening.parts` of the pairs of numbers that spoke.
    func pairs(_ part: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        screening.appendPairs(part, to: &bytes)
        return bytes
    }

    /// Copies the figures to where others read them.
    func publish(to figures: SIPFigures) {
        figures.update { values in
            values.tallies = responder.tallies
            values.forgottenEarly = responder.forgottenEarly
            values.longAnswers = responder.longAnswers
            values.latency = latency
            values.peerNames = peers.entries.map(\.name)
            values.peerCalls = peerCalls
            values.unknownPeerEmergencies = unknownPeerEmergencies
            values.overloadPercent = UInt64(overload.lossPercent)
        }
    }

    // MARK: One message

    /// Takes one message; whether an answer goes back: see `withAnswer`.
    ///
    /// - Parameter peer: the peer of a connection; `nil`: it goes by the address.
    func handle(
        _ bytes: Span<UInt8>, from source: IPEndpoint, over transport: SignallingPacket.Transport, peer: Int?
    ) -> Bool {
        if let tally = SIPResponder.classify(bytes) {
            responder.count(tally)
            return false
        }
        let message = SIPMessage(scanning: bytes)
        let peer = peer ?? peerCache.peer(at: source, in: peers)
        let style = peer >= 0 ? peers.entries[peer].style : .unknown
        let isEmergency =
            message.isRequest && message.method == .invite
            && emergency.isEmergency(message, isTrusted: style.isTrusted)
        let sender = SIPSender(source: source, transport: transport, isKnown: peer >= 0)
        if peer < 0, !isEmergency, message.isRequest, message.method != .ack,
            !unknownAnswers.take(at: monotonicNow)
        {
            responder.count(.silencedUnknownPeer)
            return false
        }
        switch responder.take(
            message, from: sender, isEmergency: isEmergency, at: Timestamp(rawValue: monotonicNow),
            into: &answer)
        {
        case .done(let tally):
            if tally.isAnswered { batchAnswers &+= 1 }
            return tally.isAnswered
        case .decide(let invite):
            decide(message, invite, sender, peer, style)
            batchAnswers &+= 1
            return true
        }
    }

    /// Lends what goes back after `handle` returned true.
    func withAnswer(_ body: (borrowing SIPAnswer) -> Void) { body(answer) }

    private func decide(
        _ message: borrowing SIPMessage, _ invite: SIPInvite, _ sender: SIPSender, _ peer: Int,
        _ style: PeerStyle
    ) {
        lines.clear()
        // Emergency calls pass first: no filter, limit or table stands before this line.
        if invite.isEmergency {
            if peer < 0 { unknownPeerEmergencies &+= 1 }
            let status = answerLines.carryOn(style, message, &lines)
            responder.answer(
                message, invite, from: sender, status: status, tally: .emergency, lines: lines,
                into: &answer)
            if !invite.isInDialog { _ = note(message, invite, style) }
            return
        }
        if invite.isInDialog {
            let status = answerLines.carryOn(style, message, &lines)
            responder.answer(
                message, invite, from: sender, status: status, tally: .inDialog, lines: lines,
                into: &answer)
            return
        }
        if peer >= 0 { peerCalls[peer] &+= 1 }
        let call = note(message, invite, style)
        let (status, tally) = verdict(message, invite, call, style, peer)
        if tally != .passed, tally != .flagged { mark(status, tally) }
        responder.answer(
            message, invite, from: sender, status: status, tally: tally, lines: lines, into: &answer)
    }

    private func verdict(
        _ message: borrowing SIPMessage, _ invite: SIPInvite, _ call: ScreenedCall,
        _ style: PeerStyle, _ peer: Int
    ) -> (SIPStatus, SIPTally) {
        if peer >= 0, !peerLimits[peer].take(at: monotonicNow) { return (SIPStatus(503), .peerLimit) }
        if overload.sheds(invite.callKey) { return (SIPStatus(503), .overload) }
        switch screening.decide(call, table) {
        case .pass: return (answerLines.carryOn(style, message, &lines), .passed)
        case .flag: return (answerLines.carryOn(style, message, &lines), .flagged)
        case .mask: return (answerLines.mask(style, message, &lines), .masked)
        case .reject(let filter):
            return (answerLines.block(style, stop(filter, invite), &lines), .rejected)
        case .redirect(let filter):
            return (answerLines.redirect(style, stop(filter, invite), &lines), .redirected)
        case .limit(let filter):
            return (answerLines.block(style, stop(filter, invite), &lines), .limited)
        }
    }

    private func stop(_ filter: FilterID, _ invite: SIPInvite) -> AnswerLines.Stop {
        AnswerLines.Stop(filter: filter, call: invite.callKey, answer: table.answer(filter))
    }

    // MARK: What the line is told

    /// Reads the call, and adds it to the batch for the line.
    private func note(_ message: borrowing SIPMessage, _ invite: SIPInvite, _ style: PeerStyle)
        -> ScreenedCall
    {
        var details = InviteDetails(message, numbers)
        if !style.isTrusted {
            // RFC 3325 §5, 3GPP TS 24.229 §5.10: what an untrusted node asserts or verified is not heard.
            details.asserted = .absent
            details.verstat = .absent
            details.attestation = .none
        }
        var called = details.called
        if !invite.isEmergency, emergency.leadsToEmergency(called) {
            // Where the Request-URI names no number, `called` is what stands in `To`: a word, not a way (see `EmergencyRule`).
            called = .malformed
        }
        var event = CallEvent(start: dataNow, callID: CallID(message[message.callID]))
        event.caller = details.caller
        event.asserted = details.asserted
        event.called = called
        event.dialled = details.dialled
        event.divertedFrom = details.divertedFrom
        event.verstat = details.verstat
        event.attestation = details.attestation
        event.ingress = style.ingress
        event.egress = style.egress
        if style.readsTrunkGroup, let trunk = trunkGroup(message) { event.ingress = trunk }
        batch.append(event)
        var call = ScreenedCall(at: dataNow, ingress: event.ingress, caller: details.caller, called: called)
        call.asserted = details.asserted
        call.divertedFrom = details.divertedFrom
        call.verstat = details.verstat
        call.attestation = details.attestation
        call.callKey = event.callID.key
        return call
    }

    /// Tells the line what was decided about the call that `note` added last.
    private func mark(_ status: SIPStatus, _ tally: SIPTally) {
        guard !batch.isEmpty else { return }
        let last = batch.count - 1
        switch tally {
        case .rejected, .limited:
            batch[last].sipStatus = UInt16(status.code)
            batch[last].outcome = .callerSide
            batch[last].releasedBy = .network
            batch[last].end = dataNow
        case .peerLimit, .overload:
            batch[last].sipStatus = UInt16(status.code)
            batch[last].outcome = .network
            batch[last].releasedBy = .network
            batch[last].end = dataNow
        default: break
        }
    }

    // RFC 4904 §5: the originating trunk group stands in the Contact's user part: `sip:+33…;tgrp=paris-1;trunk-context=…@…`.
    private func trunkGroup(_ message: borrowing SIPMessage) -> Symbol? {
        guard let contact = message.contact, let group = message.parameter("tgrp", of: contact.uri),
            !group.isEmpty
        else { return nil }
        let name = message[group]
        let hash = name.keyedHash(0x5851_F42D_4C95_7F2D)
        if let known = trunks[hash] { return known }
        let symbol = symbols.symbol(name.text)
        if trunks.count < Self.maxTrunks { trunks[hash] = symbol }
        return symbol
    }
}
