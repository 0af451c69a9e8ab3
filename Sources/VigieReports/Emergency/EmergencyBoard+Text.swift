public import VigieCalls
public import VigieDetection
import VigieWire

extension EmergencyBoard {
    /// The board as a table for a terminal: the nation, what is not normal, and for each service what could be seen how soon.
    ///
    /// - Parameter limit: cells listed at most; those that are not normal come first, then the busiest.
    public func text(_ symbols: SymbolTable, language: ReportLanguage = .english, limit: Int = 12) -> String {
        var rows = [
            [
                language.choose("number", "numéro"), language.choose("dept", "dépt"),
                language.choose("state", "état"),
                language.choose("callers", "appelants"), language.choose("lost", "perdus"),
                language.choose("answered", "décrochés"),
                language.choose("30 % seen in", "30 % vu en"), language.choose("11 % seen in", "11 % vu en"),
            ]
        ]
        rows.append(row(nation, language.choose("all", "tous"), language.choose("all", "tous"), language))
        let ranked = cells.sorted {
            let one = Self.isNotable($0)
            let other = Self.isNotable($1)
            if one != other { return one }
            return ($0.measures.callers, $1.service, $1.department) > (
                $1.measures.callers, $0.service, $0.department
            )
        }
        for cell in ranked.prefix(max(0, limit)) {
            rows.append(row(cell, cell.service.description, cell.department.description, language))
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            "   "
                + row.enumerated().map { column, text in
                    let space = String(repeating: " ", count: widths[column] - text.count)
                    return column == 2 ? text + space : space + text
                }.joined(separator: "  ")
        }
        if cells.count > limit {
            lines.append(
                language.choose(
                    "   … \(cells.count - limit) more cells in the JSON report",
                    "   … \(cells.count - limit) autres cases dans le rapport JSON"))
        }
        lines += gapLines(language).map { "   " + $0 }
        if let blindSince {
            lines.append(
                language.choose(
                    "   blind since \(blindSince.rfc3339()): no call of any sort is seen",
                    "   aveugle depuis \(blindSince.rfc3339()) : aucun appel n’est vu"))
        }
        return lines.joined(separator: "\n")
    }

    /// The latest silences that are over, a line each: `blind from … to …`.
    func gapLines(_ language: ReportLanguage) -> [String] {
        let shown = gaps.suffix(Self.shownGaps)
        var lines = shown.map {
            language.choose(
                "blind from \($0.from.rfc3339()) to \($0.to.rfc3339()): no call of any sort was seen",
                "aveugle du \($0.from.rfc3339()) au \($0.to.rfc3339()) : aucun appel n’a été vu")
        }
        let others = gapCount - shown.count
        if others > 0 {
            lines.append(
                language.choose(
                    "and \(others) times before that", "et \(others) fois auparavant"))
        }
        return lines
    }

    private static let shownGaps = 8

    private static func isNotable(_ cell: Cell) -> Bool { cell.state != .normal && cell.state != .learning }

    private func row(_ cell: Cell, _ service: String, _ place: String, _ language: ReportLanguage) -> [String]
    {
        let measures = cell.measures
        return [
            service, place.isEmpty ? "?" : place, cell.state.rawValue, "\(measures.callers)",
            "\(measures.failed)",
            "\(measures.answered)", Self.words(cell.delay30, language), Self.words(cell.delay11, language),
        ]
    }

    /// The shortest way, and the one by missing callers: `9 min (volume 2 h)`.
    private static func words(_ delay: Delay, _ language: ReportLanguage) -> String {
        let ways = [delay.byFailures, delay.byAnswers, delay.byReceiver].compactMap { $0 }
        let first = ways.min().map { words($0) } ?? "–"
        guard let volume = delay.byVolume else { return first }
        return first + language.choose(" (volume ", " (volume ") + words(volume) + ")"
    }

    private static func words(_ delay: Duration) -> String {
        let minutes = max(1, Int((Double(delay.components.seconds) / 60).rounded()))
        if minutes < 120 { return "\(minutes) min" }
        if minutes < 2_880 { return "\(minutes / 60) h" }
        return "\(minutes / 1_440) d"
    }
}
