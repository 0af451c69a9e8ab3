import VigieCalls
public import VigieDetection
public import VigieWire

extension ReceiverComparison {
    /// Both counts and what they say together, for the API.
    public var json: JSONValue {
        .object([
            ("centre", .string(centre)), ("service", .string(count.service.description)),
            ("department", .string(count.department.description)), ("start", JSONValue(count.start)),
            ("seconds", .integer(count.length.components.seconds)),
            (
                "centre_counted",
                .object([
                    ("seen", .integer(Int64(count.attempts))), ("answered", .integer(Int64(count.answered))),
                    ("abandoned", .integer(Int64(count.abandoned))),
                ])
            ),
            (
                "network_counted",
                .object([
                    ("attempts", .integer(Int64(network.attempts))),
                    ("delivered", .integer(Int64(network.delivered))),
                    ("failed", .integer(Int64(network.failed))),
                ])
            ),
            ("verdict", .string(verdict.rawValue)),
        ])
    }

    /// What the two say together, in a few words.
    public func sentence(_ language: ReportLanguage) -> String {
        switch verdict {
        case .agree: language.choose("both agree", "les deux concordent")
        case .receiverSilent:
            language.choose(
                "delivered by the network, not seen by the centre",
                "remis par le réseau, non vus par le centre")
        case .networkFailed:
            language.choose("lost in the network before the centre", "perdus dans le réseau avant le centre")
        case .networkBlind:
            language.choose(
                "the centre hears calls that this network does not show",
                "le centre reçoit des appels que ce réseau ne montre pas")
        case .tooFew: language.choose("too few calls to tell", "trop peu d’appels pour conclure")
        }
    }
}
