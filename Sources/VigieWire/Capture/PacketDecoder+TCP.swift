extension PacketDecoder {
    /// RFC 9293 §3.1: ports, sequence, acknowledgement, data offset, flags.
    mutating func tcpSegment(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Bool {
        guard end - at >= 20 else { return bad("tcp-cut-short") }
        let header = Int(bytes[at + 12] >> 4) * 4
        guard header >= 20, end - at >= header else { return bad("tcp-header-length") }
        packet.source.port = bytes.big16(at)
        packet.destination.port = bytes.big16(at + 2)
        packet.transport = .tcp
        let sequence = bytes.big32(at + 4)
        let flags = bytes[at + 13]
        let key = TCPTable.Key(source: packet.source, destination: packet.destination)
        let isFinish = flags & 1 != 0
        let isStart = flags & 2 != 0
        let isReset = flags & 4 != 0
        let lower = at + header
        var slot = tcp.slot(key)
        if isStart {
            if let known = slot {
                // A SYN sent again changes nothing; another one begins another connection.
                if tcp.streams[known].initial == sequence &+ 1 { return leave("tcp-duplicate") }
                endOfStream(known)
                tcp.close(known)
            }
            slot = tcp.open(key, next: sequence &+ 1, state: .synchronised, dropped: &dropped, at: offset)
        }
        if isReset {
            if let slot {
                endOfStream(slot)
                tcp.close(slot)
            }
            return leave("tcp-control")
        }
        guard lower < end else {
            guard let slot else { return leave("tcp-control") }
            if isFinish { finish(slot, sequence) }
            _ = leave("tcp-control")
            return tcp.isGap(slot, at: frameTime) || tcp.streams[slot].ending == .closed ? ready(slot) : false
        }
        let target = slot ?? tcp.open(key, next: sequence, state: .searching, dropped: &dropped, at: offset)
        tcp.streams[target].wasUsed = true
        return payload(bytes, lower, end, target, isStart ? sequence &+ 1 : sequence, isFinish)
    }

    private mutating func finish(_ slot: Int, _ sequence: UInt32) {
        tcp.streams[slot].finish = sequence
        if tcp.streams[slot].next == sequence { tcp.streams[slot].ending = .closed }
    }

    /// Puts the payload where its sequence number says.
    private mutating func payload(
        _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ slot: Int, _ sequence: UInt32, _ isFinish: Bool
    ) -> Bool {
        if tcp.streams[slot].state == .ignored { return leave(tcp.streams[slot].ignoredName) }
        let distance = Int32(bitPattern: sequence &- tcp.streams[slot].next)
        let count = upper - lower
        if isFinish { tcp.streams[slot].finish = sequence &+ UInt32(count) }
        if distance > TCPTable.maxJump || distance < -TCPTable.maxJump {
            // Another connection on the same ports, whose SYN was not captured.
            _ = bad("tcp-sequence-jump")
            endOfStream(slot)
            tcp.close(slot)
            let key = TCPTable.Key(source: packet.source, destination: packet.destination)
            let fresh = tcp.open(key, next: sequence, state: .searching, dropped: &dropped, at: offset)
            return payload(bytes, lower, upper, fresh, sequence, isFinish)
        }
        if distance > 0 {
            tcp.keepAhead(slot, sequence, bytes, lower, upper, frameTime)
            guard tcp.isGap(slot, at: frameTime) else { return false }
            tcp.streams[slot].ending = .gap
            return ready(slot)
        }
        let known = Int(-Int64(distance))
        guard known < count else {
            _ = leave("tcp-duplicate")
            return tcp.isGap(slot, at: frameTime) ? ready(slot) : false
        }
        tcp.append(slot, bytes, lower + known, upper)
        _ = tcp.takeAhead(slot)
        if isCut {
            // The rest of the segment was not captured: a gap whose length is known.
            _ = bad("segment-cut-short")
            tcp.streams[slot].next &+= UInt32(truncatingIfNeeded: missing)
            tcp.streams[slot].ending = .gap
        }
        if let finish = tcp.streams[slot].finish, tcp.streams[slot].next == finish {
            tcp.streams[slot].ending = .closed
        }
        tcp.makeRoom(besides: slot, &dropped, at: offset)
        return ready(slot)
    }

    /// Ends a stream for which no more is to come; what it still holds is counted. Its place stays known for a while, so that segments
    /// which are sent again are not read again.
    private mutating func endOfStream(_ slot: Int) {
        if tcp.streams[slot].state == .synchronised, hasRest(slot) { _ = bad("tcp-message-cut-short") }
        if !tcp.streams[slot].ahead.isEmpty { _ = bad("tcp-gap") }
        tcp.clear(slot)
    }

    private func hasRest(_ slot: Int) -> Bool {
        let buffer = tcp.streams[slot].buffer
        return SIPStart.skipBlank(buffer.span, tcp.streams[slot].head, buffer.count) < buffer.count
    }

    /// Makes a stream the one that is read from.
    private mutating func ready(_ slot: Int) -> Bool {
        if tcp.isGap(slot, at: frameTime) { tcp.streams[slot].ending = .gap }
        return drain(slot)
    }

    /// Delivers the next message of a stream.
    mutating func drain(_ slot: Int) -> Bool {
        pending = .tcp
        // The message is lent from this stream's buffer, also at the end of the input.
        pendingStream = slot
        while true {
            var buffer: [UInt8] = []
            swap(&buffer, &tcp.streams[slot].buffer)
            let result = read(slot, buffer.span)
            var isFound = false
            switch result {
            case .message(let lower, let upper):
                tcp.streams[slot].hasSpoken = true
                describe(slot)
                place(lower, upper, .tcp)
                isFound = true
            case .hep(let lower, let upper):
                tcp.streams[slot].hasSpoken = true
                describe(slot)
                isFound = hep(buffer.span, lower, upper, .tcp)
            case .more: break
            }
            swap(&buffer, &tcp.streams[slot].buffer)
            if isFound { return true }
            if case .more = result, !goOn(slot) { break }
        }
        pending = .nothing
        return false
    }

    /// Behind the last readable octet: over a gap, or to the end of the stream.
    private mutating func goOn(_ slot: Int) -> Bool {
        switch tcp.streams[slot].ending {
        case .open:
            tcp.compact(slot)
            return false
        case .closed:
            endOfStream(slot)
            return false
        case .gap:
            if !isCut || !tcp.streams[slot].ahead.isEmpty { _ = bad("tcp-gap") }
            tcp.skipGap(slot)
            return true
        }
    }

    private mutating func describe(_ slot: Int) {
        packet.time = frameTime
        packet.captureAgent = frameInterface
        packet.correlation = 0
        packet.source = tcp.streams[slot].source
        packet.destination = tcp.streams[slot].destination
        packet.transport = .tcp
        packet.offset = offset
    }

    /// Reads on at the end of the input: every stream is drained as if it were closed.
    mutating func flush(at end: UInt64) -> Bool {
        offset = end
        fragments.flush(at: end, dropped: &dropped)
        while let slot = tcp.openSlot(from: 0) {
            tcp.streams[slot].ending = tcp.streams[slot].ahead.isEmpty ? .closed : .gap
            if drain(slot) { return true }
            // A gap was skipped and what followed was read: now it is closed.
            if tcp.slot(
                TCPTable.Key(source: tcp.streams[slot].source, destination: tcp.streams[slot].destination))
                == slot,
                tcp.streams[slot].ahead.isEmpty
            {
                endOfStream(slot)
                tcp.close(slot)
            }
        }
        return false
    }
}
