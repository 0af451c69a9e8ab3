import VigieCalls
import VigieWire

/// The surges that are watched: sets of four, the one that was silent longest goes when a new one needs room.
struct SurgeTable: Sendable {
    private static let ways = 4
    private let mask: Int
    /// The numbers alone, side by side: a look-up that finds nothing reads one cache line.
    private var keys: [UInt64]
    private var surges: [CallBackSurge]

    /// Room for `capacity` surges, rounded up to a power of two.
    init(capacity: Int) {
        var sets = 4
        while sets * Self.ways < capacity, sets < 1 << 16 { sets *= 2 }
        mask = sets - 1
        keys = Array(repeating: 0, count: sets * Self.ways)
        surges = Array(repeating: CallBackSurge(), count: sets * Self.ways)
    }

    subscript(_ index: Int) -> CallBackSurge {
        get { surges[index] }
        _modify { yield &surges[index] }
    }

    private func base(_ number: PhoneNumber) -> Int {
        (Int(truncatingIfNeeded: KeyHash.of(number.rawValue) >> 33) & mask) * Self.ways
    }

    /// Where the surge of this number is.
    func find(_ number: PhoneNumber) -> Int? {
        let base = base(number)
        for index in base..<base + Self.ways where keys[index] == number.rawValue { return index }
        return nil
    }

    /// Makes room for a new surge; `evicted` is the sample place of the one that had to go, or -1.
    mutating func insert(_ number: PhoneNumber) -> (index: Int, evicted: Int32) {
        let base = base(number)
        var victim = base
        for index in base..<base + Self.ways {
            if keys[index] == 0 {
                victim = index
                break
            }
            if Self.worth(surges[index]) < Self.worth(surges[victim]) { victim = index }
        }
        let evicted = keys[victim] == 0 ? -1 : surges[victim].samples
        keys[victim] = number.rawValue
        surges[victim] = CallBackSurge()
        surges[victim].number = number
        return (victim, evicted)
    }

    /// Every place, and whether it holds a surge.
    var indices: Range<Int> { keys.indices }
    func isTaken(_ index: Int) -> Bool { keys[index] != 0 }

    /// Forgets a surge.
    mutating func remove(_ index: Int) { keys[index] = 0 }

    /// A minute of silence weighs as much as one caller.
    private static func worth(_ surge: CallBackSurge) -> Int64 {
        surge.last.seconds / 60 + Int64(surge.newCallers) + (surge.isConvicted ? 1_440 : 0)
    }
}

/// Which symbols came as an ingress; symbols above 65,535 share one place.
struct IngressNames: Sendable {
    private var bits = [UInt64](repeating: 0, count: 1_024)
    private(set) var count = 0

    /// A symbol in 16 bits; 0 is `none`.
    static func short(_ symbol: Symbol) -> UInt16 { UInt16(clamping: symbol.rawValue) }

    /// Whether it came.
    func contains(_ name: UInt16) -> Bool { bits[Int(name >> 6)] >> UInt64(name & 63) & 1 == 1 }

    /// Notes that it came.
    mutating func insert(_ name: UInt16) {
        guard !contains(name) else { return }
        bits[Int(name >> 6)] |= 1 << UInt64(name & 63)
        count += 1
    }
}

/// Ids of sample calls for those few surges that look bad; 64 places of ten ids.
struct SamplePool: Sendable {
    private static let places = 64
    private static let size = 10
    private var ids = [CallID](repeating: CallID(), count: places * size)
    private var counts = [UInt8](repeating: 0, count: places)
    private var taken: UInt64 = 0

    /// A free place, or -1.
    mutating func take() -> Int32 {
        guard taken != .max else { return -1 }
        let place = (~taken).trailingZeroBitCount
        taken |= 1 << UInt64(place)
        counts[place] = 0
        return Int32(place)
    }

    /// Gives a place back.
    mutating func release(_ place: Int32) {
        guard place >= 0, place < Self.places else { return }
        taken &= ~(1 << UInt64(place))
    }

    /// Keeps an id when there is room.
    mutating func add(_ id: CallID, to place: Int32) {
        guard place >= 0, place < Self.places, counts[Int(place)] < Self.size else { return }
        ids[Int(place) * Self.size + Int(counts[Int(place)])] = id
        counts[Int(place)] += 1
    }

    /// The ids at a place.
    func ids(_ place: Int32) -> [CallID] {
        guard place >= 0, place < Self.places else { return [] }
        return (0..<Int(counts[Int(place)])).map { ids[Int(place) * Self.size + $0] }
    }
}
