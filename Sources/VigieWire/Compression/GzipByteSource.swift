/// Inflates another source that holds gzip (RFC 1952), one member or several behind each other.
///
/// Streaming: memory is a 64 KiB input buffer and zlib's window, however much comes out. Where the input is damaged or ends too soon, the
/// bytes inflated before are delivered first.
public struct GzipByteSource: ByteSource {
    private let state: State

    /// Inflates what `source` holds, from its first byte on.
    public init(_ source: any ByteSource) { state = State(source) }

    /// Inflates the next bytes to the front of `buffer`.
    ///
    /// - Throws: `damagedCompression` with the offset in the compressed bytes; what the wrapped source throws.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        try state.read(into: &buffer)
    }

    /// A class, because zlib's stream must not move.
    private final class State {
        private var source: any ByteSource
        private let inflater = Inflater(.gzip)
        private var input = [UInt8](repeating: 0, count: 1 << 16)
        private var lower = 0
        private var upper = 0
        /// Compressed bytes before `input[lower]`.
        private var offset: UInt64 = 0
        private var isInMember = true
        private var hasEnded = false
        private var damage: InputError?

        init(_ source: any ByteSource) { self.source = source }

        func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
            if let damage { throw damage }
            guard buffer.byteCount > 0 else { return 0 }
            while !hasEnded {
                if lower == upper, try !fill() {
                    guard isInMember else { break }
                    return try fail(0)
                }
                if !isInMember, try !beginMember() { break }
                let result = inflater.inflate(
                    input.span.extracting(0..<upper), from: lower, into: &buffer, outputFrom: 0)
                lower += result.read
                offset += UInt64(result.read)
                if result.step == .damaged { return try fail(result.written) }
                if result.step == .end { isInMember = false }
                if result.written > 0 { return result.written }
            }
            hasEnded = true
            return 0
        }

        /// Between members: gzip itself ignores zero padding; anything else that is no member is damage.
        private func beginMember() throws(InputError) -> Bool {
            while input[lower] == 0 {
                lower += 1
                offset += 1
                if lower == upper, try !fill() { return false }
            }
            isInMember = true
            inflater.reset(.gzip)
            return true
        }

        private func fail(_ written: Int) throws(InputError) -> Int {
            let error = InputError.damagedCompression(offset: offset)
            damage = error
            guard written > 0 else { throw error }
            return written
        }

        private func fill() throws(InputError) -> Bool {
            var target = input.mutableSpan
            var raw = unsafe target.mutableBytes
            lower = 0
            upper = 0
            upper = try source.read(into: &raw)
            return upper > 0
        }
    }
}

/// Bytes that were read already, then the rest of the source they came from: for looking at an input before reading it.
public struct PrefixedByteSource: ByteSource {
    private var prefix: MemoryByteSource?
    private var rest: any ByteSource

    /// Delivers `prefix`, then what `rest` still holds.
    public init(_ prefix: [UInt8], then rest: any ByteSource) {
        self.prefix = MemoryByteSource(prefix)
        self.rest = rest
    }

    /// Hands over the next bytes.
    ///
    /// - Throws: what the wrapped source throws.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        if let count = try prefix?.read(into: &buffer), count > 0 { return count }
        prefix = nil
        return try rest.read(into: &buffer)
    }
}
