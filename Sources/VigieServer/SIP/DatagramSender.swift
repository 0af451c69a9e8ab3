import CDatagrams
import VigieWire

/// Collects the answers of a batch and hands them to the kernel together.
///
/// Answers of one size to one destination that follow each other go as one (UDP_SEGMENT). It never waits: what the socket's queue does
/// not take is dropped and counted; the client asks again.
@safe
struct DatagramSender: ~Copyable {
    /// Answers of one batch; further ones are sent at once.
    private static let maxItems = 256
    private static let maxBytes = 1 << 19  // 256 answers of 2 KiB
    // Linux takes at most 64 segments, and 65,507 octets, in one call.
    private static let maxSegments = 60
    private static let maxSegmented = 60_000
    private static let maxDatagram = 65_507  // 65,535 octets of an IPv4 packet without its header and UDP's

    /// Datagrams the kernel took.
    private(set) var sent: UInt64 = 0
    /// Answers left out because the socket's queue was full.
    private(set) var queueFull: UInt64 = 0
    /// Answers the kernel refused: no route, not permitted.
    private(set) var refused: UInt64 = 0
    /// Answers left out because no datagram can hold them.
    private(set) var tooLong: UInt64 = 0

    private let octets: UnsafeMutablePointer<UInt8>
    private let items: UnsafeMutablePointer<vigie_datagram>
    private var used = 0
    private var count = 0
    private var segments = 0

    init() {
        unsafe octets = .allocate(capacity: Self.maxBytes)
        unsafe items = .allocate(capacity: Self.maxItems)
        unsafe items.initialize(repeating: vigie_datagram(), count: Self.maxItems)
    }

    deinit {
        unsafe octets.deallocate()
        unsafe items.deallocate()
    }

    /// Adds one answer.
    ///
    /// - Parameters:
    ///   - source: the address it is to come from, where the socket listens on several; `nil`: any.
    ///   - scope: of a link-local IPv6 address.
    mutating func add(
        _ bytes: Span<UInt8>, to destination: IPEndpoint, from source: IPEndpoint?, scope: UInt32,
        through socket: DatagramSocket
    ) {
        guard bytes.count > 0 else { return }
        guard bytes.count <= Self.maxDatagram else {
            tooLong &+= 1
            return
        }
        if used + bytes.count > Self.maxBytes || count == Self.maxItems { flush(through: socket) }
        let offset = used
        // In bounds: `used + bytes.count <= maxBytes` by the lines above.
        unsafe bytes.withUnsafeBufferPointer { from in
            if let base = from.baseAddress {
                unsafe (octets + offset).update(from: base, count: from.count)
            }
        }
        used += bytes.count
        if socket.canSegment, extend(by: bytes.count, destination, source) { return }
        var item = vigie_datagram()
        item.high = destination.high
        item.low = destination.low
        item.port = destination.port
        item.source_high = source?.high ?? 0
        item.source_low = source?.low ?? 0
        item.scope = scope
        item.offset = UInt32(offset)
        item.length = UInt32(bytes.count)
        unsafe items[count] = item  // `count < maxItems` by the flush above
        count += 1
        segments = 1
    }

    /// Makes the new bytes a segment of the last item, if they have its size and its way.
    private func canExtend(by size: Int, _ destination: IPEndpoint, _ source: IPEndpoint?) -> Bool {
        guard count > 0, segments < Self.maxSegments else { return false }
        let last = unsafe items[count - 1]
        let unit = last.segment == 0 ? Int(last.length) : Int(last.segment)
        return size == unit && Int(last.length) + size <= Self.maxSegmented && last.low == destination.low
            && last.high == destination.high && last.port == destination.port
            && last.source_low == source?.low ?? 0 && last.source_high == source?.high ?? 0
    }

    private mutating func extend(by size: Int, _ destination: IPEndpoint, _ source: IPEndpoint?) -> Bool {
        guard canExtend(by: size, destination, source) else { return false }
        unsafe items[count - 1].segment = UInt16(size)
        unsafe items[count - 1].length += UInt32(size)
        segments += 1
        return true
    }

    /// Sends what was added.
    mutating func flush(through socket: DatagramSocket) {
        guard count > 0 else { return }
        var counts = vigie_send_counts()
        unsafe vigie_send_datagrams(
            socket.descriptor, socket.isIPv6 ? 1 : 0, octets, items, UInt32(count), &counts)
        sent &+= UInt64(counts.sent)
        queueFull &+= UInt64(counts.full)
        refused &+= UInt64(counts.failed)
        used = 0
        count = 0
        segments = 0
    }
}

/// A UDP socket that an event loop reads, and `DatagramSender` writes.
struct DatagramSocket: BitwiseCopyable {
    /// Valid as long as its channel is open.
    let descriptor: CInt
    let isIPv6: Bool
    let canSegment: Bool

    init(descriptor: CInt, isIPv6: Bool) {
        self.descriptor = descriptor
        self.isIPv6 = isIPv6
        canSegment = vigie_can_segment(descriptor) != 0
    }

    /// How full the receive queue is, in `0...1`, and how many datagrams it dropped since the socket was opened.
    func receiveQueue() -> (fill: Double, dropped: UInt32) {
        var waiting: UInt32 = 0
        var size: UInt32 = 0
        var dropped: UInt32 = 0
        guard unsafe vigie_receive_queue(descriptor, &waiting, &size, &dropped) == 0, size > 0 else {
            return (0, 0)
        }
        return (Double(waiting) / Double(size), dropped)
    }
}
