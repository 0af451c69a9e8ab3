/// What makes fragments belong together: RFC 791 §3.2 for IPv4; RFC 8200 §4.5 for IPv6, where the protocol is not part of it.
struct FragmentKey: Hashable {
    var source: IPEndpoint
    var destination: IPEndpoint
    var identification: UInt32
    var protocolNumber: UInt8
}

/// Datagrams of which some fragments have come.
///
/// Overlap: where IPv4 fragments overlap, the octets that came first stay; an overlap in IPv6 drops the datagram (RFC 5722). A repeated
/// fragment is a duplicate, not an overlap. A datagram that is not whole 30 seconds of packet time after its first fragment is
/// dropped, and so is the oldest one when 512 are waiting.
struct FragmentTable: ~Copyable {
    /// At 64 KiB each at most 32 MiB.
    static let maxDatagrams = 512
    /// A 64 KiB datagram has 45 fragments on Ethernet and 114 at the least MTU of 576.
    static let maxPieces = 256
    /// Between the 15 s of RFC 791 and the 60 s of RFC 8200; Linux waits as long.
    static let timeout = Duration.seconds(30)

    struct Datagram {
        var key: FragmentKey
        var bytes: [UInt8]
        /// Octets received, as disjoint ranges in order.
        var pieces: [Range<Int>] = []
        /// Length of the whole, once the last fragment came; -1 before.
        var total = -1
        var protocolNumber: UInt8
        var since: Timestamp
        /// Order of arrival, to tell the oldest.
        var serial: UInt64
    }

    private var slots: [Datagram] = []
    private var index: [FragmentKey: Int] = [:]
    private var spare: [[UInt8]] = []
    private var completed: [UInt8] = []
    private var serial: UInt64 = 0

    /// Whether the last fragment made a datagram whole.
    var isComplete = false
    /// What the whole datagram is.
    private(set) var completedProtocol: UInt8 = 0

    /// Hands over the whole datagram.
    mutating func takeCompleted() -> [UInt8] {
        isComplete = false
        var taken: [UInt8] = []
        swap(&taken, &completed)
        return taken
    }

    /// Takes a buffer back that `takeCompleted` gave, to use it again.
    mutating func recycle(_ bytes: consuming [UInt8]) {
        guard spare.count < 8 else { return }
        var bytes = bytes
        bytes.removeAll(keepingCapacity: true)
        spare.append(bytes)
    }

    /// How many datagrams wait for fragments.
    var waiting: Int { slots.count }

    /// Adds a fragment: `bytes[lower..<upper]` at `offset` of the datagram.
    mutating func add(
        _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, _ key: FragmentKey, offset: Int, more: Bool,
        protocolNumber: UInt8, time: Timestamp, at position: UInt64, malformed: inout NamedCounts,
        dropped: inout NamedCounts
    ) {
        var end = offset + upper - lower
        var upper = upper
        if more, (upper - lower) % 8 != 0 {
            // RFC 8200 §4.5 discards it; link-layer padding cannot make it, so nothing is lost by rounding down.
            malformed.count("fragment-length-not-multiple-of-8", at: position)
            end -= (upper - lower) % 8
            upper -= (upper - lower) % 8
        }
        guard end <= 65_535 else { return malformed.count("fragment-past-64-KiB", at: position) }
        guard end > offset else { return malformed.count("fragment-empty", at: position) }
        let slot = slotFor(key, protocolNumber, time, position, &dropped)
        if !more {
            guard slots[slot].total < 0 || slots[slot].total == end else {
                malformed.count("fragment-lengths-disagree", at: position)
                return remove(slot)
            }
            slots[slot].total = end
        }
        let furthest = max(end, slots[slot].pieces.last?.upperBound ?? 0)
        guard slots[slot].total < 0 || furthest <= slots[slot].total else {
            malformed.count("fragment-lengths-disagree", at: position)
            return remove(slot)
        }
        if offset == 0 { slots[slot].protocolNumber = protocolNumber }
        switch slots[slot].insert(bytes, lower, offset, end) {
        case .new: break
        case .duplicate: dropped.count("fragment-duplicate", at: position)
        case .overlap:
            malformed.count("fragment-overlap", at: position)
            if !key.source.isIPv4 { return remove(slot) }
        }
        guard slots[slot].pieces.count <= Self.maxPieces else {
            dropped.count("fragment-too-many-pieces", at: position)
            return remove(slot)
        }
        if slots[slot].total >= 0, slots[slot].pieces.count == 1,
            slots[slot].pieces[0] == 0..<slots[slot].total
        {
            completedProtocol = slots[slot].protocolNumber
            swap(&completed, &slots[slot].bytes)
            isComplete = true
            remove(slot)
        }
    }

