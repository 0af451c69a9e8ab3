/// Reads HEP packets as they come in by a socket, and checks the key that agents share.
///
/// Each packet has one outcome, so that received = messages + refused + aside. Allocates nothing for a message that is not compressed.
public struct HEPReceiver: ~Copyable {
    /// What one packet was.
    public enum Outcome: Sendable {
        /// It carried a SIP message, which was delivered.
        case message
        /// It is not as the specification says, or its key is not ours; by name.
        case refused(StaticString)
        /// It is in order and carries nothing for us: another protocol, a keep-alive; by name.
        case aside(StaticString)
    }

    private let key: [UInt8]
    private var inflater = PayloadInflater()
    private var packet = SignallingPacket(
        time: .distantPast, source: IPEndpoint(ipv4: 0, port: 0), destination: IPEndpoint(ipv4: 0, port: 0),
        transport: .udp)
    /// What was read over, by name.
    public private(set) var oddities = NamedCounts()

    /// A receiver that asks each packet for `key` (chunk 0x0e); empty: for none.
    ///
    /// Versions 1 and 2 carry no key: where one is asked for they are refused.
    public init(key: [UInt8] = []) { self.key = key }

    /// Reads the packets that stand behind each other in a datagram, calling `outcome` for each and `deliver` for each message.
    ///
    /// - Parameter arrival: the time of packets that tell none.
    public mutating func read(
        _ bytes: Span<UInt8>, arrival: Timestamp, outcome: (Outcome) -> Void,
        deliver: (SignallingPacket, Span<UInt8>) -> Void
    ) {
        var at = 0
        repeat {
            var end = bytes.count
            if HEPPacket.isMagic3(bytes, at, end), end - at >= 6 {
                // What follows a packet and is none itself is padding.
                let next = at + max(6, Int(bytes.big16(at + 4)))
                if next < end, HEPPacket.isMagic3(bytes, next, end) { end = next }
            }
            outcome(readPacket(bytes, at, end, arrival, deliver))
            at = end
        } while at < bytes.count
    }

    private mutating func readPacket(
        _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ arrival: Timestamp,
        _ deliver: (SignallingPacket, Span<UInt8>) -> Void
    ) -> Outcome {
        var hep = HEPPacket()
        if let rule = hep.read(bytes, lower, upper) { return .refused(rule) }
        if !key.isEmpty {
            guard !hep.authenticationKey.isEmpty else { return .refused("hep-without-key") }
            let given = bytes.extracting(
                Int(hep.authenticationKey.lower)..<Int(hep.authenticationKey.upper))
            guard given.isEqualInConstantTime(key.span) else { return .refused("hep-wrong-key") }
        }
        if let oddity = hep.oddity { oddities.count(oddity, at: 0) }
        guard hep.protocolType == 1 else { return .aside(HEPPacket.protocolName(hep.protocolType)) }
        guard !hep.payload.isEmpty else {
            return .aside(hep.keepAlive > 0 ? "keep-alive" : "hep-no-payload")
        }
        hep.describe(&packet, bytes, otherwise: arrival)
        let payload = Int(hep.payload.lower)..<Int(hep.payload.upper)
        guard hep.isCompressed else { return payloadOutcome(bytes.extracting(payload), deliver) }
        do throws(PayloadInflater.Failure) {
            try inflater.inflate(bytes, payload.lowerBound, payload.upperBound)
        } catch {
            return .refused(
                error == .tooLong ? "hep-payload-inflates-too-far" : "hep-payload-not-inflatable")
        }
        var output: [UInt8] = []
        inflater.swapOutput(&output)
        defer { inflater.swapOutput(&output) }
        return payloadOutcome(output.span.extracting(first: inflater.count), deliver)
    }

    /// The agent says it is SIP: what has no start line is delivered too, for the SIP parser to name what is wrong.
    private mutating func payloadOutcome(
        _ bytes: Span<UInt8>, _ deliver: (SignallingPacket, Span<UInt8>) -> Void
    ) -> Outcome {
        let first = SIPStart.skipBlank(bytes, 0, bytes.count)
        guard bytes.count - first > 4 else { return .aside("keep-alive") }
        let start = SIPStart.find(bytes, first, bytes.count)
        if start < 0 { oddities.count("hep-payload-without-start-line", at: 0) }
        deliver(packet, bytes.extracting((start < 0 ? first : start)..<bytes.count))
        return .message
    }
}

extension Span where Element == UInt8 {
    /// Whether the octets are the same, in a time that does not tell where they differ; lengths are no secret.
    public func isEqualInConstantTime(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }
}
