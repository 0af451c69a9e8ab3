import VigieCalls
import VigieWire

/// One first-contact call, as much as a later look at it needs; a plain value.
struct FirstContact: Sendable {
    var leaf: UInt64
    var start: Timestamp
    var caller: PhoneNumber
    var called: PhoneNumber
    var ingress: Symbol
    var country: Country
    var countryDigits: UInt8
    var landingDigits: UInt8
    /// Calls that the called number had received in this clock hour.
    var calledThisHour: UInt16
    var callerIsNew: Bool
    /// Whether the call only passes through: neither end is at home.
    var isInTransit: Bool
    var callerIsValid: Bool
    var isUnallocated: Bool
    var isAnswered: Bool
    /// Seconds of talk, 0 when there was none.
    var talk: Float
    var callID: CallID

    /// Whether it looks like a wrong number: nobody has it, or they were done within 15 seconds.
    var looksWrong: Bool { isUnallocated || isAnswered && talk < 15 }
}

/// The last suspicious first-contact calls, oldest overwritten.
struct SuspectRing: Sendable {
    var calls: [FirstContact] = []
    var next = 0
    let capacity: Int

    init(capacity: Int) {
        self.capacity = max(16, capacity)
    }

    mutating func append(_ call: FirstContact) {
        if calls.count < capacity {
            if calls.isEmpty { calls.reserveCapacity(capacity) }
            calls.append(call)
        } else {
            calls[next] = call
            next = next + 1 == capacity ? 0 : next + 1
        }
    }

    /// Calls since `moment` that `isWanted`, oldest first.
    func since(_ moment: Timestamp, where isWanted: (FirstContact) -> Bool) -> [FirstContact] {
        var found: [FirstContact] = []
        for offset in calls.indices {
            let index = calls.count < capacity ? offset : (next + offset) % capacity
            if calls[index].start >= moment, isWanted(calls[index]) { found.append(calls[index]) }
        }
        return found
    }
}

/// Remembers for some hours how many first-contact calls a caller made: 65,536 places of 8 bytes, newest wins.
struct CallerWatch: Sendable {
    /// Length of the memory in quarters of an hour.
    let quarters: UInt64
    var places = CacheLines<InlineArray<8, UInt64>>(count: 8_192)

    init(hours: UInt64) { quarters = hours * 4 }

    /// Asks for the caller's place, which `calls` will read soon.
    func prefetch(_ hash: UInt64) { places.prefetch(Int(truncatingIfNeeded: hash >> 3 & 8_191)) }

    /// First-contact calls in the last hours, `0...255`; counts one more when `adding`.
    mutating func calls(_ hash: UInt64, at now: Timestamp, adding: Bool) -> Int {
        let line = Int(truncatingIfNeeded: hash >> 3 & 8_191)
        let slot = Int(truncatingIfNeeded: hash & 7)
        let tag = hash & 0xFFFF_FFFF_0000_0000
        let quarter = UInt64(bitPattern: now.seconds / 900) & 0xFF_FFFF
        let old = places[line][slot]
        let isSame =
            old & 0xFFFF_FFFF_0000_0000 == tag && quarter &- (old >> 8 & 0xFF_FFFF) <= quarters
            && old & 255 != 0
        let count = isSame ? old & 255 : 0
        if adding {
            // The time runs from the first call, so that a steady caller gets its share again later.
            let began = isSame ? old >> 8 & 0xFF_FFFF : quarter
            places[line][slot] = tag | began << 8 | min(count + 1, 255)
        }
        return Int(count)
    }
}
