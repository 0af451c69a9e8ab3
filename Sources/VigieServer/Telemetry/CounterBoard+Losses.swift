extension CounterBoard {
    /// Words that a counter's name holds when it counts what was lost, refused or not understood.
    private static let words = [
        "dropped", "refused", "malformed", "lost", "late", "evicted", "overflow", "forgotten", "failed",
        "left_out",
        "wrong", "unknown", "dead", "expired", "rejected", "timed_out", "error",
    ]

    /// Everything that was lost, refused or not understood so far, most first: `name{label="value"}` and how often.
    public func losses() -> [(name: String, value: Double)] {
        var losses: [(name: String, value: Double)] = []
        for group in groups() {
            for sample in group.samples where sample.value > 0 && sample.name.hasSuffix("_total") {
                guard Self.words.contains(where: { sample.name.contains($0) }) else { continue }
                let labels = sample.labels.map(\.1).joined(separator: ", ")
                losses.append((labels.isEmpty ? sample.name : "\(sample.name) (\(labels))", sample.value))
            }
        }
        return losses.sorted { ($1.value, $0.name) < ($0.value, $1.name) }
    }
}
