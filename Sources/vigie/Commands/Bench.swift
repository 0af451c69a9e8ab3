import ArgumentParser

/// `vigie bench`: measures one kind of work, so that a script can set it beside a peer on the same input.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures one kind of work on one core.",
        discussion: "Example:\n  vigie bench numbers numbers.txt",
        subcommands: [
            BenchNumbers.self, BenchHEPLoad.self, BenchSIPLoad.self, BenchSIPServe.self, BenchDecisions.self,
            BenchEmergency.self, BenchEmergencyHistory.self, BenchDelay.self, BenchQuietYear.self,
        ])
}
