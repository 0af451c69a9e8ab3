import VigieWire

extension CentreDirectory {
    /// Why a row was not taken.
    public struct Refusal: Hashable, Sendable {
        /// Line of the file, from 1.
        public var line: Int
        /// The column's name; empty when it is about the whole row.
        public var column: String
        /// What is wrong, and what is expected.
        public var reason: String
    }

    /// What an import gave.
    public struct Import: Sendable {
        /// The rows that could be read.
        public var directory: CentreDirectory
        /// The rows that could not; the first thousand.
        public var refusals: [Refusal]
        /// How many rows could not be read.
        public var refused: Int

        init(directory: CentreDirectory, refusals: [Refusal], refused: Int) {
            self.directory = directory
            self.refusals = refusals
            self.refused = refused
        }

        /// A directory of which every row could be read.
        public init(_ directory: CentreDirectory) {
            self.init(directory: directory, refusals: [], refused: 0)
        }
    }

    /// The columns, in the order in which `csv` writes them.
    public static let columns = [
        "commune_insee", "short_number", "service", "psap_id", "long_number_e164", "valid_from", "valid_to",
        "fallback_1", "fallback_2", "last_tested", "tester", "public_ok",
        "testable",
    ]

    /// Rows taken at most: four times the communes of France, with as many splits again.
    public static let maxRows = 500_000

    /// Reads the operators' table: a header with the names of `columns` in any order, then one row a place and short number,
    /// separated by `;` or `,`.
    public static func parse(csv text: String) -> Import {
        var refusals: [Refusal] = []
        var refused = 0
        var rows: [EmergencyCentre] = []
        func refuse(_ line: Int, _ column: String, _ reason: String) {
            refused += 1
            if refusals.count < 1_000 {
                refusals.append(Refusal(line: line, column: column, reason: reason))
            }
        }
        var header: [String: Int] = [:]
        var separator: Character = ";"
        var line = 0
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var next = 0
        while next < lines.count {
            line = next + 1
            var row = lines[next]
            if line == 1, row.first == "\u{FEFF}" { row = row.dropFirst() }
            next += 1
            if row.allSatisfy({ $0 == " " }) || row.first == "#" { continue }
            let rest = TableRow.continuation(of: row, lines[next...])
            if rest > 0 {
                row = Substring(([row] + lines[next..<next + rest]).joined(separator: "\n"))
                next += rest
            }
            if header.isEmpty {
                separator = row.contains(";") ? ";" : ","
                for (index, name) in TableRow.fields(row, separator).enumerated() where header[name] == nil {
                    header[name] = index
                }
                for name in columns.prefix(6) where header[name] == nil && name != "service" {
                    refuse(
                        line, name,
                        "the header has no such column; it needs \(columns.joined(separator: ";"))")
                }
                if refused > 0 { break }
                continue
            }
            guard rows.count < maxRows else {
                refuse(line, "", "more than \(maxRows) rows; the rest was not read")
                break
            }
            switch centre(TableRow.fields(row, separator), header) {
            case .success(let centre): rows.append(centre)
            case .failure(let fault): refuse(line, fault.column, fault.reason)
            }
        }
        if header.isEmpty { refuse(max(1, line), "", "the file is empty") }
        return Import(directory: CentreDirectory(rows), refusals: refusals, refused: refused)
    }

    /// The directory as `parse` reads it.
    public var csv: String {
        var out = Self.columns.joined(separator: ";") + "\n"
        for centre in centres.map(asTested) {
            let fields = [
                centre.place, centre.shortNumber, centre.service, centre.id, centre.longNumber.description,
                centre.validFrom.rfc3339(), centre.validTo?.rfc3339() ?? "",
                centre.fallbacks.first?.description ?? "",
                centre.fallbacks.count > 1 ? centre.fallbacks[1].description : "",
                centre.lastTested?.rfc3339() ?? "", centre.tester, centre.isPublic ? "yes" : "no",
                centre.isTestable ? "yes" : "no",
            ]
            out += fields.map(TableRow.quoted).joined(separator: ";") + "\n"
        }
        return out
    }

    private struct Fault: Error {
        var column: String
        var reason: String
    }

    private static func centre(_ fields: [String], _ header: [String: Int]) -> Result<EmergencyCentre, Fault>
    {
        func value(_ name: String) -> String {
            header[name].flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
        }
        do throws(Fault) {
            let place = value("commune_insee")
            guard isPlace(place) else {
                throw Fault(
                    column: "commune_insee",
                    reason:
                        "\(clip(place)) is no INSEE code: 5 characters for a commune, 2 or 3 for a department"
                )
            }
            guard known.contains(EmergencyCentre.department(of: place)) else {
                throw Fault(
                    column: "commune_insee",
                    reason: "\(clip(place)) lies in no department; Corsica's are 2A and 2B")
            }
            let short = value("short_number")
            guard short.utf8.count >= 2, short.utf8.count <= 6, short.utf8.allSatisfy({ $0 &- 0x30 < 10 })
            else {
                throw Fault(
                    column: "short_number", reason: "\(clip(short)) is no short number of 2 to 6 digits")
            }
            guard !value("psap_id").isEmpty else { throw Fault(column: "psap_id", reason: "it is empty") }
            let fallbacks = try ["fallback_1", "fallback_2"].filter { !value($0).isEmpty }.map {
                (name) throws(Fault) in
                try number(value(name), name)
            }
            guard let from = try moment(value("valid_from"), "valid_from") else {
                throw Fault(column: "valid_from", reason: "it is empty; write a date like 2026-01-31")
            }
            let to = try moment(value("valid_to"), "valid_to")
            if let to, to <= from { throw Fault(column: "valid_to", reason: "it is not after valid_from") }
            return .success(
                EmergencyCentre(
                    place: place, shortNumber: short, service: value("service"), id: value("psap_id"),
                    longNumber: try number(value("long_number_e164"), "long_number_e164"), validFrom: from,
                    validTo: to, fallbacks: fallbacks,
                    lastTested: try moment(value("last_tested"), "last_tested"),
                    tester: value("tester"), isPublic: try claim(value("public_ok"), "public_ok"),
                    isTestable: try claim(value("testable"), "testable")))
        } catch {
            return .failure(error)
        }
    }

    private static let known = Set(NumberingPlans.standard.departments.map(\.code))

    private static func isPlace(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard [2, 3, 5].contains(bytes.count), bytes[0] &- 0x30 < 10 else { return false }
        if bytes.count == 3, !text.hasPrefix("97"), !text.hasPrefix("98") { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            byte &- 0x30 < 10 || index == 1 && (byte == 0x41 || byte == 0x42)
        }
    }

    private static func number(_ text: String, _ column: String) throws(Fault) -> PhoneNumber {
        do {
            if let number = try NumberText.parse(text, country: .france).number { return number }
        } catch {}
        throw Fault(column: column, reason: "\(clip(text)) is no telephone number; write +33… or 0…")
    }

    private static func moment(_ text: String, _ column: String) throws(Fault) -> Timestamp? {
        if text.isEmpty { return nil }
        if let moment = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") { return moment }
        throw Fault(
            column: column, reason: "\(clip(text)) is no date; write 2026-01-31 or 2026-01-31T08:00:00Z")
    }

    private static func claim(_ text: String, _ column: String) throws(Fault) -> Bool {
        switch text.lowercased() {
        case "yes", "true", "1", "oui", "o", "y": true
        case "", "no", "false", "0", "non", "n": false
        default: throw Fault(column: column, reason: "\(clip(text)) is neither yes nor no")
        }
    }

    private static func clip(_ text: String) -> String { "\"\(text.prefix(40))\"" }
}
