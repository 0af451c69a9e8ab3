public import VigieCalls
public import VigieWire

/// Which stretch of the emergency calls' history, and how fine.
public struct EmergencyHistoryQuery: Sendable {
    /// How long one step is.
    public enum Step: Int64, Sendable, CaseIterable {
        /// A minute.
        case minute = 1
        /// A quarter of an hour.
        case quarter = 15
        /// An hour.
        case hour = 60
        /// A day, UTC.
        case day = 1_440

        /// Minutes of it.
        public var minutes: Int64 { rawValue }
        /// Its length.
        public var duration: Duration { .seconds(rawValue * 60) }
    }

    /// Of what.
    public enum Scope: Sendable, Equatable {
        /// Services in departments; what is `nil` does not narrow.
        case cells(EmergencyService?, DepartmentCode?)
        /// One machine, operator or trunk.
        case element(EmergencySeries)

        func holds(_ series: EmergencySeries) -> Bool {
            switch self {
            case .cells(let service, let department):
                series.kind == .cell && (service == nil || series.service == service)
                    && (department == nil || series.department == department)
            case .element(let element): series == element
            }
        }
    }

    /// From when to when; widened to whole steps.
    public var window: Range<Timestamp>
    /// How fine.
    public var step: Step
    /// Of what.
    public var scope: Scope
    /// Whether all series are added up to one.
    public var isSummed: Bool

    /// All fields at once.
    public init(
        window: Range<Timestamp>, step: Step, scope: Scope = .cells(nil, nil), isSummed: Bool = false
    ) {
        self.window = window
        self.step = step
        self.scope = scope
        self.isSummed = isSummed
    }

    /// The steps that the window touches, counted since 1970.
    /// - Throws: `StoreError.full` when there are more than `StoreLimits.historySteps`.
    func steps() throws(StoreError) -> Range<Int64> {
        let seconds = step.minutes * 60
        let first = Self.floor(window.lowerBound.seconds, seconds)
        let last = Self.floor(window.upperBound.seconds, seconds)
        let isWhole =
            last * seconds == window.upperBound.seconds
            && Timestamp(seconds: last * seconds) == window.upperBound
        let end = isWhole ? last : last + 1
        guard end - first <= Int64(StoreLimits.historySteps) else {
            throw .full(what: "steps of history in one question", limit: StoreLimits.historySteps)
        }
        return first..<max(first, end)
    }

    static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : (value - unit + 1) / unit
    }
}

/// Counts of emergency calls, step by step.
public struct EmergencyHistory: Sendable {
    /// When the first step begins.
    public var start: Timestamp
    /// How long each is.
    public var step: EmergencyHistoryQuery.Step
    /// How many minutes of each step the node listened; 0: blind.
    public var heardMinutes: [UInt16]
    /// Of what, ascending; none when the steps are added up over all series, or nothing was counted.
    public var series: [EmergencySeries]
    /// The counts: all steps of the first series, then those of the next; of one sum when `isSummed`.
    public var totals: [EmergencyTotals]
    /// Days whose file could not be read, as their names: `2026-11-22`.
    public var unreadable: [String]

    /// How many steps there are.
    public var count: Int { heardMinutes.count }
    /// How many rows of counts there are.
    public var rows: Int { heardMinutes.isEmpty ? 0 : totals.count / heardMinutes.count }

    /// The counts of one row, step by step.
    public func totals(ofRow row: Int) -> ArraySlice<EmergencyTotals> {
        totals[row * count..<(row + 1) * count]
    }

    /// When a step begins.
    public func start(of index: Int) -> Timestamp { start + .seconds(Int64(index) * step.minutes * 60) }
}

/// What became of minutes that were to be kept.
public struct MinuteAppendResult: Sendable, Equatable {
    /// Kept.
    public var stored = 0
    /// Refused: of a day before the retention, or after tomorrow.
    public var outsideRetention = 0
    /// Not kept: the disk is full or refuses, or a day's cap is reached; they may be given again.
    public var dropped: [EmergencyMinute] = []
    /// Why.
    public var error: StoreError?

    /// Nothing yet.
    public init() {}
}

/// Adds minutes, quarters or days up to the steps of a question; the same for every store.
struct HistoryBuilder {
    let query: EmergencyHistoryQuery
    let steps: Range<Int64>
    private var places: [UInt64: Int] = [:]
    private var series: [EmergencySeries] = []
    private var totals: [EmergencyTotals] = []
    private(set) var heardMinutes: [UInt16]
    var unreadable: [String] = []
    // The last series that was looked up: rows of one come together.
    private var last: (raw: UInt64, base: Int) = (.max, -1)

    init(_ query: EmergencyHistoryQuery) throws(StoreError) {
        self.query = query
        steps = try query.steps()
        heardMinutes = Array(repeating: 0, count: steps.count)
        if query.isSummed { totals = Array(repeating: EmergencyTotals(), count: steps.count) }
    }

    /// The minutes of the window, since 1970.
    var minutes: Range<Int64> {
        steps.lowerBound * query.step.minutes..<steps.upperBound * query.step.minutes
    }

    /// Adds counts of a minute (or of a longer stretch that begins with it and lies in one step).
    /// - Throws: `StoreError.full` when there are more than `StoreLimits.historyPoints`.
    mutating func add(_ minute: Int64, _ one: EmergencySeries, _ counts: EmergencyTotals) throws(StoreError) {
        guard query.scope.holds(one) else { return }
        let index = Int(EmergencyHistoryQuery.floor(minute, query.step.minutes) - steps.lowerBound)
        guard index >= 0, index < steps.count else { return }
        totals[try base(of: one) + index] += counts
    }

    private mutating func base(of one: EmergencySeries) throws(StoreError) -> Int {
        if query.isSummed { return 0 }
        if last.raw == one.rawValue { return last.base }
        let base: Int
        if let known = places[one.rawValue] {
            base = known
        } else {
            guard totals.count + steps.count <= StoreLimits.historyPoints else {
                throw .full(what: "points of history in one answer", limit: StoreLimits.historyPoints)
            }
            base = totals.count
            places[one.rawValue] = base
            series.append(one)
            totals.append(contentsOf: repeatElement(EmergencyTotals(), count: steps.count))
        }
        last = (one.rawValue, base)
        return base
    }

    /// Says which minutes of a day were heard, a bit each.
    mutating func hear(day: Int64, _ bits: [UInt64]) {
        let first = day * 1_440
        for word in bits.indices where bits[word] != 0 {
            var rest = bits[word]
            while rest != 0 {
                let minute = first + Int64(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
                let index = EmergencyHistoryQuery.floor(minute, query.step.minutes) - steps.lowerBound
                if index >= 0, index < steps.count { heardMinutes[Int(index)] += 1 }
            }
        }
    }

    /// The answer.
    consuming func finish() -> EmergencyHistory {
        let order = series.indices.sorted { series[$0] < series[$1] }
        var sorted: [EmergencyTotals] = []
        if query.isSummed {
            sorted = totals
        } else {
            sorted.reserveCapacity(totals.count)
            for index in order { sorted += totals[index * steps.count..<(index + 1) * steps.count] }
        }
        return EmergencyHistory(
            start: Timestamp(seconds: steps.lowerBound * query.step.minutes * 60), step: query.step,
            heardMinutes: heardMinutes, series: order.map { series[$0] }, totals: sorted,
            unreadable: unreadable.sorted())
    }
}
