import Foundation
import Synchronization
public import VigieCalls
public import VigieReports
public import VigieStore
public import VigieWire

/// The directory of emergency centres of a live node: its file, and what test calls showed since, which the store keeps.
public final class CentreDesk: Sendable {
    /// Test calls kept at most: two for each fallback of a large table.
    static let maxTests = 4_096
    private static let key = "directory.tests"

    private struct State {
        var tests: [FallbackTest]
        var directory: CentreDirectory
    }

    /// As the file has it, with the rows that could not be read.
    public let read: CentreDirectory.Import
    /// As the file has it.
    public var file: CentreDirectory { read.directory }
    private let store: any Store
    private let state: Mutex<State>  // replaced whole at each test call

    /// A directory that goes on with the test calls that the store keeps.
    public init(_ read: CentreDirectory.Import, store: any Store) {
        let file = read.directory
        self.read = read
        self.store = store
        let kept: [FallbackTest]? = store.keptOrNothing(Self.key)
        state = Mutex(State(tests: kept ?? [], directory: file.applying(kept ?? [])))
    }

    /// The directory as it is now.
    public var current: CentreDirectory { state.withLock { $0.directory } }

    /// How good the directory is now; rows that could not be read are part of it.
    public func report(at now: Timestamp) -> DirectoryReport {
        var read = read
        read.directory = current
        return DirectoryReport(read, source: "public.directory", at: now)
    }

    /// Notes test calls; one transaction with its audit line.
    public func note(_ tests: [FallbackTest], actor: String, at now: Timestamp) throws(StoreError) {
        guard !tests.isEmpty else { return }
        // Of each number the latest good and the latest failed test say all.
        var last: [String: FallbackTest] = [:]
        for test in state.withLock({ $0.tests }) + tests {
            let key = "\(test.number.rawValue)/\(test.isAnswered)"
            if last[key].map({ $0.at <= test.at }) ?? true { last[key] = test }
        }
        let kept = Array(
            last.values.sorted { ($0.at, $0.number.rawValue) < ($1.at, $1.number.rawValue) }.suffix(
                Self.maxTests))
        let document = (try? JSONEncoder().encode(kept)).map { [UInt8]($0) } ?? []
        try AuditTrail.apply(
            [.setting(key: Self.key, value: document)], to: store, at: now, actor: actor,
            action: "directory.test",
            target: "\(tests.count) test calls",
            details: .object([("answered", .integer(Int64(tests.count(where: \.isAnswered))))]))
        let directory = file.applying(kept)
        state.withLock { $0 = State(tests: kept, directory: directory) }
    }
}
