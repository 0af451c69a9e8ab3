import VigieDetection

/// Counts calls by key in windows of time: sets of four, the one longest unused goes. Fixed memory, 24 bytes a key.
///
/// Two windows are kept; the rate is the present one's count and the part of the last one's that is still within a window's
/// length, as if its calls were spread evenly.
struct RateTable: Sendable {
    private struct Cell {
        var key: UInt64 = 0
        var window: UInt32 = 0
        var last: UInt32 = 0
        var present: UInt32 = 0
        var before: UInt32 = 0
    }

    /// Keys that went because their set was full; their count begins anew.
    private(set) var evicted: UInt64 = 0
    private var cells: [Cell]
    private let mask: Int

    /// Room for `capacity` keys, rounded up to a power of two.
    init(capacity: Int) {
        var sets = 1
        while sets * 4 < capacity, sets < 1 << 20 { sets *= 2 }
        mask = sets - 1
        cells = Array(repeating: Cell(), count: sets * 4)
    }

    /// Bytes held.
    var byteCount: Int { cells.count * MemoryLayout<Cell>.stride }

    /// Counts a call and says how many there are in the last `seconds`, this one included.
    ///
    /// - Parameter key: well mixed.
    mutating func count(_ key: UInt64, nanoseconds: Int64, seconds: Int) -> Double {
        let key = key == 0 ? 1 : key
        let length = Int64(max(1, seconds)) &* 1_000_000_000
        let floor = nanoseconds >= 0 ? nanoseconds / length : (nanoseconds &- length &+ 1) / length
        let window = UInt32(truncatingIfNeeded: floor)
        let second = UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000)
        let place = place(key, second: second)
        if cells[place].key != key { cells[place] = Cell(key: key, window: window) }
        let step = Int32(bitPattern: window &- cells[place].window)
        if step == 1 {
            cells[place].before = cells[place].present
            cells[place].present = 0
            cells[place].window = window
        } else if step > 1 || step < -1 {
            // Long ago, or the clock was set back: what was counted says nothing of now.
            cells[place].before = 0
            cells[place].present = 0
            cells[place].window = window
        }
        cells[place].last = second
        if cells[place].present < .max { cells[place].present += 1 }
        let passed = Double(nanoseconds &- floor &* length) / Double(length)
        return Double(cells[place].present) + Double(cells[place].before) * max(0, 1 - passed)
    }

    private mutating func place(_ key: UInt64, second: UInt32) -> Int {
        let base = (Int(truncatingIfNeeded: key >> 20) & mask) * 4
        var victim = base
        var oldest: UInt32 = 0
        for place in base..<base + 4 {
            if cells[place].key == key { return place }
            if cells[place].key == 0 { return place }
            let age = second &- cells[place].last
            if age >= oldest {
                oldest = age
                victim = place
            }
        }
        evicted &+= 1
        return victim
    }
}

/// An allowance that fills up with time.
struct TokenBucket: Sendable {
    /// 0: the bucket was never used and is full.
    private var at: Int64 = 0
    private var tokens = 0.0

    /// Takes one call out of the allowance; `false` when it is used up.
    mutating func take(_ limit: Filter.Rate, nanoseconds: Int64) -> Bool {
        let most = Double(limit.calls)
        if at == 0 {
            tokens = most
        } else if nanoseconds > at {
            tokens = min(most, tokens + Double(nanoseconds &- at) / 1e9 * most / Double(limit.seconds))
        }
        at = nanoseconds == 0 ? 1 : nanoseconds
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// Token buckets by key: sets of four, the one longest unused goes and starts full again. Fixed memory, 32 bytes a key.
struct TokenTable: Sendable {
    private struct Cell {
        var key: UInt64 = 0
        var last: Int64 = 0
        var bucket = TokenBucket()
    }

    /// Keys that went because their set was full.
    private(set) var evicted: UInt64 = 0
    private var cells: [Cell]
    private let mask: Int

    /// Room for `capacity` keys, rounded up to a power of two.
    init(capacity: Int) {
        var sets = 1
        while sets * 4 < capacity, sets < 1 << 20 { sets *= 2 }
        mask = sets - 1
        cells = Array(repeating: Cell(), count: sets * 4)
    }

    /// Bytes held.
    var byteCount: Int { cells.count * MemoryLayout<Cell>.stride }

    /// Takes one call out of the allowance of `key`; `false` when it is used up.
    mutating func take(_ key: UInt64, _ limit: Filter.Rate, nanoseconds: Int64) -> Bool {
        let key = key == 0 ? 1 : key
        let base = (Int(truncatingIfNeeded: key >> 20) & mask) * 4
        var victim = base
        var found = -1
        for place in base..<base + 4 {
            if cells[place].key == key || cells[place].key == 0 {
                found = place
                break
            }
            if cells[place].last < cells[victim].last { victim = place }
        }
        if found < 0 {
            evicted &+= 1
            found = victim
        }
        if cells[found].key != key { cells[found] = Cell(key: key) }
        cells[found].last = nanoseconds
        return cells[found].bucket.take(limit, nanoseconds: nanoseconds)
    }
}
