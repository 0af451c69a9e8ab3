import Dispatch
import VigieCalls
import VigieWire

/// Reads some files together in time order, chunk by chunk, on a thread that may wait for the disk.
///
/// `@unchecked Sendable`: everything in it is touched by one chunk at a time; the feed asks for the next chunk only after the one
/// before was handed back, and both run on `queue`.
final class SpoolReading: @unchecked Sendable {
    /// Calls of one chunk, and how many calls each file of records has told so far.
    struct Chunk: Sendable {
        var events: [CallEvent] = []
        var told: [UInt64] = []
        var isLast = false
    }

    private static let queue = DispatchQueue(label: "vigie.spool", qos: .utility)

    private let opened: OpenedFeeds
    private let symbols: NodeSymbols
    private let skip: [UInt64]
    private var told: [UInt64]
    private var isOver = false

    /// - Parameter skip: for each file of records, how many of its calls were taken in before the node stopped.
    init(_ opened: OpenedFeeds, symbols: NodeSymbols, skip: [UInt64]) {
        self.opened = opened
        self.symbols = symbols
        self.skip = skip
        told = Array(repeating: 0, count: opened.records.count)
    }

    /// The next calls.
    func next(_ count: Int) async -> Chunk {
        await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: self.read(count)) }
        }
    }

    private func read(_ count: Int) -> Chunk {
        var chunk = Chunk()
        while !isOver, chunk.events.count < count {
            var steps = 0
            symbols.withTable { table in
                // The names are lent for 64 rows or messages at a time: other feeds want them too.
                while steps < 64, let feed = opened.feeds.earliest {
                    steps += 1
                    feed.step(symbols: &table) { take($0, of: feed, &chunk) }
                }
            }
            if steps < 64 {
                isOver = true
                for feed in opened.feeds { feed.finish { take($0, of: feed, &chunk) } }
            }
        }
        chunk.told = told
        chunk.isLast = isOver
        return chunk
    }

    private func take(_ event: CallEvent, of feed: any EventFeed, _ chunk: inout Chunk) {
        if let index = opened.records.firstIndex(where: { $0 === feed }) {
            told[index] += 1
            if told[index] <= skip[index] { return }
        }
        chunk.events.append(event)
    }

    /// What was read of each file, in the order in which they were given: records first, then captures.
    var summaries: [FileSummary] {
        opened.records.map { FileSummary($0.summary) } + opened.signalling.summaries.map { FileSummary($0) }
    }
}
