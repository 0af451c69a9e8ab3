import VigieCalls
import VigieWire

/// How a call event lies in a journal: a mask that says which fields follow, then those fields, native byte order, unaligned.
///
/// ```
/// offset  size  what
/// 0       4     mask, one bit a field (`Field`)
/// 4       8     start, nanoseconds
/// 12      1     released by (bits 0-1), attestation (2-3), verstat (4-5)
/// 13      1     outcome
/// 14      …     the fields of the mask in the order of `Field`: times and numbers 8 bytes, symbols 4, SIP status 2,
///               Q.850 1, `extra` 8 × 4, Call-ID: key 8, whole count 1, kept count 1, kept bytes
/// ```
/// Never read by another process or another build: the file has no name.
enum JournalRecord {
    /// Upper bound of a record: 14 fixed, 2 + 5 + 1 times, numbers and charge, 6 symbols, extra, 3, Call-ID 73.
    static let maxBytes = 14 + 8 * 8 + 6 * 4 + 32 + 3 + 10 + CallID.maxBytes

    private enum Field {
        static let answer: UInt32 = 1 << 0
        static let end: UInt32 = 1 << 1
        static let caller: UInt32 = 1 << 2
        static let asserted: UInt32 = 1 << 3
        static let called: UInt32 = 1 << 4
        static let dialled: UInt32 = 1 << 5
        static let divertedFrom: UInt32 = 1 << 6
        static let ingress: UInt32 = 1 << 7
        static let egress: UInt32 = 1 << 8
        static let node: UInt32 = 1 << 9
        static let `operator`: UInt32 = 1 << 10
        static let location: UInt32 = 1 << 11
        static let currency: UInt32 = 1 << 12
        static let charge: UInt32 = 1 << 13
        static let sipStatus: UInt32 = 1 << 14
        static let q850: UInt32 = 1 << 15
        static let extra: UInt32 = 1 << 16
        static let callID: UInt32 = 1 << 17
    }

    // Where the next field goes, and the fields so far.
    private struct Writer {
        var at: Int
        var mask: UInt32 = 0

        init(at: Int) { self.at = at }

        mutating func put(_ value: UInt64, _ field: UInt32, _ bytes: inout MutableRawSpan) {
            mask |= field
            bytes.storeBytes(of: value, toByteOffset: at, as: UInt64.self)
            at &+= 8
        }

        mutating func put(_ symbol: Symbol, _ field: UInt32, _ bytes: inout MutableRawSpan) {
            mask |= field
            bytes.storeBytes(of: symbol.rawValue, toByteOffset: at, as: UInt32.self)
            at &+= 4
        }
    }

    /// Writes a record at `offset` of a block that has room for `maxBytes`; returns the offset behind it.
    static func encode(_ event: borrowing CallEvent, into block: inout [UInt8], at offset: Int) -> Int {
        var span = block.mutableSpan
        var bytes = unsafe span.mutableBytes
        var writer = Writer(at: offset + 14)
        if let answer = event.answer { writer.put(UInt64(bitPattern: answer.rawValue), Field.answer, &bytes) }
        if let end = event.end { writer.put(UInt64(bitPattern: end.rawValue), Field.end, &bytes) }
        if event.caller != .absent { writer.put(event.caller.rawValue, Field.caller, &bytes) }
        if event.asserted != .absent { writer.put(event.asserted.rawValue, Field.asserted, &bytes) }
        if event.called != .absent { writer.put(event.called.rawValue, Field.called, &bytes) }
        if event.dialled != .absent { writer.put(event.dialled.rawValue, Field.dialled, &bytes) }
        if event.divertedFrom != .absent {
            writer.put(event.divertedFrom.rawValue, Field.divertedFrom, &bytes)
        }
        if event.ingress != .none { writer.put(event.ingress, Field.ingress, &bytes) }
        if event.egress != .none { writer.put(event.egress, Field.egress, &bytes) }
        if event.node != .none { writer.put(event.node, Field.node, &bytes) }
        if event.operator != .none { writer.put(event.operator, Field.operator, &bytes) }
        if event.location != .none { writer.put(event.location, Field.location, &bytes) }
        if event.currency != .none { writer.put(event.currency, Field.currency, &bytes) }
        if let charge = event.chargeMicros { writer.put(UInt64(bitPattern: charge), Field.charge, &bytes) }
        if event.sipStatus != 0 {
            writer.mask |= Field.sipStatus
            bytes.storeBytes(of: event.sipStatus, toByteOffset: writer.at, as: UInt16.self)
            writer.at &+= 2
        }
        if event.q850 != 0 {
            writer.mask |= Field.q850
            bytes.storeBytes(of: event.q850, toByteOffset: writer.at, as: UInt8.self)
            writer.at &+= 1
        }
        var any: UInt32 = 0
        for index in 0..<CallEvent.extraDimensions { any |= event.extra[index].rawValue }
        if any != 0 {
            for index in 0..<CallEvent.extraDimensions { writer.put(event.extra[index], Field.extra, &bytes) }
        }
        if !event.callID.isEmpty {
            writer.put(event.callID.key, Field.callID, &bytes)
            writer.at = putText(event.callID.kept, event.callID.wholeCount, &bytes, writer.at)
        }
        bytes.storeBytes(of: writer.mask, toByteOffset: offset, as: UInt32.self)
        bytes.storeBytes(of: event.start.rawValue, toByteOffset: offset + 4, as: Int64.self)
        let small = event.releasedBy.rawValue | event.attestation.rawValue << 2 | event.verstat.rawValue << 4
        bytes.storeBytes(of: small, toByteOffset: offset + 12, as: UInt8.self)
        bytes.storeBytes(of: event.outcome.rawValue, toByteOffset: offset + 13, as: UInt8.self)
        return writer.at
    }

