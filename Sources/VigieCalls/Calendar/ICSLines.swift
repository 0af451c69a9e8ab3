import VigieWire

/// Content lines of an iCalendar stream (RFC 5545 §3.1): unfolded, cut into name, parameters and value.
///
/// ```
/// contentline = name *(";" param ) ":" value CRLF
/// param       = param-name "=" param-value *("," param-value)      ; a value in quotes may hold ";" ":" ","
/// ```
struct ICSLine {
    /// Octets of one unfolded line at most: descriptions of tickets are long, calendars' attachments are not read.
    static let maxLength = 65_536

    /// Line of the file on which it begins, from 1.
    var line: Int
    /// In capitals.
    var name: String
    /// By name in capitals, quotes taken off; the first value of each.
    var parameters: [String: String]
    /// As it stands there, escapes and all.
    var value: String

    /// The lines of a text; the second is where one could not be read.
    static func read(_ text: String) -> (lines: [ICSLine], broken: [Int]) {
        var lines: [ICSLine] = []
        var broken: [Int] = []
        var number = 0
        var first = 1
        var current: String?
        func end() {
            guard let whole = current, !whole.isEmpty else { return }
            if whole.utf8.count <= maxLength, let line = ICSLine(whole, line: first) {
                lines.append(line)
            } else {
                broken.append(first)
            }
        }
        // §3.1: a line break followed by one blank or tab goes on; we take LF alone for CRLF too.
        for piece in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            if let mark = piece.first, mark == " " || mark == "\t", current != nil {
                if current?.utf8.count ?? 0 <= maxLength { current?.append(contentsOf: piece.dropFirst()) }
                continue
            }
            end()
            current = String(number == 1 ? piece.drop { $0 == "\u{FEFF}" } : piece)
            first = number
        }
        end()
        return (lines, broken)
    }

    private init?(_ text: String, line: Int) {
        var name = ""
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        var value: String?
        for index in text.indices {
            let character = text[index]
            if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == ";" || character == ":" {
                parts.append(part)
                part = ""
                if character == ":" {
                    value = String(text[text.index(after: index)...])
                    break
                }
                continue
            } else {
                part.append(character)
            }
        }
        guard let value, let head = parts.first, !head.isEmpty,
            head.utf8.allSatisfy({ $0 == 0x2D || ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 })
        else { return nil }
        name = head.uppercased()
        var parameters: [String: String] = [:]
        for part in parts.dropFirst().prefix(64) {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let key = part[..<equals].uppercased()
            if parameters[key] == nil { parameters[key] = String(part[part.index(after: equals)...]) }
        }
        self.line = line
        self.name = name
        self.parameters = parameters
        self.value = value
    }

    /// The value as text (§3.3.11): `\n`, `\,`, `\;` and `\\` stand for themselves.
    var text: String {
        var out = ""
        var isEscaped = false
        for character in value {
            if isEscaped {
                out.append(character == "n" || character == "N" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                out.append(character)
            }
        }
        return out
    }
}
