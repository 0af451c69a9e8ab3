import VigieWire

extension CallJoiner {
    mutating func takeInvite(
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ symbols: inout SymbolTable,
        _ emit: (CallEvent) -> Void
    ) {
        guard let keys = hasher.keys(message), let cSeq = message.cSeq else {
            counts.count("invite-without-ids", at: packet.offset)
            return
        }
        let known = table.find(keys.leg)
        // RFC 3261 §12.2: an INVITE with a To tag belongs to a dialog that exists. Some clients keep the tag of a 401 when they
        // try again with credentials.
        if keys.hasToTag {
            guard let known, table[known].phase == .waiting, cSeq.number > table[known].cSeq else {
                if known == nil, table.find(keys.reverseLeg) == nil {
                    counts.count("reinvite-of-unseen-call", at: packet.offset)
                }
                return
            }
        }
        if let known {
            takeAgain(known, packet, message, keys, cSeq.number, &symbols, emit)
            return
        }
        let details = InviteDetails(message, numbers)
        let links = LegLinks(packet, message, hasher)
        if let place = linked(packet, keys, links, details) {
            join(place, packet, message, keys, links, details, cSeq.number, &symbols)
        } else if let place = begin(packet, message, keys, details, cSeq.number, &symbols, emit) {
            addKeys(place, keys, links, packet.offset)
        }
    }

    /// Begins an attempt with its first INVITE.
    private mutating func begin(
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys, _ details: InviteDetails,
        _ cSeq: UInt32, _ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void
    ) -> UInt32? {
        guard let place = claim(packet.offset, emit) else { return nil }
        start(place, packet.source, packet.destination, packet, message, keys, cSeq, &symbols)
        _ = table[place].addBranch(hasher.branch(message))
        describe(place, details)
        enterChains(place, details.identity)
        return place
    }

    /// Fills a claimed place with what every first message tells.
    mutating func start(
        _ place: UInt32, _ source: IPEndpoint, _ destination: IPEndpoint, _ packet: SignallingPacket,
        _ message: borrowing SIPMessage, _ keys: MessageKeys, _ cSeq: UInt32, _ symbols: inout SymbolTable
    ) {
        table.move(place, to: .open, until: now + settings.ongoingAfter)
        table[place].cSeq = cSeq
        table[place].firstLeg = keys.leg
        table[place].firstSource = source
        table[place].firstDestination = destination
        table[place].lastSource = source
        table[place].lastDestination = destination
        table[place].lastInvite = packet.time
        if source.low == destination.low, source.high == destination.high { table[place].marks.insert(.portsMatter) }
        table[place].hops[0] = hasher.hop(source, destination)
        table[place].hopCount = 1
        table[place].event = CallEvent(start: packet.time, callID: CallID(message[message.callID]))
        table[place].event.ingress = names.symbol(source, &symbols)
        table[place].event.egress = names.symbol(destination, &symbols)
    }

    /// An INVITE of a leg that is known: a copy, another try, or the same request one hop further.
    private mutating func takeAgain(
        _ place: UInt32, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ cSeq: UInt32, _ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void
    ) {
        let fromCaller = keys.leg == table[place].firstLeg && table[place].isSame(packet.source, table[place].firstSource)
        let isNewer = fromCaller && cSeq > table[place].cSeq
        if table[place].isEmitted {
            guard isNewer, table[place].phase == .lingering else {
                repeated += 1
                return
            }
            // A client that takes its old Call-ID for a new call.
            table.free(place)
            let details = InviteDetails(message, numbers)
            let links = LegLinks(packet, message, hasher)
            if let place = begin(packet, message, keys, details, cSeq, &symbols, emit) {
                addKeys(place, keys, links, packet.offset)
            }
            return
        }
        guard !table[place].marks.contains(.answered), !table[place].marks.contains(.released) else {
            if table[place].knows(hop: hasher.hop(packet)) { repeated += 1 } else { hop(place, packet, &symbols) }
            return
        }
        if isNewer {
            // With credentials after 401 or 407, at the Contact of a 3xx, or again after 422, 491, 503 …
            table[place].cSeq = cSeq
            table[place].forgetBranches()
            reopen(place)
        }
        let isNewBranch = fromCaller && table[place].addBranch(hasher.branch(message))
        if !table[place].knows(hop: hasher.hop(packet)) {
            reopen(place)
            table[place].lastInvite = packet.time
            let role = hop(place, packet, &symbols)
            redescribe(place, InviteDetails(message, numbers), role)
            if role == .upstream { becameDownstream(place, packet, message, keys, cSeq) }
        } else if isNewer {
            redescribe(place, InviteDetails(message, numbers), .downstream)
        } else if isNewBranch {
            reopen(place)
        } else {
            repeated += 1
        }
    }

