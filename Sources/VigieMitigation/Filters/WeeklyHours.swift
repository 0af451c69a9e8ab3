public import VigieDetection
public import VigieWire

/// Hours of the week in local time: `Mo-Fr 22:00-06:00; Sa,Su 00:00-24:00`.
///
/// ```
/// hours = part *( ";" part )        part = [ days " " ] span *( "," span )
/// days  = day [ "-" day ] *( "," day [ "-" day ] )   day = "Mo" / "Tu" / "We" / "Th" / "Fr" / "Sa" / "Su"
/// span  = HH:MM "-" HH:MM           ; 24:00 is the end of the day; an end before its start is on the next day
/// ```
public struct WeeklyHours: Hashable, Sendable, CustomStringConvertible {
    /// A stretch of the week, in minutes since Monday 00:00; the end is not in it.
    struct Stretch: Hashable, Sendable {
        var from: UInt16
        var until: UInt16
    }

    private static let days = ["mo", "tu", "we", "th", "fr", "sa", "su"]
    static let maxStretches = 64  // seven days with nine spans each is more than anybody reads
    private static let week = 7 * 1_440

    /// The text it was made of.
    public let description: String
    let stretches: [Stretch]

    /// Reads hours; `nil` when the text does not follow the grammar.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 512 else { return nil }
        var found: [Stretch] = []
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let words = part.split(separator: " ")
            guard words.count == 1 || words.count == 2, let spans = words.last else { return nil }
            guard let days = words.count == 2 ? Self.days(words[0]) : Array(0..<7) else { return nil }
            for span in spans.split(separator: ",", omittingEmptySubsequences: false) {
                let ends = span.split(separator: "-", omittingEmptySubsequences: false)
                guard ends.count == 2, let from = Self.minute(ends[0]), let until = Self.minute(ends[1]),
                    from != until,
                    from < 1_440
                else { return nil }
                for day in days {
                    let start = day * 1_440 + from
                    let end = day * 1_440 + (until > from ? until : until + 1_440)
                    found.append(Stretch(from: UInt16(start), until: UInt16(min(end, Self.week))))
                    if end > Self.week { found.append(Stretch(from: 0, until: UInt16(end - Self.week))) }
                }
            }
        }
        guard !found.isEmpty, found.count <= Self.maxStretches else { return nil }
        stretches = found.sorted { ($0.from, $0.until) < ($1.from, $1.until) }
        description = text
    }

    private static func days(_ text: Substring) -> [Int]? {
        var found: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
                .map { days.firstIndex(of: $0.lowercased()) }
            guard let first = ends.first ?? nil else { return nil }
            if ends.count == 1 {
                found.insert(first)
            } else {
                guard ends.count == 2, let last = ends[1] else { return nil }
                for day in first...(last < first ? last + 7 : last) { found.insert(day % 7) }
            }
        }
        return found.sorted()
    }

    private static func minute(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        var digits: [Int] = []
        for index in [0, 1, 3, 4] {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            digits.append(Int(bytes[index]) - 0x30)
        }
        let hour = digits[0] * 10 + digits[1]
        let minute = digits[2] * 10 + digits[3]
        guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
        return hour * 60 + minute
    }

    /// Whether a minute of the week, Monday 00:00 being 0, is one of these hours.
    public func contains(minuteOfWeek minute: Int) -> Bool {
        stretches.contains { Int($0.from) <= minute && minute < Int($0.until) }
    }

    /// Whether `moment` is in these hours, local time by `clock`.
    public func contains(_ moment: Timestamp, by clock: LocalClock = LocalClock()) -> Bool {
        var clock = clock
        return contains(minuteOfWeek: clock.minuteOfWeek(at: moment))
    }
}

extension LocalClock {
    /// Minute of the week, Monday 00:00 is 0.
    mutating func minuteOfWeek(at moment: Timestamp) -> Int {
        let (local, overflow) = moment.seconds.addingReportingOverflow(Int64(offsetSeconds(at: moment)))
        guard !overflow else { return 0 }
        let minutes = (local >= 0 ? local : local &- 59) / 60
        let week: Int64 = 7 * 1_440
        return Int(((minutes + 3 * 1_440) % week + week) % week)  // 1970-01-01 was a Thursday
    }
}
