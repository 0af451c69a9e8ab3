import VigieWire

/// How an event repeats (RFC 5545 §3.3.10), as far as maintenance windows do: by day, week or month.
///
/// ```
/// FREQ=DAILY|WEEKLY|MONTHLY [;INTERVAL=n] [;COUNT=n | ;UNTIL=date] [;BYDAY=MO,WE | ;BYDAY=2TU,-1FR] [;WKST=MO]
/// ```
/// Occasions are days of the event's own clock, so that 02:00 stays 02:00 when the clocks change. A rule without an end is followed for
/// `years`; `maxOccasions` bounds every rule. Anything else a rule may say is refused by its name.
struct ICSRule: Equatable {
    enum Frequency: String { case daily = "DAILY", weekly = "WEEKLY", monthly = "MONTHLY" }

    /// Occasions of one event at most: a day's work every day for ten years.
    static let maxOccasions = 3_660
    /// Years for which a rule without an end is followed.
    static let years = 10

    private(set) var frequency = Frequency.daily
    private(set) var interval = 1
    private(set) var count: Int?
    /// Last day, or last moment, as it is written.
    private(set) var until: String?
    /// Weekdays (Monday 0), with the place in the month that they have in `FREQ=MONTHLY`; 0: every one.
    private(set) var days: [(place: Int, weekday: Int)] = []
    private(set) var weekStart = 0

    static func == (one: ICSRule, other: ICSRule) -> Bool {
        one.frequency == other.frequency && one.interval == other.interval && one.count == other.count
            && one.until == other.until && one.weekStart == other.weekStart
            && one.days.elementsEqual(other.days) { $0 == $1 }
    }

    /// Why a rule is not followed.
    struct Unread: Error, Equatable { var reason: String }

    private static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    init(_ text: String) throws(Unread) {
        var seen: Set<String> = []
        for part in text.split(separator: ";", omittingEmptySubsequences: false).prefix(16) {
            guard let equals = part.firstIndex(of: "=") else {
                throw Unread(reason: "\"\(part.prefix(20))\" is no part of a rule such as FREQ=WEEKLY")
            }
            let name = part[..<equals].uppercased()
            let value = part[part.index(after: equals)...].uppercased()
            guard seen.insert(name).inserted else { throw Unread(reason: "\(name.prefix(20)) stands twice") }
            switch name {
            case "FREQ":
                guard let known = Frequency(rawValue: value) else {
                    throw Unread(
                        reason:
                            "FREQ=\(value.prefix(20)) is not read: DAILY, WEEKLY or MONTHLY; write each occasion out"
                    )
                }
                frequency = known
            case "INTERVAL": interval = try Self.number(value, name, 1...1_000)
            case "COUNT": count = try Self.number(value, name, 1...Self.maxOccasions)
            case "UNTIL": until = value
            case "BYDAY": days = try Self.days(value)
            case "WKST":
                guard let day = Self.weekdays.firstIndex(of: value) else {
                    throw Unread(reason: "WKST=\(value.prefix(20)) is no day such as MO")
                }
                weekStart = day
            default: throw Unread(reason: "\(name.prefix(20)) is not read; write each occasion out")
            }
        }
        guard seen.contains("FREQ") else { throw Unread(reason: "the rule has no FREQ") }
        guard count == nil || until == nil else { throw Unread(reason: "COUNT and UNTIL exclude each other") }
        guard frequency == .monthly || days.allSatisfy({ $0.place == 0 }) else {
            throw Unread(reason: "a day with a number, such as 2MO, belongs to FREQ=MONTHLY")
        }
    }

    private static func number(_ text: String, _ name: String, _ range: ClosedRange<Int>) throws(Unread)
        -> Int
    {
        guard text.utf8.count <= 6, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = Int(text),
            range.contains(value)
        else {
            throw Unread(
                reason:
                    "\(name)=\(text.prefix(20)) is no number of \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func days(_ text: String) throws(Unread) -> [(place: Int, weekday: Int)] {
        var days: [(place: Int, weekday: Int)] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false).prefix(70) {
            let number = item.dropLast(2)
            guard let weekday = weekdays.firstIndex(of: String(item.suffix(2))), number.utf8.count <= 3,
                let place = number.isEmpty ? 0 : Int(number), number.isEmpty || place != 0 && abs(place) <= 5
            else { throw Unread(reason: "BYDAY=\(text.prefix(20)) is no list of days such as MO,WE or -1FR") }
            days.append((place, weekday))
        }
        return days
    }

    /// The days on which the event takes place, as numbers since 1970, in order; the first is that of the event itself (§3.8.5.3).
    ///
    /// - Parameter isOver: whether an occasion on a day comes after `until`.
    func occasions(from first: CivilTime, isOver: (Int) -> Bool) -> [Int] {
        let begin = first.dayNumber
        let last = begin + Self.years * 366
        let limit = count ?? Self.maxOccasions
        var found = [begin]
        var period = 0
        while found.count < limit {
            guard let days = candidates(period, first) else { break }
            period += interval
            for day in days where day > begin {
                // A rule that says how often goes on until then, within the years.
                guard day <= last, !isOver(day) else { return found }
                found.append(day)
                if found.count == limit { return found }
            }
        }
        return found
    }

    /// Days of the period so many days, weeks or months after the first; `nil` after the last.
    private func candidates(_ period: Int, _ first: CivilTime) -> [Int]? {
        let begin = first.dayNumber
        guard period <= Self.years * 366 else { return nil }
        switch frequency {
        case .daily:
            let day = begin + period
            let weekday = (first.weekday + period) % 7
            return days.isEmpty || days.contains { $0.weekday == weekday } ? [day] : []
        case .weekly:
            guard period <= Self.years * 53 else { return nil }
            if days.isEmpty { return [begin + 7 * period] }
            let week = begin - (first.weekday - weekStart + 7) % 7 + 7 * period
            return Set(days.map { week + ($0.weekday - weekStart + 7) % 7 }).sorted()
        case .monthly:
            guard period <= Self.years * 12 else { return nil }
            let months = first.year * 12 + first.month - 1 + period
            let month = CivilTime(year: months / 12, month: months % 12 + 1, day: 1)
            let next = CivilTime(year: (months + 1) / 12, month: (months + 1) % 12 + 1, day: 1)
            let length = next.dayNumber - month.dayNumber
            guard !days.isEmpty else { return first.day <= length ? [month.dayNumber + first.day - 1] : [] }
            var chosen: Set<Int> = []
            for (place, weekday) in days {
                let all = (0..<length).filter { (month.weekday + $0) % 7 == weekday }
                if place == 0 {
                    chosen.formUnion(all.map { month.dayNumber + $0 })
                } else {
                    let index = place > 0 ? place - 1 : all.count + place
                    if all.indices.contains(index) { chosen.insert(month.dayNumber + all[index]) }
                }
            }
            return chosen.sorted()
        }
    }
}
