public import VigieCalls
public import VigieWire

/// Watches call events in time order and reports findings.
///
/// A detector is a plain value: no clock, no file, no randomness. Its state is bounded by its settings. Silence is told
/// to it by `advance(to:)`, at least once a minute of data time.
public protocol Detector: Sendable {
    /// The page about it, as data.
    static var card: DetectorCard { get }
    /// Says that this call comes soon: whoever keeps big tables asks for the lines that it will read. Changes nothing.
    mutating func prepare(for call: UpcomingCall)
    /// Takes in one call and what the lane worked out about it.
    mutating func observe(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void)
    /// Says that data time has come to `now`, with or without calls.
    mutating func advance(to now: Timestamp, report: (Finding) -> Void)
    /// Takes in what became of a call that `observe` saw as it began, with outcome `indeterminate`: on a live node a SIP server
    /// asks about a call first, and mirrored messages or a record tell its end. Not a further call; by default not looked at.
    mutating func complete(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void)
    /// Writes everything it has learned and watches, or reads it back; see `StateCoder`. By default it has nothing to remember.
    ///
    /// A detector that keeps tables must have one: else a restart forgets what is normal.
    mutating func code(_ state: inout StateCoder)
}

extension Detector {
    /// Does not look at it.
    public mutating func complete(
        _ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void
    ) {}

    /// Has nothing to remember.
    public mutating func code(_ state: inout StateCoder) {}
}

extension Detector {
    /// Small tables need no preparation.
    public mutating func prepare(for call: UpcomingCall) {}
}

/// What is worked out of a call some calls before its turn, for `Detector.prepare`.
public struct UpcomingCall: Sendable {
    /// The number that will be displayed.
    public var caller: PhoneNumber
    /// The number that will be called.
    public var called: PhoneNumber
    /// The trunk by which it comes.
    public var ingress: Symbol
    /// As they will be in `CallFacts`.
    public var callerHash: UInt64
    /// Of the called number.
    public var calledHash: UInt64
    /// Of the pair.
    public var pairHash: UInt64

    init(caller: PhoneNumber, called: PhoneNumber, ingress: Symbol) {
        self.caller = caller
        self.called = called
        self.ingress = ingress
        callerHash = KeyHash.of(caller.rawValue)
        calledHash = KeyHash.of(called.rawValue)
        pairHash = KeyHash.ofPair(caller, called)
    }
}

/// A detector's page as data; `vigie detectors --markdown` writes `Docs/detectors/` from the cards.
public struct DetectorCard: Sendable {
    /// How far a detector has proved itself.
    public enum Maturity: String, Sendable { case sandbox, incubating, stable, deprecated }
    /// One tunable.
    public struct Setting: Sendable {
        /// As it is called in the code.
        public var name: String
        /// Its unit, in words.
        public var unit: String
        /// Its default, in words.
        public var defaultValue: String
        /// What it does, in one sentence.
        public var meaning: String

        /// A tunable with its unit and default in words.
        public init(_ name: String, unit: String, default defaultValue: String, _ meaning: String) {
            self.name = name
            self.unit = unit
            self.defaultValue = defaultValue
            self.meaning = meaning
        }
    }

    /// The kind of incident that it finds.
    public var kind: IncidentKind
    /// What it finds, in one sentence.
    public var summary: String
    /// How far it has proved itself.
    public var maturity: Maturity
    /// What it finds.
    public var sees: [String]
    /// What it cannot find.
    public var misses: [String]
    /// What it may take for trouble, and the budget.
    public var falseAlarms: [String]
    /// What can be tuned.
    public var settings: [Setting]
    /// Where the method and the facts come from.
    public var references: [String]
    /// Events in, findings out, in diff form.
    public var example: String

    /// All fields at once.
    public init(
        kind: IncidentKind, summary: String, maturity: Maturity, sees: [String], misses: [String],
        falseAlarms: [String], settings: [Setting], references: [String], example: String
    ) {
        self.kind = kind
        self.summary = summary
        self.maturity = maturity
        self.sees = sees
        self.misses = misses
        self.falseAlarms = falseAlarms
        self.settings = settings
        self.references = references
        self.example = example
    }
}
