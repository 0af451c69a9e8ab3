import Foundation
import VigieCalls
public import VigieIncidents

// A person sends it by the authority's own means: Vigie writes the draft, and never sends it.
extension PublicSite {
    /// The most characters of a FR-Alert message: 15 pages of 93 characters of the GSM 7-bit alphabet.
    public static let alertLimit = 1_395

    /// A draft for FR-Alert, in characters of GSM 03.38 only; the authority that sends it decides on text and zone.
    ///
    /// What does not fit is left out whole: it names all departments or none, and all replacement numbers or the address of the pages.
    public func alertDraft(_ notice: PublicNotice, _ language: ReportLanguage = .french) -> String {
        var text = Self.gsm(headline(notice, language) + ". ")
        func room(_ more: String) -> Bool { text.utf16.count + more.utf16.count <= Self.alertLimit }
        let address = publisher.address.isEmpty ? "" : " " + Self.gsmAddress(publisher.address) + "/"
        guard notice.kind.tellsOfTrouble else {
            let whole = Self.gsm(body(notice, language))
            var short = notice
            (short.noteEnglish, short.noteFrench) = ("", "")
            text += room(whole + address) ? whole : Self.gsm(body(short, language))
            return Self.clipped(text + (room(address) ? address : ""))
        }
        text += Self.gsm(language.advice(for: notice.lines).prefix(2).joined(separator: " "))
        let hasPages = !address.isEmpty && room(address)
        let kept = hasPages ? address : ""
        let pages = hasPages ? language.choose(" By department:", " Par departement :") + address : ""
        if let list = departmentLists(notice, language).first(where: { room($0 + kept) }) { text += list }
        let numbers = replacements(notice, language)
        if !numbers.isEmpty, room(numbers + kept) { return Self.clipped(text + numbers + kept) }
        return Self.clipped(text + (room(pages) ? pages : kept))
    }

    /// All departments of a notice, with their names and in short.
    private func departmentLists(_ notice: PublicNotice, _ language: ReportLanguage) -> [String] {
        let codes = notice.departments
        let named = codes.map { code in
            departments.first { $0.code == code }.map { "\($0.name) (\(code))" } ?? code
        }
        return [named, codes].map {
            let list = $0.joined(separator: ", ")
            return Self.gsm(language.choose(" Departments: \(list).", " Départements : \(list)."))
        }
    }

    /// What to dial instead, of every line that has such a number.
    private func replacements(_ notice: PublicNotice, _ language: ReportLanguage) -> String {
        let lines = notice.lines.compactMap { line in
            line.fallbacks.first.map { "\(line.department)/\(line.shortNumber): \(Self.spoken($0))" }
        }
        guard !lines.isEmpty else { return "" }
        return Self.gsm(
            language.choose(" If it fails: ", " En cas d’échec : ") + lines.joined(separator: "; ") + ".")
    }

    private static func clipped(_ text: String) -> String { String(text.prefix(alertLimit)) }

    // 3GPP TS 23.038, §6.2.1, without the characters of the extension table, which take two places.
    private static let basic = Set(
        "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
            .unicodeScalars)
    private static let written: [Unicode.Scalar: String] = [
        "’": "'", "‘": "'", "\u{00A0}": " ", "\u{202F}": " ", "\u{2009}": " ", "–": "-", "—": "-", "…": "...",
        "«": "\"", "»": "\"", "“": "\"", "”": "\"", "œ": "oe", "Œ": "OE", "€": "EUR", "[": "(", "]": ")",
        "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "^": "", "·": "-", "→": "->",
    ]

    /// Whether a text is made of the basic characters of GSM 03.38 alone, as FR-Alert needs it.
    public static func isAlertText(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { basic.contains($0) }
    }

    /// A text in the basic characters of GSM 03.38: a letter that is not among them loses its accent, and what is no letter is a `?`.
    static func gsm(_ text: String) -> String {
        var out = ""
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            if basic.contains(scalar) {
                out.unicodeScalars.append(scalar)
            } else if let same = written[scalar] {
                out += same
            } else {
                let base = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
                    .first { basic.contains($0) }
                if let base {
                    out.unicodeScalars.append(base)
                } else if !scalar.properties.isDefaultIgnorableCodePoint,
                    scalar.properties.canonicalCombiningClass == .notReordered
                {
                    out += "?"
                }
            }
        }
        return out
    }

    /// An address that still leads where it did: what GSM 03.38 lacks is percent-encoded.
    private static func gsmAddress(_ address: String) -> String {
        var out = ""
        for scalar in address.unicodeScalars {
            if scalar.isASCII, basic.contains(scalar) {
                out.unicodeScalars.append(scalar)
            } else {
                for byte in String(scalar).utf8 { out += "%" + String(byte, radix: 16, uppercase: true) }
            }
        }
        return out
    }
}
