public import VigieWire

/// An input that was opened, unpacked when it is compressed, and recognised by its first bytes.
public struct InputFile: ~Copyable {
    /// The file itself: how far it was read, and its size, in bytes before unpacking.
    public let file: FileByteSource
    public let format: InputFormat
    /// Whether gzip was around it.
    public let isCompressed: Bool
    private var stream: ByteStream

    /// Opens the file at `path`, `-` for standard input, and looks at its first bytes.
    ///
    /// - Throws: `InputError.unreadable` when there is nothing to read, `damagedCompression` when the first block is.
    public init(path: String) throws(InputError) {
        let file = try FileByteSource(path: path)
        var source: any ByteSource = file
        var isCompressed = false
        // A compressed file inside a compressed one happens; a third layer is somebody's trap.
        for _ in 0..<2 {
            let head = try Head(source)
            guard InputFormat.sniff(head.bytes.span) == .gzip else {
                source = head.rewound()
                break
            }
            isCompressed = true
            source = GzipByteSource(head.rewound())
        }
        var stream = ByteStream(source)
        do throws(InputError) {
            _ = try stream.require(InputFormat.headLength)
        } catch {
            // What came before the damage is worth reading; the damage will be met again behind it.
            if stream.unreadCount == 0 { throw error }
        }
        format = InputFormat.sniff(stream.unread)
        self.stream = stream
        self.isCompressed = isCompressed
        self.file = file
    }

    /// The unpacked bytes, from the first one.
    public consuming func takeStream() -> ByteStream { stream }

    /// The first bytes of a source, kept so that they can be read again.
    private struct Head {
        var bytes: [UInt8]
        var rest: any ByteSource

        init(_ source: any ByteSource) throws(InputError) {
            var source = source
            var head = [UInt8](repeating: 0, count: InputFormat.headLength)
            var filled = 0
            while filled < head.count {
                var octets = head.mutableSpan
                // Every bit pattern is an octet.
                var all = unsafe octets.mutableBytes
                var free = all._mutatingExtracting(last: all.byteCount - filled)
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
            bytes = Array(head.prefix(filled))
            rest = source
        }

        func rewound() -> any ByteSource { PrefixedByteSource(bytes, then: rest) }
    }
}
