import Glibc
public import Logging
import NIOCore
import NIOPosix
import Synchronization
public import VigieCalls
public import VigieMitigation
import VigieWire

/// Answers SIP servers that ask what to do with a call: UDP, TCP and TLS, IPv4 and IPv6.
///
/// Two threads: one owns every decision (and the datagram sockets), the other the connections, so that a thousand TLS handshakes do
/// not delay one datagram. Emergency calls have queues of their own before both.
public final class SIPServer: Sendable {
    /// Why the server did not start, or did not take a new configuration; each says what to do.
    public enum Failure: Error, CustomStringConvertible, Sendable {
        /// An address could not be listened on.
        case cannotListen(transport: String, address: String, reason: String)
        /// A certificate, key or authority could not be used.
        case certificate(reason: String)

        /// One sentence, and what to do.
        public var description: String {
            switch self {
            case .cannotListen(let transport, let address, let reason):
                "sip: cannot listen on \(address) (\(transport)): \(reason)"
            case .certificate(let reason): "sip: \(reason)"
            }
        }
    }

    /// Where the server listens; the real ports where 0 was asked for, in the order of the configuration.
    public struct Ports: Sendable, Equatable {
        /// Of UDP.
        public var udp: [Int] = []
        /// Of TCP.
        public var tcp: [Int] = []
        /// Of TLS.
        public var tls: [Int] = []

        /// No port.
        public init() {}
    }

    private struct State: Sendable {
        var ports = Ports()
        var desk: NIOLoopBound<SIPDesk>?
        var loop: (any EventLoop)?
        var group: MultiThreadedEventLoopGroup?
        var channels: [any Channel] = []
        var handlers: [NIOLoopBound<DatagramHandler>] = []
        var ticks: RepeatedTask?
        var streams: StreamListeners?
    }

    let figures = SIPFigures()
    private let counters = StreamCounters()
    private let configuration: NodeConfiguration
    private let tables: PublishedTable
    private let screening: Screening
    private let symbols: NodeSymbols
    private let events: CallEventRing
    private let contacts: ContactFeed
    private let clock: NodeClock
    private let logger: Logger
    private let emergency: EmergencyRule
    private let bound = Once<Ports?>()
    private let state = Mutex(State())  // start, stop and reload; never on the way of a call

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - tables: where the filters in force are published.
    ///   - screening: the memory of the deciding thread, as a snapshot brought it back or new.
    ///   - events: takes every new call with what was decided.
    ///   - contacts: who spoke with whom, as other feeds say.
    ///   - centres: the long numbers of emergency centres, which pass like the short ones.
    public init(
        _ configuration: NodeConfiguration, tables: PublishedTable, screening: Screening,
        symbols: NodeSymbols,
        events: CallEventRing, contacts: ContactFeed = ContactFeed(), clock: NodeClock = .real,
        centres: [PhoneNumber] = [],
        logger: Logger = Logger(label: "vigie.sip")
    ) {
        self.configuration = configuration
        self.tables = tables
        self.screening = screening
        self.symbols = symbols
        self.events = events
        self.contacts = contacts
        self.clock = clock
        self.logger = logger
        emergency = EmergencyRule(home: configuration.homeCountry, centres: centres)
    }

    /// The ports, once all of them are open; `nil` when one could not be.
    public var ports: Ports? { get async { await bound.value } }

    /// The peers, and how many calls each asked about so far.
    var peerCalls: [(name: String, calls: UInt64)] {
        let values = figures.snapshot
        return zip(values.peerNames, values.peerCalls).map { ($0, $1) }
    }

    /// Puts the server's figures on a board.
    public func register(on board: CounterBoard) {
        board.register(
            "sip",
            samples: { [figures, counters, events] in
                figures.snapshot.samples(events: events, streams: counters)
            })
    }

