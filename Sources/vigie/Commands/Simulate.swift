import ArgumentParser
import Foundation
import Glibc
import VigieSimulator
import VigieWire

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes telephone traffic with a known truth.",
        discussion: """
            Examples: vigie simulate rabat-2009 --seed 7 --out night.csv --truth truth.json
                      vigie simulate background --days 0.1 --out morning.pcap
            The same scenario, seed and options make the same bytes on every machine. In captures a trunk shows as
            its addresses; the truth file lists them.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case callsCSV = "calls-csv"
        case callsNDJSON = "calls-ndjson"
        case pcap, hep

        init(path: String?) throws {
            switch path.map({ ($0 as NSString).pathExtension.lowercased() }) {
            case "ndjson", "jsonl": self = .callsNDJSON
            case "pcap": self = .pcap
            case "hep": self = .hep
            case "pcapng", "gz":
                throw ValidationError(
                    "\(path ?? ""): simulate writes .csv, .ndjson, .pcap and .hep; compress it afterwards")
            default: self = .callsCSV
            }
        }
    }

    @Argument(help: "What happens; --list describes them.")
    var scenario: String?

    @Option(help: "Everything random follows from it.")
    var seed: UInt64 = 1

    @Option(help: "Where the calls go; its extension tells the format. '-' or absent: standard output.")
    var out: String?

    @Option(help: "Where the truth goes, as JSON (vigie.truth/1).")
    var truth: String?

    @Option(help: "How the calls are written, when the extension of --out does not tell.")
    var format: Format?

    @Option(help: "Length in days.")
    var days: Double?

    @Option(help: "Ordinary calls a day; incidents grow with them.")
    var rate: Double?

    @Option(help: "When it begins, RFC 3339.")
    var start: String?

    @Flag(help: "Records tell what callers abroad typed.")
    var withDialled = false

    @Flag(
        help:
            "Records have doubled and late rows, missing ends, other number and time forms; the truth counts them."
    )
    var imperfect = false

    @Flag(help: "Describe the scenarios.")
    var list = false

    func validate() throws {
        if !list, scenario == nil {
            throw ValidationError("which scenario? 'vigie simulate --list' describes them")
        }
        if let scenario, Scenario.named(scenario) == nil {
            throw ValidationError(
                "no scenario '\(scenario)'; there are " + Scenario.all.map(\.name).joined(separator: ", "))
        }
        if let start, Timestamp(rfc3339: start) == nil {
            throw ValidationError("--start '\(start)' is not an RFC 3339 time like 2009-02-14T00:00:00+01:00")
        }
        if let days, !(days > 0 && days <= 3_660) {
            throw ValidationError("--days must lie between 0 and 3660")
        }
        if let rate, !(rate >= 24 && rate <= 1e9) {
            throw ValidationError("--rate must lie between 24 and 1e9")
        }
        let chosen = try format ?? Format(path: out)
        if imperfect, chosen == .pcap || chosen == .hep {
            throw ValidationError("--imperfect is for call records: choose calls-csv or calls-ndjson")
        }
    }

    func run() throws {
        if list {
            for scenario in Scenario.all {
                print(scenario.name.padding(toLength: 21, withPad: " ", startingAt: 0) + scenario.summary)
            }
            return
        }
        guard let scenario = scenario.flatMap({ Scenario.named($0) }) else { return }
        var settings = SimulationSettings(seed: seed)
        settings.days = days
        settings.callsADay = rate
        settings.start = start.flatMap { Timestamp(rfc3339: $0) }
        settings.tellsDialled = withDialled
        var simulation = scenario.simulation(settings)
        let output = try OutputFile(path: out)
        let chosen = try format ?? Format(path: out)
        var counts: [String: UInt64] = [:]
        switch chosen {
        case .pcap: try writeTrace(.pcap, &simulation, output, &counts)
        case .hep: try writeTrace(.hep, &simulation, output, &counts)
        case .callsCSV: try writeRecords(.csv, &simulation, output, &counts)
        case .callsNDJSON: try writeRecords(.ndjson, &simulation, output, &counts)
        }
        try output.close()
        if let truth {
            var document = Truth(scenario, simulation, seed: seed, rate: rate ?? scenario.usualCallsADay)
            document.counts.merge(counts) { $1 }
            if chosen == .pcap || chosen == .hep { document.addAddresses(of: simulation) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let file = try OutputFile(path: truth)
            try file.write(Array(encoder.encode(document)) + [0x0A])
            try file.close()
        }
    }

    private func writeRecords(
        _ form: CallRecordText.Format, _ simulation: inout Simulation, _ output: OutputFile,
        _ counts: inout [String: UInt64]
    ) throws {
        let records = CallRecordText(form, names: simulation.names, seed: seed)
        var faults = imperfect ? Imperfections(records, trunks: simulation.names.trunks, seed: seed) : nil
        var progress = Progress(simulation.window, showing: out != nil && out != "-")
        var text = TextBuffer(capacity: 1 << 17)
        records.writeHeader(to: &text)
        while let call = simulation.next() {
            if faults == nil { records.write(call, to: &text) } else { faults?.write(call, to: &text) }
            if text.count > 1 << 16 {
                try output.write(text.bytes)
                text.removeAll()
                progress.show(call.start, simulation.made)
            }
        }
        faults?.finish(to: &text)
        try output.write(text.bytes)
        progress.finish()
        if let faults { counts.merge(faults.counts) { $1 } }
    }

    private func writeTrace(
        _ form: SignallingTrace.Format, _ simulation: inout Simulation, _ output: OutputFile,
        _ counts: inout [String: UInt64]
    ) throws {
        var trace = SignallingTrace(form, names: simulation.names, seed: seed)
        var progress = Progress(simulation.window, showing: out != nil && out != "-")
        while let call = simulation.next() {
            trace.add(call)
            if trace.pendingBytes > 1 << 18 {
                try output.write(trace.takeBytes())
                progress.show(call.start, simulation.made)
            }
        }
        trace.finish()
        try output.write(trace.takeBytes())
        progress.finish()
        counts["messages"] = trace.messages
    }
}

/// How far a simulation is, on a terminal's standard error.
private struct Progress {
    private let window: Range<Timestamp>
    private let isShown: Bool
    private var shown = -1

    init(_ window: Range<Timestamp>, showing: Bool) {
        self.window = window
        isShown = showing && isatty(2) == 1
    }

    mutating func show(_ now: Timestamp, _ calls: UInt64) {
        guard isShown else { return }
        let whole = (window.upperBound - window.lowerBound).secondsAsDouble
        let percent = Int(100 * (now - window.lowerBound).secondsAsDouble / max(1, whole))
        guard percent != shown else { return }
        shown = percent
        let bar = String(repeating: "=", count: percent / 4) + String(repeating: " ", count: 25 - percent / 4)
        write("\r[\(bar)] \(percent) %  \(calls) calls")
    }

    func finish() { if shown >= 0 { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// A file or standard output, written in blocks.
struct OutputFile {
    private let handle: FileHandle
    private let name: String

    init(path: String?) throws {
        guard let path, path != "-" else {
            handle = .standardOutput
            name = "standard output"
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ScoreFailure("cannot write \(path): check that its folder exists and may be written") }
        handle = file
        name = path
    }

    func write(_ bytes: [UInt8]) throws {
        do { try handle.write(contentsOf: bytes) } catch {
            throw ScoreFailure("cannot write \(name): is the disk full?")
        }
    }

    func close() throws { if handle !== FileHandle.standardOutput { try handle.close() } }
}
