/// Where and within which limits the node answers HTTP.
public struct HTTPSettings: Sendable {
    /// Who may come in.
    public enum Access: Sendable, Equatable {
        /// Everybody on this machine, as `lab` with every right; refused on any other address than loopback.
        case open
        /// Whoever shows a token.
        case tokens
    }

    /// Address or name to listen on.
    public var host = "127.0.0.1"
    /// Port to listen on; 0: one that is free.
    public var port = 8_080
    /// Who may come in.
    public var access = Access.tokens
    /// Connections at once; further ones wait in the kernel's queue.
    public var maxConnections = 512  // a control room's browsers, scrapers and probes, ten times over
    /// Quiet time after which a connection that does not wait for an answer is closed.
    public var idleTimeout: Duration = .seconds(60)
    /// Time within which a request's body must have come and its answer be ready; live events excepted.
    public var requestTimeout: Duration = .seconds(30)
    /// Bytes of a JSON body.
    public var maxBodyBytes = 1 << 20  // a filter with 10,000 listed numbers has 200 KiB
    /// Bytes of one batch of call records.
    public var maxBatchBytes = 32 << 20  // 100,000 records of 300 bytes
    /// Names under which browsers reach the node, beside its address: checked against DNS rebinding in open access.
    public var names: [String] = []
    /// Listeners of live events at once.
    public var maxEventListeners = 128

    /// PEM file of the certificate chain; empty: plain HTTP.
    public var certificate = ""
    /// PEM file of the private key.
    public var key = ""

    /// Whether browsers reach it by TLS, so that cookies may ask for it.
    var isSecure: Bool { !certificate.isEmpty }

    /// The defaults: loopback, port 8080, with tokens.
    public init() {}

    /// Whether `host` is this machine only.
    public var isLoopback: Bool { Self.isLoopback(host) }

    /// Whether an address or name is this machine only.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || isLoopbackIPv4(host)
    }

    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
