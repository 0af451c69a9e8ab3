/// What the emergency back-tests must reach, scenario by scenario, and how many runs did.
public struct EmergencyBars: Sendable {
    /// One demand on one scenario.
    public struct Bar: Sendable {
        /// The scenario.
        public var scenario: String
        /// What is asked.
        public var demand: String
        /// Runs that reach it.
        public var reached: Int
        /// Runs.
        public var runs: Int
        /// Whether all do.
        public var holds: Bool { reached == runs }
    }

    /// The demands on the scenarios that were run.
    public let bars: [Bar]

    /// Holds scores against the demands.
    public init(_ scores: [Score]) {
        typealias Demand = (scenario: String, demand: String, isReached: (Score) -> Bool)
        func failure(_ score: Score) -> Score.Match? {
            score.matches.first { $0.kind == "emergency-failure" }
        }
        func isSoon(_ minutes: Double) -> (Score) -> Bool {
            { score in failure(score)?.delaySeconds.map { $0 <= minutes * 60 } ?? false }
        }
        func false_(_ score: Score) -> Int { score.wrong.count { $0.kind == "emergency-failure" } }
        let demands: [Demand] = [
            ("orange-2021", "alarm within 5 min", isSoon(5)),
            (
                "orange-2021", "the machine named first within 15 min",
                { failure($0)?.emergency?.at(15)?.nodeRank == 1 }
            ),
            (
                "orange-2023", "affected set F1 of 0.90 at 10 min",
                { failure($0)?.emergency?.at(10).map { $0.f1 >= 0.9 } ?? false }
            ),
            (
                "orange-2023", "17 not accused",
                { failure($0)?.emergency.map { $0.moments.allSatisfy { !$0.accusesSound } } ?? false }
            ),
            ("optus-2025", "alarm within 10 min", isSoon(10)),
            ("quiet-year", "one false alarm at most", { false_($0) <= 1 }),
            ("storm", "no false alarm", { false_($0) == 0 }),
            ("new-year", "no false alarm", { false_($0) == 0 }),
        ]
        bars = demands.compactMap { scenario, demand, isReached in
            let runs = scores.filter { $0.scenario == scenario }
            guard !runs.isEmpty else { return nil }
            return Bar(
                scenario: scenario, demand: demand, reached: runs.count(where: isReached), runs: runs.count)
        }
    }

    /// A line a demand; empty when no emergency scenario was run.
    public var text: String {
        bars.map { bar in
            "\(bar.holds ? "holds " : "MISSED")  \(bar.scenario): \(bar.demand): \(bar.reached) of \(bar.runs)\n"
        }.joined()
    }
}
