public import VigieCalls
public import VigieWire

/// How the emergency numbers stand now, cell by cell: what is measured, how surely, and what could be seen at all.
///
/// A plain value for pages, the API and reports. `declared` is what people said; it never changes what was measured.
public struct EmergencyBoard: Sendable {
    /// What was counted over `EmergencyBoard.window`.
    public struct Measures: Hashable, Sendable {
        /// Attempts, each redial counted.
        public var attempts = 0
        /// Attempts by callers who had not called in the ten minutes before.
        public var callers = 0
        /// First attempts that the network lost.
        public var failed = 0
        /// First attempts that were answered.
        public var answered = 0
        /// Answered calls that the network cut, or that ended within ten seconds.
        public var cut = 0
        /// Attempts within ten minutes of another one by the same caller.
        public var retries = 0
        /// Callers expected in the same time by what was learned; `nil` until enough was learned.
        public var expected: Double?

        /// Nothing counted.
        public init() {}
    }

    /// Why counts alone cannot show a failure.
    public enum Unseen: String, Hashable, Sendable, CaseIterable {
        /// Too few weeks of counts.
        case learning
        /// Counts swing as far by themselves: nothing of six weeks stands out of it.
        case swing
    }

    /// How fast a failure could be seen here now: half of such failures by then, whenever they begin.
    public struct Delay: Hashable, Sendable {
        /// By failed attempts, when calls leave records with their causes.
        public var byFailures: Duration?
        /// By missing answers.
        public var byAnswers: Duration?
        /// By missing callers; what is left when a failure leaves no record.
        public var byVolume: Duration?
        /// By what the centre counts.
        public var byReceiver: Duration?
        /// Why neither missing callers nor the centre's counts show it; `nil` where one does, or where nothing is counted.
        public var unseenByCounts: Unseen?

        /// Nothing can be said.
        public init() {}
    }

    /// What people declared about a cell, kept apart from what was measured.
    public struct Declared: Hashable, Sendable {
        /// The state that was declared.
        public var state: ServiceState
        /// By whom: an operator, a centre, a maintenance ticket.
        public var by: String
        /// Since when.
        public var since: Timestamp
        /// In their words.
        public var note: String

        /// All fields at once.
        public init(state: ServiceState, by: String, since: Timestamp, note: String) {
            self.state = state
            self.by = by
            self.since = since
            self.note = note
        }
    }

    /// One service in one department.
    public struct Cell: Sendable {
        /// The short number.
        public var service: EmergencyService
        /// Where the callers are; `none`: not known.
        public var department: DepartmentCode
        /// As measured.
        public var state = ServiceState.learning
        /// Why, in one word that a machine compares: `failures`, `answers`, `volume`, `silence`, `overload`, `blind`, …; empty when normal.
        public var reason = ""
        /// Since when the state has held.
        public var since: Timestamp
        /// Of the last `EmergencyBoard.window`.
        public var measures = Measures()
        /// Share of first attempts that fail on ordinary days, in `0...1`.
        public var usualFailureShare = 0.0
        /// Callers a minute expected now; `nil` until learned.
        public var callersPerMinute: Double?
        /// How fast a failure of three calls in ten could be seen.
        public var delay30 = Delay()
        /// How fast a failure of 11 calls in a hundred could be seen.
        public var delay11 = Delay()
        /// Start of the last attempt.
        public var lastCall: Timestamp?
        /// What people said of it.
        public var declared: Declared?

        /// A cell about which nothing is known yet.
        public init(service: EmergencyService, department: DepartmentCode, since: Timestamp) {
            self.service = service
            self.department = department
            self.since = since
        }
    }

    /// One machine, operator, trunk or centre.
    public struct Element: Sendable {
        /// What it is.
        public enum Kind: String, Sendable, CaseIterable { case node, `operator`, ingress, egress, centre }
        /// What it is.
        public var kind: Kind
        /// Its name; `none` for a centre.
        public var name: Symbol
        /// The centre's long number; `absent` for the others.
        public var number: PhoneNumber
        /// As measured.
        public var state = ServiceState.learning
        /// Of the last `EmergencyBoard.window`.
        public var measures = Measures()
        /// Start of the last attempt.
        public var lastCall: Timestamp?

        /// An element about which nothing is known yet.
        public init(kind: Kind, name: Symbol = .none, number: PhoneNumber = .absent) {
            self.kind = kind
            self.name = name
            self.number = number
        }
    }

    /// A silence that is over: no call of any sort was seen, so nothing can be said of it.
    public struct Gap: Hashable, Sendable {
        /// The last call before it.
        public var from: Timestamp
        /// The first call after it.
        public var to: Timestamp

        /// Both ends at once.
        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }
    }

    /// Gaps kept at most; the latest stay.
    public static let maxGaps = 64

    /// The time that `Measures` cover, up to `at`.
    public static let window = Duration.seconds(15 * 60)

    /// Data time of the board.
    public var at: Timestamp
    /// False alarms a year over the whole nation that the thresholds are set for.
    public var falseAlarmsAYear: Double
    /// The whole nation.
    public var nation: Cell
    /// By service, then department.
    public var cells: [Cell] = []
    /// Machines, operators, trunks and centres, by kind and name.
    public var elements: [Element] = []
    /// What fails now, worst first.
    public var failures: [EmergencyScope] = []
    /// Since when no call of any sort has come; `nil` while calls come.
    public var blindSince: Timestamp?
    /// Silences that are over, oldest first.
    public var gaps: [Gap] = []
    /// How many there were; those that are not in `gaps` came before them.
    public var gapCount = 0

    /// An empty board.
    public init(at: Timestamp, falseAlarmsAYear: Double) {
        self.at = at
        self.falseAlarmsAYear = falseAlarmsAYear
        nation = Cell(service: EmergencyService(rawValue: 0), department: .none, since: at)
    }
}
