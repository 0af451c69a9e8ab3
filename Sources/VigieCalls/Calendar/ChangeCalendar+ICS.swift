public import VigieWire

extension ChangeCalendar {
    /// Reads the events of an iCalendar stream (RFC 5545).
    ///
    /// Machines come from `RESOURCES`, `LOCATION` and `X-VIGIE-ELEMENTS`, and are looked for in the words of `SUMMARY` and `DESCRIPTION`;
    /// short numbers and departments from `X-VIGIE-SERVICES` and `X-VIGIE-DEPARTMENTS`; an event with the category `INCIDENT` is one that
    /// was declared. Cancelled events are left out. A repeated event (`RRULE` by day, week or month, see `ICSRule`; `EXDATE`) gives an
    /// entry for each of its occasions, with the day behind its id; an event with a `RECURRENCE-ID` stands for the occasion of that day.
    ///
    /// - Parameter zone: of times that name none (§3.3.5 form 1).
    public static func parse(ics text: String, zone: TimeZoneOffsets = .utc) -> Import {
        let (lines, broken) = ICSLine.read(text)
        var refusals = broken.map {
            Refusal(line: $0, field: "", reason: "it is no content line: name, parameters, a colon, a value")
        }
        guard let first = lines.first, first.name == "BEGIN", first.value.uppercased() == "VCALENDAR" else {
            refusals.append(Refusal(line: 1, field: "", reason: "it does not begin with BEGIN:VCALENDAR"))
            return Import(changes: [], refusals: refusals)
        }
        var changes: [PlannedChange] = []
        var instead: [PlannedChange] = []
        var event: ICSEvent?
        var inner = 0  // components within an event: alarms
        for line in lines {
            switch (line.name, line.value.uppercased()) {
            case ("BEGIN", "VEVENT") where event == nil: event = ICSEvent(line: line.line)
            case ("BEGIN", _) where event != nil: inner += 1
            case ("END", _) where event != nil && inner > 0: inner -= 1
            case ("END", "VEVENT"):
                guard let whole = event else { continue }
                event = nil
                guard changes.count + instead.count < maxChanges, refusals.count < maxChanges else {
                    refusals.append(
                        Refusal(
                            line: whole.line, field: "",
                            reason: "more than \(maxChanges) events; the rest was not read"))
                    return Import(changes: changes + instead, refusals: refusals)
                }
                switch whole.changes(zone) {
                case .success(let found):
                    if whole.standsForAnOccasion { instead += found } else { changes += found }
                case .failure(let refusal): refusals.append(refusal)
                }
            default: if inner == 0 { event?.take(line) }
            }
        }
        if let event {
            refusals.append(Refusal(line: event.line, field: "VEVENT", reason: "the event has no END:VEVENT"))
        }
        // A later entry replaces one with its id: what stands for an occasion comes behind it.
        return Import(changes: changes + instead, refusals: refusals)
    }
}

/// One `VEVENT` on its way to a planned change.
struct ICSEvent {
    let line: Int
    private var properties: [String: ICSLine] = [:]
    private var elements: [String] = []
    private var exceptions: [ICSLine] = []

    /// Whether it stands for one occasion of a repeated event (§3.8.4.4).
    var standsForAnOccasion: Bool { properties["RECURRENCE-ID"] != nil }

    init(line: Int) { self.line = line }

    mutating func take(_ property: ICSLine) {
        switch property.name {
        // RESOURCES may come more than once, each with a list (§3.8.1.10).
        case "RESOURCES", "X-VIGIE-ELEMENTS", "X-VIGIE-NODES":
            if elements.count < 256 { elements.append(property.text) }
        case "LOCATION": if !property.value.contains(" ") { elements.append(property.text) }
        case "EXDATE": if exceptions.count < 1_024 { exceptions.append(property) }
        default: break
        }
        if properties[property.name] == nil { properties[property.name] = property }
    }

