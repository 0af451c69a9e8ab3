/// Counts by minute over the last quarter of an hour.
struct QuarterHour: Sendable {
    /// What is counted.
    enum Field: Int { case attempts, callers, failed, answered, cut, retries }

    private var cells: InlineArray<96, UInt16> = InlineArray(repeating: 0)  // 16 minutes of 6 counts
    private var minute: UInt32 = 0

    /// Goes on to a minute; what is older than fifteen goes.
    mutating func advance(to now: UInt32) {
        guard now > minute else { return }
        let passed = min(now - minute, 16)
        for step in 0..<passed {
            let base = Int((now - step) % 16) * 6
            for field in 0..<6 { cells[base + field] = 0 }
        }
        minute = now
    }

    mutating func add(_ field: Field, minute now: UInt32, _ amount: Int = 1) {
        advance(to: now)
        guard minute - now < 16 else { return }  // too late to matter
        let index = Int(now % 16) * 6 + field.rawValue
        cells[index] = UInt16(clamping: Int(cells[index]) + amount)
    }

    /// The count over the last fifteen minutes, the present one included.
    func sum(_ field: Field, minute now: UInt32) -> Int {
        var sum = 0
        if now == minute, now >= 15 {
            // All sixteen minutes but the oldest.
            for cell in 0..<16 { sum += Int(cells[cell * 6 + field.rawValue]) }
            return sum - Int(cells[Int((now + 1) % 16) * 6 + field.rawValue])
        }
        for step in 0..<UInt32(15) where now >= step && now - step + 16 > minute && now - step <= minute {
            sum += Int(cells[Int((now - step) % 16) * 6 + field.rawValue])
        }
        return sum
    }
}
