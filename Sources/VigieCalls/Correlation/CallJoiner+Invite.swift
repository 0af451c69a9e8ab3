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
            guard let known, table.calls[known].phase == .waiting, cSeq.number > table.calls[known].cSeq
            else {
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
        _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ details: InviteDetails,
        _ cSeq: UInt32, _ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void
    ) -> Int? {
        guard let place = claim(packet.offset, emit) else { return nil }
        start(place, packet.source, packet.destination, packet, message, keys, cSeq, &symbols)
        _ = table.calls[place].addBranch(hasher.branch(message))
        describe(place, details)
        enterChains(place, details.identity)
        return place
    }

    /// Fills a claimed place with what every first message tells.
    mutating func start(
        _ place: Int, _ source: IPEndpoint, _ destination: IPEndpoint, _ packet: SignallingPacket,
        _ message: borrowing SIPMessage, _ keys: MessageKeys, _ cSeq: UInt32, _ symbols: inout SymbolTable
    ) {
        table.move(place, to: .open, until: after(waits.ongoingAfter))
        table.calls[place].cSeq = cSeq
        table.calls[place].firstLeg = keys.leg
        table.calls[place].firstSource = source
        table.calls[place].firstDestination = destination
        table.calls[place].lastSource = source
        table.calls[place].lastDestination = destination
        table.calls[place].lastInvite = packet.time
        if source.low == destination.low, source.high == destination.high {
            table.calls[place].marks.insert(.portsMatter)
        }
        table.calls[place].hops[0] = hasher.hop(source, destination)
        table.calls[place].hopCount = 1
        table.calls[place].event = CallEvent(start: packet.time, callID: CallID(message[message.callID]))
        table.calls[place].event.ingress = names.symbol(source, &symbols)
        table.calls[place].event.egress = names.symbol(destination, &symbols)
    }

    /// An INVITE of a leg that is known: a copy, another try, or the same request one hop further.
    private mutating func takeAgain(
        _ place: Int, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ cSeq: UInt32, _ symbols: inout SymbolTable, _ emit: (CallEvent) -> Void
    ) {
        let fromCaller =
            keys.leg == table.calls[place].firstLeg
            && table.calls[place].isSame(packet.source, table.calls[place].firstSource)
        let isNewer = fromCaller && cSeq > table.calls[place].cSeq
        if table.calls[place].isEmitted {
            guard isNewer, table.calls[place].phase == .lingering else {
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
        guard !table.calls[place].marks.contains(.answered), !table.calls[place].marks.contains(.released)
        else {
            if table.calls[place].knows(hop: hasher.hop(packet)) {
                repeated += 1
            } else {
                hop(place, packet, &symbols)
            }
            return
        }
        if isNewer {
            // With credentials after 401 or 407, at the Contact of a 3xx, or again after 422, 491, 503 …
            table.calls[place].cSeq = cSeq
            table.calls[place].forgetBranches()
            reopen(place)
        }
        let isNewBranch = fromCaller && table.calls[place].addBranch(hasher.branch(message))
        if !table.calls[place].knows(hop: hasher.hop(packet)) {
            reopen(place)
            table.calls[place].lastInvite = packet.time
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
        _ place: Int, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ links: LegLinks, _ details: InviteDetails, _ cSeq: UInt32, _ symbols: inout SymbolTable
    ) {
        addKeys(place, keys, links, packet.offset)
        table.calls[place].lastInvite = packet.time
        let isRetry =
            table.calls[place].knows(hop: hasher.hop(packet))
            && table.calls[place].isSame(packet.source, table.calls[place].firstSource)
        if !table.calls[place].marks.contains(.answered) { reopen(place) }
        if isRetry {
            table.calls[place].firstLeg = keys.leg
            table.calls[place].cSeq = cSeq
            table.calls[place].forgetBranches()
            _ = table.calls[place].addBranch(hasher.branch(message))
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
        _ place: Int, _ packet: SignallingPacket, _ message: borrowing SIPMessage, _ keys: MessageKeys,
        _ cSeq: UInt32
    ) {
        table.calls[place].event.start = min(table.calls[place].event.start, packet.time)
        if keys.leg != table.calls[place].firstLeg {
            table.calls[place].event.callID = CallID(message[message.callID])
        }
        table.calls[place].firstLeg = keys.leg
        table.calls[place].cSeq = cSeq
        table.calls[place].forgetBranches()
        _ = table.calls[place].addBranch(hasher.branch(message))
        table.calls[place].marks.remove(.beganUnseen)
    }

    /// What failed or was challenged goes on after all.
    mutating func reopen(_ place: Int) {
        guard table.calls[place].phase != .open else { return }
        if table.calls[place].event.sipStatus >= 300 {
            table.calls[place].downstreamStatus = table.calls[place].event.sipStatus
            table.calls[place].event.sipStatus = 0
            table.calls[place].event.q850 = 0
        }
        table.calls[place].event.end = nil
        table.move(place, to: .open, until: after(waits.ongoingAfter))
    }

    // MARK: Hops

    /// Where a new hop stands among those known.
    enum HopRole { case downstream, upstream, beside }

    /// Adds a hop to the way of an attempt.
    @discardableResult
    mutating func hop(_ place: Int, _ packet: SignallingPacket, _ symbols: inout SymbolTable) -> HopRole {
        hop(place, from: packet.source, to: packet.destination, &symbols)
    }

    /// Adds a hop to the way of an attempt.
    mutating func hop(
        _ place: Int, from source: IPEndpoint, to destination: IPEndpoint, _ symbols: inout SymbolTable
    ) -> HopRole {
        let count = Int(table.calls[place].hopCount)
        if count < table.calls[place].hops.count {
            table.calls[place].hops[count] = hasher.hop(source, destination)
            table.calls[place].hopCount += 1
        }
        let role: HopRole
        if table.calls[place].isSame(source, table.calls[place].lastDestination) {
            role = .downstream
        } else if table.calls[place].isSame(destination, table.calls[place].firstSource) {
            role = .upstream
        } else if table.calls[place].isSame(source, table.calls[place].lastSource)
            || table.calls[place].isSame(source, table.calls[place].firstSource)
        {
            role = .beside
        } else {
            role = .downstream  // hops in between were not captured, or the node has two addresses
        }
        if role == .upstream {
            table.calls[place].firstSource = source
            table.calls[place].firstDestination = destination
            table.calls[place].event.ingress = names.symbol(source, &symbols)
        } else {
            if table.calls[place].isSame(source, table.calls[place].firstSource) {
                table.calls[place].firstDestination = destination
            }
            table.calls[place].lastSource = source
            table.calls[place].lastDestination = destination
            table.calls[place].event.egress = names.symbol(destination, &symbols)
        }
        let isOneHop = table.calls[place].isSame(
            table.calls[place].lastSource, table.calls[place].firstSource)
        table.calls[place].event.node =
            isOneHop ? .none : names.symbol(table.calls[place].firstDestination, &symbols)
        return role
    }

    // MARK: What the call is

    private mutating func describe(_ place: Int, _ details: InviteDetails) {
        table.calls[place].event.caller = details.caller
        table.calls[place].event.asserted = details.asserted
        table.calls[place].event.called = details.called
        table.calls[place].event.dialled = details.dialled
        table.calls[place].target = details.target
        table.calls[place].event.divertedFrom = details.divertedFrom
        table.calls[place].event.verstat = details.verstat
        table.calls[place].event.attestation = details.attestation
    }

    /// A further hop: the last one tells where the call lands and what is displayed, the first one what was dialled.
    private mutating func redescribe(_ place: Int, _ details: InviteDetails, _ role: HopRole) {
        if role == .upstream {
            if details.dialled.isNumber {
                table.calls[place].event.dialled = details.dialled
                table.calls[place].target = details.target
            }
            if !table.calls[place].event.caller.isNumber { table.calls[place].event.caller = details.caller }
        } else {
            if details.called.isNumber { table.calls[place].event.called = details.called }
            if details.caller.isE164 || !table.calls[place].event.caller.isNumber && details.caller.isNumber {
                table.calls[place].event.caller = details.caller
            }
        }
        if details.asserted.isNumber { table.calls[place].event.asserted = details.asserted }
        if details.divertedFrom.isNumber { table.calls[place].event.divertedFrom = details.divertedFrom }
        if details.verstat != .absent {
            table.calls[place].event.verstat = details.verstat
            table.calls[place].event.attestation = details.attestation
        }
    }
}

extension PhoneNumber {
    /// Whether there are digits.
    var isNumber: Bool { form == .e164 || form == .dialled }
}
