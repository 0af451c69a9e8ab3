/// What kind of figure a metric is, in the words of the Prometheus text format.
public enum MetricKind: String, Sendable {
    /// Only grows, until the process ends; its name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
}

/// One figure at one moment: a name, the labels that tell it from its sisters, and a value.
public struct MetricSample: Sendable {
    /// `vigie_<thing>_<unit>` or `vigie_<thing>_<unit>_total`.
    public var name: String
    /// Few and bounded: reasons, peers, feeds; never a telephone number.
    public var labels: [(String, String)]
    /// In the unit that the name tells.
    public var value: Double

    /// One figure.
    public init(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}
