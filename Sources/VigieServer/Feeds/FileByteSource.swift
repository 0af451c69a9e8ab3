import Glibc
public import VigieWire

/// Bytes of a file, a pipe or standard input, read with POSIX calls.
public final class FileByteSource: ByteSource {
    private let descriptor: CInt
    private let closes: Bool
    /// The size of a regular file in bytes; `nil` for a pipe or a terminal.
    public let size: UInt64?

    /// Opens a file; `-` is standard input.
    ///
    /// - Throws: `InputError.unreadable` with the operating system's sentence; directories are refused.
    public init(path: String) throws(InputError) {
        if path == "-" {
            descriptor = STDIN_FILENO
            closes = false
        } else {
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            closes = true
        }
        guard descriptor >= 0 else {
            size = nil
            throw .unreadable(reason: Self.reason(errno))
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            size = nil
            throw .unreadable(reason: Self.reason(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            size = nil
            throw .unreadable(reason: "it is a directory; name the files in it")
        case S_IFREG: size = UInt64(max(0, status.st_size))
        default: size = nil
        }
    }

    deinit {
        if closes, descriptor >= 0 { close(descriptor) }
    }

    /// Reads the next bytes; a signal in between is no error.
    public func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
            }
            if count >= 0 { return count }
            let code = errno
            if code != EINTR { throw .unreadable(reason: Self.reason(code)) }
        }
    }

    private static func reason(_ code: CInt) -> String {
        // The text is the C library's own and lives as long as the thread asks for no other.
        unsafe String(cString: strerror(code)).lowercasedFirst
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
