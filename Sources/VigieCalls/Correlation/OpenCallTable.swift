import VigieWire

/// The call attempts that are not forgotten yet: places, the keys that find them, and the lists that forget them in time.
///
/// Every phase has one waiting time, so its list is ordered by deadline without sorting. Memory grows by doubling up to
/// `capacity` attempts (about 600 bytes each, 80 to 160 more for keys), then the oldest go.
struct OpenCallTable: Sendable {
    /// No place.
    static let none = UInt32.max
    /// What kind of chain: attempts with the same two numbers, and attempts of one caller waiting at one machine.
    enum ChainKind: Int { case numbers, machine }

    let capacity: Int
    /// The places; read and changed in place, by number.
    var calls: [OpenCall] = []
    private(set) var index: KeyIndex
    private(set) var used = 0
    private var firstFree = Self.none
    private var heads: [UInt32]
    private var tails: [UInt32]

    init(capacity: Int) {
        self.capacity = max(16, min(capacity, 1 << 24))
        index = KeyIndex(limit: self.capacity * 8)
        heads = Array(repeating: Self.none, count: 6)
        tails = heads
    }

    /// The attempt that is known by a key.
    func find(_ key: UInt64) -> Int? { index[key].map { Int($0) } }

    /// A free place, already marked open; `nil` when all are taken.
    mutating func claim() -> Int? {
        let place: Int
        if firstFree != Self.none {
            place = Int(firstFree)
            firstFree = calls[place].next
        } else if calls.count < capacity {
            place = calls.count
            calls.append(OpenCall())
        } else {
            return nil
        }
        calls[place].clear()
        used += 1
        return place
    }

    /// Forgets an attempt and all its keys.
    mutating func free(_ place: Int) {
        unlink(place)
        leaveChain(place, .numbers)
        leaveChain(place, .machine)
        for slot in 0..<Int(calls[place].keyCount) {
            index.remove(calls[place].keys[slot], ifValue: UInt32(place))
        }
        calls[place].keyCount = 0
        calls[place].phase = .free
        calls[place].next = firstFree
        firstFree = UInt32(place)
        used -= 1
    }

    /// Makes an attempt known by a key; `false` when it has too many keys already.
    mutating func add(key: UInt64, to place: Int) -> Bool {
        let count = Int(calls[place].keyCount)
        for slot in 0..<count where calls[place].keys[slot] == key { return index.set(key, UInt32(place)) }
        guard count < calls[place].keys.count, index.set(key, UInt32(place)) else { return false }
        calls[place].keys[count] = key
        calls[place].keyCount += 1
        return true
    }

    // MARK: Lists by phase

    /// Moves an attempt to the end of the list of `phase`, to be looked at again at `deadline`.
    mutating func move(_ place: Int, to phase: OpenCall.Phase, until deadline: Timestamp) {
        if calls[place].phase != .free { unlink(place) }
        let list = Int(phase.rawValue)
        calls[place].phase = phase
        calls[place].deadline = deadline
        calls[place].previous = tails[list]
        calls[place].next = Self.none
        if tails[list] == Self.none {
            heads[list] = UInt32(place)
        } else {
            calls[Int(tails[list])].next = UInt32(place)
        }
        tails[list] = UInt32(place)
    }

    /// The attempt that was put into the list of `phase` first.
    func first(_ phase: OpenCall.Phase) -> Int? {
        let place = heads[Int(phase.rawValue)]
        return place == Self.none ? nil : Int(place)
    }

    private mutating func unlink(_ place: Int) {
        let list = Int(calls[place].phase.rawValue)
        let previous = calls[place].previous
        let next = calls[place].next
        if previous == Self.none { heads[list] = next } else { calls[Int(previous)].next = next }
        if next == Self.none { tails[list] = previous } else { calls[Int(next)].previous = previous }
    }

    // MARK: Chains by numbers

    /// Puts an attempt at the head of the chain of `key`, out of the one it was in.
    mutating func enterChain(_ place: Int, _ kind: ChainKind, key: UInt64) {
        leaveChain(place, kind)
        let head = index[key]
        guard index.set(key, UInt32(place)) else { return }
        calls[place].chains[kind.rawValue] = OpenCall.Chain(
            key: key, previous: Self.none, next: head ?? Self.none)
        if let head { calls[Int(head)].chains[kind.rawValue].previous = UInt32(place) }
    }

    /// Takes an attempt out of its chain.
    mutating func leaveChain(_ place: Int, _ kind: ChainKind) {
        let chain = calls[place].chains[kind.rawValue]
        guard chain.key != 0 else { return }
        if chain.next != Self.none { calls[Int(chain.next)].chains[kind.rawValue].previous = chain.previous }
        if chain.previous != Self.none {
            calls[Int(chain.previous)].chains[kind.rawValue].next = chain.next
        } else if chain.next != Self.none {
            _ = index.set(chain.key, chain.next)
        } else {
            index.remove(chain.key, ifValue: UInt32(place))
        }
        calls[place].chains[kind.rawValue] = OpenCall.Chain()
    }

    /// The attempt behind `place` in a chain.
    func next(in kind: ChainKind, after place: Int) -> Int? {
        let next = calls[place].chains[kind.rawValue].next
        return next == Self.none ? nil : Int(next)
    }
}
