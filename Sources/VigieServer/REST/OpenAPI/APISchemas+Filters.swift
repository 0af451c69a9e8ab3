extension APISchemas {
    private static let numbers = Schema.list(.shaped(.number, example: "+33199001234"), maxCount: 10_000)
    private static let prefixes = Schema.list(.shaped(.prefix, example: "+3332"), maxCount: 10_000)
    private static let names = Schema.list(.text(1, maxLength: 128), maxCount: 10_000)

    static let actions = ["pass", "flag", "mask", "reject", "redirect", "limit"]
    static let filterStates = [
        "proposed", "approved", "shadow", "enforced", "reverted", "expired", "declined",
    ]

    static let filterMatch = Schema.closed([
        .may("ingress", names, "Trunks by which the call comes in."),
        .may("caller_country", .list(.shaped(.country, example: "MA"), maxCount: 300)),
        .may("caller_prefixes", prefixes), .may("caller_numbers", numbers), .may("caller_lists", names),
        .may("caller_withheld", .truth),
        .may("called_prefixes", prefixes), .may("called_numbers", numbers), .may("called_lists", names),
        .may("first_contact", .truth, "Only calls between numbers that never spoke before."),
        .may(
            "without_ties", .truth,
            "Only calls over a border between numbers neither of which ever spoke with the other's country."),
        .may("first_contact_since", .shaped(.dateTime)),
        .may(
            "verstat",
            .list(
                .oneOf(["TN-Validation-Failed", "No-TN-Validation", "TN-Validation-Passed", "absent"]),
                maxCount: 8)),
        .may("attestation", .list(.oneOf(["A", "B", "C", "none"]), maxCount: 8)),
        .may("hours", .text(maxLength: 256), "Such as Mo-Fr 08:00-20:00, local time."),
        .may(
            "rate",
            .closed([
                .must("per", .text(1, maxLength: 32)), .must("above", .whole(1...1_000_000)),
                .must("seconds", .whole(1...86_400)), .may("digits", .whole(1...15)),
            ]), "Only above so many calls."),
    ])

    static let filterProposal = Schema.closed([
        .must("match", .named("FilterMatch"), "All keys must hold together; emergency calls never match."),
        .must("action", .oneOf(actions)),
        .may(
            "expires", .shaped(.filterHours, example: "24h"),
            "How long it lasts once it is in force: 1h to 24h."),
        .may("priority", .whole(-100...100)),
        .may(
            "limit",
            .closed([
                .must("per", .text(1, maxLength: 32)), .must("calls", .whole(1...1_000_000)),
                .must("seconds", .whole(1...86_400)), .may("digits", .whole(1...15)),
            ])),
        .may("reason", .text(maxLength: 500), "What the caller's operator is told."),
        .may("sip_code", .whole(400...699)), .may("announcement", .text(maxLength: 256)),
        .may("wanted_stopped", .number(nil)), .may("legitimate_stopped", .number(nil)),
        .may("legitimate_seen", .number(nil)),
    ])

    static let trial = Schema.open([
        .must("calls", .count, "Stored calls looked at."), .must("matched", .count),
        .must("wanted_stopped", .number(nil), "Share of what should be stopped, 0…1."),
        .must("legitimate_stopped", .number(nil), "Share of wanted calls that would be stopped too, 0…1."),
    ])

    static let filter = Schema.open([
        .must("id", .text()), .must("state", .oneOf(filterStates)),
        .must("filter", .open([]), "As it was proposed."),
        .must("source", .text(), "person, incident or configuration."),
        .must("author", .text()), .must("reason", .text()), .must("incident", .orNull(.text())),
        .must("share", .number(nil), "Share of the calls that it acts on, 0…1."),
        .must("proposed_at", .orNull(.shaped(.dateTime))),
        .must("approvals", .list(.open([.must("actor", .text())]), maxCount: 100)),
        .must("approvals_needed", .count),
        .must("trial", .orNull(.named("Trial"))),
        .must("shadow_since", .orNull(.shaped(.dateTime))),
        .must("enforced_since", .orNull(.shaped(.dateTime))),
        .must("expires_at", .orNull(.shaped(.dateTime))), .must("renewals", .count),
        .must("counters", .map(.number(nil)), "Calls it met."),
        .must(
            "idle", .orNull(.text()),
            "Why it does nothing although its state says so, and what to do; null when it does what its state says."
        ),
        .must("version", .text(), "Changes with every step; the first part of the ETag."),
    ])
}
