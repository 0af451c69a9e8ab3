import Foundation
import Synchronization
public import VigieCalls
import VigieDetection
public import VigieStore
public import VigieWire

/// What emergency centres counted, the latest intervals of each cell: shown beside what the network did, and handed to the lookout.
///
/// The intervals are kept in the store, a document a centre, so that one that is sent again after a restart is known.
public final class ReceiverDesk: Sendable {
    /// Cells at most: a nation's, and some centres that count apart.
    static let maxCells = 2_048
    /// Intervals kept of a cell, 40 octets each: a day of five minutes, which is also the most that one request may tell.
    static let intervals = 288
    /// A centre that told nothing for so long is forgotten at the next start.
    static let forgotten = Duration.seconds(35 * 86_400)
    private static let key = "receivers"

    /// One interval as a centre told it.
    public struct Told: Sendable {
        /// The counts.
        public var count: EmergencyCount
        /// The centre's name, as it gave it.
        public var centre: String
        /// Whose token sent it.
        public var sender: String
    }

    /// What became of intervals.
    struct Outcome: Sendable, Equatable {
        /// Handed to the lookout.
        var new = 0
        /// Told before, with the same figures.
        var known = 0
        /// Older than all that is remembered of their cell: whether they were told before is not known, so they are not counted.
        var tooOld = 0
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

    /// Service and department.
    private struct Cell: Hashable {
        var service: EmergencyService
        var department: DepartmentCode
    }

    private struct Interval: Equatable {
        var start: Timestamp
        var seconds: UInt32
        var seen: UInt32
        var answered: UInt32
        var abandoned: UInt32

        init(_ count: EmergencyCount) {
            start = count.start
            seconds = UInt32(clamping: Int(count.length.secondsAsDouble))
            seen = UInt32(clamping: count.attempts)
            answered = UInt32(clamping: count.answered)
            abandoned = UInt32(clamping: count.abandoned)
        }

        /// The counts again.
        func count(_ cell: Cell) -> EmergencyCount {
            var count = EmergencyCount(
                source: .receiver, start: start, length: .seconds(Int64(seconds)), service: cell.service)
            count.department = cell.department
            count.attempts = Int(seen)
            count.answered = Int(answered)
            count.abandoned = Int(abandoned)
            return count
        }
    }

    private struct Memory {
        var sender: String
        var intervals: [Interval] = []
    }

    private struct State {
        var centres: [String: [Cell: Memory]] = [:]
        var cells = 0
    }

    private let store: any Store
    private let state = Mutex(State())
    // One document after the other goes to the store, so that an older one never takes the place of a newer one.
    private let writing = Mutex(())
    let taken = Counter()
    let repeated = Counter()
    let tooOld = Counter()
    /// Requests of centres that the directory does not know.
    let unknownCentre = Counter()
    /// Documents that the store did not take: what they say would not be known after a restart.
    let notKept = Counter()

    /// A desk that goes on with what the store keeps.
    public init(store: any Store = MemoryStore(), at now: Timestamp = .distantPast) {
        self.store = store
        let names: [String] = store.keptOrNothing(Self.key) ?? []
        state.withLock { state in
            for name in names.prefix(Self.maxCells) {
                guard let document: Document = store.keptOrNothing(Self.key + "/" + name) else { continue }
                let cells = document.memory { now == .distantPast || $0 > now - Self.forgotten }
                guard !cells.isEmpty, state.cells + cells.count <= Self.maxCells else { continue }
                state.centres[name] = cells
                state.cells += cells.count
            }
        }
    }

