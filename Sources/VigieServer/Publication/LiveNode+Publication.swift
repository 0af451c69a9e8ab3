import Foundation
import Logging
import VigieCalls
import VigieReports
import VigieStore

extension LiveNode {
    /// The desk of public notices; `nil` when the configuration names no publisher.
    ///
    /// - Throws: `Failure` when the notices of before cannot be read.
    func publicationDesk() throws(Failure) -> PublicationDesk? {
        let settings = configuration.publication
        guard !settings.name.isEmpty else { return nil }
        let desk = PublicationDesk.Settings(
            publisher: PublicSite.Publisher(
                name: settings.name, sender: settings.sender, address: settings.address,
                isExercise: settings.exercise), directory: { [centreDesk] in centreDesk.current },
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

    /// The emergency centres of `public.directory`, empty without one: their numbers pass first, whether anything is published or not.
    ///
    /// - Throws: `Failure` when the table cannot be read at all; rows that are refused are told in the log and on the directory's page.
    static func centres(_ configuration: NodeConfiguration, _ logger: Logger) throws(Failure)
        -> CentreDirectory.Import
    {
        guard !configuration.publication.directory.isEmpty else { return .init(CentreDirectory([])) }
        let path = configuration.path(configuration.publication.directory)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(
                "public.directory \(path) cannot be read: give a CSV table, see `vigie directory --help`")
        }
        let read = CentreDirectory.parse(csv: String(decoding: data, as: UTF8.self))
        if let first = read.refusals.first {
            guard !read.directory.centres.isEmpty else {
                throw Failure(
                    "public.directory \(path) holds no usable row; line \(first.line): \(first.column) \(first.reason)"
                )
            }
            logger.warning(
                "rows of a table were left out",
                metadata: [
                    "file": "\(path)", "rows": "\(read.refused)",
                    "first": "line \(first.line): \(first.column) \(first.reason)",
                ])
        }
        return read
    }
}
