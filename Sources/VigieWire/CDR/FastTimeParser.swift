/// A moment read from a text, and what the text left open.
public struct ParsedTime: Sendable, Equatable {
    /// The moment, UTC.
    public var time: Timestamp
    /// The text names no zone: the parser's own was used.
    public var isNaive = false
    /// The text has no seconds.
    public var isToTheMinute = false
    /// How well the local time names a moment.
    public var certainty: TimeZoneOffsets.Certainty = .unique
    /// Whether `03/04/2026` could be read in two ways and no setting decided.
    public var isDayMonthAssumed = false
}

/// Reads the times that call records carry; remembers the last date, so that the usual row costs a compare and a few digits.
///
/// It reads: RFC 3339; `YYYY-MM-DD`, `YYYY/M/D`, `DD/MM/YYYY` and `DD.MM.YYYY` followed by a space or `T` and `H:MM[:SS[.fff]]`,
/// with `AM` or `PM` when they are there; and a number since 1970 in seconds with a fraction (up to 11 digits before the point), milliseconds
/// (12 to 14 digits), microseconds (15 to 17) or nanoseconds (18 or 19).
public struct FastTimeParser: Sendable {
    /// The zone of times that name none.
    public var zone: TimeZoneOffsets
    /// What `03/04/2026` means; `nil`: told from the values.
    public var dateOrder: RecordMapping.DateOrder?

    private var cachedHigh: UInt64 = 0
    private var cachedLow: UInt16 = 0
    private var cachedDay: Int64 = 0

    /// A parser for times of `zone`.
    public init(zone: TimeZoneOffsets = .utc, dateOrder: RecordMapping.DateOrder? = nil) {
        self.zone = zone
        self.dateOrder = dateOrder
    }

