/// Horizontal bars with their names: the most-hit numbers, the causes.
struct RankChart {
    /// One bar.
    struct Bar {
        var name: String
        var value: Double
        /// What is written behind the bar.
        var note: String
    }

    var bars: [Bar]
    var description: String

    private static let width = 720.0
    private static let row = 26.0
    private static let left = 180.0

    /// The chart as an `<svg>` element; empty when there are no bars.
    var svg: String {
        guard let highest = bars.map(\.value).max(), highest > 0 else { return "" }
        let height = Self.row * Double(bars.count) + 4
        var out =
            "<svg class=\"chart\" viewBox=\"0 0 \(Int(Self.width)) \(Int(height))\" role=\"img\" aria-label=\"\(description.escaped)\">"
        for (index, bar) in bars.enumerated() {
            let y = Double(index) * Self.row
            let length = max(2, (Self.width - Self.left - 90) * bar.value / highest)
            out +=
                "<text class=\"name\" x=\"\(Self.left - 8)\" y=\"\((y + 17).short)\" text-anchor=\"end\">\(bar.name.escaped)</text>"
            out +=
                "<rect class=\"bar\" x=\"\(Self.left)\" y=\"\((y + 4).short)\" width=\"\(length.short)\" height=\"\(Self.row - 8)\" rx=\"2\"/>"
            out +=
                "<text class=\"axis\" x=\"\((Self.left + length + 6).short)\" y=\"\((y + 17).short)\">\(bar.note.escaped)</text>"
        }
        return out + "</svg>"
    }
}
