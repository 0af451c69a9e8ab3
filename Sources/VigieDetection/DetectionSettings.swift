public import VigieCalls

/// Everything that can be tuned in detection; the defaults suit a national operator's interconnect.
public struct DetectionSettings: Sendable {
    /// How much the lane remembers.
    public struct Memory: Sendable {
        /// How long two numbers that spoke are known to each other; 1…365 days.
        public var pairSpan: Duration = .seconds(90 * 86_400)
        /// Slots of 4 bytes for pairs at most; grown only when needed.
        public var pairs = 8_388_608
        /// Numbers whose activity is kept at most, 8 bytes each; grown only when needed.
        public var numbers = 4_194_304

        /// 32 MiB of pairs and 32 MiB of numbers when full.
        public init() {}
    }

    /// How much the lane remembers.
    public var memory = Memory()
    /// The country whose network this is: numbers as dialled are read by its plan.
    public var home = Country.france
    /// Where the callers live, as an IANA name or an offset: what is usual depends on their hour of the week.
    public var timeZone = LocalClock.centralEurope

    /// Tunables of the detectors, each on its card.
    public var misroutedFlood = MisroutedFlood.Settings()
    /// Tunables of telephony-dos.
    public var telephonyDoS = TelephonyDoS.Settings()
    /// Tunables of number-usurpation.
    public var numberUsurpation = NumberUsurpation.Settings()
    /// Tunables of dialer-campaign.
    public var dialerCampaign = DialerCampaign.Settings()
    /// Tunables of wangiri.
    public var wangiri = Wangiri.Settings()
    /// Tunables of revenue-share-fraud.
    public var revenueShareFraud = RevenueShareFraud.Settings()

    /// Tunables of emergency-failure.
    public var emergencyFailure = EmergencyFailure.Settings()

    /// The defaults.
    public init() {}
}
