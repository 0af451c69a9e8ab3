/// What was answered to INVITEs of the last 32 seconds, so that a retransmission gets the same bytes.
///
/// Not the bytes are kept but what they were made of (32 bytes, plus the header lines that are not copied from the request): from
/// the same request they come out the same. A fixed table of buckets of four; a full bucket gives up its oldest entry.
struct SIPTransactionTable {
    /// RFC 3261 §17.1.1.2: 64 × T1, as long as a client may retransmit.
    static let lifetimeTicks: UInt32 = 30_518  // 32 s in ticks of 2^20 ns
    private static let ways = 4

    /// Everything of an answer that is not in the request.
    struct Entry: BitwiseCopyable {
        /// Hash of Call-ID, From tag and CSeq number; 0: free.
        var call: UInt64 = 0
        /// Hash of branch and sent-by (RFC 3261 §17.2.3), or of what RFC 2543 compares.
        var branch: UInt32 = 0
        /// When the request came, in ticks.
        var at: UInt32 = 0
        /// Where its header lines begin in `lines`.
        var lineStart: UInt32 = 0
        /// What `oc-seq` said.
        var overloadSequence: UInt32 = 0
        var lineCount: UInt16 = 0
        /// 0: not answered yet.
        var status: UInt16 = 0
        /// What `oc` said.
        var overload: UInt16 = 0
        var flags: UInt8 = 0

        static let acknowledged: UInt8 = 1
        static let cancelled: UInt8 = 2

        /// Whether the transaction goes on: RFC 3261 §8.2.2.2 compares with those only.
        var isOngoing: Bool { flags & Entry.acknowledged == 0 }
    }

    /// What a look-up found.
    enum Match { case none, same(Int), other(Int) }

    private var entries: [Entry]
    private let bucketMask: UInt64
    private var lines: [UInt8]
    private var lineEnd: UInt32 = 0
    /// Entries given up before their time because their bucket, or the room for header lines, was full.
    private(set) var forgottenEarly: UInt64 = 0

    /// - Parameter capacity: transactions at most, brought to a power of two in `64...2^24`; 32 bytes each, and as many for lines.
    init(capacity: Int) {
        var size = 64
        while size < min(max(capacity, 64), 1 << 24) { size *= 2 }
        entries = Array(repeating: Entry(), count: size)
        bucketMask = UInt64(size / Self.ways - 1)
        lines = Array(repeating: 0, count: max(65_536, size * 32))
    }

    /// Moments as the table counts them: 2^20 ns, about a millisecond; they wrap after 52 days.
    static func ticks(_ now: Timestamp) -> UInt32 { UInt32(truncatingIfNeeded: now.rawValue >> 20) }

    private func isLive(_ entry: Entry, _ now: UInt32) -> Bool {
        entry.call != 0 && now &- entry.at < Self.lifetimeTicks
    }

    /// The entry of this very request, else one of the same call that is going on under another branch.
    func find(call: UInt64, branch: UInt32, at now: UInt32) -> Match {
        let first = Int(truncatingIfNeeded: call & bucketMask) * Self.ways
        var other = -1
        for index in first..<first + Self.ways {
            let entry = entries[index]
            guard entry.call == call, isLive(entry, now) else { continue }
            if entry.branch == branch { return .same(index) }
            if entry.isOngoing { other = index }
        }
        return other < 0 ? .none : .other(other)
    }

    subscript(_ index: Int) -> Entry { entries[index] }

    /// Makes room for a transaction that begins; returns its place.
    mutating func begin(call: UInt64, branch: UInt32, at now: UInt32) -> Int {
        let first = Int(truncatingIfNeeded: call & bucketMask) * Self.ways
        var chosen = first
        var age: UInt32 = 0
        for index in first..<first + Self.ways {
            let entry = entries[index]
            guard isLive(entry, now) else {
                chosen = index
                age = .max
                break
            }
            if now &- entry.at >= age {
                age = now &- entry.at
                chosen = index
            }
        }
        if age != .max { forgottenEarly &+= 1 }
        entries[chosen] = Entry(call: call, branch: branch, at: now)
        return chosen
    }

    /// Whether the place still belongs to this transaction.
    func holds(_ index: Int, call: UInt64, branch: UInt32) -> Bool {
        entries[index].call == call && entries[index].branch == branch
    }

    /// Keeps what was answered.
    mutating func finish(
        _ index: Int, status: UInt16, lines text: Span<UInt8>, overload: UInt16, overloadSequence: UInt32,
        acknowledged: Bool
    ) {
        entries[index].status = status
        entries[index].overload = overload
        entries[index].overloadSequence = overloadSequence
        if acknowledged { entries[index].flags |= Entry.acknowledged }
        guard text.count > 0, text.count <= 4_096 else { return }
        var start = lineEnd & UInt32(lines.count - 1)
        if Int(start) + text.count > lines.count {
            lineEnd &+= UInt32(lines.count) - start
            start = 0
        }
        for offset in text.indices { lines[Int(start) + offset] = text[offset] }
        entries[index].lineStart = lineEnd
        entries[index].lineCount = UInt16(text.count)
        lineEnd &+= UInt32(text.count)
    }

    mutating func acknowledge(_ index: Int) { entries[index].flags |= Entry.acknowledged }
    mutating func cancel(_ index: Int) { entries[index].flags |= Entry.cancelled }

    /// Writes the header lines of an entry; `false` when they were overwritten meanwhile.
    func appendLines(of entry: Entry, to buffer: inout OctetBuffer) -> Bool {
        guard entry.lineCount > 0 else { return true }
        guard lineEnd &- entry.lineStart <= UInt32(lines.count) else { return false }
        let start = Int(entry.lineStart & UInt32(lines.count - 1))
        buffer.append(lines.span.extracting(start..<start + Int(entry.lineCount)))
        return true
    }

    /// Gives up an entry whose header lines are gone.
    mutating func forget(_ index: Int) {
        entries[index] = Entry()
        forgottenEarly &+= 1
    }
}
