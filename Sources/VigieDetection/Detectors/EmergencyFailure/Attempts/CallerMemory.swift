import VigieWire

/// Remembers who called in the last ten minutes: 65,536 sets of two places of 8 bytes, the older one of a set makes room.
struct CallerMemory: Sendable {
    /// A caller who called within this time tries again.
    static let span: UInt32 = 600
    private static let sets = 65_536
    private var places = [UInt64](repeating: 0, count: sets * 2)

    mutating func code(_ state: inout StateCoder) { state.code(&places, counts: places.count...places.count) }

    /// Which try of its caller a call is.
    enum Try: UInt8, Sendable, BitwiseCopyable {
        /// Nobody called from there in the last ten minutes.
        case first
        /// He tries again, for the first time.
        case second
        /// The same, after a call that was answered and over at once.
        case secondAfterShort
        /// He tries once more: what one caller does often tells no more than that he does it.
        case further

        var isRetry: Bool { self != .first }
        /// Whether it makes its caller one who tries again.
        var isNews: Bool { self == .second || self == .secondAfterShort }
    }

    // Two bits of a place, between its tag and its second: whether he tried again, and whether his last call was over at once.
    private static let tag: UInt64 = 0xFFFF_FFFC_0000_0000
    private static let again: UInt64 = 1 << 32
    private static let short: UInt64 = 1 << 33

    /// Which try of this caller's a call is; remembers the call. `second` counts from any origin.
    mutating func take(_ hash: UInt64, second: UInt32, isShort: Bool = false) -> Try {
        let base = Int(truncatingIfNeeded: hash & UInt64(Self.sets - 1)) * 2
        let tag = hash & Self.tag
        let call = tag | (isShort ? Self.short : 0) | UInt64(second)
        var oldest = base
        for index in base...base + 1 {
            let place = places[index]
            let seen = UInt32(truncatingIfNeeded: place)
            if place & Self.tag == tag, place != 0 {
                guard second &- seen <= Self.span else {
                    places[index] = call
                    return .first
                }
                places[index] = call | Self.again
                if place & Self.again != 0 { return .further }
                return place & Self.short != 0 ? .secondAfterShort : .second
            }
            if second &- seen > second &- UInt32(truncatingIfNeeded: places[oldest]) { oldest = index }
        }
        places[oldest] = call
        return .first
    }
}