    /// Forgets what waits, at the end of the input.
    mutating func flush(at position: UInt64, dropped: inout NamedCounts) {
        if !slots.isEmpty {
            dropped.count("fragments-incomplete-at-end", at: position, times: UInt64(slots.count))
        }
        slots.removeAll()
        index.removeAll()
    }

    private mutating func slotFor(
        _ key: FragmentKey, _ protocolNumber: UInt8, _ time: Timestamp, _ position: UInt64,
        _ dropped: inout NamedCounts
    ) -> Int {
        if let slot = index[key] {
            // A clock that runs backwards by as much ends the wait too: it is another capture.
            let age = time - slots[slot].since
            if age < Self.timeout && Duration.zero - age < Self.timeout { return slot }
            dropped.count("fragments-timed-out", at: position)
            remove(slot)
        }
        if slots.count >= Self.maxDatagrams {
            expire(time, position, &dropped)
        }
        serial += 1
        slots.append(
            Datagram(
                key: key, bytes: spare.popLast() ?? [], protocolNumber: protocolNumber, since: time,
                serial: serial))
        index[key] = slots.count - 1
        return slots.count - 1
    }

    /// Makes room: drops all that timed out, or else the older half.
    private mutating func expire(_ time: Timestamp, _ position: UInt64, _ dropped: inout NamedCounts) {
        var slot = slots.count - 1
        let middle = serial - UInt64(Self.maxDatagrams / 2)
        var timedOut: UInt64 = 0
        for datagram in slots where time - datagram.since >= Self.timeout { _ = datagram; timedOut += 1 }
        while slot >= 0 {
            if timedOut > 0 ? time - slots[slot].since >= Self.timeout : slots[slot].serial <= middle {
                dropped.count(timedOut > 0 ? "fragments-timed-out" : "fragments-too-many", at: position)
                remove(slot)
            }
            slot -= 1
        }
    }

    private mutating func remove(_ slot: Int) {
        index[slots[slot].key] = nil
        var bytes: [UInt8] = []
        swap(&bytes, &slots[slot].bytes)
        if bytes.capacity > 0 { recycle(bytes) }
        let last = slots.count - 1
        if slot != last {
            slots.swapAt(slot, last)
            index[slots[slot].key] = slot
        }
        slots.removeLast()
    }
}

extension FragmentTable.Datagram {
    enum Insertion { case new, duplicate, overlap }

    /// Copies what was not received before, and joins the pieces.
    mutating func insert(_ source: Span<UInt8>, _ lower: Int, _ offset: Int, _ end: Int) -> Insertion {
        if bytes.count == offset, pieces.isEmpty || pieces.count == 1 && pieces[0].upperBound == offset {
            // The usual case: the fragments come in order.
            bytes.append(span: source.extracting(lower..<lower + end - offset))
            let first = pieces.popLast()?.lowerBound ?? 0
            pieces.append(first..<end)
            return .new
        }
        while bytes.count < end { bytes.append(0) }
        var cursor = offset
        var copied = 0
        for piece in pieces where piece.upperBound > cursor && piece.lowerBound < end {
            if piece.lowerBound > cursor { copied += copy(source, lower, offset, cursor..<piece.lowerBound) }
            cursor = max(cursor, piece.upperBound)
        }
        if cursor < end { copied += copy(source, lower, offset, cursor..<end) }
        guard copied > 0 else { return .duplicate }
        var joined = offset..<end
        // Pieces that touch or overlap the new one become one with it.
        pieces.removeAll { piece in
            guard piece.lowerBound <= joined.upperBound, piece.upperBound >= joined.lowerBound else {
                return false
            }
            joined = min(piece.lowerBound, joined.lowerBound)..<max(piece.upperBound, joined.upperBound)
            return true
        }
        let place = pieces.firstIndex { $0.lowerBound > joined.lowerBound } ?? pieces.count
        pieces.insert(joined, at: place)
        return copied == end - offset ? .new : .overlap
    }

    private mutating func copy(_ source: Span<UInt8>, _ lower: Int, _ offset: Int, _ range: Range<Int>) -> Int
    {
        let part = source.extracting(lower + range.lowerBound - offset..<lower + range.upperBound - offset)
        unsafe bytes.withUnsafeMutableBytes { target in
            unsafe part.withUnsafeBytes { octets in
                // `insert` made `bytes` reach at least to the end of the fragment.
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[range]).copyMemory(from: octets)
            }
        }
        return range.count
    }
}
