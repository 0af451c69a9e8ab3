/// Where raw bytes come from: a file, standard input, memory. The server implements it; readers only pull.
public protocol ByteSource {
    /// Reads at most `buffer.byteCount` bytes to the front of `buffer` and returns how many; 0 means the end, for good.
    ///
    /// - Throws: `InputError.unreadable` when the bytes cannot be had.
    mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int
}

/// Why an input cannot be read any further. A single malformed message or row is not an `InputError`: it is counted.
public enum InputError: Error, Equatable, Sendable {
    /// The operating system refused; `reason` is its sentence.
    case unreadable(reason: String)
    /// A container is broken from `offset` on; `rule` names what does not hold.
    case broken(rule: String, offset: UInt64)
    /// A compressed input is damaged at `offset` of the compressed bytes.
    case damagedCompression(offset: UInt64)
}

/// Bytes that are already in memory.
public struct MemoryByteSource: ByteSource {
    private var bytes: [UInt8]
    private var position = 0
    private let chunk: Int

    /// - Parameter chunk: at most so many bytes a read, to test readers drip by drip.
    public init(_ bytes: [UInt8], chunk: Int = .max) {
        self.bytes = bytes
        self.chunk = max(1, chunk)
    }

    /// Hands over the next bytes; never throws.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        let count = min(buffer.byteCount, bytes.count - position, chunk)
        for index in 0..<count {
            buffer.storeBytes(of: bytes[position + index], toByteOffset: index, as: UInt8.self)
        }
        position += count
        return count
    }
}
