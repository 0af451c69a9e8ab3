import Foundation
import VigieCalls
import VigieReports
import VigieStore

extension LiveNode {
    /// The desk of public notices; `nil` when the configuration names no publisher.
    ///
    /// - Throws: `Failure` when the directory of centres cannot be read at all; rows that are refused are told in the log.
    func publicationDesk() throws(Failure) -> PublicationDesk? {
        let settings = configuration.publication
        guard !settings.name.isEmpty else { return nil }
        var directory = CentreDirectory([])
        if !settings.directory.isEmpty {
            let path = configuration.path(settings.directory)
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Failure("public.directory \(path) cannot be read: give a CSV table, see `vigie directory --help`")
            }
            let read = CentreDirectory.parse(csv: String(decoding: data, as: UTF8.self))
            if let first = read.refusals.first {
                refusedRows(read.refused, path, "line \(first.line): \(first.column) \(first.reason)")
            }
            directory = read.directory
        }
        let desk = PublicationDesk.Settings(
            publisher: PublicSite.Publisher(
                name: settings.name, sender: settings.sender, address: settings.address,
                isExercise: settings.exercise), directory: directory,
            approvalsNeeded: configuration.lab ? 1 : max(2, configuration.approvals),
            exportDirectory: settings.export.isEmpty ? "" : configuration.path(settings.export))
        do throws(StoreError) {
            let made = try PublicationDesk(desk, store: store, clock: clock)
            counters.register("public", samples: { [shown = made.shown] in shown.samples })
            return made
        } catch {
            throw Failure("the public notices cannot be read: \(error.sentence)")
        }
    }
}
