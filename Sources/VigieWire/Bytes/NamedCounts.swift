/// Counts things by name: malformed messages by rule, drops by reason. Nothing is lost in silence.
///
/// Names come from the code, never from the input, so there are a few dozen at most; counting a known one allocates nothing.
public struct NamedCounts: Sendable {
    /// One name, how often, and where it happened first.
    public struct Entry: Sendable {
        /// From the code, never from the input.
        public var name: StaticString
        /// How often.
        public var count: UInt64
        /// Offset in the input (bytes) of the first one.
        public var firstOffset: UInt64
    }

    /// In the order in which they were first met.
    public private(set) var entries: [Entry] = []

    /// Nothing counted yet.
    public init() {}

    /// Counts one more of `name`, met at byte `offset` of the input.
    public mutating func count(_ name: StaticString, at offset: UInt64, times: UInt64 = 1) {
        for index in entries.indices where unsafe entries[index].name.utf8Start == name.utf8Start {
            entries[index].count += times
            return
        }
        let text = name.description
        for index in entries.indices where entries[index].name.description == text {
            entries[index].count += times
            return
        }
        entries.append(Entry(name: name, count: times, firstOffset: offset))
    }

    /// Adds what another counter counted.
    public mutating func add(_ other: NamedCounts) {
        for entry in other.entries { count(entry.name, at: entry.firstOffset, times: entry.count) }
    }

    /// How many in all.
    public var total: UInt64 { entries.reduce(0) { $0 + $1.count } }

    /// Name to count, for a report.
    public var byName: [String: UInt64] {
        Dictionary(entries.map { ($0.name.description, $0.count) }, uniquingKeysWith: +)
    }
}
