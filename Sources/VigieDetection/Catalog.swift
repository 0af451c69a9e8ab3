/// The detectors of a lane, in the order in which they see a call.
enum Catalog {
    /// One line for each detector.
    static func detectors(_ settings: DetectionSettings) -> [any Detector] {
        [
            NumberUsurpation()
        ]
    }

    /// The page of every detector, one line for each.
    static let cards: [DetectorCard] = [
        NumberUsurpation.card
    ]
}

extension DetectorCard {
    /// The pages of all detectors, in the lane's order.
    public static var all: [DetectorCard] { Catalog.cards }
}
