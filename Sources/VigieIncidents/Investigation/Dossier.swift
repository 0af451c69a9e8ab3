public import VigieCalls
public import VigieWire

/// What a second look at the stored calls tells about an incident: counts, census, series and flows.
public struct Dossier: Sendable {
    /// One telephone line that the trouble reached.
    public struct Reached: Sendable {
        /// The line.
        public var number: PhoneNumber
        /// How many calls.
        public var calls = 0
        /// How many of them were answered.
        public var answered = 0
        /// Calls for which a charge above zero is on record.
        public var charged = 0
        /// Start of the first call.
        public var first: Timestamp
        /// Start of the last call.
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
        /// Where the hour begins.
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
        /// The callers' area, as a prefix.
        public var from: String
        /// The area called, as a prefix.
        public var to: String
        /// How many calls.
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
    /// The one caller who made more than half of the calls; nil when nobody did.
    public var mainCaller: PhoneNumber?
    /// Callers that had been called with the number in question before they called it: the paired proof.
    public var pairs = 0
    /// Calls of the trouble that were answered.
    public var answered = 0
    /// Answered, and over within ten seconds.
    public var shortCalls = 0
    /// Calls to numbers that the plan has not given out.
    public var unallocated = 0
    /// Calls with a charge above zero.
    public var charged = 0
    /// Calls with a charge of zero.
    public var free = 0
    /// Calls with no charge on record.
    public var chargeUnknown = 0
    /// The lines reached, most calls first.
    public var reached: [Reached] = []
    /// How many lines in all; more than `reached.count` when the census was cut at `maxReached`.
    public var reachedTotal = 0
    /// Hour by hour, those with calls.
    public var hours: [Hour] = []
    /// Largest first, at most 40.
    public var flows: [Flow] = []
    /// Calls of the proof by trunk, most first.
    public var proofTrunks: [(Symbol, Int)] = []
    /// Countries of the callers of the proof, most first.
    public var proofCountries: [(Country, Int)] = []
    /// Calls of the trouble by trunk, most first.
    public var trunks: [(Symbol, Int)] = []
    /// Calls of the trouble by node, most first.
    public var nodes: [(Symbol, Int)] = []
    /// Calls of the trouble by operator, most first.
    public var operators: [(Symbol, Int)] = []
    /// Countries of the callers, most first.
    public var countries: [(Country, Int)] = []
    /// Departments of the lines reached, most first.
    public var departments: [(String, Int)] = []
    /// Callers of an emergency number who did not get through, the latest first; for those who may see it.
    public var callBacks: [CallBack] = []
    /// Up to ten calls that show it.
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
