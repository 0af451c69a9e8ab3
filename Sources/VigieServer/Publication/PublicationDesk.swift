import Foundation
import Logging
public import VigieCalls
public import VigieIncidents
import VigieMitigation
public import VigieReports
public import VigieStore
import VigieWire

/// Where drafts about emergency failures become what the public reads: every step is one transaction with its audit line.
///
/// The book is kept in the store under the setting `publications`, so that a restart shows the same pages.
public actor PublicationDesk {
    /// Why a step was not taken.
    public enum Failure: Error, Sendable {
        /// The book refuses.
        case refused(PublicationBook.Refusal)
        /// There is no such incident, or it is no emergency failure.
        case noIncident(String)
        /// What is stored of the incident cannot be read.
        case damagedIncident(String)
        /// The store could not keep it: nothing has changed.
        case store(StoreError)

        /// What happened, in one sentence.
        var sentence: String {
            switch self {
            case .refused(let refusal): refusal.sentence
            case .noIncident(let id): "there is no emergency failure \(id)"
            case .damagedIncident(let id):
                "what is stored of incident \(id) cannot be read: write what the public must know by other means, and restore it from a backup"
            case .store(let error): error.sentence
            }
        }
    }

    /// Who publishes, and what is known.
    public struct Settings: Sendable {
        /// Who publishes.
        public var publisher: PublicSite.Publisher
        /// The centres and their fallbacks.
        public var directory: @Sendable () -> CentreDirectory
        /// People who must approve.
        public var approvalsNeeded: Int
        /// Where the site is written as files, for another host; empty: nowhere.
        public var exportDirectory: String

        /// All of them.
        public init(
            publisher: PublicSite.Publisher,
            directory: @escaping @Sendable () -> CentreDirectory = { CentreDirectory([]) },
            approvalsNeeded: Int = 2,
            exportDirectory: String = ""
        ) {
            self.publisher = publisher
            self.directory = directory
            self.approvalsNeeded = approvalsNeeded
            self.exportDirectory = exportDirectory
        }
    }

    private static let key = "publications"
    private let settings: Settings
    private let store: any Store
    private let clock: NodeClock
    private var book: PublicationBook
    private var isWorking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The site as it was made at the last change; its pages tell their own time.
    public nonisolated let shown: ShownSite

    /// A desk that goes on where the store's book ends.
    ///
    /// - Throws: `StoreError` when the book cannot be read.
    public init(_ settings: Settings, store: any Store, clock: NodeClock) throws(StoreError) {
        self.settings = settings
        self.store = store
        self.clock = clock
        let kept: [PublicNotice]? = try store.kept(Self.key)
        book = PublicationBook(approvalsNeeded: settings.approvalsNeeded, versions: kept ?? [])
        shown = ShownSite(
            book: book, publisher: settings.publisher, directory: settings.directory, clock: clock)
    }

    /// How many people must approve a text.
    public nonisolated var approvalsNeeded: Int { max(1, settings.approvalsNeeded) }

    /// All versions, oldest first.
    public var versions: [PublicNotice] { book.versions }

    /// When the operator knew of the incident that a notice is about: the legal clocks run from then, whatever is drafted later.
    ///
    /// It is when the incident was detected, or first written about where that was earlier or the incident is gone.
    func knownAt(_ notice: PublicNotice) async -> Timestamp {
        let record = try? await store.background { store throws(StoreError) -> StoredIncident? in
            try store.incident(notice.incident)
        }
        let detected = (record ?? nil).flatMap(EmergencyFacts.detectedAt)
        let drafted = book.versions.filter { $0.incident == notice.incident }.map(\.draftedAt)
        return (drafted + [detected, notice.draftedAt].compactMap { $0 }).min() ?? notice.draftedAt
    }

    /// Writes a draft about an incident, from what the store knows of it now.
    ///
    /// - Throws: `Failure`.
    public func draft(incident id: String, actor: String) async throws(Failure) -> PublicNotice {
        let record: StoredIncident?
        do throws(StoreError) {
            record = try await store.background { store throws(StoreError) in try store.incident(id) }
        } catch {
            throw .store(error)
        }
        guard let record, let facts = try EmergencyFacts.read(record, settings.directory()) else {
            throw .noIncident(id)
        }
        return try await change("notice.draft", actor: actor) {
            book, directory, now throws(PublicationBook.Refusal) in
            try book.draft(facts, directory: directory, at: now)
        }
    }

    /// Lets the drafts follow an incident that changed; `nil`: the text stays as it is.
    ///
    /// - Throws: `Failure`.
    public func follow(incident id: String) async throws(Failure) -> PublicNotice? {
        let record: StoredIncident?
        do throws(StoreError) {
            record = try await store.background { store throws(StoreError) in try store.incident(id) }
        } catch {
            throw .store(error)
        }
        guard let record, let facts = try EmergencyFacts.read(record, settings.directory()) else {
            return nil
        }
        return try await step("notice.draft", actor: ChangeService.actor) {
            book, directory, now throws(PublicationBook.Refusal) in
            try book.follow(facts, directory: directory, at: now)
        }
    }

    /// Changes the notes of a draft.
    ///
    /// - Throws: `Failure`.
    public func annotate(_ id: String, english: String, french: String, actor: String) async throws(Failure)
        -> PublicNotice
    {
        try await change("notice.annotate", actor: actor) { book, _, _ throws(PublicationBook.Refusal) in
            try book.annotate(id, english: english, french: french)
        }
    }

    /// Approves the version that was read; the last approval needed publishes it.
    ///
    /// - Throws: `Failure`.
    public func approve(_ id: String, version: Int, actor: String) async throws(Failure) -> PublicNotice {
        try await change("notice.approve", actor: actor) {
            book, directory, now throws(PublicationBook.Refusal) in
            try book.approve(id, version: version, by: actor, directory: directory, at: now)
        }
    }

    /// Throws a draft away.
    ///
    /// - Throws: `Failure`.
    public func withdraw(_ id: String, actor: String) async throws(Failure) -> PublicNotice {
        try await change("notice.withdraw", actor: actor) { book, _, _ throws(PublicationBook.Refusal) in
            try book.withdraw(id)
        }
    }

    /// Drafts the retraction of a notice that was published by mistake.
    ///
    /// - Throws: `Failure`.
    public func retract(_ id: String, reason: String, actor: String) async throws(Failure) -> PublicNotice {
        try await change("notice.retract", actor: actor, reason: reason) {
            book, _, now throws(PublicationBook.Refusal) in
            try book.retract(id, reason: reason, by: actor, at: now)
        }
    }

    /// What a step does to the book; `nil`: it changes nothing.
    private typealias Change<Result> =
        @Sendable (inout PublicationBook, CentreDirectory, Timestamp) throws(PublicationBook.Refusal) ->
        Result

    /// A step that always changes something.
    private func change(
        _ action: String, actor: String, reason: String = "", _ change: Change<PublicNotice>
    ) async throws(Failure) -> PublicNotice {
        let notice = try await step(action, actor: actor, reason: reason) {
            book, directory, now throws(PublicationBook.Refusal) in try change(&book, directory, now)
        }
        guard let notice else { throw .refused(.noLines) }
        return notice
    }

    /// One step at a time, in the order in which they came: a second one must see the book that the first one leaves, and an actor
    /// alone would let it in while the first waits for the disk.
    private func step(
        _ action: String, actor: String, reason: String = "", _ change: Change<PublicNotice?>
    ) async throws(Failure) -> PublicNotice? {
        if isWorking {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isWorking = true
        }
        defer {
            // The turn is handed over, so nobody comes in between.
            if waiting.isEmpty { isWorking = false } else { waiting.removeFirst().resume() }
        }
        return try await take(action, actor: actor, reason: reason, change)
    }

    private func take(
        _ action: String, actor: String, reason: String, _ change: Change<PublicNotice?>
    ) async throws(Failure) -> PublicNotice? {
        var next = book
        let now = clock.now
        let changed: PublicNotice?
        do throws(PublicationBook.Refusal) {
            changed = try change(&next, settings.directory(), now)
        } catch {
            throw .refused(error)
        }
        guard let notice = changed else { return nil }
        let document = (try? JSONEncoder().encode(next.versions)).map { [UInt8]($0) } ?? []
        let details = JSONValue.object([
            ("version", .integer(Int64(notice.version))), ("kind", .string(notice.kind.rawValue)),
            ("state", .string(notice.state.rawValue)), ("incident", .string(notice.incident)),
        ])
        do throws(StoreError) {
            try await store.background { store throws(StoreError) in
                try AuditTrail.apply(
                    [.setting(key: Self.key, value: document)], to: store, at: now, actor: actor,
                    action: action, target: notice.id, reason: reason, details: details)
            }
        } catch {
            throw .store(error)
        }
        book = next
        shown.show(book)
        if notice.state == .published { await export() }
        return notice
    }

    /// Writes the site as files for another host, where the settings name a folder; what cannot be written is counted and told in the log.
    public func export() async {
        let folder = settings.exportDirectory
        guard !folder.isEmpty else { return }
        let failure = try? await store.background { [shown] _ throws(StoreError) in shown.export(to: folder) }
        guard let failure = failure ?? nil else { return }
        Logger(label: "vigie.public").error(
            "the public pages for another host cannot be written: make room or give the folder to the node's user; they are tried again within ten minutes",
            metadata: ["folder": "\(folder)", "files": "\(failure.files)", "first": "\(failure.first)"])
    }
}
