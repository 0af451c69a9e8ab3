/// Where a request came from, and whether Vigie knows the sender.
public struct SIPSender: Sendable {
    /// Address and port that the packet, or the connection, came from.
    public var source: IPEndpoint
    /// Over what.
    public var transport: SignallingPacket.Transport
    /// Whether a peer is configured for it; requests of others get 403.
    public var isKnown: Bool

    /// A sender.
    public init(source: IPEndpoint, transport: SignallingPacket.Transport, isKnown: Bool) {
        self.source = source
        self.transport = transport
        self.isKnown = isKnown
    }

    /// Whether answers go back on the connection by which the request came.
    public var isStream: Bool { transport != .udp }
}

/// An answer under construction: its bytes, and where they go.
public struct SIPAnswer: ~Copyable {
    /// The bytes; empty when nothing goes back.
    public internal(set) var buffer = OctetBuffer()
    /// Where a datagram goes; for a stream, the other end of the connection.
    public internal(set) var destination = IPEndpoint(high: 0, low: 0, port: 0)

    /// An empty answer.
    public init() {}

    /// The bytes; empty when nothing goes back.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { buffer.span }
    }
}

/// What to tell peers that offer overload control (RFC 7339, RFC 7415): in the topmost `Via` of every answer.
public struct SIPOverloadReport: Hashable, Sendable {
    /// Share of new calls to keep back, percent, for peers that offer `loss`.
    public var lossPercent: UInt8
    /// Calls a second to send at most, for peers that offer only `rate`: whole hundreds, 25,500 at most.
    public var callsPerSecond: UInt16
    /// Unix time in whole seconds of the last change; newer reports replace older ones.
    public var sequence: UInt32
    /// How long a report holds, milliseconds: longer than the second between two of them.
    public static let validityMilliseconds: UInt64 = 2_000

    /// A report.
    public init(lossPercent: UInt8, callsPerSecond: UInt16, sequence: UInt32) {
        self.lossPercent = min(100, lossPercent)
        self.callsPerSecond = min(callsPerSecond, 25_500) / 100 * 100
        self.sequence = sequence
    }
}

/// A new INVITE that waits for its decision.
public struct SIPInvite: Sendable {
    /// Hash of Call-ID, From tag and CSeq number under the responder's key: names the call attempt.
    public internal(set) var callKey: UInt64
    /// Whether it goes to an emergency service: it is answered *continue*, whatever else is wrong with it.
    public internal(set) var isEmergency: Bool
    /// Whether it belongs to a dialog: it is no new call.
    public internal(set) var isInDialog: Bool
    var place: Int
    var ids: SIPRequestIDs
}

/// What became of a received message.
public enum SIPReception: Sendable {
    /// It is settled; where `SIPTally.isAnswered`, the answer is ready.
    case done(SIPTally)
    /// It is a new INVITE: decide, then call `SIPResponder.answer`.
    case decide(SIPInvite)
}
