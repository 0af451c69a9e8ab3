import Foundation
public import VigieCalls

/// The languages in which Vigie speaks.
public enum ReportLanguage: String, CaseIterable, Sendable {
    case english = "en"
    case french = "fr"

    /// The first text in English, the second in French.
    public func choose(_ english: @autoclosure () -> String, _ french: @autoclosure () -> String) -> String {
        self == .english ? english() : french()
    }

    /// The name of a country, or `—` when it is not known.
    public func country(_ country: Country) -> String {
        guard country != .none else { return choose("unknown", "inconnu") }
        return Locale(identifier: rawValue).localizedString(forRegionCode: country.description)
            ?? country.description
    }

    /// A count with its thousands apart: `11,800` or `11 800`.
    public func count(_ value: Int) -> String {
        let digits = String(abs(value))
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out += choose(",", "\u{202F}") }
            out.append(digit)
        }
        return (value < 0 ? "−" : "") + out
    }

    /// A share as percent with one decimal: `97.3 %` or `97,3 %`.
    public func percent(_ share: Double) -> String {
        let text = String((share * 1000).rounded() / 10)
        return choose(text, text.replacingOccurrences(of: ".", with: ",")) + "\u{00A0}%"
    }

    /// A count and what is counted: `1 caller`, `1,200 callers`; French has its singular below two.
    public func count(
        _ value: Int, _ english: (one: String, many: String), _ french: (one: String, many: String)
    ) -> String {
        count(value) + " "
            + choose(value == 1 ? english.one : english.many, value < 2 ? french.one : french.many)
    }
}

extension ReportLanguage {
    /// What comes out of a country: `from Morocco`, `from the Netherlands`; `du Maroc`, `d’Indonésie`, `des États-Unis`.
    public func from(_ country: Country) -> String {
        let name = self.country(country)
        guard country != .none else { return choose("from an unknown country", "d’un pays inconnu") }
        let code = country.description
        return choose(
            "from " + (Self.englishArticle.contains(code) ? "the " : "") + name,
            Self.frenchPreposition(name, code) + name)
    }

    private static let englishArticle: Set<String> = [
        "US", "GB", "AE", "NL", "PH", "BS", "MV", "KM", "DO", "CF", "SB", "MH", "FO", "KY", "VG", "VI", "TC",
        "MP",
    ]
    private static let frenchPlural: Set<String> = [
        "US", "AE", "NL", "PH", "KM", "MV", "BS", "SC", "SB", "MH", "FO", "KY", "VG", "VI", "TC", "MP", "FK",
        "CK", "BM", "PN",
    ]
    private static let frenchMasculineInE: Set<String> = ["MX", "KH", "MZ", "ZW", "BZ", "SR"]
    /// Islands and cities, which have no article.
    private static let frenchBare: Set<String> = [
        "CU", "CY", "MT", "MG", "SG", "TW", "MU", "BH", "DJ", "MC", "HT", "SM", "ST", "GI", "PR", "GU", "MO",
        "MS", "VC", "KN", "LC",
        "BL", "MF", "PM", "SH", "NU", "TK", "WF", "NR", "TV", "PW", "KI",
    ]

    private static func frenchPreposition(_ name: String, _ code: String) -> String {
        if frenchPlural.contains(code) { return "des " }
        let first = name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).first
        if let first, "aeiou".contains(first) { return "d’" }
        if frenchBare.contains(code) { return "de " }
        let isFeminine = name.split(separator: " ").first?.last == "e" && !frenchMasculineInE.contains(code)
        return isFeminine ? "de " : "du "
    }
}
