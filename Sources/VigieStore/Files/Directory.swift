import Glibc
import Synchronization

/// A directory of the store.
enum Directory {
    /// Makes it, and those above it, when it is not there; readable by its owner only, since it holds personal data.
    /// - Throws: `StoreError`.
    static func make(_ path: String) throws(StoreError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && part.isEmpty ? "" : String(part)
            if !made.isEmpty, made != "/", !FileNames.makeDirectory(made) {
                let code = errno
                let isThere = code == EEXIST || code == EISDIR || FileNames.exists(made)
                guard isThere else { throw StoreError(errno: code, path: made) }
            }
            made += "/"
        }
        guard FileNames.isWritableDirectory(path) else { throw StoreError(errno: errno, path: path) }
    }

    /// The names in it; none when it cannot be read.
    static func names(_ path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                // The system ends the name with a zero within the 256 bytes of the field.
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Brings the names in it to the disk, after one was added or removed.
    static func sync(_ path: String) {
        let descriptor = FileNames.open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// Sizes of files.
enum FileSize {
    /// Bytes, 0 when it is not there.
    static func of(_ path: String) -> UInt64 {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return 0 }
        return UInt64(clamping: status.st_size)
    }
}

/// Keeps a second process out of a directory: an advisory lock that the system releases when the process ends, however it ends.
final class DirectoryLock: Sendable {
    // For closing it once; nobody waits for it.
    private let file: Mutex<FileHandle?>

    /// - Throws: `StoreError.locked` when another process has it.
    init(_ path: String) throws(StoreError) {
        let file = try FileHandle(path, writing: true)
        self.file = Mutex(file)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            throw code == EWOULDBLOCK
                ? .locked(path: path, waitedSeconds: 0) : StoreError(errno: code, path: path)
        }
    }

    /// Lets the next one in. Unlocked in so many words: a child that was just forked may still hold the file.
    func release() {
        file.withLock { file in
            if let file { flock(file.descriptor, LOCK_UN) }
            file = nil
        }
    }
}
