import Foundation

/// The ports that a node opened, by what they are for: what `--ready-file` tells.
public struct NodePorts: Codable, Sendable, Equatable {
    /// Of the API and the pages.
    public var http: Int?
    /// Of mirrored signalling over UDP.
    public var hep_udp: [Int] = []
    /// Of mirrored signalling over TCP.
    public var hep_tcp: [Int] = []
    /// Of mirrored signalling over TLS.
    public var hep_tls: [Int] = []
    /// Of SIP servers over UDP.
    public var sip_udp: [Int] = []
    /// Of SIP servers over TCP.
    public var sip_tcp: [Int] = []
    /// Of SIP servers over TLS.
    public var sip_tls: [Int] = []
    /// The directory where files are dropped; `nil`: none.
    public var spool: String?
    /// The process.
    public var pid = Int(ProcessInfo.processInfo.processIdentifier)

    /// No port yet.
    public init() {}

    /// The ports as JSON, one line.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
