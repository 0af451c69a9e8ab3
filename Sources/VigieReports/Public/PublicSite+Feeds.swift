import VigieCalls
import VigieIncidents
public import VigieWire

extension PublicSite {
    /// The page's state in the shape of Statuspage's API v2, which aggregators read.
    public var summary: JSONValue {
        let worst = open.flatMap(\.lines).map(\.reach)
        let departments = Set(open.flatMap(\.departments)).count
        let indicator = worst.isEmpty ? "none" : departments >= 10 ? "critical" : "major"
        let description =
            worst.isEmpty
            ? "All systems operational"
            : "Emergency calls disrupted \(Self.inDepartments(departments, .english))"
        var components: [JSONValue] = []
        for (position, department) in self.departments.enumerated() {
            let lines = lines(department.code)
            let status =
                lines.contains { $0.reach == .down }
                ? "major_outage" : lines.isEmpty ? "operational" : "partial_outage"
            components.append(
                .object([
                    ("id", .string("dep-\(department.code)")),
                    ("name", .string("\(department.code) \(department.name)")),
                    ("status", .string(status)), ("position", .integer(Int64(position + 1))),
                    ("numbers", JSONValue(lines.map(\.shortNumber))),
                    ("updated_at", .string((open.compactMap(\.publishedAt).max() ?? moment).rfc3339())),
                ]))
        }
        var seen: Set<String> = []
        // What ended stays for its day, as resolved: to vanish is neither to be over nor to be denied.
        let incidents = history.reversed().filter { notice in
            seen.insert(notice.id).inserted
                && (notice.kind.tellsOfTrouble || ended.contains { $0.notice.id == notice.id })
        }
        return .object([
            (
                "page",
                .object([
                    ("id", .string("vigie-emergency")),
                    ("name", .string("\(publisher.name): emergency calls")),
                    ("url", .string(publisher.address)), ("time_zone", .string("Europe/Paris")),
                    ("updated_at", .string(moment.rfc3339())),
                ])
            ),
            (
                "status", .object([("indicator", .string(indicator)), ("description", .string(description))])
            ),
            ("components", .array(components)),
            ("incidents", .array(incidents.map { incident($0) })),
            ("scheduled_maintenances", .array([])),
        ])
    }

    private func incident(_ notice: PublicNotice) -> JSONValue {
        let versions = history.filter { $0.id == notice.id }.reversed()
        let isNational = notice.departments.count >= 10
        return .object([
            ("id", .string(notice.id)), ("name", .string(headline(notice, .english))),
            ("status", .string(Self.status(notice))),
            (
                "impact",
                .string(!notice.kind.tellsOfTrouble ? "none" : isNational ? "critical" : "major")
            ),
            ("created_at", .string(notice.since.rfc3339())),
            ("updated_at", .string((notice.publishedAt ?? notice.draftedAt).rfc3339())),
            (
                "resolved_at",
                notice.kind.tellsOfTrouble
                    ? .null : .string((notice.publishedAt ?? notice.draftedAt).rfc3339())
            ),
            ("shortlink", .string(publisher.address)),
            (
                "incident_updates",
                .array(
                    versions.map { version in
                        .object([
                            ("id", .string("\(version.id)-\(version.version)")),
                            ("status", .string(Self.status(version))),
                            ("body", .string(body(version, .english))),
                            ("created_at", .string((version.publishedAt ?? version.draftedAt).rfc3339())),
                        ])
                    })
            ),
        ])
    }

    private static func status(_ notice: PublicNotice) -> String {
        notice.kind.tellsOfTrouble ? "identified" : "resolved"
    }

    /// Every version, newest first (RFC 4287).
    public var atom: String {
        // RFC 4287 §4.2.6: an id is an absolute IRI, and nobody else's; links may be relative.
        let name =
            publisher.address.isEmpty ? "urn:vigie:" + Self.urnPart(publisher.sender) : publisher.address
        let base = publisher.address.isEmpty ? "" : publisher.address + "/"
        let updated = history.compactMap(\.publishedAt).max() ?? moment
        var out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
        out +=
            "<title>\(publisher.name.escaped) : appels d’urgence</title>\n<id>\(name.escaped)/feed.atom</id>\n"
        out +=
            "<updated>\(updated.rfc3339())</updated>\n<author><name>\(publisher.name.escaped)</name></author>\n"
        out +=
            "<link rel=\"self\" href=\"\(base.escaped)feed.atom\"/>\n<link href=\"\(base.isEmpty ? "./" : base.escaped)\"/>\n"
        for notice in history.reversed().prefix(100) {
            let when = (notice.publishedAt ?? notice.draftedAt).rfc3339()
            out += "<entry>\n<id>\(name.escaped)/\(capPath(notice).escaped)</id>\n"
            out += "<title>\(headline(notice, .french).escaped)</title>\n<updated>\(when)</updated>\n"
            out +=
                "<link href=\"\(base.escaped)\(capPath(notice).escaped)\" type=\"application/cap+xml\"/>\n"
            out += "<summary>\(body(notice, .french).escaped)</summary>\n</entry>\n"
        }
        return out + "</feed>\n"
    }

    /// A name as a part of a URN (RFC 8141): what it may not hold is percent-encoded.
    private static func urnPart(_ name: String) -> String {
        var out = ""
        for byte in name.utf8 {
            let isPlain =
                byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || [0x2D, 0x2E, 0x40, 0x5F].contains(byte)
            if isPlain {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }

    /// `in 1 department`, `dans 3 départements`.
    static func inDepartments(_ count: Int, _ language: ReportLanguage) -> String {
        count == 1
            ? language.choose("in 1 department", "dans 1 département")
            : language.choose("in \(count) departments", "dans \(count) départements")
    }

    /// The short numbers that fail, in one department or in all: the four that every department has first.
    static func numbers(_ notice: PublicNotice, _ department: String = "") -> String {
        let used = Set(
            notice.lines.filter { department.isEmpty || $0.department == department }.map(\.shortNumber))
        return (shortNumbers.filter(used.contains) + used.filter { !shortNumbers.contains($0) }.sorted())
            .joined(separator: ", ")
    }
}
