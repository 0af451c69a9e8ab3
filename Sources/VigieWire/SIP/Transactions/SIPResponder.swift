/// The server side of SIP transactions for a server that only answers at once: request in, answer out, nothing kept but what a
/// retransmission needs.
///
/// RFC 3261 §8.2 (UAS), §8.3 (redirect server), §9.2 (CANCEL), §17.2 (server transactions), §18.2 (transport); RFC 3581
/// (`rport`); RFC 7339 (overload). It opens no socket and reads no clock. Every message ends under one name of `SIPTally`.
///
/// No decision takes time, so there is no provisional answer, and no timer: a client that misses an answer asks again.
public struct SIPResponder: ~Copyable {
    /// How many messages were received, and what became of each.
    public private(set) var tallies = SIPTallies()
    /// Answers over UDP longer than 1,300 bytes, which IP may have to fragment (RFC 3261 §18.1.1).
    public private(set) var longAnswers: UInt64 = 0
    /// Whether new calls are sent elsewhere: 503 with `Retry-After` to calls and OPTIONS; emergency calls are answered as ever.
    public var isDraining = false
    /// What to tell peers that offer overload control; `nil`: nothing.
    public var overload: SIPOverloadReport?
    /// `Retry-After` while draining, seconds.
    public var retryAfterSeconds: UInt64 = 30

    // more than any phone requires: the answer is no larger than the request
    private static let maxUnsupported = 16
    private let key: UInt64
    private var table: SIPTransactionTable
    private var scratch = OctetBuffer(capacity: 512)

    /// A responder.
    ///
    /// - Parameters:
    ///   - key: a random number that nobody outside knows; it makes tags and table places unforeseeable.
    ///   - transactions: how many INVITE transactions are remembered at most, 64 bytes each; 262,144 hold 8,000 calls a second for
    ///     the 32 seconds in which a client may retransmit.
    public init(key: UInt64, transactions: Int = 262_144) {
        self.key = key
        table = SIPTransactionTable(capacity: transactions)
    }

    /// Transactions forgotten before their 32 seconds because the table was full.
    public var forgottenEarly: UInt64 { table.forgottenEarly }

    /// Counts a message that was settled without `take`.
    public mutating func count(_ tally: SIPTally) { tallies.count(tally) }

    /// What bytes are that are no SIP message by design; `nil`: read them as a message.
    ///
    /// RFC 5626 §3.5.1: CRLFs keep a path open, others send four zero octets; RFC 5389 §6: STUN may share the port.
    public static func classify(_ bytes: Span<UInt8>) -> SIPTally? {
        guard bytes.count > 0 else { return .keepAlive }
        let first = bytes[0]
        guard first < 0x21 else { return nil }
        if first < 4, bytes.count >= 20, bytes[4] == 0x21, bytes[5] == 0x12, bytes[6] == 0xA4,
            bytes[7] == 0x42
        {
            return .stun
        }
        guard bytes.count <= 8 else { return nil }
        for index in bytes.indices {
            let octet = bytes[index]
            guard octet == 0 || octet == 0x0D || octet == 0x0A || octet == 0x20 else { return .notSIP }
        }
        return .keepAlive
    }

    /// Takes one message; the answer, when there is one already, is in `answer`.
    ///
    /// - Parameters:
    ///   - isEmergency: whether the Request-URI of an INVITE leads to an emergency service: then it is put up for decision even where
    ///     it is malformed, merged, or comes from an unknown sender.
    ///   - now: any clock that does not jump.
    public mutating func take(
        _ message: borrowing SIPMessage, from sender: SIPSender, isEmergency: Bool, at now: Timestamp,
        into answer: inout SIPAnswer
    ) -> SIPReception {
        answer.buffer.clear()
        if let problem = message.problem, problem.rule == .notSIP || problem.rule == .emptyMessage {
            return done(.notSIP)
        }
        // §18.1.2: a response that matches no client transaction is dropped, and we have none.
        guard message.isRequest else { return done(.response) }
        let ticks = SIPTransactionTable.ticks(now)
        guard let ids = SIPRequestIDs(message, key: key) else {
            return done(message.method == .ack ? .acknowledged : .unanswerable)
        }
        // §17: an ACK is never answered, whatever it holds.
        if message.method == .ack {
            if case .same(let place) = table.find(call: ids.call, branch: ids.shortBranch, at: ticks) {
                table.acknowledge(place)
            }
            return done(.acknowledged)
        }
        if message.method == .invite, isEmergency {
            return takeInvite(message, ids, sender, isEmergency: true, ticks, &answer)
        }
        guard sender.isKnown else {
            return refuse(message, ids, sender, .init(403), .unknownPeer, &answer)
        }
        do throws(SIPParseError) {
            try message.validate()
        } catch {
            return refuse(message, ids, sender, error, &answer)
        }
        switch message.method {
        case .invite: return takeInvite(message, ids, sender, isEmergency: false, ticks, &answer)
        case .options: return takeOptions(message, ids, sender, &answer)
        case .cancel: return takeCancel(message, ids, sender, ticks, &answer)
        default:
            // §8.2.1
            return refuse(message, ids, sender, .init(405), .method, &answer, SIPLines.allow)
        }
    }

