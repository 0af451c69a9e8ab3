import ArgumentParser
import VigieCalls
import VigieWire

/// `vigie number`: what the numbering plan of the day says about a number.
struct Number: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "number",
        abstract: "Tells what a telephone number is: country, kind, validity, assignee, place.",
        discussion: """
            Example:
              vigie number 0327145678
              vigie number --country MA --at 2009-02-18 +21237770000 --format json
              cut -d, -f3 records.csv | vigie number --format json
            """
    )

    /// What is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "The country whose subscriber wrote the numbers (ISO 3166, two letters; ZZ: none).")
    var country = "FR"
    @Option(help: "The day whose plan applies: 2009-02-18, or RFC 3339 with a time. Default: today's plan.")
    var at: String?
    @Option(help: "text or json (one object a line).")
    var format: Format = .text
    @Argument(help: "Numbers; none: one a line on standard input.")
    var numbers: [String] = []

    func validate() throws {
        guard Country(country) != nil else {
            throw ValidationError("--country \(country): give two capital letters, such as FR or MA")
        }
        guard at == nil || moment != nil else {
            throw ValidationError("--at \(at ?? ""): give a day such as 2009-02-18, or RFC 3339 with a time")
        }
    }

    private var moment: Timestamp? {
        guard let at else { return .distantFuture }
        return Timestamp(rfc3339: at) ?? Timestamp(rfc3339: at + "T00:00:00Z")
    }

    func run() async throws {
        let home = Country(country) ?? .france
        let moment = moment ?? .distantFuture
        if numbers.isEmpty {
            while let line = readLine() { show(line, home, moment) }
        } else {
            for number in numbers { show(number, home, moment) }
        }
    }

    private func show(_ text: String, _ home: Country, _ moment: Timestamp) {
        let answer = NumberingPlans.standard.describe(text, home: home, at: moment)
        print(format == .json ? NumberReport.json(answer) : NumberReport.text(answer))
    }
}
