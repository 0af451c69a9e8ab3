import VigieWire

/// Hides the middle of telephone numbers in what is shown to those who may not see them, and in logs: `+33•••••1234`.
enum NumberMask {
    /// Members whose texts are telephone numbers in any form, national ones too.
    private static let numberMembers: Set<String> = [
        "number", "numbers", "caller", "called", "asserted", "dialled", "diverted_from", "caller_numbers",
        "called_numbers", "e164", "national", "international", "input",
    ]

    /// The value with every telephone number in its texts hidden.
    static func masked(_ value: JSONValue, isNumber: Bool = false) -> JSONValue {
        switch value {
        case .string(let text): .string(masked(text, bare: isNumber))
        case .array(let values): .array(values.map { masked($0, isNumber: isNumber) })
        case .object(let members):
            .object(members.map { ($0.0, masked($0.1, isNumber: numberMembers.contains($0.0))) })
        default: value
        }
    }

    /// The text with every number of eight digits or more that begins with `+` hidden, groups of digits too.
    ///
    /// - Parameter bare: whether digits without `+` are a number too.
    static func masked(_ text: String, bare: Bool = false) -> String {
        guard bare || text.utf8.contains(UInt8(ascii: "+")) else { return text }
        var out = ""
        var rest = Substring(text)
        while let first = rest.first {
            let isStart = first == "+" || (bare && first.isASCIIDigit)
            guard isStart else {
                out.append(first)
                rest.removeFirst()
                continue
            }
            let (run, digits) = numberRun(rest)
            rest.removeFirst(run.count)
            out += digits < (bare ? 5 : 8) ? String(run) : hidden(run, digits)
        }
        return out
    }

    /// The longest beginning that may be one number: `+`, digits, and single spaces, points or hyphens between digits.
    private static func numberRun(_ text: Substring) -> (Substring, digits: Int) {
        var end = text.startIndex
        var index = text.startIndex
        var digits = 0
        if text.first == "+" {
            index = text.index(after: index)
            end = index
        }
        while index < text.endIndex {
            let character = text[index]
            if character.isASCIIDigit {
                digits += 1
                index = text.index(after: index)
                end = index
            } else if end == index, digits > 0, " .-\u{A0}\u{202F}".contains(character) {
                index = text.index(after: index)
            } else {
                break
            }
        }
        return (text[..<end], digits)
    }

    private static func hidden(_ run: Substring, _ digits: Int) -> String {
        let kept = digits >= 8 ? (2, 4) : (1, 2)
        var seen = 0
        return String(
            run.map { character -> Character in
                guard character.isASCIIDigit else { return character }
                seen += 1
                return seen <= kept.0 || seen > digits - kept.1 ? character : "•"
            })
    }
}

extension Character {
    /// `0`…`9`.
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
