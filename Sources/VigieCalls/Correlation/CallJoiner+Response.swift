import VigieWire

extension CallJoiner {
    mutating func takeInviteResponse(
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ cSeq: SIPCSeq,
        _ symbols: inout SymbolTable,
        _ emit: (CallEvent) -> Void
    ) {
        let status = message.statusCode
        guard status < 700, let keys = hasher.keys(message) else {
            counts.count("response-without-ids", at: packet.offset)
            return
        }
        guard let place = table.find(keys.leg) else {
            // The called side's own INVITE within the dialog carries the tags the other way round.
            if keys.hasToTag, table.find(keys.reverseLeg) != nil { return }
            beginUnseen(packet, message, keys, cSeq.number, &symbols, emit)
            return
        }
        guard !table.calls[place].isEmitted else {
            if status >= 200, status < 300, table.calls[place].phase == .lingering,
                !table.calls[place].marks.contains(.answered)
            {
                counts.count("answer-after-the-event", at: packet.offset)
            }
            return
        }
        // A copy of a refusal may overtake the copy of its INVITE, which then is no other way that is tried.
        let overtook =
            status >= 300 && table.calls[place].isSame(packet.destination, table.calls[place].lastDestination)
        if table.calls[place].marks.contains(.beganUnseen) || overtook,
            !table.calls[place].knows(hop: hasher.hop(packet.destination, packet.source))
        {
            _ = hop(place, from: packet.destination, to: packet.source, &symbols)
        }
        if keys.leg == table.calls[place].firstLeg, cSeq.number < table.calls[place].cSeq {
            repeated += 1  // to a try that was given up
            return
        }
        switch status {
        case ..<200:
            if table.calls[place].firstProvisional == nil {
                table.calls[place].firstProvisional = packet.time
            }
            if status == 180 { table.calls[place].marks.insert(.rang) }
        case ..<300: answer(place, packet, status, &symbols)
        default: fail(place, packet, message, keys, status)
        }
    }

    private mutating func answer(
        _ place: Int, _ packet: SignallingPacket, _ status: UInt16, _ symbols: inout SymbolTable
    ) {
        guard !table.calls[place].marks.contains(.released) else { return }
        let toCaller = table.calls[place].isSame(packet.destination, table.calls[place].firstSource)
        if toCaller { table.calls[place].marks.insert(.answeredToCaller) }
        guard !table.calls[place].marks.contains(.answered) else { return }
        reopen(place)
        table.calls[place].marks.insert(.answered)
        table.calls[place].event.answer = max(packet.time, table.calls[place].event.start)
        table.calls[place].event.sipStatus = status
        table.calls[place].event.q850 = 0
        // Of several forks the one that answers is the way out. A node behind which others were seen is not it.
        let isNode =
            table.calls[place].isSame(packet.source, table.calls[place].lastSource)
            || (table.calls[place].event.node != .none
                && table.calls[place].isSame(packet.source, table.calls[place].firstDestination))
        if !isNode, !table.calls[place].isSame(packet.source, table.calls[place].lastDestination) {
            table.calls[place].lastDestination = packet.source
            table.calls[place].event.egress = names.symbol(packet.source, &symbols)
        }
    }

    private mutating func fail(
        _ place: Int, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ status: UInt16
    ) {
        let toCaller = table.calls[place].isSame(packet.destination, table.calls[place].firstSource)
        if table.calls[place].marks.contains(.answered) {
            // RFC 3261 §9.1: a CANCEL and a 2xx may cross; what the caller's own hop says is what happened. Behind an answer
            // that reached the caller it is the end of a re-INVITE or of a losing fork.
            guard toCaller, keys.leg == table.calls[place].firstLeg,
                !table.calls[place].marks.contains(.answeredToCaller),
                !table.calls[place].marks.contains(.released),
                table.calls[place].marks.contains(.cancelledByCaller)
            else { return }
            table.calls[place].marks.remove(.answered)
            table.calls[place].event.answer = nil
        }
        guard !table.calls[place].marks.contains(.released) else { return }
        let cause = q850(message)
        guard toCaller else {
            table.calls[place].downstreamStatus = status
            table.calls[place].event.q850 = cause
            table.calls[place].lastInvite = packet.time  // the next way is tried from now on
            return
        }
        if table.calls[place].event.sipStatus >= 300, table.calls[place].phase == .settling,
            status == table.calls[place].event.sipStatus
        {
            repeated += 1
            return
        }
        if cause != 0 || table.calls[place].downstreamStatus != status {
            table.calls[place].event.q850 = cause
        }
        let isLast = table.calls[place].finish(branch: hasher.branch(message))
        // Forks that were cancelled because another one failed for good say 487; the failure is what counts.
        if status != 487 || table.calls[place].event.sipStatus < 300 {
            table.calls[place].event.sipStatus = status
        }
        table.calls[place].event.end = max(packet.time, table.calls[place].event.start)
        guard isLast else { return }
        switch status {
        case 300..<400, 401, 407, 422, 491: table.move(place, to: .waiting, until: after(waits.wait))
        default: table.move(place, to: .settling, until: after(waits.settle))
        }
    }

    /// RFC 3326: the Q.850 cause in `Reason`; 0 when there is none.
    func q850(_ message: borrowing SIPMessage) -> UInt8 {
        guard message.value(.reason) != nil, let reason = message.reason, reason.source == .q850,
            (1...127).contains(reason.cause)
        else { return 0 }
        return UInt8(reason.cause)
    }

    /// A response to an INVITE that was not captured: an attempt when it tells enough of one.
    private mutating func beginUnseen(
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys, _ cSeq: UInt32,
        _ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void
    ) {
        let status = message.statusCode
        switch status {
        case 180...183, 403, 404, 408, 410, 480, 484, 486, 487, 500...599, 600...699: break
        case 200..<300:
            // It may answer a re-INVITE: whose call, and since when, nothing tells.
            counts.count("answer-to-unseen-invite", at: packet.offset)
            return
        default:
            counts.count("response-to-unseen-invite", at: packet.offset)
            return
        }
        guard let place = claim(packet.offset, emit) else { return }
        counts.count("call-began-before-capture", at: packet.offset)
        start(place, packet.destination, packet.source, packet, message, keys, cSeq, &symbols)
        table.calls[place].marks.insert(.beganUnseen)
        if let from = message.from { table.calls[place].event.caller = numbers.number(message, from.uri) }
        if let to = message.to { table.calls[place].event.called = numbers.number(message, to.uri) }
        _ = table.add(key: keys.leg, to: place)
        if status < 200 {
            if status == 180 { table.calls[place].marks.insert(.rang) }
        } else {
            fail(place, packet, message, keys, status)
        }
    }
}
