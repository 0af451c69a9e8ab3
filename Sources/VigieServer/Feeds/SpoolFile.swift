import Crypto
import Foundation
import Glibc

/// One file in the spool directory, as a look at it tells.
struct SpoolFile: Hashable {
    /// Octets hashed at either end; a capture's first packets and last packets differ from every other's.
    static let sample = 65_536

    var path: String
    var name: String
    var size: Int64
    /// When its content last changed, nanoseconds since 1970 on the machine's clock.
    var changed: Int64

    /// The regular files of a directory, by name; hidden ones and those that are being written (`.tmp`, `.part`, `~`) are not
    /// meant. `nil`: the directory cannot be read.
    static func list(_ directory: String) -> [SpoolFile]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return nil }
        return names.sorted().compactMap { name in
            guard !name.hasPrefix("."), !name.hasSuffix("~"), !name.hasSuffix(".tmp"),
                !name.hasSuffix(".part")
            else { return nil }
            let path = directory + "/" + name
            var status = stat()
            // Not followed: a link could name a pipe, or a file that somebody else may change.
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return SpoolFile(
                path: path, name: name, size: Int64(status.st_size),
                changed: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
        }
    }

    /// What its content is known by: its size, and a hash of its beginning and its end. `nil`: it cannot be read.
    func identity() -> String? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        var hash = SHA256()
        do {
            hash.update(data: try handle.read(upToCount: Self.sample) ?? Data())
            if size > Int64(Self.sample) {
                try handle.seek(toOffset: UInt64(max(Int64(Self.sample), size - Int64(Self.sample))))
                hash.update(data: try handle.read(upToCount: Self.sample) ?? Data())
            }
        } catch {
            return nil
        }
        let hex = hash.finalize().prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return "\(size)-" + hex.joined()
    }

    /// Moves it into a directory, under another name when there is one of its name already; where it is now.
    func move(to directory: String) throws -> String {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var target = directory + "/" + name
        var number = 1
        while FileManager.default.fileExists(atPath: target) {
            number += 1
            target = "\(directory)/\(name).\(number)"
        }
        guard unsafe rename(path, target) == 0 else {
            // Another file system: copied, then removed.
            try FileManager.default.moveItem(atPath: path, toPath: target)
            return target
        }
        return target
    }
}
