import Foundation
import Logging
public import ServiceLifecycle
import Synchronization
import VigieCalls
import VigieStore
import VigieWire

/// Reads captures and call records that are dropped into a directory, in any mix and format that `vigie analyze` reads.
///
/// A file is read once its size and time have not changed for a while. Files that lie there together are read together, in time
/// order. A file that was read goes to *done*; one that cannot be used goes to *failed*, with a `.reason` file beside it. A content
/// that was read already (same size, same beginning and end) counts nothing. How far a file of records was read is stored with its
/// calls, so that after a crash it goes on there; a capture is read again, and calls that are known count once.
public struct SpoolFeed: Service {
    /// Where, and how patient.
    public struct Settings: Sendable {
        /// The directory.
        public var directory = "spool"
        /// Where files go that were read.
        public var done = "spool/done"
        /// Where files go that could not be used.
        public var failed = "spool/failed"
        /// How often the directory is looked into, real time.
        public var interval = Duration.seconds(5)
        /// How long a file must not have changed, real time.
        public var settle = Duration.seconds(2)
        /// Files read together at most: each has a window of 1 MiB.
        public var together = 16

        /// The defaults.
        public init() {}
    }

    /// Calls handed over at once; progress is stored as often.
    static let chunk = 4_096

    private let settings: Settings
    private let records: AnalysisSettings
    private let line: LiveLine
    private let store: any Store
    private let logger: Logger
    private let counts = SpoolCounts()

    init(
        _ settings: Settings, records: AnalysisSettings, line: LiveLine, store: any Store, logger: Logger
    ) {
        self.settings = settings
        self.records = records
        self.line = line
        self.store = store
        self.logger = logger
    }

    /// The directory.
    public var directory: String { settings.directory }

