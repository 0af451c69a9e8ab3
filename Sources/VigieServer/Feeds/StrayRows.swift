import VigieCalls
import VigieWire

/// Holds rows stamped far ahead of those around them: one row of 2099 must not end the time of all others.
///
/// A row that begins more than an hour, and a hundred times the mean distance of rows, after everything before it waits. When the rows behind
/// it are there too, time has gone on (a hole in the feed) and they are told; when they are back where the others were, or the file ends,
/// it is refused as `start_far_ahead` with its place.
struct StrayRows {
    /// Rows within an hour that tell that time has gone on.
    static let company = 3
    /// Rows that wait at most; so many, each far from the others, are a sparse file.
    static let maxWaiting = 16
    static let hour: Int64 = 3_600_000_000_000
    /// Rows seen before any is doubted.
    private static let fewest: UInt64 = 8

    private typealias Waiting = (row: RecordJoiner.Row, number: UInt64, offset: UInt64)

    /// Whether rows are doubted by those before them; not in files without order.
    private let isDoubting: Bool
    /// The latest start that is believed at all.
    private let ceiling: Int64
    private var first = Int64.max
    private var reached = Int64.min
    private var rows: UInt64 = 0
    private var waiting: [Waiting] = []
    private var released: ArraySlice<RecordJoiner.Row> = []
    /// Rows refused, by name.
    private(set) var refused = NamedCounts()
    /// The first of them.
    private(set) var problems: [RowProblem] = []

    init(isDoubting: Bool = true, ceiling: Timestamp = .distantFuture) {
        self.isDoubting = isDoubting
        self.ceiling = ceiling.rawValue
    }

    /// Whether a row is to be told now; else it waits or is refused. A row that is no stray refuses those that wait.
    @inline(__always)
    mutating func admits(_ row: borrowing RecordJoiner.Row, number: UInt64, offset: UInt64) -> Bool {
        let start = row.event.start.rawValue
        if start <= reached &+ Self.hour, start <= ceiling, waiting.isEmpty {
            rows &+= 1
            if start > reached { reached = start }
            return true
        }
        return doubt(copy row, start, number, offset)
    }

    /// A row that waited and is told now; `nil` when there is none.
    mutating func next() -> RecordJoiner.Row? { released.popFirst() }

    /// The file is over: who still waits is alone.
    mutating func finish() {
        for one in waiting { refuse(one.number, one.offset) }
        waiting = []
    }

    private mutating func doubt(
        _ row: RecordJoiner.Row, _ start: Int64, _ number: UInt64, _ offset: UInt64
    ) -> Bool {
        if start > ceiling {
            refuse(number, offset)
            return false
        }
        guard isStray(start) else {
            finish()
            believe(start)
            return true
        }
        waiting.append((row, number, offset))
        let earliest = waiting.reduce(Int64.max) { min($0, $1.row.event.start.rawValue) }
        let limit = waiting.count >= Self.maxWaiting ? Int64.max : earliest &+ Self.hour
        let company = waiting.filter { $0.row.event.start.rawValue <= limit }
        guard company.count >= Self.company else { return false }
        waiting.removeAll { $0.row.event.start.rawValue <= limit }
        for one in company { believe(one.row.event.start.rawValue) }
        released = ArraySlice(company.map(\.row))
        return false
    }

    private func isStray(_ start: Int64) -> Bool {
        guard isDoubting, rows >= Self.fewest, start > reached &+ Self.hour else { return false }
        let mean = Double(reached &- first) / Double(rows)
        return Double(start &- reached) > 100 * mean
    }

    private mutating func believe(_ start: Int64) {
        rows &+= 1
        first = min(first, start)
        reached = max(reached, start)
    }

    private mutating func refuse(_ number: UInt64, _ offset: UInt64) {
        refused.count("start_far_ahead", at: offset)
        guard problems.isEmpty else { return }
        problems.append(RowProblem(name: "start_far_ahead", row: number, field: "start", offset: offset))
    }
}
