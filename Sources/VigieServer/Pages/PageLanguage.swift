import Foundation
import VigieReports
import VigieWire

/// Words of the pages, French and English.
struct PageLanguage: Sendable {
    let language: ReportLanguage

    /// The language of `?lang=`, else the first of `Accept-Language` that we speak, else English.
    init(query: String?, accept: String?) {
        if let named = query.flatMap({ ReportLanguage(rawValue: $0) }) {
            language = named
            return
        }
        // RFC 9110 §12.5.4: ranges with weights; what comes first wins among equals.
        var best: (ReportLanguage, Double)?
        for range in (accept ?? "").split(separator: ",").prefix(20) {
            let parts = range.split(separator: ";").map {
                $0.trimmingCharacters(in: .whitespaces).lowercased()
            }
            guard let code = parts.first?.prefix(2), let known = ReportLanguage(rawValue: String(code)) else {
                continue
            }
            let weight =
                parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best?.1 ?? 0 { best = (known, weight) }
        }
        language = best?.0 ?? .english
    }

    var code: String { language.rawValue }
    var other: ReportLanguage { language == .english ? .french : .english }

    func callAsFunction(_ english: String, _ french: String) -> String {
        language == .english ? english : french
    }

    func count(_ value: Int) -> String { language.count(value) }
    func count(_ value: Double) -> String { language.count(Int(max(-9e15, min(9e15, value)))) }
    func percent(_ share: Double) -> String { language.percent(share) }

    /// `2009-02-17 14:03 UTC`: short, and the same for everybody on the telephone.
    func moment(_ text: String?) -> String {
        guard let text, text.utf8.count >= 16 else { return self("never", "jamais") }
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC"
    }

    func moment(_ time: Timestamp?) -> String { moment(time?.rfc3339()) }

    func severity(_ name: String) -> String {
        switch name {
        case "critical": self("critical", "critique")
        case "major": self("major", "majeur")
        case "minor": self("minor", "mineur")
        default: name
        }
    }

    func kind(_ name: String) -> String {
        switch name {
        case "misrouted-flood": self("Misrouted flood", "Flot d’appels mal aiguillés")
        case "number-usurpation": self("Usurped number", "Numéro usurpé")
        case "dialer-campaign": self("Dialler campaign", "Campagne d’automate d’appels")
        case "wangiri": self("Call-back bait (wangiri)", "Appâts à rappel (wangiri)")
        case "revenue-share-fraud": self("Revenue-share fraud", "Fraude au partage de revenus")
        case "telephony-dos": self("Telephone flooding", "Saturation téléphonique")
        case "emergency-failure": self("Emergency calls fail", "Appels d’urgence en échec")
        case "route-failure": self("A route fails", "Une route est en échec")
        default: name
        }
    }

    func filterState(_ name: String) -> String {
        switch name {
        case "proposed": self("proposed", "proposé")
        case "approved": self("approved", "approuvé")
        case "shadow": self("watching only", "observe seulement")
        case "enforced": self("in force", "en vigueur")
        case "reverted": self("taken back", "retiré")
        case "expired": self("expired", "expiré")
        case "declined": self("declined", "refusé")
        default: name
        }
    }

    func health(_ health: Health) -> String {
        switch health {
        case .good: self("good", "bon")
        case .degraded: self("degraded", "dégradé")
        case .failed: self("failed", "en panne")
        }
    }
}
