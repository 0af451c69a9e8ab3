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
    private(set) var calls: [OpenCall] = []
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

    subscript(place: UInt32) -> OpenCall {
        _read { yield calls[Int(place)] }
        _modify { yield &calls[Int(place)] }
    }

    /// The attempt that is known by a key.
    func find(_ key: UInt64) -> UInt32? { index[key] }

    /// A free place, already marked open; `nil` when all are taken.
    mutating func claim() -> UInt32? {
        let place: UInt32
        if firstFree != Self.none {
            place = firstFree
            firstFree = calls[Int(place)].next
        } else if calls.count < capacity {
            place = UInt32(calls.count)
            calls.append(OpenCall())
        } else {
            return nil
        }
        calls[Int(place)] = OpenCall()
        used += 1
        return place
    }

    /// Forgets an attempt and all its keys.
    mutating func free(_ place: UInt32) {
        unlink(place)
        leaveChain(place, .numbers)
        leaveChain(place, .machine)
        for slot in 0..<Int(calls[Int(place)].keyCount) {
            index.remove(calls[Int(place)].keys[slot], ifValue: place)
        }
        calls[Int(place)].keyCount = 0
        calls[Int(place)].phase = .free
        calls[Int(place)].next = firstFree
        firstFree = place
        used -= 1
    }

    /// Makes an attempt known by a key; `false` when it has too many keys already.
    mutating func add(key: UInt64, to place: UInt32) -> Bool {
        let count = Int(calls[Int(place)].keyCount)
        for slot in 0..<count where calls[Int(place)].keys[slot] == key { return index.set(key, place) }
        guard count < calls[Int(place)].keys.count, index.set(key, place) else { return false }
        calls[Int(place)].keys[count] = key
        calls[Int(place)].keyCount += 1
        return true
    }

    // MARK: Lists by phase

    /// Moves an attempt to the end of the list of `phase`, to be looked at again at `deadline`.
    mutating func move(_ place: UInt32, to phase: OpenCall.Phase, until deadline: Timestamp) {
        if calls[Int(place)].phase != .free { unlink(place) }
        let list = Int(phase.rawValue)
        calls[Int(place)].phase = phase
        calls[Int(place)].deadline = deadline
        calls[Int(place)].previous = tails[list]
        calls[Int(place)].next = Self.none
        if tails[list] == Self.none { heads[list] = place } else { calls[Int(tails[list])].next = place }
        tails[list] = place
    }

    /// The attempt that was put into the list of `phase` first.
    func first(_ phase: OpenCall.Phase) -> UInt32? {
        let place = heads[Int(phase.rawValue)]
        return place == Self.none ? nil : place
    }

    private mutating func unlink(_ place: UInt32) {
        let list = Int(calls[Int(place)].phase.rawValue)
        let previous = calls[Int(place)].previous
        let next = calls[Int(place)].next
        if previous == Self.none { heads[list] = next } else { calls[Int(previous)].next = next }
        if next == Self.none { tails[list] = previous } else { calls[Int(next)].previous = previous }
    }

    // MARK: Chains by numbers

    /// Puts an attempt at the head of the chain of `key`, out of the one it was in.
    mutating func enterChain(_ place: UInt32, _ kind: ChainKind, key: UInt64) {
        leaveChain(place, kind)
        let head = index[key]
        guard index.set(key, place) else { return }
        calls[Int(place)].chains[kind.rawValue] = OpenCall.Chain(key: key, previous: Self.none, next: head ?? Self.none)
        if let head { calls[Int(head)].chains[kind.rawValue].previous = place }
    }

    /// Takes an attempt out of its chain.
    mutating func leaveChain(_ place: UInt32, _ kind: ChainKind) {
        let chain = calls[Int(place)].chains[kind.rawValue]
        guard chain.key != 0 else { return }
        if chain.next != Self.none { calls[Int(chain.next)].chains[kind.rawValue].previous = chain.previous }
        if chain.previous != Self.none {
            calls[Int(chain.previous)].chains[kind.rawValue].next = chain.next
        } else if chain.next != Self.none {
            _ = index.set(chain.key, chain.next)
        } else {
            index.remove(chain.key, ifValue: place)
        }
        calls[Int(place)].chains[kind.rawValue] = OpenCall.Chain()
    }

    /// The attempt behind `place` in a chain.
    func next(in kind: ChainKind, after place: UInt32) -> UInt32? {
        let next = calls[Int(place)].chains[kind.rawValue].next
        return next == Self.none ? nil : next
    }
}
