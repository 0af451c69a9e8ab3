import VigieCalls
import VigieWire

/// Where the blocks of a journal lie: in memory or in a file.
protocol BlockStorage {
    /// Writes the first `count` bytes of a block into a slot; `false` when that cannot be done.
    mutating func write(_ block: [UInt8], count: Int, slot: Int) -> Bool
    /// Reads a slot into `block`; `false` when that cannot be done.
    func read(slot: Int, count: Int, into block: inout [UInt8]) -> Bool
}

/// A ring of blocks full of records: the one that is being filled, and the slots behind it, of which the oldest goes first.
struct BlockRing<Storage: BlockStorage> {
    /// What is known of a block without reading it.
    private struct Slot {
        var events: Int
        var bytes: Int
        var earliest: Timestamp
        var latest: Timestamp
        var sequence: UInt64
    }

    var storage: Storage
    private(set) var count = 0
    private(set) var forgotten: UInt64 = 0

    private let blockBytes: Int
    private var maxSlots: Int
    private var slots: [Slot] = []
    private var oldest = 0
    private var sealed: UInt64 = 0
    private var block: [UInt8]
    private var used = 0
    private var events = 0
    private var earliest = Timestamp.distantFuture
    private var latest = Timestamp.distantPast

    /// A ring of `capacity` bytes in blocks of `blockBytes`; it holds at least one block, and the one being filled.
    init(_ storage: Storage, capacity: Int, blockBytes: Int) {
        self.storage = storage
        self.blockBytes = max(blockBytes, JournalRecord.maxBytes)
        maxSlots = max(1, capacity / self.blockBytes - 1)
        block = Array(repeating: 0, count: self.blockBytes)
        slots.reserveCapacity(min(maxSlots, 65_536))
    }

    /// Adds an event.
    mutating func append(_ event: borrowing CallEvent) {
        if blockBytes - used < JournalRecord.maxBytes { seal() }
        used = JournalRecord.encode(event, into: &block, at: used)
        events += 1
        count += 1
        let start = event.start
        if start < earliest { earliest = start }
        if start > latest { latest = start }
    }

    // Writes the block that is full into the next slot.
    private mutating func seal() {
        let slot = Slot(events: events, bytes: used, earliest: earliest, latest: latest, sequence: sealed)
        if slots.count < maxSlots {
            if storage.write(block, count: used, slot: slots.count) {
                slots.append(slot)
            } else if slots.isEmpty {
                drop()
            } else {
                // No room for the rest: what has been written is the ring from now on.
                maxSlots = slots.count
                overwrite(with: slot)
            }
        } else {
            overwrite(with: slot)
        }
        sealed += 1
        used = 0
        events = 0
        earliest = .distantFuture
        latest = .distantPast
    }

    private mutating func overwrite(with slot: Slot) {
        let index = oldest
        oldest = index + 1 == slots.count ? 0 : index + 1
        forgotten += UInt64(slots[index].events)
        count -= slots[index].events
        // A slot whose write failed half-way holds neither the old nor the new block.
        if storage.write(block, count: used, slot: index) {
            slots[index] = slot
        } else {
            slots[index].events = 0
            slots[index].bytes = 0
            drop()
        }
    }

    private mutating func drop() {
        forgotten += UInt64(events)
        count -= events
    }

    // MARK: Replay

    /// The blocks that may hold events of a window, oldest first, by slot and sequence number; `nil` is the one being filled.
    func blocks(touching window: ClosedRange<Timestamp>) -> [(slot: Int?, sequence: UInt64)] {
        var found: [(slot: Int?, sequence: UInt64)] = []
        for step in slots.indices {
            let index = (oldest + step) % slots.count
            let slot = slots[index]
            if slot.events > 0, slot.earliest <= window.upperBound, slot.latest >= window.lowerBound {
                found.append((index, slot.sequence))
            }
        }
        if events > 0, earliest <= window.upperBound, latest >= window.lowerBound {
            found.append((nil, sealed))
        }
        return found
    }

    /// The bytes of a block that `blocks(touching:)` named, into `bytes`, and how many; 0 when it is gone or cannot be read.
    func read(_ slot: Int?, sequence: UInt64, into bytes: inout [UInt8]) -> Int {
        guard let slot else {
            guard sequence == sealed else { return 0 }
            bytes = block
            return used
        }
        guard slots[slot].sequence == sequence, slots[slot].bytes > 0 else { return 0 }
        return storage.read(slot: slot, count: slots[slot].bytes, into: &bytes) ? slots[slot].bytes : 0
    }
}

/// Calls `body` for the events of a block that are in a window.
func replayBlock(
    _ bytes: [UInt8], count: Int, _ window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent) -> Void
) {
    let block = bytes.span.extracting(first: count)
    var offset = 0
    while offset < count {
        if let event = JournalRecord.decode(block, at: &offset, in: window) { body(event) }
    }
}
