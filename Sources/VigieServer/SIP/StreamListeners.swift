import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import VigieWire

/// The TCP and TLS listeners of the SIP server, on a thread of their own.
final class StreamListeners: Sendable {
    private let configuration: NodeConfiguration
    private let loop: any EventLoop
    private let connections: NIOLoopBound<StreamConnections>
    private let tls = Mutex<NIOSSLContext?>(nil)  // swapped by a reload, read by each new connection
    private let channels = Mutex<[any Channel]>([])  // start and stop only
    private let bound = Mutex(SIPServer.Ports())  // start only
    private let sweeps = Mutex<RepeatedTask?>(nil)  // start and stop only
    private let logger: Logger

    init(
        _ configuration: NodeConfiguration, decisions: any EventLoop, connections loop: any EventLoop,
        desk: NIOLoopBound<SIPDesk>, emergency: EmergencyRule, counters: StreamCounters, logger: Logger
    ) async throws {
        self.configuration = configuration
        self.loop = loop
        self.logger = logger
        connections = try await loop.submit {
            let connections = NIOLoopBound(
                StreamConnections(configuration.sip, emergency: emergency, counters: counters),
                eventLoop: loop)
            let exchange = StreamExchange(decisions: decisions, desk: desk) { answers in
                loop.execute { connections.value.deliver(answers) }
            } resume: {
                loop.execute { connections.value.resume() }
            }
            connections.value.attach(exchange)
            return connections
        }.get()
    }

    /// The real ports.
    var ports: SIPServer.Ports { bound.withLock { $0 } }

    func start() async throws {
        guard !configuration.sip.tcp.isEmpty || !configuration.sip.tls.isEmpty else { return }
        Self.raiseFileLimit()
        try prepare(configuration)()
        for address in configuration.sip.tcp {
            let port = try await listen(address, isTLS: false)
            bound.withLock { $0.tcp.append(port) }
        }
        for address in configuration.sip.tls {
            let port = try await listen(address, isTLS: true)
            bound.withLock { $0.tls.append(port) }
        }
        let connections = connections
        let sweep = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            connections.value.sweep()
        }
        sweeps.withLock { $0 = sweep }
    }

    func stop() async {
        sweeps.withLock { $0 }?.cancel()
        for channel in channels.withLock({ $0 }) { try? await channel.close() }
    }

    /// Reads certificate, key and authorities; what is returned makes new connections use them.
    ///
    /// - Throws: `SIPServer.Failure.certificate`; the old ones stay in use.
    func prepare(_ configuration: NodeConfiguration) throws -> @Sendable () -> Void {
        guard !configuration.sip.tls.isEmpty else { return {} }
        let context = try SIPCertificates.context(configuration.sip, configuration, logger)
        return { [self] in tls.withLock { $0 = context } }
    }

    private func listen(_ address: ListenAddress, isTLS: Bool) async throws -> Int {
        let connections = connections
        let bootstrap = ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 2_048, maximum: 16_384)
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: StreamConnections.unread / 2, high: StreamConnections.unread)
            )
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try self.begin(channel, connections.value, isTLS) }
            }
        do {
            let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
            channels.withLock { $0.append(channel) }
            return channel.localAddress?.port ?? address.port
        } catch {
            throw SIPServer.Failure.cannotListen(
                transport: isTLS ? "tls" : "tcp", address: "\(address)", reason: ListenFailure.words(error))
        }
    }

    private struct NotTaken: Error {}

    private func begin(_ channel: any Channel, _ connections: StreamConnections, _ isTLS: Bool) throws {
        guard let handler = connections.admit(channel.remoteAddress, isTLS: isTLS) else { throw NotTaken() }
        if isTLS {
            guard let context = tls.withLock({ $0 }) else { throw NotTaken() }
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    // Each connection is a file; the soft limit of a login is often 1,024.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            limit.rlim_cur < limit.rlim_max
        else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
