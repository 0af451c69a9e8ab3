public import VigieCalls
public import VigieWire

/// Watches call events in time order and reports findings.
///
/// A detector is a plain value: no clock, no file, no randomness. Its state is bounded by its settings. Silence is told
/// to it by `advance(to:)`, at least once a minute of data time.
public protocol Detector: Sendable {
    /// The page about it, as data.
    static var card: DetectorCard { get }
    /// Takes in one call and what the lane worked out about it.
    mutating func observe(_ event: borrowing CallEvent, _ facts: borrowing CallFacts, report: (Finding) -> Void)
    /// Says that data time has come to `now`, with or without calls.
    mutating func advance(to now: Timestamp, report: (Finding) -> Void)
}

/// A detector's page as data; `vigie detectors --markdown` writes `Docs/detectors/` from the cards.
public struct DetectorCard: Sendable {
    /// How far a detector has proved itself.
    public enum Maturity: String, Sendable { case sandbox, incubating, stable, deprecated }
    /// One tunable.
    public struct Setting: Sendable {
        public var name: String
        public var unit: String
        public var defaultValue: String
        public var meaning: String

        /// A tunable with its unit and default in words.
        public init(_ name: String, unit: String, default defaultValue: String, _ meaning: String) {
            self.name = name
            self.unit = unit
            self.defaultValue = defaultValue
            self.meaning = meaning
        }
    }

    public var kind: IncidentKind
    public var summary: String
    public var maturity: Maturity
    public var sees: [String]
    public var misses: [String]
    public var falseAlarms: [String]
    public var settings: [Setting]
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
