import VigieWire

/// A row a day, a column an hour: darker where there was more.
struct HourGrid {
    /// Count by hour (UTC hour start).
    var counts: [(start: Timestamp, count: Int)]
    var offsetSeconds: Int
    var description: String

    private static let maxDays = 31

    /// The chart as an `<svg>` element; empty when nothing was counted.
    var svg: String {
        var days: [Int: [Int: Int]] = [:]
        var highest = 0
        for (start, count) in counts where count > 0 {
            let civil = CivilTime(start, offsetSeconds: offsetSeconds)
            days[civil.dayNumber, default: [:]][civil.hour, default: 0] += count
            highest = max(highest, days[civil.dayNumber]?[civil.hour] ?? 0)
        }
        guard highest > 0 else { return "" }
        let shown = days.keys.sorted().suffix(Self.maxDays)
        let height = 22 * shown.count + 24
        var out =
            "<svg class=\"chart\" viewBox=\"0 0 720 \(height)\" role=\"img\" aria-label=\"\(description.escaped)\">"
        for hour in stride(from: 0, to: 24, by: 3) {
            out +=
                "<text class=\"axis\" x=\"\(100 + 25 * hour + 12)\" y=\"12\" text-anchor=\"middle\">\(hour) h</text>"
        }
        for (row, day) in shown.enumerated() {
            let y = 20 + 22 * row
            let civil = CivilTime(Timestamp(seconds: Int64(day) * 86_400))
            out +=
                "<text class=\"axis\" x=\"92\" y=\"\(y + 14)\" text-anchor=\"end\">\(civil.year)-\(civil.month.twoDigits)-\(civil.day.twoDigits)</text>"
            for hour in 0..<24 {
                let count = days[day]?[hour] ?? 0
                let shade = count == 0 ? 0 : 0.12 + 0.88 * Double(count) / Double(highest)
                out +=
                    "<rect class=\"cell\" x=\"\(100 + 25 * hour)\" y=\"\(y)\" width=\"24\" height=\"20\" fill-opacity=\"\((shade * 100).rounded() / 100)\"><title>\(hour) h: \(count)</title></rect>"
            }
        }
        return out + "</svg>"
    }
}

extension Int {
    /// Two digits at least.
    var twoDigits: String { self < 10 ? "0\(self)" : String(self) }
}
