import Synchronization
import VigieWire

/// Named blobs, one file each, written beside and renamed into place: there is always a whole one.
///
/// ```
/// offset  size  what
/// 0       8     "VIGIEST1"
/// 8       8     bytes of the blob
/// 16      8     checksum of the blob
/// 24      …     the blob
/// ```
final class StateFiles: Sendable {
    private static let magic = Array("VIGIEST1".utf8)
    private static let headerBytes = 24
    private let directory: String
    private let notes = Mutex<[String: String]>([:])

    /// - Throws: `StoreError`.
    init(directory: String) throws(StoreError) {
        self.directory = directory
        try Directory.make(directory)
        // What a kill left half-written.
        for name in Directory.names(directory) where name.hasSuffix(".new") {
            try FileNames.remove(directory + "/" + name)
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name).state" }

    /// What is wrong with blobs, one sentence each.
    var problems: [String] { notes.withLock { $0.values.sorted() } }

    /// Keeps a blob in the place of the one before.
    func save(_ name: String, _ blob: [UInt8]) throws(StoreError) {
        try StateName.check(name, blob.count)
        let path = path(name)
        do throws(StoreError) {
            try write(blob, path)
            notes.withLock { $0[name] = nil }
        } catch {
            try? FileNames.remove(path + ".new")
            notes.withLock { $0[name] = error.sentence }
            throw error
        }
    }

    private func write(_ blob: [UInt8], _ path: String) throws(StoreError) {
        var header = Self.magic + [UInt8](repeating: 0, count: 16)
        header.put(UInt64(blob.count), at: 8)
        header.put(blob.span.keyedHash(Self.key), at: 16)
        let file = try FileHandle(path + ".new", writing: true)
        try file.cut(to: 0)
        try file.write(header, header.indices, at: 0)
        try file.write(blob, blob.indices, at: header.count)
        try file.sync()
        try FileNames.move(path + ".new", to: path)
        Directory.sync(directory)
    }

    /// The blob as it was saved.
    func load(_ name: String) throws(StoreError) -> [UInt8]? {
        try StateName.check(name, 0)
        let path = path(name)
        guard FileNames.exists(path) else { return nil }
        let file = try FileHandle(path, writing: false)
        var header: [UInt8] = []
        let got = try file.read(Self.headerBytes, at: 0, into: &header)
        let count = file.size - Self.headerBytes
        if got == Self.headerBytes, Array(header[0..<8]) == Self.magic, count >= 0,
            count <= StoreLimits.stateBytes,
            header.word64(at: 8) == UInt64(count)
        {
            var blob = [UInt8](repeating: 0, count: count)
            if try file.read(count, at: Self.headerBytes, into: &blob) == count,
                blob.span.keyedHash(Self.key) == header.word64(at: 16)
            {
                return blob
            }
        }
        let moved = try FreeName.beside(path)
        try FileNames.move(path, to: moved)
        let error = StoreError.corrupted(path: path, movedTo: moved)
        notes.withLock { $0[name] = error.sentence }
        throw error
    }

    // Any fixed number: the checksum guards against accidents, not against an enemy who writes our files.
    private static let key: UInt64 = 0x5649_4749_4553_5431
}