    /// Adds a leg with ids of its own to an attempt.
    private mutating func join(
        _ place: UInt32, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ links: LegLinks, _ details: InviteDetails, _ cSeq: UInt32, _ symbols: inout SymbolTable
    ) {
        addKeys(place, keys, links, packet.offset)
        table[place].lastInvite = packet.time
        let isRetry = table[place].knows(hop: hasher.hop(packet))
            && table[place].isSame(packet.source, table[place].firstSource)
        if !table[place].marks.contains(.answered) { reopen(place) }
        if isRetry {
            table[place].firstLeg = keys.leg
            table[place].cSeq = cSeq
            table[place].forgetBranches()
            _ = table[place].addBranch(hasher.branch(message))
            redescribe(place, details, .downstream)
            return
        }
        let role = hop(place, packet, &symbols)
        redescribe(place, details, role)
        if role == .upstream { becameDownstream(place, packet, message, keys, cSeq) }
        enterChains(place, details.identity)
    }

    /// The attempt has a hop before the one that was taken for its first.
    private mutating func becameDownstream(
        _ place: UInt32, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys, _ cSeq: UInt32
    ) {
        table[place].event.start = min(table[place].event.start, packet.time)
        if keys.leg != table[place].firstLeg { table[place].event.callID = CallID(message[message.callID]) }
        table[place].firstLeg = keys.leg
        table[place].cSeq = cSeq
        table[place].forgetBranches()
        _ = table[place].addBranch(hasher.branch(message))
        table[place].marks.remove(.beganUnseen)
    }

    /// What failed or was challenged goes on after all.
    mutating func reopen(_ place: UInt32) {
        guard table[place].phase != .open else { return }
        if table[place].event.sipStatus >= 300 {
            table[place].downstreamStatus = table[place].event.sipStatus
            table[place].event.sipStatus = 0
            table[place].event.q850 = 0
        }
        table[place].event.end = nil
        table.move(place, to: .open, until: now + settings.ongoingAfter)
    }

    // MARK: Hops

    /// Where a new hop stands among those known.
    enum HopRole { case downstream, upstream, beside }

    /// Adds a hop to the way of an attempt.
    @discardableResult
    mutating func hop(_ place: UInt32, _ packet: SignallingPacket, _ symbols: inout SymbolTable) -> HopRole {
        hop(place, from: packet.source, to: packet.destination, &symbols)
    }

    /// Adds a hop to the way of an attempt.
    mutating func hop(
        _ place: UInt32, from source: IPEndpoint, to destination: IPEndpoint, _ symbols: inout SymbolTable
    ) -> HopRole {
        let count = Int(table[place].hopCount)
        if count < table[place].hops.count {
            table[place].hops[count] = hasher.hop(source, destination)
            table[place].hopCount += 1
        }
        let role: HopRole
        if table[place].isSame(source, table[place].lastDestination) {
            role = .downstream
        } else if table[place].isSame(destination, table[place].firstSource) {
            role = .upstream
        } else if table[place].isSame(source, table[place].lastSource)
            || table[place].isSame(source, table[place].firstSource)
        {
            role = .beside
        } else {
            role = .downstream  // hops in between were not captured, or the node has two addresses
        }
        if role == .upstream {
            table[place].firstSource = source
            table[place].firstDestination = destination
            table[place].event.ingress = names.symbol(source, &symbols)
        } else {
            if table[place].isSame(source, table[place].firstSource) { table[place].firstDestination = destination }
            table[place].lastSource = source
            table[place].lastDestination = destination
            table[place].event.egress = names.symbol(destination, &symbols)
        }
        let isOneHop = table[place].isSame(table[place].lastSource, table[place].firstSource)
        table[place].event.node = isOneHop ? .none : names.symbol(table[place].firstDestination, &symbols)
        return role
    }

    // MARK: What the call is

    private mutating func describe(_ place: UInt32, _ details: InviteDetails) {
        table[place].event.caller = details.caller
        table[place].event.asserted = details.asserted
        table[place].event.called = details.called
        table[place].event.dialled = details.dialled
        table[place].target = details.target
        table[place].event.divertedFrom = details.divertedFrom
        table[place].event.verstat = details.verstat
        table[place].event.attestation = details.attestation
    }

    /// A further hop: the last one tells where the call lands and what is displayed, the first one what was dialled.
    private mutating func redescribe(_ place: UInt32, _ details: InviteDetails, _ role: HopRole) {
        if role == .upstream {
            if details.dialled.isNumber {
                table[place].event.dialled = details.dialled
                table[place].target = details.target
            }
            if !table[place].event.caller.isNumber { table[place].event.caller = details.caller }
        } else {
            if details.called.isNumber { table[place].event.called = details.called }
            if details.caller.isE164 || !table[place].event.caller.isNumber && details.caller.isNumber {
                table[place].event.caller = details.caller
            }
        }
        if details.asserted.isNumber { table[place].event.asserted = details.asserted }
        if details.divertedFrom.isNumber { table[place].event.divertedFrom = details.divertedFrom }
        if details.verstat != .absent {
            table[place].event.verstat = details.verstat
            table[place].event.attestation = details.attestation
        }
    }
}

extension PhoneNumber {
    /// Whether there are digits.
    var isNumber: Bool { form == .e164 || form == .dialled }
}
