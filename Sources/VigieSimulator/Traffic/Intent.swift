import VigieWire

/// Something that will happen: a source wakes at a moment with what it noted for itself.
struct Intent: Sendable {
    var time: Int64
    /// Order of equal moments.
    var sequence: UInt64 = 0
    var source: UInt8 = 0
    /// What the source calls this.
    var kind: UInt8 = 0
    var count: UInt16 = 0
    var caller = PartyID.subscriber(0)
    var called = PartyID.subscriber(0)

    @inline(__always)
    static func isBefore(_ left: Intent, _ right: Intent) -> Bool {
        left.time != right.time ? left.time < right.time : left.sequence < right.sequence
    }
}

/// Intents by time: a binary heap. It holds what is pending, never what has passed.
struct IntentQueue: Sendable {
    private var heap: [Intent] = []
    private var sequence: UInt64 = 0

    var next: Intent? { heap.first }
    var count: Int { heap.count }

    mutating func push(_ intent: Intent) {
        var intent = intent
        sequence += 1
        intent.sequence = sequence
        heap.append(intent)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Intent.isBefore(intent, heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = intent
    }

    mutating func pop() -> Intent? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        var hole = 0
        while true {
            var child = 2 * hole + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Intent.isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard Intent.isBefore(heap[child], last) else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = last
        return first
    }
}
