/// One row of a table that people keep in a spreadsheet: fields separated by `;` or `,`, quoted where they must be.
enum TableRow {
    /// A field as a row holds it.
    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == ";" || $0 == "\"" || $0 == "," || $0.isNewline }) else {
            return field
        }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    /// Lines that a row may go on for inside quotes (RFC 4180, §2.6).
    static let maxLines = 32

    /// How many of the lines that follow belong to a row whose quotes are still open; 0 when they are closed, or never are.
    static func continuation(of row: Substring, _ rest: ArraySlice<Substring>) -> Int {
        var isOpen = row.count { $0 == "\"" } % 2 == 1
        guard isOpen else { return 0 }
        for (index, line) in rest.prefix(maxLines).enumerated() {
            if line.count(where: { $0 == "\"" }) % 2 == 1 { isOpen.toggle() }
            if !isOpen { return index + 1 }
        }
        return 0
    }

    /// The fields of a row, without the blanks around them (RFC 4180 within one line: a quote inside quotes is doubled).
    static func fields(_ row: Substring, _ separator: Character) -> [String] {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var wasQuote = false
        for character in row {
            if isQuoted {
                if character == "\"" {
                    isQuoted = false
                    wasQuote = true
                } else {
                    field.append(character)
                }
            } else if character == "\"" {
                if wasQuote { field.append("\"") }
                isQuoted = true
                wasQuote = false
            } else if character == separator {
                fields.append(field)
                field = ""
                wasQuote = false
            } else {
                field.append(character)
                wasQuote = false
            }
        }
        fields.append(field)
        return fields.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    }
}
