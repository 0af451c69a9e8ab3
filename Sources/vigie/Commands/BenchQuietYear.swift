import ArgumentParser
import Foundation
import VigieCalls
import VigieDetection
import VigieIncidents
import VigieReports
import VigieServer
import VigieSimulator
import VigieStore
import VigieWire

/// `vigie bench quiet-year`: a simulated year without a failure, as counts by minute, through the whole line; for `vigie score`.
struct BenchQuietYear: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet-year",
        abstract:
            "Lets a simulated year without a failure pass, as counts by minute of every cell, machine and operator.",
        discussion:
            "Example:\n  vigie bench quiet-year --seed 1 --truth q.truth.json --output q.analysis.json && vigie score ."
    )

    @Option(help: "Seed of the simulation.")
    var seed: UInt64 = 1
    @Option(help: "Days to simulate.")
    var days = 365.0
    @Option(help: "Emergency calls a day.")
    var rate = 171_000.0
    @Option(help: "Where the analysis goes (vigie.analysis/1).")
    var output: String?
    @Option(help: "Where the truth goes.")
    var truth: String?

    func run() throws {
        var minutes = EmergencyMinutes(seed: seed, days: days, callsADay: rate)
        var symbols = SymbolTable()
        let nodes = minutes.nodes.map { symbols.symbol($0) }
        let operators = minutes.operators.map { symbols.symbol($0) }
        let trunks = minutes.trunks.map { symbols.symbol($0) }
        var line = AnalysisLine(settings: DetectionSettings(), journal: MemoryJournal())
        line.meet(symbols)
        var attempts = 0
        let begin = minutes.now
        while true {
            let moment = minutes.now
            guard let rows = minutes.next() else { break }
            for row in rows {
                guard let service = EmergencyService(String(row.service)) else { continue }
                var count = EmergencyCount(
                    source: .network, start: moment, length: .seconds(60), service: service)
                count.department = DepartmentCode(rawValue: row.department)
                count.node = nodes[Int(row.node)]
                count.operator = operators[Int(row.operatorName)]
                count.ingress = trunks[Int(row.ingress)]
                count.attempts = row.attempts
                count.callers = row.callers
                count.answered = row.answered
                count.failed = row.failed
                count.abandoned = row.abandoned
                attempts += row.attempts
                line.take(count)
            }
        }
        var report = AnalysisReport()
        report.symbols = symbols
        line.finish(into: &report)
        if let output { try ResultOutput.write(report.json.text(indented: true) + "\n", to: output) }
        if let truth {
            let document: JSONValue = .object([
                ("schema", .string("vigie.truth/1")), ("scenario", .string("quiet-year")),
                ("seed", .integer(Int64(clamping: seed))), ("days", .number(days)), ("rate", .number(rate)),
                (
                    "window",
                    .object([("start", .string(begin.rfc3339())), ("end", .string(minutes.end.rfc3339()))])
                ),
                ("incidents", .array([])), ("also_true", .array([])),
                ("counts", .object([("calls", .integer(Int64(attempts)))])),
            ])
            try ResultOutput.write(document.text(indented: true) + "\n", to: truth)
        }
        print("quiet-year seed=\(seed) days=\(days) attempts=\(attempts) incidents=\(report.entries.count)")
        for entry in report.entries {
            print("  \(entry.incident.detectedAt.rfc3339()) \(entry.incident.kind.rawValue)")
        }
    }
}