    /// The change, or one for each occasion; empty: the event was cancelled.
    func changes(_ zone: TimeZoneOffsets) -> Result<[PlannedChange], ChangeCalendar.Refusal> {
        do throws(ChangeCalendar.Refusal) {
            if properties["STATUS"]?.value.uppercased() == "CANCELLED" { return .success([]) }
            if let dates = properties["RDATE"] {
                throw refusal(dates, "single further dates are not read; write each occasion out")
            }
            guard let start = properties["DTSTART"] else {
                throw ChangeCalendar.Refusal(line: line, field: "DTSTART", reason: "the event has none")
            }
            let clock = try clock(start, zone)
            let begin = try moment(start, zone)
            let end = try end(begin, start, zone)
            let id =
                properties["UID"].map { String($0.text.prefix(112).map { $0.isWhitespace ? "_" : $0 }) }
                ?? "line-\(line)"
            if let original = properties["RECURRENCE-ID"] {
                let (local, _) = try civil(original)
                return .success([try change(id + Self.suffix(local.dayNumber), begin, end, zone)])
            }
            guard let rule = properties["RRULE"] else {
                return .success([try change(id, begin, end, zone)])
            }
            var changes: [PlannedChange] = []
            for (day, moment) in try occasions(rule, start, begin, clock, zone) {
                changes.append(
                    try change(id + Self.suffix(day), moment, end.map { moment + ($0 - begin) }, zone))
            }
            return .success(changes)
        } catch {
            return .failure(error)
        }
    }

    private func end(_ begin: Timestamp, _ start: ICSLine, _ zone: TimeZoneOffsets)
        throws(ChangeCalendar.Refusal) -> Timestamp?
    {
        if let given = properties["DTEND"] { return try moment(given, zone) }
        if let length = properties["DURATION"] {
            guard let duration = ICSDuration.read(length.value) else {
                throw refusal(length, "it is no duration such as PT2H30M or P1D")
            }
            return begin + duration
        }
        // §3.6.1: a day without an end is that day.
        return start.value.utf8.count == 8 ? begin + .seconds(86_400) : nil
    }

    private func change(_ id: String, _ begin: Timestamp, _ end: Timestamp?, _ zone: TimeZoneOffsets)
        throws(ChangeCalendar.Refusal) -> PlannedChange
    {
        let texts: [String: String] = [
            "id": id,
            "kind": properties["CATEGORIES"]?.text.uppercased().contains("INCIDENT") == true
                ? "incident" : "",
            "start": begin.rfc3339(), "end": end?.rfc3339() ?? "",
            "elements": elements.joined(separator: " "),
            "services": properties["X-VIGIE-SERVICES"]?.text ?? "",
            "departments": properties["X-VIGIE-DEPARTMENTS"]?.text ?? "",
            "summary": [properties["SUMMARY"]?.text, properties["DESCRIPTION"]?.text].compactMap { $0 }
                .joined(separator: "\n"),
        ]
        switch ChangeCalendar.Draft(line: line, { texts[$0] ?? "" }).change(zone) {
        case .success(let change): return change
        case .failure(let refusal): throw refusal
        }
    }

    /// `/20260105`: the day of an occasion, behind the event's own id.
    private static func suffix(_ day: Int) -> String {
        let civil = CivilTime(Timestamp(seconds: Int64(day) * 86_400))
        return "/\(civil.year * 10_000 + civil.month * 100 + civil.day)"
    }

    /// Days and moments of a repeated event, those that are taken out left out.
    private func occasions(
        _ line: ICSLine, _ start: ICSLine, _ begin: Timestamp, _ clock: TimeZoneOffsets?,
        _ zone: TimeZoneOffsets
    ) throws(ChangeCalendar.Refusal) -> [(day: Int, moment: Timestamp)] {
        let rule: ICSRule
        do throws(ICSRule.Unread) { rule = try ICSRule(line.value) } catch {
            throw refusal(line, error.reason)
        }
        let (first, _) = try civil(start)
        func moment(_ day: Int) -> Timestamp {
            let local = begin.seconds + Int64(day - first.dayNumber) * 86_400
            guard var clock else { return Timestamp(seconds: local) }
            // The event's clock shows the same time on every occasion.
            let shown = first.timestamp().seconds + Int64(day - first.dayNumber) * 86_400
            return Timestamp(seconds: shown) - .seconds(clock.offset(atLocal: shown).seconds)
        }
        var lastDay = Int.max
        var lastMoment: Timestamp?
        if let until = rule.until {
            var property = start
            property.value = until
            (property.line, property.name) = (line.line, line.name)
            if until.utf8.count == 8 {
                lastDay = try civil(property).time.dayNumber
            } else {
                lastMoment = try self.moment(property, zone)
            }
        }
        var outDays: Set<Int> = []
        var outMoments: Set<Timestamp> = []
        for exception in exceptions {
            for value in exception.value.split(separator: ",").prefix(4_096) {
                var one = exception
                one.value = String(value)
                if value.utf8.count == 8 {
                    outDays.insert(try civil(one).time.dayNumber)
                } else {
                    outMoments.insert(try self.moment(one, zone))
                }
            }
        }
        let days = rule.occasions(from: first) { day in
            day > lastDay || lastMoment.map { moment(day) > $0 } ?? false
        }
        return days.map { ($0, moment($0)) }.filter { !outDays.contains($0.0) && !outMoments.contains($0.1) }
    }

