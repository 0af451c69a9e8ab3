/// Finds the digits of a telephone number in text: schemes, separators, letters, extensions.
struct NumberScanner {
    /// What was found.
    struct Scanned {
        var isInternational: Bool
        /// `0...9` each.
        var digits: [UInt8]
        var `extension` = ""
        var servicePrefix = ""
    }

    private var text: [Character]

    init(_ text: String) { self.text = Array(text.prefix(NumberText.maxCharacters + 1)) }

    /// The number in the text; `nil` when there is none.
    mutating func scan() -> Scanned? {
        guard text.count <= NumberText.maxCharacters else { return nil }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        stripScheme()
        let service = stripServicePrefix()
        // Whatever stands before the first plus or digit is no part of the number.
        guard let start = text.firstIndex(where: { Self.isPlus($0) || Self.digit($0) != nil }) else {
            return nil
        }
        text.removeFirst(start)
        cutSecondNumber()
        while let last = text.last, !Self.isLetterOrDigit(last), last != "#" { text.removeLast() }
        let (body, ext) = withoutExtension()
        guard var scanned = number(body) else { return nil }
        scanned.extension = ext
        scanned.servicePrefix = service
        return scanned
    }

    // tel:+33… (RFC 3966 §3) and sip:+33…@host;user=phone (RFC 3261 §19.1.6): the part that is a number.
    private mutating func stripScheme() {
        let lower = String(text).lowercased()
        let isURI = ["sip:", "sips:", "<sip:", "<sips:", "<tel:"].contains { lower.hasPrefix($0) }
        if isURI, let colon = text.firstIndex(of: ":") {
            text.removeFirst(colon + 1)
            if let at = text.firstIndex(of: "@") { text.removeSubrange(at...) }
            if let mark = text.firstIndex(where: { $0 == ">" || $0 == "?" }) { text.removeSubrange(mark...) }
        }
        var context: [Character] = []
        if let range = find(";phone-context=") {
            let value = text[range.upperBound...].prefix { $0 != ";" && $0 != ">" }
            if let first = value.first, Self.isPlus(first) { context = Array(value) }
        }
        let telAt = find("tel:")
        let isParameterised = isURI || telAt != nil || !context.isEmpty
        let extensionRange = find(";ext=")
        if isParameterised, let semicolon = text.firstIndex(of: ";") {
            var kept = Array(text[..<semicolon])
            if let extensionRange {
                kept += Array(";ext=") + text[extensionRange.upperBound...].prefix { Self.digit($0) != nil }
            }
            text = kept
        }
        if let telAt, telAt.upperBound <= text.count { text.removeFirst(telAt.upperBound) }
        if !context.isEmpty { text = context + text }
    }

    // GSM 02.30 §4.2: *31# and #31# before a number allow or restrict the display of the caller's number for one call.
    private mutating func stripServicePrefix() -> String {
        for prefix in ["#31#", "*31#"] where text.starts(with: prefix) {
            text.removeFirst(4)
            return prefix
        }
        return ""
    }

    // "1234567/x89": what follows is another number.
    private mutating func cutSecondNumber() {
        for at in text.indices where text[at] == "/" || text[at] == "\\" {
            let rest = text[(at + 1)...].drop { $0 == " " }
            if rest.first == "x" {
                text.removeSubrange(at...)
                return
            }
        }
    }

    private static let extensionMarks = [
        ";ext=", "extension", "extn", "ext.", "ext", "poste", "доб", "anexo", "int.", "int", "x", "#", "~",
    ]

    // An extension is at most 9 digits at the end, after a mark.
    private func withoutExtension() -> ([Character], String) {
        var tail = text.count
        while tail > 0, Self.digit(text[tail - 1]) != nil { tail -= 1 }
        let digits = text[tail...]
        guard (1...20).contains(digits.count), tail > 0 else { return (text, "") }
        var head = tail
        while head > 0, " .:\t\u{A0}".contains(text[head - 1]) { head -= 1 }
        let before = String(text[..<head]).lowercased()
        for mark in Self.extensionMarks where before.hasSuffix(mark) {
            let most =
                mark == ";ext=" ? 20 : mark == "x" || mark == "#" || mark == "~" || mark == "int" ? 9 : 20
            guard digits.count <= (mark == "#" ? 6 : most) else { continue }
            var end = head - mark.count
            while end > 0, " ,;-.\t\u{A0}".contains(text[end - 1]) { end -= 1 }
            guard end > 1, text[..<end].contains(where: { Self.digit($0) != nil }) else { continue }
            let value = digits.compactMap { Self.digit($0) }.map { String($0) }.joined()
            return (Array(text[..<end]), value)
        }
        return (text, "")
    }

    // number = 2digit / *plus 3( *punctuation digit ) *( punctuation / letter / digit )
    private func number(_ body: [Character]) -> Scanned? {
        var digits: [UInt8] = []
        var letters: [UInt8] = []
        var isInternational = false
        var at = 0
        while at < body.count, Self.isPlus(body[at]) {
            isInternational = true
            at += 1
        }
        var mapped: [UInt8] = []
        for character in body[at...] {
            if let digit = Self.digit(character) {
                digits.append(digit)
                mapped.append(digit)
            } else if let letter = Self.letter(character) {
                guard digits.count >= 3 || character == "x" || character == "X" else { return nil }
                letters.append(letter)
                mapped.append(letter)
            } else if !Self.isPunctuation(character) {
                return nil
            }
        }
        guard digits.count >= 3 || digits.count == 2 && body.count == 2 else { return nil }
        if letters.count >= 3 { digits = mapped }
        return Scanned(isInternational: isInternational, digits: digits)
    }

    private func find(_ needle: String) -> Range<Int>? {
        let needle = Array(needle)
        guard text.count >= needle.count else { return nil }
        for at in 0...(text.count - needle.count)
        where text[at..<at + needle.count].elementsEqual(needle, by: { $0.lowercased() == $1.lowercased() }) {
            return at..<at + needle.count
        }
        return nil
    }

    private static func isPlus(_ character: Character) -> Bool { character == "+" || character == "\u{FF0B}" }

    /// The value of a decimal digit of any script.
    private static func digit(_ character: Character) -> UInt8? {
        guard let scalar = character.unicodeScalars.first else { return nil }
        if scalar.isASCII { return (0x30...0x39).contains(scalar.value) ? UInt8(scalar.value - 0x30) : nil }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
            return nil
        }
        return UInt8(value)
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool {
        character.isLetter || digit(character) != nil
    }

    // ITU-T E.161: the letters of a telephone's keys.
    private static func letter(_ character: Character) -> UInt8? {
        guard character.isASCII, let value = character.uppercased().utf8.first, (0x41...0x5A).contains(value)
        else {
            return nil
        }
        return Array("22233344455566677778889999".utf8)[Int(value) - 0x41] &- 0x30
    }

    private static func isPunctuation(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        switch scalar {
        case 0x2D, 0x78, 0x2010...0x2015, 0x2212, 0x30FC, 0xFF0D...0xFF0F, 0x20, 0xA0, 0xAD, 0x200B, 0x2060,
            0x3000,
            0x28, 0x29, 0xFF08, 0xFF09, 0xFF3B, 0xFF3D, 0x2E, 0x5B, 0x5D, 0x2F, 0x7E, 0x2053, 0x223C, 0xFF5E,
            0x2A:
            return true
        default: return false
        }
    }
}
