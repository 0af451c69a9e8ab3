import Foundation
import Glibc
import VigieReports
import VigieWire

/// Public notices in words, for a terminal.
enum NoticeText {
    /// Whether titles are bold: on a terminal whose user did not ask for plain text (no-color.org).
    private static let isBold =
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"]?.isEmpty ?? true

    /// One line a version.
    static func table(_ items: [JSONValue]) -> String {
        guard !items.isEmpty else {
            return
                "No notice. Vigie drafts one when emergency numbers fail, or: vigie notice draft --incident ID"
        }
        var rows = [["ID", "VERSION", "STATE", "KIND", "DEPARTMENTS", "APPROVED", "WRITTEN"]]
        for item in items {
            rows.append([
                text(item, "id"), whole(item, "version"), text(item, "state"), text(item, "kind"),
                places(item), approved(item), moment(text(item, "drafted_at")),
            ])
        }
        let last = rows[0].count - 1
        let widths = (0..<last).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.enumerated().map { index, row in
            let line =
                (0..<last).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count + 2) }
                .joined() + row[last]
            return index == 0 ? bold(line) : line
        }.joined(separator: "\n")
    }

    /// A notice, and what the public reads of it in these languages; `nil`: without the text.
    static func one(_ item: JSONValue, _ language: NoticeCommand.Language?) -> String {
        let version = whole(item, "version")
        var lines = [
            bold(
                "Notice \(text(item, "id")), version \(version): \(text(item, "kind")), \(text(item, "state"))"
            ),
            "  About \(text(item, "incident"))",
        ]
        if tellsOfTrouble(item) { lines[1] += "; calls fail since \(moment(text(item, "since")))" }
        if let retraction = item["retraction"], retraction.objectValue != nil {
            lines.append(
                "  Takes back what was published on \(moment(text(retraction, "first_said"))); asked for by \(text(retraction, "actor")): \(text(retraction, "reason"))"
            )
        }
        lines.append("  Approved by \(approved(item))\(names(item))")
        if let published = item["published_at"]?.stringValue {
            lines.append("  Public since \(moment(published))")
        }
        for (code, title) in [("fr", "Français"), ("en", "English")] {
            guard language == .both || language?.rawValue == code,
                let said = item["text_\(code)"]?.stringValue
            else { continue }
            lines.append("")
            lines.append(bold("--- \(title) ---"))
            lines.append(said.hasSuffix("\n") ? String(said.dropLast()) : said)
        }
        if let next = next(item) {
            lines.append("")
            lines.append("Next: \(next)")
        }
        return lines.joined(separator: "\n")
    }

    /// The texts for other carriers; one of them bare, so that it can be piped.
    static func messages(_ item: JSONValue, only: String?) -> String {
        func whole(_ value: JSONValue?) -> String {
            guard let members = value?.objectValue else { return value?.stringValue ?? "" }
            return members.map { "\($0.0): \($0.1.stringValue ?? "")" }.joined(separator: "\n")
        }
        func trimmed(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
        if let only { return trimmed(whole(item[only])) }
        let titles = [
            ("fr_alert", "FR-Alert" + pages(item["fr_alert"])),
            ("fr_alert_en", "FR-Alert in English" + pages(item["fr_alert_en"])),
            ("sms", "SMS, by department"),
            ("authorities", "Notice to the authorities"), ("cap", "CAP 1.2"),
        ]
        return titles.map { bold("--- \($0.1) ---") + "\n" + trimmed(whole(item[$0.0])) }
            .joined(separator: "\n\n")
    }

    /// How long a text is in pages of FR-Alert, and what keeps it from being sent as it is.
    private static func pages(_ value: JSONValue?) -> String {
        let text = value?.stringValue ?? ""
        let pages = (text.unicodeScalars.count + 92) / 93
        let isBasic = PublicSite.isAlertText(text)
        return ", \(pages) of 15 pages"
            + (pages > 15 ? ": TOO LONG" : "") + (isBasic ? "" : ": NOT IN GSM 03.38")
    }

    private static func next(_ item: JSONValue) -> String? {
        let id = text(item, "id")
        switch text(item, "state") {
        case "draft":
            return
                "vigie notice approve \(id) --version \(whole(item, "version")), or vigie notice withdraw \(id)"
        case "published" where tellsOfTrouble(item):
            return
                "vigie notice draft --incident \(text(item, "incident")) for an update; vigie notice retract \(id) --reason … if it is a mistake"
        default: return nil
        }
    }

    private static func tellsOfTrouble(_ item: JSONValue) -> Bool {
        ["alert", "update"].contains(text(item, "kind"))
    }

    private static func approved(_ item: JSONValue) -> String {
        "\(item["approvals"]?.arrayValue?.count ?? 0) of \(whole(item, "approvals_needed"))"
    }

    private static func names(_ item: JSONValue) -> String {
        let names = (item["approvals"]?.arrayValue ?? []).map { text($0, "actor") }
        return names.isEmpty ? "" : ": " + names.joined(separator: ", ")
    }

    /// `59, 62` or `101, where is not known`.
    private static func places(_ item: JSONValue) -> String {
        var codes = (item["retraction"]?["departments"]?.arrayValue ?? []).compactMap(\.stringValue)
        if codes.isEmpty {
            var seen: Set<String> = []
            codes = (item["lines"]?.arrayValue ?? []).map { text($0, "department") }.filter {
                seen.insert($0).inserted
            }
        }
        if item["place_unknown"]?.boolValue == true { return "\(codes.count), where is not known" }
        return codes.isEmpty ? "-" : codes.count > 5 ? "\(codes.count)" : codes.joined(separator: " ")
    }

    private static func bold(_ line: String) -> String { isBold ? "\u{1B}[1m\(line)\u{1B}[0m" : line }

    private static func text(_ item: JSONValue, _ name: String) -> String { item[name]?.stringValue ?? "" }

    private static func whole(_ item: JSONValue, _ name: String) -> String {
        item[name]?.integerValue.map { "\($0)" } ?? "?"
    }

    /// A moment without its fraction of a second.
    private static func moment(_ text: String) -> String {
        text.contains(".") ? text.prefix { $0 != "." } + "Z" : text
    }
}
