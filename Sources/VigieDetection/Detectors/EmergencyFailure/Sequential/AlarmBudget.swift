/// Shares one national false-alarm budget among all tests that run.
///
/// A test of one kind, on one stream, for one size of failure, gets `alarmsAYear · share(kind) / levels / streams / sizes`. Adding
/// the rates of all tests gives the budget back, so the nation's rate is at most that, however the tests depend on each other.
public struct AlarmBudget: Sendable {
    /// What a test looks at.
    public enum Kind: Int, CaseIterable, Sendable {
        case failures, answers, cuts, retries, volume, sums, receiver

        /// Share of the budget; failed attempts tell most and soonest. How many people call has moods whose tails are heavier than any law
        /// that is learned says: at a share of 0.15, twenty simulated years had two such alarms, each beyond its threshold by 2.5 nats.
        var share: Double {
            switch self {
            case .failures: 0.40
            case .answers: 0.15
            case .cuts: 0.05
            case .retries: 0.05
            case .volume: 0.01
            case .sums: 0.10
            case .receiver: 0.10
            }
        }
    }

    /// Minutes in a year.
    public static let year = 525_600.0
    /// False alarms a year, all tests of the nation together.
    public var alarmsAYear: Double

    /// A budget of so many false alarms a year, at least one in ten thousand years.
    public init(alarmsAYear: Double = 1) { self.alarmsAYear = max(1e-4, alarmsAYear) }

    /// Mean minutes between false alarms of one test: one size of failure on one of `streams` streams of one of `levels` levels.
    ///
    /// - Parameter isAlone: nothing else is tested, so this kind has the whole budget.
    public func minutesBetweenAlarms(
        _ kind: Kind, levels: Int, streams: Int, sizes: Int, isAlone: Bool = false
    ) -> Double {
        let tests = Double(max(1, levels)) * Double(max(1, streams)) * Double(max(1, sizes))
        return Self.year * tests / (alarmsAYear * (isAlone ? 1 : kind.share))
    }
}
