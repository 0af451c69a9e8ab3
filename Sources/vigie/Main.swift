import ArgumentParser
import Glibc
import VigieServer

@main
struct Vigie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigie",
        abstract:
            "Keeps a telephone network honest: sees misroutes and usurped numbers, explains, proves, stops.",
        version: "vigie \(ProductVersion.text)",
        subcommands: [
            Analyze.self,
            Bench.self,
            Decode.self,
            Detectors.self,
            FilterCommand.self,
            NoticeCommand.self,
            DirectoryCommand.self,
            Evidence.self,
            Number.self,
            Probe.self,
            ScoreCommand.self,
            Serve.self,
            Simulate.self,
            TokenCommand.self,
        ])

    /// Runs the command of the arguments; exit status 2 for a usage error, whichever way it was met.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try ResultOutput.flush()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            StandardError.print(fullMessage(for: error))
            Glibc.exit(2)
        }
    }
}
