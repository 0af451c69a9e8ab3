import Foundation
import NIOCore
import NIOPosix
import Testing
import VigieCalls
import VigieMitigation
import VigieServer
import VigieWire

/// The guide's Kamailio with the guide's files, Vigie as the guide configures it, and SIPp on both sides; all on loopback.
final class Plant {
    let directory: String
    let configuration: NodeConfiguration
    let vigie: SIPServer
    let events: CallEventRing
    let callee: RunningProgram
    let announcement: RunningProgram
    private let kamailio: RunningProgram
    private let port: Int
    private var calls = 0
    private var isVigieGone = false

    private init(
        directory: String, configuration: NodeConfiguration, vigie: SIPServer, events: CallEventRing,
        programs: (callee: RunningProgram, announcement: RunningProgram, kamailio: RunningProgram), port: Int
    ) {
        self.directory = directory
        self.configuration = configuration
        self.vigie = vigie
        self.events = events
        (callee, announcement, kamailio) = programs
        self.port = port
    }

    /// Starts everything and waits until Kamailio answers.
    ///
    /// - Parameters:
    ///   - filters: in force, in the contract's shape.
    ///   - hep: where Kamailio mirrors its signalling.
    static func start(filters: [String] = [], hep: Int? = nil) async throws -> Plant {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "vigie-kamailio-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: "\(directory)/run", withIntermediateDirectories: true)
        let (next, spoken, port) = (
            try await UDPPort.free(), try await UDPPort.free(), try await UDPPort.free()
        )

        let yaml = try String(contentsOf: Repository.kamailio.appending(path: "vigie.yaml"), encoding: .utf8)
        var configuration = try NodeConfiguration(yaml: yaml, file: "vigie.yaml")
        configuration.sip.udp = [ListenAddress("127.0.0.1", 0)]
        configuration.sip.announcement = "sip:announcement@127.0.0.1:\(spoken)"
        let symbols = NodeSymbols(remembered: [])
        let entries = try filters.enumerated().map { index, text in
            let form = try FilterForm(json: try JSONValue(parsing: text))
            return DecisionTable.Entry(
                id: FilterID(rawValue: UInt64(index + 1)),
                filter: try form.filter(lists: [:], symbol: { symbols.symbol($0) }), isEnforced: true)
        }
        let events = CallEventRing()
        let vigie = SIPServer(
            configuration, tables: PublishedTable(DecisionTable(entries)), screening: Screening(),
            symbols: symbols,
            events: events)
        try await vigie.start()
        let policy = try #require(await vigie.ports?.udp.first)

        try SIPpScenario.callee.write(toFile: "\(directory)/callee.xml", atomically: true, encoding: .utf8)
        func person(_ name: String, _ port: Int) throws -> RunningProgram {
            try RunningProgram(
                "/usr/bin/sipp",
                [
                    "-sf", "callee.xml", "-i", "127.0.0.1", "-p", "\(port)", "-nostdin", "-trace_msg",
                    "-message_file",
                    "\(directory)/\(name).log",
                ], in: directory, output: "\(name).out")
        }
        let callee = try person("callee", next)
        let announcement = try person("announcement", spoken)

        let list = try String(
            contentsOf: Repository.kamailio.appending(path: "dispatcher.list"), encoding: .utf8)
        try list.replacing("127.0.0.1:5070", with: "127.0.0.1:\(policy)")
            .write(toFile: "\(directory)/dispatcher.list", atomically: true, encoding: .utf8)
        var arguments = [
            "-f", Repository.kamailio.appending(path: "kamailio.cfg").path, "-DD", "-E", "-m", "32", "-M",
            "4", "-Y",
            "\(directory)/run", "-P", "\(directory)/kamailio.pid", "-A", "LISTEN=udp:127.0.0.1:\(port)", "-A",
            "NEXT_HOP=\"sip:127.0.0.1:\(next)\"", "-A", "DISPATCHER_LIST=\"\(directory)/dispatcher.list\"",
        ]
        if let hep { arguments += ["-A", "WITH_HEP=1", "-A", "HEP_TO=\"sip:127.0.0.1:\(hep)\""] }
        let kamailio = try RunningProgram(
            "/usr/sbin/kamailio", arguments, in: directory, output: "kamailio.out")
        let plant = Plant(
            directory: directory, configuration: configuration, vigie: vigie, events: events,
            programs: (callee, announcement, kamailio), port: port)
        try await plant.waitForKamailio()
        return plant
    }

    /// OPTIONS until an answer comes: Kamailio says nowhere else that it listens.
    private func waitForKamailio() async throws {
        let (answers, continuation) = AsyncStream.makeStream(of: Void.self)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(Listener(continuation)) }
            .bind(host: "127.0.0.1", port: 0).get()
        let own = try #require(channel.localAddress?.port)
        let target = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let asking = Task { [port] in
            for turn in 0..<300 {
                let text = """
                    OPTIONS sip:127.0.0.1:\(port) SIP/2.0\r
                    Via: SIP/2.0/UDP 127.0.0.1:\(own);branch=z9hG4bKo\(turn)\r
                    From: <sip:test@127.0.0.1>;tag=1\r
                    To: <sip:127.0.0.1:\(port)>\r
                    Call-ID: options-\(turn)\r
                    CSeq: 1 OPTIONS\r
                    Max-Forwards: 1\r
                    Content-Length: 0\r
                    \r\n
                    """
                try? await channel.writeAndFlush(
                    AddressedEnvelope(remoteAddress: target, data: ByteBuffer(string: text)))
                try await Task.sleep(for: .milliseconds(100))
            }
            continuation.finish()
        }
        var isUp = false
        for await _ in answers {
            isUp = true
            break
        }
        asking.cancel()
        try await channel.close()
        try #require(isUp, "Kamailio does not answer: \(kamailio.printed)")
    }

    private final class Listener: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        let answers: AsyncStream<Void>.Continuation
        init(_ answers: AsyncStream<Void>.Continuation) { self.answers = answers }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { answers.yield() }
    }

    /// Plays one call to `number`; `true` when it went as the scenario says.
    func call(_ number: String, _ scenario: String) async throws -> Bool {
        calls += 1
        let name = "call-\(calls)"
        try scenario.write(toFile: "\(directory)/\(name).xml", atomically: true, encoding: .utf8)
        let caller = try RunningProgram(
            "/usr/bin/sipp",
            [
                "127.0.0.1:\(port)", "-sf", "\(name).xml", "-s", number, "-m", "1", "-i", "127.0.0.1", "-p",
                "\(try await UDPPort.free())", "-nostdin", "-timeout", "40s", "-timeout_error",
                "-recv_timeout",
                "30000",
                "-trace_err", "-error_file", "\(directory)/\(name).err",
            ], in: directory, output: "\(name).out")
        let status = await caller.finish()
        if status != 0 {
            let why =
                (try? String(contentsOfFile: "\(directory)/\(name).err", encoding: .utf8)) ?? caller.printed
            print(
                "call to \(number) failed (\(status)): \(why.prefix(1_000)); \(kamailio.printed.suffix(1_000))"
            )
        }
        return status == 0
    }

    /// Every message that the person who answers, or the announcement, has seen.
    func messages(of name: String) -> String {
        (try? String(contentsOfFile: "\(directory)/\(name).log", encoding: .utf8)) ?? ""
    }

    /// Vigie goes away; Kamailio and the people stay.
    func stopVigie() async {
        guard !isVigieGone else { return }
        isVigieGone = true
        await vigie.stop()
    }

    func stop() async {
        for program in [kamailio, callee, announcement] { program.stop() }
        await stopVigie()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
