import ArgumentParser
import Glibc

@main
struct Vigie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vigie",
        abstract: "Keeps a telephone network honest: sees misroutes and usurped numbers, explains, proves, stops.",
        subcommands: [
            Decode.self,
            Simulate.self,
        ])
}
