/// Allows so many things a second, and a second's worth at once.
struct TokenBucket: BitwiseCopyable {
    /// 0: no bound.
    let perSecond: Int64
    // In thousand-millionths of a token, so that a nanosecond adds `perSecond` of them.
    private var level: Int64
    private var last: Int64 = .min

    init(perSecond: Int) {
        self.perSecond = Int64(max(0, min(perSecond, 1_000_000)))
        level = self.perSecond * 1_000_000_000
    }

    /// Whether one more is allowed at `now`, nanoseconds of a clock that does not jump.
    mutating func take(at now: Int64) -> Bool {
        guard perSecond > 0 else { return true }
        let full = perSecond * 1_000_000_000
        if last != .min, now > last {
            let passed = min(now &- last, 1_000_000_000)
            level = min(full, level + passed * perSecond)
        }
        last = now
        guard level >= 1_000_000_000 else { return false }
        level -= 1_000_000_000
        return true
    }
}
