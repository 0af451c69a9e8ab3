public import VigieCalls
public import VigieDetection
public import VigieIncidents
public import VigieMitigation
public import VigieWire

/// All that one analysis found: filled by the pipeline, rendered as text, JSON (`vigie.analysis/1`) and HTML.
public struct AnalysisReport: Sendable {
    /// One file or stream that was read.
    public struct Input: Sendable {
        /// As given by the user.
        public var path: String
        /// `pcap`, `pcapng`, `hep`, `vigie.calls/1 csv`, `asterisk`, …
        public var format: String
        /// Bytes read, inflated.
        public var bytes: UInt64 = 0
        /// SIP messages read.
        public var messages: UInt64 = 0
        /// Rows read.
        public var records: UInt64 = 0
        /// What could not be read, by name.
        public var malformed = NamedCounts()
        /// What was read and set aside, by name.
        public var dropped = NamedCounts()
        /// What was assumed or mended on the way, by name: told, so that nothing is guessed in silence.
        public var notes = NamedCounts()
        /// The first rows that were refused, with row, field and offset.
        public var problems: [RowProblem] = []
        /// Why reading stopped before the end; `nil`: it did not.
        public var stopped: String?
        /// Whether nothing of it could be read; `stopped` says why.
        public var isRefused: Bool { format == Self.unreadable }

        private static let unreadable = "unreadable"

        /// An input of which nothing was read yet.
        public init(path: String, format: String) {
            self.path = path
            self.format = format
        }

        /// An input of which nothing can be read.
        public init(path: String, refused reason: String) {
            self.init(path: path, format: Self.unreadable)
            stopped = reason
        }
    }

    /// Attempts and answers of one hour (UTC).
    public struct Hour: Sendable {
        /// Where the hour begins.
        public var start: Timestamp
        /// Attempts that began in it.
        public var attempts: Int
        /// Those of them that were answered.
        public var answered: Int

        /// One hour's counts.
        public init(start: Timestamp, attempts: Int, answered: Int) {
            self.start = start
            self.attempts = attempts
            self.answered = answered
        }
    }

    /// One incident with what a second look at its calls told.
    public struct Entry: Sendable {
        /// The incident.
        public var incident: Incident
        /// What the second look told.
        public var dossier: Dossier
        /// The filter worth showing; `nil`: none is.
        public var proposal: FilterProposal?

        /// An incident, its dossier and the filter proposed against it.
        public init(incident: Incident, dossier: Dossier, proposal: FilterProposal?) {
            self.incident = incident
            self.dossier = dossier
            self.proposal = proposal
        }
    }

    /// In the order in which they were given: records, then captures.
    public var inputs: [Input] = []
    /// Of all calls.
    public var statistics = CallStatistics()
    /// Those with calls, in order.
    public var hours: [Hour] = []
    /// Most severe first, then oldest.
    public var entries: [Entry] = []
    /// Names of trunks, nodes and operators.
    public var symbols = SymbolTable()
    /// The operator's country.
    public var home: Country = .france
    /// Seconds east of UTC by which times are shown to people.
    public var displayOffsetSeconds = 0
    /// Calls that the journal could not keep: the dossiers do not know them.
    public var forgotten: UInt64 = 0
    /// What joining messages into calls met: retransmissions, responses without a request, …
    public var joining = NamedCounts()
    /// Where a bound of memory or time was met, by name: numbers or pairs forgotten early, incidents without a second look,
    /// findings without room; empty when none was.
    public var limits = NamedCounts()
    /// Surges of calls between strangers that no translation fault explains: looked into and set aside.
    public var surges = 0
    /// Events that came too late for their place in time; they were used all the same.
    public var late: UInt64 = 0
    /// Whether so many came late that what is told, or that nothing is, cannot be trusted: more than one in a hundred.
    public var isOutOfOrder: Bool { late > max(100, statistics.attempts / 100) }

    /// Whether the inputs were not in the order of time and were put in it before they were judged.
    public var isSorted = false

    /// How the emergency numbers stood at the end; `nil` when no emergency call was seen.
    public var emergency: EmergencyBoard?
    /// Entries of the change calendar that touch the time of the calls, or the day before.
    public var calendar: [PlannedChange] = []

    /// An empty report.
    public init() {}
}
