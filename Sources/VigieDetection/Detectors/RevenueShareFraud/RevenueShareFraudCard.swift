extension DetectorCard {
    /// The page about `RevenueShareFraud`.
    static let revenueShareFraud = DetectorCard(
        kind: .revenueShareFraud,
        summary: "A source suddenly calls expensive numbers abroad, in parallel, mostly at night.",
        maturity: .incubating,
        sees: [
            "An ingress that calls one foreign or premium block of ten thousand, or a displayed number that calls one "
                + "country, far above its own habit at that time (work hours and the rest are learned apart).",
            "Together with what thieves combine: night or week-end, destinations whose ranges are sold for revenue "
                + "share, never called before, parallel calls, few called numbers again and again or in a row, one "
                + "caller, long talk.",
        ],
        misses: [
            "Fewer than 12 calls an hour to a block or a country.",
            "Frauds by day to an ordinary destination: a fair, a conference bridge and a fraud look the same then.",
            "Calls from many callers each: those are the public or the victims of a number.",
        ],
        falseAlarms: [
            "Budget: under one a year for 10^5 source-destination pairs, by volume alone; the points come on top.",
            "A company that begins to call a partner at night in a country of the list, from one displayed number.",
        ],
        settings: [
            .init("leastCalls", unit: "calls", default: "12", "Calls in about an hour before a report."),
            .init(
                "nats", unit: "nats", default: "22", "Strength of the volume against three times the habit."),
            .init("points", unit: "points", default: "7", "What must speak for fraud besides, of 11.5."),
            .init(
                "runs", unit: "runs", default: "4096",
                "Source-destination pairs watched, about 500 bytes each."),
        ],
        references: [
            "ITU-T E.156 (misuse of numbers)", "GSMA FF.21 (fraud manual: international revenue share fraud)",
            "CFCA Fraud Loss Survey (destinations)",
        ],
        example: """
              23:40:01 ingress pbx-4 +33140000002 → +25261712345 answered 540 s
              23:40:07 ingress pbx-4 +33140000002 → +25261712346 answered 610 s
              … in parallel, from a source that never called +25261
            + revenue-share-fraud ingress pbx-4, +33140000002 → +2526171…
            """)
}
