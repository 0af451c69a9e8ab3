extension MisroutedFlood {
    /// What can be tuned; see the card for units and meaning.
    public struct Settings: Sendable {
        /// False alarms a year that all cells together may raise by chance; 0.01…100.
        public var falseAlarmsPerYear = 0.5
        /// Data time that must have been learned before anything is reported.
        public var minimumLearning = Duration.seconds(7_200)
        /// Data time that must have been learned before calls of the home country's own people are reported: a whole week,
        /// since on a first Monday morning every enterprise wakes up.
        public var minimumHomeLearning = Duration.seconds(7 * 86_400)
        /// Share of calls inside the home country, or in transit, that must go to numbers nobody has, or be over within 15 seconds; 0…1. A carrier's
        /// new route brings as many strangers as a misroute does, but they talk.
        public var minimumWrongShare = 0.5
        /// Different callers, hundred-blocks of numbers counted once, that a flood must have; 5…1,000.
        public var minimumCallers = 10
        /// How many times the calls must exceed what the rest of the traffic explains; 1.5…100.
        public var minimumExcess = 3.0
        /// First-contact calls of one hundred-block of callers that count in six hours; a dialler makes no flood.
        public var callsPerCallerBlock = 3
        /// Cells (origin × landing prefix) kept at most, 48 bytes each.
        public var cells = 65_536

        /// The defaults.
        public init() {}
    }
}
