import VigieWire

/// Remembers who called in the last ten minutes: 65,536 sets of two places of 8 bytes, the older one of a set makes room.
struct CallerMemory: Sendable {
    /// A caller who called within this time tries again.
    static let span: UInt32 = 600
    private static let sets = 65_536
    private var places = [UInt64](repeating: 0, count: sets * 2)

    mutating func code(_ state: inout StateCoder) { state.code(&places, counts: places.count...places.count) }

    /// Whether this caller called in the last ten minutes; remembers this call. `second` counts from any origin.
    mutating func isRetry(_ hash: UInt64, second: UInt32) -> Bool {
        let base = Int(truncatingIfNeeded: hash & UInt64(Self.sets - 1)) * 2
        let tag = hash & 0xFFFF_FFFF_0000_0000
        var oldest = base
        for index in base...base + 1 {
            let place = places[index]
            let seen = UInt32(truncatingIfNeeded: place)
            if place & 0xFFFF_FFFF_0000_0000 == tag, place != 0 {
                places[index] = tag | UInt64(second)
                return second &- seen <= Self.span
            }
            if second &- seen > second &- UInt32(truncatingIfNeeded: places[oldest]) { oldest = index }
        }
        places[oldest] = tag | UInt64(second)
        return false
    }
}