    /// Opens the sockets.
    ///
    /// - Throws: `Failure`, after closing what was opened.
    public func start() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let loop = group.next()
        do {
            // Unforeseeable: it makes the tags and the places of transactions.
            let key = UInt64.random(in: .min ... .max)
            let desk = try await loop.submit { [self] in
                NIOLoopBound(
                    SIPDesk(
                        configuration, tables: tables, screening: screening, symbols: symbols, events: events,
                        contacts: contacts, clock: clock, emergency: emergency, key: key), eventLoop: loop)
            }.get()
            state.withLock { state in
                state.group = group
                state.loop = loop
                state.desk = desk
            }
            for address in configuration.sip.udp {
                let port = try await listen(udp: address, loop, desk)
                state.withLock { $0.ports.udp.append(port) }
            }
            let streams = try await StreamListeners(
                configuration, decisions: loop, connections: group.next(), desk: desk, emergency: emergency,
                counters: counters, logger: logger)
            state.withLock { $0.streams = streams }
            try await streams.start()
            let ports = state.withLock { state in
                state.ports.tcp = streams.ports.tcp
                state.ports.tls = streams.ports.tls
                return state.ports
            }
            startTicks(loop, desk)
            bound.settle(ports)
        } catch {
            bound.settle(nil)
            await stop()
            throw error
        }
    }

    /// Closes every socket.
    public func stop() async {
        await publish()
        let (channels, streams, ticks, group) = state.withLock { state in
            defer { state = State() }
            return (state.channels, state.streams, state.ticks, state.group)
        }
        ticks?.cancel()
        await streams?.stop()
        for channel in channels { try? await channel.close() }
        try? await group?.shutdownGracefully()
    }

    /// Sends new calls elsewhere from now on (503 with Retry-After to calls and pings), or takes them again; emergency calls are answered
    /// *continue* as ever.
    public func drain(_ isDraining: Bool = true) async {
        await onDesk { $0.isDraining = isDraining }
    }

    /// What the filters did since the last report; `nil` when the server does not run.
    public func takeReport() async -> ScreeningReport? { await onDesk { $0.takeReport() } }

    /// Learns everything that other feeds have said of who spoke with whom; returns at once when the server does not run.
    ///
    /// Some at a time: between two portions the deciding thread answers calls.
    public func learnContacts() async {
        while !contacts.isEmpty {
            guard await onDesk({ $0.learnContacts() }) != nil else { return }
        }
    }

    /// The pairs of numbers that spoke, for `Screening.restorePairs` after a restart; `nil` when the server does not run.
    ///
    /// Read in parts: between two of them the deciding thread answers calls.
    ///
    /// - Parameters:
    ///   - head: what stands before them in the same bytes.
    ///   - expecting: bytes in all, as far as known from the last time.
    public func pairs(after head: [UInt8] = [], expecting: Int = 0) async -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(head.count, expecting))
        bytes += head
        for part in 0..<Screening.parts {
            guard let some = await onDesk({ $0.pairs(part) }) else { return nil }
            bytes += some
        }
        return bytes
    }

    /// Prepares for another configuration: its peers, texts and certificates; listeners stay as they are.
    ///
    /// - Returns: what puts it in force.
    /// - Throws: `Failure.certificate`, and nothing is changed.
    public func prepare(_ configuration: NodeConfiguration) throws -> @Sendable () -> Void {
        let (streams, desk, loop) = state.withLock { ($0.streams, $0.desk, $0.loop) }
        let swap = try streams?.prepare(configuration)
        return {
            swap?()
            guard let desk, let loop else { return }
            loop.execute { desk.value.reload(configuration) }
        }
    }

    @discardableResult
    private func onDesk<Result: Sendable>(_ body: @escaping @Sendable (SIPDesk) -> Result) async -> Result? {
        let (desk, loop) = state.withLock { ($0.desk, $0.loop) }
        guard let desk, let loop else { return nil }
        return try? await loop.submit { body(desk.value) }.get()
    }

    // MARK: UDP

    /// One group of sockets on one port; see `ReusePortSteering`.
    private func listen(udp address: ListenAddress, _ loop: any EventLoop, _ desk: NIOLoopBound<SIPDesk>)
        async throws -> Int
    {
        let isIPv6 = address.host.contains(":")
        var port = address.port
        do {
            // A socket that shares nothing tells whether somebody else is there: the group below would share with them.
            let probe = try await DatagramBootstrap(group: loop).bind(host: address.host, port: port).get()
            port = probe.localAddress?.port ?? port
            try await probe.close()
            for index in 0..<ReusePortSteering.sockets {
                let channel = try await socket(address.host, port, isIPv6, loop, desk)
                state.withLock { $0.channels.append(channel) }
                if index == 0 {
                    guard await ReusePortSteering.attach(to: channel, isIPv6: isIPv6) else {
                        logger.warning(
                            "the kernel does not steer datagrams: one queue for all senders",
                            metadata: ["address": "\(address)"])
                        break
                    }
                }
            }
            return port
        } catch {
            throw Failure.cannotListen(
                transport: "udp", address: "\(address)", reason: ListenFailure.words(error))
        }
    }

    private func socket(
        _ host: String, _ port: Int, _ isIPv6: Bool, _ loop: any EventLoop, _ desk: NIOLoopBound<SIPDesk>
    ) async throws -> any Channel {
        // Sockets on all addresses answer from the one that was asked (RFC 3261 §18.2.2).
        let isWildcard = host == "0.0.0.0" || host == "::"
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(
                ChannelOptions.socket(SocketOptionLevel(SOL_SOCKET), SocketOptionName(SO_REUSEPORT)), value: 1
            )
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.socketOption(.so_sndbuf), value: 4 << 20)
            .channelOption(.datagramVectorReadMessageCount, value: Self.vector)
            .channelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.vector * 65_536)
            )
            .channelOption(.maxMessagesPerRead, value: 2)
            .channelOption(.receivePacketInfo, value: isWildcard)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramHandler(desk: desk.value, isIPv6: isIPv6))
                }
            }
            .bind(host: host, port: port).get()
        let handler = try await loop.submit {
            NIOLoopBound(
                try channel.pipeline.syncOperations.handler(type: DatagramHandler.self), eventLoop: loop)
        }.get()
        state.withLock { $0.handlers.append(handler) }
        return channel
    }

    /// Datagrams of one read: more of them delay the first one's answer, fewer cost a system call each.
    private static let vector = 32

    // MARK: Figures

    private func startTicks(_ loop: any EventLoop, _ desk: NIOLoopBound<SIPDesk>) {
        let figures = figures
        let handlers = state.withLock { $0.handlers }
        let ticks = loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(100), delay: .milliseconds(100)
        ) { _ in
            Self.tick(desk.value, handlers.map(\.value), figures)
        }
        state.withLock { $0.ticks = ticks }
    }

    private static func tick(_ desk: SIPDesk, _ handlers: [DatagramHandler], _ figures: SIPFigures) {
        var fullest = OverloadGauge.Queues()
        for handler in handlers {
            let queue = handler.look()
            fullest.fill = max(fullest.fill, queue.fill)
            fullest.dropped &+= queue.dropped
        }
        desk.noteQueues(fullest)
        desk.learnContacts()
        desk.publish(to: figures)
        let drops = handlers.reduce(UInt64(0)) { $0 &+ $1.kernelDrops }
        let full = handlers.reduce(UInt64(0)) { $0 &+ $1.notSent.full }
        let refused = handlers.reduce(UInt64(0)) { $0 &+ $1.notSent.refused }
        let tooLong = handlers.reduce(UInt64(0)) { $0 &+ $1.notSent.tooLong }
        figures.update { values in
            values.kernelDrops = drops
            values.answersQueueFull = full
            values.answersRefused = refused
            values.answersTooLong = tooLong
        }
    }

    /// Brings the figures up to date.
    func publish() async {
        let handlers = state.withLock { $0.handlers }
        await onDesk { [figures] in Self.tick($0, handlers.map(\.value), figures) }
    }
}
