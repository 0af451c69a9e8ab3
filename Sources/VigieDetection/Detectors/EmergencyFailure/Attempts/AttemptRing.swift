import VigieCalls

/// The attempts of the last hour or so, 40 bytes each, for the search of what they share and the count of who got through.
struct AttemptRing: Sendable {
    /// One attempt.
    struct Entry: Sendable, BitwiseCopyable {
        var second: UInt32
        var service: EmergencyService
        var callerHash: UInt64
        var centre: PhoneNumber
        var department: DepartmentCode
        var node: UInt16
        var `operator`: UInt16
        var ingress: UInt16
        var egress: UInt16
        var fate: EmergencyFate
        var attempt: CallerMemory.Try
        /// How many attempts it stands for: 1 for a call, more for a count.
        var weight: UInt16 = 1
    }

    /// Attempts held at most: 26 minutes of 10,000 a minute, a day of an ordinary nation.
    let capacity: Int
    /// Attempts overwritten while younger than an hour.
    private(set) var overwritten: UInt64 = 0
    private var entries: [Entry] = []
    private var next = 0

    init(capacity: Int = 262_144) { self.capacity = capacity }

    var count: Int { entries.count }

    mutating func append(_ entry: Entry) {
        if entries.count < capacity {
            entries.append(entry)
        } else {
            if entry.second &- entries[next].second < 3_600 { overwritten &+= 1 }
            entries[next] = entry
            next = next + 1 == capacity ? 0 : next + 1
        }
    }

    /// Forgets all.
    mutating func clear() { (entries, next) = ([], 0) }

    /// The newest attempts since a second, oldest first.
    func recent(since second: UInt32, limit: Int) -> [Entry] {
        var found: [Entry] = []
        newest(since: second) { if found.count < limit { found.append($0) } }
        return found.reversed()
    }

    /// The attempts that began at `second` or later, newest first.
    func newest(since second: UInt32, _ body: (Entry) -> Void) {
        var index = entries.count < capacity ? entries.count - 1 : (next == 0 ? capacity - 1 : next - 1)
        for _ in 0..<entries.count {
            let entry = entries[index]
            // Ten minutes of tolerance for attempts that came late.
            if entry.second < second {
                if second - entry.second > 600 { return }
            } else {
                body(entry)
            }
            index = index == 0 ? entries.count - 1 : index - 1
        }
    }
}
