public import ArgumentParser
import Foundation
import VigieCalls
import VigieDetection
public import VigieIncidents
public import VigieReports
import VigieServer
import VigieWire

/// `vigie analyze`: what is wrong in these captures and call records, why, and what to do.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads captures and call records and reports what is wrong, why, and what to do.",
        discussion: """
            Takes any mix of pcap, pcapng, HEP stream and call-record files, plain or gzip, told apart by their content; `-` is
            standard input. Calls are judged in time order across files; files that are not in that order are read twice and put in it
            (24 million calls at most; not standard input or pipes: sort those by start). Call records: vigie.calls/1 (CSV or NDJSON), Asterisk
            Master.csv, FreeSWITCH CSV and JSON, Kamailio acc, Cisco CUCM; a --mapping file describes any other.

            EXAMPLES
              vigie analyze border.pcap
              vigie analyze --html night.html records.csv.gz more-records.csv
              vigie analyze --format json --output night.json capture.pcapng
              vigie analyze --mapping wholesale.yaml cdr.csv
              vigie analyze --directory centres.csv --calendar changes.ics night.csv
              zcat night.csv.gz | vigie analyze -

            EXIT STATUS
              0 done, 1 an input could not be read (the report covers the others, and what came before the damage), 2 usage,
              3 an incident as severe as --fail-on was found.
            """)

    /// How the report is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

    @Option(help: "How to print: text, json (vigie.analysis/1) or html.")
    var format = Format.text

    @Option(help: ArgumentHelp("Write the report there instead of standard output.", valueName: "path"))
    var output: String?

    @Option(help: ArgumentHelp("Also write the HTML report there.", valueName: "path"))
    var html: String?

    @Option(
        help: ArgumentHelp(
            "Language of the text and the one the page shows first: en or fr.", valueName: "language"))
    var language = ReportLanguage.english

    @Option(help: ArgumentHelp("How to read call records that no reader knows (YAML).", valueName: "path"))
    var mapping: String?

    @Option(help: ArgumentHelp("The operator's country: how national numbers are read.", valueName: "code"))
    var country = "FR"

    @Option(
        help: ArgumentHelp(
            "Zone of record times that name none, Europe/Paris or +01:00; UTC when not given.",
            valueName: "zone"))
    var timeZone: String?

    @Option(
        help: ArgumentHelp(
            "Table of emergency centres (CSV, see vigie directory): calls to their long numbers count as emergency calls.",
            valueName: "path"))
    var directory: String?

    @Option(
        help: ArgumentHelp(
            "Change calendar (iCalendar, or CSV with \(ChangeCalendar.columns.joined(separator: ";"))): maintenance and declared incidents that may be the cause. May be given more than once.",
            valueName: "path"))
    var calendar: [String] = []

    @Option(
        help: ArgumentHelp(
            "Exit with 3 when an incident is at least so severe: minor, major or critical.",
            valueName: "severity"))
    var failOn: Severity?

    @Argument(help: ArgumentHelp("Files to read; - is standard input.", valueName: "file"))
    var files: [String]

    func validate() throws {
        guard let home = Country(country.uppercased()),
            home.description == "ZZ" || NumberingPlans.standard.countryCode(of: home) != 0
        else {
            throw ValidationError(
                "--country takes the two letters of a country, such as FR or MA, not '\(country)'")
        }
        if let timeZone, TimeZoneOffsets(timeZone) == nil {
            throw ValidationError(
                "--time-zone takes a name such as Europe/Paris or an offset such as +01:00, not '\(timeZone)'"
            )
        }
        for path in [output, html].compactMap({ $0 }) where path != "-" && files.contains(path) {
            throw ValidationError("\(path) is an input; name another file for the report")
        }
        if files.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("standard input (-) can be read once only")
        }
    }

    func run() throws {
        var settings = self.settings
        if let mapping { settings.mapping = try readMapping(mapping) }
        try readTables(into: &settings)
        try ResultOutput.check(output)
        try ResultOutput.check(html)
        let bar = ProgressBar(label: "analysing")
        let report: AnalysisReport
        do throws(Analysis.Failure) {
            report = try Analysis(settings: settings).run(files) { bar.show($0) }
        } catch {
            bar.clear()
            throw CommandFailure(error.sentence)
        }
        bar.clear()
        try ResultOutput.write(rendered(report), to: output)
        if let html {
            try ResultOutput.write(report.html(language: language), to: html)
            StandardError.print("HTML report: \(html)")
        }
        let broken = report.inputs.filter { $0.stopped != nil }
        for input in broken {
            let (part, covered) =
                input.isRefused ? ("", "the other files") : (" to its end", "what came before")
            StandardError.print(
                "vigie: cannot read \(input.path)\(part): \(input.stopped ?? ""); the report covers \(covered)"
            )
        }
        if let failOn, report.entries.contains(where: { $0.incident.severity >= failOn }) {
            throw ExitCode(3)
        }
        if !broken.isEmpty { throw ExitCode(1) }
    }

    private func readTables(into settings: inout AnalysisSettings) throws {
        do throws(EmergencyTables.Failure) {
            if let directory {
                let table = try EmergencyTables.directory(directory)
                settings.detection.emergencyFailure.centres = EmergencyCentres(table.value, at: nil)
                if let note = table.note { StandardError.print("vigie: \(note)") }
            }
            for path in calendar {
                let table = try EmergencyTables.calendar(path, zone: settings.timeZone ?? .utc)
                settings.calendar = settings.calendar.merged(with: table.value)
                if let note = table.note { StandardError.print("vigie: \(note)") }
            }
        } catch {
            throw CommandFailure(error.sentence)
        }
    }

    private func readMapping(_ path: String) throws -> RecordMapping {
        let yaml: String
        do {
            yaml = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandFailure(
                "cannot read the mapping \(path): it must be a text file (UTF-8) that you may read")
        }
        do throws(MappingError) {
            return try RecordMapping(yaml: yaml, file: path)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private var settings: AnalysisSettings {
        var settings = AnalysisSettings()
        settings.home = Country(country.uppercased()) ?? .france
        settings.detection.home = settings.home
        settings.timeZone = timeZone.flatMap { TimeZoneOffsets($0) }
        return settings
    }

    private func rendered(_ report: AnalysisReport) -> String {
        switch format {
        case .text:
            let isTerminal =
                output == nil && isatty(STDOUT_FILENO) == 1
                && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
            return report.text(style: isTerminal ? .coloured : .plain, language: language)
        case .json: return report.json.text(indented: true) + "\n"
        case .html: return report.html(language: language)
        }
    }
}

extension ReportLanguage: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}
