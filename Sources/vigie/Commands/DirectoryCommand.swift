import ArgumentParser
import Foundation
import VigieCalls
import VigieReports
import VigieWire

/// `vigie directory`: the routing of emergency calls and its fallback numbers.
struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory",
        abstract:
            "Checks the operator's table of emergency centres: gaps, overlaps, dead or untested fallbacks.",
        discussion: """
            The table is CSV, separated by ; or , with a header:
              \(CentreDirectory.columns.joined(separator: ";"))
            commune_insee is a commune (59606) or a department (59); valid_to, the fallbacks, last_tested and testable may be empty. testable: vigie probe may call
            the long number and the fallbacks, because the centre agreed.

            Examples:
              vigie directory check centres.csv
              vigie directory check centres.csv --format html --output quality.html
              vigie directory sample --output fictional.csv     (a national table whose numbers are all fiction)
            """,
        subcommands: [Check.self, Sample.self])

    /// Reads a day, or now.
    static func moment(_ text: String?) throws -> Timestamp {
        guard let text else { return Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
        if let moment = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") { return moment }
        throw ValidationError("--at \(text): give a day such as 2026-11-22, or RFC 3339 with a time")
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Tells what is wrong with a table; exit status 3 with --fail-on-issue when something is.")
        enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

        @Argument(help: "The table, CSV.")
        var file: String
        @Option(help: "The day at which it must be right. Default: now.")
        var at: String?
        @Option(help: "text, json or html.")
        var format: Format = .text
        @Option(help: "Language of the page: fr or en.")
        var language = "fr"
        @Option(help: "Where to write; default: standard output.")
        var output: String?
        @Flag(help: "End with status 3 when anything is wrong.")
        var failOnIssue = false

        func validate() throws {
            _ = try DirectoryCommand.moment(at)
            guard ReportLanguage(rawValue: language) != nil else {
                throw ValidationError("--language \(language): fr or en")
            }
        }

        func run() async throws {
            let moment = try DirectoryCommand.moment(at)
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("cannot read \(file): give the path of a readable CSV table")
            }
            guard data.count <= 64 << 20 else {
                throw CommandFailure("\(file) is larger than 64 MiB: no table of centres is")
            }
            let text = String(decoding: data, as: UTF8.self)
            let report = DirectoryReport(CentreDirectory.parse(csv: text), source: file, at: moment)
            let out =
                switch format {
                case .text: report.text
                case .json: report.json.text(indented: true) + "\n"
                case .html: report.html(ReportLanguage(rawValue: language) ?? .french)
                }
            try ResultOutput.write(out, to: output)
            if failOnIssue, !report.isClean { throw ExitCode(3) }
        }
    }

    struct Sample: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a national table of fictional centres, to try things with.")

        @Option(help: "The day before which its test calls are dated. Default: now.")
        var at: String?
        @Option(help: "Where to write; default: standard output.")
        var output: String?

        func run() async throws {
            try ResultOutput.write(
                CentreDirectory.fictional(at: try DirectoryCommand.moment(at)).csv, to: output)
        }
    }
}
