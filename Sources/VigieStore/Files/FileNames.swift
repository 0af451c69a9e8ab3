import Glibc

/// What is done to files by name. The strings are ended by a zero for the duration of each call.
enum FileNames {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether the directory can be listed, entered and changed; `errno` says why not.
    static func isWritableDirectory(_ path: String) -> Bool { unsafe access(path, R_OK | W_OK | X_OK) == 0 }

    static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

    /// Opens a file or directory; -1, and `errno`, when that cannot be done.
    static func open(_ path: String, _ flags: Int32) -> Int32 {
        unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
    }

    static func makeDirectory(_ path: String) -> Bool { unsafe mkdir(path, 0o700) == 0 }

    /// Puts a file in another's place.
    /// - Throws: `StoreError`.
    static func move(_ path: String, to other: String) throws(StoreError) {
        guard unsafe rename(path, other) == 0 else { throw StoreError(errno: errno, path: path) }
    }

    /// Removes a file; one that is not there is fine.
    /// - Throws: `StoreError`.
    static func remove(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw StoreError(errno: errno, path: path) }
    }
}

extension FileNames {
    /// Removes an empty directory, if it is one.
    static func removeDirectory(_ path: String) { _ = unsafe rmdir(path) }
}
