import Synchronization
import VigieIncidents
public import VigieReports
import VigieWire

/// What the public reads now: a snapshot that the HTTP side renders from without asking anybody.
public final class ShownSite: Sendable {
    private struct State {
        var book: PublicationBook
        var exports = 0
        var failedFiles = 0
    }
    private let publisher: PublicSite.Publisher
    private let clock: NodeClock
    private let state: Mutex<State>  // written when people publish

    init(book: PublicationBook, publisher: PublicSite.Publisher, clock: NodeClock) {
        self.publisher = publisher
        self.clock = clock
        state = Mutex(State(book: book))
    }

    func show(_ book: PublicationBook) { state.withLock { $0.book = book } }

    func countExport(failed: Int) {
        state.withLock {
            $0.exports += 1
            $0.failedFiles += failed
        }
    }

    /// The site at this moment.
    public var site: PublicSite {
        PublicSite(state.withLock { $0.book }, publisher: publisher, at: clock.now)
    }

    /// Exports made, and files that could not be written.
    var samples: [MetricSample] {
        let state = state.withLock { ($0.exports, $0.failedFiles) }
        return [
            MetricSample("vigie_public_exports_total", [], Double(state.0)),
            MetricSample("vigie_public_export_files_failed_total", [], Double(state.1)),
        ]
    }
}
