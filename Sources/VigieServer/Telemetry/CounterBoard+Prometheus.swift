extension CounterBoard {
    /// The media type of the text format.
    public static let prometheusType = "text/plain; version=0.0.4; charset=utf-8"

    // Prometheus text exposition format 0.0.4: `# HELP`, `# TYPE`, then all samples of one metric together;
    // in help `\` and line feed are escaped, in label values `"` too.

    /// All figures in the Prometheus text format, metrics by name.
    public func prometheus() -> String {
        var metrics: [String: [MetricSample]] = [:]
        for group in groups() {
            for sample in group.samples where Self.isName(sample.name) {
                metrics[sample.name, default: []].append(sample)
            }
        }
        metrics["vigie_metrics_samples_left_out_total"] = [
            MetricSample("vigie_metrics_samples_left_out_total", [], Double(leftOut))
        ]
        var out = ""
        for (name, samples) in metrics.sorted(by: { $0.key < $1.key }) {
            let words = words(name)
            out +=
                "# HELP \(name) \(Self.escaped(words.help, quotes: false))\n# TYPE \(name) \(words.kind.rawValue)\n"
            var seen: Set<String> = []
            for sample in samples {
                let labels = sample.labels.filter { Self.isName($0.0) }
                    .map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
                let line = labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}"
                // One series, one value: a scrape with a doubled series is refused whole.
                if seen.insert(line).inserted { out += "\(line) \(Self.number(sample.value))\n" }
            }
        }
        return out
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`: also a label's name; the colon is left to recording rules.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == 0x5F || first.isLetter else { return false }
        return text.utf8.allSatisfy { $0 == 0x5F || $0.isLetter || (0x30...0x39).contains($0) }
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