    /// Reads a time; `nil` when the text is none.
    public mutating func parse(_ text: Span<UInt8>) -> ParsedTime? {
        let count = text.count
        guard count > 0 else { return nil }
        // The usual form: `YYYY-MM-DD?HH:MM:SS…`.
        if count >= 19, text[4] == 0x2D {
            let raw = unsafe text.bytes
            // Both loads end at byte 18 at most, and `count` is at least 19.
            let high = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: UInt64.self)
            let low = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: 8, as: UInt16.self)
            let clock = UInt64(
                littleEndian: unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: 11, as: UInt64.self))
            let day: Int64
            if high == cachedHigh, low == cachedLow {
                day = cachedDay
            } else {
                guard let number = Self.isoDay(text) else { return nil }
                day = number
                cachedHigh = high
                cachedLow = low
                cachedDay = number
            }
            let separator = text[10]
            if separator == 0x54 || separator == 0x20 || separator == 0x74, let seconds = Self.clock(clock) {
                return finish(text, from: 19, local: day &* 86_400 &+ Int64(seconds))
            }
        }
        return parseSlowly(text)
    }

    // `HH:MM:SS` as one little-endian word: digits at bytes 0, 1, 3, 4, 6, 7, colons at 2 and 5. Subtracting the expected characters
    // leaves digit values in 0...9 and zero for the colons; a carry out of any byte shows in the check below.
    @inline(__always)
    private static func clock(_ word: UInt64) -> Int? {
        let value = word ^ 0x3030_3A30_303A_3030
        guard (value &+ 0x7676_7F76_767F_7676) & 0x8080_8080_8080_8080 == 0,
            value & 0x8080_8080_8080_8080 == 0
        else {
            return nil
        }
        let hour = Int(value & 15) &* 10 &+ Int(value >> 8 & 15)
        let minute = Int(value >> 24 & 15) &* 10 &+ Int(value >> 32 & 15)
        let second = Int(value >> 48 & 15) &* 10 &+ Int(value >> 56 & 15)
        guard hour < 24, minute < 60, second < 61 else { return nil }
        return hour &* 3_600 &+ minute &* 60 &+ second
    }

    private static func isoDay(_ text: Span<UInt8>) -> Int64? {
        func two(_ index: Int) -> Int? {
            let tens = text[index] &- 0x30
            let ones = text[index + 1] &- 0x30
            return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
        }
        guard let century = two(0), let year = two(2), let month = two(5), text[7] == 0x2D, let day = two(8)
        else {
            return nil
        }
        let civil = CivilTime(year: century * 100 + year, month: month, day: day)
        return civil.isValid ? Int64(civil.dayNumber) : nil
    }

    /// Reads what follows the seconds: fraction, `AM` or `PM` is done, zone.
    private mutating func finish(
        _ text: Span<UInt8>, from first: Int, local: Int64, isToTheMinute: Bool = false, assumed: Bool = false
    ) -> ParsedTime? {
        var index = first
        var nanoseconds: Int64 = 0
        if index < text.count, text[index] == 0x2E || text[index] == 0x2C {
            index += 1
            var scale: Int64 = 100_000_000
            let begin = index
            while index < text.count, text[index] &- 0x30 < 10 {
                nanoseconds &+= Int64(text[index] &- 0x30) &* scale
                scale /= 10
                index += 1
            }
            guard index > begin else { return nil }
        }
        if index == text.count {
            let (seconds, certainty) = zone.offset(atLocal: local)
            return ParsedTime(
                time: Timestamp(seconds: local - seconds, nanoseconds: nanoseconds), isNaive: true,
                isToTheMinute: isToTheMinute, certainty: certainty, isDayMonthAssumed: assumed)
        }
        var offset: Int64 = 0
        if text[index] == 0x20 { index += 1 }
        guard index < text.count else { return nil }
        let sign = text[index]
        if sign == 0x5A || sign == 0x7A {
            guard index + 1 == text.count else { return nil }
        } else if sign == 0x2B || sign == 0x2D {
            // `+hh:mm`, `+hhmm` (ISO 8601 basic) or `+hh` (PostgreSQL).
            var digits: Int64 = 0
            var count = 0
            var at = index + 1
            while at < text.count {
                let digit = text[at] &- 0x30
                if digit < 10 {
                    digits = digits * 10 + Int64(digit)
                    count += 1
                } else if text[at] != 0x3A || count != 2 {
                    return nil
                }
                at += 1
                guard count <= 4 else { return nil }
            }
            guard count == 2 || count == 4 else { return nil }
            if count == 2 { digits *= 100 }
            guard digits / 100 < 24, digits % 100 < 60 else { return nil }
            offset = (digits / 100 * 3_600 + digits % 100 * 60) * (sign == 0x2D ? -1 : 1)
        } else if index + 3 == text.count, text[index] == 0x55, text[index + 1] == 0x54,
            text[index + 2] == 0x43
        {
            // `UTC`
        } else {
            return nil
        }
        return ParsedTime(
            time: Timestamp(seconds: local - offset, nanoseconds: nanoseconds), isToTheMinute: isToTheMinute,
            isDayMonthAssumed: assumed)
    }

    /// Reads the unusual forms: numbers since 1970, other orders of the date, hours of one digit, no seconds.
    private mutating func parseSlowly(_ text: Span<UInt8>) -> ParsedTime? {
        var index = 0
        func number(_ index: inout Int, most: Int) -> (value: Int64, digits: Int)? {
            var value: Int64 = 0
            let first = index
            while index < text.count, index - first <= most, text[index] &- 0x30 < 10 {
                guard index - first < most else { return nil }
                value = value &* 10 &+ Int64(text[index] &- 0x30)
                index += 1
            }
            return index > first ? (value, index - first) : nil
        }
        guard let first = number(&index, most: 18) ?? Self.nineteen(text, &index) else { return nil }
        if index == text.count || (first.digits <= 11 && first.digits > 2 && text[index] == 0x2E) {
            return epoch(text, first.value, digits: first.digits, index)
        }
        let separator = text[index]
        guard separator == 0x2D || separator == 0x2F || separator == 0x2E else { return nil }
        index += 1
        guard let second = number(&index, most: 2), index < text.count, text[index] == separator else {
            return nil
        }
        index += 1
        guard let third = number(&index, most: 4) else { return nil }
        var year: Int64
        var month = second.value
        var day: Int64
        var assumed = false
        if first.digits == 4 {
            (year, day) = (first.value, third.value)
        } else if third.digits == 4, first.digits <= 2 {
            year = third.value
            let monthFirst: Bool
            if let dateOrder {
                monthFirst = dateOrder == .monthFirst
            } else {
                monthFirst = second.value > 12
                assumed = first.value <= 12 && second.value <= 12 && first.value != second.value
            }
            day = monthFirst ? second.value : first.value
            month = monthFirst ? first.value : second.value
        } else {
            return nil
        }
        var hour: Int64 = 0
        var minute: Int64 = 0
        var seconds: Int64 = 0
        var toTheMinute = true
        if index < text.count {
            guard text[index] == 0x20 || text[index] == 0x54 || text[index] == 0x74 else { return nil }
            index += 1
            guard let hours = number(&index, most: 2), index < text.count, text[index] == 0x3A else {
                return nil
            }
            index += 1
            guard let minutes = number(&index, most: 2), minutes.digits == 2 else { return nil }
            (hour, minute) = (hours.value, minutes.value)
            if index < text.count, text[index] == 0x3A {
                index += 1
                guard let value = number(&index, most: 2), value.digits == 2 else { return nil }
                seconds = value.value
                toTheMinute = false
            }
            if index + 3 == text.count, text[index] == 0x20, text[index + 2] | 0x20 == 0x6D {  // ` AM`, ` PM`
                guard hour >= 1, hour <= 12 else { return nil }
                let half = text[index + 1] | 0x20
                guard half == 0x61 || half == 0x70 else { return nil }
                hour = hour % 12 + (half == 0x70 ? 12 : 0)
                index = text.count
            }
        }
        let civil = CivilTime(
            year: Int(year), month: Int(month), day: Int(day), hour: Int(hour), minute: Int(minute),
            second: Int(seconds))
        guard civil.isValid else { return nil }
        let local = civil.timestamp().seconds
        return finish(text, from: index, local: local, isToTheMinute: toTheMinute, assumed: assumed)
    }

    private static func nineteen(_ text: Span<UInt8>, _ index: inout Int) -> (value: Int64, digits: Int)? {
        guard text.count == 19 else { return nil }
        var value: Int64 = 0
        for at in 0..<19 {
            let digit = text[at] &- 0x30
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsSum) = product.addingReportingOverflow(Int64(digit))
            guard digit < 10, !overflow, !overflowsSum else { return nil }
            value = sum
        }
        index = 19
        return (value, 19)
    }

    private func epoch(_ text: Span<UInt8>, _ value: Int64, digits: Int, _ index: Int) -> ParsedTime? {
        switch digits {
        case 3...11:
            var nanoseconds: Int64 = 0
            var at = index
            if at < text.count {
                at += 1
                var scale: Int64 = 100_000_000
                guard at < text.count else { return nil }
                while at < text.count {
                    let digit = text[at] &- 0x30
                    guard digit < 10 else { return nil }
                    nanoseconds += Int64(digit) * scale
                    scale /= 10
                    at += 1
                }
            }
            return ParsedTime(time: Timestamp(seconds: value, nanoseconds: nanoseconds))
        case 12...14:
            return ParsedTime(time: Timestamp(seconds: value / 1_000, nanoseconds: value % 1_000 * 1_000_000))
        case 15...17:
            return ParsedTime(
                time: Timestamp(seconds: value / 1_000_000, nanoseconds: value % 1_000_000 * 1_000))
        case 18, 19: return ParsedTime(time: Timestamp(rawValue: value))
        default: return nil
        }
    }
}
