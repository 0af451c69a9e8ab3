public import VigieWire

/// A test call to a fallback or a long number, and whether it got through.
public struct FallbackTest: Codable, Hashable, Sendable {
    /// The number that was called.
    public var number: PhoneNumber
    /// When.
    public var at: Timestamp
    /// Whether somebody or something answered.
    public var isAnswered: Bool
    /// Who tested: the name of a person or a machine.
    public var tester: String

    /// All fields at once.
    public init(number: PhoneNumber, at: Timestamp, isAnswered: Bool, tester: String) {
        self.number = number
        self.at = at
        self.isAnswered = isAnswered
        self.tester = tester
    }
}

extension CentreDirectory {
    /// The directory with what test calls showed since it was written.
    ///
    /// A row counts as tested when every fallback answered: by the oldest of its fallbacks' last good tests, when that is later than what
    /// the row says. A fallback whose latest test failed after that makes the row untested, so that nobody is sent there.
    public func applying(_ tests: [FallbackTest]) -> CentreDirectory {
        guard !tests.isEmpty else { return self }
        var good: [PhoneNumber: FallbackTest] = [:]
        var bad: [PhoneNumber: Timestamp] = [:]
        for test in tests {
            if test.isAnswered {
                if test.at > good[test.number]?.at ?? .distantPast { good[test.number] = test }
            } else {
                bad[test.number] = max(test.at, bad[test.number] ?? .distantPast)
            }
        }
        return CentreDirectory(
            centres.map { centre in
                var centre = centre
                let last = centre.fallbacks.map { good[$0] }
                if !last.isEmpty, let oldest = last.compactMap({ $0 }).min(by: { $0.at < $1.at }),
                    last.allSatisfy({ $0 != nil }), oldest.at > centre.lastTested ?? .distantPast
                {
                    centre.lastTested = oldest.at
                    centre.tester = oldest.tester
                }
                for number in centre.fallbacks {
                    let passed = max(good[number]?.at ?? .distantPast, centre.lastTested ?? .distantPast)
                    if let failed = bad[number], failed > passed { centre.lastTested = nil }
                }
                return centre
            })
    }
}
