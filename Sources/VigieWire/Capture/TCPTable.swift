/// One direction of a TCP connection.
struct TCPStream {
    /// How the octets behind `head` are understood.
    enum State {
        /// A message, a HEP packet or a keep-alive begins at `head`.
        case synchronised
        /// In the middle of something: the next start line is looked for.
        case searching
        /// TLS, HTTP or WebSocket: nothing here is for us until the next SYN.
        case ignored
    }

    /// What happens once everything that can be read from the buffer was read.
    enum Ending { case open, gap, closed }

    struct Segment {
        var sequence: UInt32
        var bytes: [UInt8]
    }

    var source: IPEndpoint
    var destination: IPEndpoint
    var state: State
    var ending = Ending.open
    /// Sequence number of the octet behind the buffer.
    var next: UInt32
    var buffer: [UInt8] = []
    /// Sequence number of the first octet.
    var initial: UInt32
    /// Index in `buffer` of the first octet not yet delivered.
    var head = 0
    /// Index up to which the end of the headers was searched.
    var scanned = 0
    /// Index of the end of the message at `head`, once its headers are whole; 0 before.
    var messageEnd = 0
    /// Segments ahead of `next`, in order.
    var ahead: [Segment] = []
    var aheadBytes = 0
    var aheadSince = Timestamp(rawValue: 0)
    /// Sequence number of the FIN, when one was seen.
    var finish: UInt32?
    /// For second-chance eviction.
    var wasUsed = true
    /// What an ignored stream is counted as.
    var ignoredName: StaticString = "tcp-not-sip"
    /// Whether anything was understood since the start.
    var hasSpoken = false
}

/// The TCP streams that are being read, keyed by source and destination.
///
/// Where segments overlap, the octets that came first stay. Segments ahead of a hole wait until it is filled, or until 3 seconds of packet
/// time, 256 segments or 256 KiB have passed: then the hole is a gap, and reading goes on at the next start line.
struct TCPTable: ~Copyable {
    /// Twice what one SBC keeps open to its peers; the least used stream leaves first.
    static let maxStreams = 4_096
    /// Octets waiting in all streams; one message is 128 KiB at most.
    static let maxBytes = 32 << 20
    static let maxAheadSegments = 256
    static let maxAheadBytes = 256 << 10
    static let patience = Duration.seconds(3)
    /// Sequence numbers further away than this belong to another connection on the same ports.
    static let maxJump: Int32 = 1 << 20

    struct Key: Hashable {
        var source: IPEndpoint
        var destination: IPEndpoint
    }

    /// What a segment leads to.
    enum Outcome { case nothing, readable(Int) }

    var streams: [TCPStream] = []
    private var index: [Key: Int] = [:]
    private var free: [Int] = []
    private var hand = 0
    private var bytesHeld = 0

    var openStreams: Int { index.count }

    /// The slot of a stream that is known.
    func slot(_ key: Key) -> Int? { index[key] }

