import Glibc
public import Logging
import NIOCore
import NIOPosix
import Synchronization
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
    }

    private struct State: Sendable {
        var ports = Ports()
        var channels: [any Channel] = []
        var handlers: [NIOLoopBound<DatagramHandler>] = []
        var ticks: RepeatedTask?
        var streams: StreamListeners?
    }

    let figures = SIPFigures()
    private let configuration: NodeConfiguration
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let loop: any EventLoop
    private let desk: NIOLoopBound<SIPDesk>
    private let logger: Logger
    private let state = Mutex(State())  // start and stop only

    /// A server that is not started.
    ///
    /// - Parameters:
    ///   - tables: where the filters in force are published.
    ///   - screening: the memory of the deciding thread, as a snapshot brought it back or new.
    ///   - events: takes every new call with what was decided.
    public init(
        _ configuration: NodeConfiguration, tables: PublishedTable, screening: sending Screening,
        symbols: NodeSymbols, events: CallEventRing, clock: NodeClock = .real, board: CounterBoard? = nil,
        logger: Logger = Logger(label: "vigie.sip")
    ) async throws {
        self.configuration = configuration
        self.logger = logger
        let loop = group.next()
        self.loop = loop
        let key = UInt64.random(in: .min ... .max)
        let box = Handover(screening)
        desk = try await loop.submit {
            guard let screening = box.take() else { throw CancellationError() }
            return NIOLoopBound(
                SIPDesk(
                    configuration, tables: tables, screening: screening, symbols: symbols, events: events,
                    clock: clock, key: key), eventLoop: loop)
        }.get()
        if let board { register(on: board, events: events) }
    }

    /// Where the server listens.
    public var ports: Ports { state.withLock { $0.ports } }

    /// Opens the sockets.
    ///
    /// - Throws: `Failure`, after closing what was opened.
    public func start() async throws {
        do {
            for address in configuration.sip.udp {
                let port = try await listen(udp: address)
                state.withLock { $0.ports.udp.append(port) }
            }
            let streams = try await StreamListeners(
                configuration, decisions: loop, connections: group.next(), desk: desk, logger: logger)
            try await streams.start()
            let bound = streams.ports
            state.withLock { state in
                state.streams = streams
                state.ports.tcp = bound.tcp
                state.ports.tls = bound.tls
            }
            try await startTicks()
        } catch {
            await stop()
            throw error
        }
    }

    /// Answers what waits, and closes every socket.
    public func stop() async {
        let (channels, streams, ticks) = state.withLock { state in
            defer { state = State() }
            return (state.channels, state.streams, state.ticks)
        }
        ticks?.cancel()
        await streams?.stop()
        for channel in channels { try? await channel.close() }
        await publish()
        try? await group.shutdownGracefully()
    }

    /// Sends new calls elsewhere from now on (503 with Retry-After to calls and pings), or takes them again; emergency calls are answered
    /// *continue* as ever.
    public func drain(_ isDraining: Bool = true) async {
        try? await loop.submit { [desk] in desk.value.isDraining = isDraining }.get()
    }

    /// What the filters did since the last report; `nil` when the thread has ended.
    func takeReport() async -> ScreeningReport? {
        try? await loop.submit { [desk] in desk.value.takeReport() }.get()
    }

    /// Takes over the peers, the texts and the certificates of a configuration; listeners stay as they are.
    ///
    /// - Throws: `Failure.certificate`, and nothing is changed.
    public func reload(_ configuration: NodeConfiguration) async throws {
        try state.withLock { $0.streams }?.reload(configuration.sip)
        try await loop.submit { [desk] in desk.value.reload(configuration) }.get()
    }

    // MARK: UDP

    /// One group of sockets on one port; see `ReusePortSteering`.
    private func listen(udp address: ListenAddress) async throws -> Int {
        let isIPv6 = address.host.contains(":")
        var port = address.port
        do {
            // A socket that shares nothing tells whether somebody else is there: the group below would share with them.
            let probe = try await DatagramBootstrap(group: loop).bind(host: address.host, port: port).get()
            port = probe.localAddress?.port ?? port
            try await probe.close()
            for index in 0..<ReusePortSteering.sockets {
                let channel = try await socket(address.host, port, isIPv6)
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

    private func socket(_ host: String, _ port: Int, _ isIPv6: Bool) async throws -> any Channel {
        // Sockets on all addresses answer from the one that was asked (RFC 3261 §18.2.2).
        let isWildcard = host == "0.0.0.0" || host == "::"
        let desk = desk
        let loop = loop
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(
                ChannelOptions.socket(SocketOptionLevel(SOL_SOCKET), SocketOptionName(SO_REUSEPORT)), value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.socketOption(.so_sndbuf), value: 4 << 20)
            .channelOption(.datagramVectorReadMessageCount, value: Self.vector)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.vector * 65_536))
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

    private func startTicks() async throws {
        let desk = desk
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
        desk.publish(to: figures)
        let drops = handlers.reduce(UInt64(0)) { $0 &+ $1.kernelDrops }
        let full = handlers.reduce(UInt64(0)) { $0 &+ $1.notSent.full }
        let refused = handlers.reduce(UInt64(0)) { $0 &+ $1.notSent.refused }
        figures.update { values in
            values.kernelDrops = drops
            values.answersQueueFull = full
            values.answersRefused = refused
        }
    }

    /// Brings the figures up to date.
    func publish() async {
        let handlers = state.withLock { $0.handlers }
        try? await loop.submit { [desk, figures] in
            Self.tick(desk.value, handlers.map(\.value), figures)
        }.get()
    }

    private func register(on board: CounterBoard, events: CallEventRing) {
        board.register("sip", samples: { [figures, weak self] in
            figures.snapshot.samples(events: events, streams: self?.state.withLock { $0.streams?.counters })
        })
    }
}

/// Carries one value to another thread, once.
private final class Handover<Value>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: sending Value) { self.value = Mutex(value) }

    func take() -> sending Value? {
        value.withLock { value in
            let taken = value
            value = nil
            return taken
        }
    }
}
