public import VigieCalls
public import VigieDetection
public import VigieWire

extension Filter {
    /// Which calls are meant; empty keys do not narrow, all others must hold together.
    public struct Match: Hashable, Sendable {
        /// Trunks by which the call comes in.
        public var ingress: [Symbol] = []
        /// Countries of the displayed caller.
        public var callerCountry: [Country] = []
        /// Beginnings of the displayed caller.
        public var callerPrefixes: [NumberPrefix] = []
        /// Displayed callers; a caller in `callerLists` counts too.
        public var callerNumbers: [PhoneNumber] = []
        /// Lists of displayed callers.
        public var callerLists: [NumberList] = []
        /// Only calls that display no number.
        public var callerWithheld = false
        /// Beginnings of the called number.
        public var calledPrefixes: [NumberPrefix] = []
        /// Called numbers; a number in `calledLists` counts too.
        public var calledNumbers: [PhoneNumber] = []
        /// Lists of called numbers.
        public var calledLists: [NumberList] = []
        /// Only calls between numbers that never spoke before.
        public var firstContact = false
        /// A pair that first spoke at this moment or later counts as one that never spoke: those who insisted while nobody
        /// stopped them are still strangers. `nil`: only pairs that never spoke.
        public var firstContactSince: Timestamp?
        /// Only calls over a border between two numbers neither of which ever spoke with the other's country; the families that
        /// a border divides are left alone, though this cousin never called before. `firstContactSince` holds for it too.
        public var withoutTies = false
        /// Verification results.
        public var verstat: [CallEvent.Verstat] = []
        /// Attestations.
        public var attestation: [CallEvent.Attestation] = []
        /// Hours of the week, local time.
        public var hours: WeeklyHours?
        /// Only while more than these calls, of those that the other keys mean, come in its window.
        public var rate: Rate?

        /// Matches every call: narrow it before use.
        public init() {}

        /// Whether it matters to it who spoke with whom before.
        var asksForStrangers: Bool { firstContact || withoutTies }

        /// How many keys narrow it.
        public var keys: Int {
            [
                ingress.isEmpty, callerCountry.isEmpty, callerPrefixes.isEmpty,
                callerNumbers.isEmpty && callerLists.isEmpty, !callerWithheld,
                calledPrefixes.isEmpty, calledNumbers.isEmpty && calledLists.isEmpty, !firstContact,
                !withoutTies,
                verstat.isEmpty, attestation.isEmpty, hours == nil, rate == nil,
            ].count { !$0 }
        }

        /// Whether a call is meant, its rate apart. Emergency numbers never are: the check stands first and no key reaches it.
        ///
        /// - Parameters:
        ///   - callerCountry: the displayed caller's country by the plan of the day.
        ///   - isFirstContact: whether the two numbers never spoke before.
        ///   - isEmergency: whether the call goes to an emergency service.
        ///   - clock: tells the hours.
        ///   - hasTies: whether one of the two numbers spoke with the other's country before.
        public func matches(
            _ event: CallEvent, callerCountry country: Country, isFirstContact: Bool, isEmergency: Bool,
            clock: LocalClock = LocalClock(), hasTies: Bool = false
        ) -> Bool {
            if isEmergency { return false }
            if !ingress.isEmpty, !ingress.contains(event.ingress) { return false }
            if !callerCountry.isEmpty, !callerCountry.contains(country) { return false }
            if callerWithheld, event.caller != .absent { return false }
            if !callerPrefixes.isEmpty, !callerPrefixes.contains(where: { $0.contains(event.caller) }) {
                return false
            }
            if !callerNumbers.isEmpty || !callerLists.isEmpty, !callerNumbers.contains(event.caller),
                !callerLists.contains(where: { $0.contains(event.caller) })
            {
                return false
            }
            if !calledPrefixes.isEmpty, !calledPrefixes.contains(where: { $0.contains(event.called) }) {
                return false
            }
            if !calledNumbers.isEmpty || !calledLists.isEmpty, !calledNumbers.contains(event.called),
                !calledLists.contains(where: { $0.contains(event.called) })
            {
                return false
            }
            if !verstat.isEmpty, !verstat.contains(event.verstat) { return false }
            if !attestation.isEmpty, !attestation.contains(event.attestation) { return false }
            if let hours, !hours.contains(event.start, by: clock) { return false }
            if withoutTies, hasTies { return false }
            return !firstContact || isFirstContact
        }
    }
}
