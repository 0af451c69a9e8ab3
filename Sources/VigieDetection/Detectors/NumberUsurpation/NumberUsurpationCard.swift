extension NumberUsurpation {
    /// The page about it.
    public static let card = DetectorCard(
        kind: .numberUsurpation,
        summary: "Strangers call back a quiet line whose number somebody else displays.",
        maturity: .incubating,
        sees: [
            "Callers who were rung, within two days, by calls that displayed the line's number from an ingress that "
                + "is not the line's own: each pair is a proof, and names the trunk. Four pairs are enough.",
            "Without those calls in view: eight or more new callers at a line that is normally quiet, from many "
                + "areas, some from abroad, a few at a time, short talk, while the line itself calls nobody.",
            "Whose line it is makes no difference: fixed, mobile, nomadic, any country.",
        ],
        misses: [
            "A dialler that uses a number for fewer calls than bring four call-backs.",
            "Call-backs that all come from the line's own area when the displayed calls are not in view: they look "
                + "like a local crowd.",
            "Call-backs that are nearly all from one other country when the displayed calls are not in view.",
            "The first hours of a watch, as long as nothing shows that the line is normally quiet.",
        ],
        falseAlarms: [
            "Budget: fewer than one false surge a year for a million lines; the margins are ln-likelihood ratios "
                + "against four innocent stories, which must all be beaten.",
            "A quiet number that is suddenly advertised nationally and answered by one person, shortly, cannot be "
                + "told from a usurped one when no displayed call is in view.",
            "A business that starts to call out through a trunk that it never used, from a block of numbers that "
                + "others use elsewhere, and is called back.",
        ],
        settings: [
            .init("leastCallers", unit: "callers", default: "8", "New callers before a surge is reported."),
            .init("leastPairs", unit: "pairs", default: "4", "Pairs from elsewhere that prove it."),
            .init("pairSpan", unit: "hours", default: "48", "How long a call-back answers a displayed call."),
            .init("surges", unit: "lines", default: "2048", "Surges watched at once, about 700 bytes each."),
            .init(
                "presentedCalls", unit: "pairs", default: "262144",
                "Displayed calls remembered, 16 bytes each."),
            .init(
                "lines", unit: "lines", default: "262144", "Lines whose ingress is remembered, 16 bytes each."
            ),
        ],
        references: [
            "ITU-T E.156 (number misuse)", "RFC 8224 and 8588 (who may display a number)",
            "Prasad et al., Who's Calling? Characterizing Robocalls, USENIX Security 2020 (storms)",
            "CPCE L. 44, law 2020-901 article 10 (France: the operator stops calls whose number is not the user's)",
        ],
        example: """
              09:02 +33254000017 → +33611000001 ingress it-7      (the line's own calls come by access-36)
              09:02 +33254000017 → +33327000002 ingress it-7
              …
              09:09 +33327000002 → +33254000017 answered 21 s     call-back
              09:11 +33611000001 → +33254000017 answered 15 s     call-back
              …
            + number-usurpation +33254000017 presented by it-7, pairs 4, call-backs 5
            """)
}
