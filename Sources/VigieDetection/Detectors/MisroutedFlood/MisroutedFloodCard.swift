extension MisroutedFlood {
    /// The page of this detector.
    public static let card = DetectorCard(
        kind: .misroutedFlood,
        summary: "First-contact calls from one origin that land where its calls never landed.",
        maturity: .incubating,
        sees: [
            "A dialling table that sends one country's or one trunk's calls to the wrong zone, area or exchange: many different callers reach numbers they never called before.",
            "Floods spread over a zone as well as those that end at a few numbers; origins and landings of any country; captures that name no trunk.",
            "Calls that are answered and talk as usual (a destination that became free) and calls that are hung up at once: neither is asked for.",
            "It is sure after some twenty calls of ten different callers in one landing zone within a few hours, from numbers and start times alone: minutes at the rate of a flood, hours while it is a trickle.",
        ],
        misses: [
            "Floods of fewer different callers than `minimumCallers`, or whose callers all lie in a few hundred-blocks of numbers.",
            "Misroutes that spread over a whole country in the same proportions as ordinary traffic.",
            "Misroutes of calls in transit of which none reaches a number that nobody was given: they look like another carrier's new traffic.",
            "Misroutes between subscribers of the home country that end at fewer than five numbers: they look like a vote or a closed school.",
            "Callers who withhold their number: whether they know the called number cannot be told.",
        ],
        falseAlarms: [
            "Chance: the threshold is ln(cells × minutes of a year ÷ alarms a year); Page's bound keeps the budget while the learned rate holds as an upper bound.",
            "Calls home before a feast: calls between numbers that know each other grow as well, and explain the new ones.",
            "A carrier that hands over another's traffic: the rest of the origin lands in its usual proportions, and explains the cell.",
            "A vote, a contest, a closed school: the rest of the landing grows as well; at home one called number is never a misroute.",
            "A call centre's campaign: one hundred-block of callers counts three times in six hours.",
            "A first hour without history: nothing is said before `minimumLearning`.",
        ],
        settings: [
            .init(
                "falseAlarmsPerYear", unit: "alarms a year", default: "0.5",
                "By chance, over all cells; 0.01…100."),
            .init(
                "minimumLearning", unit: "seconds", default: "7200",
                "Data time to learn from before the first finding."),
            .init(
                "minimumHomeLearning", unit: "seconds", default: "604800",
                "The same for calls of the home country's own people: a whole week."),
            .init(
                "minimumWrongShare", unit: "share", default: "0.5",
                "Calls inside the home country or in transit that must be over within 15 s or reach nobody; 0…1."
            ),
            .init(
                "minimumCallers", unit: "hundred-blocks of callers", default: "10",
                "Different callers that a flood must have; 5…1,000."),
            .init(
                "minimumExcess", unit: "times", default: "3",
                "Calls over what all other traffic explains; 1.5…100."),
            .init(
                "callsPerCallerBlock", unit: "calls in six hours", default: "3",
                "First-contact calls of one hundred-block that count."),
            .init(
                "cells", unit: "cells of 48 bytes", default: "65536",
                "Origins × landing prefixes kept at most."),
        ],
        references: [
            "E. S. Page, Continuous inspection schemes, Biometrika 41 (1954)",
            "G. Lorden, Procedures for reacting to a change in distribution, Ann. Math. Statist. 42 (1971)",
            "A. Noufaily et al., An improved algorithm for outbreak detection, Statistics in Medicine 32 (2013)",
            "The night of 17 February 2009: a short code 333 entered as +333 sent Moroccan callers to the north of France",
        ],
        example: """
            +  21:04:10  +212661200311 → +33320001234  first contact
            +  21:04:31  +212668104072 → +33381004411  first contact
            +  … ten different callers in six minutes; this origin used to bring one such call in three hours
            => misrouted-flood  origin MA  landing +3332 +3338  detected 21:09
            -  21:10:02  +212661777777 → +33142000000  known pair: part of no flood
            """)
}
