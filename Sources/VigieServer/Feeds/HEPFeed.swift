public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
import VigieWire

/// Why a feed did not start.
public struct FeedFailure: Error, CustomStringConvertible {
    /// What, where, and what to do.
    public var description: String
}

/// Takes mirrored signalling (HEP versions 1, 2 and 3) over UDP, TCP and TLS.
///
/// One thread for each UDP address, and one for all connections. What the line has no room for: over UDP it is dropped and counted, over a connection the agent is pushed
/// back. With a key, a packet without it is refused and counted, and a connection that sends one is closed.
public struct HEPFeed: Service {
    /// Where and within which limits.
    public struct Settings: Sendable {
        /// Addresses for UDP.
        public var udp: [ListenAddress] = []
        /// Addresses for TCP.
        public var tcp: [ListenAddress] = []
        /// Addresses for TLS; `certificate` and `privateKey` are needed.
        public var tls: [ListenAddress] = []
        /// PEM file of the certificate chain.
        public var certificate = ""
        /// PEM file of the private key.
        public var privateKey = ""
        /// The key that each packet must carry; empty: none is asked for.
        public var key: [UInt8] = []
        /// Connections at once.
        public var connections = 256
        /// Silence after which a connection is closed; agents send a keep-alive every minute or so.
        public var idle = Duration.seconds(600)
        /// Octets that the kernel keeps for each UDP socket, as far as `net.core.rmem_max` lets it.
        public var socketBytes = 32 << 20

        /// No address.
        public init() {}
    }

    /// The ports it got, in the order of the addresses.
    public struct Ports: Sendable {
        /// Of UDP.
        public var udp: [Int] = []
        /// Of TCP.
        public var tcp: [Int] = []
        /// Of TLS.
        public var tls: [Int] = []
    }

    private let settings: Settings
    private let line: LiveLine
    private let logger: Logger
    let counts = HEPCounts()
    private let limit: ConnectionLimit
    private let bound = Once<Ports?>()

    /// A feed that does not listen yet.
    public init(_ settings: Settings, line: LiveLine, logger: Logger = Logger(label: "vigie.hep")) {
        self.settings = settings
        self.line = line
        self.logger = logger
        limit = ConnectionLimit(settings.connections)
    }

    /// The ports, once all of them are open; `nil` when one could not be.
    public var ports: Ports? { get async { await bound.value } }

    /// The ports as far as they are known by now.
    var openPorts: Ports { (bound.current ?? nil) ?? Ports() }
    /// The addresses that were asked for.
    var addresses: (udp: [ListenAddress], tcp: [ListenAddress], tls: [ListenAddress]) {
        (settings.udp, settings.tcp, settings.tls)
    }

    /// Puts the feed's figures on a board.
    public func register(on board: CounterBoard) {
        let counts = counts
        let limit = limit
        let bound = bound
        board.register("hep") {
            var samples = counts.samples
            samples.append(MetricSample("vigie_hep_connections", [], Double(limit.count)))
            if let ports = bound.current ?? nil {
                samples.append(
                    MetricSample(
                        "vigie_hep_dropped_total", [("reason", "kernel-buffer-full")],
                        Double(KernelDrops.udp(ports: ports.udp))))
            }
            return samples
        }
    }

    /// Listens until the service group shuts down.
    ///
    /// - Throws: `FeedFailure` when an address cannot be listened on or the certificate cannot be read.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var channels: [any Channel] = []
        var readers: [HEPDatagramReader] = []
        do {
            var ports = Ports()
            for address in settings.udp {
                let channel = try await bindDatagrams(address, group)
                channels.append(channel)
                readers.append(try await reader(of: channel, address))
                ports.udp.append(channel.localAddress?.port ?? 0)
            }
            let tls = settings.tls.isEmpty ? nil : try Self.context(settings)
            for (address, context) in settings.tcp.map({ ($0, nil) }) + settings.tls.map({ ($0, tls) }) {
                let channel = try await bindStream(address, context, group)
                channels.append(channel)
                let port = channel.localAddress?.port ?? 0
                if context == nil { ports.tcp.append(port) } else { ports.tls.append(port) }
            }
            for reader in readers { reader.start() }
            bound.settle(ports)
        } catch {
            bound.settle(nil)
            for channel in channels { try? await channel.close() }
            try? await group.shutdownGracefully()
            throw error
        }
        try? await gracefulShutdown()
        for reader in readers { await reader.stop() }
        for channel in channels { try? await channel.close() }
        try? await group.shutdownGracefully()
    }

    private func bindDatagrams(_ address: ListenAddress, _ group: MultiThreadedEventLoopGroup) async throws
        -> any Channel
    {
        do {
            // The event loop keeps the socket and never reads it: `HEPDatagramReader` does.
            return try await DatagramBootstrap(group: group)
                .channelOption(.socketOption(.so_reuseaddr), value: 1)
                .channelOption(.socketOption(.so_rcvbuf), value: .init(settings.socketBytes))
                .channelOption(.autoRead, value: false)
                .bind(host: address.host, port: address.port).get()
        } catch { throw Self.failure("UDP", address, error) }
    }

    /// A reader of a socket, which stays open until the reader has stopped.
    private func reader(of channel: any Channel, _ address: ListenAddress) async throws -> HEPDatagramReader {
        let (line, counts, key) = (line, counts, settings.key)
        let reader = try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                HEPDatagramReader(descriptor: $0, line: line, counts: counts, key: key)
            }
        }.get()
        guard let reader else {
            throw FeedFailure(
                description: "hep: the UDP socket of \(address) cannot be read; choose another address")
        }
        return reader
    }

    private func bindStream(
        _ address: ListenAddress, _ tls: NIOSSLContext?, _ group: MultiThreadedEventLoopGroup
    ) async throws -> any Channel {
        let (line, counts, key, limit, idle) = (line, counts, settings.key, limit, settings.idle)
        let transport = tls == nil ? counts.tcp : counts.tls
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 256)
                .childChannelOption(.maxMessagesPerRead, value: 8)
                .childChannelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536)
                )
                .childChannelInitializer { channel in
                    guard limit.admit(channel) else {
                        counts.connectionsRefused.count()
                        return channel.close()
                    }
                    counts.connections.count()
                    return channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                        try pipeline.addHandler(
                            IdleStateHandler(readTimeout: .nanoseconds(idle.wholeNanoseconds)))
                        try pipeline.addHandler(
                            HEPStreamHandler(line: line, counts: counts, key: key, transport: transport))
                    }
                }
                .bind(host: address.host, port: address.port).get()
        } catch { throw Self.failure(tls == nil ? "TCP" : "TLS", address, error) }
    }

    private static func context(_ settings: Settings) throws -> NIOSSLContext {
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(settings.certificate).map {
                    .certificate($0)
                }, privateKey: .privateKey(try NIOSSLPrivateKey(file: settings.privateKey, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw FeedFailure(
                description:
                    "hep: the certificate \(settings.certificate) and its key \(settings.privateKey) cannot be used: \(error); both must be PEM files of one pair"
            )
        }
    }

    private static func failure(_ transport: String, _ address: ListenAddress, _ error: any Error)
        -> FeedFailure
    {
        FeedFailure(
            description:
                "hep: cannot listen on \(transport) \(address): \(ListenFailure.words(error))"
        )
    }
}
