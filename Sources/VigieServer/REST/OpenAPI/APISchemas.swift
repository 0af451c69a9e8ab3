import VigieCalls

/// The named schemas of the API.
enum APISchemas {
    /// By name; `Schema.named` refers to them.
    static let all: [String: Schema] = [
        "Problem": Problem.schema,
        "Incident": incident, "IncidentSummary": incidentSummary, "Call": call, "AuditLine": auditLine,
        "Number": number, "Peer": peer, "Feed": feed, "FilterMatch": filterMatch,
        "Notice": NoticeDocument.schema, "FilterProposal": filterProposal, "Filter": filter, "Trial": trial,
    ]

    private static let tags = Schema.text()
    private static let moment = Schema.shaped(.dateTime)

    static let incidentMembers: [Schema.Property] = [
        .must("id", .text(), "The same on every node that sees the trouble."),
        .must("kind", .text(), "misrouted-flood, number-usurpation, …"),
        .must("severity", .oneOf(["minor", "major", "critical"])),
        .must("state", .oneOf(["pending", "firing", "resolved"])),
        .must("first_seen", moment, "When its first call was."),
        .must("detected_at", moment, "When the detector was sure."),
        .must("last_seen", moment, "When its last call was."),
        .must("summary", .text(), "One sentence for the duty officer."),
        .may("subject", .open([]), "Whom or what it is about; its members depend on the kind."),
    ]
    static let incidentSummary = Schema.open(incidentMembers)
    static let incident = Schema.open(
        incidentMembers + [
            .may("metrics", .map(.anything)),
            .may(
                "causes",
                .list(
                    .open([
                        .must("hypothesis", .text()), .must("score", .number(nil)),
                        .must("explains", .number(nil)),
                        .must("test", .text(), "What to check to confirm it."),
                    ]), maxCount: 1_000)),
            .may("localisation", .list(.map(.text()), maxCount: 1_000)),
            .may("proposed_filter", .orNull(.open([]))),
            .may("evidence", .open([])),
            .may("census_total", .count),
            .may(
                "hours",
                .list(
                    .open([.must("start", moment), .must("calls", .count), .must("usual", .count)]),
                    maxCount: 1_488),
                "Calls an hour that belong to it, and ordinary calls of the same kind."),
        ])

    static let outcomes = ["success", "user", "caller", "network", "indeterminate"]

    static let call = Schema.open([
        .must("start", moment), .must("answer", .orNull(moment)), .must("end", .orNull(moment)),
        .must("caller", .text(), "As displayed; empty: withheld."), .must("called", .text()),
        .may("asserted", .text()), .may("dialled", .text()), .may("diverted_from", .text()),
        .may("ingress", .text()), .may("egress", .text()), .may("node", .text()), .may("operator", .text()),
        .may("location", .text()),
        .must("sip_status", .orNull(.whole(0...999))), .must("q850", .orNull(.whole(0...255))),
        .must("outcome", .oneOf(outcomes)),
        .must("talk", .orNull(.number(nil)), "Seconds from answer to end."),
        .may("released_by", .oneOf(["caller", "called", "network"])),
        .may("attestation", .oneOf(["A", "B", "C"])), .may("verstat", .text()),
        .may("charge", .number(nil)), .may("currency", .text()),
        .must("call_id", .text()),
    ])

    static let auditLine = Schema.open([
        .must("sequence", .count), .must("at", moment), .must("actor", .text()), .must("action", .text()),
        .must("target", .text()), .must("hash", .text(), "SHA-256 of the line, hexadecimal."),
        .must("previous", .text(), "Hash of the line before; empty for the first."),
        .may("reason", .text()), .may("details", .anything),
    ])

    static let number = Schema.open([
        .must("input", .text()), .must("e164", .orNull(.text())), .must("national", .orNull(.text())),
        .must("international", .orNull(.text())), .must("country", .orNull(.text())),
        .must("kind", .text()), .must("valid", .truth), .must("allocated", .orNull(.truth)),
        .must(
            "assignee", .orNull(.open([.must("code", .text()), .must("name", .text())])),
            "Whom the block was given."),
        .must(
            "place",
            .orNull(
                .open([
                    .must("department", .orNull(.text())), .must("name", .text()), .must("method", .text()),
                    .must("confidence", .number(nil)),
                ]))),
        .must("rules", .list(.text(), maxCount: 1_000)),
    ])

    static let peer = Schema.open([
        .must("name", .text()), .must("state", .text(), "asking, quiet, overloading, …"),
        .may("networks", .list(.text(), maxCount: 10_000)), .may("last_seen", .orNull(moment)),
        .may("counters", .map(.number(nil))), .may("profile", .map(.anything)),
    ])

    static let feed = Schema.open([
        .must("name", .text()), .must("kind", .text(), "sip, hep, spool, batch."),
        .must("state", .text()), .may("last_seen", .orNull(moment)), .may("counters", .map(.number(nil))),
    ])
}
