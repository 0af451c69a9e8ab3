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

/// What test calls showed of each number since the directory was written: the latest that got through, and the latest that did not.
struct FallbackTests: Sendable {
    var good: [PhoneNumber: FallbackTest] = [:]
    var bad: [PhoneNumber: Timestamp] = [:]

    mutating func note(_ test: FallbackTest) {
        if test.isAnswered {
            if test.at > good[test.number]?.at ?? .distantPast { good[test.number] = test }
        } else {
            bad[test.number] = max(test.at, bad[test.number] ?? .distantPast)
        }
    }
}

extension CentreDirectory {
    /// The directory with what test calls showed since it was written.
    ///
    /// Each number stands for itself: a fallback that answered counts as tested, and one that failed after its last good test is shown
    /// to nobody; the one beside it stays as it was.
    public func applying(_ tests: [FallbackTest]) -> CentreDirectory {
        guard !tests.isEmpty else { return self }
        var next = self
        for test in tests { next.tests.note(test) }
        return next
    }

    /// When a test call to a fallback of a row last got through; `nil`: never, or a later one failed.
    public func lastTested(_ number: PhoneNumber, of centre: EmergencyCentre) -> Timestamp? {
        let passed = max(tests.good[number]?.at ?? .distantPast, centre.lastTested ?? .distantPast)
        guard passed > .distantPast, passed >= tests.bad[number] ?? .distantPast else { return nil }
        return passed
    }

    /// The row as a file can say it, which has one date for both fallbacks: the older of their last good tests, and none when one of
    /// them has none.
    func asTested(_ centre: EmergencyCentre) -> EmergencyCentre {
        var centre = centre
        let last = centre.fallbacks.map { ($0, lastTested($0, of: centre)) }
        guard let oldest = last.min(by: { $0.1 ?? .distantPast < $1.1 ?? .distantPast }) else {
            return centre
        }
        if let test = tests.good[oldest.0], test.at == oldest.1, test.at > centre.lastTested ?? .distantPast {
            centre.tester = test.tester
        }
        centre.lastTested = oldest.1
        return centre
    }
}
