extension Timestamp {
    // RFC 3339 §5.6: date-time = full-date "T" full-time; we also take a space or "t" for "T", as its note allows,
    // and a missing zone when the caller says which one is meant.

    /// Reads an RFC 3339 date and time; `nil` when the text is not one.
    ///
    /// - Parameters:
    ///   - text: the ASCII text, nothing before or after it.
    ///   - assumedOffsetSeconds: the offset, in seconds east of UTC, of a text that names none; `nil` refuses such a text.
    public init?(rfc3339 text: Span<UInt8>, assumedOffsetSeconds: Int? = nil) {
        guard text.count >= 19 else { return nil }
        func digits(_ start: Int, _ count: Int) -> Int? {
            var value = 0
            for index in start..<start + count {
                let digit = text[index] &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let year = digits(0, 4), text[4] == 0x2D, let month = digits(5, 2), text[7] == 0x2D,
            let day = digits(8, 2), text[10] == 0x54 || text[10] == 0x74 || text[10] == 0x20,
            let hour = digits(11, 2), text[13] == 0x3A, let minute = digits(14, 2), text[16] == 0x3A,
            let second = digits(17, 2)
        else { return nil }
        var index = 19
        var nanosecond = 0
        if index < text.count, text[index] == 0x2E {
            index += 1
            var scale = 100_000_000
            let first = index
            while index < text.count, text[index] &- 0x30 < 10 {
                nanosecond += Int(text[index] &- 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > first else { return nil }
        }
        var offset = 0
        if index == text.count {
            guard let assumedOffsetSeconds else { return nil }
            offset = assumedOffsetSeconds
        } else if text[index] == 0x5A || text[index] == 0x7A {
            guard index + 1 == text.count else { return nil }
        } else {
            let sign = text[index]
            guard sign == 0x2B || sign == 0x2D, index + 6 == text.count, text[index + 3] == 0x3A,
                let offsetHour = digits(index + 1, 2), let offsetMinute = digits(index + 4, 2),
                offsetHour < 24, offsetMinute < 60
            else { return nil }
            offset = (offsetHour * 3_600 + offsetMinute * 60) * (sign == 0x2D ? -1 : 1)
        }
        let civil = CivilTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second,
            nanosecond: nanosecond)
        guard civil.isValid else { return nil }
        self = civil.timestamp(offsetSeconds: offset)
    }

    /// Reads an RFC 3339 date and time that names its zone; `nil` when the text is not one.
    public init?(rfc3339 text: String) {
        var text = text
        let parsed = text.withUTF8 { unsafe Timestamp(rfc3339: Span(_unsafeElements: $0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// RFC 3339 text in the zone `offsetSeconds` east of UTC, with as many fraction digits (0, 3, 6 or 9) as the moment needs.
    public func rfc3339(offsetSeconds: Int = 0) -> String {
        let civil = CivilTime(self, offsetSeconds: offsetSeconds)
        func padded(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        var text = padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2) + "T"
        text += padded(civil.hour, 2) + ":" + padded(civil.minute, 2) + ":" + padded(civil.second, 2)
        if civil.nanosecond % 1_000_000 == 0, civil.nanosecond != 0 {
            text += "." + padded(civil.nanosecond / 1_000_000, 3)
        } else if civil.nanosecond % 1_000 == 0, civil.nanosecond != 0 {
            text += "." + padded(civil.nanosecond / 1_000, 6)
        } else if civil.nanosecond != 0 {
            text += "." + padded(civil.nanosecond, 9)
        }
        guard offsetSeconds != 0 else { return text + "Z" }
        let magnitude = abs(offsetSeconds)
        return text + (offsetSeconds < 0 ? "-" : "+") + padded(magnitude / 3_600, 2) + ":"
            + padded(magnitude / 60 % 60, 2)
    }
}