    /// Answers an INVITE that was put up for decision.
    ///
    /// - Parameters:
    ///   - tally: what was decided; `SIPTally.cancelled` takes its place when a CANCEL came meanwhile.
    ///   - lines: header lines of this answer, each with its line end; kept for retransmissions.
    public mutating func answer(
        _ message: borrowing SIPMessage, _ invite: SIPInvite, from sender: SIPSender, status: SIPStatus,
        tally: SIPTally, lines: borrowing OctetBuffer, into answer: inout SIPAnswer
    ) {
        let report = overload
        var status = status
        var tally = tally
        let ids = invite.ids
        answer.buffer.clear()
        if invite.place >= 0, table.holds(invite.place, call: ids.call, branch: ids.shortBranch) {
            if table[invite.place].flags & SIPTransactionTable.Entry.cancelled != 0 {
                // §9.2: 487 to the INVITE when it had no final answer.
                status = .init(487)
                tally = .cancelled
            }
            table.finish(
                invite.place, status: status.rawValue, lines: lines.span, overload: Self.packed(report),
                overloadSequence: report?.sequence ?? 0, acknowledged: false)
        }
        write(message, ids, sender, status, report, &answer)
        answer.buffer.append(lines.span)
        finish(sender, &answer)
        tallies.count(tally)
    }

    // MARK: Kinds of requests

    private mutating func takeInvite(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, isEmergency: Bool,
        _ now: UInt32, _ answer: inout SIPAnswer
    ) -> SIPReception {
        if !isEmergency {
            // §8.2.2.1
            guard SIPLines.knowsScheme(of: message) else {
                return refuse(message, ids, sender, .init(416), .scheme, &answer)
            }
            if let refusal = refuseExtensions(message, ids, sender, &answer) { return refusal }
        }
        if ids.hasToTag {
            return .decide(
                SIPInvite(
                    callKey: ids.call, isEmergency: isEmergency, isInDialog: true, place: -1, ids: ids))
        }
        switch table.find(call: ids.call, branch: ids.shortBranch, at: now) {
        case .same(let place):
            if table[place].status != 0 {
                if repeatAnswer(message, ids, sender, place, &answer) { return done(.retransmission) }
                table.forget(place)
            }
        case .other where !isEmergency:
            // §8.2.2.2; kept, so that its retransmissions get 482 too.
            let place = table.begin(call: ids.call, branch: ids.shortBranch, at: now)
            let report = overload
            table.finish(
                place, status: 482, lines: Span(), overload: Self.packed(report),
                overloadSequence: report?.sequence ?? 0, acknowledged: true)
            return refuse(message, ids, sender, .init(482), .merged, &answer)
        case .other, .none: break
        }
        if !isEmergency {
            // §8.2.3
            guard SIPLines.knowsBody(of: message) else {
                return refuse(
                    message, ids, sender, .init(415), .mediaType, &answer, SIPLines.accept)
            }
            if isDraining { return refuseDraining(message, ids, sender, &answer) }
        }
        let place = table.begin(call: ids.call, branch: ids.shortBranch, at: now)
        return .decide(
            SIPInvite(callKey: ids.call, isEmergency: isEmergency, isInDialog: false, place: place, ids: ids))
    }

    // §11.2: answered as an INVITE would be; the ping of SBCs, whose 503 makes them choose another server.
    private mutating func takeOptions(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ answer: inout SIPAnswer
    ) -> SIPReception {
        guard SIPLines.knowsScheme(of: message) else {
            return refuse(message, ids, sender, .init(416), .scheme, &answer)
        }
        if let refusal = refuseExtensions(message, ids, sender, &answer) { return refusal }
        if isDraining { return refuseDraining(message, ids, sender, &answer) }
        return refuse(message, ids, sender, .init(200), .options, &answer, SIPLines.capabilities)
    }

    // §9.2: 200 when the INVITE is known, whatever became of it, else 481.
    private mutating func takeCancel(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ now: UInt32,
        _ answer: inout SIPAnswer
    ) -> SIPReception {
        guard case .same(let place) = table.find(call: ids.call, branch: ids.shortBranch, at: now) else {
            return refuse(message, ids, sender, .init(481), .cancelUnmatched, &answer)
        }
        if table[place].status == 0 { table.cancel(place) }
        return refuse(message, ids, sender, .init(200), .cancelled, &answer)
    }

    private mutating func repeatAnswer(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ place: Int,
        _ answer: inout SIPAnswer
    ) -> Bool {
        let entry = table[place]
        write(
            message, ids, sender, SIPStatus(rawValue: entry.status),
            Self.unpacked(entry.overload, entry.overloadSequence), &answer)
        guard table.appendLines(of: entry, to: &answer.buffer) else {
            answer.buffer.clear()
            return false
        }
        finish(sender, &answer)
        return true
    }

