import ArgumentParser
import VigieCalls
import VigieServer
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
        guard let home = Country(country.uppercased()),
            home.description == "ZZ" || NumberingPlans.standard.countryCode(of: home) != 0
        else {
            throw ValidationError(
                "--country takes the two letters of a country, such as FR or MA, or ZZ for none, not '\(country)'"
            )
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
        let home = Country(country.uppercased()) ?? .france
        let moment = moment ?? .distantFuture
        guard numbers.isEmpty else {
            for number in numbers { show(number, home, moment) }
            return
        }
        do throws(InputError) {
            try eachLine { show($0, home, moment) }
        } catch {
            throw CommandFailure("cannot read standard input: \(error.sentence)")
        }
    }

    /// No number as people write them is longer, in bytes; what is longer is shown and read up to here.
    private static let longestLine = 256

    /// Takes each line of standard input, as it comes.
    private func eachLine(_ take: (String) -> Void) throws(InputError) {
        var stream = ByteStream(try FileByteSource(path: "-"), capacity: 65_536, limit: 65_536)
        var line: [UInt8] = []
        func end() {
            if line.last == 0x0D { line.removeLast() }
            take(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
        }
        while try stream.readMore() {
            let count = stream.unreadCount
            for index in 0..<count {
                let byte = stream.unread[index]
                if byte == 0x0A {
                    end()
                } else if line.count <= Self.longestLine {
                    line.append(byte)
                }
            }
            stream.consume(count)
        }
        if !line.isEmpty { end() }
    }

    private func show(_ text: String, _ home: Country, _ moment: Timestamp) {
        let answer = NumberingPlans.standard.describe(text, home: home, at: moment)
        print(format == .json ? NumberReport.json(answer) : NumberReport.text(answer))
    }
}
