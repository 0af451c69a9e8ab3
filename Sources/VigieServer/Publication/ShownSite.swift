import Foundation
import Synchronization
import VigieCalls
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
    private let directory: @Sendable () -> CentreDirectory
    private let clock: NodeClock
    private let state: Mutex<State>  // written when people publish
    private let exporting = Mutex(())  // held while files are written: a later export is of a later site

    init(
        book: PublicationBook, publisher: PublicSite.Publisher,
        directory: @escaping @Sendable () -> CentreDirectory,
        clock: NodeClock
    ) {
        self.publisher = publisher
        self.directory = directory
        self.clock = clock
        state = Mutex(State(book: book))
    }

    func show(_ book: PublicationBook) { state.withLock { $0.book = book } }

    /// Writes the site as files: whole new files in the place of the old ones. It waits for the disk.
    ///
    /// - Returns: how many files could not be written, and why the first of them; `nil` when all were.
    func export(to folder: String) -> (files: Int, first: String)? {
        exporting.withLock { _ in
            let root = URL(fileURLWithPath: folder, isDirectory: true)
            var failure: (files: Int, first: String)?
            for file in site.files {
                let place = root.appendingPathComponent(file.path)
                do {
                    try FileManager.default.createDirectory(
                        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(file.text.utf8).write(to: place, options: .atomic)
                } catch {
                    failure = ((failure?.files ?? 0) + 1, failure?.first ?? "\(file.path): \(error)")
                }
            }
            state.withLock {
                $0.exports += 1
                $0.failedFiles += failure?.files ?? 0
            }
            return failure
        }
    }

    /// The site at this moment.
    public var site: PublicSite {
        PublicSite(state.withLock { $0.book }, publisher: publisher, directory: directory(), at: clock.now)
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
