public import CPrefetch
import Glibc

/// A table of lines of 64 bytes, each in one cache line of the processor; a plain value that is copied when it is written.
///
/// A big table that is looked up at random pays a trip to memory for each line that it touches, and one more for the page.
/// `Array` begins 48 bytes into a line, so that every line of its elements is two; this one is aligned, and asks the system
/// for large pages. Who knows a little earlier where it will look can `prefetch` and do something else meanwhile.
public struct CacheLines<Line: BitwiseCopyable & Sendable>: Sendable {
    /// Lines in the table.
    public let count: Int
    @usableFromInline var buffer: CacheLineBuffer

    /// A table of `count` lines of zero bytes, which must be a value of `Line`; `Line` is 64 bytes.
    public init(count: Int) {
        precondition(MemoryLayout<Line>.stride == 64 && count >= 0)
        self.count = count
        buffer = CacheLineBuffer(lines: count)
    }

    /// A table of the lines that lie in `bytes`, which another table of the same kind of lines wrote.
    init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count / 64)
        // As many whole lines as were just made room for.
        if let from = bytes.baseAddress { unsafe buffer.base.copyMemory(from: from, byteCount: count * 64) }
    }

    /// Lends all lines as they lie in memory.
    func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(start: buffer.base, count: count * 64))
    }

    /// Bytes held.
    public var byteCount: Int { count * 64 }

    /// The line at `index`, which is in `0..<count`.
    @inlinable
    public subscript(index: Int) -> Line {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            // In bounds by the line above; zero bytes are a value of `Line`.
            return unsafe buffer.base.load(fromByteOffset: index &* 64, as: Line.self)
        }
        @inline(__always) _modify {
            precondition(index >= 0 && index < count)
            if !isKnownUniquelyReferenced(&buffer) { buffer = buffer.copy() }
            // In bounds and ours alone by the lines above.
            yield unsafe &buffer.base.assumingMemoryBound(to: Line.self)[index]
        }
    }

    /// Asks the processor to bring the line at `index` nearer; nothing happens for an index outside.
    @inlinable
    @inline(__always)
    public func prefetch(_ index: Int) {
        // The address is never read through, and the instruction does not fault.
        unsafe vigie_prefetch(buffer.base + (index & 0xFFFF_FFFF_FFFF) &* 64)
    }

    /// Calls `body` with the index of every line.
    public var indices: Range<Int> { 0..<count }
}

extension Array {
    /// Asks the processor to bring the element at `index` nearer, its first `bytes` at most; nothing happens for an index outside.
    @inlinable
    @inline(__always)
    public func prefetch(_ index: Int, bytes most: Int = .max) {
        guard index >= 0, index < count else { return }
        unsafe withUnsafeBytes { bytes in
            var offset = index &* MemoryLayout<Element>.stride
            let end = offset &+ Swift.min(MemoryLayout<Element>.stride, most)
            while offset < end {
                // The address is never read through, and the instruction does not fault.
                unsafe vigie_prefetch(bytes.baseAddress?.advanced(by: offset))
                offset &+= 64
            }
        }
    }
}

/// The memory of a `CacheLines`. It is written only by the value that holds the one reference to it, so sharing it between
/// threads is reading.
@usableFromInline
@safe
final class CacheLineBuffer: @unchecked Sendable {
    private static let largePage = 2 << 20  // the large page of x86-64 and of ARM with 4 KiB pages
    @usableFromInline let base: UnsafeMutableRawPointer
    private let byteCount: Int

    init(lines: Int) {
        byteCount = max(1, lines) * 64
        let isLarge = byteCount >= Self.largePage
        unsafe base = .allocate(byteCount: byteCount, alignment: isLarge ? Self.largePage : 64)
        // Only advice: where the system has no large pages, small ones do. It must come before the first touch.
        if isLarge { unsafe madvise(base, byteCount, MADV_HUGEPAGE) }
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    deinit { unsafe base.deallocate() }

    @usableFromInline
    func copy() -> CacheLineBuffer {
        let other = CacheLineBuffer(lines: byteCount / 64)
        unsafe other.base.copyMemory(from: base, byteCount: byteCount)
        return other
    }
}
