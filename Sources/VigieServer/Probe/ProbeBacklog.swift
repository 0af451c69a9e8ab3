public import VigieCalls

/// Results of test calls that a node was not told yet: they wait for the next round while it cannot be reached.
public struct ProbeBacklog: Sendable {
    /// Results that wait at most; the oldest go first. A node takes so many tests in one request.
    public static let most = 4_096

    /// Records of test calls, one JSON object each, the oldest first.
    public private(set) var records: [String] = []
    /// What the calls showed of numbers, the oldest first.
    public private(set) var tests: [FallbackTest] = []
    /// Results that went without being told.
    public private(set) var forgotten = 0

    /// Nothing waits.
    public init() {}

    /// Whether there is nothing to tell.
    public var isEmpty: Bool { records.isEmpty && tests.isEmpty }

    /// Adds the results of a round.
    public mutating func add(_ records: [String], _ tests: [FallbackTest]) {
        self.records += records
        self.tests += tests
        forgotten += max(0, self.records.count - Self.most)
        self.records = Array(self.records.suffix(Self.most))
        self.tests = Array(self.tests.suffix(Self.most))
    }

    /// The node was told everything.
    public mutating func told() { self = ProbeBacklog() }
}
