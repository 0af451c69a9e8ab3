import Glibc
import Testing

/// A disk of a few MiB that a test can fill or make read-only; it is gone with the test. Needs the right to mount.
final class TinyDisk: Sendable {
    let path: String
    private let directory: TemporaryDirectory

    /// Whether disks can be mounted here.
    static let isPossible: Bool = {
        guard let disk = try? TinyDisk(megabytes: 1) else { return false }
        _ = disk
        return true
    }()

    struct NotAllowed: Error {}

    init(megabytes: Int) throws {
        directory = try TemporaryDirectory()
        path = directory.path
        let result = unsafe mount("vigie-test", path, "tmpfs", 0, "size=\(megabytes)m")
        guard result == 0 else { throw NotAllowed() }
    }

    deinit { unsafe umount2(path, 2) }  // MNT_DETACH

    /// Fills what is left.
    func fill() throws {
        let descriptor = unsafe open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        for size in [65_536, 4_096, 512, 1] {
            let chunk = [UInt8](repeating: 1, count: size)
            while unsafe write(descriptor, chunk, size) > 0 {}
        }
    }

    /// Makes room again.
    func empty() { unsafe unlink(path + "/ballast") }

    /// Makes the disk read-only, or writable again.
    func setReadOnly(_ isReadOnly: Bool) {
        // The mount, not the file system: that is allowed in more places.
        let flags = UInt(MS_REMOUNT) | UInt(MS_BIND) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        #expect(unsafe mount("none", path, nil, flags, nil) == 0, "errno \(errno)")
    }
}
