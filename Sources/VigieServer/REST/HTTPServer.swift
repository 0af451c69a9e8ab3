import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
import VigieWire

/// Why the HTTP side did not start.
public enum HTTPServerError: Error, CustomStringConvertible {
    /// Open access was asked for on an address that others reach.
    case openBeyondLoopback(host: String)
    /// The certificate or its key cannot be used.
    case certificate(path: String, reason: String)
    /// The address could not be listened on.
    case cannotListen(host: String, port: Int, reason: String)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .openBeyondLoopback(let host):
            "http: \(host) is reached from other machines and access is open: set access to tokens, or listen on 127.0.0.1"
        case .certificate(let path, let reason):
            "http: the certificate \(path) or its key cannot be used: \(reason); both are PEM files that the node's user may read"
        case .cannotListen(let host, let port, let reason):
            "http: cannot listen on \(host):\(port): \(reason); free the port or choose another (0 takes a free one)"
        }
    }
}

/// Serves the API, the pages, `/metrics`, `/healthz` and `/readyz` over HTTP/1.1.
///
/// Bounded: connections, header bytes, body bytes, time for a request. Long work is done by others.
public struct HTTPServer: Service {
    private let settings: HTTPSettings
    private let services: HTTPServices
    private let bound = BoundPort()
    private let site: Site

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - settings: where and within which limits.
    ///   - services: what it shows and acts through.
    public init(settings: HTTPSettings = HTTPSettings(), services: HTTPServices) {
        self.settings = settings
        self.services = services
        site = Site(settings: settings, services: services)
    }

    /// The port it listens on, known once `run` has bound it; `nil` when it could not.
    public var port: Int? { get async { await bound.port } }

    /// Serves until the task is cancelled or the service group shuts down.
    ///
    /// - Throws: `HTTPServerError` when it cannot listen.
    public func run() async throws {
        guard settings.access == .tokens || settings.isLoopback else {
            bound.settle(nil)
            throw HTTPServerError.openBeyondLoopback(host: settings.host)
        }
        beginTokens()
        let site = site
        let bound = bound
        var log = services.logger
        log.logLevel = max(log.logLevel, .warning)  // the framework's own words: only when something is wrong
        let responder = CallbackResponder<HTTPContext> { request, context in
            await site.respond(to: request, context)
        }
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        let application = Application(
            responder: responder,
            server: try builder(limits),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "vigie",
                availableConnectionsDelegate: MaximumAvailableConnections(
                    settings.maxConnections, logger: log)),
            onServerRunning: { channel in
                bound.settle(channel.localAddress?.port)
            },
            logger: log)
        let events = services.events
        do {
            try await withGracefulShutdownHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await application.run() }
                    group.addTask {
                        // Only real time passes for a listener, whatever the node's clock says.
                        while true {
                            try await Task.sleep(for: .seconds(15))
                            events.beat()
                        }
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            } onGracefulShutdown: {
                events.close()
            }
        } catch let error as IOError where bound.current == nil {
            bound.settle(nil)
            throw HTTPServerError.cannotListen(
                host: settings.host, port: settings.port, reason: error.description)
        } catch {
            bound.settle(nil)
            throw error
        }
        bound.settle(nil)
    }
}

extension HTTPServer {
    /// At a first start somebody must be able to come in.
    private func beginTokens() {
        guard settings.access == .tokens, let file = services.tokens else { return }
        do throws(TokenError) {
            guard let path = try file.createFirst(now: NodeClock.real.now) else { return }
            services.logger.notice(
                "first start: the administrator's token is in a file; make one for each person with `vigie token create`",
                metadata: ["file": "\(path)"])
        } catch {
            services.logger.error("no token could be made", metadata: ["why": "\(error)"])
        }
    }

    private func builder(_ limits: HTTP1Channel.Configuration.DecoderConfiguration) throws(HTTPServerError)
        -> HTTPServerBuilder
    {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    RequestHeadTimer(limit: .nanoseconds(settings.idleTimeout.wholeNanoseconds))
                ],
                idleTimeout: .nanoseconds(settings.idleTimeout.wholeNanoseconds),
                httpDecoderConfiguration: limits))
        guard settings.isSecure else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(settings.certificate).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: settings.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: configuration)
        } catch {
            bound.settle(nil)
            throw .certificate(path: settings.certificate, reason: "\(error)")
        }
    }
}

/// What one request carries along: the connection's other end.
struct HTTPContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Address of the other end.
    let remote: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remote = source.channel.remoteAddress
    }
}
