public import VigieCalls
public import VigieWire

/// A journal in memory, for tests and small inputs.
public final class MemoryJournal: CallJournal {
    private struct Blocks: BlockStorage {
        var blocks: [[UInt8]] = []

        mutating func write(_ block: [UInt8], count: Int, slot: Int) -> Bool {
            if slot == blocks.count {
                blocks.append(block)
            } else {
                blocks[slot] = block
            }
            return true
        }

        func read(slot: Int, count: Int, into block: inout [UInt8]) -> Bool {
            block = blocks[slot]
            return true
        }
    }

    private var ring: BlockRing<Blocks>

    /// A journal of at most `capacity` bytes, about 100 a call; 64 MiB hold some 600,000 calls.
    public init(capacity: Int = 64 << 20) {
        ring = BlockRing(Blocks(), capacity: capacity, blockBytes: min(64 << 10, max(1024, capacity / 4)))
    }

    /// Adds an event.
    public func append(_ event: borrowing CallEvent) { ring.append(event) }
    /// How many events can be replayed.
    public var count: Int { ring.count }
    /// How many events had to go.
    public var forgotten: UInt64 { ring.forgotten }

    /// Calls `body` for each event kept whose `start` is in `window`, oldest addition first; `body` may append.
    public func replay(_ window: ClosedRange<Timestamp>, _ body: (borrowing CallEvent) -> Void) {
        var bytes: [UInt8] = []
        for (slot, sequence) in ring.blocks(touching: window) {
            let count = ring.read(slot, sequence: sequence, into: &bytes)
            replayBlock(bytes, count: count, window, body)
        }
    }
}
