/// A possible explanation of a finding, with how well it predicts what was seen.
public struct Cause: Hashable, Sendable {
    /// In plain words: `short code 333 entered as +333`.
    public var hypothesis: String
    /// Weight among the hypotheses tried, in `0...1`; they add up to 1 at most.
    public var score: Double
    /// Share of the calls that it explains, in `0...1`.
    public var explains: Double
    /// What to check to confirm it.
    public var test: String
    /// Why it does not fit, when it does not.
    public var objection: String?

    /// All fields at once.
    public init(hypothesis: String, score: Double, explains: Double, test: String, objection: String? = nil) {
        self.hypothesis = hypothesis
        self.score = score
        self.explains = explains
        self.test = test
        self.objection = objection
    }
}