    /// A slot for a new stream; evicts one when all are taken.
    mutating func open(
        _ key: Key, next: UInt32, state: TCPStream.State, dropped: inout NamedCounts, at offset: UInt64
    )
        -> Int
    {
        while index.count >= Self.maxStreams || bytesHeld > Self.maxBytes, !index.isEmpty {
            evict(&dropped, at: offset)
        }
        let stream = TCPStream(
            source: key.source, destination: key.destination, state: state, next: next, initial: next)
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            streams[slot] = stream
        } else {
            slot = streams.count
            streams.append(stream)
        }
        index[key] = slot
        return slot
    }

    /// Forgets a stream's octets; the stream goes on, or is closed next.
    mutating func clear(_ slot: Int) {
        bytesHeld -= streams[slot].buffer.count + streams[slot].aheadBytes
        streams[slot].buffer = []
        streams[slot].ahead = []
        streams[slot].aheadBytes = 0
        streams[slot].head = 0
        streams[slot].scanned = 0
        streams[slot].messageEnd = 0
        streams[slot].ending = .open
    }

    /// Forgets a stream and its octets.
    mutating func close(_ slot: Int) {
        let key = Key(source: streams[slot].source, destination: streams[slot].destination)
        guard index[key] == slot else { return }
        index[key] = nil
        clear(slot)
        free.append(slot)
    }

    /// Evicts other streams while all together hold too much.
    mutating func makeRoom(besides slot: Int, _ dropped: inout NamedCounts, at offset: UInt64) {
        while bytesHeld > Self.maxBytes, index.count > 1 {
            streams[slot].wasUsed = true
            evict(&dropped, at: offset, besides: slot)
        }
    }

    private mutating func evict(_ dropped: inout NamedCounts, at offset: UInt64, besides kept: Int = -1) {
        // Second chance: a stream that was used since the hand passed stays for another round.
        while true {
            hand = hand + 1 < streams.count ? hand + 1 : 0
            let key = Key(source: streams[hand].source, destination: streams[hand].destination)
            guard index[key] == hand, hand != kept else { continue }
            if streams[hand].wasUsed {
                streams[hand].wasUsed = false
                continue
            }
            // A stream that holds nothing is forgotten without loss.
            if streams[hand].head < streams[hand].buffer.count || !streams[hand].ahead.isEmpty {
                dropped.count("tcp-stream-evicted", at: offset)
            }
            return close(hand)
        }
    }

    /// Appends octets in order behind the buffer of a stream.
    mutating func append(_ slot: Int, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) {
        compact(slot)
        streams[slot].buffer.append(span: bytes.extracting(lower..<upper))
        streams[slot].next &+= UInt32(upper - lower)
        bytesHeld += upper - lower
    }

    /// Drops the delivered octets in front of a buffer, when it costs little.
    mutating func compact(_ slot: Int) {
        let head = streams[slot].head
        guard head > 0 else { return }
        let count = streams[slot].buffer.count
        guard head == count || head >= 4_096 else { return }
        bytesHeld -= head
        if head == count {
            // An idle stream keeps little.
            streams[slot].buffer.removeAll(keepingCapacity: streams[slot].buffer.capacity <= 8_192)
        } else {
            streams[slot].buffer.removeFirst(head)
        }
        streams[slot].head = 0
        streams[slot].scanned = max(0, streams[slot].scanned - head)
        streams[slot].messageEnd = max(0, streams[slot].messageEnd - head)
    }

    /// Keeps a segment that came before the octets in front of it.
    mutating func keepAhead(
        _ slot: Int, _ sequence: UInt32, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ time: Timestamp
    ) {
        if streams[slot].ahead.isEmpty { streams[slot].aheadSince = time }
        var copy: [UInt8] = []
        copy.append(span: bytes.extracting(lower..<upper))
        let base = streams[slot].next
        let distance = sequence &- base
        let place =
            streams[slot].ahead.firstIndex { $0.sequence &- base > distance } ?? streams[slot].ahead.count
        streams[slot].ahead.insert(TCPStream.Segment(sequence: sequence, bytes: copy), at: place)
        streams[slot].aheadBytes += upper - lower
        bytesHeld += upper - lower
    }

    /// Moves waiting segments that have become next in order behind the buffer; `true` when there was one.
    mutating func takeAhead(_ slot: Int) -> Bool {
        var moved = false
        while let first = streams[slot].ahead.first {
            let distance = Int32(bitPattern: first.sequence &- streams[slot].next)
            guard distance <= 0 else { break }
            streams[slot].ahead.removeFirst()
            streams[slot].aheadBytes -= first.bytes.count
            bytesHeld -= first.bytes.count
            let known = Int(-Int64(distance))
            if known < first.bytes.count {
                append(slot, first.bytes.span, known, first.bytes.count)
                moved = true
            }
        }
        return moved
    }

    /// Gives up the hole in front of the waiting segments: the buffer is dropped, reading goes on behind the hole.
    mutating func skipGap(_ slot: Int) {
        streams[slot].head = streams[slot].buffer.count
        compact(slot)
        streams[slot].state = .searching
        streams[slot].ending = .open
        streams[slot].messageEnd = 0
        streams[slot].scanned = 0
        if let first = streams[slot].ahead.first { streams[slot].next = first.sequence }
        _ = takeAhead(slot)
    }

    /// Whether the hole in front of the waiting segments has lasted too long.
    func isGap(_ slot: Int, at time: Timestamp) -> Bool {
        guard !streams[slot].ahead.isEmpty else { return false }
        let wait = time - streams[slot].aheadSince
        return streams[slot].aheadBytes > Self.maxAheadBytes
            || streams[slot].ahead.count > Self.maxAheadSegments
            || wait > Self.patience || Duration.zero - wait > Self.patience
    }

    /// The next open stream at or behind `slot`; for the end of the input.
    func openSlot(from slot: Int) -> Int? {
        var slot = slot
        while slot < streams.count {
            if index[Key(source: streams[slot].source, destination: streams[slot].destination)] == slot {
                return slot
            }
            slot += 1
        }
        return nil
    }
}
