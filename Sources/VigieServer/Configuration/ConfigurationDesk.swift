import Synchronization

/// The configuration in force, and the only place where another one takes its place.
///
/// A reload parses the whole file, checks it, lets every part prepare what it needs, and only then swaps: all or nothing.
public final class ConfigurationDesk: Sendable {
    /// What became of a reload.
    public enum Outcome: Sendable, Equatable {
        /// The file says what is in force already.
        case unchanged
        /// These changes are in force now.
        case obeyed([ConfigurationChanges.Change])
        /// Nothing changed; the text says why, one line a reason.
        case refused(String)
    }

    /// Takes in what a part prepared; cannot fail.
    public typealias Commit = @Sendable () async -> Void
    /// Prepares a part for a new configuration: reads its files, builds its tables. What it throws refuses the reload.
    public typealias Prepare = @Sendable (NodeConfiguration) async throws -> Commit

    private struct State {
        var current: NodeConfiguration
        var parts: [(name: String, prepare: Prepare)] = []
        var reloads = 0
        var refusals = 0
        var isReloading = false
    }

    // Held for the moment of a copy, never across an await.
    private let state: Mutex<State>
    private let read: @Sendable () throws -> NodeConfiguration

    /// A desk with the configuration that the node starts with.
    ///
    /// - Parameter read: reads and parses the file again, with what the command line adds; a `ConfigurationError` names
    ///   every mistake.
    public init(_ configuration: NodeConfiguration, read: @escaping @Sendable () throws -> NodeConfiguration)
    {
        state = Mutex(State(current: configuration))
        self.read = read
    }

    /// What is in force.
    public var current: NodeConfiguration { state.withLock { $0.current } }

    /// How many reloads were obeyed and refused since the start.
    public var counts: (obeyed: Int, refused: Int) { state.withLock { ($0.reloads, $0.refusals) } }

    /// Adds a part that obeys changes. `prepare` runs at each reload, in the order in which parts were added.
    public func add(_ name: String, _ prepare: @escaping Prepare) {
        state.withLock { $0.parts.append((name, prepare)) }
    }

    /// Reads the file again and obeys it, whole or not at all; one reload at a time.
    public func reload() async -> Outcome {
        let isFree = state.withLock { state in
            defer { state.isReloading = true }
            return !state.isReloading
        }
        guard isFree else { return .refused("another reload is under way; try again when it is over") }
        let outcome = await reloadInTurn()
        state.withLock {
            if case .refused = outcome { $0.refusals += 1 } else { $0.reloads += 1 }
            $0.isReloading = false
        }
        return outcome
    }

    private func reloadInTurn() async -> Outcome {
        let new: NodeConfiguration
        do { new = try read() } catch { return .refused("\(error)") }
        let (old, parts) = state.withLock { ($0.current, $0.parts) }
        let changes = new.changes(from: old)
        if let refusal = changes.refusal { return .refused(refusal) }
        // Files that the configuration names may have changed under the same name, so parts prepare in any case.
        var commits: [Commit] = []
        for part in parts {
            do { commits.append(try await part.prepare(new)) } catch {
                return .refused("\(part.name): \(error)\nnothing was changed")
            }
        }
        for commit in commits { await commit() }
        state.withLock { $0.current = new }
        return changes.isEmpty ? .unchanged : .obeyed(changes.live)
    }
}
