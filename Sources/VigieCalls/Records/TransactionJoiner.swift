internal import VigieWire

/// Joins the rows of one call where a row is one SIP transaction: the `INVITE` that was answered and the `BYE` that ended it.
///
/// Bounded: beyond `capacity` waiting calls the oldest is given out without its end. Files whose newest row comes first are
/// kept whole, as far as `capacity` goes, and given out in order of time.
struct TransactionJoiner: Sendable {
    /// Calls that wait for their other row.
    static let capacity = 32_768  // a busy proxy has some ten thousand calls up

    private var calls: [CallEvent] = []
    private var isFilled: [Bool] = []
    private var slotByID: [UInt64: Int32] = [:]
    private var hand = 0
    private var endings: [UInt64: Timestamp] = [:]
    private var last: Timestamp?
    private var rises = 0
    private var falls = 0
    private var isSorted = false
    private var sorted: [CallEvent] = []

    /// Whether the rows go back in time.
    private var isNewestFirst: Bool { falls > rises }

    private mutating func watch(_ time: Timestamp) {
        if let last, time != last { if time > last { rises += 1 } else { falls += 1 } }
        last = time
    }

    /// Takes an `INVITE` row; the answer is an event that is complete.
    mutating func begin(
        _ event: CallEvent, _ record: borrowing CallRecord, notes: inout NamedCounts,
        dropped: inout NamedCounts
    ) -> CallEvent? {
        watch(event.start)
        var event = event
        let id = event.callID.key
        if event.sipStatus == 401 || event.sipStatus == 407 {
            // RFC 3261 §22: the caller tries again with credentials, under the same Call-ID.
            dropped.count("authentication_challenge", at: record.offset)
            return nil
        }
        if let slot = slotByID[id] {
            // RFC 3261 §14: an INVITE inside a call that is up changes its media. The earliest one began the call.
            let index = Int(slot)
            dropped.count("invite_inside_call", at: record.offset)
            if event.answer != nil, event.start < calls[index].start {
                event.end = calls[index].end
                calls[index] = event
            }
            return nil
        }
        guard event.answer != nil else {
            if endings[id] != nil, !isNewestFirst {
                dropped.count("invite_inside_call", at: record.offset)
                return nil
            }
            guard isNewestFirst else { return event }
            return keep(event, id, &notes)
        }
        if let end = endings[id] {
            event.end = end
            endings[id] = nil
            if !isNewestFirst { return event }
        }
        return keep(event, id, &notes)
    }

    /// Takes a `BYE` row, or one that neither begins nor ends a call; the answer is an event that is complete.
    mutating func end(
        _ record: borrowing CallRecord, bytes: Span<UInt8>, notes: inout NamedCounts,
        dropped: inout NamedCounts
    ) -> CallEvent? {
        guard record.kind == .bye, let time = record.start else {
            dropped.count("other_transaction", at: record.offset)
            return nil
        }
        watch(time)
        let id = CallID(record[.callID].of(bytes)).key
        if let slot = slotByID[id] {
            var event = calls[Int(slot)]
            if let end = event.end, end <= time {
                dropped.count("bye_repeated", at: record.offset)
                return nil
            }
            if time >= event.start { event.end = time }
            guard !isNewestFirst else {
                calls[Int(slot)] = event
                return nil
            }
            release(Int(slot))
            return event
        }
        if endings.count < Self.capacity {
            if let known = endings[id], known <= time {
                dropped.count("bye_repeated", at: record.offset)
            } else {
                endings[id] = time
            }
        } else {
            dropped.count("bye_without_open_call", at: record.offset)
        }
        return nil
    }

    /// A call that will not be completed; `nil` when none is left.
    mutating func next(notes: inout NamedCounts, dropped: inout NamedCounts) -> CallEvent? {
        if !isSorted {
            isSorted = true
            sorted = calls.indices.filter { isFilled[$0] }.map { calls[$0] }.sorted { $0.start > $1.start }
            if !endings.isEmpty {
                dropped.count("bye_without_open_call", at: 0, times: UInt64(endings.count))
            }
            calls = []
            isFilled = []
            slotByID = [:]
            endings = [:]
            hand = 0
        }
        guard let event = sorted.popLast() else {
            isSorted = false
            return nil
        }
        if event.answer != nil, event.end == nil { notes.count("end_missing", at: 0) }
        return event
    }

    /// Keeps a call; the answer is the one that must make room.
    private mutating func keep(_ event: CallEvent, _ id: UInt64, _ notes: inout NamedCounts) -> CallEvent? {
        if calls.count < Self.capacity {
            slotByID[id] = Int32(calls.count)
            calls.append(event)
            isFilled.append(true)
            return nil
        }
        // The hand goes round: the slot it meets holds the oldest call, or is free.
        let index = hand
        hand = (hand + 1) % calls.count
        let forced = isFilled[index] ? calls[index] : nil
        if let forced {
            slotByID[forced.callID.key] = nil
            if forced.end == nil { notes.count("end_missing", at: 0) }
        }
        calls[index] = event
        isFilled[index] = true
        slotByID[id] = Int32(index)
        return forced
    }

    private mutating func release(_ index: Int) {
        slotByID[calls[index].callID.key] = nil
        isFilled[index] = false
    }
}
