import VigieCalls
import VigieWire

/// A day's file of minutes: what is added to a minute, one frame after another, oldest addition first. Nothing in it ever changes.
///
/// ```
/// offset  size  what
/// 0       8     "VIGIEEM1"
/// 8       4     version, 1
/// 12      4     zero
/// 16      …     frames
///
/// of a frame
/// 0       4     "VMIN"
/// 4       4     octets of the body
/// 8       8     checksum of the body, keyed by the frame's place in the file
/// 16      …     body: minute of the day, hearing, then groups until a zero
/// ```
/// A group is a kind (1 cell, 2 node, …), for cells the service, a number of rows, and rows: the department or symbol as the difference
/// from the row before, and `MinuteFrame.put(_:)` of the counts. Numbers are LEB128; a quiet cell's minute takes three octets.
enum MinuteFrame {
    static let magic = Array("VIGIEEM1".utf8)
    static let version: UInt32 = 1
    static let fileHeader = 16
    static let header = 16
    static let marker: UInt32 = 0x4E49_4D56  // "VMIN"
    /// Octets of a body at most: 4,096 series with every count at its largest.
    static let maxBody = 1 << 18
    // Any fixed number: the checksum guards against accidents, not against an enemy who writes our files.
    static let key: UInt64 = 0x5649_4749_454D_494E

    /// The beginning of a file.
    static var fileBeginning: [UInt8] {
        var bytes = magic + [UInt8](repeating: 0, count: 8)
        bytes.put(version, at: 8)
        return bytes
    }

    // MARK: Writing

    /// Appends a minute's frame to `bytes`, whose first octet stands at `place` in the file.
    static func append(_ minute: EmergencyMinute, to bytes: inout [UInt8], place: Int) {
        let start = bytes.count
        bytes += repeatElement(0, count: header)
        bytes.append(leb: UInt64(minute.number - EmergencyHistoryQuery.floor(minute.number, 1_440) * 1_440))
        bytes.append(minute.hearing.rawValue)
        var index = 0
        let rows = minute.rows
        while index < rows.count {
            let group = rows[index].series.rawValue >> 16
            let kind = rows[index].series.kind
            var end = index
            while end < rows.count,
                kind == .cell
                    ? rows[end].series.rawValue >> 16 == group : rows[end].series.kind == kind
            {
                end += 1
            }
            bytes.append(leb: UInt64(kind.rawValue) + 1)
            if kind == .cell { bytes.append(leb: group) }
            bytes.append(leb: UInt64(end - index))
            var before: UInt64 = 0
            for row in rows[index..<end] {
                let value = row.series.rawValue & (kind == .cell ? 0xFFFF : 0xFFFF_FFFF)
                bytes.append(leb: value &- before)
                before = value
                bytes.append(counts: row.totals)
            }
            index = end
        }
        bytes.append(0)
        let body = bytes.count - start - header
        bytes.put(marker, at: start)
        bytes.put(UInt32(body), at: start + 4)
        let hash = bytes.span.extracting((start + header)..<bytes.count).keyedHash(
            key ^ UInt64(place + start))
        bytes.put(hash, at: start + 8)
    }

    // MARK: Reading

    /// What was found in a file.
    struct Found {
        /// Where the last whole frame ends; what lies behind it was never finished.
        var end = MinuteFrame.fileHeader
        /// Frames, or stretches between two, that do not hold what was written.
        var damaged = 0
        /// The minutes' last words: a bit for each that was heard.
        var heard = [UInt64](repeating: 0, count: 23)
        /// The latest minute of the day about which there is a frame.
        var lastMinute = -1
    }

    /// Tells every row of a file's frames; a damaged one is left out, and the search goes on behind it.
    static func read<Failure: Error>(
        _ bytes: [UInt8], count: Int, _ row: (Int, EmergencySeries, EmergencyTotals) throws(Failure) -> Void
    ) throws(Failure) -> Found {
        var found = Found()
        var offset = fileHeader
        var isLost = false
        while offset + header <= count {
            guard let body = body(bytes, at: offset, count: count) else {
                isLost = true
                offset += 1
                while offset + header <= count, bytes.word32(at: offset) != marker { offset += 1 }
                continue
            }
            if isLost {
                found.damaged += 1
                isLost = false
            }
            if try !rows(bytes, body, &found, row) { found.damaged += 1 }
            offset = body.upperBound
            found.end = offset
        }
        return found
    }

    private static func body(_ bytes: [UInt8], at offset: Int, count: Int) -> Range<Int>? {
        guard bytes.word32(at: offset) == marker else { return nil }
        let length = Int(bytes.word32(at: offset + 4))
        let start = offset + header
        guard length >= 3, length <= maxBody, start + length <= count,
            bytes.span.extracting(start..<start + length).keyedHash(key ^ UInt64(offset))
                == bytes.word64(at: offset + 8)
        else { return nil }
        return start..<start + length
    }