    /// Takes in intervals. Those that were told before with the same figures are known.
    ///
    /// - Parameter hand: hands the new ones to the line; `false` when it has no room: nothing is remembered then.
    func take(_ told: [Told], hand: ([EmergencyCount]) -> Bool) throws(Refusal) -> Outcome {
        let outcome: Result<Outcome, Refusal> = state.withLock { state in
            var next = state
            var fresh: [EmergencyCount] = []
            var outcome = Outcome()
            for (index, one) in told.enumerated() {
                let cell = Cell(service: one.count.service, department: one.count.department)
                let interval = Interval(one.count)
                var memory = next.centres[one.centre]?[cell] ?? Memory(sender: one.sender)
                if let before = memory.intervals.first(where: { $0.start == interval.start }) {
                    guard before == interval else { return .failure(.changed(index: index)) }
                    outcome.known += 1
                    continue
                }
                if memory.intervals.count >= Self.intervals, interval.start < memory.intervals[0].start {
                    outcome.tooOld += 1
                    continue
                }
                if memory.intervals.isEmpty { next.cells += 1 }
                memory.sender = one.sender
                let place = memory.intervals.lastIndex { $0.start < interval.start }.map { $0 + 1 } ?? 0
                memory.intervals.insert(interval, at: place)
                if memory.intervals.count > Self.intervals { memory.intervals.removeFirst() }
                next.centres[one.centre, default: [:]][cell] = memory
                fresh.append(one.count)
            }
            guard next.cells <= Self.maxCells else { return .failure(.tooManyCells) }
            guard fresh.isEmpty || hand(fresh) else { return .failure(.busy) }
            outcome.new = fresh.count
            state = next
            return .success(outcome)
        }
        let found = try outcome.get()
        taken.count(UInt64(found.new))
        repeated.count(UInt64(found.known))
        tooOld.count(UInt64(found.tooOld))
        return found
    }

    /// Writes down what is remembered of a centre.
    func keep(_ centre: String) async {
        do throws(StoreError) {
            try await store.background { [self] store throws(StoreError) in
                try writing.withLock { _ throws(StoreError) in
                    let (document, names) = state.withLock { state in
                        (Document(state.centres[centre] ?? [:]), state.centres.keys.sorted())
                    }
                    let known: [String] = store.keptOrNothing(Self.key) ?? []
                    var changes = [
                        StoreChange.setting(key: Self.key + "/" + centre, value: Self.text(document))
                    ]
                    if known != names { changes.append(.setting(key: Self.key, value: Self.text(names))) }
                    try store.apply(changes)
                }
            }
        } catch {
            notKept.count()
        }
    }

    /// The latest interval of each cell, by service, department and centre.
    var latest: [Told] {
        let all = state.withLock { $0.centres }
        return all.flatMap { centre, cells in
            cells.compactMap { cell, memory in
                memory.intervals.last.map {
                    Told(count: $0.count(cell), centre: centre, sender: memory.sender)
                }
            }
        }.sorted {
            ($0.count.service, $0.count.department, $0.centre) < (
                $1.count.service, $1.count.department, $1.centre
            )
        }
    }

    private static func text(_ value: some Encodable) -> [UInt8] {
        (try? JSONEncoder().encode(value)).map { [UInt8]($0) } ?? []
    }
}

extension ReceiverDesk {
    /// What the store keeps of a centre.
    private struct Document: Codable {
        struct Row: Codable {
            var service: String
            var department: String
            var sender: String
            /// Start in nanoseconds, seconds, seen, answered, abandoned; one after the other, oldest first.
            var intervals: [Int64]
        }
        var cells: [Row]

        init(_ memory: [Cell: Memory]) {
            cells = memory.map { cell, memory in
                Row(
                    service: cell.service.description, department: cell.department.description,
                    sender: memory.sender,
                    intervals: memory.intervals.flatMap {
                        [
                            $0.start.rawValue, Int64($0.seconds), Int64($0.seen), Int64($0.answered),
                            Int64($0.abandoned),
                        ]
                    })
            }.sorted { ($0.service, $0.department) < ($1.service, $1.department) }
        }

        /// The cells whose latest interval is worth remembering.
        func memory(_ isWorth: (Timestamp) -> Bool) -> [Cell: Memory] {
            var found: [Cell: Memory] = [:]
            for row in cells.prefix(ReceiverDesk.maxCells) {
                guard let service = EmergencyService(row.service),
                    let department = DepartmentCode(row.department)
                else { continue }
                var memory = Memory(sender: row.sender)
                for index in stride(from: 0, to: row.intervals.count - 4, by: 5) {
                    let values = row.intervals[index..<index + 5]
                    var count = EmergencyCount(
                        source: .receiver, start: Timestamp(rawValue: values[index]),
                        length: .seconds(values[index + 1]), service: service)
                    count.attempts = Int(clamping: values[index + 2])
                    count.answered = Int(clamping: values[index + 3])
                    count.abandoned = Int(clamping: values[index + 4])
                    memory.intervals.append(Interval(count))
                }
                memory.intervals.sort { $0.start < $1.start }
                memory.intervals = Array(memory.intervals.suffix(ReceiverDesk.intervals))
                guard let last = memory.intervals.last, isWorth(last.start) else { continue }
                found[Cell(service: service, department: department)] = memory
            }
            return found
        }
    }
}
