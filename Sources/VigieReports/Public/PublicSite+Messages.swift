public import VigieIncidents
public import VigieWire

// Texts that a person sends by other means: Vigie writes them, and never sends them.
extension PublicSite {
    /// The most characters of a FR-Alert message: 15 pages of 93 characters.
    public static let alertLimit = 1_395
    /// Characters of one SMS in the GSM 7-bit alphabet (3GPP TS 23.038).
    public static let smsLimit = 160

    /// A draft for FR-Alert; the authority that sends it decides on text and zone.
    public func alertDraft(_ notice: PublicNotice) -> String {
        var text = headline(notice, .french) + ". "
        if !notice.kind.tellsOfTrouble {
            return String((text + body(notice, .french)).prefix(Self.alertLimit))
        }
        text += ReportLanguage.french.advice(for: notice.lines).prefix(2).joined(separator: " ")
        var lines = ""
        for line in notice.lines {
            guard let number = line.fallbacks.first else { continue }
            let next = " \(line.department)/\(line.shortNumber) : \(Self.spoken(number))."
            if text.count + lines.count + next.count + 40 > Self.alertLimit { break }
            lines += next
        }
        if !lines.isEmpty { text += " En cas d’échec :" + lines }
        if !publisher.address.isEmpty, text.count + publisher.address.count + 3 <= Self.alertLimit {
            text += " " + publisher.address + "/"
        }
        return String(text.prefix(Self.alertLimit))
    }

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

    /// The notice to the authorities, in French: severity, impact, likely cause, measures, and the clocks.
    public func authorityNotice(_ notice: PublicNotice, knownAt: Timestamp, cause: String, contact: String)
        -> String
    {
        var out = "NOTIFICATION D’INCIDENT : APPELS D’URGENCE\n"
        func line(_ name: String, _ value: String) { out += "\(name) : \(value)\n" }
        line("Référence", "\(notice.id), version \(notice.version)")
        line("Opérateur", publisher.name)
        line("Contact", contact.isEmpty ? "à compléter" : contact)
        if let retraction = notice.retraction {
            line("Objet", "retrait d’un avis publié par erreur")
            line(
                "Avis retiré",
                "publié le \(Self.capTime(retraction.firstSaid)), dernière version le \(Self.capTime(retraction.lastSaid))"
            )
            line("Départements", retraction.departments.joined(separator: ", "))
            line("Motif", retraction.reason)
            return out
        }
        line("Début mesuré", Self.capTime(notice.since))
        line("Connu de l’opérateur", Self.capTime(knownAt))
        line("Numéros", Self.numbers(notice))
        line("Départements", notice.departments.joined(separator: ", "))
        line("Appelants n’ayant joint personne (mesuré)", ReportLanguage.french.count(notice.unserved))
        line("Cause probable", cause.isEmpty ? "en cours d’analyse" : cause)
        line("Rétablissement attendu", "non connu")
        out += "\nÉchéances\n"
        for clock in Self.clocks(knownAt: knownAt) {
            let due = clock.due.map { "avant le " + Self.capTime($0) } ?? "dès connaissance"
            out += "- \(clock.rule) → \(clock.recipient) : \(due) ; \(Self.basis(clock))\n"
        }
        out +=
            "\nLes délais sont ceux que Vigie connaît ; le juriste de l’opérateur dit lesquels s’appliquent.\n"
        return out
    }

    /// Where a clock's rule was read, or that it was not verified.
    static func basis(_ clock: Clock) -> String {
        clock.source.map { "source : \($0)" } ?? "NON VÉRIFIÉ à la source"
    }
}
