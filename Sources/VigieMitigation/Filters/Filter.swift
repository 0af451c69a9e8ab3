/// Which calls are meant, and what to do with them: the contract's `proposed_filter`, the same everywhere.
public struct Filter: Hashable, Sendable {
    /// What to do with a call that matches.
    public enum Action: String, CaseIterable, Sendable { case pass, flag, mask, reject, redirect, limit }

    /// What calls are counted together.
    public enum Key: String, CaseIterable, Sendable {
        /// All calls that the filter means.
        case filter
        /// Calls to one number.
        case calledNumber = "called_number"
        /// Calls to one range: numbers that share their first digits.
        case calledRange = "called_range"
        /// Calls of one displayed caller.
        case caller
        /// Calls of one caller to one number.
        case pair
    }

    /// So many calls in so much time, counted together by a key.
    public struct Rate: Hashable, Sendable {
        /// The most calls.
        public static let maxCalls = 1_000_000
        /// The longest window: one day, in seconds.
        public static let maxSeconds = 86_400

        /// Calls, in `1...1_000_000`.
        public var calls: Int
        /// The window's length in seconds, in `1...86_400`.
        public var seconds: Int
        /// What is counted together.
        public var per: Key
        /// For `.calledRange`: how many leading digits make a range, country code included, in `1...15`.
        public var digits: Int

        /// A rate; values are brought into their ranges.
        public init(calls: Int, seconds: Int, per: Key, digits: Int = 6) {
            self.calls = max(1, min(Self.maxCalls, calls))
            self.seconds = max(1, min(Self.maxSeconds, seconds))
            self.per = per
            self.digits = per == .calledRange ? max(1, min(15, digits)) : 0
        }
    }

    /// What the caller's operator is told, and where calls are led.
    public struct Answer: Hashable, Sendable {
        /// The longest reason, in bytes: it goes into a `Reason` header (RFC 3326).
        public static let maxReasonBytes = 128
        /// The longest announcement URI, in bytes.
        public static let maxURIBytes = 256

        /// Why, in plain words; empty: the node's own words.
        public var reason = ""
        /// The SIP status code of a refusal, 400...699; `nil`: the peer's block style.
        public var sipCode: UInt16?
        /// For `.redirect`: the `sip:` or `sips:` URI of an announcement; empty: the node's own.
        public var announcement = ""

        /// The node's own words.
        public init() {}
    }

    /// Which calls are meant.
    public var match: Match
    /// What to do with them.
    public var action: Action
    /// How long it stays in force, hours; 24 at most, renewable.
    public var expiresHours: Int
    /// Filters of a higher priority are asked first, in `-100...100`; see `DecisionTable` for the whole order.
    public var priority = 0
    /// For `.limit`: what is let through.
    public var limit: Rate?
    /// What is said.
    public var answer = Answer()

    /// A filter; `expiresHours` is brought into `1...24`.
    public init(match: Match, action: Action, expiresHours: Int = 24) {
        self.match = match
        self.action = action
        self.expiresHours = max(1, min(24, expiresHours))
    }
}
