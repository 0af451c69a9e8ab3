public import Logging
public import ServiceLifecycle
import VigieCalls
public import VigieWire

/// Plays call records and captures at the node's clock, as if they were happening: each call is told when it begins.
///
/// What began before the clock's start is told at once: it is what the node knows of ordinary days.
public struct ReplayFeed: Service {
    private static let chunk = 1_024
    private let paths: [String]
    private let settings: AnalysisSettings
    private let line: LiveLine
    private let logger: Logger

    /// - Parameters:
    ///   - paths: files as `vigie analyze` reads them.
    ///   - home: the operator's country, by which national numbers are read.
    public init(_ paths: [String], for node: LiveNode, logger: Logger) {
        self.paths = paths
        settings = node.recordSettings
        line = node.line
        self.logger = logger
    }

    /// When the first call of some files began; `nil`: there is none.
    ///
    /// - Throws: `FeedFailure` when one of them cannot be read.
    public static func firstCall(of paths: [String], _ configuration: NodeConfiguration) throws -> Timestamp?
    {
        let opened = try open(paths, LiveNode.recordSettings(configuration))
        var first: Timestamp?
        var symbols = SymbolTable()
        var order = EventOrder()
        // Rows stand out of order by some seconds: the first that the order lets go is the first.
        while first == nil, let feed = opened.feeds.earliest {
            feed.step(symbols: &symbols) { event in order.push(event) { first = first ?? $0.start } }
        }
        for feed in opened.feeds where first == nil {
            feed.finish { event in order.push(event) { first = first ?? $0.start } }
        }
        order.flush { first = first ?? $0.start }
        return first
    }

    private static func open(_ paths: [String], _ settings: AnalysisSettings) throws -> OpenedFeeds {
        do throws(OpenedFeeds.Failure) {
            return try OpenedFeeds(paths, settings: settings)
        } catch {
            throw FeedFailure(description: "replay: cannot read \(error.path): \(error.sentence)")
        }
    }

    /// Plays the files to their ends, then waits for the node to stop.
    ///
    /// - Throws: `FeedFailure` when a file cannot be read.
    public func run() async throws {
        let opened = try Self.open(paths, settings)
        let reading = SpoolReading(
            opened, symbols: line.symbols, skip: Array(repeating: 0, count: opened.records.count))
        await cancelWhenGracefulShutdown {
            var order = EventOrder()
            var told = 0
            while !Task.isCancelled {
                let chunk = await reading.next(Self.chunk)
                var due: [CallEvent] = []
                for event in chunk.events { order.push(event) { due.append(copy $0) } }
                if chunk.isLast { order.flush { due.append(copy $0) } }
                told += due.count
                await play(due)
                if chunk.isLast { break }
            }
            logger.notice("replay ended", metadata: ["calls": "\(told)"])
        }
        try? await gracefulShutdown()
    }

    private func play(_ events: [CallEvent]) async {
        var batch: [CallEvent] = []
        for event in events {
            let wait = event.start - line.clock.now
            if wait > .zero || batch.count >= Self.chunk {
                await handOver(batch)
                batch.removeAll(keepingCapacity: true)
            }
            await sleep(until: event.start)
            if Task.isCancelled { return }
            batch.append(event)
        }
        await handOver(batch)
    }

    private func sleep(until start: Timestamp) async {
        while !Task.isCancelled {
            let wait = start - line.clock.now
            guard wait > .zero else { return }
            // In steps, for the clock may be the machine's, and that may be set.
            try? await Task.sleep(for: min(line.clock.real(wait), .milliseconds(500)))
        }
    }

    private func handOver(_ events: [CallEvent]) async {
        guard !events.isEmpty else { return }
        while !Task.isCancelled, !line.inbox.offer(events, .replay) {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
