public import VigieCalls
public import VigieWire

/// What a filter would have done to stored calls: what it is for, what it would cost, and examples to look at.
public struct TrialReport: Hashable, Sendable {
    /// A call that the filter would have met.
    public struct Example: Hashable, Sendable {
        /// When it was made.
        public var at: Timestamp
        /// The number displayed.
        public var caller: PhoneNumber
        /// The number called.
        public var called: PhoneNumber
        /// The trunk's name.
        public var ingress: String
        /// Whether it belongs to what should be stopped, by the incident.
        public var isWanted: Bool
        /// Seconds of talk, 0 when it was not answered.
        public var talkSeconds: Int

        /// An example.
        public init(
            at: Timestamp, caller: PhoneNumber, called: PhoneNumber, ingress: String, isWanted: Bool,
            talkSeconds: Int
        ) {
            self.at = at
            self.caller = caller
            self.called = called
            self.ingress = ingress
            self.isWanted = isWanted
            self.talkSeconds = talkSeconds
        }
    }

    /// Examples kept at most of each kind.
    public static let maxExamples = 10

    /// The first and the last stored call that was looked at; `nil`: there was none.
    public var from: Timestamp?
    /// See `from`.
    public var until: Timestamp?
    /// Calls looked at.
    public var calls = 0
    /// Calls that the filter would have met.
    public var matched = 0
    /// Of those, calls that were answered and lasted half a minute: a sign that somebody wanted them.
    public var matchedWithTalk = 0
    /// Calls that should be stopped, by the incident; 0 without one.
    public var wanted = 0
    /// Of those, calls that would have been.
    public var wantedStopped = 0
    /// Wanted calls of the same kind, by the incident; without one: calls of half a minute or more.
    public var legitimate = 0
    /// Of those, calls that would have been stopped.
    public var legitimateStopped = 0
    /// Some of the calls it would have met: first those that it should have left alone, or of which nothing is known.
    public var examples: [Example] = []

    /// Nothing looked at.
    public init() {}

    /// Share of the calls to stop that would have been stopped, in `0...1`; 0 when none was seen.
    public var wantedShare: Double { wanted == 0 ? 0 : Double(wantedStopped) / Double(wanted) }
    /// Share of the wanted calls that would have been stopped too, in `0...1`; 0 when none was seen.
    public var legitimateShare: Double {
        legitimate == 0 ? 0 : Double(legitimateStopped) / Double(legitimate)
    }
}
