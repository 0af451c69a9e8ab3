public import VigieCalls
public import VigieWire

/// What a second look at the stored calls tells about an incident: counts, census, series and flows.
public struct Dossier: Sendable {
    /// One telephone line that the trouble reached.
    public struct Reached: Sendable {
        public var number: PhoneNumber
        public var calls = 0
        public var answered = 0
        /// Calls for which a charge above zero is on record.
        public var charged = 0
        public var first: Timestamp
        public var last: Timestamp

        /// A line that was reached from `first` to `last`; the counts begin at 0.
        public init(number: PhoneNumber, first: Timestamp, last: Timestamp) {
            self.number = number
            self.first = first
            self.last = last
        }
    }

    /// Calls of one hour (UTC).
    public struct Hour: Sendable {
        public var start: Timestamp
        /// Calls that belong to the trouble.
        public var trouble = 0
        /// Other calls of the same kind.
        public var ordinary = 0

        /// An hour without calls.
        public init(start: Timestamp) { self.start = start }
    }

    /// Calls from one place to another.
    public struct Flow: Sendable {
        public var from: String
        public var to: String
        public var calls: Int

        /// So many calls from one place to another.
        public init(from: String, to: String, calls: Int) {
            self.from = from
            self.to = to
            self.calls = calls
        }
    }

    /// Calls that belong to the trouble, each attempt counted.
    public var calls = 0
    /// Calls that prove its cause (see `IncidentScope.Role`).
    public var proofs = 0
    /// Wanted calls of the same kind, over the whole journal.
    public var ordinary = 0
    /// Distinct callers of the trouble; exact up to `maxDistinct`.
    public var distinctCallers = 0
    /// Callers that had been called with the number in question before they called it: the paired proof.
    public var pairs = 0
    public var answered = 0
    /// Answered, and over within ten seconds.
    public var shortCalls = 0
    /// Calls to numbers that the plan has not given out.
    public var unallocated = 0
    /// Calls with a charge above zero, with a charge of zero, and with no charge on record.
    public var charged = 0
    public var free = 0
    public var chargeUnknown = 0
    /// The lines reached, most calls first.
    public var reached: [Reached] = []
    /// How many lines in all; more than `reached.count` when the census was cut at `maxReached`.
    public var reachedTotal = 0
    public var hours: [Hour] = []
    /// Largest first, at most 40.
    public var flows: [Flow] = []
    /// Calls of the proof by trunk, most first; and the countries of their callers.
    public var proofTrunks: [(Symbol, Int)] = []
    public var proofCountries: [(Country, Int)] = []
    /// Calls of the trouble by trunk, by node and by operator, most first.
    public var trunks: [(Symbol, Int)] = []
    public var nodes: [(Symbol, Int)] = []
    public var operators: [(Symbol, Int)] = []
    /// Countries of the callers, most first.
    public var countries: [(Country, Int)] = []
    /// Departments of the lines reached, most first.
    public var departments: [(String, Int)] = []
    public var samples: [CallID] = []

    /// Distinct callers counted exactly at most.
    public static let maxDistinct = 1_000_000
    /// Lines in the census at most.
    public static let maxReached = 200_000

    /// Nothing known yet.
    public init() {}

    /// The trunk by which at least nine in ten calls of the trouble came.
    public var dominantTrunk: Symbol? {
        guard let top = trunks.first, top.0 != .none, top.1 * 10 >= calls * 9 else { return nil }
        return top.0
    }
}
