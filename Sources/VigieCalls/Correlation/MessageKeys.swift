import VigieWire

/// Which attempt a message belongs to, as hashes: what the joiner looks at in every message.
struct MessageKeys {
    /// Call-ID and From tag: the leg of a request by its caller, and of every response to it.
    var leg: UInt64
    /// Call-ID and To tag: the leg of a request by the called side; 0 without a To tag.
    var reverseLeg: UInt64
    /// The Call-ID alone.
    var callID: UInt64
    var hasToTag: Bool
}

/// Hashes the ids of messages, each kind of id in a space of its own, under one key.
struct MessageHasher: Sendable {
    /// Unknown to those who send the messages.
    var key: UInt64

    // One odd constant per kind of id.
    private static let legSpace: UInt64 = 0xD1B5_4A32_D192_ED03
    private static let linkSpace: UInt64 = 0xAEF1_7502_108E_F2D9
    private static let chargingSpace: UInt64 = 0xF135_7AEA_2E62_A9C5
    private static let sessionSpace: UInt64 = 0x9E6C_63D0_876A_46AD
    private static let agentSpace: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let numbersSpace: UInt64 = 0x8CB9_2BA7_2F3D_8DD7
    private static let machineSpace: UInt64 = 0xABC9_8388_FB8F_AC03

    /// Call-ID and tags; `nil` when there is no Call-ID or no From.
    func keys(_ message: borrowing SIPMessage) -> MessageKeys? {
        let callID = message.callID
        guard !callID.isEmpty, let from = message.value(.from) else { return nil }
        let base = message[callID].keyedHash(key)
        var keys = MessageKeys(
            leg: leg(base, tag(message, from)), reverseLeg: 0, callID: base, hasToTag: false)
        if let to = message.value(.to) {
            let toTag = tag(message, to)
            if toTag != 0 {
                keys.hasToTag = true
                keys.reverseLeg = leg(base, toTag)
            }
        }
        return keys
    }

    private func leg(_ callID: UInt64, _ tag: UInt64) -> UInt64 {
        (callID ^ Self.legSpace).folded(with: tag ^ key ^ 0x2127_599B_F432_5C37)
    }

    // RFC 3261 §20.20: `tag` is a parameter of the header field. It stands behind the last `>`, or, without brackets, behind
    // the first `;` (§20.10); everything before that may be skipped without reading it.
    private func tag(_ message: borrowing SIPMessage, _ value: SIPSlice) -> UInt64 {
        let octets = message[value]
        var start = octets.count
        while start > 0, octets[start - 1] != 0x3E { start -= 1 }  // ">"
        var index = start
        while index + 5 <= octets.count {
            if octets[index] == 0x3B {
                var name = index + 1
                while name < octets.count, octets[name] == 0x20 || octets[name] == 0x09 { name += 1 }
                if name + 4 <= octets.count, octets[name] | 0x20 == 0x74, octets[name + 1] | 0x20 == 0x61,
                    octets[name + 2] | 0x20 == 0x67
                {
                    var from = name + 3
                    while from < octets.count, octets[from] == 0x20 || octets[from] == 0x09 { from += 1 }
                    if from < octets.count, octets[from] == 0x3D {
                        from += 1
                        while from < octets.count, octets[from] == 0x20 || octets[from] == 0x09 { from += 1 }
                        var end = from
                        while end < octets.count, octets[end] != 0x3B, octets[end] > 0x20, octets[end] != 0x2C
                        { end += 1 }
                        return octets.extracting(from..<end).keyedHash(key) | 1
                    }
                }
            }
            index += 1
        }
        return 0
    }

    /// The branch of the top `Via`, in 32 bits; 0 without one.
    func branch(_ message: borrowing SIPMessage) -> UInt32 {
        guard let via = message.topVia, !via.branch.isEmpty else { return 0 }
        return UInt32(truncatingIfNeeded: message[via.branch].keyedHash(key))
    }

    /// The hop of a packet, in 32 bits.
    func hop(_ packet: SignallingPacket) -> UInt32 { hop(packet.source, packet.destination) }

    /// A hop, in 32 bits.
    func hop(_ from: IPEndpoint, _ to: IPEndpoint) -> UInt32 {
        let source = (from.low ^ from.high.byteSwapped ^ key).folded(
            with: UInt64(from.port) ^ Self.machineSpace)
        let both = (to.low ^ to.high.byteSwapped ^ source).folded(with: UInt64(to.port) ^ Self.linkSpace)
        return UInt32(truncatingIfNeeded: both)
    }

    /// What another leg's Call-ID names (`X-Call-ID` and its like).
    func link(callID: UInt64) -> UInt64 { (callID ^ Self.linkSpace).folded(with: key ^ Self.legSpace) }
    func charging(_ octets: Span<UInt8>) -> UInt64 { octets.keyedHash(key ^ Self.chargingSpace) }
    func session(_ octets: Span<UInt8>) -> UInt64 { octets.keyedHash(key ^ Self.sessionSpace) }
    func agent(_ correlation: UInt64) -> UInt64 { (correlation ^ key).folded(with: Self.agentSpace) }
    func callID(_ octets: Span<UInt8>) -> UInt64 { octets.keyedHash(key) }

    /// Two numbers, by their last digits, so that national and international forms meet.
    func numbers(_ caller: UInt64, _ called: UInt64) -> UInt64 {
        (caller ^ key).folded(with: called ^ Self.numbersSpace) | 1
    }

    /// A caller waiting at a machine.
    func machine(_ caller: UInt64, _ endpoint: IPEndpoint, withPort: Bool) -> UInt64 {
        let place = (endpoint.low ^ endpoint.high.byteSwapped).folded(with: Self.machineSpace ^ key)
        return (caller ^ key ^ (withPort ? UInt64(endpoint.port) << 40 : 0)).folded(
            with: place ^ Self.machineSpace) | 1
    }
}
