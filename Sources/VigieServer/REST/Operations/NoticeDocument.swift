import VigieIncidents
import VigieReports
import VigieWire

/// A notice as the API shows it.
enum NoticeDocument {
    static let schema = Schema.open([
        .must("id", .text()), .must("version", .count), .must("incident", .text()),
        .must("kind", .oneOf(PublicNotice.Kind.allCases.map(\.rawValue))),
        .must("state", .oneOf(PublicNotice.State.allCases.map(\.rawValue))),
        .must("since", .shaped(.dateTime)), .must("drafted_at", .shaped(.dateTime)),
        .must("published_at", .orNull(.shaped(.dateTime))), .must("next_update", .shaped(.dateTime)),
        .must("unserved", .count), .must("note_en", .text()), .must("note_fr", .text()),
        .must(
            "lines",
            .list(
                .open([
                    .must("department", .text()), .must("short_number", .text()),
                    .must("reach", .oneOf(["partial", "down"])),
                    .must("fallbacks", .list(.text(), maxCount: 16)),
                ]), maxCount: 10_000)),
        .must(
            "approvals",
            .list(.open([.must("actor", .text()), .must("at", .shaped(.dateTime))]), maxCount: 16)),
        .must("approvals_needed", .count, "How many different people must approve it."),
        .must("place_unknown", .truth, "Whether the calls that fail tell no place."),
        .must(
            "retraction",
            .orNull(
                .open([
                    .must("first_said", .shaped(.dateTime)), .must("last_said", .shaped(.dateTime)),
                    .must("departments", .list(.text(), maxCount: 200)), .must("reason", .text()),
                    .must("actor", .text()),
                ])), "What a retraction takes back; null in every other kind."),
        .may("text_en", .text(), "What the public reads, where one notice was asked for."),
        .may("text_fr", .text(), "The same in French."),
    ])

    /// A notice; with what the public reads of it where `site` is given.
    static func json(_ notice: PublicNotice, approvalsNeeded: Int, site: PublicSite? = nil) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(notice.id)), ("version", .integer(Int64(notice.version))),
            ("incident", .string(notice.incident)), ("kind", .string(notice.kind.rawValue)),
            ("state", .string(notice.state.rawValue)), ("since", .string(notice.since.rfc3339())),
            ("drafted_at", .string(notice.draftedAt.rfc3339())),
            ("published_at", notice.publishedAt.map { .string($0.rfc3339()) } ?? .null),
            ("next_update", .string(notice.nextUpdate.rfc3339())),
            ("unserved", .integer(Int64(notice.unserved))), ("note_en", .string(notice.noteEnglish)),
            ("note_fr", .string(notice.noteFrench)),
            (
                "lines",
                .array(
                    notice.lines.map { line in
                        .object([
                            ("department", .string(line.department)),
                            ("short_number", .string(line.shortNumber)),
                            ("reach", .string(line.reach.rawValue)),
                            ("fallbacks", .array(line.fallbacks.map { .string($0) })),
                        ])
                    })
            ),
            (
                "approvals",
                .array(
                    notice.approvals.map {
                        .object([("actor", .string($0.actor)), ("at", .string($0.at.rfc3339()))])
                    })
            ),
            ("approvals_needed", .integer(Int64(approvalsNeeded))),
            ("place_unknown", .bool(notice.isPlaceUnknown ?? false)),
            ("retraction", notice.retraction.map(retraction) ?? .null),
        ]
        if let site {
            members.append(("text_en", .string(site.text(notice, .english))))
            members.append(("text_fr", .string(site.text(notice, .french))))
        }
        return .object(members)
    }

    private static func retraction(_ retraction: PublicNotice.Retraction) -> JSONValue {
        .object([
            ("first_said", .string(retraction.firstSaid.rfc3339())),
            ("last_said", .string(retraction.lastSaid.rfc3339())),
            ("departments", JSONValue(retraction.departments)), ("reason", .string(retraction.reason)),
            ("actor", .string(retraction.actor)),
        ])
    }
}
