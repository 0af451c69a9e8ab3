/// Which rule a message breaks, and at which byte of the message. It never carries the payload.
public struct SIPParseError: Error, Hashable, Sendable {
    /// What does not hold.
    public var rule: SIPRule
    /// Bytes from the first byte of the message.
    public var offset: Int

    /// A broken rule and its place.
    public init(_ rule: SIPRule, at offset: Int) {
        self.rule = rule
        self.offset = offset
    }
}