    private static func rows<Failure: Error>(
        _ bytes: [UInt8], _ body: Range<Int>, _ found: inout Found,
        _ row: (Int, EmergencySeries, EmergencyTotals) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        var reader = MinuteReader(bytes.span.extracting(body))
        let minute = Int(reader.number())
        guard minute < 1_440, let hearing = EmergencyMinute.Hearing(rawValue: reader.octet()) else {
            return false
        }
        found.lastMinute = max(found.lastMinute, minute)
        switch hearing {
        case .unsaid: break
        case .heard: found.heard[minute / 64] |= 1 << UInt64(minute % 64)
        case .blind: found.heard[minute / 64] &= ~(1 << UInt64(minute % 64))
        }
        while true {
            let kindNumber = reader.number()
            if kindNumber == 0 { return !reader.isBroken }
            let base = (kindNumber - 1) << 56
            let service = kindNumber == 1 ? reader.number() << 16 : 0
            let count = reader.number()
            guard count <= 65_536, service <= 0xFFFF_FFFF_0000, EmergencySeries(rawValue: base) != nil else {
                return false
            }
            var value: UInt64 = 0
            for _ in 0..<count {
                value &+= reader.number()
                let totals = reader.counts()
                guard !reader.isBroken, value <= (kindNumber == 1 ? 0xFFFF : 0xFFFF_FFFF),
                    let series = EmergencySeries(rawValue: base | service | value)
                else { return false }
                try row(minute, series, totals)
            }
        }
    }
}

/// Reads LEB128 numbers and counts; beyond the end it reads zeros and says so.
struct MinuteReader: ~Escapable {
    private let bytes: Span<UInt8>
    private(set) var index = 0
    private(set) var isBroken = false

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    mutating func octet() -> UInt8 {
        guard index < bytes.count else {
            isBroken = true
            return 0
        }
        index += 1
        return bytes[index - 1]
    }

    mutating func number() -> UInt64 {
        let first = octet()
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while shift < 64 {
            let next = octet()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        isBroken = true
        return 0
    }

    /// What `append(counts:)` wrote.
    mutating func counts() -> EmergencyTotals {
        let mask = octet()
        var totals = EmergencyTotals()
        let attempts = small()
        totals[.attempts] = attempts
        let callers = mask & 1 != 0 ? attempts : small()
        totals[.callers] = callers
        totals[.answered] = mask & 2 != 0 ? callers : small()
        if mask & 0x7C != 0 {
            if mask & 4 != 0 { totals[.failed] = small() }
            if mask & 8 != 0 { totals[.cut] = small() }
            if mask & 16 != 0 { totals[.unanswered] = small() }
            if mask & 32 != 0 { totals[.abandoned] = small() }
            if mask & 64 != 0 {
                totals[.received] = small()
                totals[.receiverAnswered] = small()
                totals[.receiverAbandoned] = small()
            }
        }
        if mask & 128 != 0 { isBroken = true }
        return totals
    }

    private mutating func small() -> UInt32 { UInt32(truncatingIfNeeded: number()) }
}

extension [UInt8] {
    mutating func append(leb number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Counts: an octet that says which follow (bit 0: callers are attempts, 1: answered are callers, then one each), then these.
    mutating func append(counts totals: EmergencyTotals) {
        let answered = totals[.answered]
        let callers = totals[.callers]
        let attempts = totals[.attempts]
        let hasReceiver =
            totals[.received] | totals[.receiverAnswered] | totals[.receiverAbandoned] != 0
        var mask: UInt8 = callers == attempts ? 1 : 0
        if answered == callers { mask |= 2 }
        if totals[.failed] != 0 { mask |= 4 }
        if totals[.cut] != 0 { mask |= 8 }
        if totals[.unanswered] != 0 { mask |= 16 }
        if totals[.abandoned] != 0 { mask |= 32 }
        if hasReceiver { mask |= 64 }
        append(mask)
        append(leb: UInt64(attempts))
        if mask & 1 == 0 { append(leb: UInt64(callers)) }
        if mask & 2 == 0 { append(leb: UInt64(answered)) }
        if mask & 4 != 0 { append(leb: UInt64(totals[.failed])) }
        if mask & 8 != 0 { append(leb: UInt64(totals[.cut])) }
        if mask & 16 != 0 { append(leb: UInt64(totals[.unanswered])) }
        if mask & 32 != 0 { append(leb: UInt64(totals[.abandoned])) }
        if hasReceiver {
            append(leb: UInt64(totals[.received]))
            append(leb: UInt64(totals[.receiverAnswered]))
            append(leb: UInt64(totals[.receiverAbandoned]))
        }
    }
}
