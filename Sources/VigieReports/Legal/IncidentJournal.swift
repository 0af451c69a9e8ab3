public import VigieMitigation
public import VigieWire

/// The journal of one incident: what was seen when, and what people did, each line bound to the one before by its hash.
///
/// Lines are those of the audit (`AuditLine`), so that one program verifies both; as text they are one JSON object a line.
public enum IncidentJournal {
    /// The journal of an incident as `vigie.analysis/1` tells it; steps of people follow in their order of time.
    ///
    /// - Parameters:
    ///   - incident: the incident's document.
    ///   - steps: audit lines about it.
    public static func lines(_ incident: JSONValue, steps: [AuditLine] = []) -> [AuditLine] {
        let id = incident["id"]?.stringValue ?? ""
        var entries: [(at: Timestamp, actor: String, action: String, reason: String, details: JSONValue)] = []
        func moment(_ name: String) -> Timestamp? {
            incident[name]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        }
        if let first = moment("first_seen") {
            entries.append(
                (first, "vigie", "incident.first-call", "", .object([("kind", incident["kind"] ?? .null)])))
        }
        if let detected = moment("detected_at") {
            entries.append(
                (
                    detected, "vigie", "incident.detected", "",
                    .object([("severity", incident["severity"] ?? .null)])
                ))
        }
        for point in incident["subject"]?["history"]?.arrayValue ?? [] {
            guard let at = point["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else { continue }
            let members = (point.objectValue ?? []).filter { $0.0 != "at" }
            entries.append((at, "vigie", "incident.measured", "", .object(members)))
        }
        for step in steps {
            entries.append(
                (
                    step.at, step.actor, step.action, step.reason,
                    .object([
                        ("audit_sequence", .integer(Int64(clamping: step.sequence))),
                        ("audit_hash", .string(step.hash)),
                        ("details", (try? JSONValue(parsing: step.details)) ?? .null),
                    ])
                ))
        }
        if let last = moment("last_seen") {
            // Numbers of callers stay where they are: the journal goes to authorities.
            let summary = incident["summary"]?.stringValue ?? ""
            entries.append(
                (
                    last, "vigie", "incident.last-call", "",
                    .object([("state", incident["state"] ?? .null), ("summary", .string(summary))])
                ))
        }
        var lines: [AuditLine] = []
        for entry in entries.enumerated().sorted(by: {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }).map(\.element) {
            lines.append(
                AuditLine(
                    after: lines.last, at: entry.at, actor: entry.actor, action: entry.action, target: id,
                    reason: entry.reason,
                    details: entry.details))
        }
        return lines
    }

    /// One JSON object a line.
    public static func text(_ lines: [AuditLine]) -> String {
        lines.map { line in
            JSONValue.object([
                ("sequence", .integer(Int64(clamping: line.sequence))), ("at", .string(line.at.rfc3339())),
                ("actor", .string(line.actor)), ("action", .string(line.action)),
                ("target", .string(line.target)),
                ("reason", .string(line.reason)), ("details", .string(line.details)),
                ("previous", .string(line.previous)),
                ("hash", .string(line.hash)),
            ]).text() + "\n"
        }.joined()
    }

    /// What verifying a journal's text told.
    public enum Verdict: Hashable, Sendable {
        /// Every line is as it was written, and none is missing before the last.
        case whole(lines: Int, lastHash: String)
        /// The first line that is not, from 1, and why.
        case broken(line: Int, why: String)
    }

    /// Verifies a journal's text: numbers, links and hashes. That nothing was cut off at its end, only a last hash kept elsewhere shows.
    public static func verify(_ text: String) -> Verdict {
        var last: AuditLine?
        var count = 0
        for row in text.split(whereSeparator: \.isNewline) {
            count += 1
            guard row.utf8.count <= 1 << 20, let value = try? JSONValue(parsing: String(row)),
                let sequence = value["sequence"]?.integerValue, sequence >= 0,
                let at = value["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
            else { return .broken(line: count, why: "it is no line of a journal") }
            func word(_ name: String) -> String { value[name]?.stringValue ?? "" }
            let line = AuditLine(
                sequence: UInt64(sequence), at: at, actor: word("actor"), action: word("action"),
                target: word("target"),
                reason: word("reason"), details: word("details"), previous: word("previous"),
                hash: word("hash"))
            if line.sequence != (last?.sequence ?? 0) + 1 {
                return .broken(line: count, why: "a line is missing before it")
            }
            if line.previous != last?.hash ?? AuditLine.genesis {
                return .broken(line: count, why: "it does not follow the line before")
            }
            if line.hash != line.computedHash {
                return .broken(line: count, why: "it was changed after it was written")
            }
            last = line
        }
        guard let last else { return .broken(line: 1, why: "there is no line") }
        return .whole(lines: count, lastHash: last.hash)
    }
}
