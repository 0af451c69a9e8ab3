/// Writes signalling messages as HEP version 3 packets (HEP specification revision 37), as a capture agent sends them.
public enum HEPEncoder {
    /// Appends one HEP3 packet that carries `message` as SIP.
    ///
    /// Chunks written, all of vendor 0: address family 1, IP protocol 2, addresses 3 and 4 (or 5 and 6), ports 7 and 8, seconds
    /// 9, microseconds 0x0a, protocol 0x0b, agent 0x0c, correlation id 0x11 when given, payload 0x0f last.
    ///
    /// - Parameters:
    ///   - correlation: the correlation id's bytes; at most 1,024 are written; empty leaves the chunk out.
    /// - Returns: `false`, with nothing appended, when the packet would be longer than its 16-bit length can say.
    @discardableResult
    public static func append(
        _ message: Span<UInt8>, packet: SignallingPacket, correlation: [UInt8] = [], to output: inout [UInt8]
    ) -> Bool {
        let start = output.count
        guard message.count <= 65_535 - 256 - min(correlation.count, 1_024) else { return false }
        output.append(contentsOf: [0x48, 0x45, 0x50, 0x33, 0, 0])
        let isIPv4 = packet.source.isIPv4 && packet.destination.isIPv4
        chunk(1, UInt8(isIPv4 ? 2 : 10), &output)
        chunk(2, protocolNumber(packet.transport), &output)
        if isIPv4 {
            chunk(3, UInt32(truncatingIfNeeded: packet.source.low), &output)
            chunk(4, UInt32(truncatingIfNeeded: packet.destination.low), &output)
        } else {
            for (type, endpoint) in [(UInt16(5), packet.source), (6, packet.destination)] {
                header(type, 16, &output)
                output.big64(endpoint.high)
                output.big64(endpoint.low)
            }
        }
        chunk(7, packet.source.port, &output)
        chunk(8, packet.destination.port, &output)
        chunk(9, UInt32(truncatingIfNeeded: packet.time.seconds), &output)
        chunk(0x0A, UInt32(truncatingIfNeeded: packet.time.nanosecondsOfSecond / 1_000), &output)
        chunk(0x0B, UInt8(1), &output)
        chunk(0x0C, packet.captureAgent, &output)
        if !correlation.isEmpty {
            let part = correlation.prefix(1_024)
            header(0x11, part.count, &output)
            output.append(contentsOf: part)
        }
        header(0x0F, message.count, &output)
        output.append(span: message)
        output.setBig16(UInt16(output.count - start), at: start + 4)
        return true
    }

    private static func protocolNumber(_ transport: SignallingPacket.Transport) -> UInt8 {
        switch transport {
        case .udp: 17
        case .tcp, .tls, .webSocket: 6
        case .sctp: 132
        }
    }

    private static func header(_ type: UInt16, _ length: Int, _ output: inout [UInt8]) {
        output.big16(0)
        output.big16(type)
        output.big16(UInt16(length + 6))
    }

    private static func chunk(_ type: UInt16, _ value: UInt8, _ output: inout [UInt8]) {
        header(type, 1, &output)
        output.append(value)
    }

    private static func chunk(_ type: UInt16, _ value: UInt16, _ output: inout [UInt8]) {
        header(type, 2, &output)
        output.big16(value)
    }

    private static func chunk(_ type: UInt16, _ value: UInt32, _ output: inout [UInt8]) {
        header(type, 4, &output)
        output.big32(value)
    }
}
