import VigieWire

extension CallJoiner {
    // RFC 3261 §9.1: a CANCEL repeats Call-ID, From and CSeq number of the INVITE. On the caller's hop it is the caller's; a
    // node that cancels on its own ends a fork or gives up on a terminal that rings.
    mutating func takeCancel(_ packet: SignallingPacket, _ message: borrowing SIPMessage) {
        guard let keys = hasher.keys(message), let place = table.find(keys.leg) else {
            counts.count("cancel-of-unseen-call", at: packet.offset)
            return
        }
        guard !table.calls[place].isEmitted, !table.calls[place].marks.contains(.answered) else { return }
        let cause = q850(message)
        if cause != 0, table.calls[place].event.q850 == 0 { table.calls[place].event.q850 = cause }
        if table.calls[place].isSame(packet.source, table.calls[place].firstSource) {
            table.calls[place].marks.insert(.cancelledByCaller)
            if table.calls[place].event.end == nil {
                table.calls[place].event.end = max(packet.time, table.calls[place].event.start)
            }
            if table.calls[place].phase == .open {
                table.move(place, to: .waiting, until: after(waits.wait))
            }
        } else if !table.calls[place].marks.contains(.cancelledByCaller) {
            table.calls[place].marks.insert(.cancelledByNode)
        }
    }

    mutating func takeBye(_ packet: SignallingPacket, _ message: borrowing SIPMessage) {
        guard let keys = hasher.keys(message) else {
            counts.count("bye-without-ids", at: packet.offset)
            return
        }
        let byCaller: Bool
        let place: Int
        if let found = table.find(keys.leg) {
            (place, byCaller) = (found, true)
        } else if keys.hasToTag, let found = table.find(keys.reverseLeg) {
            (place, byCaller) = (found, false)
        } else {
            counts.count("bye-of-unseen-call", at: packet.offset)
            return
        }
        guard table.calls[place].phase != .lingering else { return }
        let isBetween =
            table.calls[place].event.node != .none
            && !table.calls[place].isSame(packet.source, table.calls[place].firstSource)
            && !table.calls[place].isSame(packet.source, table.calls[place].lastDestination)
        let cause = q850(message)
        if table.calls[place].marks.contains(.released) {
            // A node that sends a BYE to both ends ended the call itself.
            if isBetween, table.calls[place].marks.contains(.releasedByNode),
                byCaller != (table.calls[place].event.releasedBy == .caller)
            {
                table.calls[place].event.releasedBy = .network
            }
            if table.calls[place].event.q850 == 0 { table.calls[place].event.q850 = cause }
            return
        }
        table.calls[place].marks.insert(.released)
        if isBetween { table.calls[place].marks.insert(.releasedByNode) }
        table.calls[place].firstBye = packet.time
        table.calls[place].event.end = max(
            packet.time, table.calls[place].event.answer ?? table.calls[place].event.start)
        table.calls[place].event.releasedBy = byCaller ? .caller : .called
        table.calls[place].event.q850 = cause
        measures.addRelease(answer: table.calls[place].event.answer, bye: packet.time)
        if !table.calls[place].marks.contains(.answered) {
            // There was a dialog, so there was an answer; when, nobody saw.
            counts.count("answer-not-captured", at: packet.offset)
            table.calls[place].marks.insert(.answered)
            table.calls[place].event.sipStatus = 200
        }
        if table.calls[place].phase == .long {
            table.move(place, to: .lingering, until: after(waits.linger))
        } else {
            table.move(place, to: .settling, until: after(waits.settle))
        }
    }

    mutating func takeByeResponse(_ packet: SignallingPacket, _ message: borrowing SIPMessage) {
        guard let keys = hasher.keys(message),
            let place = table.find(keys.leg) ?? (keys.hasToTag ? table.find(keys.reverseLeg) : nil),
            let bye = table.calls[place].firstBye, !table.calls[place].marks.contains(.disconnectMeasured)
        else { return }
        table.calls[place].marks.insert(.disconnectMeasured)
        measures.addDisconnect(packet.time - bye)
    }
}
