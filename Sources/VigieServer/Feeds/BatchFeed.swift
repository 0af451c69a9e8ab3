import Foundation
import Logging
import Synchronization
import VigieCalls
import VigieStore
import VigieWire

/// Takes batches of call records (`vigie.calls/1` as NDJSON or CSV, and every other format that Vigie recognises) by HTTP.
///
/// Idempotent by the batch's id: a batch that was taken in is answered as it was the first time. A batch that was cut off (the node
/// was killed, the sender gave up) is sent again whole: calls that are known count once. When the line has no room the sender is
/// told to come again; nothing is lost.
public struct BatchFeed: Sendable {
    /// Calls handed over at once.
    static let chunk = 4_096
    /// Rows named with their line in an answer at most.
    static let namedRows = 100
    /// How long to try to find room before the sender is sent away.
    static let patience = Duration.seconds(10)

    private let line: LiveLine
    private let store: any Store
    private let settings: AnalysisSettings
    private let logger: Logger
    private let busy = InFlight()
    let batches = Counter()
    let repeated = Counter()
    let refused = NamedCounters()
    let rows = Counter()

    init(line: LiveLine, store: any Store, settings: AnalysisSettings, logger: Logger) {
        self.line = line
        self.store = store
        self.settings = settings
        self.logger = logger
    }

    /// Takes in a batch.
    ///
    /// - Parameters:
    ///   - id: the sender's name for it: 1 to 128 visible ASCII characters.
    ///   - bytes: the records.
    /// - Throws: `NodeActionError`: `refused` when it is no batch of records, `busy` when there is no room.
    public func accept(_ id: String, _ bytes: [UInt8]) async throws(NodeActionError) -> BatchReceipt {
        guard (1...128).contains(id.utf8.count), id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            refused.count("batch-id-not-usable")
            throw .refused(
                name: "batch-id-not-usable",
                "a batch id has 1 to 128 visible ASCII characters, such as 2009-02-17T14:05-node7")
        }
        if let known = try await known(id) { return known }
        guard busy.enter(id) else {
            throw .busy("batch \(id) is being taken in at this moment", retryAfterSeconds: 1)
        }
        defer { busy.leave(id) }
        batches.count()
        var reading = try BatchReading(bytes, settings: settings, symbols: line.symbols)
        var receipt = BatchReceipt(id: id, isRepeated: false, accepted: 0, refused: [])
        while true {
            let events = reading.next(Self.chunk)
            if events.isEmpty { break }
            // The sender is told that it took too long: what is left is not worth the line's time.
            guard !Task.isCancelled else {
                refused.count("too-slow")
                throw .busy(
                    "the batch took too long; send its rows in smaller batches", retryAfterSeconds: 10)
            }
            let taken = try await hand(events)
            receipt.accepted += taken.new
            receipt.known += taken.known
            receipt.notStored += taken.notStored
        }
        reading.describe(&receipt)
        for (name, count) in receipt.refused { refused.count(name, UInt64(count)) }
        rows.count(UInt64(receipt.accepted))
        try await remember(receipt)
        return receipt
    }

    private func hand(_ events: [CallEvent]) async throws(NodeActionError) -> RecordReceipt {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let receipt = await line.take(events) { return receipt }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                refused.count("no-room")
                throw .busy("the line has no room; send the batch again, whole", retryAfterSeconds: 5)
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func known(_ id: String) async throws(NodeActionError) -> BatchReceipt? {
        do throws(StoreError) {
            let stored = try await store.background { store throws(StoreError) in try store.batch(id) }
            guard let stored else { return nil }
            repeated.count()
            return BatchReceipt(stored: stored)
        } catch {
            throw .busy("the store cannot be asked: \(error.sentence)", retryAfterSeconds: 5)
        }
    }

    private func remember(_ receipt: BatchReceipt) async throws(NodeActionError) {
        let stored = StoredBatch(id: receipt.id, received: line.clock.now, document: receipt.stored)
        do throws(StoreError) {
            try await store.background { store throws(StoreError) in try store.apply([.batch(stored)]) }
        } catch {
            if case .batchSeen = error { return }
            // The calls are in and known: the same batch sent again would count nothing twice for two days of data.
            logger.error(
                "a batch cannot be remembered",
                metadata: ["batch": "\(receipt.id)", "why": "\(error.sentence)"])
        }
    }

    /// Puts the feed's figures on a board.
    func register(on board: CounterBoard) {
        let (batches, repeated, refused, rows) = (batches, repeated, refused, rows)
        board.register("batch") {
            [
                MetricSample("vigie_batch_batches_total", [], Double(batches.total)),
                MetricSample("vigie_batch_repeated_total", [], Double(repeated.total)),
                MetricSample("vigie_batch_calls_total", [], Double(rows.total)),
            ] + refused.samples("vigie_batch_refused_total", label: "reason")
        }
    }
}

/// Ids of batches that are being taken in.
private final class InFlight: Sendable {
    private let ids = Mutex<Set<String>>([])  // a handful

    func enter(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
    func leave(_ id: String) { ids.withLock { _ = $0.remove(id) } }
}

extension BatchReceipt {
    private struct Document: Codable {
        struct Line: Codable {
            var line: Int
            var name: String
        }
        var id: String
        var accepted: Int
        var known: Int
        var notStored: Int
        var refused: [String: Int]
        var lines: [Line]
    }

    /// What the store keeps of it.
    var stored: [UInt8] {
        let document = Document(
            id: id, accepted: accepted, known: known, notStored: notStored,
            refused: Dictionary(refused, uniquingKeysWith: +),
            lines: refusedLines.map { Document.Line(line: $0.line, name: $0.name) })
        return (try? JSONEncoder().encode(document)).map { Array($0) } ?? []
    }

    /// The answer to a batch that was taken in before.
    init(stored: StoredBatch) {
        let document = try? JSONDecoder().decode(Document.self, from: Data(stored.document))
        self.init(
            id: stored.id, isRepeated: true, accepted: document?.accepted ?? 0,
            refused: (document?.refused ?? [:]).sorted { $0.key < $1.key })
        known = document?.known ?? 0
        notStored = document?.notStored ?? 0
        refusedLines = (document?.lines ?? []).map { ($0.line, $0.name) }
    }
}
