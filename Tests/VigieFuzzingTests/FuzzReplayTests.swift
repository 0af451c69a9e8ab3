import Foundation
import Testing
import VigieFuzzing

/// The corpus and every crash that was ever found, run again.
@Suite struct FuzzReplayTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz")

    static func files(_ kind: String, _ target: FuzzTarget) throws -> [URL] {
        let folder = folder.appending(path: "\(kind)/\(target.rawValue)")
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `the corpus of a parser is read without a trap, whole and cut`(_ target: FuzzTarget) throws {
        let files = try Self.files("Corpus", target)
        #expect(!files.isEmpty, "Fuzz/make-corpus.py makes it")
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            target.run(bytes)
            for cut in stride(from: 0, to: min(bytes.count, 512), by: 7) { target.run(Array(bytes[..<cut])) }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `a crash that was found once does not come back`(_ target: FuzzTarget) throws {
        for file in try Self.files("Crashes", target) { target.run([UInt8](try Data(contentsOf: file))) }
    }
}
