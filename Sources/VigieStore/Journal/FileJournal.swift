import Glibc
public import VigieCalls
public import VigieWire

/// A journal in a temporary file that has no name: it is gone with the process, and nobody else can open it.
///
/// When the disk is full the oldest events go; when nothing can be written at all every event is counted in `forgotten`, and
/// `problem` says why. Appending never fails and never waits for more than one write of a block.
public final class FileJournal: CallJournal {
    private struct File: BlockStorage {
        let descriptor: Int32
        let blockBytes: Int
        let writableBytes: Int
        var lastError: Int32 = 0

        mutating func write(_ block: [UInt8], count: Int, slot: Int) -> Bool {
            guard descriptor >= 0 else { return false }
            guard slot * blockBytes + count <= writableBytes else {
                lastError = ENOSPC
                return false
            }
            var written = 0
            while written < count {
                let result = unsafe block.withUnsafeBytes { bytes in
                    // `written < count <= block.count` keeps the slice in bounds.
                    unsafe pwrite(
                        descriptor, bytes.baseAddress?.advanced(by: written), count - written,
                        off_t(slot * blockBytes + written))
                }
                if result > 0 {
                    written += result
                } else if result < 0, errno == EINTR {
                    continue
                } else {
                    lastError = result < 0 ? errno : ENOSPC
                    return false
                }
            }
            return true
        }

        func read(slot: Int, count: Int, into block: inout [UInt8]) -> Bool {
            if block.count < blockBytes { block = Array(repeating: 0, count: blockBytes) }
            var done = 0
            while done < count {
                let offset = off_t(slot * blockBytes + done)
                let result = unsafe block.withUnsafeMutableBytes { bytes in
                    // `done < count <= blockBytes <= block.count` keeps the slice in bounds.
                    unsafe pread(descriptor, bytes.baseAddress?.advanced(by: done), count - done, offset)
                }
                if result > 0 {
                    done += result
                } else if result < 0, errno == EINTR {
                    continue
                } else {
                    return false
                }
            }
            return true
        }
    }

    // One write of 128 KiB holds some 1,200 calls: the system call costs less than the copy.
    private static let blockBytes = 128 << 10
    private var ring: BlockRing<File>
    private let openError: Int32

    /// A journal of at most `capacity` bytes (about 100 a call) in `directory`, on a disk that takes `writableBytes` at most.
    public init(directory: String = "/tmp", capacity: Int = 4 << 30, writableBytes: Int = .max) {
        let blockBytes = min(Self.blockBytes, max(1024, capacity / 4))
        let descriptor = Self.openNameless(in: directory)
        openError = descriptor < 0 ? errno : 0
        ring = BlockRing(
            File(descriptor: descriptor, blockBytes: blockBytes, writableBytes: writableBytes),
            capacity: capacity,
            blockBytes: blockBytes)
    }

    deinit {
        if ring.storage.descriptor >= 0 { close(ring.storage.descriptor) }
    }

    // Opened under a name that nobody can guess, readable by its owner only, and unlinked before anything is written.
    private static func openNameless(in directory: String) -> Int32 {
        var path = Array((directory + "/vigie-journal-XXXXXX").utf8CString)
        return unsafe path.withUnsafeMutableBufferPointer { name in
            guard let name = name.baseAddress else { return -1 }
            let descriptor = unsafe mkstemp(name)
            if descriptor >= 0 { unsafe unlink(name) }
            return descriptor
        }
    }

    /// Why events cannot be kept, in the words of the system; `nil` when all is well.
    public var problem: String? {
        let code = openError != 0 ? openError : ring.storage.lastError
        guard code != 0, let text = unsafe strerror(code) else { return nil }
        return unsafe String(cString: text)
    }

    /// Adds an event.
    public func append(_ event: borrowing CallEvent) { ring.append(event) }
    /// How many events can be replayed.
    public var count: Int { ring.count }
    /// How many events had to go or could not be written.
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
