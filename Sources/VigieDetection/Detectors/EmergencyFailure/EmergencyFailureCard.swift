extension EmergencyFailure {
    /// The page of emergency-failure.
    public static let card = DetectorCard(
        kind: .emergencyFailure,
        summary:
            "Calls to 15, 17, 18, 112 and the other emergency numbers do not get through: some of them, everywhere, or all of them in one place.",
        maturity: .incubating,
        sees: [
            "Attempts that the network lost: by release cause and status, counted once for each caller in ten minutes.",
            "Answered calls that the network cut, and calls over within ten seconds.",
            "Missing answers, where no more people call than usual.",
            "Missing callers, from silence to three in ten, against the quarter of an hour of the week and the level of the last days (after four weeks of learning).",
            "Redials: people who try again although not more people call.",
            "What a centre counted, against what the network says it delivered, and against what it usually counts (after four weeks).",
            "A failure of 5 in 100 everywhere, of all calls in one place, and of half the calls in two dozen places.",
        ],
        misses: [
            "Callers who hear silence and are told to be answered: only redials show it.",
            "A failure of 11 in 100 in one small department within the hour: too few people call. The board tells the delay that can be reached, for each cell.",
            "Missing callers in the first four weeks, unless nobody calls where many did at that hour on three days or more.",
            "Missing callers when a day's mood swings as far as the failure: the board says which sizes no count can show.",
            "A failure in a network whose calls no feed shows: the cell is blind or quiet, and the centre's own counts are the remedy.",
        ],
        falseAlarms: [
            "One a year over the whole nation, all tests of all streams together.",
            "A storm, New Year's Eve or a match: callers wait and give up; habits are not judged while many more people call than usual.",
            "A feed that falls silent is shown as blind and raises nothing.",
            "A machine that stumbles for seconds: evidence of 20 seconds counts for half a threshold at most.",
        ],
        settings: [
            .init(
                "falseAlarmsAYear", unit: "false alarms a year, whole nation", default: "1",
                "The budget that all tests share."),
            .init("centres", unit: "long numbers", default: "none", "The centres behind the short numbers."),
            .init(
                "attempts", unit: "attempts", default: "262,144",
                "How many attempts are kept to search what they share."),
        ],
        references: [
            "Page 1954; Moustakides 1986: the CUSUM is the quickest at its false-alarm rate.",
            "Liu, Zhang and Mei 2019: sums of shrunk local scores over many streams.",
            "Neill 2012; Neill, McFowland and Zheng 2013: linear-time and multidimensional subset scans.",
            "ITU-T Q.850, E.425; NENA-STA-010.3 for the states of a cell.",
            "Senate report r21-297 on 2 June 2021; ACMA and the Schott review on 18 September 2025.",
        ],
        example: """
              16:44  15 from 59 by vgw-lille   answered
            - 16:46  15 from 59 by vgw-lille   503, cause 34
            - 16:46  18 from 62 by vgw-lille   408, cause 102
              16:46  17 from 69 by cs-lyon-1   answered
            - 16:47  112 from 59 by vgw-lille  answered, cut after 6 s, cause 41
            + 16:47  emergency-failure: 56 % of calls to 15, 17, 18 and 112 fail through vgw-lille
            """)
}
