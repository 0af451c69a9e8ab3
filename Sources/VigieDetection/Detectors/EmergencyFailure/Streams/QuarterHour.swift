/// Counts by minute over the last quarter of an hour.
struct QuarterHour: Sendable {
    /// What is counted.
    enum Field: Int { case attempts, callers, failed, answered, cut, retries }

    /// Sixteen minutes of each field, by the minute's rest of sixteen.
    private var counts: InlineArray<6, SIMD16<UInt16>> = InlineArray(repeating: .zero)
    private var minute: UInt32 = 0

    /// Goes on to a minute; what is older than fifteen goes.
    mutating func advance(to now: UInt32) {
        guard now > minute else { return }
        let passed = min(now - minute, 16)
        for step in 0..<passed {
            let cell = Int((now - step) % 16)
            for field in 0..<6 { counts[field][cell] = 0 }
        }
        minute = now
    }

    mutating func add(_ field: Field, minute now: UInt32, _ amount: Int = 1) {
        advance(to: now)
        guard minute - now < 16 else { return }  // too late to matter
        let cell = Int(now % 16)
        counts[field.rawValue][cell] = UInt16(clamping: Int(counts[field.rawValue][cell]) + amount)
    }

    /// The count over the last fifteen minutes or fewer, the present one included.
    func sum(_ field: Field, minute now: UInt32, over minutes: UInt32 = 15) -> Int {
        let cells = counts[field.rawValue]
        if minutes == 15, now == minute, now >= 15 {
            // All sixteen minutes but the oldest.
            let all = SIMD16<UInt32>(truncatingIfNeeded: cells).wrappedSum()
            return Int(all) - Int(cells[Int((now + 1) % 16)])
        }
        var sum = 0
        for step in 0..<minutes where now >= step && now - step + 16 > minute && now - step <= minute {
            sum += Int(cells[Int((now - step) % 16)])
        }
        return sum
    }
}
