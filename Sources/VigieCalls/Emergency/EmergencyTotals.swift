/// What became of emergency calls in some stretch of time: ten counts, added up without ever running over.
public struct EmergencyTotals: Hashable, Sendable {
    /// One of the counts.
    public enum Field: Int, CaseIterable, Sendable {
        /// Attempts, each redial counted.
        case attempts
        /// Attempts by somebody who had not called in the ten minutes before; the five below tell what became of them.
        case callers
        /// First attempts that were answered, for however long.
        case answered
        /// First attempts that the network lost.
        case failed
        /// Answered ones that the network cut, or that ended within ten seconds.
        case cut
        /// First attempts that found the centre busy or rang in vain.
        case unanswered
        /// First attempts that the caller gave up.
        case abandoned
        /// Attempts that the receiving centre counted.
        case received
        /// Of those, answered by the centre.
        case receiverAnswered
        /// Of those, given up before an answer.
        case receiverAbandoned
    }

    // One lane a field; six lanes stay zero.
    private var lanes = SIMD16<UInt32>()

    /// Nothing counted.
    public init() {}

    /// One count; at most 4,294,967,295.
    public subscript(field: Field) -> UInt32 {
        get { lanes[field.rawValue] }
        set { lanes[field.rawValue] = newValue }
    }

    /// Whether nothing was counted.
    public var isZero: Bool { lanes == SIMD16<UInt32>() }

    /// Adds what another stretch of time counted; a count that is full stays full.
    public static func += (left: inout EmergencyTotals, right: EmergencyTotals) {
        let sum = left.lanes &+ right.lanes
        left.lanes = sum.replacing(with: .max, where: sum .< left.lanes)
    }

    /// Adds to one count; one that is full stays full.
    public mutating func add(_ count: Int, to field: Field) {
        let (sum, isOver) = self[field].addingReportingOverflow(UInt32(clamping: count))
        self[field] = isOver ? .max : sum
    }
}

/// Of what minutes are counted: a service in a department, or a machine, operator or trunk.
public struct EmergencySeries: Hashable, Comparable, Sendable {
    /// What it is.
    public enum Kind: UInt8, Sendable, CaseIterable { case cell, node, `operator`, ingress, egress }

    /// The kind in the highest byte; below it service and department, or the name's symbol.
    public let rawValue: UInt64

    /// The stored integer; `nil` when it is none.
    public init?(rawValue: UInt64) {
        guard Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) != nil else { return nil }
        self.rawValue = rawValue
    }

    /// One service in one department.
    public init(_ service: EmergencyService, _ department: DepartmentCode) {
        rawValue = UInt64(service.rawValue) << 16 | UInt64(department.rawValue)
    }

    /// A machine, an operator or a trunk.
    public init(_ kind: Kind, _ name: Symbol) {
        rawValue = UInt64(kind.rawValue) << 56 | UInt64(name.rawValue)
    }

    /// What it is.
    public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) ?? .cell }
    /// The service of a cell.
    public var service: EmergencyService {
        EmergencyService(rawValue: UInt32(truncatingIfNeeded: rawValue >> 16))
    }
    /// The department of a cell; `none`: not known.
    public var department: DepartmentCode { DepartmentCode(rawValue: UInt16(truncatingIfNeeded: rawValue)) }
    /// The name of what is no cell.
    public var name: Symbol { Symbol(rawValue: UInt32(truncatingIfNeeded: rawValue)) }

    /// By kind, then service and department, or symbol.
    public static func < (left: EmergencySeries, right: EmergencySeries) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// One minute of emergency calls, or what has to be added to it.
public struct EmergencyMinute: Sendable, Equatable {
    /// Whether somebody listened.
    public enum Hearing: UInt8, Sendable {
        /// Nothing is said of it.
        case unsaid
        /// The node heard calls: what is not counted did not happen.
        case heard
        /// It did not: what is not counted is not known.
        case blind
    }

    /// The counts of one series.
    public struct Row: Sendable, Equatable {
        /// Of what.
        public var series: EmergencySeries
        /// How many.
        public var totals: EmergencyTotals

        /// Both.
        public init(_ series: EmergencySeries, _ totals: EmergencyTotals) {
            self.series = series
            self.totals = totals
        }
    }

    /// Minutes since 1970 UTC.
    public var number: Int64
    /// The latest word on it.
    public var hearing: Hearing
    /// To be added to what is known of the minute, by series, each once.
    public var rows: [Row]

    /// All fields at once.
    public init(_ number: Int64, hearing: Hearing = .unsaid, rows: [Row] = []) {
        self.number = number
        self.hearing = hearing
        self.rows = rows
    }
}
