public import VigieCalls

/// Which calls are meant, and what to do with them: the contract's `proposed_filter`, the same everywhere.
public struct Filter: Hashable, Sendable {
    /// Which calls are meant; empty keys do not narrow, all others must hold together.
    public struct Match: Hashable, Sendable {
        public var ingress: [Symbol] = []
        public var callerCountry: [Country] = []
        public var callerPrefixes: [NumberPrefix] = []
        public var callerNumbers: [PhoneNumber] = []
        public var calledPrefixes: [NumberPrefix] = []
        public var calledNumbers: [PhoneNumber] = []
        /// Only calls between numbers that never spoke before.
        public var firstContact = false
        /// Local hours, `HH:MM-HH:MM`; `nil`: all day.
        public var hours: String?

        /// Matches every call: narrow it before use.
        public init() {}
    }

    /// What to do with a call that matches.
    public enum Action: String, CaseIterable, Sendable { case pass, flag, mask, reject, redirect, limit }

    public var match: Match
    public var action: Action
    /// How long it stays in force; 24 h at most, renewable.
    public var expires: Duration

    /// All fields at once.
    public init(match: Match, action: Action, expires: Duration) {
        self.match = match
        self.action = action
        self.expires = expires
    }
}
