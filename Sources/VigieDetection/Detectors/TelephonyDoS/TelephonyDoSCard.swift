extension TelephonyDoS {
    /// The page of this detector.
    public static let card = DetectorCard(
        kind: .telephonyDoS,
        summary: "Machines flood a called number until nobody else gets through.",
        maturity: .sandbox,
        sees: [
            "A number that receives forty calls or more in an hour, five times its busiest hour so far, with one mark of machines:",
            "a handful of callers make nearly all calls;",
            "three callers in ten are numbers that no plan knows or no regulator gave out;",
            "never-seen callers by one trunk, in an even rhythm, nearly all abandoned or hung up within four seconds.",
        ],
        misses: [
            "Floods made by hundreds of real people, by will or by a call to do so: they look like a vote.",
            "Floods spread thinly over a range of numbers, fewer than forty calls an hour each.",
            "Rotating callers with valid numbers that are seen elsewhere too, or that come by several trunks.",
            "Numbers that are always busy: a flood that does not reach five times the busiest hour.",
        ],
        falseAlarms: [
            "A vote, a contest, a booking that opens: many callers, none of whom makes most calls; valid numbers; uneven gaps.",
            "Equipment that redials for ever because its far end is gone: a flood in effect, though nobody means it.",
            "Measured: none in quiet weeks of simulated national traffic.",
        ],
        settings: [
            .init(
                "minimumCalls", unit: "calls an hour", default: "40",
                "From here a number is watched; 10…1,984."),
            .init("minimumGrowth", unit: "times", default: "5", "Over its busiest earlier hour; 2…100."),
            .init(
                "minimumLearning", unit: "seconds", default: "7200",
                "Data time to learn from before the first finding."),
            .init("watched", unit: "numbers", default: "512", "Watched at once, about 600 bytes each."),
        ],
        references: [
            "ITU-T Q Suppl. 71 (telephony denial of service)",
            "A. Costin et al., The role of phone numbers in understanding cyber-crime, PST 2013",
        ],
        example: """
            +  10:00:01  +88299001122 → +33325000000  ingress it-7   no plan knows the caller
            +  10:00:07  +88299004711 → +33325000000  ingress it-7
            +  … forty calls in five minutes; the busiest hour so far had six
            => telephony-dos  +33325000000  ingress it-7  detected 10:05
            -  20:50  four thousand callers by all trunks → +33899000000  a vote: nothing
            """)
}
