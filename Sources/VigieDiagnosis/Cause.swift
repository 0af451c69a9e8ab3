public import VigieCalls

/// A sentence in the two languages of the product.
public struct BilingualText: Hashable, Sendable {
    /// The sentence in English.
    public var english: String
    /// The sentence in French.
    public var french: String

    /// The same sentence twice.
    public init(_ english: String, french: String) {
        self.english = english
        self.french = french
    }
}

/// A possible explanation of a finding, with how well it predicts what was seen.
public struct Cause: Hashable, Sendable {
    /// In plain words: `short code 333 entered as +333`.
    public var hypothesis: BilingualText
    /// Weight among the hypotheses tried, in `0...1`; they add up to 1 at most.
    public var score: Double
    /// Share of the calls that it explains, in `0...1`.
    public var explains: Double
    /// What to check to confirm it.
    public var test: BilingualText
    /// Why it does not fit, when it does not.
    public var objection: BilingualText?
    /// Whether it says that nothing is wrong: more people really call there.
    public var isNoFault: Bool
    /// Name of the entry of the change calendar that it blames; `nil`: none.
    public var change: String?
    /// Where every call lands that this fault leads astray, whatever people dial next; `nil`: where calls landed so far.
    public var reach: NumberPrefix?

    /// All fields at once.
    public init(
        hypothesis: BilingualText, score: Double, explains: Double, test: BilingualText,
        objection: BilingualText? = nil, isNoFault: Bool = false, change: String? = nil,
        reach: NumberPrefix? = nil
    ) {
        self.hypothesis = hypothesis
        self.score = score
        self.explains = explains
        self.test = test
        self.objection = objection
        self.isNoFault = isNoFault
        self.change = change
        self.reach = reach
    }
}
