import ArgumentParser
import Foundation
import VigieCalls
import VigieMitigation
import VigieServer

/// `vigie bench sip-serve`: a whole live node with so many filters in force, for `sip-load` to ask.
struct BenchSIPServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sip-serve",
        abstract: "Runs a live node on loopback with so many filters in force, for sip-load.",
        discussion: "Example:\n  vigie bench sip-serve --port 5070 --filters 1000 --directory /tmp/bench")

    @Option(help: "UDP port on loopback.")
    var port = 5_070
    @Option(
        help:
            "Filters in force: each meets one called number, one in a hundred of them a number that is called."
    )
    var filters = 1_000
    @Option(help: "Directory for the node's data; made, and left there.")
    var directory: String

    func run() async throws {
        var configuration = NodeConfiguration()
        configuration.storage.directory = directory
        configuration.sip.udp = [ListenAddress("127.0.0.1", port)]
        configuration.sip.tcp = []
        configuration.hep.udp = []
        configuration.hep.tcp = []
        configuration.spool.directory = ""
        configuration.http.listen = ListenAddress("127.0.0.1", 0)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let node = try LiveNode(configuration)
        node.tables.publish(DecisionTable(entries))
        try await node.run { ports in
            print("ready \(ports.sip_udp)")
            fflush(nil)
        }
    }

    private var entries: [DecisionTable.Entry] {
        (0..<max(0, filters)).compactMap { index in
            var match = Filter.Match()
            // 3327… is where sip-load calls, 3328… is not.
            let number = (index % 100 == 0 ? 33_327_000_000 : 33_328_000_000) + UInt64(index)
            guard let called = PhoneNumber(e164: number) else { return nil }
            match.calledNumbers = [called]
            return DecisionTable.Entry(
                id: FilterID(rawValue: UInt64(index + 1)), filter: Filter(match: match, action: .reject),
                isEnforced: true)
        }
    }
}
