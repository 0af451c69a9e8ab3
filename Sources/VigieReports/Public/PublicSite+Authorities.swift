public import VigieIncidents
public import VigieWire

// What the authorities are told, in French: an incident, its end, or that a notice was a mistake.
extension PublicSite {
    /// The paper for the authorities: of an incident its severity, impact, likely cause and measures; of an end when it ended and what the
    /// last alert said; of a retraction what is taken back. With the clocks where they go on.
    public func authorityNotice(_ notice: PublicNotice, knownAt: Timestamp, cause: String, contact: String)
        -> String
    {
        var out = ""
        func line(_ name: String, _ value: String) { out += "\(name) : \(value)\n" }
        out += Self.heading(notice) + "\n"
        line("Référence", "\(notice.id), version \(notice.version)")
        line("Opérateur", publisher.name)
        line("Contact", contact.isEmpty ? "à compléter" : contact)
        let told = sent.filter { $0.id == notice.id && $0.kind.tellsOfTrouble }
        let last = told.last ?? notice
        if let retraction = notice.retraction {
            line("Objet", "retrait d’un avis publié par erreur")
            line(
                "Avis retiré",
                "publié le \(Self.capTime(retraction.firstSaid)), dernière version le \(Self.capTime(retraction.lastSaid))"
            )
            line("Numéros cités par la dernière version", Self.numbers(last))
            line("Départements", retraction.departments.joined(separator: ", "))
            line("Motif", retraction.reason)
            return out
        }
        if notice.kind == .allClear {
            line("Objet", "fin de l’incident : les appels d’urgence aboutissent de nouveau")
        }
        line("Début mesuré", Self.capTime(notice.since))
        line("Connu de l’opérateur", Self.capTime(knownAt))
        if notice.kind == .allClear {
            line("Fin constatée", Self.capTime(notice.draftedAt))
            let seconds = max(0, (notice.draftedAt - notice.since).secondsAsDouble)
            line("Durée, de l’un à l’autre", "\(Int(seconds / 60)) min")
            line("Numéros touchés (dernière alerte)", Self.numbers(last))
            line("Départements touchés (dernière alerte)", last.departments.joined(separator: ", "))
            line(
                "Appelants n’ayant joint personne (mesuré, au plus haut)",
                ReportLanguage.french.count(told.map(\.unserved).max() ?? notice.unserved))
        } else {
            line("Numéros", Self.numbers(notice))
            line("Départements", notice.departments.joined(separator: ", "))
            line("Appelants n’ayant joint personne (mesuré)", ReportLanguage.french.count(notice.unserved))
        }
        line("Cause probable", cause.isEmpty ? "en cours d’analyse" : cause)
        if notice.kind.tellsOfTrouble { line("Rétablissement attendu", "non connu") }
        return out + deadlines(knownAt)
    }

    private static func heading(_ notice: PublicNotice) -> String {
        switch notice.kind {
        case .alert, .update: "NOTIFICATION D’INCIDENT : APPELS D’URGENCE"
        case .allClear: "FIN D’INCIDENT : APPELS D’URGENCE"
        case .retraction: "RETRAIT D’AVIS : APPELS D’URGENCE"
        }
    }

    private func deadlines(_ knownAt: Timestamp) -> String {
        var out = "\nÉchéances\n"
        for clock in Self.clocks(knownAt: knownAt) {
            let due = clock.due.map { "avant le " + Self.capTime($0) } ?? "dès connaissance"
            out += "- \(clock.rule) → \(clock.recipient) : \(due) ; \(Self.basis(clock))\n"
        }
        return out
            + "\nLes délais sont ceux que Vigie connaît ; le juriste de l’opérateur dit lesquels s’appliquent.\n"
    }

    /// Where a clock's rule was read, or that it was not verified.
    static func basis(_ clock: Clock) -> String {
        clock.source.map { "source : \($0)" } ?? "NON VÉRIFIÉ à la source"
    }
}
