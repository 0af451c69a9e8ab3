/// HTML that is safe to show: whatever is put into it by interpolation is escaped, unless it is `Markup` itself.
struct Markup: Sendable, ExpressibleByStringInterpolation {
    /// The HTML.
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
    init() { text = "" }

    /// HTML that was made elsewhere and is safe: charts of `VigieReports`, which escape what they show.
    init(made html: String) { text = html }

    static func + (left: Markup, right: Markup) -> Markup {
        var sum = left
        sum.text += right.text
        return sum
    }
    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    struct Interpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ markup: [Markup]) { for part in markup { text += part.text } }
        mutating func appendInterpolation(_ outside: String) { text += Markup.escaped(outside) }
        mutating func appendInterpolation(_ number: Int) { text += String(number) }
    }

    /// The text safe in elements and in quoted attributes: names on pages come from strangers.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
