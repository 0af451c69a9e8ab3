import Glibc

/// Where a command's result goes: standard output or a file, written whole, with a word when it could not be.
enum ResultOutput {
    /// Writes `text` to `path`; `nil` and `-` are standard output.
    ///
    /// The file is written in place, so that a device or a named pipe stays what it is.
    /// - Throws: `CommandFailure` that says why and what to do.
    static func write(_ text: String, to path: String?) throws {
        guard let path, path != "-" else {
            try send(text, to: STDOUT_FILENO, name: "standard output")
            return
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        try send(text, to: descriptor, name: path)
    }

    /// Finds out before long work whether `path` can be written; leaves nothing behind.
    ///
    /// - Throws: `CommandFailure` when it cannot.
    static func check(_ path: String?) throws {
        guard let path, path != "-" else { return }
        if unsafe access(path + "/.", F_OK) == 0 { throw failure(path, EISDIR) }
        var place = path
        if unsafe access(path, F_OK) != 0 {
            place = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        }
        if unsafe access(place, W_OK) != 0 { throw failure(path, errno) }
    }

    /// Hands what `print` still holds to standard output.
    ///
    /// - Throws: `CommandFailure` when it did not take it all.
    static func flush() throws {
        // A null stream means all of them.
        if fflush(nil) != 0 { throw failure("standard output", errno) }
    }

    private static func send(_ text: String, to descriptor: CInt, name: String) throws {
        var text = text
        let total = text.utf8.count
        let code: CInt = text.withUTF8 { bytes in
            var sent = 0
            while sent < total {
                let count = unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + sent }, total - sent)
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        // A reader that has seen enough, as `head` does, is no failure.
        if code != 0, code != EPIPE { throw failure(name, code) }
    }

    private static func failure(_ name: String, _ code: CInt) -> CommandFailure {
        let advice =
            switch code {
            case ENOENT, ENOTDIR: "its folder does not exist; create it, or name another"
            case EISDIR: "it is a folder; name a file in it"
            case EACCES, EPERM, EROFS: "you may not write there; name another place"
            case ENOSPC, EDQUOT: "the disk is full; make room, or name another place"
            default: unsafe String(cString: strerror(code)) + "; name another place"
            }
        return CommandFailure("cannot write \(name): \(advice)")
    }
}
