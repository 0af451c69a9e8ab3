/// What became of a call attempt, in five ways.
public enum CallOutcome: UInt8, CaseIterable, Sendable {
    /// It was answered.
    case success
    /// The called user's doing: busy, no answer, declined (counts as delivered for NER, ITU-T E.425).
    case user
    /// The caller's doing: given up, wrong or incomplete number, not allowed.
    case callerSide
    /// The network's doing: congestion, out of order, timeout, no route.
    case network
    /// Nothing tells.
    case indeterminate
}