    // MARK: Answers that need no decision

    private mutating func done(_ tally: SIPTally) -> SIPReception {
        tallies.count(tally)
        return .done(tally)
    }

    private mutating func refuse(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ status: SIPStatus,
        _ tally: SIPTally, _ answer: inout SIPAnswer, _ lines: StaticString = ""
    ) -> SIPReception {
        write(message, ids, sender, status, overload, &answer)
        answer.buffer.append(lines)
        finish(sender, &answer)
        return done(tally)
    }

    // §21.4.1: the reason phrase says what is wrong. §21.5.6: another version gets 505.
    private mutating func refuse(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ error: SIPParseError,
        _ answer: inout SIPAnswer
    ) -> SIPReception {
        if error.rule == .version { return refuse(message, ids, sender, .init(505), .version, &answer) }
        answer.buffer.append("SIP/2.0 400 Bad Request (")
        answer.buffer.append(error.rule.name)
        answer.buffer.append(")\r\n")
        writeHeaders(message, ids, sender, overload, &answer)
        answer.buffer.append("Warning: 399 vigie \"")
        answer.buffer.append(error.rule.sentence)
        answer.buffer.append("\"\r\n")
        finish(sender, &answer)
        return done(.malformed)
    }

    private mutating func refuseDraining(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ answer: inout SIPAnswer
    ) -> SIPReception {
        write(message, ids, sender, .init(503), overload, &answer)
        answer.buffer.append("Retry-After: ")
        answer.buffer.append(decimal: retryAfterSeconds)
        answer.buffer.append("\r\n")
        finish(sender, &answer)
        return done(.draining)
    }

    // §8.2.2.3: `nil` when every option tag of Require is known.
    private mutating func refuseExtensions(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ answer: inout SIPAnswer
    ) -> SIPReception? {
        guard message.value(.require) != nil else { return nil }
        scratch.clear()
        var listed = 0
        var values = message.values(of: .require)
        while let value = values.next(in: message) {
            if SIPLines.knowsExtension(message[value]) { continue }
            scratch.append(scratch.count == 0 ? "Unsupported: " : ", ")
            scratch.append(unfolding: message[value])
            listed += 1
            if listed == Self.maxUnsupported { break }
        }
        guard scratch.count > 0 else { return nil }
        scratch.append("\r\n")
        write(message, ids, sender, .init(420), overload, &answer)
        answer.buffer.append(scratch.span)
        finish(sender, &answer)
        return done(.requiredExtension)
    }

    // MARK: Writing

    private func write(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender, _ status: SIPStatus,
        _ report: SIPOverloadReport?, _ answer: inout SIPAnswer
    ) {
        let line = status.line
        if line.utf8CodeUnitCount > 0 {
            answer.buffer.append(line)
        } else {
            answer.buffer.append("SIP/2.0 ")
            answer.buffer.append(decimal: UInt64(status.code))
            answer.buffer.append(" Refused")
        }
        answer.buffer.append("\r\n")
        writeHeaders(message, ids, sender, report, &answer)
    }

    private func writeHeaders(
        _ message: borrowing SIPMessage, _ ids: SIPRequestIDs, _ sender: SIPSender,
        _ report: SIPOverloadReport?, _ answer: inout SIPAnswer
    ) {
        answer.writeVias(message, ids, sender, sender.isKnown ? report : nil)
        answer.copy(message, .from, sender.isKnown ? "" : "f:", "From: ")
        if let to = message.index(of: .to) {
            answer.name(message, to, sender.isKnown ? "" : "t:", "To: ")
            answer.buffer.append(unfolding: message[message.header(at: to).value])
            if !ids.hasToTag {
                answer.buffer.append(";tag=")
                answer.buffer.append(hexadecimal: ids.tag(key))
            }
            answer.buffer.append("\r\n")
        }
        answer.copy(message, .callID, sender.isKnown ? "" : "i:", "Call-ID: ")
        answer.copy(message, .cSeq, "", "CSeq: ")
    }

    private mutating func finish(_ sender: SIPSender, _ answer: inout SIPAnswer) {
        answer.buffer.append("Content-Length: 0\r\n\r\n")
        if !sender.isStream, answer.buffer.count > 1_300 { longAnswers &+= 1 }
    }

    // The report in 16 bits beside its sequence: loss in the low seven bits and a mark, or 0; the rate follows from it.
    private static func packed(_ report: SIPOverloadReport?) -> UInt16 {
        guard let report else { return 0 }
        return UInt16(report.lossPercent) | 0x80 | report.callsPerSecond / 100 << 8
    }

    private static func unpacked(_ overload: UInt16, _ sequence: UInt32) -> SIPOverloadReport? {
        guard overload & 0x80 != 0 else { return nil }
        return SIPOverloadReport(
            lossPercent: UInt8(truncatingIfNeeded: overload & 0x7F), callsPerSecond: overload >> 8 * 100,
            sequence: sequence)
    }
}
