/// What is known about one signalling message beside its bytes: when, from where, to where, and who saw it.
public struct SignallingPacket: Hashable, Sendable {
    /// How the message travelled.
    public enum Transport: UInt8, Sendable { case udp, tcp, tls, sctp, webSocket }

    /// When the probe saw it (for a message over several segments: its last byte).
    public var time: Timestamp
    /// Who sent it.
    public var source: IPEndpoint
    /// To whom.
    public var destination: IPEndpoint
    /// Over what.
    public var transport: Transport
    /// HEP capture agent (chunk 0x0c), or the capture file's interface number; 0 when there is none.
    public var captureAgent: UInt32
    /// Keyed hash of the HEP correlation id (chunk 0x11); 0 when there is none.
    public var correlation: UInt64
    /// Offset in the input of the first byte of the packet that completed the message.
    public var offset: UInt64

    /// All fields at once.
    public init(
        time: Timestamp, source: IPEndpoint, destination: IPEndpoint, transport: Transport,
        captureAgent: UInt32 = 0,
        correlation: UInt64 = 0, offset: UInt64 = 0
    ) {
        self.time = time
        self.source = source
        self.destination = destination
        self.transport = transport
        self.captureAgent = captureAgent
        self.correlation = correlation
        self.offset = offset
    }
}
