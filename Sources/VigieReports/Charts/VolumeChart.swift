public import VigieWire

/// An incident's volume against what is usual, hour by hour, as its JSON document tells it (`hours`).
public enum VolumeChart {
    /// Legend and `<svg>`, to be styled by the classes `chart`, `bar`, `line`, `grid`, `axis`, `legend` and `key`; empty when the
    /// document has fewer than two hours.
    public static func html(_ incident: JSONValue, isFrench: Bool) -> String {
        let language = isFrench ? ReportLanguage.french : .english
        var counts: [Int64: (calls: Double, usual: Double)] = [:]
        for hour in incident["hours"]?.arrayValue ?? [] {
            guard let start = hour["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else { continue }
            counts[start.seconds / 3_600] = (hour["calls"]?.numberValue ?? 0, hour["usual"]?.numberValue ?? 0)
        }
        guard let first = counts.keys.min(), let last = counts.keys.max(), last > first,
            last - first < Int64(AnalysisReport.hoursLimit)
        else { return "" }
        let points = (first...last).map { hour in
            SeriesChart.Point(
                time: Timestamp(seconds: hour * 3_600), bar: counts[hour]?.calls ?? 0,
                line: counts[hour]?.usual ?? 0)
        }
        let chart = SeriesChart(
            points: points,
            barName: language.choose("these calls, an hour", "ces appels, par heure"),
            lineName: language.choose("ordinary calls of the same kind", "appels ordinaires de même sorte"),
            description: language.choose("Volume against what is usual", "Volume face à l’habitude"),
            label: { moment in
                let time = CivilTime(moment)
                func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
                return "\(two(time.day))/\(two(time.month)) \(two(time.hour)) h"
            })
        return chart.legend + chart.svg
    }
}
