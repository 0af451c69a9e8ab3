import Synchronization
import VigieWire

/// When each peer and feed was last heard: looked at once a second by what it counts, so that no message pays for it.
final class HeardBoard: Sendable {
    /// Real time after which somebody who was heard is quiet.
    static let quiet: Int64 = 60_000_000_000

    private struct Entry {
        var count: Double
        var at: Timestamp
        var monotonic: Int64
    }

    // once a second, and for a page; as many as are configured
    private let entries = Mutex<[String: Entry]>([:])

    init() {}

    /// Notes what somebody has brought so far.
    func note(_ name: String, _ count: Double, at now: Timestamp, monotonic: Int64) {
        entries.withLock { entries in
            if count == 0 || entries[name]?.count == count { return }
            entries[name] = Entry(count: count, at: now, monotonic: monotonic)
        }
    }

    /// When `name` was last heard, and whether that is less than a minute ago; `nil`: never.
    func heard(_ name: String, monotonic: Int64) -> (at: Timestamp, isRecent: Bool)? {
        entries.withLock { $0[name] }.map { ($0.at, monotonic - $0.monotonic < Self.quiet) }
    }
}

extension FeedView {
    /// The feed with what the board knows of it.
    func dated(_ board: HeardBoard, monotonic: Int64) -> FeedView {
        var view = self
        guard state != "stopped" else { return view }
        let heard = board.heard(kind + " " + name, monotonic: monotonic)
        view.lastSeen = heard?.at
        if let heard { view.state = heard.isRecent ? "receiving" : "quiet" }
        return view
    }
}

extension PeerView {
    /// The peer with what the board knows of it.
    func dated(_ board: HeardBoard, monotonic: Int64) -> PeerView {
        var view = self
        let heard = board.heard("peer " + name, monotonic: monotonic)
        view.lastSeen = heard?.at
        if let heard { view.state = heard.isRecent ? "asking" : "quiet" }
        return view
    }
}
