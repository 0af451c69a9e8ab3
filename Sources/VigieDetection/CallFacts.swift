public import VigieCalls

/// What the lane works out once for each call, for all detectors.
public struct CallFacts: Sendable {
    /// What the plan of the call's day says of the displayed caller.
    public var caller = NumberFacts()
    /// What the plan of the day says of the called number.
    public var called = NumberFacts()
    /// Whether these two numbers never spoke before, either way, as far as the lane remembers; true when one is absent.
    public var isFirstContact = true
    /// Whether the called number has called this caller before: the present call answers it.
    public var isCallBack = false
    /// Whether the same caller tried the same called number in the last minute.
    public var isRetry = false
    /// Data time since the lane began to learn.
    public var learned: Duration = .zero

    /// What the two numbers did before this call; `isNew` when the number is absent.
    public var callerActivity = NumberActivity()
    /// What the called number did before this call.
    public var calledActivity = NumberActivity()
    /// Well-mixed hashes, made once: of the two numbers and of the pair, in no order.
    public var callerHash: UInt64 = 0
    /// Of the called number.
    public var calledHash: UInt64 = 0
    /// Of the pair, the same for both directions.
    public var pairHash: UInt64 = 0

    /// Nothing is known.
    public init() {}
}
