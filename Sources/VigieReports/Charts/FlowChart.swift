/// Bands from where calls come from to where they land, as wide as they are many.
struct FlowChart {
    /// One band.
    struct Band {
        var from: String
        var to: String
        var calls: Int
    }

    var bands: [Band]
    var description: String

    private static let width = 720.0
    private static let gap = 22.0
    /// Names a side at most; the rest becomes one band named `…`.
    private static let maxNames = 6

    /// The chart as an `<svg>` element; empty when there are no bands.
    var svg: String {
        let merged = Self.merge(bands)
        let total = merged.reduce(0) { $0 + $1.calls }
        guard total > 0 else { return "" }
        let left = Self.sums(merged, \.from)
        let right = Self.sums(merged, \.to)
        let rows = max(left.count, right.count)
        let flowHeight = 180.0
        let height = flowHeight + Self.gap * Double(rows)
        let scale = flowHeight / Double(total)
        var out =
            "<svg class=\"chart\" viewBox=\"0 0 \(Int(Self.width)) \(Int(height) + 8)\" role=\"img\" aria-label=\"\(description.escaped)\">"
        var leftAt = Self.offsets(left, scale)
        var rightAt = Self.offsets(right, scale)
        for band in merged {
            let thickness = Double(band.calls) * scale
            let y1 = leftAt[band.from] ?? 0
            let y2 = rightAt[band.to] ?? 0
            leftAt[band.from] = y1 + thickness
            rightAt[band.to] = y2 + thickness
            let a = (y1 + thickness / 2).short
            let b = (y2 + thickness / 2).short
            out +=
                "<path class=\"band\" stroke-width=\"\(max(0.5, thickness).short)\" d=\"M170 \(a) C360 \(a) 360 \(b) 550 \(b)\"><title>\(band.from.escaped) → \(band.to.escaped): \(band.calls)</title></path>"
        }
        for (names, x, anchor) in [(left, 160.0, "end"), (right, 560.0, "start")] {
            let at = Self.offsets(names, scale)
            for (name, calls) in names {
                let y = (at[name] ?? 0) + Double(calls) * scale / 2 + 5
                out +=
                    "<text class=\"name\" x=\"\(x)\" y=\"\(y.short)\" text-anchor=\"\(anchor)\">\(name.escaped) · \(calls)</text>"
            }
        }
        return out + "</svg>"
    }

    private static func sums(_ bands: [Band], _ side: (Band) -> String) -> [(String, Int)] {
        var sums: [String: Int] = [:]
        for band in bands { sums[side(band), default: 0] += band.calls }
        return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) }
    }

    private static func offsets(_ names: [(String, Int)], _ scale: Double) -> [String: Double] {
        var at = 0.0
        var offsets: [String: Double] = [:]
        for (name, calls) in names {
            offsets[name] = at
            at += Double(calls) * scale + gap
        }
        return offsets
    }

    private static func merge(_ bands: [Band]) -> [Band] {
        let from = Set(sums(bands, \.from).prefix(maxNames).map(\.0))
        let to = Set(sums(bands, \.to).prefix(maxNames).map(\.0))
        var merged: [[String]: Int] = [:]
        for band in bands {
            merged[
                [from.contains(band.from) ? band.from : "…", to.contains(band.to) ? band.to : "…"], default: 0
            ] += band.calls
        }
        return merged.map { Band(from: $0.key[0], to: $0.key[1], calls: $0.value) }
            .sorted { ($0.calls, $1.from, $1.to) > ($1.calls, $0.from, $0.to) }
    }
}
