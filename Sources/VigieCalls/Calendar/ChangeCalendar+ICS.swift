public import VigieWire

extension ChangeCalendar {
    /// Reads the events of an iCalendar stream (RFC 5545).
    ///
    /// Machines come from `RESOURCES`, `LOCATION` and `X-VIGIE-ELEMENTS`, and are looked for in the words of `SUMMARY` and `DESCRIPTION`;
    /// short numbers and departments from `X-VIGIE-SERVICES` and `X-VIGIE-DEPARTMENTS`; an event with the category `INCIDENT` is one that
    /// was declared. Cancelled events are left out. A repeated event (`RRULE`) is refused: each occasion is written out.
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
                guard changes.count < maxChanges, refusals.count < maxChanges else {
                    refusals.append(
                        Refusal(
                            line: whole.line, field: "",
                            reason: "more than \(maxChanges) events; the rest was not read"))
                    return Import(changes: changes, refusals: refusals)
                }
                switch whole.change(zone) {
                case .success(let change): if let change { changes.append(change) }
                case .failure(let refusal): refusals.append(refusal)
                }
            default: if inner == 0 { event?.take(line) }
            }
        }
        if let event {
            refusals.append(Refusal(line: event.line, field: "VEVENT", reason: "the event has no END:VEVENT"))
        }
        return Import(changes: changes, refusals: refusals)
    }
}

/// One `VEVENT` on its way to a planned change.
struct ICSEvent {
    let line: Int
    private var properties: [String: ICSLine] = [:]
    private var elements: [String] = []

    init(line: Int) { self.line = line }

    mutating func take(_ property: ICSLine) {
        switch property.name {
        // RESOURCES may come more than once, each with a list (§3.8.1.10).
        case "RESOURCES", "X-VIGIE-ELEMENTS", "X-VIGIE-NODES":
            if elements.count < 256 { elements.append(property.text) }
        case "LOCATION": if !property.value.contains(" ") { elements.append(property.text) }
        default: break
        }
        if properties[property.name] == nil { properties[property.name] = property }
    }

    /// The change; `nil`: the event was cancelled.
    func change(_ zone: TimeZoneOffsets) -> Result<PlannedChange?, ChangeCalendar.Refusal> {
        do throws(ChangeCalendar.Refusal) {
            if properties["STATUS"]?.value.uppercased() == "CANCELLED" { return .success(nil) }
            if let rule = properties["RRULE"] ?? properties["RDATE"] {
                throw refusal(rule, "repeated events are not read; write each occasion out")
            }
            guard let start = properties["DTSTART"] else {
                throw ChangeCalendar.Refusal(line: line, field: "DTSTART", reason: "the event has none")
            }
            let begin = try moment(start, zone)
            var end: Timestamp?
            if let given = properties["DTEND"] {
                end = try moment(given, zone)
            } else if let length = properties["DURATION"] {
                guard let duration = ICSDuration.read(length.value) else {
                    throw refusal(length, "it is no duration such as PT2H30M or P1D")
                }
                end = begin + duration
            } else if start.value.utf8.count == 8 {
                end = begin + .seconds(86_400)  // §3.6.1: a day without an end is that day
            }
            let texts: [String: String] = [
                "id": properties["UID"].map { String($0.text.prefix(128).map { $0.isWhitespace ? "_" : $0 }) }
                    ?? "line-\(line)",
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
            case .success(let change): return .success(change)
            case .failure(let refusal): throw refusal
            }
        } catch {
            return .failure(error)
        }
    }

    // §3.3.4 and §3.3.5: `20210602`, `20210602T160000` (local, or of TZID), `20210602T140000Z`.
    private func moment(_ property: ICSLine, _ zone: TimeZoneOffsets) throws(ChangeCalendar.Refusal)
        -> Timestamp
    {
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
        var isUTC = false
        if digits.count > 8 {
            guard digits.count == 15 || digits.count == 16 && digits[15] == 0x5A, digits[8] == 0x54,
                let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
            else { throw refusal(property, "it is no date and time such as 20210602T140000Z") }
            civil = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            isUTC = digits.count == 16
        }
        guard civil.isValid else { throw refusal(property, "there is no such day or hour") }
        let local = civil.timestamp()
        if isUTC { return local }
        var offsets = zone
        if let name = property.parameters["TZID"] {
            // §3.2.19: a leading solidus marks a globally known name; others are taken as IANA names too.
            let plain = name.hasPrefix("/") ? String(name.dropFirst()) : name
            guard let known = TimeZoneOffsets(plain) else {
                throw refusal(
                    property,
                    "the zone \"\(name.prefix(40))\" is not known; use an IANA name such as Europe/Paris")
            }
            offsets = known
        }
        return local - .seconds(offsets.offset(atLocal: local.seconds).seconds)
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
