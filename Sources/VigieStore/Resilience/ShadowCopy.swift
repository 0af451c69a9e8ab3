import Glibc

/// A copy of the records in memory (`/dev/shm`), to go on reading when the disk that holds them cannot be written.
enum ShadowCopy {
    // Beyond this the node goes on without its records rather than fill the memory.
    private static let mostBytes: UInt64 = 512 << 20

    /// Copies the database of `directory` to a directory of its own below `parent`, readable by its owner only; `nil` when there is
    /// none, or it cannot be read.
    static func make(of directory: String, below parent: String) -> String? {
        let states = Directory.names(directory + "/state").filter { $0.hasSuffix(".state") }.map {
            "state/" + $0
        }
        let files = ["vigie.sqlite", "vigie.sqlite-wal"] + states
        let size = files.reduce(0) { $0 + FileSize.of(directory + "/" + $1) }
        guard FileNames.exists(directory + "/vigie.sqlite"), size <= mostBytes else { return nil }
        // One name for one directory: what a kill left behind is replaced.
        let name = HexText.text(Array(directory.utf8).suffix(100))
        let copy = "\(parent)/vigie-\(getuid())-\(name)"
        do throws(StoreError) {
            remove(copy)
            try Directory.make(copy + "/state")
            for file in files where FileNames.exists(directory + "/" + file) {
                try copyFile(directory + "/" + file, to: copy + "/" + file)
            }
            return copy
        } catch {
            remove(copy)
            return nil
        }
    }

    private static func copyFile(_ path: String, to other: String) throws(StoreError) {
        let from = try FileHandle(path, writing: false)
        let to = try FileHandle(other, writing: true)
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let got = try from.read(chunk.count, at: offset, into: &chunk)
            if got == 0 { return }
            try to.write(chunk, 0..<got, at: offset)
            offset += got
        }
    }

    /// Removes a copy; it has files and directories of files, no deeper.
    static func remove(_ copy: String) {
        for name in Directory.names(copy) {
            let path = copy + "/" + name
            for child in Directory.names(path) { try? FileNames.remove(path + "/" + child) }
            if (try? FileNames.remove(path)) == nil { FileNames.removeDirectory(path) }
        }
        FileNames.removeDirectory(copy)
    }
}
