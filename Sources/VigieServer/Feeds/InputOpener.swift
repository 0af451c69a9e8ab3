public import VigieWire

/// An input that was opened and recognised by its content.
public struct OpenedInput: ~Copyable {
    /// The bytes, decompressed when they were not plain.
    public var stream: ByteStream
    /// What the content is.
    public let format: InputFormat
    /// Whether it was compressed.
    public let isCompressed: Bool
    /// Counts the bytes as they lie in the file, for the progress bar.
    public let meter: ByteMeter

    /// The bytes alone, from the first one.
    public consuming func takeStream() -> ByteStream { stream }
}

/// How far an input was read, in bytes of the file itself.
public final class ByteMeter {
    /// Bytes read so far.
    public fileprivate(set) var read: UInt64 = 0
    /// The size of a regular file; `nil` for a pipe.
    public let size: UInt64?

    init(size: UInt64?) { self.size = size }
}

/// Opens files and standard input and tells what they are.
public enum InputOpener {
    /// Opens `path` (`-`: standard input), looks through compression, and recognises the content.
    ///
    /// - Throws: `InputError` when it cannot be opened or its first bytes cannot be read.
    public static func open(_ path: String) throws(InputError) -> OpenedInput {
        let file = try FileByteSource(path: path)
        let meter = ByteMeter(size: file.size)
        var source: any ByteSource = MeteredSource(source: file, meter: meter)
        var (head, format) = try sniff(&source)
        var isCompressed = false
        if format == .gzip {
            isCompressed = true
            source = GzipByteSource(HeadedSource(head: head, rest: source))
            (head, format) = try sniff(&source)
            guard format != .gzip else {
                throw .broken(rule: "it is compressed twice; decompress it once first", offset: 0)
            }
        }
        return OpenedInput(
            stream: ByteStream(HeadedSource(head: head, rest: source)), format: format,
            isCompressed: isCompressed, meter: meter)
    }

    private static func sniff(_ source: inout any ByteSource) throws(InputError) -> ([UInt8], InputFormat) {
        var head = [UInt8](repeating: 0, count: 65_536)
        var filled = 0
        while filled < head.count {
            var room = head.mutableSpan
            var rest = unsafe room.mutableBytes
            var free = rest._mutatingExtracting(filled...)
            do throws(InputError) {
                let count = try source.read(into: &free)
                if count == 0 { break }
                filled += count
            } catch {
                // What came before the damage is worth reading; the source will complain again behind it.
                if filled == 0 { throw error }
                break
            }
        }
        head.removeLast(head.count - filled)
        return (head, InputFormat.sniff(head.span))
    }
}

/// Counts what passes.
private struct MeteredSource: ByteSource {
    var source: FileByteSource
    let meter: ByteMeter

    mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        let count = try source.read(into: &buffer)
        meter.read += UInt64(count)
        return count
    }
}

/// Bytes that were looked at already, then the rest.
private struct HeadedSource: ByteSource {
    private var head: MemoryByteSource
    private var isHeadDone = false
    private var rest: any ByteSource

    init(head: [UInt8], rest: any ByteSource) {
        self.head = MemoryByteSource(head)
        self.rest = rest
    }

    mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        if !isHeadDone {
            let count = try head.read(into: &buffer)
            if count > 0 { return count }
            isHeadDone = true
        }
        return try rest.read(into: &buffer)
    }
}
