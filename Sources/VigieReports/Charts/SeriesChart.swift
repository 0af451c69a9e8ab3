import VigieWire

/// Bars over time with a second series as a line: what happened against what is usual.
struct SeriesChart {
    /// One bar.
    struct Point {
        var time: Timestamp
        var bar: Double
        var line: Double
    }

    var points: [Point]
    var barName: String
    var lineName: String
    /// What a screen reader says instead of the picture.
    var description: String
    /// How a moment is written under the axis.
    var label: (Timestamp) -> String

    private static let width = 720.0
    private static let height = 200.0
    private static let left = 48.0
    private static let bottom = 26.0
    private static let top = 10.0
    /// Bars at most; more points are added up in groups.
    private static let maxBars = 240

    /// What bar and line mean, as HTML to stand above the chart: text inside it would shrink with it on a telephone.
    var legend: String {
        let line =
            points.contains { $0.line > 0 } ? " <span class=\"key line\"></span>\(lineName.escaped)" : ""
        return "<p class=\"legend\"><span class=\"key bar\"></span>\(barName.escaped)\(line)</p>"
    }

    /// The chart as an `<svg>` element; empty when there are no points.
    var svg: String {
        let points = grouped()
        guard !points.isEmpty else { return "" }
        let highest = max(1, points.map { max($0.bar, $0.line) }.max() ?? 1)
        let scale = AxisScale(highest: highest)
        let plotWidth = Self.width - Self.left - 8
        let plotHeight = Self.height - Self.top - Self.bottom
        let step = plotWidth / Double(points.count)
        func x(_ index: Int) -> Double { Self.left + Double(index) * step }
        func y(_ value: Double) -> Double { Self.top + plotHeight * (1 - value / scale.top) }
        var out =
            "<svg class=\"chart\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(description.escaped)\">"
        for tick in scale.ticks {
            out +=
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - 8)\" y1=\"\(y(tick).short)\" y2=\"\(y(tick).short)\"/>"
            out +=
                "<text class=\"axis\" x=\"\(Self.left - 6)\" y=\"\((y(tick) + 4).short)\" text-anchor=\"end\">\(AxisScale.name(tick))</text>"
        }
        for (index, point) in points.enumerated() where point.bar > 0 {
            let barTop = y(point.bar)
            out +=
                "<rect class=\"bar\" x=\"\((x(index) + step * 0.1).short)\" y=\"\(barTop.short)\" width=\"\((step * 0.8).short)\" height=\"\((Self.top + plotHeight - barTop).short)\"><title>\(label(point.time).escaped): \(Int(point.bar))</title></rect>"
        }
        let path = points.enumerated().map { index, point in
            "\((x(index) + step / 2).short),\(y(point.line).short)"
        }
        if points.contains(where: { $0.line > 0 }) {
            out += "<polyline class=\"line\" points=\"\(path.joined(separator: " "))\"/>"
        }
        let every = max(1, points.count / 4)
        for index in stride(from: every / 2, to: points.count, by: every) {
            out +=
                "<text class=\"axis\" x=\"\((x(index) + step / 2).short)\" y=\"\(Self.height - 8)\" text-anchor=\"middle\">\(label(points[index].time).escaped)</text>"
        }
        return out + "</svg>"
    }

    private func grouped() -> [Point] {
        guard points.count > Self.maxBars else { return points }
        let size = (points.count + Self.maxBars - 1) / Self.maxBars
        return stride(from: 0, to: points.count, by: size).map { start in
            let group = points[start..<min(points.count, start + size)]
            return Point(
                time: group[start].time, bar: group.reduce(0) { $0 + $1.bar },
                line: group.reduce(0) { $0 + $1.line })
        }
    }
}

/// Round numbers for an axis that begins at 0.
struct AxisScale {
    var top: Double
    var ticks: [Double]

    init(highest: Double) {
        var unit = 1.0
        while highest / unit > 5 { unit *= unit.leadingDigit == 2 ? 2.5 : 2 }
        top = (highest / unit).rounded(.up) * unit
        ticks = stride(from: 0, through: top, by: unit).map { $0 }
    }

    static func name(_ value: Double) -> String {
        value >= 1_000_000
            ? "\((value / 1_000_000).short)M" : value >= 10_000 ? "\((value / 1_000).short)k" : value.short
    }
}

extension Double {
    /// At most one decimal, none when it is whole.
    var short: String {
        let rounded = (self * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    fileprivate var leadingDigit: Int {
        var value = self
        while value >= 10 { value /= 10 }
        return Int(value)
    }
}
