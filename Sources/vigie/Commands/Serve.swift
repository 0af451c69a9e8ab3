import ArgumentParser
import CMalloc
import Foundation
import Logging
import VigieServer
import VigieWire

/// `vigie serve`: the live node.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Runs the live node: answers SIP servers, takes mirrored signalling and records, keeps incidents and filters.",
        discussion: """
            Without --config everything listens on this machine only: SIP on 5060, HEP on 9060, the page and the API on 8080.
            SIGHUP reads the configuration again: parsed and checked whole, then obeyed at once, or refused and nothing changes.
            SIGTERM and SIGINT stop it in order: feeds end, the line is drained, the store is flushed.

            EXAMPLES
              vigie serve --data ./node --lab
              vigie serve --config /etc/vigie/vigie.yaml
              vigie serve --config vigie.yaml --check
              vigie serve --print-config > vigie.yaml
              vigie serve --data ./night --lab --clock-start 2009-02-16T18:00:00Z --clock-speed 100 --replay night.csv
              vigie serve --data ./test --lab --any-port --ready-file ready.json

            EXIT STATUS
              0 stopped in order (with --check: it would start), 1 it cannot start or a part failed, 2 usage.
            """)

    @Option(help: ArgumentHelp("The configuration (YAML); all of it has a default.", valueName: "path"))
    var config: String?

    @Flag(help: "Print the whole configuration with every key's meaning, unit and default, and end.")
    var printConfig = false

    @Flag(help: .hidden)
    var configPage = false

    @Flag(
        help:
            "Check the configuration, ports, certificates and directories, say what would be started, and end."
    )
    var check = false

    @Option(
        help: ArgumentHelp(
            "The data directory, instead of the configuration's storage.directory.", valueName: "directory"))
    var data: String?

    @Flag(help: "A laboratory: one person's approval suffices, and the API needs no token on this machine.")
    var lab = false

    @Option(help: ArgumentHelp("Seconds of data time a real second.", valueName: "factor"))
    var clockSpeed: Double?

    @Option(help: ArgumentHelp("Where data time begins, RFC 3339.", valueName: "time"))
    var clockStart: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Call records that are played at the node's clock, as if they were happening; the clock starts at the first one when --clock-start does not say.",
            valueName: "file"))
    var replay: [String] = []

    @Flag(help: "Take free ports instead of those of the configuration.")
    var anyPort = false

    @Option(
        help: ArgumentHelp(
            "Write the ports as JSON there once all are open; removed at the end.", valueName: "path"))
    var readyFile: String?

    func validate() throws {
        if let clockSpeed, !(clockSpeed >= 0.001 && clockSpeed <= 100_000) {
            throw ValidationError("--clock-speed takes a factor from 0.001 to 100000, such as 100")
        }
        if let clockStart, Timestamp(rfc3339: clockStart) == nil {
            throw ValidationError(
                "--clock-start takes an RFC 3339 time such as 2009-02-16T18:00:00Z, not '\(clockStart)'")
        }
    }

    func run() async throws {
        if printConfig { return print(ConfigurationPage.yaml, terminator: "") }
        if configPage { return print(ConfigurationPage.markdown, terminator: "") }
        var settings = try configuration()
        if check { return try await tellCheck(settings) }
        try ResultOutput.check(readyFile)
        // Buffers of some MiB come and go for months: trials of filters, saved states.
        _ = vigie_return_allocations_of(1 << 20)
        let logger = Self.logger(settings)
        if !replay.isEmpty, settings.clock.start.isEmpty { settings.clock.start = try firstCall(settings) }
        let clockStart = settings.clock.start
        let notifier = ServiceNotifier(ProcessInfo.processInfo.environment)
        let node: LiveNode
        do throws(LiveNode.Failure) {
            node = try LiveNode(
                settings, logger: logger,
                reread: {
                    var settings = try self.configuration()
                    settings.clock.start = clockStart
                    return settings
                })
        } catch {
            throw CommandFailure(error.description)
        }
        let (readyFile, told) = (readyFile, settings)
        defer { if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) } }
        do {
            try await node.run(
                with: notifier.services(node.desk, logger: logger), replaying: replay
            ) { ports in
                Self.announce(ports, told)
                if let readyFile {
                    try? (ports.json + "\n").write(toFile: readyFile, atomically: true, encoding: .utf8)
                }
                notifier.ready("listening; data in \(told.storage.directory)")
            }
        } catch let failure as LiveNode.Failure {
            throw CommandFailure(failure.description)
        }
    }

    /// The file, and what the command line says otherwise.
    private func configuration() throws -> NodeConfiguration {
        var settings = try file()
        if let data { settings.storage.directory = data }
        if lab {
            settings.lab = true
            if settings.http.listen.isLoopback { settings.http.tokens = false }
        }
        if let clockSpeed { settings.clock.speed = clockSpeed }
        if let clockStart { settings.clock.start = clockStart }
        if anyPort { settings.takeFreePorts() }
        return settings
    }

    private func file() throws -> NodeConfiguration {
        guard let config else { return NodeConfiguration() }
        guard let yaml = try? String(contentsOfFile: config, encoding: .utf8) else {
            throw CommandFailure(
                "cannot read the configuration \(config): it must be a text file (UTF-8) that you may read")
        }
        do throws(ConfigurationError) {
            return try NodeConfiguration(yaml: yaml, file: config)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// The clock begins with the first call that is played.
    private func firstCall(_ settings: NodeConfiguration) throws -> String {
        do {
            guard let first = try ReplayFeed.firstCall(of: replay, settings) else {
                throw CommandFailure("there is no call in \(replay.joined(separator: ", "))")
            }
            return first.rfc3339()
        } catch let failure as FeedFailure {
            throw CommandFailure(failure.description)
        }
    }

    private func tellCheck(_ settings: NodeConfiguration) async throws {
        let result = await NodeCheck(settings, now: NodeClock.real.now)
        for line in result.starts { print(line) }
        for line in result.warnings { StandardError.print("warning: \(line)") }
        for line in result.problems { StandardError.print("vigie: \(line)") }
        guard result.isFine else { throw ExitCode(1) }
        print("fine: the node would start")
    }

    /// One line a port, and the address to open.
    private static func announce(_ ports: NodePorts, _ settings: NodeConfiguration) {
        func tell(_ what: String, _ listeners: [ListenAddress], _ opened: [Int]) {
            for (address, port) in zip(listeners, opened) {
                print("\(what) \(ListenAddress(address.host, port))")
            }
        }
        tell("SIP over UDP  ", settings.sip.udp, ports.sip_udp)
        tell("SIP over TCP  ", settings.sip.tcp, ports.sip_tcp)
        tell("SIP over TLS  ", settings.sip.tls, ports.sip_tls)
        tell("HEP over UDP  ", settings.hep.udp, ports.hep_udp)
        tell("HEP over TCP  ", settings.hep.tcp, ports.hep_tcp)
        tell("HEP over TLS  ", settings.hep.tls, ports.hep_tls)
        if let spool = ports.spool { print("files from     \(spool)") }
        if let port = ports.http {
            let host = settings.http.listen.host
            let name =
                host == "0.0.0.0" || host == "::" ? "localhost" : host.contains(":") ? "[\(host)]" : host
            print("open           http://\(name):\(port)/")
        }
        fflush(nil)
    }

    private static func logger(_ settings: NodeConfiguration) -> Logger {
        let format = NodeLogHandler.Format(rawValue: settings.log.format.rawValue) ?? .text
        let level = Logger.Level(rawValue: settings.log.level) ?? .info
        let logger = Logger(label: "vigie") { NodeLogHandler(label: $0, format: format, level: level) }
        return logger
    }
}

extension NodeConfiguration {
    /// Every listener takes a port that is free.
    fileprivate mutating func takeFreePorts() {
        for index in sip.udp.indices { sip.udp[index].port = 0 }
        for index in sip.tcp.indices { sip.tcp[index].port = 0 }
        for index in sip.tls.indices { sip.tls[index].port = 0 }
        for index in hep.udp.indices { hep.udp[index].port = 0 }
        for index in hep.tcp.indices { hep.tcp[index].port = 0 }
        for index in hep.tls.indices { hep.tls[index].port = 0 }
        http.listen.port = 0
    }
}
