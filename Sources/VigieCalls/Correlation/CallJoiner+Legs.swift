import VigieWire

/// The ids in an INVITE that other legs of the call may carry too; 0 where there is none.
struct LegLinks {
    /// The Call-ID of another leg.
    var otherCallID: UInt64 = 0
    var charging: UInt64 = 0
    var session: UInt64 = 0
    var agent: UInt64 = 0

    init(_ packet: SignallingPacket, _ message: borrowing SIPMessage, _ hasher: MessageHasher) {
        let other = message.xCallID
        if !other.isEmpty { otherCallID = hasher.callID(message[other]) }
        let icid = message.icid
        if !icid.isEmpty { charging = hasher.charging(message[icid]) }
        if packet.correlation != 0 { agent = hasher.agent(packet.correlation) }
        // RFC 7989 §5: `Session-ID: local-uuid;remote=…`, 32 hexadecimal digits; all zero is the null UUID.
        if let value = message.value(named: "Session-ID"), value.count >= 32 {
            let uuid = message[value].extracting(first: 32)
            for index in uuid.indices where uuid[index] != 0x30 {
                session = hasher.session(uuid)
                break
            }
        }
    }
}

extension InviteDetails {
    /// The two numbers as other legs may write them.
    var identity: (caller: UInt64, called: UInt64) {
        ((caller.isNumber ? caller : asserted).tail, called.tail)
    }
}

extension CallJoiner {
    /// Attempts looked at in one chain; a flood between the same two numbers cannot make it longer.
    private static let longestChain = 16

    /// The attempt of which this INVITE is another leg; `nil` when it begins one.
    func linked(
        _ packet: SignallingPacket, _ keys: MessageKeys, _ links: LegLinks, _ details: InviteDetails
    ) -> Int? {
        // The same Call-ID with another From tag: another try by the caller, or a B2BUA that keeps the Call-ID.
        if let place = table.find(keys.callID), isOpen(place) {
            if isAwaited(place, packet)
                || (isWithin(waits.linkWindow, place, packet) && isNextHop(place, packet))
            {
                return place
            }
        }
        if links.otherCallID != 0 {
            if let place = table.find(links.otherCallID), isOpen(place) { return place }
            if let place = table.find(hasher.link(callID: links.otherCallID)), isOpen(place),
                isPlausible(place, packet, details)
            {
                return place
            }
        }
        if let place = table.find(hasher.link(callID: keys.callID)), isOpen(place) { return place }
        if links.charging != 0, let place = table.find(links.charging), isPlausible(place, packet, details) {
            return place
        }
        if links.session != 0, let place = table.find(links.session), isPlausible(place, packet, details) {
            return place
        }
        if links.agent != 0, let place = table.find(links.agent), isPlausible(place, packet, details) {
            return place
        }
        return linkedByNumbers(packet, details)
    }

    /// Makes an attempt known by the ids of one of its legs.
    mutating func addKeys(_ place: Int, _ keys: MessageKeys, _ links: LegLinks, _ offset: UInt64) {
        var fits = table.add(key: keys.leg, to: place)
        fits = table.add(key: keys.callID, to: place) && fits
        if links.otherCallID != 0 {
            fits = table.add(key: hasher.link(callID: links.otherCallID), to: place) && fits
        }
        if links.charging != 0 { fits = table.add(key: links.charging, to: place) && fits }
        if links.session != 0 { fits = table.add(key: links.session, to: place) && fits }
        if links.agent != 0 { fits = table.add(key: links.agent, to: place) && fits }
        if !fits { counts.count("call-with-too-many-legs", at: offset) }
    }

    /// Makes an attempt findable by its numbers, and by its caller at the machine that the last leg went to.
    mutating func enterChains(_ place: Int, _ identity: (caller: UInt64, called: UInt64)) {
        guard identity.called != 0 else { return }
        table.enterChain(place, .numbers, key: hasher.numbers(identity.caller, identity.called))
        guard identity.caller != 0 else { return }
        table.enterChain(
            place, .machine,
            key: hasher.machine(
                identity.caller, table.calls[place].lastDestination,
                withPort: table.calls[place].marks.contains(.portsMatter)))
    }

    // MARK: Whether an INVITE may belong to an attempt

    private func isOpen(_ place: Int) -> Bool {
        !table.calls[place].isEmitted && !table.calls[place].marks.contains(.released)
    }

    private func isWithin(_ window: Int64, _ place: Int, _ packet: SignallingPacket) -> Bool {
        let (apart, overflow) = packet.time.rawValue.subtractingReportingOverflow(
            table.calls[place].lastInvite.rawValue)
        return !overflow && apart <= window && apart >= -window
    }