    private static func putText(
        _ text: Span<UInt8>, _ wholeCount: Int, _ bytes: inout MutableRawSpan, _ offset: Int
    ) -> Int {
        bytes.storeBytes(of: UInt8(clamping: wholeCount), toByteOffset: offset, as: UInt8.self)
        bytes.storeBytes(of: UInt8(clamping: text.count), toByteOffset: offset + 1, as: UInt8.self)
        let start = offset + 2
        let source = unsafe text.bytes
        var index = 0
        while index &+ 8 <= text.count {
            bytes.storeBytes(of: source.word(at: index), toByteOffset: start &+ index, as: UInt64.self)
            index &+= 8
        }
        while index < text.count {
            bytes.storeBytes(of: text[index], toByteOffset: start &+ index, as: UInt8.self)
            index &+= 1
        }
        return start &+ text.count
    }

    /// Reads the record at `offset` and moves `offset` behind it; a record outside `window` is passed over, and `nil`.
    static func decode(_ block: Span<UInt8>, at offset: inout Int, in window: ClosedRange<Timestamp>)
        -> CallEvent?
    {
        let bytes = unsafe block.bytes
        var at = offset + 14
        let mask = UInt32(truncatingIfNeeded: bytes.word(at: offset))
        let start = Timestamp(rawValue: Int64(bitPattern: bytes.word(at: offset + 4)))
        guard window.contains(start) else {
            offset = at + skip(mask, bytes, at)
            return nil
        }
        func number() -> UInt64 {
            defer { at &+= 8 }
            return bytes.word(at: at)
        }
        func symbol() -> Symbol {
            defer { at &+= 4 }
            return Symbol(rawValue: UInt32(truncatingIfNeeded: bytes.word(at: at)))
        }
        var event = CallEvent(start: start)
        if mask & Field.answer != 0 { event.answer = Timestamp(rawValue: Int64(bitPattern: number())) }
        if mask & Field.end != 0 { event.end = Timestamp(rawValue: Int64(bitPattern: number())) }
        if mask & Field.caller != 0 { event.caller = PhoneNumber(rawValue: number()) }
        if mask & Field.asserted != 0 { event.asserted = PhoneNumber(rawValue: number()) }
        if mask & Field.called != 0 { event.called = PhoneNumber(rawValue: number()) }
        if mask & Field.dialled != 0 { event.dialled = PhoneNumber(rawValue: number()) }
        if mask & Field.divertedFrom != 0 { event.divertedFrom = PhoneNumber(rawValue: number()) }
        if mask & Field.ingress != 0 { event.ingress = symbol() }
        if mask & Field.egress != 0 { event.egress = symbol() }
        if mask & Field.node != 0 { event.node = symbol() }
        if mask & Field.operator != 0 { event.operator = symbol() }
        if mask & Field.location != 0 { event.location = symbol() }
        if mask & Field.currency != 0 { event.currency = symbol() }
        if mask & Field.charge != 0 { event.chargeMicros = Int64(bitPattern: number()) }
        if mask & Field.sipStatus != 0 {
            event.sipStatus = UInt16(truncatingIfNeeded: bytes.word(at: at))
            at &+= 2
        }
        if mask & Field.q850 != 0 {
            event.q850 = UInt8(truncatingIfNeeded: bytes.word(at: at))
            at &+= 1
        }
        if mask & Field.extra != 0 {
            for index in 0..<CallEvent.extraDimensions { event.extra[index] = symbol() }
        }
        if mask & Field.callID != 0 {
            let key = number()
            let counts = bytes.word(at: at)
            let kept = Int(counts >> 8 & 255)
            guard at &+ 2 &+ kept <= block.count else {
                // Not what `encode` wrote: nothing behind it can be trusted.
                offset = block.count
                return nil
            }
            event.callID = CallID(
                kept: block.extracting(at + 2..<at + 2 + kept), wholeCount: Int(counts & 255), key: key)
            at &+= 2 &+ kept
        }
        let small = UInt16(truncatingIfNeeded: bytes.word(at: offset + 12))
        event.releasedBy = CallEvent.ReleasedBy(rawValue: UInt8(small & 3)) ?? .unknown
        event.attestation = CallEvent.Attestation(rawValue: UInt8(small >> 2 & 3)) ?? .none
        event.verstat = CallEvent.Verstat(rawValue: UInt8(small >> 4 & 3)) ?? .absent
        event.outcome = CallOutcome(rawValue: UInt8(small >> 8)) ?? .indeterminate
        offset = at
        return event
    }

    // Bytes of the fields of a mask.
    private static func skip(_ mask: UInt32, _ bytes: RawSpan, _ at: Int) -> Int {
        let eights = (mask & 0x7F | mask & Field.charge).nonzeroBitCount
        let fours = (mask & 0x1F80).nonzeroBitCount
        var count = 8 * eights + 4 * fours
        if mask & Field.sipStatus != 0 { count += 2 }
        if mask & Field.q850 != 0 { count += 1 }
        if mask & Field.extra != 0 { count += 4 * CallEvent.extraDimensions }
        if mask & Field.callID != 0 { count += 10 + Int(bytes.word(at: at + count + 8) >> 8 & 255) }
        return count
    }
}

extension RawSpan {
    /// The eight bytes from `offset` on, native order; what lies beyond the end reads as zero.
    @inline(__always)
    fileprivate func word(at offset: Int) -> UInt64 {
        if offset >= 0, offset <= byteCount &- 8 {
            // In bounds by the line above.
            return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        var word: UInt64 = 0
        var index = 0
        while index < 8, offset >= 0, offset + index < byteCount {
            word |=
                UInt64(unsafe unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)) << UInt64(8 * index)
            index += 1
        }
        return word
    }
}
