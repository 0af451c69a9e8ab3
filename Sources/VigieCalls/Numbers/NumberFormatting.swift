/// Writes numbers as their country writes them.
enum NumberFormatting {
    /// National form of a national number given by its digits (0...9): `03 27 00 00 00`.
    static func national(_ digits: [UInt8], region: DiallingTable.Region) -> String {
        write(digits, formats: region.formats, national: true)
    }

    /// International form: `+33 3 27 00 00 00`.
    static func international(_ digits: [UInt8], region: DiallingTable.Region) -> String {
        let formats = region.internationalFormats.isEmpty ? region.formats : region.internationalFormats
        return "+\(region.countryCode) " + write(digits, formats: formats, national: false)
    }

    private static func write(_ digits: [UInt8], formats: [DiallingTable.Format], national: Bool) -> String {
        for format in formats where format.leading?.matchesStart(digits) ?? true {
            guard let match = format.pattern.match(digits, whole: true) else { continue }
            var template = format.template
            if national, !format.nationalRule.isEmpty, let group = firstGroup(template) {
                // The rule's \1 is whichever group stands first in the template.
                template.replaceSubrange(
                    group, with: replacingFirst(format.nationalRule, by: Array(template[group])))
            }
            return String(decoding: fill(template, digits, match.captures), as: UTF8.self)
        }
        return String(decoding: digits.map { $0 &+ 0x30 }, as: UTF8.self)
    }

    private static func replacingFirst(_ rule: [UInt8], by group: [UInt8]) -> [UInt8] {
        guard let place = firstGroup(rule) else { return rule }
        var out = rule
        out.replaceSubrange(place, with: group)
        return out
    }

    private static func firstGroup(_ template: [UInt8]) -> Range<Int>? {
        for at in template.indices.dropLast()
        where template[at] == UInt8(ascii: "\\") && (0x30...0x39).contains(template[at + 1]) {
            return at..<at + 2
        }
        return nil
    }

    /// Puts captured digits in the place of `\1`, `\2`, …; the result is ASCII.
    static func fill(_ template: [UInt8], _ digits: [UInt8], _ captures: [Range<Int>?]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < template.count {
            if template[at] == UInt8(ascii: "\\"), at + 1 < template.count,
                (0x31...0x39).contains(template[at + 1])
            {
                let group = Int(template[at + 1] - 0x31)
                if group < captures.count, let range = captures[group] {
                    out += digits[range].map { $0 &+ 0x30 }
                }
                at += 2
            } else {
                out.append(template[at])
                at += 1
            }
        }
        return out
    }
}
