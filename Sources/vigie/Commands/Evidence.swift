import ArgumentParser
import Foundation
import VigieCalls
import VigieDetection
import VigieReports
import VigieServer
import VigieWire

/// `vigie evidence`: papers about emergency calls that the law asks for, and journals that can be verified.
struct Evidence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes what the law asks for about emergency calls, and journals that anybody can verify.",
        discussion: """
            EXAMPLES
              vigie evidence monthly --month 2026-10 october.csv.gz                  (the twelve numbers, CSV)
              vigie evidence monthly --format json october.csv.gz
              vigie evidence thresholds --operator "Opérateur" october.csv.gz        (why thresholds fit the volume)
              vigie evidence notice --operator "Opérateur" --known-at 2026-10-05T12:10:00Z analysis.json
              vigie evidence journal --incident ID analysis.json > journal.ndjson
              vigie evidence journal --incident ID --server http://127.0.0.1:8080 > journal.ndjson
              vigie evidence verify journal.ndjson                                   (every line as it was written?)

            Papers say of each legal clock where it was read, and which were not verified. They are drafts: a person signs.
            """,
        subcommands: [Monthly.self, Thresholds.self, Notice.self, Journal.self, Verify.self])

    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json }
    enum Paper: String, ExpressibleByArgument, CaseIterable { case text, json }

    /// Which calls are counted.
    struct Calls: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The month, 2026-10. Default: the month with the most calls.", valueName: "month"))
        var month: String?
        @Option(
            help: ArgumentHelp(
                "Table of emergency centres (CSV): calls to their long numbers count.", valueName: "path"))
        var directory: String?
        @Option(help: ArgumentHelp("Zone of months, and of record times that name none.", valueName: "zone"))
        var timeZone = "Europe/Paris"
        @Argument(help: ArgumentHelp("Captures and call records.", valueName: "file")) var files: [String]

        func validate() throws {
            if TimeZoneOffsets(timeZone) == nil {
                throw ValidationError(
                    "--time-zone takes a name such as Europe/Paris or an offset such as +01:00, not '\(timeZone)'"
                )
            }
            if let month, Timestamp(rfc3339: month + "-01T00:00:00Z") == nil {
                throw ValidationError("--month \(month): write 2026-10")
            }
        }

        func table() throws -> MonthlyTable {
            var settings = AnalysisSettings()
            settings.timeZone = TimeZoneOffsets(timeZone)
            do throws(EmergencyTables.Failure) {
                if let directory {
                    settings.detection.emergencyFailure.centres = EmergencyCentres(
                        try EmergencyTables.directory(directory).value, at: nil)
                }
            } catch {
                throw CommandFailure(error.sentence)
            }
            var count = MonthlyCount(settings: settings, zone: TimeZoneOffsets(timeZone) ?? .utc)
            do throws(Analysis.Failure) {
                try count.read(files)
            } catch {
                throw CommandFailure(error.sentence)
            }
            if let month {
                guard let table = count.tables[month] else {
                    let known = count.tables.keys.sorted().joined(separator: ", ")
                    throw CommandFailure(
                        "the files hold no call of \(month); they hold \(known.isEmpty ? "none at all" : known)"
                    )
                }
                return table
            }
            let busiest = count.tables.values.max {
                ($0.rows.values.reduce(0) { $0 + $1.attempts }, $1.month) < (
                    $1.rows.values.reduce(0) { $0 + $1.attempts }, $0.month
                )
            }
            guard let busiest else { throw CommandFailure("the files hold no call") }
            return busiest
        }
    }

    struct Monthly: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The monthly table of the twelve numbers.",
            discussion: "COLUMNS\n"
                + MonthlyTable.columns.map { "  \($0.name): \($0.meaning)" }.joined(separator: "\n"))
        @OptionGroup var calls: Calls
        @Option(help: "csv or json.") var format = Format.csv
        @Option(help: "Where to write; default: standard output.") var output: String?

        func run() async throws {
            let table = try calls.table()
            try ResultOutput.write(
                format == .csv ? table.csv : table.json.text(indented: true) + "\n", to: output)
        }
    }

    struct Thresholds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Why thresholds on the answer ratio are significant for the operator's own volume.")
        @OptionGroup var calls: Calls
        @Option(help: "The operator's name.") var `operator` = ""
        @Option(help: "False alarms a year, the four numbers together.") var falseAlarms = 1.0
        @Option(help: "text (French) or json.") var format = Paper.text
        @Option(help: "Where to write; default: standard output.") var output: String?

        func validate() throws {
            guard falseAlarms >= 0.01, falseAlarms <= 1_000 else {
                throw ValidationError("--false-alarms takes 0.01 to 1000")
            }
        }

        func run() async throws {
            let note = ThresholdNote(try calls.table(), falseAlarmsAYear: falseAlarms)
            try ResultOutput.write(
                format == .text
                    ? note.text(operator: `operator`, at: NodeClock.real.now)
                    : note.json.text(indented: true) + "\n",
                to: output)
        }
    }

    struct Notice: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A draft of the notice to authorities, in French.")
        @Option(help: "The incident; default: every emergency failure of the analysis.") var incident: String?
        @Option(help: "The operator's name.") var `operator` = ""
        @Option(help: "Whom authorities call.") var contact = ""
        @Option(help: "When the operator knew, RFC 3339; clocks start then. Default: when it was detected.")
        var knownAt: String?
        @Option(help: "Where to write; default: standard output.") var output: String?
        @Argument(help: "An analysis as `vigie analyze --format json` writes it.") var file: String

        func validate() throws {
            if let knownAt, Timestamp(rfc3339: knownAt) == nil {
                throw ValidationError("--known-at \(knownAt): write 2026-10-05T12:10:00Z")
            }
        }

        func run() async throws {
            var out: [String] = []
            for found in try Evidence.incidents(file, incident) {
                let detected =
                    found["detected_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) } ?? NodeClock.real.now
                let known = knownAt.flatMap { Timestamp(rfc3339: $0) } ?? detected
                if let text = AuthorityNotice.text(
                    found, operator: `operator`, contact: contact, knownAt: known)
                {
                    out.append(text)
                }
            }
            guard !out.isEmpty else {
                throw CommandFailure("\(file) holds no emergency failure\(incident.map { " \($0)" } ?? "")")
            }
            try ResultOutput.write(out.joined(separator: "\n"), to: output)
        }
    }

    struct Journal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The journal of an incident, each line bound to the one before by its hash.")
        @Option(help: "The incident; may be left out when there is one.") var incident: String?
        @Option(help: ArgumentHelp("Ask a node, which adds what people did.", valueName: "url")) var server:
            String?
        @Option(help: ArgumentHelp("File whose first line is the node's token.", valueName: "path"))
        var tokenFile: String?
        @Option(help: "Where to write; default: standard output.") var output: String?
        @Argument(help: "An analysis as `vigie analyze --format json` writes it; not with --server.")
        var file: String?

        func validate() throws {
            if (file == nil) == (server == nil) { throw ValidationError("give an analysis, or --server") }
            if server != nil, incident == nil { throw ValidationError("--server needs --incident") }
        }

        func run() async throws {
            if let server, let incident {
                var node = try FilterCommand.Node.parse(
                    ["--server", server] + (tokenFile.map { ["--token-file", $0] } ?? []))
                node.server = server
                let client = try node.client()
                let place = "/api/v1/incidents/\(try FilterCommand.part(incident))/journal"
                let text = try await FilterCommand.told { () async throws(APIClientError) in
                    try await client.text(place)
                }
                try ResultOutput.write(text, to: output)
                return
            }
            let found = try Evidence.incidents(file ?? "", incident)
            guard found.count == 1, let one = found.first else {
                throw CommandFailure(
                    found.isEmpty
                        ? "\(file ?? "") holds no such incident"
                        : "\(file ?? "") holds \(found.count) incidents; name one with --incident: \(found.compactMap { $0["id"]?.stringValue }.joined(separator: ", "))"
                )
            }
            try ResultOutput.write(IncidentJournal.text(IncidentJournal.lines(one)), to: output)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whether every line of a journal is as it was written; exit status 1 when not.")
        @Argument(help: "The journal; - is standard input.") var file: String

        func run() async throws {
            let text = try Evidence.text(file)
            switch IncidentJournal.verify(text) {
            case .whole(let lines, let hash):
                print("valid: \(lines) lines, each as it was written; the last one's hash is \(hash)")
            case .broken(let line, let why):
                throw CommandFailure("\(file) is not valid: line \(line): \(why)")
            }
        }
    }

    static func text(_ path: String) throws -> String {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else {
            throw CommandFailure(
                "cannot read \(path): name a file that you may read, or - for standard input")
        }
        do {
            // `nil` is the end at once: an empty file, of which its reader says what is missing.
            return String(decoding: try handle.read(upToCount: 256 << 20) ?? Data(), as: UTF8.self)
        } catch {
            throw CommandFailure("cannot read \(path): \(error.localizedDescription)")
        }
    }

    static func incidents(_ path: String, _ id: String?) throws -> [JSONValue] {
        let text = try text(path)
        guard let value = try? JSONValue(parsing: text, limit: 256 << 20),
            let list = value["incidents"]?.arrayValue
        else {
            throw CommandFailure(
                "\(path) is no analysis: write one with `vigie analyze --format json --output \(path) FILE…`")
        }
        return list.filter { id == nil ? true : $0["id"]?.stringValue == id }
    }
}
