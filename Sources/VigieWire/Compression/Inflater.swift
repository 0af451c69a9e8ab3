import CZlib

/// A zlib inflate stream; it lives at one address, because zlib keeps a pointer back to it.
@safe
final class Inflater {
    /// How the compressed bytes are wrapped.
    enum Wrapping: Int32 {
        /// Largest window, gzip or zlib header by itself (zlib manual, inflateInit2: 32 + 15).
        case automatic = 47
        /// gzip only (16 + 15).
        case gzip = 31
        /// None (-15), as RFC 1951 alone.
        case raw = -15
    }

    enum Step { case more, end, damaged }

    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    init(_ wrapping: Wrapping) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe isReady =
            inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Begins anew, with another wrapping perhaps.
    func reset(_ wrapping: Wrapping) {
        if isReady { _ = unsafe inflateReset2(stream, wrapping.rawValue) }
    }

    /// Inflates from `input[from...]` to `output`; tells how much of each was used.
    func inflate(
        _ input: Span<UInt8>, from: Int, into output: inout MutableRawSpan, outputFrom: Int
    ) -> (step: Step, read: Int, written: Int) {
        guard isReady else { return (.damaged, 0, 0) }
        var step = Step.more
        var read = 0
        var written = 0
        let room = output.byteCount - outputFrom
        let available = input.count - from
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBytes { target in
                let base = unsafe UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.next_in = base.map { unsafe $0 + from }
                unsafe stream.pointee.avail_in = UInt32(available)
                unsafe stream.pointee.next_out = target.baseAddress.map {
                    unsafe ($0 + outputFrom).assumingMemoryBound(to: UInt8.self)
                }
                unsafe stream.pointee.avail_out = UInt32(room)
                let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                read = unsafe available - Int(stream.pointee.avail_in)
                written = unsafe room - Int(stream.pointee.avail_out)
                switch code {
                case Z_OK, Z_BUF_ERROR: step = .more
                case Z_STREAM_END: step = .end
                default: step = .damaged
                }
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        return (step, read, written)
    }
}

/// Inflates HEP payloads (chunk 0x10) with one reused stream and one reused buffer.
struct PayloadInflater: ~Copyable {
    /// Longest payload: sixteen times what a HEP packet could carry plainly; more is a decompression bomb.
    static let limit = 1 << 20

    private var inflater: Inflater?
    private(set) var output: [UInt8] = []

    enum Failure: Error { case damaged, tooLong }

    /// Inflates `bytes[lower..<upper]` (gzip, zlib or bare deflate) into `output`.
    mutating func inflate(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) throws(Failure) {
        do throws(Failure) {
            try run(.automatic, bytes, lower, upper)
        } catch {
            guard error == .damaged else { throw error }
            try run(.raw, bytes, lower, upper)
        }
    }

    private mutating func run(
        _ wrapping: Inflater.Wrapping, _ bytes: Span<UInt8>, _ lower: Int, _ upper: Int
    ) throws(Failure) {
        let inflater = inflater ?? Inflater(wrapping)
        self.inflater = inflater
        inflater.reset(wrapping)
        let input = bytes.extracting(lower..<upper)
        var written = 0
        var read = 0
        if output.count < 8_192 { output = [UInt8](repeating: 0, count: 8_192) }
        while true {
            var target = output.mutableSpan
            var raw = unsafe target.mutableBytes
            let result = inflater.inflate(input, from: read, into: &raw, outputFrom: written)
            read += result.read
            written += result.written
            switch result.step {
            case .end:
                count = written
                return
            case .damaged: throw .damaged
            case .more:
                guard written == output.count else { throw .damaged }
                guard output.count < Self.limit else { throw .tooLong }
                output.append(contentsOf: repeatElement(0, count: output.count))
            }
        }
    }

    /// How many bytes of `output` the last payload has.
    private(set) var count = 0

    /// Lends the buffer, so that it can be read while the decoder changes.
    mutating func swapOutput(_ other: inout [UInt8]) { swap(&output, &other) }
}
