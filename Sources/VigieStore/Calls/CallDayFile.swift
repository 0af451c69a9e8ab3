import VigieCalls
import VigieWire

/// What is known of a day's file without reading its calls: a summary a block, 32 bytes each.
struct CallDayIndex: Sendable {
    let day: Int64
    /// The blocks that are full, by slot.
    var blocks = CallDayBlocks()
    /// The block that is not, when the file ends with one.
    var openBlock: CallBlock?
    /// Bytes of the file.
    var bytes = 0
    /// What the last write left behind without finishing it; cut when the file is written again.
    var tornBytes = 0
    /// Blocks in the middle that do not hold what they should.
    var damagedBlocks = 0

    var calls: Int { blocks.calls + Int(openBlock?.summary.calls ?? 0) }

    /// Reads the headers of a day's file, and the calls of blocks that were not sealed.
    /// - Throws: `StoreError.wrongVersion`, `corrupted` when it is no such file, or what the system says.
    init(day: Int64, _ file: FileHandle) throws(StoreError) {
        self.day = day
        bytes = file.size
        let slots = (bytes + CallBlock.bytes - 1) / CallBlock.bytes
        var header = [UInt8](repeating: 0, count: 64)
        for slot in 0..<slots {
            let offset = slot * CallBlock.bytes
            let got = try file.read(64, at: offset, into: &header)
            if slot == 0, got >= 12 {
                guard Array(header[0..<8]) == CallBlock.magic else {
                    throw .corrupted(path: file.path, movedTo: nil)
                }
                let version = header.word32(at: 8)
                guard version == CallBlock.version else {
                    throw .wrongVersion(path: file.path, found: "version \(version)")
                }
            }
            if got == 64, let summary = CallBlock.summary(header) {
                blocks.append(summary)
                continue
            }
            try readUnsealed(slot, isLast: slot == slots - 1, file)
        }
    }

    private mutating func readUnsealed(_ slot: Int, isLast: Bool, _ file: FileHandle) throws(StoreError) {
        var content: [UInt8] = []
        let got = try file.read(CallBlock.bytes, at: slot * CallBlock.bytes, into: &content)
        let block = CallBlock(day: day, slot: slot, restoring: content, count: got)
        if isLast {
            openBlock = block
            tornBytes =
                got > block.used || block.summary.calls == 0
                ? got - (block.summary.calls == 0 ? 0 : block.used) : 0
        } else {
            blocks.append(block.summary)
            damagedBlocks += 1
        }
    }
}

/// A day that is being written: its file, and its last block in memory.
struct CallDayWriter: Sendable {
    let file: FileHandle
    var block: CallBlock
    /// Bytes of the file.
    var bytes: Int
    /// When it was last written, in additions.
    var used: UInt64 = 0
    /// Whether something was written that `sync` has not seen.
    var isDirty = false

    var day: Int64 { block.day }

    /// Goes on where the index ends; what is torn is cut off.
    /// - Throws: `StoreError`.
    init(_ index: CallDayIndex, _ file: FileHandle) throws(StoreError) {
        self.file = file
        if let open = index.openBlock {
            block = open
            bytes = open.summary.calls == 0 ? open.offset : open.offset + open.used
            if index.bytes > bytes { try file.cut(to: bytes) }
        } else {
            block = CallBlock(day: index.day, slot: index.blocks.count)
            bytes = index.bytes
        }
    }

    /// Writes calls from `first` on as one frame, as many as the block takes; returns the ones written.
    /// - Throws: `StoreError`; then none of them counts.
    mutating func write(_ calls: [CallEvent], from first: Int) throws(StoreError) -> Range<Int> {
        let frame = block.encode(calls, from: first)
        // The first frame takes the block's beginning with it.
        let range = (block.summary.calls == 0 ? 0 : frame.bytes.lowerBound)..<frame.bytes.upperBound
        try file.write(block.buffer, range, at: block.offset + range.lowerBound)
        block.keep(frame, of: calls)
        bytes = max(bytes, block.offset + frame.bytes.upperBound)
        isDirty = true
        return frame.calls
    }

    /// Writes the full block's header and begins the next block; returns what is known of the full one.
    /// - Throws: `StoreError`.
    mutating func turn() throws(StoreError) -> CallBlock.Summary {
        let header = block.seal()
        try file.write(header, header.indices, at: block.offset)
        let summary = block.summary
        block = CallBlock(day: block.day, slot: block.slot + 1)
        return summary
    }
}
