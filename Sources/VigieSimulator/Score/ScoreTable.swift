/// Scores of one scenario over many seeds.
public struct ScoreSummary: Encodable, Sendable {
    /// The name of the scenario.
    public var scenario: String
    /// Analyses scored.
    public var runs: Int
    /// True incidents.
    public var incidents: Int
    /// How many true incidents the analysis has.
    public var found: Int
    /// How many true incidents the analysis has not.
    public var missed: Int
    /// What the analysis has and the truth has not.
    public var wrong: Int
    /// Further incidents that are a truth found already.
    public var repeated: Int
    /// Median data time to being sure, in seconds.
    public var medianDelaySeconds: Double?
    /// Median of an incident's calls before that.
    public var medianCallsBefore: Int?
    /// Of the incidents with a known cause, how many had it first.
    public var causeFirst: Int
    /// Found incidents with a known cause.
    public var causes: Int
    /// Median share of an incident's later calls that its filter stops.
    public var medianUnwantedStopped: Double?
    /// Median share of near ordinary calls that the filter stops.
    public var medianOrdinaryShare: Double?

    /// Longest data time to being sure, in seconds.
    public var longestDelaySeconds: Double?
    /// Emergency failures: median and lowest agreement of the affected set ten minutes in.
    public var medianSetF1: Double?
    /// The lowest.
    public var lowestSetF1: Double?
    /// Of the failures with a machine at fault, how many had it named first within fifteen minutes.
    public var nodeFirst: Int?
    /// Failures with a machine at fault.
    public var nodes: Int?
    /// Of the failures of some operators' callers, how many had exactly these named within fifteen minutes.
    public var operatorsRight: Int?
    /// Failures of some operators' callers.
    public var operators: Int?
    /// Failures in which a sound service was named ten minutes in.
    public var soundAccused: Int?
    /// Median of lost callers found over true ones.
    public var medianLostRatio: Double?

    enum CodingKeys: String, CodingKey {
        case longestDelaySeconds = "longest_delay_seconds"
        case medianSetF1 = "median_set_f1_10min"
        case lowestSetF1 = "lowest_set_f1_10min"
        case nodeFirst = "node_first_15min"
        case nodes
        case operatorsRight = "operators_right_15min"
        case operators
        case soundAccused = "sound_accused"
        case medianLostRatio = "median_lost_ratio"
        case scenario, runs, incidents, found, missed
        case wrong = "false"
        case repeated
        case medianDelaySeconds = "median_delay_seconds"
        case medianCallsBefore = "median_calls_before"
        case causeFirst = "cause_rank_1"
        case causes
        case medianUnwantedStopped = "median_unwanted_stopped"
        case medianOrdinaryShare = "median_ordinary_share"
    }

    /// The scores summed up by scenario, in the order in which scenarios appear.
    public static func all(_ scores: [Score]) -> [ScoreSummary] {
        var order: [String] = []
        for score in scores where !order.contains(score.scenario) { order.append(score.scenario) }
        return order.map { name in ScoreSummary(name, scores.filter { $0.scenario == name }) }
    }

    private init(_ scenario: String, _ scores: [Score]) {
        let matches = scores.flatMap(\.matches)
        let hits = matches.filter(\.isFound)
        self.scenario = scenario
        runs = scores.count
        incidents = matches.count
        found = hits.count
        missed = matches.count - hits.count
        wrong = scores.reduce(0) { $0 + $1.wrong.count }
        repeated = hits.reduce(0) { $0 + $1.repeated }
        medianDelaySeconds = Self.median(hits.compactMap(\.delaySeconds))
        medianCallsBefore = Self.median(hits.compactMap(\.callsBefore).map(Double.init)).map { Int($0) }
        causes = hits.count { $0.causeRank != nil }
        causeFirst = hits.count { $0.causeRank == 1 }
        medianUnwantedStopped = Self.median(hits.compactMap { $0.filter?.unwantedStopped })
        medianOrdinaryShare = Self.median(hits.compactMap { $0.filter?.ordinaryShare })
        longestDelaySeconds = hits.compactMap(\.delaySeconds).max()
        let emergencies = hits.compactMap(\.emergency)
        guard !emergencies.isEmpty else { return }
        let sets = emergencies.compactMap { $0.at(10)?.f1 }
        medianSetF1 = Self.median(sets)
        lowestSetF1 = sets.min()
        let ranks = emergencies.compactMap { $0.at(15)?.nodeRank }
        nodes = ranks.count
        nodeFirst = ranks.count { $0 == 1 }
        let limited = emergencies.compactMap { $0.at(15)?.operatorsRight }
        operators = limited.count
        operatorsRight = limited.count { $0 }
        soundAccused = emergencies.count { $0.at(10)?.accusesSound == true }
        medianLostRatio = Self.median(
            emergencies.filter { $0.lostTrue > 0 }.map { Double($0.lostFound) / Double($0.lostTrue) })
    }

    /// What only emergency failures have, as a second table; empty when there are none.
    public static func emergencyTable(_ summaries: [ScoreSummary]) -> String {
        let emergencies = summaries.filter { $0.medianSetF1 != nil }
        guard !emergencies.isEmpty else { return "" }
        let head = [
            "emergency failures", "runs", "delay", "longest", "F1 at 10 min", "lowest", "node 1st",
            "operator",
            "sound accused", "lost / true",
        ]
        let rows = emergencies.map { summary in
            [
                summary.scenario, "\(summary.runs)", summary.medianDelaySeconds.map(duration) ?? "",
                summary.longestDelaySeconds.map(duration) ?? "", summary.medianSetF1.map(hundredths) ?? "",
                summary.lowestSetF1.map(hundredths) ?? "", of(summary.nodeFirst, summary.nodes),
                of(summary.operatorsRight, summary.operators), "\(summary.soundAccused ?? 0)",
                summary.medianLostRatio.map(hundredths) ?? "",
            ]
        }
        return layOut([head] + rows)
    }

    private static func of(_ part: Int?, _ whole: Int?) -> String {
        guard let part, let whole, whole > 0 else { return "" }
        return "\(part) of \(whole)"
    }

    private static func hundredths(_ value: Double) -> String {
        let whole = Int((value * 100).rounded())
        return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
    }

    private static func layOut(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + space : space + text
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The summaries as a table for a terminal.
    public static func table(_ summaries: [ScoreSummary]) -> String {
        let head = [
            "scenario", "runs", "true", "found", "missed", "false", "again", "delay", "calls", "cause 1st",
            "stopped",
            "ordinary",
        ]
        let rows = summaries.map { summary in
            [
                summary.scenario, "\(summary.runs)", "\(summary.incidents)", "\(summary.found)",
                "\(summary.missed)",
                "\(summary.wrong)", "\(summary.repeated)", summary.medianDelaySeconds.map(duration) ?? "",
                summary.medianCallsBefore.map { "\($0)" } ?? "",
                summary.causes == 0 ? "" : "\(summary.causeFirst) of \(summary.causes)",
                summary.medianUnwantedStopped.map(percent) ?? "",
                summary.medianOrdinaryShare.map(percent) ?? "",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            let cells = row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + space : space + text
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func duration(_ seconds: Double) -> String {
        let total = Int(seconds.rounded())
        if total < 0 { return "-" + duration(-seconds) }
        if total < 120 { return "\(total) s" }
        if total < 7_200 { return "\(total / 60) min" }
        let minutes = total / 60 % 60
        return "\(total / 3_600) h \(minutes < 10 ? "0" : "")\(minutes)"
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
