extension DetectorCard {
    /// The page about `Wangiri`.
    static let wangiri = DetectorCard(
        kind: .wangiri,
        summary: "A few foreign or expensive numbers ring many people once, and wait to be called back.",
        maturity: .incubating,
        sees: [
            "Blocks of ten thousand numbers of another country, or of premium, shared-cost, personal or satellite "
                + "kind, of whose calls to strangers at least 70 % are given up by the caller within 12 s, set-up "
                + "included.",
            "The call-backs of those who were rung, within the 90 days that the lane remembers a pair.",
        ],
        misses: [
            "Ordinary numbers of the callee's own country: their call-backs cost nothing, so it is another trouble.",
            "Fewer than 15 single rings an hour from a block; fewer than 80 when nobody calls back.",
            "Records without an end for calls that were not answered.",
        ],
        falseAlarms: [
            "Budget: under one a year for 10^5 blocks; 20 nats above people's share of early give-ups, calls taken "
                + "as coming in pairs.",
            "\"Flash calls\" that verify telephones: many numbers once each, which is why few numbers are asked for; "
                + "a sender with few numbers whose users call back looks the same.",
        ],
        settings: [
            .init(
                "ringOnce", unit: "seconds", default: "12",
                "The longest call, set-up included, that rang once."),
            .init(
                "leastRings", unit: "calls", default: "15", "Single rings in about an hour before a report."),
            .init("leastCallBacks", unit: "calls", default: "2", "Call-backs that make it a fraud."),
            .init(
                "ringsAlone", unit: "calls", default: "80", "Single rings that suffice without call-backs."),
            .init("nats", unit: "nats", default: "20", "Strength that the share of single rings must reach."),
            .init("blocks", unit: "blocks", default: "2048", "Blocks watched at once, about 600 bytes each."),
        ],
        references: [
            "GSMA FF.21 (fraud manual: wangiri)", "ITU-T E.156 (number misuse)",
            "Prasad et al., Who's Calling? Characterizing Robocalls, USENIX Security 2020 (wangiri)",
        ],
        example: """
              10:00:01 +2207123401 → +33611000001 given up after 3 s
              10:00:02 +2207123404 → +33611000002 given up after 4 s
              …
              10:07:40 +33611000001 → +2207123401 answered 70 s
            + wangiri +2207123401, +2207123404: single rings 412, call-backs 2
            """)
}
