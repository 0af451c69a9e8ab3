/// A window that slides over a `ByteSource`: readers look at `unread`, then `consume` what they understood.
///
/// One allocation when it is made; it grows only when a reader asks for more contiguous bytes than `capacity`, and never
/// beyond `limit`, so an attacker's length field cannot make it grow without bound.
@safe
public struct ByteStream: ~Copyable {
    private var source: any ByteSource
    private var buffer: UnsafeMutableRawBufferPointer
    private var capacity: Int
    private var start = 0
    private var end = 0
    private let limit: Int

    /// Offset in the source of the first unread byte.
    public private(set) var offset: UInt64 = 0
    /// Whether the source has said that nothing follows; `unread` may still hold bytes.
    public private(set) var sourceEnded = false

    /// - Parameters:
    ///   - capacity: bytes of the window at first; 1 MiB amortises a read over a thousand messages.
    ///   - limit: bytes of the window at most.
    public init(_ source: any ByteSource, capacity: Int = 1 << 20, limit: Int = 1 << 26) {
        self.source = source
        self.limit = max(capacity, limit)
        self.capacity = max(capacity, 64)
        unsafe buffer = .allocate(byteCount: max(capacity, 64), alignment: 64)
    }

    deinit { unsafe buffer.deallocate() }

    /// The bytes that were read and not consumed.
    public var unread: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
            let span = unsafe Span<UInt8>(_unsafeBytes: bytes)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// How many bytes `unread` holds.
    public var unreadCount: Int { end - start }

    /// Makes `unread` hold at least `count` bytes; `false` when the source ends before, or `count` is over the limit.
    ///
    /// - Throws: what the source throws.
    public mutating func require(_ count: Int) throws(InputError) -> Bool {
        guard end - start < count else { return true }
        guard count <= limit else { return false }
        makeRoom(for: count)
        while end - start < count, !sourceEnded { _ = try readMore() }
        return end - start >= count
    }

    /// Reads once more behind `unread`; `false` at the end of the source, or when the window is full at its limit.
    ///
    /// - Throws: what the source throws.
    public mutating func readMore() throws(InputError) -> Bool {
        guard !sourceEnded else { return false }
        if end == capacity { makeRoom(for: min(limit, end - start + max(4_096, (end - start) / 2))) }
        guard end < capacity else { return false }
        let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
        var span = unsafe MutableRawSpan(_unsafeBytes: free)
        let count = try source.read(into: &span)
        precondition(
            count >= 0 && count <= capacity - end,
            "a byte source returned more bytes than it was given room for")
        if count == 0 { sourceEnded = true }
        end += count
        return count > 0
    }

    /// Drops the first `count` bytes of `unread`.
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= end - start)
        start += count
        offset += UInt64(count)
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Slides the unread bytes to the front, and grows the window when `count` bytes do not fit.
    private mutating func makeRoom(for count: Int) {
        if count > capacity {
            let size = min(limit, max(count, capacity * 2))
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
            unsafe larger.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end]))
            unsafe buffer.deallocate()
            unsafe buffer = larger
            capacity = size
        } else if start > 0 {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[start..<end])
            unsafe buffer.copyMemory(from: rest)
        } else {
            return
        }
        end -= start
        start = 0
    }
}
