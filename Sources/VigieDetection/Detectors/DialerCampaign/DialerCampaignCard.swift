extension DetectorCard {
    /// The page about `DialerCampaign`.
    static let dialerCampaign = DetectorCard(
        kind: .dialerCampaign,
        summary: "Machines call in rows, say nothing, or invent the number they display.",
        maturity: .incubating,
        sees: [
            "One displayed number with many first contacts and silent calls (answered, ended within 4 s by the "
                + "caller), numbers dialled in a row, or many numbers out of use.",
            "An ingress, or a block of ten thousand numbers at one, with rotating callers: impossible, badly formed or "
                + "unallocated numbers used once, the called number itself, or its neighbours.",
            "As further signs: talk of at most 6 s, hours at which French telemarketing may not call, and callers of "
                + "a kind that French automated systems may not display (01-05, 06, 07; decision 2022-1583).",
        ],
        misses: [
            "Campaigns with their own numbers, ordinary talk and few silent calls, at whatever volume.",
            "Fewer than 25 first contacts an hour for one number.",
            "Calls that only ring (wangiri), and calls upon one number (telephony-dos).",
        ],
        falseAlarms: [
            "Budget: under one a year for 10^5 numbers and trunks watched: a strong sign needs 24 nats with calls "
                + "taken as coming in pairs, and a large share besides.",
            "A legitimate opinion poll that dials at random meets many dead numbers.",
            "A trunk that rewrites callers into numbers that cannot be.",
        ],
        settings: [
            .init(
                "leastCalls", unit: "calls", default: "25", "First contacts in about an hour before a report."
            ),
            .init("nats", unit: "nats", default: "24", "What one strong sign must reach."),
            .init("overwhelming", unit: "nats", default: "100", "What a sign that stands alone must reach."),
            .init("runs", unit: "runs", default: "4096", "Numbers and blocks watched at once."),
            .init("ingresses", unit: "ingresses", default: "1024", "Ingresses watched at once."),
        ],
        references: [
            "ARCEP decision 2022-1583 (callers of automated systems)",
            "Code de la consommation D. 223-9 (hours of telemarketing)",
            "Prasad et al., Who's Calling? Characterizing Robocalls, USENIX Security 2020",
            "ITU-T Q.850 (causes 1 and 28)",
        ],
        example: """
              11:00:01 ingress it-7 +33189000111 → +33327450100 answered 2 s, released by the caller
              11:00:04 ingress it-7 +33189000111 → +33327450101 no answer
              11:00:07 ingress it-7 +33189000111 → +33327450102 Q.850 1
              …
            + dialer-campaign ingress it-7, +33189000111: silent, sequential, short
            """)
}
