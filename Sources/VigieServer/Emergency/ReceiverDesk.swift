import Synchronization
public import VigieCalls
import VigieDetection
import VigieWire

/// What emergency centres counted, the latest intervals of each cell: shown beside what the network did, and handed to the lookout.
public final class ReceiverDesk: Sendable {
    /// Cells at most: a nation's, and some centres that count apart.
    static let maxCells = 2_048
    /// Intervals kept of a cell.
    static let intervals = 12

    /// One interval as a centre told it.
    public struct Told: Sendable {
        /// The counts.
        public var count: EmergencyCount
        /// The centre's name, as it gave it.
        public var centre: String
        /// Whose token sent it.
        public var sender: String
    }

    /// Why counts were not taken.
    public enum Refusal: Error, Sendable {
        /// Nothing more can be kept of so many cells.
        case tooManyCells
        /// An interval was told before with other figures, which are with the detectors already.
        case changed(index: Int)
        /// The line has no room now.
        case busy
    }

    private struct State {
        var told: [String: [Told]] = [:]
    }

    private let state = Mutex(State())
    let taken = Counter()
    let repeated = Counter()

    /// Knows nothing yet.
    public init() {}

    /// Takes in intervals; how many were new. Intervals that were told before with the same figures are known.
    ///
    /// - Parameter hand: hands the new ones to the line; `false` when it has no room: nothing is remembered then.
    func take(_ told: [Told], hand: ([EmergencyCount]) -> Bool) throws(Refusal) -> Int {
        let outcome: Result<Int, Refusal> = state.withLock { state in
            var fresh: [Told] = []
            for (index, one) in told.enumerated() {
                let known = (state.told[Self.key(one)] ?? []) + fresh.filter { Self.key($0) == Self.key(one) }
                if let before = known.first(where: { $0.count.start == one.count.start }) {
                    guard Self.isSame(before.count, one.count) else {
                        return .failure(.changed(index: index))
                    }
                } else {
                    fresh.append(one)
                }
            }
            let cells = Set(fresh.map(Self.key)).filter { state.told[$0] == nil }
            guard state.told.count + cells.count <= Self.maxCells else { return .failure(.tooManyCells) }
            guard fresh.isEmpty || hand(fresh.map(\.count)) else { return .failure(.busy) }
            for one in fresh {
                var list = (state.told[Self.key(one)] ?? []) + [one]
                list.sort { $0.count.start < $1.count.start }
                state.told[Self.key(one)] = Array(list.suffix(Self.intervals))
            }
            return .success(fresh.count)
        }
        let new = try outcome.get()
        taken.count(UInt64(new))
        repeated.count(UInt64(told.count - new))
        return new
    }

    /// The latest interval of each cell, by service, department and centre.
    var latest: [Told] {
        state.withLock { $0.told.values.compactMap(\.last) }.sorted {
            ($0.count.service, $0.count.department, $0.centre) < (
                $1.count.service, $1.count.department, $1.centre
            )
        }
    }

    private static func key(_ told: Told) -> String {
        "\(told.centre)\u{1F}\(told.count.service)\u{1F}\(told.count.department)"
    }

    private static func isSame(_ one: EmergencyCount, _ other: EmergencyCount) -> Bool {
        one.attempts == other.attempts && one.answered == other.answered && one.abandoned == other.abandoned
            && one.length == other.length
    }
}