    /// Looks into the directory until the service group shuts down; what is being read then goes on after the next start.
    public func run() async throws {
        for directory in [settings.directory, settings.done, settings.failed] {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true)
            } catch {
                throw FeedFailure(
                    description:
                        "spool: the directory \(directory) cannot be made: \(error.localizedDescription); name another, or leave spool.directory empty"
                )
            }
        }
        await cancelWhenGracefulShutdown {
            var look = SpoolLook(settings: settings)
            while !Task.isCancelled {
                let ready = look.ready(counts)
                if !ready.isEmpty { await read(ready, &look) }
                if Task.isCancelled { return }
                // What waits for the store, or went away, is not asked for again at once.
                if ready.isEmpty || look.isHeldUp { try? await Task.sleep(for: settings.interval) }
            }
        }
    }

    /// One file to read, and how far it was read before.
    private struct Job {
        var file: SpoolFile
        var identity: String
        var taken: UInt64
    }

    private func read(_ files: [SpoolFile], _ look: inout SpoolLook) async {
        var jobs: [Job] = []
        var opened: OpenedFeeds?
        for file in files {
            guard let job = await job(file, &look) else { continue }
            // Opened alone first: one file that is none must not keep the others from being read.
            do throws(OpenedFeeds.Failure) {
                _ = try OpenedFeeds([file.path], settings: records)
                jobs.append(job)
            } catch {
                finish(job.file, failure: error.sentence, &look)
            }
        }
        guard !jobs.isEmpty else { return }
        do throws(OpenedFeeds.Failure) {
            opened = try OpenedFeeds(jobs.map(\.file.path), settings: records)
        } catch {
            look.isHeldUp = true
            return  // it went away in between: the next look tells
        }
        guard let opened else { return }
        await read(jobs, opened, &look)
    }

    /// What is to be done with a file; `nil`: nothing, it was seen to.
    private func job(_ file: SpoolFile, _ look: inout SpoolLook) async -> Job? {
        guard let identity = file.identity() else {
            finish(file, failure: "it cannot be read: look at its owner and permissions", &look)
            return nil
        }
        do throws(StoreError) {
            let progress = try await store.background { store throws(StoreError) in
                try store.spoolProgress(identity)
            }
            if progress?.isDone == true {
                counts.repeated.count()
                logger.notice(
                    "a file was read already; nothing is counted again",
                    metadata: ["file": "\(file.name)", "as": "\(progress?.path ?? "")"])
                finish(file, failure: nil, &look)
                return nil
            }
            return Job(file: file, identity: identity, taken: progress?.offset ?? 0)
        } catch {
            look.later(file)
            logger.error("the spool waits for the store", metadata: ["why": "\(error.sentence)"])
            return nil
        }
    }

    private func read(_ jobs: [Job], _ opened: OpenedFeeds, _ look: inout SpoolLook) async {
        line.beginUnit()
        defer { line.endUnit() }
        // Records come first in `opened`, in the order of the files.
        let recordPaths = opened.records.map(\.path)
        let recordJobs = recordPaths.compactMap { path in jobs.first { $0.file.path == path } }
        let reading = SpoolReading(opened, symbols: line.symbols, skip: recordJobs.map(\.taken))
        for job in jobs { counts.began(job.file.name) }
        while true {
            let chunk = await reading.next(Self.chunk)
            // the node stops; the rest is read after the next start
            guard await handOver(chunk.events) else { return }
            let changes = zip(recordJobs, chunk.told).map { job, told in
                progress(job, max(told, job.taken), isDone: false)
            }
            await remember(changes)
            if chunk.isLast { break }
        }
        let summaries = reading.summaries
        await remember(jobs.map { job in progress(job, job.taken, isDone: true) })
        for job in jobs {
            let summary = summaries.first { $0.path == job.file.path }
            counts.read.count()
            logger.notice(
                "file read",
                metadata: [
                    "file": "\(job.file.name)", "format": "\(summary?.format ?? "")",
                    "read": "\(summary?.read ?? 0)",
                    "refused": "\(summary?.malformed.reduce(0) { $0 + $1.count } ?? 0)",
                ])
            for entry in summary?.malformed ?? [] { counts.refusedRows.count(entry.name, entry.count) }
            finish(job.file, failure: summary?.failure, &look)
        }
    }

    /// Hands calls to the line and waits until they are stored; `false`: the node stops.
    private func handOver(_ events: [CallEvent]) async -> Bool {
        guard !events.isEmpty else { return !Task.isCancelled }
        while !Task.isCancelled {
            if let receipt = await line.take(events) {
                counts.calls.count(UInt64(receipt.new))
                counts.known.count(UInt64(receipt.known))
                return true
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private func progress(_ job: Job, _ offset: UInt64, isDone: Bool) -> StoreChange {
        .spool(
            StoredSpoolProgress(
                identity: job.identity, path: job.file.path, offset: offset, isDone: isDone,
                updated: line.clock.now))
    }

    private func remember(_ changes: [StoreChange]) async {
        guard !changes.isEmpty else { return }
        do throws(StoreError) {
            try await store.background { store throws(StoreError) in try store.apply(changes) }
        } catch {
            logger.error(
                "how far files were read cannot be stored; after a crash calls of the last days count once all the same",
                metadata: ["why": "\(error.sentence)"])
        }
    }

    private func finish(_ file: SpoolFile, failure: String?, _ look: inout SpoolLook) {
        do {
            let path = try file.move(to: failure == nil ? settings.done : settings.failed)
            if let failure {
                counts.failed.count()
                try (failure + "\n").write(toFile: path + ".reason", atomically: true, encoding: .utf8)
                // A reason may show a row, with numbers: only its first sentence goes into the log.
                let why = failure.prefix { !$0.isNewline }.components(separatedBy: ". Save the text below")[0]
                logger.warning(
                    "file set aside; the .reason file beside it says more",
                    metadata: ["file": "\(file.name)", "why": "\(why)"])
            }
        } catch {
            look.never(file)
            logger.error(
                "a file that was seen to cannot be moved; it is left alone until it changes",
                metadata: ["file": "\(file.path)", "why": "\(error.localizedDescription)"])
        }
    }

    /// Puts the feed's figures on a board.
    func register(on board: CounterBoard) {
        let counts = counts
        board.register("spool") { counts.samples }
    }

    /// The feed as the API and the first page show it.
    var view: FeedView {
        FeedView(
            name: "files in \(settings.directory)", kind: "spool",
            state: counts.read.total + counts.failed.total == 0 ? "quiet" : "receiving",
            counters: counts.samples.filter { $0.labels.isEmpty }.map { ($0.name, $0.value) })
    }
}

/// What the spool counts.
final class SpoolCounts: Sendable {
    let read = Counter()
    let failed = Counter()
    let repeated = Counter()
    let calls = Counter()
    let known = Counter()
    let unreadable = Counter()
    let refusedRows = NamedCounters()
    private let latest = Mutex("")  // the name of the file read last, for the page

    func began(_ name: String) { latest.withLock { $0 = name } }

    var samples: [MetricSample] {
        [
            MetricSample("vigie_spool_files_total", [], Double(read.total)),
            MetricSample("vigie_spool_files_failed_total", [], Double(failed.total)),
            MetricSample("vigie_spool_files_repeated_total", [], Double(repeated.total)),
            MetricSample("vigie_spool_calls_total", [], Double(calls.total)),
            MetricSample("vigie_spool_calls_known_total", [], Double(known.total)),
            MetricSample("vigie_spool_directory_unreadable_total", [], Double(unreadable.total)),
        ] + refusedRows.samples("vigie_spool_rows_refused_total", label: "reason")
    }
}

/// What the looks into the directory have seen so far: a file is ready when two looks saw the same, and it is old enough.
struct SpoolLook {
    private let settings: SpoolFeed.Settings
    private var seen: [String: SpoolFile] = [:]
    private var left: Set<SpoolFile> = []
    private var isUnreadable = false
    /// Whether a file of the last look must wait for a later one.
    var isHeldUp = false

    init(settings: SpoolFeed.Settings) { self.settings = settings }

    /// The files to read now.
    mutating func ready(_ counts: SpoolCounts) -> [SpoolFile] {
        isHeldUp = false
        guard let files = SpoolFile.list(settings.directory) else {
            counts.unreadable.count()
            return []
        }
        let now = NodeClock.real.now.rawValue
        var ready: [SpoolFile] = []
        var current: [String: SpoolFile] = [:]
        for file in files where !left.contains(file) {
            current[file.name] = file
            let age = now - file.changed
            // A time that lies ahead: a clock is wrong, and two equal looks must do.
            let isOld = age >= settings.settle.wholeNanoseconds || age < 0
            let isSame = seen[file.name] == file || age >= settings.settle.wholeNanoseconds * 4
            if isOld, isSame, ready.count < settings.together { ready.append(file) }
        }
        left = left.filter { kept in files.contains(kept) }
        seen = current
        return ready
    }

    /// Leaves a file alone until it changes.
    mutating func never(_ file: SpoolFile) { left.insert(file) }

    /// Looks at a file again as if it were new.
    mutating func later(_ file: SpoolFile) {
        seen[file.name] = nil
        isHeldUp = true
    }
}
