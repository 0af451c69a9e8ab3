import Yams

extension YAMLFile {
    private static let durations: [(unit: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ]
    private static let sizes: [(unit: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000),
    ]

    /// A time with its unit: `500ms`, `10s`, `5min`, `2h`, `30d`, `1.5h`.
    func duration(
        _ node: Node, _ path: String, _ range: ClosedRange<Duration>
    ) throws(ConfigurationProblem) -> Duration {
        let text = try scalar(node, path)
        let (number, unit) = Self.split(text)
        guard let number,
            let scale = Self.durations.first(where: { $0.unit == unit || $0.unit == "\(unit)in" })
        else {
            let hint = number != nil && unit.isEmpty ? "; did you mean `\(text)s`?" : ""
            throw error(
                node, path,
                "`\(text)` is not a time with its unit: write ms, s, min, h or d after the number, as in `10s`\(hint)"
            )
        }
        let nanoseconds = number * Double(scale.nanoseconds)
        guard nanoseconds < 9e18 else {
            throw error(
                node, path, "`\(text)` is longer than \(Self.text(range.upperBound)), the most allowed")
        }
        let value = Duration.nanoseconds(Int64(nanoseconds.rounded()))
        guard range.contains(value) else {
            throw error(
                node, path,
                "`\(text)` is not between \(Self.text(range.lowerBound)) and \(Self.text(range.upperBound))")
        }
        return value
    }

    /// A size with its unit: `64MiB`, `20GiB`, `500kB`.
    func bytes(
        _ node: Node, _ path: String, _ range: ClosedRange<Int>
    ) throws(ConfigurationProblem) -> Int {
        let text = try scalar(node, path)
        let (number, unit) = Self.split(text)
        guard let number, let scale = Self.sizes.first(where: { $0.unit == unit }) else {
            let hint = Nearest.suggestion(unit, Self.sizes.map(\.unit))
            throw error(
                node, path,
                "`\(text)` is not a size with its unit: write KiB, MiB, GiB or TiB after the number, as in `64MiB`\(unit.isEmpty ? "" : hint)"
            )
        }
        let value = number * Double(scale.bytes)
        guard value < 9e18, range.contains(Int(value)) else {
            throw error(
                node, path,
                "`\(text)` is not between \(Self.text(bytes: range.lowerBound)) and \(Self.text(bytes: range.upperBound))"
            )
        }
        return Int(value)
    }

    /// A rate: `100/s` or `6000/min`; a bare number is a second's.
    func perSecond(
        _ node: Node, _ path: String, _ range: ClosedRange<Int>
    ) throws(ConfigurationProblem) -> Int {
        let text = try scalar(node, path)
        let (number, unit) = Self.split(text)
        let divisors: [String: Double] = ["": 1, "/s": 1, "/min": 60, "/h": 3_600]
        guard let number, let divisor = divisors[unit] else {
            throw error(node, path, "`\(text)` is not a rate: write `100/s`")
        }
        let value = number / divisor
        guard value < 9e18, range.contains(Int(value.rounded(.up))) else {
            throw error(
                node, path, "`\(text)` is not between \(range.lowerBound)/s and \(range.upperBound)/s")
        }
        return Int(value.rounded(.up))
    }

    /// A number with or without fraction.
    func real(
        _ node: Node, _ path: String, _ range: ClosedRange<Double>
    ) throws(ConfigurationProblem) -> Double {
        let text = try scalar(node, path)
        guard let value = Double(text), value.isFinite, range.contains(value) else {
            throw error(
                node, path,
                "`\(text)` is not a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
            )
        }
        return value
    }

    /// A share of one: `0.5` or `50%`.
    func share(_ node: Node, _ path: String) throws(ConfigurationProblem) -> Double {
        let text = try scalar(node, path)
        let (number, unit) = Self.split(text)
        guard let number, unit.isEmpty || unit == "%", case let value = unit == "%" ? number / 100 : number,
            (0...1).contains(value)
        else { throw error(node, path, "`\(text)` is not a share: write `50%` or `0.5`") }
        return value
    }

    /// A time in its largest whole unit.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 {
            let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
            return "\(milliseconds)ms"
        }
        guard seconds != 0 else { return "0s" }
        let nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !nanoseconds.overflow else { return "\(seconds)s" }
        for (unit, scale) in durations where nanoseconds.partialValue % scale == 0 {
            return "\(nanoseconds.partialValue / scale)\(unit)"
        }
        return "\(seconds)s"
    }

    /// A size in its largest whole binary unit.
    static func text(bytes: Int) -> String {
        for (unit, scale) in sizes where unit.hasSuffix("iB") && bytes != 0 && Int64(bytes) % scale == 0 {
            return "\(Int64(bytes) / scale)\(unit)"
        }
        return "\(bytes)B"
    }

    /// A number without a superfluous `.0`.
    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    /// The number at the beginning of a text, not negative, and what follows it without spaces.
    private static func split(_ text: String) -> (number: Double?, unit: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        return (Double(digits.filter { $0 != "_" }), String(unit))
    }
}
