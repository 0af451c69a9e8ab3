import Logging
import VigieCalls
import VigieStore
import VigieWire

/// Puts the line's minutes of emergency calls into the store. What a full disk refuses waits for it, three hours of it at most.
struct MinuteKeeper {
    /// Minutes that wait at most, some 10 KiB each of a nation.
    static let patience = 180
    /// Additions to minutes that are over are written at least so often, real time.
    static let interval: Int64 = 10_000_000_000
    /// Stored calls of so long before the node's time are looked at when it starts.
    static let lookBack = Duration.seconds(86_400)

    private let store: any Store
    private let logger: Logger
    private var waiting: [EmergencyMinute] = []
    private var lastKept: Int64 = 0
    private var wasFailing = false
    /// Minutes that could not be kept.
    private(set) var lost: UInt64 = 0

    init(store: any Store, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Counts stored calls of minutes that were not kept before a kill: of each call once, in the minute in which it began.
    func recount(_ work: inout LineWork, at now: Timestamp) {
        guard let last = store.lastEmergencyMinute(upTo: now), last > now - Self.lookBack else { return }
        do throws(StoreError) {
            try store.replay((last + .seconds(60)) ... .distantFuture) { work.recount($0) }
        } catch {
            logger.error(
                "stored calls cannot be counted by the minute", metadata: ["why": "\(error.sentence)"])
        }
    }

    /// Keeps the minutes that are over, and what was added to earlier ones.
    mutating func keep(_ work: inout LineWork, isLast: Bool, at now: Timestamp, monotonic: Int64) {
        let isDue = monotonic - lastKept > Self.interval
        let fresh = work.takeMinutes(isDue: isDue, isLast: isLast)
        guard !fresh.isEmpty || isDue && !waiting.isEmpty else { return }
        lastKept = monotonic
        let result = store.append(waiting + fresh, at: now)
        waiting = result.dropped
        lost &+= UInt64(result.outsideRetention)
        if waiting.count > Self.patience {
            lost &+= UInt64(waiting.count - Self.patience)
            waiting.removeFirst(waiting.count - Self.patience)
        }
        if isLast { lost &+= UInt64(waiting.count) }
        if let error = result.error, !wasFailing {
            logger.error(
                "minutes of emergency calls cannot be kept; they wait, decisions go on",
                metadata: ["why": "\(error.sentence)"])
        }
        wasFailing = result.error != nil
    }
}
