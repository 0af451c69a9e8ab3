import VigieDetection

extension NodeConfigurationKeys {
    static let detection: [ConfigurationKey<DetectionSettings>] = [
        .section(
            "memory", \.memory, "How much is remembered of numbers.",
            [
                .duration(
                    "pair_span", \.pairSpan, .days(1)...(.days(365)),
                    "How long two numbers that spoke are known to each other.", reload: .restart),
                .count(
                    "pairs", \.pairs, 1_024...1 << 30, unit: "pairs of 4 bytes", "Pairs remembered at most.",
                    reload: .restart),
                .count(
                    "numbers", \.numbers, 1_024...1 << 30, unit: "numbers of 8 bytes",
                    "Numbers remembered at most.", reload: .restart),
            ]),
        .section("misrouted_flood", \.misroutedFlood, "A misrouted flood.", misroutedFlood),
        .section(
            "telephony_dos", \.telephonyDoS, "A flooded number.",
            [
                .count(
                    "minimum_calls", \.minimumCalls, 10...1_984, unit: "calls an hour",
                    "From here a number is watched.", reload: .restart),
                .count(
                    "minimum_growth", \.minimumGrowth, 2...100, unit: "times",
                    "Over its busiest earlier hour.",
                    reload: .restart),
                .duration(
                    "minimum_learning", \.minimumLearning, .seconds(0)...(.days(365)),
                    "Data time to learn from before the first finding.", reload: .restart),
                .count(
                    "watched", \.watched, 16...1_000_000, unit: "numbers of 600 bytes", "Watched at once.",
                    reload: .restart),
            ]),
        .section(
            "number_usurpation", \.numberUsurpation, "A usurped number.",
            [
                .real(
                    "least_callers", \.leastCallers, 4...100, unit: "callers",
                    "New callers before a surge is reported.", reload: .restart),
                .real(
                    "least_pairs", \.leastPairs, 2...100, unit: "pairs",
                    "Pairs from elsewhere that prove it.",
                    reload: .restart),
                .duration(
                    "pair_span", \.pairSpan, .seconds(3_600)...(.days(30)),
                    "How long a call-back answers a displayed call.", reload: .restart),
                .count(
                    "surges", \.surges, 16...1_000_000, unit: "lines of 700 bytes", "Surges watched at once.",
                    reload: .restart),
            ]),
        .section(
            "dialer_campaign", \.dialerCampaign, "A dialler's campaign.",
            [
                .real(
                    "least_calls", \.leastCalls, 10...1_000, unit: "calls",
                    "First contacts in about an hour before a report.", reload: .restart),
                .real(
                    "nats", \.nats, 10...1_000, unit: "nats", "What one strong sign must reach.",
                    reload: .restart),
                .real(
                    "overwhelming", \.overwhelming, 10...10_000, unit: "nats",
                    "What a sign that stands alone must reach.", reload: .restart),
                .count(
                    "runs", \.runs, 16...1_000_000, unit: "runs of 400 bytes",
                    "Numbers and blocks watched at once.", reload: .restart),
            ]),
        .section(
            "wangiri", \.wangiri, "Calls that ring once.",
            [
                .duration(
                    "ring_once", \.ringOnce, .seconds(2)...(.seconds(20)),
                    "An unanswered call that its caller ends within this time only rang once.",
                    reload: .restart),
                .real(
                    "least_rings", \.leastRings, 8...1_000, unit: "calls",
                    "Single rings in about an hour before a report.", reload: .restart),
                .real(
                    "rings_alone", \.ringsAlone, 8...10_000, unit: "calls",
                    "Single rings that suffice without call-backs.", reload: .restart),
                .real(
                    "nats", \.nats, 10...1_000, unit: "nats",
                    "Strength that the share of single rings must reach.", reload: .restart),
                .count(
                    "blocks", \.blocks, 16...1_000_000, unit: "blocks of 600 bytes",
                    "Blocks watched at once.",
                    reload: .restart),
            ]),
        .section(
            "revenue_share_fraud", \.revenueShareFraud, "Calls that are made for their price.",
            [
                .real(
                    "least_calls", \.leastCalls, 6...1_000, unit: "calls",
                    "Calls in about an hour before a report.", reload: .restart),
                .real(
                    "nats", \.nats, 10...1_000, unit: "nats",
                    "Strength of the volume against three times the habit.", reload: .restart),
                .real(
                    "points", \.points, 1...11.5, unit: "points",
                    "What must speak for fraud besides, of 11.5.",
                    reload: .restart),
                .count(
                    "runs", \.runs, 16...1_000_000, unit: "runs of 500 bytes", "Runs watched at once.",
                    reload: .restart),
            ]),
    ]

    private static let misroutedFlood: [ConfigurationKey<MisroutedFlood.Settings>] = [
        .real(
            "false_alarms_per_year", \.falseAlarmsPerYear, 0.01...100, unit: "alarms a year",
            "False alarms that all cells together may raise by chance.", reload: .restart),
        .duration(
            "minimum_learning", \.minimumLearning, .seconds(0)...(.days(365)),
            "Data time to learn from before the first finding.", reload: .restart),
        .duration(
            "minimum_home_learning", \.minimumHomeLearning, .seconds(0)...(.days(365)),
            "The same for calls of the home country's own people: a whole week, for the first Monday morning.",
            reload: .restart),
        .value(
            "minimum_wrong_share", \.minimumWrongShare, unit: "share, 0%…100%",
            "Share of calls at home or in transit that must go to numbers nobody has, or be over within 15 seconds.",
            reload: .restart, show: { "\(YAMLFile.text($0 * 100))%" }
        ) { file, node, path throws(ConfigurationProblem) in try file.share(node, path) },
        .count(
            "minimum_callers", \.minimumCallers, 5...1_000, unit: "hundred-blocks of callers",
            "Different callers that a flood must have.", reload: .restart),
        .real(
            "minimum_excess", \.minimumExcess, 1.5...100, unit: "times",
            "How far the calls must exceed what the rest of the traffic explains.", reload: .restart),
        .count(
            "calls_per_caller_block", \.callsPerCallerBlock, 1...1_000, unit: "calls in six hours",
            "First-contact calls of one hundred-block of callers that count; a dialler makes no flood.",
            reload: .restart),
        .count(
            "cells", \.cells, 1_024...16_777_216, unit: "cells of 48 bytes", "Cells watched at once.",
            reload: .restart),
    ]
}
