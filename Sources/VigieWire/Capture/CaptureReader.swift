/// Reads SIP messages out of a capture: pcap, pcapng, a stream of HEP packets, or one raw message.
///
/// `next()` moves to the following message; `packet` says when and between whom it travelled, `withMessage` lends its
/// bytes. A message in one UDP datagram is lent from the input window: nothing is copied, nothing allocated.
public final class CaptureReader {
    private var machine: CaptureMachine

    /// Reads `stream` as `format`; a format that holds no packets (rows, nothing, unknown) has no message.
    public init(_ stream: consuming ByteStream, format: InputFormat) {
        machine = CaptureMachine(stream, format)
    }

    /// Moves to the next message; `false` when there is none any more.
    ///
    /// - Throws: `InputError` when the rest cannot be read; every message before was delivered, and the next call says `false`.
    public func next() throws(InputError) -> Bool { try machine.next() }

    /// When and between whom the current message travelled.
    public var packet: SignallingPacket { machine.decoder.packet }

    /// Lends the bytes of the current message; none before the first `next()`.
    public func withMessage<R, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> R) throws(Failure)
        -> R
    {
        try machine.withMessage(body)
    }

    /// What was not as its standard says, by name; offsets are in the (decompressed) input.
    public var malformed: NamedCounts { machine.decoder.malformed }
    /// What was well-formed and left aside, by name: other protocols, duplicates, limits.
    public var dropped: NamedCounts { machine.decoder.dropped }
    /// Packets (pcap and pcapng records, HEP packets of a stream) read so far.
    public var packets: UInt64 { machine.packets }
    /// HEP packets met so far, in a capture or a stream.
    public var hepPackets: UInt64 { machine.decoder.hepPackets }
    /// Bytes of the (decompressed) input that were understood so far.
    public var bytesRead: UInt64 { machine.stream.offset }
}
