public import VigieCalls
public import VigieWire

/// Some records, and where the next ones begin.
public struct StorePage<Record: Sendable>: Sendable {
    /// In the order that the query promises.
    public var records: [Record]
    /// Give it back as the query's `cursor` for the page behind this one; `nil` at the end. Letters, digits, `-` and `.`.
    public var next: String?

    /// A page.
    public init(records: [Record], next: String?) {
        self.records = records
        self.next = next
    }
}

/// Which incidents.
public struct IncidentQuery: Sendable {
    /// Only these states; empty: all.
    public var states: [String] = []
    /// Only these kinds; empty: all.
    public var kinds: [String] = []
    /// Only those that had a call within this window.
    public var window: ClosedRange<Timestamp>?
    /// Records in the page, `1...StoreLimits.page`.
    public var limit = 100
    /// `next` of the page before.
    public var cursor: String?

    /// All incidents, the first page.
    public init(
        states: [String] = [], kinds: [String] = [], window: ClosedRange<Timestamp>? = nil, limit: Int = 100,
        cursor: String? = nil
    ) {
        self.states = states
        self.kinds = kinds
        self.window = window
        self.limit = limit
        self.cursor = cursor
    }
}

/// Which filters.
public struct FilterQuery: Sendable {
    /// Only these states; empty: all.
    public var states: [String] = []
    /// Only those about this incident.
    public var incident: String?
    /// Records in the page, `1...StoreLimits.page`.
    public var limit = 100
    /// `next` of the page before.
    public var cursor: String?

    /// All filters, the first page.
    public init(states: [String] = [], incident: String? = nil, limit: Int = 100, cursor: String? = nil) {
        self.states = states
        self.incident = incident
        self.limit = limit
        self.cursor = cursor
    }
}

/// Which calls. What is `nil` does not narrow.
public struct CallQuery: Sendable {
    /// Where in a call a number is looked for.
    public struct Roles: OptionSet, Sendable {
        /// One bit a role.
        public var rawValue: UInt8
        /// From bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The number that was displayed.
        public static let caller = Roles(rawValue: 1)
        /// The number that was called, as dialled too.
        public static let called = Roles(rawValue: 2)
        /// The number that the network vouches for.
        public static let asserted = Roles(rawValue: 4)
        /// The number that the call was diverted from.
        public static let divertedFrom = Roles(rawValue: 8)
        /// All of them.
        public static let any: Roles = [.caller, .called, .asserted, .divertedFrom]
    }

    /// Calls with this number in one of `roles`.
    public var number: PhoneNumber?
    /// Where `number` is looked for.
    public var roles = Roles.any
    /// Calls that started in this window.
    public var window: ClosedRange<Timestamp> = .distantPast ... .distantFuture
    /// Calls that talked this long; those that were not answered talk zero.
    public var talk: ClosedRange<Duration>?
    /// Calls with a final SIP status in this range.
    public var sipStatus: ClosedRange<UInt16>?
    /// Calls with this Q.850 cause.
    public var q850: UInt8?
    /// Calls with this outcome.
    public var outcome: CallOutcome?
    /// Calls that came in here.
    public var ingress: Symbol?
    /// Calls with this `CallID.key`.
    public var callKey: UInt64?
    /// Calls in the page, `1...StoreLimits.page`.
    public var limit = 100
    /// `next` of the page before.
    public var cursor: String?
    /// Blocks of about 1,200 calls that one page may read; then the page ends early, with a cursor. 4,096 are 0.5 GiB.
    public var blockBudget = 4_096

    /// All calls, the first page.
    public init() {}
}

/// A UTC day of stored calls.
public struct CallDay: Sendable, Equatable {
    /// `2009-02-17`.
    public var name: String
    /// Its midnight.
    public var start: Timestamp
    /// Calls stored.
    public var calls: Int
    /// Bytes on the disk.
    public var bytes: Int

    /// All fields at once.
    public init(name: String, start: Timestamp, calls: Int, bytes: Int) {
        self.name = name
        self.start = start
        self.calls = calls
        self.bytes = bytes
    }
}

/// What became of appended calls.
public struct CallAppendResult: Sendable, Equatable {
    /// Kept.
    public var stored = 0
    /// Refused: of a day before the retention, or after tomorrow.
    public var outsideRetention = 0
    /// Not kept: the disk is full or refuses, or the day's or the total cap is reached.
    public var dropped = 0
    /// Why calls were dropped.
    public var error: StoreError?

    /// Nothing yet.
    public init() {}
}

/// What a sweep removed.
public struct SweepReport: Sendable, Equatable {
    /// Days of calls, by name.
    public var days: [String] = []
    /// Calls in them.
    public var calls = 0
    /// Resolved incidents, with their evidence.
    public var incidents = 0
    /// Batches and spooled files done.
    public var feedRecords = 0
    /// Days of minutes of emergency calls.
    public var minuteDays = 0
    /// Why days of calls were kept although they are over: the clock jumped. `nil` when none was.
    public var held: String?

    /// Nothing.
    public init() {}
}

/// A named number for the metrics.
public struct StoreCounter: Sendable, Equatable {
    /// What is counted; `_bytes` and `_files` are sizes, the others only grow.
    public var name: String
    /// How many.
    public var value: UInt64

    /// A name and a number.
    public init(_ name: String, _ value: UInt64) {
        self.name = name
        self.value = value
    }
}

/// How long things are kept.
public struct StoreRetention: Sendable, Equatable {
    /// Calls, whole UTC days.
    public var callDays = 30
    /// Resolved incidents and their evidence, days after their last call.
    public var incidentDays = 400
    /// Ids of batches and of files done, days.
    public var feedDays = 45
    /// Bytes of one day of calls: 16 GiB are some 170 million calls.
    public var dayBytes = 16 << 30
    /// Bytes of all days of calls; the oldest day goes when they are reached.
    public var callBytes = 64 << 30
    /// Minutes of emergency calls, whole UTC days: a year, and the month that compares with it.
    public var minuteDays = 400
    /// Bytes of one day of minutes; a nation's ordinary day takes about one MiB.
    public var minuteDayBytes = 64 << 20
    /// Bytes of all days of minutes with what they add up to; the oldest day goes when they are reached.
    public var minuteBytes = 8 << 30

    /// The defaults.
    public init() {}
}
