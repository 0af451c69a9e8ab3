public import VigieWire

/// The notice that an operator sends to authorities when emergency calls fail, drafted from the incident's document; in French.
public enum AuthorityNotice {
    /// The text; `nil` when the incident is no emergency failure.
    ///
    /// - Parameters:
    ///   - incident: as `vigie.analysis/1` tells it.
    ///   - knownAt: when the operator knew: clocks start then.
    public static func text(_ incident: JSONValue, operator name: String, contact: String, knownAt: Timestamp)
        -> String?
    {
        guard incident["kind"]?.stringValue == "emergency-failure" else { return nil }
        let subject = incident["subject"] ?? .null
        func list(_ value: JSONValue?) -> String {
            let names = (value?.arrayValue ?? []).compactMap(\.stringValue)
            return names.isEmpty ? "aucun ne ressort" : names.joined(separator: ", ")
        }
        var out =
            "PROJET DE NOTIFICATION D’INCIDENT : APPELS D’URGENCE (à relire et à signer par une personne)\n"
        func line(_ title: String, _ value: String) { out += "\(title) : \(value)\n" }
        line("Référence", incident["id"]?.stringValue ?? "")
        line("Opérateur", name.isEmpty ? "à compléter" : name)
        line("Contact", contact.isEmpty ? "à compléter" : contact)
        line("Premier appel perdu", incident["first_seen"]?.stringValue ?? "")
        line("Détecté", incident["detected_at"]?.stringValue ?? "")
        line("Connu de l’opérateur", knownAt.rfc3339())
        let severity = incident["severity"]?.stringValue ?? ""
        line(
            "Gravité",
            ["minor": "mineure", "major": "majeure", "critical": "critique"][severity] ?? severity)
        line("Numéros touchés", list(subject["services"]))
        line(
            "Départements touchés",
            // A failure of a machine that serves the country may be seen in some places only: those are told.
            subject["nationwide"]?.boolValue == true && (subject["departments"]?.arrayValue ?? []).isEmpty
                ? "tout le pays" : list(subject["departments"]))
        line(
            "Épargnés",
            list(subject["not_affected"]?["services"]) + " ; " + list(subject["not_affected"]?["departments"])
        )
        line(
            "Éléments de réseau",
            list(subject["nodes"]) + " ; faisceaux entrants : " + list(subject["ingresses"])
                + " ; faisceaux sortants : " + list(subject["egresses"]) + " ; opérateurs : "
                + list(subject["operators"]))
        let lost = subject["lost_callers"] ?? .null
        func whole(_ name: String) -> String { lost[name]?.integerValue.map(String.init) ?? "inconnu" }
        line(
            subject["missing"]?["basis"] == nil
                ? "Appelants n’ayant pas abouti (mesuré)" : "Appels manquants (par comptage)",
            "\(whole("estimate")) (entre \(whole("low")) et \(whole("high")))")
        let cause = incident["causes"]?.arrayValue?.first
        line(
            "Cause la plus probable (hypothèse)", cause?["hypothesis_fr"]?.stringValue ?? "en cours d’analyse"
        )
        line("À vérifier", cause?["test_fr"]?.stringValue ?? "")
        line("Rétablissement attendu", "à compléter")
        out += "\nÉchéances\n"
        for clock in PublicSite.clocks(knownAt: knownAt) {
            let due = clock.due.map { "avant le " + $0.rfc3339() } ?? "dès connaissance"
            out += "- \(clock.rule) → \(clock.recipient) : \(due) ; \(PublicSite.basis(clock))\n"
        }
        out +=
            "\nLes délais sont ceux que Vigie connaît ; le juriste de l’opérateur dit lesquels s’appliquent. Les seuils de gravité du guide du CCED n’ont pas été lus.\n"
        return out
    }
}
