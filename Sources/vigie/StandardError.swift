import Glibc

/// Standard error, for what is not a result: one clear line each.
enum StandardError {
    /// Writes a line, at once and without a buffer.
    static func print(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { bytes in
            // A closed standard error is nobody's concern.
            unsafe _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
