/// The detectors of a lane, in the order in which they see a call.
enum Catalog {
    /// One line for each detector.
    static func detectors(_ settings: DetectionSettings) -> [any Detector] {
        [
            MisroutedFlood(
                settings: settings.misroutedFlood, home: settings.home,
                clock: LocalClock(zone: settings.timeZone)),
            TelephonyDoS(settings: settings.telephonyDoS),
            NumberUsurpation(settings.numberUsurpation),
            DialerCampaign(settings.dialerCampaign, home: settings.home),
            Wangiri(settings.wangiri),
            RevenueShareFraud(settings.revenueShareFraud, home: settings.home),
            EmergencyFailure(
                settings: settings.emergencyFailure, home: settings.home,
                clock: LocalClock(zone: settings.timeZone)),
        ]
    }

    /// The page of every detector, one line for each.
    static let cards: [DetectorCard] = [
        MisroutedFlood.card,
        TelephonyDoS.card,
        NumberUsurpation.card,
        DialerCampaign.card,
        Wangiri.card,
        RevenueShareFraud.card,
        EmergencyFailure.card,
    ]
}

extension DetectorCard {
    /// The pages of all detectors, in the lane's order.
    public static var all: [DetectorCard] { Catalog.cards }
}
