public import VigieCalls

/// Which calls are meant, and what to do with them: the contract's `proposed_filter`, the same everywhere.
public struct Filter: Hashable, Sendable {
    /// Which calls are meant; empty keys do not narrow, all others must hold together.
    public struct Match: Hashable, Sendable {
        /// Trunks by which the call comes in.
        public var ingress: [Symbol] = []
        /// Countries of the displayed caller.
        public var callerCountry: [Country] = []
        /// Beginnings of the displayed caller.
        public var callerPrefixes: [NumberPrefix] = []
        /// Displayed callers.
        public var callerNumbers: [PhoneNumber] = []
        /// Beginnings of the called number.
        public var calledPrefixes: [NumberPrefix] = []
        /// Called numbers.
        public var calledNumbers: [PhoneNumber] = []
        /// Only calls between numbers that never spoke before.
        public var firstContact = false

        /// Matches every call: narrow it before use.
        public init() {}

        /// How many keys narrow it.
        public var keys: Int {
            [
                ingress.isEmpty, callerCountry.isEmpty, callerPrefixes.isEmpty, callerNumbers.isEmpty,
                calledPrefixes.isEmpty, calledNumbers.isEmpty, !firstContact,
            ].count { !$0 }
        }

        /// Whether a call is meant. Emergency numbers never are: the check stands first and no key reaches it.
        ///
        /// - Parameters:
        ///   - callerCountry: the displayed caller's country by the plan of the day.
        ///   - isFirstContact: whether the two numbers never spoke before.
        ///   - isEmergency: whether the call goes to an emergency service.
        public func matches(
            _ event: CallEvent, callerCountry country: Country, isFirstContact: Bool, isEmergency: Bool
        ) -> Bool {
            if isEmergency { return false }
            if !ingress.isEmpty, !ingress.contains(event.ingress) { return false }
            if !callerCountry.isEmpty, !callerCountry.contains(country) { return false }
            if !callerPrefixes.isEmpty, !callerPrefixes.contains(where: { $0.contains(event.caller) }) {
                return false
            }
            if !callerNumbers.isEmpty, !callerNumbers.contains(event.caller) { return false }
            if !calledPrefixes.isEmpty, !calledPrefixes.contains(where: { $0.contains(event.called) }) {
                return false
            }
            if !calledNumbers.isEmpty, !calledNumbers.contains(event.called) { return false }
            return !firstContact || isFirstContact
        }
    }

    /// What to do with a call that matches.
    public enum Action: String, CaseIterable, Sendable { case pass, flag, mask, reject, redirect, limit }

    /// Which calls are meant.
    public var match: Match
    /// What to do with them.
    public var action: Action
    /// How long it stays in force, hours; 24 at most, renewable.
    public var expiresHours: Int

    /// A filter; `expiresHours` is brought into `1...24`.
    public init(match: Match, action: Action, expiresHours: Int = 24) {
        self.match = match
        self.action = action
        self.expiresHours = max(1, min(24, expiresHours))
    }
}
