import ArgumentParser
import Foundation
import VigieSimulator
import VigieWire

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes telephone traffic with a known truth.",
        discussion: """
            Example: vigie simulate rabat-2009 --seed 7 --out night.csv --truth truth.json
            The same scenario, seed and options make the same bytes on every machine.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case callsCSV = "calls-csv"
        case callsNDJSON = "calls-ndjson"
    }

    @Argument(help: "What happens; --list describes them.")
    var scenario: String?

    @Option(help: "Everything random follows from it.")
    var seed: UInt64 = 1

    @Option(help: "Where the calls go; its extension tells the format. '-' or absent: standard output.")
    var out: String?

    @Option(help: "Where the truth goes, as JSON.")
    var truth: String?

    @Option(help: "How the calls are written: calls-csv, calls-ndjson.")
    var format: Format?

    @Option(help: "Length in days.")
    var days: Double?

    @Option(help: "Ordinary calls a day; incidents grow with them.")
    var rate: Double?

    @Option(help: "When it begins, RFC 3339.")
    var start: String?

    @Flag(help: "Records tell what callers abroad typed.")
    var withDialled = false

    @Flag(help: "Describe the scenarios.")
    var list = false

    func validate() throws {
        if !list, scenario == nil { throw ValidationError("which scenario? 'vigie simulate --list' describes them") }
        if let start, Timestamp(rfc3339: start) == nil {
            throw ValidationError("--start '\(start)' is not an RFC 3339 time like 2009-02-14T00:00:00+01:00")
        }
        if let days, !(days > 0 && days <= 3_660) { throw ValidationError("--days must lie between 0 and 3660") }
        if let rate, !(rate >= 24 && rate <= 1e9) { throw ValidationError("--rate must lie between 24 and 1e9") }
    }

    func run() throws {
        if list {
            for scenario in Scenario.all {
                print(scenario.name.padding(toLength: 22, withPad: " ", startingAt: 0) + scenario.summary)
            }
            return
        }
        guard let scenario = Scenario.named(scenario ?? "") else {
            throw ValidationError(
                "no scenario '\(scenario ?? "")'; there are " + Scenario.all.map(\.name).joined(separator: ", "))
        }
        var settings = SimulationSettings(seed: seed)
        settings.days = days
        settings.callsADay = rate
        settings.start = start.flatMap { Timestamp(rfc3339: $0) }
        settings.tellsDialled = withDialled
        var simulation = scenario.simulation(settings)
        let output = try OutputFile(path: out)
        let chosen = format ?? (out.map { $0.hasSuffix(".ndjson") || $0.hasSuffix(".jsonl") } == true ? .callsNDJSON : .callsCSV)
        let records = CallRecordText(chosen == .callsCSV ? .csv : .ndjson, names: simulation.names, seed: seed)
        var text = TextBuffer(capacity: 1 << 17)
        records.writeHeader(to: &text)
        while let call = simulation.next() {
            records.write(call, to: &text)
            if text.count > 1 << 16 {
                try output.write(text.bytes)
                text.removeAll()
            }
        }
        try output.write(text.bytes)
        try output.close()
        if let truth {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let document = Truth(scenario, simulation, seed: seed, rate: rate ?? scenario.usualCallsADay)
            try encoder.encode(document).write(to: URL(fileURLWithPath: truth))
        }
    }
}

/// A file or standard output, written in blocks.
struct OutputFile {
    private let handle: FileHandle

    init(path: String?) throws {
        guard let path, path != "-" else {
            handle = .standardOutput
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("cannot write \(path): check the folder and its permissions") }
        handle = file
    }

    func write(_ bytes: [UInt8]) throws { try handle.write(contentsOf: bytes) }

    func close() throws { if handle !== FileHandle.standardOutput { try handle.close() } }
}
