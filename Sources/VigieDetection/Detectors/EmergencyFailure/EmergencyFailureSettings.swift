public import VigieCalls

extension EmergencyFailure {
    /// What can be tuned.
    public struct Settings: Sendable {
        /// False alarms a year over the whole nation, all tests together.
        public var falseAlarmsAYear = 1.0
        /// The centres, by the long numbers to which short ones are routed.
        public var centres = EmergencyCentres()
        /// Attempts held for the search of what they share, 48 bytes each.
        public var attempts = 262_144

        /// One false alarm a year; no centre known.
        public init() {}
    }
}
