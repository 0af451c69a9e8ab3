public import VigieWire

extension ChangeCalendar {
    /// The columns of a calendar's table; `id` and `start` are required.
    public static let columns = [
        "id", "kind", "start", "end", "elements", "services", "departments", "summary",
    ]

    /// Reads a table with the names of `columns` in its first row, separated by `;` or `,`; names within a list are separated by blanks
    /// or `|`.
    public static func parse(csv text: String, zone: TimeZoneOffsets = .utc) -> Import {
        var refusals: [Refusal] = []
        var changes: [PlannedChange] = []
        var header: [String: Int] = [:]
        var separator: Character = ";"
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            var line = line
            if number == 1, line.first == "\u{FEFF}" { line = line.dropFirst() }
            if line.allSatisfy({ $0 == " " }) || line.first == "#" { continue }
            if header.isEmpty {
                separator = line.contains(";") ? ";" : ","
                for (index, name) in TableRow.fields(line, separator).enumerated() where header[name] == nil {
                    header[name] = index
                }
                // Calendars of other tools call the machines nodes.
                if header["elements"] == nil { header["elements"] = header["nodes"] }
                for name in ["id", "start"] where header[name] == nil {
                    refusals.append(
                        Refusal(
                            line: number, field: name,
                            reason:
                                "the header has no such column; it needs \(columns.joined(separator: ";"))"))
                }
                if !refusals.isEmpty { break }
                continue
            }
            guard changes.count < maxChanges, refusals.count < maxChanges else {
                refusals.append(
                    Refusal(
                        line: number, field: "",
                        reason: "more than \(maxChanges) entries; the rest was not read"))
                break
            }
            let fields = TableRow.fields(line, separator)
            let draft = Draft(line: number) { name in
                header[name].flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
            }
            switch draft.change(zone) {
            case .success(let change): changes.append(change)
            case .failure(let refusal): refusals.append(refusal)
            }
        }
        if header.isEmpty {
            refusals.append(Refusal(line: max(1, number), field: "", reason: "the file is empty"))
        }
        return Import(changes: changes, refusals: refusals)
    }

    /// The calendar as `parse` reads it.
    public var csv: String {
        var out = Self.columns.joined(separator: ";") + "\n"
        for change in changes {
            let fields = [
                change.id, change.kind.rawValue, change.start.rfc3339(), change.end?.rfc3339() ?? "",
                change.elements.joined(separator: "|"), change.services.joined(separator: "|"),
                change.departments.joined(separator: "|"), change.summary.replacing("\n", with: " "),
            ]
            out += fields.map(TableRow.quoted).joined(separator: ";") + "\n"
        }
        return out
    }
}

extension ChangeCalendar {
    /// An entry in texts, whichever file it comes from, on its way to being checked.
    struct Draft {
        let line: Int
        let text: (String) -> String

        init(line: Int, _ text: @escaping (String) -> String) {
            self.line = line
            self.text = text
        }

        func change(_ zone: TimeZoneOffsets) -> Result<PlannedChange, Refusal> {
            do throws(Refusal) {
                let id = text("id")
                guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
                else {
                    throw refusal("id", "give a name of 1 to 128 characters without blanks")
                }
                guard let start = try moment("start", zone) else { throw refusal("start", "it is empty") }
                let end = try moment("end", zone)
                if let end, end < start { throw refusal("end", "it lies before the start") }
                let kind = text("kind").lowercased()
                guard kind.isEmpty || PlannedChange.Kind(rawValue: kind) != nil else {
                    throw refusal("kind", "\(clip(kind)) is neither maintenance nor incident")
                }
                let services = names("services")
                if let wrong = services.first(where: { EmergencyService($0) == nil }) {
                    throw refusal("services", "\(clip(wrong)) is no short number")
                }
                let departments = names("departments")
                if let wrong = departments.first(where: { DepartmentCode($0) == nil }) {
                    throw refusal("departments", "\(clip(wrong)) is no INSEE code of a department")
                }
                return .success(
                    PlannedChange(
                        id: id, kind: PlannedChange.Kind(rawValue: kind) ?? .maintenance, start: start,
                        end: end,
                        elements: names("elements"), services: services,
                        departments: departments.compactMap { DepartmentCode($0)?.description },
                        summary: String(text("summary").prefix(ChangeCalendar.maxText))))
            } catch {
                return .failure(error)
            }
        }

        private func names(_ field: String) -> [String] {
            text(field).split { $0 == " " || $0 == "|" || $0 == "," || $0 == "\n" }.prefix(
                ChangeCalendar.maxNames
            )
            .map { String($0.prefix(128)) }
        }

        private func moment(_ field: String, _ zone: TimeZoneOffsets) throws(Refusal) -> Timestamp? {
            var value = text(field)
            if value.isEmpty { return nil }
            if let moment = Timestamp(rfc3339: value) { return moment }
            // `2021-06-02`, `2021-06-02 16:00` and `2021-06-02T16:00:00` are local times.
            if value.utf8.count == 10 { value += "T00:00" }
            if value.utf8.count == 16 { value += ":00" }
            guard let local = Timestamp(rfc3339: value + "Z") else {
                throw refusal(
                    field,
                    "\(clip(text(field))) is no date and time; write 2021-06-02T16:00:00+02:00 or 2021-06-02 16:00"
                )
            }
            var zone = zone
            return local - .seconds(zone.offset(atLocal: local.seconds).seconds)
        }

        private func refusal(_ field: String, _ reason: String) -> Refusal {
            Refusal(line: line, field: field, reason: reason)
        }
        private func clip(_ text: String) -> String { "\"\(text.prefix(40))\"" }
    }
}

extension ChangeCalendar.Refusal: Error {}
