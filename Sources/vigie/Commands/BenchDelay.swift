import ArgumentParser
import Foundation
import VigieDetection

/// `vigie bench delay`: how long the lookout's tests take against the best that is possible at the same rate of false alarms.
struct BenchDelay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delay",
        abstract: "Measures how soon missing callers and failing calls are seen, against the CUSUM limit.",
        discussion: """
            The limit is that of Page's test for the one size of failure that is looked for, at the same rate of false alarms, with
            rates known (Moustakides 1986; exact by Markov chain). Vigie looks for four sizes at once and shares the budget among them.

            Example:
              vigie bench delay --runs 2000
            """)

    @Option(help: "Runs for each figure.")
    var runs = 1_000
    @Option(help: "Seed of the random numbers.")
    var seed: UInt64 = 1

    private static let rates = [0.5, 1, 2, 5, 10, 50, 100, 250]
    private static let drops = [0.11, 0.30, 0.50, 0.90]
    /// Minutes at one false alarm a year for each cell, by rate and drop.
    private static let perCell: [[Double]] = [
        [2_100, 342, 128, 35], [1_136, 184, 68, 18], [624, 99, 36, 10], [279, 43, 16, 4], [150, 23, 8, 2.4],
        [35, 5.3, 2.1, 1], [19, 2.9, 1.2, 1], [8.2, 1.4, 1, 1],
    ]
    /// The same at one a year over 404 cells.
    private static let perNation: [[Double]] = [
        [4_000, 580, 206, 52], [2_100, 304, 107, 27], [1_100, 159, 56, 14], [470, 67, 24, 6],
        [246, 35, 12, 3.3],
        [54, 7.7, 2.8, 1], [28, 4.1, 1.7, 1], [12, 1.9, 1, 1],
    ]
    /// Attempts at one false alarm a year and one attempt a minute: usual share, then +11, +30, +50 points.
    private static let ratios: [(usual: Double, limits: [Double])] = [
        (0.005, [40, 12, 6]), (0.01, [52, 14, 8]), (0.02, [72, 18, 10]), (0.12, [236, 46, 21]),
    ]

    func run() throws {
        var random = Chance(state: seed)
        var ratios: [Double] = []
        for (title, limits, cells) in [
            ("one false alarm a year for each cell", Self.perCell, 1.0),
            ("one a year over 404 cells", Self.perNation, 404),
        ] {
            print("Minutes until missing callers are seen, \(title): Vigie / limit = ratio")
            print(
                "| callers/min | " + Self.drops.map { "-\(Int($0 * 100)) %" }.joined(separator: " | ") + " |")
            print("|---|---|---|---|---|")
            for (row, rate) in Self.rates.enumerated() {
                let cellsOfRow = Self.drops.enumerated().map { column, drop in
                    let limit = limits[row][column]
                    let minutes = SequentialTrial.minutesToMiss(
                        rate: rate, drop: drop, minutesBetweenAlarms: AlarmBudget.year * cells,
                        runs: limit > 500 ? max(50, runs / 5) : runs, using: &random)
                    ratios.append(minutes / limit)
                    return
                        "\(Self.short(minutes)) / \(Self.short(limit)) = \(Self.hundredths(minutes / limit))"
                }
                print("| \(Self.short(rate)) | " + cellsOfRow.joined(separator: " | ") + " |")
            }
            print()
        }
        print(
            "Attempts until failing calls are seen, one false alarm a year, one attempt a minute: Vigie / limit = ratio"
        )
        print("| usually failing | +11 points | +30 | +50 |")
        print("|---|---|---|---|")
        for row in Self.ratios {
            let cells = zip([0.11, 0.30, 0.50], row.limits).map { added, limit in
                let attempts = SequentialTrial.attemptsToFail(
                    usual: row.usual, added: added, attemptsBetweenAlarms: AlarmBudget.year, runs: runs,
                    using: &random)
                ratios.append(attempts / limit)
                return "\(Self.short(attempts)) / \(Self.short(limit)) = \(Self.hundredths(attempts / limit))"
            }
            print("| \(Self.short(row.usual * 100)) % | " + cells.joined(separator: " | ") + " |")
        }
        let sorted = ratios.sorted()
        print(
            "\nratio: median \(Self.hundredths(sorted[sorted.count / 2])), worst \(Self.hundredths(sorted.last ?? 0)); bar 1.5, goal 1.15\n"
        )
        learned(&random)
    }

    private func learned(_ random: inout Chance) {
        print(
            "Minutes until missing callers are seen when rate, shape and swing are learned (8 weeks, moods of 4 %), one false alarm a year over 404 cells:"
        )
        print("seen after (share seen within two days; announced), and false alarms a year before the drop")
        print("| callers/min | -30 % | -50 % | -90 % | false a year |")
        print("|---|---|---|---|---|")
        for rate in [0.5, 2, 10, 50, 250] {
            var falses = 0.0
            let cells = [0.30, 0.50, 0.90].map { drop in
                let result = SequentialTrial.learned(
                    rate: rate, drop: drop, mood: 0.04, weeks: 8,
                    minutesBetweenAlarms: AlarmBudget.year * 404,
                    runs: max(3, runs / 50), using: &random)
                falses += result.falseAlarmsAYear / 3
                let announced = result.announced.map { Self.short($0) } ?? "never"
                return
                    "\(result.seen > 0 ? Self.short(result.minutes) : "–") (\(Int(result.seen * 100)) %; \(announced))"
            }
            print(
                "| \(Self.short(rate)) | " + cells.joined(separator: " | ")
                    + " | \(Self.hundredths(falses)) |")
        }
    }

    private static func short(_ value: Double) -> String {
        value >= 20
            ? "\(Int(value.rounded()))"
            : String(format: value < 10 && value != value.rounded() ? "%.1f" : "%.0f", value)
    }

    private static func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
