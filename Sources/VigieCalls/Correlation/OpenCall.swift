import VigieWire

/// What the joiner remembers of one call attempt while messages of it may still come.
///
/// Plain data of fixed size; the fields that every message touches come first.
struct OpenCall: Sendable {
    /// Where the attempt stands, and so how long it is kept (see `CallJoiner.Settings`).
    enum Phase: UInt8, Sendable {
        /// The place is free.
        case free
        /// Begun, or answered and going on.
        case open
        /// Challenged, redirected or cancelled: the next message decides.
        case waiting
        /// Ended; another leg may still say more.
        case settling
        /// Its event is out, it may have gone on; kept so that its end is recognised.
        case long
        /// Its event is out and it ended; kept so that late copies are recognised.
        case lingering
    }
    /// Yes/no facts, one bit each.
    struct Marks: OptionSet, Sendable {
        let rawValue: UInt16
        /// A 180 was seen.
        static let rang = Marks(rawValue: 1 << 0)
        static let answered = Marks(rawValue: 1 << 1)
        /// The caller's own hop carried the 2xx.
        static let answeredToCaller = Marks(rawValue: 1 << 2)
        /// The caller sent a CANCEL.
        static let cancelledByCaller = Marks(rawValue: 1 << 3)
        /// A node sent a CANCEL that the caller did not ask for.
        static let cancelledByNode = Marks(rawValue: 1 << 4)
        static let released = Marks(rawValue: 1 << 5)
        /// The first BYE came from a node between the ends.
        static let releasedByNode = Marks(rawValue: 1 << 6)
        static let disconnectMeasured = Marks(rawValue: 1 << 7)
        /// The beginning was not seen.
        static let beganUnseen = Marks(rawValue: 1 << 8)
        /// The capture shows the caller's side and a node on one address, told apart by port only.
        static let portsMatter = Marks(rawValue: 1 << 9)
        static let followed = Marks(rawValue: 1 << 10)
    }

    var phase = Phase.free
    var marks: Marks = []
    /// CSeq number of the last INVITE of the first leg.
    var cSeq: UInt32 = 0
    /// Hash of Call-ID and From tag of the first leg.
    var firstLeg: UInt64 = 0
    /// The first hop of the attempt, and the last.
    var firstSource = IPEndpoint(ipv4: 0, port: 0)
    var firstDestination = IPEndpoint(ipv4: 0, port: 0)
    var lastSource = IPEndpoint(ipv4: 0, port: 0)
    var lastDestination = IPEndpoint(ipv4: 0, port: 0)

    /// Moments: last INVITE that told something new, first provisional other than 100, first BYE.
    var lastInvite = Timestamp(rawValue: 0)
    var firstProvisional: Timestamp?
    var firstBye: Timestamp?

    /// Hops met: hashes of source and destination.
    var hops: InlineArray<8, UInt32> = InlineArray(repeating: 0)
    var hopCount: UInt8 = 0
    /// Branches of INVITEs that the first source sent and that have no final response yet (parallel forks).
    var branches: InlineArray<4, UInt32> = InlineArray(repeating: 0)
    var branchCount: UInt8 = 0
    var branchesDone: UInt8 = 0
    var keyCount: UInt8 = 0
    /// Final status of a hop behind the first one, while the first one has none.
    var downstreamStatus: UInt16 = 0

    /// Keys under which the index knows this attempt.
    var keys: InlineArray<10, UInt64> = InlineArray(repeating: 0)

    // The list of the phase, ordered by deadline, and the chains of attempts with the same numbers (see `OpenCallTable`).
    var deadline = Timestamp(rawValue: 0)
    var previous = OpenCallTable.none
    var next = OpenCallTable.none
    var chains: InlineArray<2, Chain> = InlineArray(repeating: Chain())

    /// A place in a chain of attempts that share a key.
    struct Chain: Sendable {
        var key: UInt64 = 0  // 0: in no chain
        var previous = OpenCallTable.none
        var next = OpenCallTable.none
    }

    /// What was dialled, read as a number.
    var target = PhoneNumber.absent
    /// What will be told.
    var event = CallEvent(start: Timestamp(rawValue: 0))

    /// Makes a place as good as new, but for what `CallJoiner.start` writes anyway.
    mutating func clear() {
        phase = .free
        marks = []
        firstProvisional = nil
        firstBye = nil
        hopCount = 0
        forgetBranches()
        keyCount = 0
        downstreamStatus = 0
        chains = InlineArray(repeating: Chain())
        target = .absent
    }

    /// Whether the event is out.
    var isEmitted: Bool { phase == .long || phase == .lingering }

    /// Whether the hop with this hash was met.
    func knows(hop: UInt32) -> Bool {
        for index in 0..<Int(hopCount) where hops[index] == hop { return true }
        return false
    }

    /// Notes a branch on which the first source waits for a final response; `false` when it was known.
    mutating func addBranch(_ branch: UInt32) -> Bool {
        for index in 0..<Int(min(branchCount, 4)) where branches[index] == branch { return false }
        // A fork over more than four branches settles on its fourth final response; a later answer still wins.
        guard branchCount < 4 else { return false }
        branches[Int(branchCount)] = branch
        branchCount += 1
        return true
    }

    /// Notes the final response on a branch; `true` when no branch is left that waits.
    mutating func finish(branch: UInt32) -> Bool {
        for index in 0..<Int(branchCount) where branches[index] == branch {
            branchesDone |= 1 << UInt8(index)
        }
        return branchCount == 0 || branchesDone == (1 << branchCount) - 1
    }

    mutating func forgetBranches() {
        branchCount = 0
        branchesDone = 0
    }

    /// Whether two endpoints are the same machine, as far as this capture tells machines apart.
    func isSame(_ left: IPEndpoint, _ right: IPEndpoint) -> Bool {
        left.low == right.low && left.high == right.high
            && (!marks.contains(.portsMatter) || left.port == right.port)
    }
}