    // §3.3.4 and §3.3.5: `20210602`, `20210602T160000` (local, or of TZID), `20210602T140000Z`.
    private func civil(_ property: ICSLine) throws(ChangeCalendar.Refusal) -> (time: CivilTime, isUTC: Bool) {
        let digits = Array(property.value.utf8)
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for index in range {
                guard index < digits.count, digits[index] &- 0x30 < 10 else { return nil }
                value = value * 10 + Int(digits[index] &- 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8) else {
            throw refusal(property, "it is no date such as 20210602 or 20210602T140000Z")
        }
        var civil = CivilTime(year: year, month: month, day: day)
        if digits.count > 8 {
            guard digits.count == 15 || digits.count == 16 && digits[15] == 0x5A, digits[8] == 0x54,
                let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
            else { throw refusal(property, "it is no date and time such as 20210602T140000Z") }
            civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        }
        guard civil.isValid else { throw refusal(property, "there is no such day or hour") }
        return (civil, digits.count == 16)
    }

    private func moment(_ property: ICSLine, _ zone: TimeZoneOffsets) throws(ChangeCalendar.Refusal)
        -> Timestamp
    {
        let (civil, isUTC) = try civil(property)
        let local = civil.timestamp()
        if isUTC { return local }
        guard var offsets = try clock(property, zone) else { return local }
        return local - .seconds(offsets.offset(atLocal: local.seconds).seconds)
    }

    /// The zone of a property's times; `nil`: UTC.
    private func clock(_ property: ICSLine, _ zone: TimeZoneOffsets) throws(ChangeCalendar.Refusal)
        -> TimeZoneOffsets?
    {
        if property.value.hasSuffix("Z") { return nil }
        guard let name = property.parameters["TZID"] else { return zone }
        // §3.2.19: a leading solidus marks a globally known name; others are taken as IANA names too.
        let plain = name.hasPrefix("/") ? String(name.dropFirst()) : name
        guard let known = TimeZoneOffsets(plain) else {
            throw refusal(
                property,
                "the zone \"\(name.prefix(40))\" is not known; use an IANA name such as Europe/Paris")
        }
        return known
    }

    private func refusal(_ property: ICSLine, _ reason: String) -> ChangeCalendar.Refusal {
        ChangeCalendar.Refusal(line: property.line, field: property.name, reason: reason)
    }
}

/// RFC 5545 §3.3.6: `P2W`, `P1DT2H`, `PT30M`, with a sign that an event's length cannot have.
enum ICSDuration {
    /// The duration; `nil` when the text is none, is negative, or is longer than ten years.
    static func read(_ text: String) -> Duration? {
        var rest = text[...]
        if rest.first == "+" { rest = rest.dropFirst() }
        guard rest.first == "P" else { return nil }
        rest = rest.dropFirst()
        var seconds: Int64 = 0
        var isTime = false
        var units = 0
        while let next = rest.first {
            if next == "T" {
                guard !isTime else { return nil }
                isTime = true
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...9).contains(digits.count), let value = Int64(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit: Int64
            switch (rest.first, isTime) {
            case ("W", false): unit = 604_800
            case ("D", false): unit = 86_400
            case ("H", true): unit = 3_600
            case ("M", true): unit = 60
            case ("S", true): unit = 1
            default: return nil
            }
            rest = rest.dropFirst()
            units += 1
            seconds += value * unit
            guard seconds <= 10 * 366 * 86_400 else { return nil }
        }
        return units > 0 ? .seconds(seconds) : nil
    }
}
