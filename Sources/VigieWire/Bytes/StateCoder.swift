/// Writes what a part of the line has learned, or reads it back: one list of fields serves both ways, so the two cannot differ.
///
/// Plain values go as they lie in memory, each run of them with its element's size and its count before it. A state is read by the build
/// family that wrote it: `version` changes whenever a layout does, and a test holds the layouts to it. Nothing read is trusted before
/// the checksum of the whole state held; after the first thing that does not fit, nothing more is read.
public struct StateCoder {
    /// What to do with the fields.
    public enum Direction: Sendable {
        /// Fields are written.
        case writing
        /// Fields are replaced by what was written.
        case reading
    }

    /// Whether fields are written or read.
    public let direction: Direction
    /// The bytes written so far, or those that are read.
    public private(set) var bytes: [UInt8]
    /// The layout that is written, or that what is read was written in: fields that a layout lacks are left as they are.
    public let version: Int
    /// What did not fit when reading; `nil` as long as everything does.
    public private(set) var mismatch: String?
    private var offset = 0

    /// Writes a state, after what stands in `head` already.
    ///
    /// - Parameters:
    ///   - capacity: bytes that the state will take, as far as known: a table grows in place then.
    ///   - version: of the layout; the newest when left out.
    public init(writingAfter head: [UInt8] = [], capacity: Int = 0, version: Int = .max) {
        direction = .writing
        self.version = version
        bytes = []
        bytes.reserveCapacity(max(head.count, capacity))
        bytes += head
    }

    /// Reads a state.
    ///
    /// - Parameter version: of the layout in which it was written; the newest when left out.
    public init(reading bytes: [UInt8], version: Int = .max) {
        direction = .reading
        self.version = version
        self.bytes = bytes
    }

    /// Whether everything was read, and fitted.
    public var isComplete: Bool { mismatch == nil && (direction == .writing || offset == bytes.count) }

    /// Gives the bytes away without a copy; nothing is left.
    public mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Says that what was read does not fit here.
    public mutating func refuse(_ what: String) { if mismatch == nil { mismatch = what } }

    /// One plain value.
    public mutating func code<Value: BitwiseCopyable>(_ value: inout Value) {
        switch direction {
        case .writing:
            writeHeader(MemoryLayout<Value>.stride, 1)
            unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
        case .reading:
            guard
                let range = readHeader(
                    MemoryLayout<Value>.stride, 1...1, bytesOfLast: MemoryLayout<Value>.size)
            else { return }
            // The range lies in `bytes` and is as long as a value; only a value of this layout was written there.
            value = unsafe bytes.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Value.self)
            }
        }
    }

    /// As many plain values as `counts` allows; the array is replaced.
    public mutating func code<Value: BitwiseCopyable>(_ values: inout [Value], counts: ClosedRange<Int>) {
        let stride = MemoryLayout<Value>.stride
        switch direction {
        case .writing:
            writeHeader(stride, values.count)
            unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        case .reading:
            guard let range = readHeader(stride, counts, bytesOfLast: stride) else { return }
            let count = range.count / max(stride, 1)
            values = unsafe bytes.withUnsafeBytes { source in
                unsafe [Value](unsafeUninitializedCapacity: count) { target, initialized in
                    // `count × stride` bytes lie in the range, and fit the capacity.
                    if let base = target.baseAddress, let from = source.baseAddress {
                        unsafe UnsafeMutableRawPointer(base).copyMemory(
                            from: from.advanced(by: range.lowerBound), byteCount: range.count)
                    }
                    initialized = count
                }
            }
        }
    }

    /// As many plain values as `counts` allows, of each only its first bytes: those of a layout to which fields were added at the end since.
    ///
    /// - Parameters:
    ///   - prefix: bytes of a value, at most `MemoryLayout<Value>.size`.
    ///   - rest: what stands for the fields that are not coded.
    public mutating func code<Value: BitwiseCopyable>(
        _ values: inout [Value], counts: ClosedRange<Int>, prefix: Int, rest: Value
    ) {
        precondition((1...MemoryLayout<Value>.size).contains(prefix))
        switch direction {
        case .writing:
            writeHeader(prefix, values.count)
            for value in values {
                unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0.prefix(prefix)) }
            }
        case .reading:
            guard let range = readHeader(prefix, counts, bytesOfLast: prefix) else { return }
            values = stride(from: range.lowerBound, to: range.upperBound, by: prefix).map { offset in
                var value = rest
                // `prefix` bytes from here lie in the range, and are no more than a value has.
                unsafe bytes.withUnsafeBytes { source in
                    unsafe withUnsafeMutableBytes(of: &value) {
                        unsafe $0.copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + prefix]))
                    }
                }
                return value
            }
        }
    }

    /// As many lines as `counts` allows; the table is replaced.
    public mutating func code<Line: BitwiseCopyable & Sendable>(
        _ lines: inout CacheLines<Line>, counts: ClosedRange<Int>
    ) {
        switch direction {
        case .writing:
            writeHeader(64, lines.count)
            unsafe lines.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        case .reading:
            guard let range = readHeader(64, counts, bytesOfLast: 64) else { return }
            // The range lies in `bytes` and is a whole number of lines, which only a table of this layout wrote.
            unsafe bytes.withUnsafeBytes { source in
                lines = unsafe CacheLines(copying: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    /// A table by its keys, of `limit` entries at most; it is replaced.
    public mutating func code<Key: BitwiseCopyable & Hashable & Comparable, Value: BitwiseCopyable>(
        _ table: inout [Key: Value], limit: Int
    ) {
        var keys = table.keys.sorted()
        var values = keys.compactMap { table[$0] }
        code(&keys, counts: 0...limit)
        code(&values, counts: keys.count...keys.count)
        guard direction == .reading, mismatch == nil else { return }
        table = Dictionary(zip(keys, values), uniquingKeysWith: { first, _ in first })
    }

    /// A text of at most 4,096 bytes.
    public mutating func code(_ text: inout String) {
        var octets = Array(text.utf8.prefix(4_096))
        code(&octets, counts: 0...4_096)
        if direction == .reading, mismatch == nil { text = String(decoding: octets, as: UTF8.self) }
    }

    /// A number that must be the same here as where the state was written.
    public mutating func expect(_ value: Int, _ what: String) {
        var found = value
        code(&found)
        if found != value { refuse(what) }
    }

    private mutating func writeHeader(_ stride: Int, _ count: Int) {
        append(UInt64(stride))
        append(UInt64(count))
    }

    private mutating func append(_ word: UInt64) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
    }

    // The bytes of the next run, when it is one of `counts` values of this stride.
    private mutating func readHeader(_ stride: Int, _ counts: ClosedRange<Int>, bytesOfLast: Int) -> Range<
        Int
    >? {
        guard mismatch == nil else { return nil }
        guard bytes.count - offset >= 16 else {
            refuse("the end is missing")
            return nil
        }
        let found = (bytes.span.word(at: offset), bytes.span.word(at: offset + 8))
        guard found.0 == UInt64(stride), let count = Int(exactly: found.1), counts.contains(count) else {
            refuse("a table has another size")
            return nil
        }
        let (whole, overflow) = count.multipliedReportingOverflow(by: stride)
        let length = count == 1 && bytesOfLast < stride ? bytesOfLast : whole
        guard !overflow, length <= bytes.count - offset - 16 else {
            refuse("the end is missing")
            return nil
        }
        let range = (offset + 16)..<(offset + 16 + length)
        offset = range.upperBound
        return range
    }
}
