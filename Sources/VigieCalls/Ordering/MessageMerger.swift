public import VigieWire

/// Pulls messages from several captures in the order of their packets' times; those with one time in the order of the captures.
///
/// Each capture is taken to be in order itself, as captures are but for some microseconds; where it is not, its messages come as
/// they stand, and steps back of more than `tolerance` are counted. A capture that cannot be read on is left, with its error.
///
/// - Complexity: constant for captures that follow each other, logarithmic in their number for those that overlap.
public final class MessageMerger {
    /// A step back in time that is not worth a word: probes with several queues do that.
    public static let tolerance: Duration = .seconds(1)

    /// Why a capture was not read to its end.
    public struct Failure: Sendable {
        /// Which of the captures given.
        public var reader: Int
        /// What stood in the way.
        public var error: InputError
    }

    private let readers: [CaptureReader]
    // Captures that have a message waiting, earliest first: a binary heap of their times.
    private var heap: [(time: Timestamp, reader: Int)] = []
    private var isStarted = false
    private var latest: [Timestamp]
    /// Captures that could not be read to their end.
    public private(set) var failures: [Failure] = []
    /// `clock-backwards`: messages more than `tolerance` before an earlier one of the same capture.
    public private(set) var counts = NamedCounts()

    /// A merger of captures that have not delivered a message yet.
    public init(_ readers: [CaptureReader]) {
        self.readers = readers
        latest = Array(repeating: .distantPast, count: readers.count)
    }

    /// Moves to the next message; `false` when no capture has one.
    public func next() -> Bool {
        if !isStarted {
            isStarted = true
            for index in readers.indices where pull(index) {
                heap.append((readers[index].packet.time, index))
                rise(heap.count - 1)
            }
            return !heap.isEmpty
        }
        guard !heap.isEmpty else { return false }
        let index = heap[0].reader
        if pull(index) {
            heap[0].time = readers[index].packet.time
        } else if let last = heap.popLast(), !heap.isEmpty {
            heap[0] = last
        }
        sink()
        return !heap.isEmpty
    }

    /// Which of the captures given the current message is from; there is one.
    public var reader: Int { heap[0].reader }

    /// When and between whom the current message travelled.
    public var packet: SignallingPacket { readers[heap[0].reader].packet }

    /// Lends the bytes of the current message.
    public func withMessage<R, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> R) throws(Failure)
        -> R
    {
        try readers[heap[0].reader].withMessage(body)
    }

    private func pull(_ index: Int) -> Bool {
        do {
            guard try readers[index].next() else { return false }
        } catch {
            failures.append(Failure(reader: index, error: error))
            return false
        }
        let packet = readers[index].packet
        if packet.time < latest[index] - Self.tolerance { counts.count("clock-backwards", at: packet.offset) }
        latest[index] = max(latest[index], packet.time)
        return true
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        heap[left].time != heap[right].time
            ? heap[left].time < heap[right].time : heap[left].reader < heap[right].reader
    }

    private func rise(_ start: Int) {
        var child = start
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < heap.count && precedes(child, least) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
