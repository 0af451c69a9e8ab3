public import VigieWire

/// What became of calls over time: stacked bars, and a hatched band where nobody listened.
public struct HistoryChart: Sendable {
    /// One step.
    public struct Point: Sendable {
        /// When it begins.
        public var start: Timestamp
        /// First attempts that were answered.
        public var answered: Int
        /// Those that were not, by the doing of people: busy, given up, end not known.
        public var unanswered: Int
        /// Those that the network lost.
        public var failed: Int
        /// Whether nobody listened.
        public var isBlind: Bool

        /// All fields at once.
        public init(start: Timestamp, answered: Int, unanswered: Int, failed: Int, isBlind: Bool) {
            self.start = start
            self.answered = answered
            self.unanswered = unanswered
            self.failed = failed
            self.isBlind = isBlind
        }
    }

    /// The steps in their order, all of one length.
    public var points: [Point]
    /// What a screen reader says instead of the picture.
    public var description: String
    /// What is written under a step; `nil`: nothing.
    public var label: @Sendable (Timestamp) -> String?
    /// What a bar says when it is pointed at.
    public var title: @Sendable (Point) -> String

    private static let width = 960.0
    private static let height = 240.0
    private static let left = 48.0
    private static let bottom = 26.0
    private static let top = 10.0

    /// A chart of some steps.
    public init(
        points: [Point], description: String, label: @escaping @Sendable (Timestamp) -> String?,
        title: @escaping @Sendable (Point) -> String
    ) {
        self.points = points
        self.description = description
        self.label = label
        self.title = title
    }

    /// The chart as an `<svg>` element with the classes `chart`, `grid`, `axis`, `answered`, `unanswered`, `failed` and `blind`;
    /// empty when there are no points.
    public var svg: String {
        guard !points.isEmpty else { return "" }
        let highest = points.map { $0.answered + $0.unanswered + $0.failed }.max() ?? 0
        let scale = AxisScale(highest: Double(max(1, highest)))
        let plotWidth = Self.width - Self.left - 8
        let plotHeight = Self.height - Self.top - Self.bottom
        let step = plotWidth / Double(points.count)
        func y(_ value: Double) -> Double { Self.top + plotHeight * (1 - value / scale.top) }
        var out =
            "<svg class=\"chart history\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(description.escaped)\"><defs><pattern id=\"hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"blind\" width=\"7\" height=\"7\"/><rect class=\"stripe\" width=\"2\" height=\"7\"/></pattern></defs>"
        for tick in scale.ticks where tick == tick.rounded() {
            out +=
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - 8)\" y1=\"\(y(tick).short)\" y2=\"\(y(tick).short)\"/><text class=\"axis\" x=\"\(Self.left - 6)\" y=\"\((y(tick) + 4).short)\" text-anchor=\"end\">\(AxisScale.name(tick))</text>"
        }
        var index = 0
        while index < points.count {
            // Neighbours that nobody heard are one band.
            var end = index
            while end < points.count, points[end].isBlind { end += 1 }
            if end > index {
                out +=
                    "<rect fill=\"url(#hatch)\" x=\"\((Self.left + Double(index) * step).short)\" y=\"\(Self.top)\" width=\"\((Double(end - index) * step).short)\" height=\"\(plotHeight.short)\"><title>\(title(points[index]).escaped)</title></rect>"
                index = end
                continue
            }
            out += bar(points[index], x: Self.left + Double(index) * step, step: step, y: y)
            index += 1
        }
        for (index, point) in points.enumerated() {
            guard let text = label(point.start) else { continue }
            let place = Self.left + Double(index) * step
            // A mark of its own says where the step begins; at the right edge there is no room for the words.
            out +=
                "<line class=\"grid\" x1=\"\(place.short)\" x2=\"\(place.short)\" y1=\"\((Self.top + plotHeight).short)\" y2=\"\((Self.top + plotHeight + 5).short)\"/>"
            guard place < Self.width - 60 else { continue }
            out +=
                "<text class=\"axis\" x=\"\((place + 3).short)\" y=\"\(Self.height - 8)\">\(text.escaped)</text>"
        }
        return out + "</svg>"
    }

    private func bar(_ point: Point, x: Double, step: Double, y: (Double) -> Double) -> String {
        guard point.answered + point.unanswered + point.failed > 0 else { return "" }
        var out = "<g><title>\(title(point).escaped)</title>"
        var below = 0
        // What the network lost stands at the foot, where it is seen first and compared best.
        for (name, value) in [
            ("failed", point.failed), ("answered", point.answered), ("unanswered", point.unanswered),
        ] where value > 0 {
            let (from, to) = (y(Double(below)), y(Double(below + value)))
            below += value
            out +=
                "<rect class=\"\(name)\" x=\"\((x + step * 0.08).short)\" y=\"\(to.short)\" width=\"\(max(step * 0.84, 0.6).short)\" height=\"\((from - to).short)\"/>"
        }
        return out + "</g>"
    }
}
