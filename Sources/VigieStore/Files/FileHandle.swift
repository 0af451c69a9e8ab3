import Glibc

/// An open file, closed when nobody holds it any more: a reader may finish with a file that was removed meanwhile.
final class FileHandle: Sendable {
    let descriptor: Int32
    let path: String

    /// - Throws: `StoreError`.
    init(_ path: String, writing: Bool) throws(StoreError) {
        self.path = path
        descriptor = FileNames.open(path, writing ? O_RDWR | O_CREAT : O_RDONLY)
        guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    var size: Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return 0 }
        return Int(clamping: status.st_size)
    }

    /// Writes `range` of `bytes` at `offset`.
    /// - Throws: `StoreError`; then any part of it may have been written.
    func write(_ bytes: [UInt8], _ range: Range<Int>, at offset: Int) throws(StoreError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        var done = 0
        while done < range.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                // `done < range.count` and the precondition keep the slice in bounds.
                unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: range.lowerBound + done), range.count - done,
                    off_t(offset + done))
            }
            if written > 0 {
                done += written
            } else if written == 0 || errno != EINTR {
                throw StoreError(errno: written == 0 ? ENOSPC : errno, path: path)
            }
        }
    }

    /// Reads up to `count` bytes at `offset` into the beginning of `bytes`; how many there were.
    /// - Throws: `StoreError`.
    func read(_ count: Int, at offset: Int, into bytes: inout [UInt8]) throws(StoreError) -> Int {
        if bytes.count < count { bytes = Array(repeating: 0, count: count) }
        var done = 0
        while done < count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                // `done < count <= bytes.count` keeps the slice in bounds.
                unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got > 0 {
                done += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw StoreError(errno: errno, path: path)
            }
        }
        return done
    }

    /// Makes the file `size` bytes long.
    /// - Throws: `StoreError`.
    func cut(to size: Int) throws(StoreError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw StoreError(errno: errno, path: path) }
    }

    /// Brings what was written to the disk.
    /// - Throws: `StoreError`.
    func sync() throws(StoreError) {
        guard fdatasync(descriptor) == 0 else { throw StoreError(errno: errno, path: path) }
    }
}