    /// Whether the leg begins where the last one ended, or ends where the first one began.
    private func isNextHop(_ place: Int, _ packet: SignallingPacket) -> Bool {
        !table.calls[place].knows(hop: hasher.hop(packet))
            && (table.calls[place].isSame(packet.source, table.calls[place].lastDestination)
                || table.calls[place].isSame(packet.destination, table.calls[place].firstSource))
    }

    /// Whether a node tries another way after the last one failed.
    private func isNextTry(_ place: Int, _ packet: SignallingPacket) -> Bool {
        table.calls[place].event.node != .none && table.calls[place].downstreamStatus >= 300
            && table.calls[place].isSame(packet.source, table.calls[place].lastSource)
    }

    /// Whether the caller was challenged or redirected, and this comes from there.
    private func isAwaited(_ place: Int, _ packet: SignallingPacket) -> Bool {
        table.calls[place].phase == .waiting && table.calls[place].event.sipStatus >= 300
            && table.calls[place].isSame(packet.source, table.calls[place].firstSource)
    }

    /// Whether a shared id may be believed: a lazy node writes one icid into all its calls.
    private func isPlausible(_ place: Int, _ packet: SignallingPacket, _ details: InviteDetails) -> Bool {
        guard isOpen(place), isWithin(waits.linkWindow, place, packet) else { return false }
        if isAwaited(place, packet) { return true }
        if table.calls[place].knows(hop: hasher.hop(packet)), !isNextTry(place, packet) { return false }
        let identity = details.identity
        let event = table.calls[place].event
        let caller = (event.caller.isNumber ? event.caller : event.asserted).tail
        if caller != 0, identity.caller != 0, caller != identity.caller {
            return event.called.tail == identity.called && identity.called != 0
        }
        return event.called.tail == identity.called || isNextHop(place, packet)
    }

    // MARK: By numbers

    private func linkedByNumbers(_ packet: SignallingPacket, _ details: InviteDetails) -> Int? {
        let identity = details.identity
        guard identity.called != 0 else { return nil }
        // 1. The same two numbers: at a machine that both legs touch, or, if only one attempt can be meant, across a node
        //    with two addresses.
        var apart: Int?
        var isAmbiguous = false
        var place = table.find(hasher.numbers(identity.caller, identity.called))
        var left = Self.longestChain
        while let candidate = place, left > 0 {
            left -= 1
            place = table.next(in: .numbers, after: candidate)
            guard isOpen(candidate) else { continue }
            if identity.caller != 0, isAwaited(candidate, packet),
                isWithin(waits.linkWindow, candidate, packet)
            {
                return candidate
            }
            guard !table.calls[candidate].marks.contains(.answered),
                isWithin(waits.legWindow, candidate, packet)
            else { continue }
            if isNextHop(candidate, packet) || isNextTry(candidate, packet) { return candidate }
            if identity.caller != 0,
                !table.calls[candidate].isSame(packet.source, table.calls[candidate].firstSource),
                !table.calls[candidate].isSame(packet.source, table.calls[candidate].lastSource),
                !table.calls[candidate].isSame(packet.destination, table.calls[candidate].lastDestination),
                !table.calls[candidate].isSame(packet.destination, table.calls[candidate].firstDestination),
                !table.calls[candidate].knows(hop: hasher.hop(packet))
            {
                isAmbiguous = apart != nil
                apart = candidate
            }
        }
        if let apart, !isAmbiguous { return apart }
        guard identity.caller != 0 else { return nil }
        // 2. The called number was translated: the one attempt of this caller that came to this machine and went nowhere yet.
        return waitingAt(packet, identity.caller, withPort: false)
            ?? waitingAt(packet, identity.caller, withPort: true)
    }

    private func waitingAt(_ packet: SignallingPacket, _ caller: UInt64, withPort: Bool) -> Int? {
        var found: Int?
        var place = table.find(hasher.machine(caller, packet.source, withPort: withPort))
        var left = Self.longestChain
        while let candidate = place, left > 0 {
            left -= 1
            place = table.next(in: .machine, after: candidate)
            guard isOpen(candidate), !table.calls[candidate].marks.contains(.answered),
                isWithin(waits.legWindow, candidate, packet), isNextHop(candidate, packet),
                table.calls[candidate].hopCount == 1, table.calls[candidate].phase == .open
            else { continue }
            if found != nil { return nil }
            found = candidate
        }
        return found
    }
}
