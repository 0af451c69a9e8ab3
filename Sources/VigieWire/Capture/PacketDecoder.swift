/// Walks one captured packet from its link layer to a SIP message, and keeps what is spread over several packets.
///
/// Checksums are not verified: captures taken on the sending host hold unfinished ones (checksum offload).
struct PacketDecoder: ~Copyable {
    /// Where the current message's bytes are.
    enum Store { case nowhere, window, held, inflated, tcp }

    /// What to look at before the next packet is read.
    enum Pending { case nothing, tcp, hep, sctp }

    var packet = SignallingPacket(
        time: Timestamp(rawValue: 0), source: IPEndpoint(high: 0, low: 0, port: 0),
        destination: IPEndpoint(high: 0, low: 0, port: 0), transport: .udp)
    var malformed = NamedCounts()
    var dropped = NamedCounts()
    var hepPackets: UInt64 = 0
    /// Time, interface and offset of the current packet: HEP may replace the message's own.
    var frameTime = Timestamp(rawValue: 0)
    var frameInterface: UInt32 = 0
    var offset: UInt64 = 0
    /// Whether the capture kept only the beginning of the packet.
    var isCut = false
    /// How many octets of the IP packet were not captured, as far as its header tells.
    var missing = 0

    var store = Store.nowhere
    var lower = 0
    var upper = 0

    var pending = Pending.nothing
    var pendingStore = Store.nowhere
    var pendingLower = 0
    var pendingUpper = 0
    var pendingStream = 0

    var fragments = FragmentTable()
    var tcp = TCPTable()
    var inflater = PayloadInflater()
    /// A reassembled datagram, while a message in it is lent or more of it is pending.
    var held: [UInt8] = []
    var isHeldSet = false

    var hasPending: Bool { pending != .nothing }

    /// Starts a packet.
    mutating func begin(time: Timestamp, interface: UInt32, offset: UInt64, isCut: Bool) {
        frameTime = time
        frameInterface = interface
        self.offset = offset
        self.isCut = isCut
        missing = 0
        packet.time = time
        packet.captureAgent = interface
        packet.correlation = 0
        packet.offset = offset
        store = .nowhere
    }

    mutating func place(_ lower: Int, _ upper: Int, _ store: Store) {
        self.lower = lower
        self.upper = upper
        self.store = store
    }

    mutating func forgetMessage() { store = .nowhere }

    func withMessage<R, Failure: Error>(
        _ window: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> R
    ) throws(Failure) -> R {
        // The stream's buffer is retained, not copied.
        switch store {
        case .window: return try body(window.extracting(lower..<upper))
        case .held: return try body(held.span.extracting(lower..<upper))
        case .inflated: return try body(inflater.output.span.extracting(lower..<upper))
        case .tcp:
            let buffer = tcp.streams[pendingStream].buffer
            return try body(buffer.span.extracting(lower..<upper))
        case .nowhere: return try body(Span())
        }
    }

    /// Looks for a further message behind the one delivered last, in the same packet or TCP stream.
    mutating func resume(_ window: Span<UInt8>) -> Bool {
        switch pending {
        case .nothing: return false
        case .tcp: return drain(pendingStream)
        case .hep, .sctp:
            guard pendingStore == .held else { return resume(window, .window) }
            var taken: [UInt8] = []
            swap(&taken, &held)
            let found = resume(taken.span, .held)
            swap(&taken, &held)
            return found
        }
    }

    private mutating func resume(_ bytes: Span<UInt8>, _ store: Store) -> Bool {
        let isHEP = pending == .hep
        pending = .nothing
        return isHEP
            ? hepRun(bytes, pendingLower, pendingUpper, store)
            : sctpChunks(bytes, pendingLower, pendingUpper, store)
    }

    /// What a layer is known to be before it is read.
    enum Layer {
        case ethernet, etherType(UInt16), ip, gre, transport(UInt8), ppp, end
    }

    /// Reads a frame of `linkType` (registered LINKTYPE_ values) in `bytes[lower..<upper]`; `true` when a message was found.
    mutating func frame(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, linkType: UInt32) -> Bool {
        if isHeldSet {
            isHeldSet = false
            var taken: [UInt8] = []
            swap(&taken, &held)
            fragments.recycle(taken)
        }
        var at = lower
        let layer = link(bytes, &at, upper, linkType)
        return walk(bytes, at, upper, layer, .window)
    }

    /// Reads an IP payload that was put together from fragments.
    mutating func reassembled(_ datagram: consuming [UInt8], protocolNumber: UInt8) -> Bool {
        let bytes = datagram
        let found = walk(bytes.span, 0, bytes.count, .transport(protocolNumber), .held)
        // A datagram inside the datagram was fragmented itself: then the inner one holds the message.
        if found, !isHeldSet, store == .held || (hasPending && pendingStore == .held) {
            held = bytes
            isHeldSet = true
        } else {
            fragments.recycle(bytes)
        }
        return found
    }

    private mutating func walk(
        _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ first: Layer, _ store: Store
    ) -> Bool {
        var at = lower
        var end = upper
        var layer = first
        // Deeper nesting than this is an attack: Ethernet, 2 tags, IP, GRE, Ethernet, tag, IP, UDP makes 9.
        for _ in 0..<24 {
            switch layer {
            case .ethernet:
                guard end - at >= 14 else { return bad("ethernet-cut-short") }
                layer = .etherType(bytes.big16(at + 12))
                at += 14
            case .etherType(let type): layer = network(bytes, &at, &end, type)
            case .ip:
                guard at < end else { return bad("ip-cut-short") }
                switch bytes[at] >> 4 {
                case 4: layer = ipv4(bytes, &at, &end)
                case 6: layer = ipv6(bytes, &at, &end)
                default: return bad("ip-version-unknown")
                }
            case .gre: layer = gre(bytes, &at, end)
            case .ppp: layer = ppp(bytes, &at, end)
            case .transport(17): return udp(bytes, at, end, store)
            case .transport(6): return tcpSegment(bytes, at, end)
            case .transport(4), .transport(41): layer = .ip
            case .transport(47): layer = .gre
            case .transport(132): return sctp(bytes, at, end, store)
            case .transport(1), .transport(58): return leave("icmp")
            case .transport(50): return leave("ipsec-esp")
            case .transport: return leave("ip-protocol-not-read")
            case .end:
                guard fragments.isComplete else { return false }
                let number = fragments.completedProtocol
                return reassembled(fragments.takeCompleted(), protocolNumber: number)
            }
        }
        return bad("nesting-too-deep")
    }

    /// Counts something malformed; always `false`, so that callers can return it.
    mutating func bad(_ name: StaticString) -> Bool {
        malformed.count(name, at: offset)
        return false
    }

    /// Counts something that is left aside; always `false`.
    mutating func leave(_ name: StaticString) -> Bool {
        dropped.count(name, at: offset)
        return false
    }

    mutating func stop(_ name: StaticString) -> Layer {
        malformed.count(name, at: offset)
        return .end
    }

    mutating func aside(_ name: StaticString) -> Layer {
        dropped.count(name, at: offset)
        return .end
    }
}
