import ArgumentParser
import Foundation
import VigieCalls
import VigieServer
import VigieWire

/// `vigie probe`: test calls to fallbacks, long numbers and test services.
struct Probe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Makes SIP test calls to fallbacks, long numbers and test services, and asks machines by OPTIONS.",
        discussion: """
            Only numbers of the directory are called, and only where its column `testable` says yes: a fallback rings at a live
            service. Emergency numbers (15, 17, 18, 112, … in whichever form) are never called, whatever the directory says.
            Each call is answered by the other side, held for some seconds, and ended. No more than 30 calls a minute are made.

            Results are call records (vigie.calls/1, one JSON object a line, with `probe`), which `vigie analyze` and a node read
            like any others. With --server they are sent to the node, and fallbacks that answered count as tested there.

            EXAMPLES
              vigie probe --directory centres.csv --egress lille=192.0.2.1:5060 --number +33199000001
              vigie probe --directory centres.csv --egress lille=192.0.2.1 --egress lyon=192.0.2.2 --all fallbacks --every 24h
              vigie probe --egress lille=192.0.2.1 --test-service urn:service:test.sos.police
              vigie probe --egress lille=192.0.2.1 --options --every 1m --rounds 60
              vigie probe --directory centres.csv --egress lab=127.0.0.1:5070 --all both --update-directory tested.csv

            EXIT STATUS
              0 done, 1 a target was refused or nothing could be sent, 2 usage, 3 a test failed and --fail-on-silence was given.
            """)

    enum Which: String, ExpressibleByArgument, CaseIterable { case fallbacks, long, both }

    @Option(help: ArgumentHelp("The table of centres (CSV); calls to numbers need it.", valueName: "path"))
    var directory: String?
    @Option(
        help: ArgumentHelp(
            "A way out: name=host:port. May be given more than once.", valueName: "name=host:port"))
    var egress: [String] = []
    @Option(help: ArgumentHelp("A number to call. May be given more than once.", valueName: "number"))
    var number: [String] = []
    @Option(help: "All testable numbers of the directory: fallbacks, long or both.") var all: Which?
    @Option(help: ArgumentHelp("A test service, urn:service:test.sos or one below it.", valueName: "urn"))
    var testService: [String] = []
    @Flag(help: "Ask each egress itself by OPTIONS.") var options = false
    @Option(help: ArgumentHelp("Begin a round so often: 15m, 24h. Default: one round.", valueName: "time"))
    var every: String?
    @Option(help: "Rounds at most; with --every. Default: until it is stopped.") var rounds: Int?
    @Option(help: "Calls a minute, 1 to 30.") var perMinute = 10
    @Option(help: ArgumentHelp("The number that is shown.", valueName: "number")) var from = "vigie-probe"
    @Option(help: "Seconds a call may ring, 1 to 60.") var ring = 20
    @Option(help: "Seconds an answered call lasts, 0 to 30.") var talk = 2
    @Option(help: ArgumentHelp("Where results are written; default: standard output.", valueName: "path"))
    var output: String?
    @Option(
        help: ArgumentHelp(
            "Write the directory there, with fallbacks that answered as tested.", valueName: "path"))
    var updateDirectory: String?
    @Option(help: ArgumentHelp("A node that is told the results.", valueName: "url")) var server: String?
    @Option(help: ArgumentHelp("File whose first line is the node's token.", valueName: "path"))
    var tokenFile: String?
    @Flag(help: "End with status 3 when a test got no answer.") var failOnSilence = false

    func validate() throws {
        if egress.isEmpty { throw ValidationError("--egress name=host:port says which way the calls go") }
        for text in egress where ProbeRunner.Egress(text) == nil {
            throw ValidationError("--egress \(text): write name=host:port, such as lille=192.0.2.1:5060")
        }
        if number.isEmpty, all == nil, testService.isEmpty, !options {
            throw ValidationError("say what to test: --number, --all, --test-service or --options")
        }
        if all != nil, directory == nil { throw ValidationError("--all needs --directory") }
        if updateDirectory != nil, directory == nil {
            throw ValidationError("--update-directory needs --directory")
        }
        guard (1...ProbeRunner.maxPerMinute).contains(perMinute) else {
            throw ValidationError("--per-minute takes 1 to \(ProbeRunner.maxPerMinute)")
        }
        guard (1...60).contains(ring), (0...30).contains(talk) else {
            throw ValidationError("--ring takes 1 to 60 seconds, --talk 0 to 30")
        }
        guard
            from.utf8.allSatisfy({ $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2B || $0 == 0x2D }),
            !from.isEmpty
        else {
            throw ValidationError("--from takes a number such as +33199000000")
        }
        if let every, Self.seconds(every) == nil {
            throw ValidationError("--every \(every): write 30s, 15m, 24h or 1d")
        }
        if let rounds, rounds < 1 { throw ValidationError("--rounds takes 1 or more") }
    }

    func run() async throws {
        let now = NodeClock.real.now
        var table = CentreDirectory([])
        if let directory {
            do throws(EmergencyTables.Failure) {
                let read = try EmergencyTables.directory(directory)
                table = read.value
                if let note = read.note { StandardError.print("vigie: \(note)") }
            } catch {
                throw CommandFailure(error.sentence)
            }
        }
        let targets = try targets(ProbeGuard(table, at: now))
        let ways = egress.compactMap { ProbeRunner.Egress($0) }
        var jobs = targets.flatMap { target in ways.map { ProbeRunner.Job(target: target, egress: $0) } }
        if options { jobs += ways.map { ProbeRunner.Job(target: .node, egress: $0) } }
        let runner = ProbeRunner(caller: from, ring: .seconds(Int64(ring)), talk: .seconds(Int64(talk)))
        try ResultOutput.check(output)
        let period = every.flatMap { Self.seconds($0) }
        var round = 0
        var silent = 0
        var written = ""
        var tests: [FallbackTest] = []
        var backlog = ProbeBacklog()
        while true {
            let began = ContinuousClock.now
            var results: [ProbeRunner.Result] = []
            await runner.run(jobs, perMinute: perMinute) { result in
                results.append(result)
                Self.tell(result)
            }
            silent = results.count { !$0.isGood }
            let records = results.compactMap { $0.record(caller: from)?.text() }.map { $0 + "\n" }
            let lines = records.joined()
            // What a schedule of months wrote stays with whoever reads it: a file keeps the last round's records and those before, to 64 MiB.
            written = written.utf8.count + lines.utf8.count > 64 << 20 ? lines : written + lines
            if let output, output != "-" {
                try ResultOutput.write(written, to: output)
            } else {
                try ResultOutput.write(lines, to: nil)
            }
            let fresh = results.compactMap(Self.test)
            tests = Array((tests + fresh).suffix(100_000))
            if let updateDirectory { try ResultOutput.write(table.applying(tests).csv, to: updateDirectory) }
            round += 1
            let isLast = period == nil || rounds.map { round >= $0 } ?? false
            if let server {
                backlog.add(records, fresh)
                do {
                    try await send(backlog, to: server)
                    backlog.told()
                } catch let failure as CommandFailure where !isLast {
                    // A node that restarts must not end a schedule of months.
                    StandardError.print(
                        "vigie: \(server) was not told: \(failure); \(backlog.records.count) results wait for the next round"
                    )
                }
            }
            guard let period, !isLast else { break }
            try? await Task.sleep(until: began + .seconds(period))
            if Task.isCancelled { break }
        }
        if failOnSilence, silent > 0 { throw ExitCode(3) }
    }

    /// What is dialled; every refusal is named, and none is dialled around.
    private func targets(_ guardian: ProbeGuard) throws -> [ProbeTarget] {
        var targets: [ProbeTarget] = []
        for text in testService + number {
            do throws(ProbeGuard.Refusal) {
                let target = try guardian.target(text)
                if !targets.contains(target) { targets.append(target) }
            } catch {
                throw CommandFailure("\(text) is not called: \(error.sentence)")
            }
        }
        if let all {
            let (found, refused) = guardian.targets(fallbacks: all != .long, longNumbers: all != .fallbacks)
            targets += found.filter { !targets.contains($0) }
            if refused > 0 {
                StandardError.print(
                    "vigie: \(refused) numbers of the directory are not called: their rows do not say testable"
                )
            }
            if found.isEmpty {
                throw CommandFailure(
                    "no number of the directory may be called: put yes into its column testable where the centre agreed"
                )
            }
        }
        return targets
    }

    private static func tell(_ result: ProbeRunner.Result) {
        let what = result.job.target == .node ? "OPTIONS" : result.job.target.text
        let how =
            result.failure
            ?? (result.outcome.answer.map { "answered after \(Self.words($0 - result.outcome.start))" }
                ?? "SIP \(result.outcome.status) after \(Self.words(result.outcome.end - result.outcome.start))")
        StandardError.print(
            "\(result.isGood ? "ok    " : "FAILED") \(what) by \(result.job.egress.name): \(how)")
    }

    private static func words(_ time: Duration) -> String {
        "\(Int((time.secondsAsDouble * 1_000).rounded())) ms"
    }

    private static func test(_ result: ProbeRunner.Result) -> FallbackTest? {
        // What never left this machine says nothing of the number.
        guard case .number(let number) = result.job.target.address, result.failure == nil else { return nil }
        return FallbackTest(
            number: number, at: result.outcome.start, isAnswered: result.outcome.answer != nil,
            tester: "vigie probe")
    }

    private func send(_ backlog: ProbeBacklog, to server: String) async throws {
        var node = try FilterCommand.Node.parse(
            ["--server", server] + (tokenFile.map { ["--token-file", $0] } ?? []))
        node.server = server
        let client = try node.client()
        try await FilterCommand.told { () async throws(APIClientError) in
            if !backlog.records.isEmpty {
                try await client.post(
                    "/api/v1/feeds/calls", text: backlog.records.joined(), type: "application/x-ndjson")
            }
            if !backlog.tests.isEmpty {
                let list = backlog.tests.map { test in
                    JSONValue.object([
                        ("number", .string(test.number.description)), ("at", .string(test.at.rfc3339())),
                        ("answered", .bool(test.isAnswered)),
                    ])
                }
                _ = try await client.post("/api/v1/directory/tests", .object([("tests", .array(list))]))
            }
        }
    }

    static func seconds(_ text: String) -> Int? {
        guard let unit = text.last, let value = Int(text.dropLast()), value > 0, value <= 100_000 else {
            return nil
        }
        return ["s": 1, "m": 60, "h": 3_600, "d": 86_400][unit].map { $0 * value }
    }
}
