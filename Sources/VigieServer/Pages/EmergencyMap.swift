import VigieCalls

/// The departments as tiles of one size, each near its place: a glance; the table beside it tells the same in words.
///
/// SVG, because a tile's place may not be an inline style under the pages' content security policy.
struct EmergencyMap {
    /// Rows from north to south, columns from west to east; the last row is overseas.
    static let rows = [
        ".. .. .. .. .. .. 62 59 .. .. .. ..",
        ".. .. .. .. .. 76 80 02 08 .. .. ..",
        ".. .. 50 14 27 95 60 51 55 54 57 67",
        "29 22 .. 61 78 92 93 77 52 88 .. 68",
        ".. 56 35 53 28 75 94 10 70 90 .. ..",
        ".. .. 44 49 72 91 45 89 21 25 .. ..",
        ".. .. 85 79 37 41 18 58 71 39 .. ..",
        ".. .. 17 86 36 23 03 42 69 01 74 ..",
        ".. .. 33 16 87 19 63 43 38 73 .. ..",
        ".. .. .. 24 46 15 48 07 26 05 .. ..",
        ".. .. 40 47 82 12 30 84 04 06 .. 2B",
        ".. .. 64 32 31 81 34 13 83 .. .. 2A",
        ".. .. .. 65 09 11 66 .. .. .. .. ..",
        "971 972 973 974 976 975 977 978 986 987 988 ..",
    ]

    /// Codes with their column and row.
    static let places: [(code: String, column: Int, row: Int)] = rows.enumerated().flatMap { row, line in
        line.split(separator: " ").enumerated().filter { $0.element != ".." }.map {
            (String($0.element), $0.offset, row)
        }
    }

    private static let side = 40

    /// The map; `state` tells each department's kind and its words.
    static func html(_ title: String, state: (String) -> (kind: EmergencyCellKind, words: String)) -> Markup {
        let width = 12 * side
        let height = (rows.count * side) + side / 2
        var tiles: Markup = ""
        for place in places {
            let (kind, words) = state(place.code)
            let x = place.column * side
            let y = place.row * side + (place.row == rows.count - 1 ? side / 2 : 0)
            tiles += """
                <a href="#d\(place.code)" aria-label="\(words)"><title>\(words)</title><rect class="\(kind.rawValue)" x="\(x + 1)" y="\(y + 1)" width="\(side - 2)" height="\(side - 2)"/><rect class="over" x="\(x + 1)" y="\(y + 1)" width="\(side - 2)" height="\(side - 2)" fill="\(kind.pattern)"/><text x="\(x + side / 2)" y="\(y + 17)">\(place.code)</text><text x="\(x + side / 2)" y="\(y + 33)">\(kind.sign)</text></a>
                """
        }
        return """
            <svg class="map" viewBox="0 0 \(width) \(height)" role="group" aria-label="\(title)">
            <defs>
            <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ink" width="1.5" height="7"/></pattern>
            <pattern id="cross" width="6" height="6" patternUnits="userSpaceOnUse"><path class="line" d="M0 0 6 6M6 0 0 6"/></pattern>
            <pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="ink" cx="3" cy="3" r="1"/></pattern>
            </defs>
            \(tiles)
            </svg>
            """
    }
}

/// How a cell is drawn: a colour, a pattern and a sign, so that none of them is needed alone.
enum EmergencyCellKind: String, CaseIterable {
    case normal = "c-normal"
    case partial = "c-partial"
    case down = "c-down"
    case busy = "c-busy"
    case blind = "c-blind"
    case unknown = "c-unknown"

    /// The sign that stands beside the words.
    var sign: String {
        switch self {
        case .normal: "✓"
        case .partial: "◐"
        case .down: "✕"
        case .busy: "▲"
        case .blind: "?"
        case .unknown: "·"
        }
    }

    /// What fills a tile over its colour.
    var pattern: String {
        switch self {
        case .partial: "url(#hatch)"
        case .down: "url(#cross)"
        case .blind, .unknown: "url(#dots)"
        case .normal, .busy: "none"
        }
    }

    /// Worse is higher.
    var rank: Int {
        switch self {
        case .unknown: 0
        case .normal: 1
        case .busy: 2
        case .blind: 3
        case .partial: 4
        case .down: 5
        }
    }
}
