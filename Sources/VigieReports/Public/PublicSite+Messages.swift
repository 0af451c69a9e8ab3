public import VigieIncidents
public import VigieWire

// Texts that a person sends by other means: Vigie writes them, and never sends them.
extension PublicSite {
    /// Characters of one SMS in the GSM 7-bit alphabet (3GPP TS 23.038).
    public static let smsLimit = 160

    /// An SMS for the subscribers of one department, in the alphabet that fits 160 characters.
    public func sms(_ notice: PublicNotice, department: String) -> String {
        let lines = notice.lines.filter { $0.department == department }
        let isEuropeanLost = lines.contains { $0.shortNumber == "112" }
        let way = isEuropeanLost ? "Reessayez, ou autre telephone." : "Urgence vitale : essayez le 112."
        if let retraction = notice.retraction {
            return
                "Avis du \(Self.shortDate(retraction.firstSaid, department)) publie par erreur, retire. Composez le 15, 17, 18 ou 112 comme d'habitude."
        }
        let place = notice.isPlaceUnknown == true ? "lieu inconnu" : department
        var text =
            notice.kind == .allClear
            ? "Appels d'urgence retablis. Composez le 15, 17, 18 ou 112 comme d'habitude."
            : "Appels au \(lines.map(\.shortNumber).joined(separator: ", ")) perturbes (\(place)). \(way)"
        if notice.kind != .allClear {
            for line in lines {
                guard let number = line.fallbacks.first else { continue }
                let next = " \(line.shortNumber): \(Self.spoken(number).filter { $0 != "\u{00A0}" })"
                if text.count + next.count > Self.smsLimit { break }
                text += next
            }
        }
        return String(text.prefix(Self.smsLimit))
    }

    /// `02/06 18:30` in the department's time.
    private static func shortDate(_ moment: Timestamp, _ department: String) -> String {
        let civil = CivilTime(moment, offsetSeconds: offset(moment, department))
        func two(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        return "\(two(civil.day))/\(two(civil.month)) \(two(civil.hour)):\(two(civil.minute))"
    }

    /// A legal clock: what must be told to whom by when.
    public struct Clock: Sendable {
        /// The rule, with its article.
        public var rule: String
        /// To whom.
        public var recipient: String
        /// By when; `nil`: at once.
        public var due: Timestamp?
        /// Where we read the rule; `nil`: it was not verified at its source, and every paper says so.
        public var source: String?
    }

    /// The clocks that start when the operator knows: the operator's lawyer says which apply.
    ///
    /// Clocks of a month are counted as thirty days from when the operator knew: never later than the rule, whenever it was notified.
    public static func clocks(knownAt: Timestamp) -> [Clock] {
        let day: Int64 = 86_400
        let month = 30 * day
        let nis2 = "directive (UE) 2022/2555, article 23, paragraphe 4 ; transposition française NON VÉRIFIÉE"
        return [
            Clock(
                rule: "CPCE D98-5 III",
                recipient: "ministre de l’Intérieur (et ANSSI si l’origine est informatique)",
                due: nil, source: "Arcep, page sur la notification des incidents"),
            Clock(
                rule: "CPCE L33-1, D98-8-10", recipient: "autorités et centres concernés (CCED)", due: nil,
                source: "décret 2023-827 et arrêté du 29 août 2023"),
            Clock(
                rule: "directive (UE) 2022/2557 (CER), article 15 : première notification",
                recipient: "autorité compétente",
                due: knownAt + .seconds(day), source: "directive (UE) 2022/2557, article 15, paragraphe 1"),
            Clock(
                rule: "directive (UE) 2022/2557 (CER), article 15 : rapport détaillé, un mois après",
                recipient: "autorité compétente",
                due: knownAt + .seconds(month), source: "directive (UE) 2022/2557, article 15, paragraphe 1"),
            Clock(
                rule: "directive (UE) 2022/2555 (NIS 2), article 23 : alerte précoce",
                recipient: "CSIRT ou autorité compétente", due: knownAt + .seconds(day), source: nis2),
            Clock(
                rule: "directive (UE) 2022/2555 (NIS 2), article 23 : notification",
                recipient: "CSIRT ou autorité compétente", due: knownAt + .seconds(3 * day), source: nis2),
            Clock(
                rule:
                    "directive (UE) 2022/2555 (NIS 2), article 23 : rapport final, un mois après la notification",
                recipient: "CSIRT ou autorité compétente", due: knownAt + .seconds(month), source: nis2),
        ]
    }
}
